#include "models/sources/deal_sums.h"

#include "sim/lanes/compact.h"

namespace partnersim {

DealSums::DealSums(std::size_t cells)
    : positions_(sim::padded(cells)),
      lanes_(positions_),
      low_(positions_),
      high_(positions_),
      counts_(positions_),
      second_(positions_),
      words_(4, cells),
      values_(sim::padded(cells)) {}

void DealSums::sum(const State& state, std::uint32_t table, const sim::Address& address, const DealCells& cells,
                   const std::uint32_t* const first[2], float* sums) {
  tables_.fill(state.isa, table, {cells.counts, first[0], cells.size}, sums);
  open_ = sim::positions_above(state.isa, cells.counts, cells.size, sim::kSummedAtOnce, positions_.data());
  if (open_ == 0) return;
  open(state, cells, first[1]);
  take_blocks();
  keep_open(state.isa);
  add(state.isa, table, second_.data(), sums);
  for (std::uint32_t call = 1;; ++call) {
    keep_open(state.isa);
    if (open_ == 0) return;
    state.philox->words(state.isa, {lanes_.data(), open_, state.first_replication}, {low_.data(), high_.data()},
                        address.at_call(call), sim::Philox::Words::in(words_));
    for (std::size_t word = 0; word < 4; ++word) add(state.isa, table, words_.row(word), sums);
  }
}

void DealSums::open(const State& state, const DealCells& cells, const std::uint32_t* second) {
  sim::gather(state.isa, cells.lanes, positions_.data(), open_, lanes_.data());
  sim::gather(state.isa, cells.counts, positions_.data(), open_, counts_.data());
  sim::gather(state.isa, second, positions_.data(), open_, second_.data());
  for (std::size_t k = 0; k < open_; ++k) {
    const std::uint64_t entity = cells.entity(positions_[k]);
    low_[k] = static_cast<std::uint32_t>(entity);
    high_[k] = static_cast<std::uint32_t>(entity >> 32);
  }
}

// The next block of each open cell; of those that have none left, 0.
void DealSums::add(sim::Isa isa, std::uint32_t table, const std::uint32_t* words, float* sums) {
  tables_.fill(isa, table, {counts_.data(), words, open_}, values_.data());
  sim::scatter_add(isa, values_.data(), positions_.data(), open_, sums);
  take_blocks();
}

void DealSums::take_blocks() {
  for (std::size_t k = 0; k < open_; ++k) counts_[k] -= sim::block_of(counts_[k]);
}

void DealSums::keep_open(sim::Isa isa) {
  open_ = sim::move_above(isa, counts_.data(), open_, 0,
                          {{positions_.data(), positions_.data()},
                           {lanes_.data(), lanes_.data()},
                           {low_.data(), low_.data()},
                           {high_.data(), high_.data()},
                           {second_.data(), second_.data()},
                           {counts_.data(), counts_.data()}});
}

}  // namespace partnersim
