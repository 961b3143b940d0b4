// The results of an experiment, from collected replications to summaries. Knows nothing of files: Collector keeps what
// arrives, result_file.h writes results down.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/collect/collector.h"
#include "sim/collect/comparison.h"

namespace sim::collect {

// Hex digest of one column over all points: of the column itself with one point, of its points' hashes with several.
struct ColumnHash {
  std::string label;
  std::string digest;
};

struct Results {
  std::vector<PointResults> points;
  std::vector<std::uint32_t> replications;  // [point]
  // What the worst futures in one outcome share: causes among outcomes, then inputs. Empty without that outcome.
  std::string worst_outcome;
  std::vector<std::string> worst_variables, worst_units, worst_cautions, worst_cautions_with;
  std::vector<std::vector<OutcomeComparison>>
      comparisons;                 // [point][outcome], to its baseline; empty where there is none
  std::vector<ColumnHash> hashes;  // outcomes, inputs, then "trajectories" and those of members
  std::string digest;              // of all of them
};

// What is shown on the way, once: columns in order within a run of points, then the sums of each of these points.
struct ResultVisitor {
  virtual ~ResultVisitor() = default;
  // The values of `points` points with equally many replications from `first` on; not for reduced points.
  virtual void column(std::size_t first, std::size_t points, std::size_t column, const Values& values) = 0;
  virtual void sums(std::size_t point, const Accumulators& sums) = 0;
};

// Reads every column once, `threads` at a time, and summarises outcomes. Throws std::runtime_error with the name of the
// outcome when a value is not finite.
Results summarise(const Collector& collector, int threads, ResultVisitor* visitor = nullptr);

}  // namespace sim::collect
