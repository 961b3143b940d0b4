#include "models/state.h"

namespace partnersim {

State::State(std::size_t partners, std::size_t sources, std::size_t input_count, std::size_t lane_capacity)
    : lanes(lane_capacity),
      inputs(input_count, lane_capacity),
      leads{sim::Lane<float>(sim::padded(lane_capacity), 1.0f)},
      close_odds{leads.value},
      deal_value{leads.value},
      churn{leads.value},
      capacity{leads.value},
      function(firm_of_partner(partners), lane_capacity),
      leads_of(firm_of_partner(partners), lane_capacity),
      close_of(firm_of_partner(partners), lane_capacity),
      churn_of(firm_of_partner(partners), lane_capacity),
      working(partners, sim::LaneList(lane_capacity)),
      alive(partners, lane_capacity),
      sales(sources, lane_capacity),
      wins(sim::padded(lane_capacity)),
      leads_received(wins),
      last_wins(wins),
      recurring(sim::padded(lane_capacity)),
      intensity(wins),
      shock_costs(recurring),
      shocked(sim::padded(lane_capacity)),
      stopped_in(shocked),
      stopped(shocked),
      singles_(wins) {}

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
