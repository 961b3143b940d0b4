// Cells with deals left, packed, so that the words of further calls are made for these alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/sources/deal_values.h"
#include "models/state.h"

namespace partnersim {

class OpenCells {
 public:
  explicit OpenCells(std::size_t cells);

  // Those with more deals than the limit: where they are, their lanes, entities and deals.
  void open(sim::Isa isa, const DealCells& cells, std::uint32_t limit);
  // Keeps those whose `counts` are above the limit, and with them the elements of another row of four bytes.
  void keep_above(sim::Isa isa, std::uint32_t limit, void* row);
  // Their words of a call; `address` gives process, month and call.
  void draw(const State& state, const sim::Address& address, sim::Grid<std::uint32_t>& words) const;

  std::size_t size() const { return size_; }
  const std::uint32_t* positions() const { return positions_.data(); }
  std::uint32_t* counts() { return counts_.data(); }

 private:
  std::size_t size_ = 0;
  sim::Lane<std::uint32_t> positions_, lanes_, low_, high_, counts_;
};

}  // namespace partnersim
