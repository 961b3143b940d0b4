#include "models/state.h"

#include <algorithm>

#include "models/setup.h"

namespace partnersim {

State::State(const Setup& setup, std::size_t lane_capacity, bool told)
    : twin_needs_money(setup.needs(Need::money)),
      lanes(lane_capacity),
      inputs(setup.inputs().size(), lane_capacity),
      leads{sim::Lane<float>(sim::padded(lane_capacity), 1.0f), setup.is_changed(Common::leads)},
      close_odds{leads.value, setup.is_changed(Common::close_odds)},
      deal_value{leads.value, setup.is_changed(Common::deal_value)},
      churn{leads.value, setup.is_changed(Common::churn)},
      capacity{leads.value, setup.is_changed(Common::capacity)},
      direct{leads.value, setup.is_changed(Common::direct)},
      function(setup.network().firms(), lane_capacity),
      leads_of(setup.network().firms(), lane_capacity),
      close_of(setup.network().firms(), lane_capacity),
      churn_of(setup.network().firms(), lane_capacity),
      suspended(setup.suspendable.size(), lane_capacity),
      suspendable(setup.suspendable),
      lives(setup.network().links(), lane_capacity),
      sales(setup.sources(), lane_capacity),
      wins(sim::padded(lane_capacity)),
      leads_received(wins),
      closings(setup.needs(Need::closings) || told ? setup.sources() : 0, lane_capacity),
      referred(setup.needs(Need::referred) ? setup.partners.size() : 0, lane_capacity),
      direct_leads(setup.needs(Need::direct_leads) ? wins.size() : 0),
      returned(setup.needs(Need::returned) ? setup.partners.size() : 0, lane_capacity),
      last_wins(wins),
      recurring(sim::padded(lane_capacity)),
      intensity(wins),
      shock_costs(recurring),
      counts_wins(setup.needs(Need::wins)),
      counts_intensity(setup.needs(Need::intensity)),
      has_shock_costs(setup.needs(Need::shock_costs)),
      shocked(sim::padded(lane_capacity)),
      stopped_in(shocked),
      stopped(shocked),
      plan(&setup.outputs()),
      singles_(wins) {}

void State::open_month() {
  for (Factor* factor : {&leads, &close_odds, &deal_value, &churn, &capacity, &direct})
    if (factor->used) std::fill(factor->value.begin(), factor->value.end(), 1.0f);
  for (FirmFactor* factor : {&function, &leads_of, &close_of, &churn_of}) factor->clear();
  std::fill(wins.begin(), wins.end(), 0.0f);
  std::fill(leads_received.begin(), leads_received.end(), 0.0f);
  std::fill(recurring.begin(), recurring.end(), 0.0);
  if (counts_intensity) std::fill(intensity.begin(), intensity.end(), 0.0f);
  if (has_shock_costs) std::fill(shock_costs.begin(), shock_costs.end(), 0.0);
}

void State::copy_lane(const sim::LaneCopy& copy) {
  copy(inputs, lives, returned, last_wins, shocked, stopped_in, result->columns);
  stopped_count = 0;
  for (std::uint32_t i = 0; i < count; ++i)
    if (stopped_in[i] != 0) stopped[stopped_count++] = i;
}

void State::record(int trajectory, const sim::Lane<double>& values) {
  const auto t = static_cast<std::size_t>(trajectory);
  const sim::Trajectory& spec = plan->trajectories[t];
  result->sums.moments(t, month).add(isa, {values.data(), count}, 1.0 / spec.resolution);
  if (plan->detail != sim::TrajectoryDetail::bands) return;
  for (std::size_t i = 0; i < count; ++i) singles_[i] = static_cast<float>(values[i]);
  result->sums.band(t, month).add(isa, {singles_.data(), count}, bins_);
}

void State::add_member_total(int total, std::size_t member, const sim::Lane<double>& values) {
  const auto t = static_cast<std::size_t>(total);
  result->sums.member_totals[t * plan->members.size() + member].add(isa, {values.data(), count},
                                                                    1.0 / plan->member_totals[t].resolutions[member]);
}

}  // namespace partnersim
