#include "sim/engine/plan.h"

#include <algorithm>

namespace sim {

std::uint64_t ExperimentPlan::total_replications() const {
  std::uint64_t total = 0;
  for (const PlannedPoint& point : points) total += point.replications;
  return total;
}

std::uint32_t PlanOrder::rounds() const {
  return static_cast<std::uint32_t>(std::max<std::size_t>(1, plan_->checkpoints.size()));
}

Position PlanOrder::end() const { return {static_cast<std::uint32_t>(plan_->points.size()), 0, rounds() - 1}; }

std::uint32_t PlanOrder::leg_end(std::uint32_t point, std::uint32_t round) const {
  const std::uint32_t all = plan_->points[point].replications;
  return round + 1 >= rounds() ? all : std::min(all, plan_->checkpoints[round]);
}

Position PlanOrder::settled(Position at) const {
  const auto points = static_cast<std::uint32_t>(plan_->points.size());
  for (;;) {
    if (at.point == points) {
      if (at.round + 1 >= rounds()) return end();
      at = {0, 0, at.round + 1};
      if (points != 0) at.replication = leg_begin(0, at.round);
      continue;
    }
    if (at.replication < leg_end(at.point, at.round)) return at;
    ++at.point;
    at.replication = at.point == points ? 0 : leg_begin(at.point, at.round);
  }
}

Position PlanOrder::start_of(std::uint32_t round) const {
  if (round >= rounds() || plan_->points.empty()) return end();
  return settled({0, leg_begin(0, round), round});
}

Position PlanOrder::position(std::uint32_t point, std::uint32_t replication) const {
  std::uint32_t round = 0;
  while (round + 1 < rounds() && replication >= leg_end(point, round)) ++round;
  return settled({point, replication, round});
}

Block PlanOrder::rest_of_leg(const Position& at) const {
  if (at.point == plan_->points.size()) return {at.point, 0, 0};
  return {at.point, at.replication, leg_end(at.point, at.round) - at.replication};
}

Position PlanOrder::advanced(const Position& at, std::uint32_t count) const {
  return settled({at.point, at.replication + count, at.round});
}

std::uint64_t PlanOrder::index(const Position& at) const {
  std::uint64_t before = 0;
  const auto points = static_cast<std::uint32_t>(plan_->points.size());
  for (std::uint32_t p = 0; p < points; ++p) {
    const bool lived = p < at.point;  // its leg of this round
    before += lived ? leg_end(p, at.round) : leg_begin(p, at.round);
  }
  if (at.point < points) before += at.replication - leg_begin(at.point, at.round);
  return before;
}

Position PlanOrder::at(std::uint64_t index) const {
  Position position = begin();
  for (Block leg = rest_of_leg(position); leg.replications != 0; leg = rest_of_leg(position)) {
    if (index < leg.replications) return advanced(position, static_cast<std::uint32_t>(index));
    index -= leg.replications;
    position = advanced(position, leg.replications);
  }
  return end();
}

Position PlanOrder::cut(std::uint64_t part, std::uint64_t of) const {
  const std::uint64_t total = plan_->total_replications();
  std::uint64_t index = total / of * part + total % of * part / of;
  if (part != of && total / of >= 16 * kCut) index = index / kCut * kCut;
  return at(index);
}

}  // namespace sim
