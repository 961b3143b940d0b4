// The results of a run, from committed blocks to summaries: the sink that collects, and what is made
// of it. Knows nothing of files but the spool; result_file.h writes them down.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/config/scenario.h"
#include "sim/engine/runner.h"
#include "sim/output/column_spool.h"
#include "sim/stats/summary.h"

namespace sim::output {

class Collector final : public ResultSink {
 public:
  // `spool` empty: in memory.
  Collector(const ExperimentPlan& plan, std::filesystem::path spool);
  void commit(const BlockResult& result) override;

  const ExperimentPlan& plan() const { return plan_; }
  const OutputPlan& outputs() const { return plan_.points.front().model->outputs(); }
  std::uint32_t replications(std::size_t point) const { return points_[point].replications; }
  const Accumulators& sums(std::size_t point) const { return points_[point].sums; }
  std::vector<float> column(std::size_t point, std::size_t column) const;

 private:
  struct Point {
    explicit Point(const OutputPlan& outputs) : sums(outputs) {}
    std::uint64_t first_row = 0;
    std::uint32_t replications = 0;
    Accumulators sums;
  };
  const ExperimentPlan& plan_;
  ColumnSpool spool_;
  std::vector<Point> points_;
};

// Hex digest of one column over all points, in order of (point, replication).
struct ColumnHash {
  std::string label;
  std::string digest;
};

struct Results {
  std::vector<std::vector<Summary>> summaries;  // [point][outcome column]
  std::vector<ExpectedValues> expected;         // [point]
  std::vector<ColumnHash> hashes;               // outcomes, inputs, then "trajectories" and "partners"
  std::string digest;                           // of all of them
};

// Called with each column's values, point by point, before they are sorted; columns in order.
using ColumnVisitor = std::function<void(std::size_t point, std::size_t column, std::span<const float> values)>;

// Reads every column once, `threads` at a time, and summarises outcomes. Throws InputOutputError with
// the name of the outcome when a value is not finite.
Results summarise(const Collector& collector, int threads, const ColumnVisitor& visit = {});

}  // namespace sim::output
