#include "models/sources/deal_totals.h"

#include <algorithm>

namespace partnersim {
namespace {

constexpr std::size_t kQueuedDeals = 8192;  // cells with more deals, valued together

}  // namespace

DealTotals::DealTotals(std::size_t cells) : summed_(cells), inverter_(cells), queue_(std::max(kQueuedDeals, cells)) {}

void DealTotals::set(const State& state, std::size_t source, const DealValues& values) {
  if (laws_.empty() || !values.is_like(*laws_.back().values))
    laws_.push_back({&values, state.sums_deals && values.can_sum() ? summed_.table_of(values) : 0});
  sources_[source].unit = values.unit(state.sums_deals);
  sources_[source].law = static_cast<std::uint32_t>(laws_.size() - 1);
}

void DealTotals::join_rows() {
  rows_.clear();
  for (const Source& source : sources_) {
    if (!rows_.empty() && source.row == rows_.back().first + rows_.back().count && source.unit == rows_.back().unit)
      ++rows_.back().count;
    else
      rows_.push_back({source.row, 1, source.unit});
  }
}

void DealTotals::sum(State& state, std::uint32_t law, const sim::Address& address, const DealCells& cells,
                     std::uint32_t* const words[4], float* sums) {
  const auto& [values, table] = laws_[law];
  if (state.sums_deals && values->can_sum()) {
    summed_.sum(state, table, address, cells, words + 2, sums);
  } else if (values->by_inversion()) {
    inverter_.sum(state, *values, address, cells, words + 2, sums);
  } else {
    values->first_deals(state.isa, cells.counts, words, cells.size, sums);
    if (!queue_.takes(cells.size)) draw_queue(state, address);
    queue_.add(state.isa, *values, cells);
  }
}

// The totals must be there: what waits belongs to tiles before the one at hand.
void DealTotals::draw_queue(State& state, const sim::Address& address) {
  queue_.draw(state.isa, *state.philox, address, state.first_replication, state.sales.data());
  queue_.clear();
}

void DealTotals::in_units(State& state, const Rows& rows) {
  const std::size_t n = state.count, stride = state.sales.stride();
  const float* __restrict factor = state.deal_value.value.data();
  float* __restrict sales = state.sales.row(rows.first);
  sim::on_lanes(state.isa,
                [=, unit = rows.unit, count = rows.count * stride, priced = state.deal_value.used]() SIM_LANES {
                  if (!priced) {
                    for (std::size_t i = 0; i < count; ++i) sales[i] *= unit;
                    return;
                  }
                  for (float* row = sales; row != sales + count; row += stride)
                    for (std::size_t i = 0; i < n; ++i) row[i] = row[i] * unit * factor[i];
                });
}

void DealTotals::finish_month(State& state, const sim::Address& address) {
  draw_queue(state, address);
  for (const Rows& rows : rows_) in_units(state, rows);
}

}  // namespace partnersim
