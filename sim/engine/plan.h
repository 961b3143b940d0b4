// An experiment as the engine sees it: points, how many replications each has, and the order in which they are
// simulated. That order is part of what journals and shards rely on: it depends on the plan alone.
//
//   round after round, point after point, replication after replication
//
// A plan without checkpoints has one round. With checkpoints c1 < c2 < …, round k brings every point from c(k-1) to ck
// replications, so that all points can be looked at after the same number of them. A leg is what one point does in one
// round. Knows nothing of blocks, threads or files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/model.h"

namespace sim {

struct PlannedPoint {
  std::shared_ptr<const Model> model;
  std::uint32_t replications = 0;
  std::optional<std::uint32_t> same_as{};  // an earlier point with the same futures and as many of them
};

struct ExperimentPlan {
  std::vector<PlannedPoint> points;
  std::vector<std::uint32_t> checkpoints;  // ascending; empty: one round

  std::uint64_t total_replications() const;
};

// A part of the plan that runs by itself: number `number` of `of`.
struct Shard {
  std::uint32_t number = 1;
  std::uint32_t of = 1;
  bool whole() const { return of == 1; }
  bool operator==(const Shard&) const = default;
};

// A replication of the plan, by its place in the order. The end of the plan has point == number of points.
struct Position {
  std::uint32_t point = 0;
  std::uint32_t replication = 0;
  std::uint32_t round = 0;
  bool operator==(const Position&) const = default;
};

class PlanOrder {
 public:
  explicit PlanOrder(const ExperimentPlan& plan) : plan_(&plan) {}

  std::uint32_t rounds() const;
  Position begin() const { return settled({0, 0, 0}); }
  Position end() const;
  // The first replication of a round, or of the first one after it that has any.
  Position start_of(std::uint32_t round) const;
  // The place of replication `replication` of a point, which may be its number of replications: then of what follows.
  Position position(std::uint32_t point, std::uint32_t replication) const;
  // What follows `position` in its leg, itself included; nothing at the end of the plan.
  Block rest_of_leg(const Position& position) const;
  // The position `count` replications further on in the same leg.
  Position advanced(const Position& position, std::uint32_t count) const;
  // How many replications come before a position, and the position that so many come before.
  std::uint64_t index(const Position& position) const;
  Position at(std::uint64_t index) const;
  // Where a shard begins and ends; shards are about equally long and cut at multiples of kCut where that matters
  // little.
  Position begin_of(const Shard& shard) const { return cut(shard.number - 1, shard.of); }
  Position end_of(const Shard& shard) const { return cut(shard.number, shard.of); }
  static constexpr std::uint64_t kCut = 512;

 private:
  Position cut(std::uint64_t part, std::uint64_t of) const;
  std::uint32_t leg_end(std::uint32_t point, std::uint32_t round) const;
  std::uint32_t leg_begin(std::uint32_t point, std::uint32_t round) const {
    return round == 0 ? 0 : leg_end(point, round - 1);
  }
  Position settled(Position position) const;  // moves on from the end of a leg
  const ExperimentPlan* plan_;
};

}  // namespace sim
