// Words of cells that differ in lane and entity, at one process, month and call: for few lanes of many entities, so
// that vectors stay full.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/state.h"

namespace partnersim {

class CellWords {
 public:
  explicit CellWords(std::size_t room)
      : lanes_(sim::padded(room)), low_(lanes_), high_(lanes_), words_(4, room), room_(room) {}

  void clear() { size_ = 0; }
  bool full() const { return size_ == room_; }
  // Not when full.
  void add(std::uint32_t lane, std::uint64_t entity) {
    lanes_[size_] = lane;
    low_[size_] = static_cast<std::uint32_t>(entity);
    high_[size_++] = static_cast<std::uint32_t>(entity >> 32);
  }
  std::size_t size() const { return size_; }
  std::uint32_t lane(std::size_t cell) const { return lanes_[cell]; }
  // The address without its entity; then word j of a cell is word(j)[cell].
  void draw(const State& state, const sim::Address& address) {
    state.philox->words(state.isa, {lanes_.data(), size_, state.first_replication}, {low_.data(), high_.data()},
                        address, sim::Philox::Words::in(words_));
  }
  const std::uint32_t* word(std::size_t j) const { return words_.row(j); }

 private:
  sim::Lane<std::uint32_t> lanes_, low_, high_;
  sim::Grid<std::uint32_t> words_;
  std::size_t room_, size_ = 0;
};

}  // namespace partnersim
