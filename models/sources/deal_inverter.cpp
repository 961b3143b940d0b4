#include "models/sources/deal_inverter.h"

#include <algorithm>

#include "sim/lanes/compact.h"

namespace partnersim {

DealInverter::DealInverter(std::size_t cells)
    : open_(cells),
      words_(4, cells),
      sums_(sim::padded(cells)),
      chosen_(sim::padded(cells)),
      chosen_words_(chosen_),
      values_(sums_) {}

void DealInverter::sum(const State& state, const DealValues& values, const sim::Address& address,
                       const DealCells& cells, const std::uint32_t* const first[2], float* sums) {
  std::fill_n(sums, cells.size, 0.0f);
  add(state.isa, values, {cells.counts, cells.size, sums}, 0, first[0]);
  add(state.isa, values, {cells.counts, cells.size, sums}, 1, first[1]);
  open_.open(state.isa, cells, 2);
  sim::gather(state.isa, sums, open_.positions(), open_.size(), sums_.data());
  for (std::uint32_t call = 1; open_.size() != 0; ++call) {
    open_.draw(state, address.at_call(call), words_);
    for (std::uint32_t j = 0; j < 4; ++j)
      add(state.isa, values, {open_.counts(), open_.size(), sums_.data()}, 4 * call - 2 + j, words_.row(j));
    for (std::size_t k = 0; k < open_.size(); ++k) sums[open_.positions()[k]] = sums_[k];
    open_.keep_above(state.isa, 4 * call + 2, sums_.data());
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
