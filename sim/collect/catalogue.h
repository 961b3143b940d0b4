// What the points of an experiment record together. Points may model different things (a variant brings cash, another
// has no members): the catalogue holds everything that any of them records, once, in an order that keeps neighbours
// together, and says where each point has it. What a point does not model is missing there, never 0.
//
// Columns agree by label, series, members and totals by name. Months and the detail of series must be the same at all
// points; whoever makes the plan sees to that.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/plan.h"

namespace sim::collect {

// How outcomes are called where people name them: "output", "output_by_year[1]".
std::vector<std::string> labels_of(const std::vector<Column>& columns);
// The place of the column with that label; nothing when there is none.
std::optional<std::size_t> place_of(const std::vector<Column>& columns, std::string_view label);

// The place of the headline, or of whatever comes first; 0 without outcomes.
std::size_t headline_of(const OutputPlan& outputs);

class Catalogue {
 public:
  explicit Catalogue(const ExperimentPlan& plan);

  const OutputPlan& all() const { return all_; }
  static constexpr int kAbsent = -1;
  // Where the model of `point` has what stands at a place of all(), or kAbsent. Columns count outcomes, then inputs.
  int column(std::size_t point, std::size_t column) const { return map_of(point).columns[column]; }
  int trajectory(std::size_t point, std::size_t trajectory) const { return map_of(point).trajectories[trajectory]; }
  int member(std::size_t point, std::size_t member) const { return map_of(point).members[member]; }
  int member_total(std::size_t point, std::size_t total) const { return map_of(point).totals[total]; }

 private:
  struct Map {
    std::vector<int> columns, trajectories, members, totals;
  };
  const Map& map_of(std::size_t point) const { return maps_[shape_[point]]; }
  void take(const OutputPlan& plan);
  Map map(const OutputPlan& plan) const;

  OutputPlan all_;
  std::vector<std::size_t> shape_;  // [point]
  std::vector<Map> maps_;           // [shape]
};

}  // namespace sim::collect
