// Sums of deals of any law but constant and lognormal: each deal is the quantile of its word
// (models/sources/deal_values.h says which), added in the order of the deals. Cells with deals left are kept packed, so
// that quantiles run over full rows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/sources/deal_values.h"
#include "models/sources/open_cells.h"
#include "models/state.h"

namespace partnersim {

class DealInverter {
 public:
  explicit DealInverter(std::size_t cells);

  // sums[k] = the deals of cell k, in currency. `address` gives process and month; `first` are words 2 and 3 of call 0,
  // by cell; those of further calls are made for the cells that need them.
  void sum(const State& state, const DealValues& values, const sim::Address& address, const DealCells& cells,
           const std::uint32_t* const first[2], float* sums);

 private:
  struct Sums {
    const std::uint32_t* counts;  // deals
    std::size_t size;
    float* sums;
  };
  void add(sim::Isa isa, const DealValues& values, const Sums& cells, std::uint32_t deal, const std::uint32_t* words);

  // Cells with deals left, and their sums so far.
  OpenCells open_;
  sim::Grid<std::uint32_t> words_;
  sim::Lane<float> sums_;
  // Those that have one more deal.
  sim::Lane<std::uint32_t> chosen_, chosen_words_;
  sim::Lane<float> values_;
};

}  // namespace partnersim
