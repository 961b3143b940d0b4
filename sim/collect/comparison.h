// One point against another on shared random numbers, outcome by outcome: paired differences and dominance.
// Works on columns that were kept; a point that was reduced to summaries cannot be compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sim/collect/collector.h"
#include "sim/stats/dominance.h"
#include "sim/stats/paired.h"

namespace sim::collect {

struct OutcomeComparison {
  Comparison pairs;  // count 0: not modelled at both points
  DominanceTest dominance;
  std::string words;  // of the dominance
};

// What to call what is compared.
struct ComparedLabels {
  std::string baseline, point;
};

// Columns of a point in order of replication.
using ColumnReader = std::function<OwnValues(std::size_t point, std::size_t column)>;

// [outcome], of `point` less `baseline`. Calls `read` from several threads at a time.
struct PointPair {
  std::size_t baseline, point;
};
std::vector<OutcomeComparison> compare_points(const ColumnReader& read, std::span<const Column> outcomes,
                                              const PointPair& pair, const ComparedLabels& labels,
                                              const Sampling& sampling, int threads);

// [point][outcome] of a collected experiment; a point that is its own baseline, or was reduced, has none.
std::vector<std::vector<OutcomeComparison>> compare_to_baselines(const Collector& collector,
                                                                 std::span<const std::uint32_t> baselines,
                                                                 std::span<const std::string> labels, int threads);

}  // namespace sim::collect
