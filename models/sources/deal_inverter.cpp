#include "models/sources/deal_inverter.h"

#include <algorithm>

#include "sim/lanes/compact.h"

namespace partnersim {

DealInverter::DealInverter(std::size_t cells)
    : positions_(sim::padded(cells)),
      lanes_(positions_),
      counts_(positions_),
      low_(positions_),
      high_(positions_),
      words_(4, cells),
      sums_(sim::padded(cells)),
      chosen_(positions_),
      chosen_words_(positions_),
      values_(sums_) {}

void DealInverter::sum(const State& state, const DealValues& values, const sim::Address& address,
                       const DealCells& cells, const std::uint32_t* const first[2], float* sums) {
  std::fill_n(sums, cells.size, 0.0f);
  add(state.isa, values, {cells.counts, cells.size, sums}, 0, first[0]);
  add(state.isa, values, {cells.counts, cells.size, sums}, 1, first[1]);
  std::size_t open = sim::positions_above(state.isa, cells.counts, cells.size, 2, positions_.data());
  sim::gather(state.isa, cells.lanes, positions_.data(), open, lanes_.data());
  sim::gather(state.isa, cells.counts, positions_.data(), open, counts_.data());
  sim::gather(state.isa, sums, positions_.data(), open, sums_.data());
  for (std::size_t k = 0; k < open; ++k) {
    const std::uint64_t entity = cells.entity(positions_[k]);
    low_[k] = static_cast<std::uint32_t>(entity);
    high_[k] = static_cast<std::uint32_t>(entity >> 32);
  }
  for (std::uint32_t call = 1; open != 0; ++call) {
    state.philox->words(state.isa, {lanes_.data(), open, state.first_replication}, {low_.data(), high_.data()},
                        address.at_call(call), sim::Philox::Words::in(words_));
    for (std::uint32_t j = 0; j < 4; ++j)
      add(state.isa, values, {counts_.data(), open, sums_.data()}, 4 * call - 2 + j, words_.row(j));
    for (std::size_t k = 0; k < open; ++k) sums[positions_[k]] = sums_[k];
    open = sim::move_above(state.isa, counts_.data(), open, 4 * call + 2,
                           {{positions_.data(), positions_.data()},
                            {lanes_.data(), lanes_.data()},
                            {sums_.data(), sums_.data()},
                            {low_.data(), low_.data()},
                            {high_.data(), high_.data()},
                            {counts_.data(), counts_.data()}});
  }
}

// Adds deal number `deal`, the quantile of its word, to the cells that have it.
void DealInverter::add(sim::Isa isa, const DealValues& values, const Sums& cells, std::uint32_t deal,
                       const std::uint32_t* words) {
  const std::size_t have = sim::positions_above(isa, cells.counts, cells.size, deal, chosen_.data());
  if (have < cells.size) {
    sim::gather(isa, words, chosen_.data(), have, chosen_words_.data());
    values.fill(isa, {chosen_words_.data(), have}, {values_.data(), have});
    sim::scatter_add(isa, values_.data(), chosen_.data(), have, cells.sums);
    return;
  }
  values.fill(isa, {words, have}, {values_.data(), have});
  const float* __restrict value = values_.data();
  float* __restrict sum = cells.sums;
  sim::on_lanes(isa, [=]() SIM_LANES {
    for (std::size_t k = 0; k < have; ++k) sum[k] += value[k];
  });
}

}  // namespace partnersim
