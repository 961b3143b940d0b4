#include "models/sources/deal_sums.h"

#include "sim/lanes/compact.h"

namespace partnersim {

DealSums::DealSums(std::size_t cells)
    : open_(cells), second_(sim::padded(cells)), words_(4, cells), values_(sim::padded(cells)) {}

void DealSums::sum(const State& state, std::uint32_t table, const sim::Address& address, const DealCells& cells,
                   const std::uint32_t* const first[2], float* sums) {
  tables_.fill(state.isa, table, {cells.counts, first[0], cells.size}, sums);
  open_.open(state.isa, cells, sim::kSummedAtOnce);
  if (open_.size() == 0) return;
  sim::gather(state.isa, first[1], open_.positions(), open_.size(), second_.data());
  take_blocks();
  open_.keep_above(state.isa, 0, second_.data());
  add(state.isa, table, second_.data(), sums);
  for (std::uint32_t call = 1;; ++call) {
    open_.keep_above(state.isa, 0, second_.data());
    if (open_.size() == 0) return;
    open_.draw(state, address.at_call(call), words_);
    for (std::size_t word = 0; word < 4; ++word) add(state.isa, table, words_.row(word), sums);
  }
}

// The next block of each open cell; of those that have none left, 0.
void DealSums::add(sim::Isa isa, std::uint32_t table, const std::uint32_t* words, float* sums) {
  tables_.fill(isa, table, {open_.counts(), words, open_.size()}, values_.data());
  sim::scatter_add(isa, values_.data(), open_.positions(), open_.size(), sums);
  take_blocks();
}

void DealSums::take_blocks() {
  for (std::size_t k = 0; k < open_.size(); ++k) open_.counts()[k] -= sim::block_of(open_.counts()[k]);
}

}  // namespace partnersim
