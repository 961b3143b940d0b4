// The results of a run, from committed blocks to summaries: the sink that collects, and what is made
// of it. Knows nothing of files: a GroupStore keeps the columns, result_file.h writes results down.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/config/scenario.h"
#include "sim/engine/runner.h"
#include "sim/output/group_store.h"
#include "sim/stats/summary.h"
#include "sim/stats/worst_futures.h"

namespace sim::output {

// Puts blocks together to groups and gives them to a store: when kGroupRows rows are full, when the store
// says that it is time, and at the end of a point. Groups hold whole blocks, because sums cannot be divided.
class Collector final : public ResultSink {
 public:
  explicit Collector(const ExperimentPlan& plan);  // in memory
  Collector(const ExperimentPlan& plan, GroupStore& store);
  // Tells of the next group that the store holds from an earlier run; before the first commit().
  void restore(const Block& range, const Accumulators& sums);
  void commit(const BlockResult& result) override;
  // Stores what has not come to a full group; needed after a run that was stopped.
  void finish();
  // The first replication that no group holds.
  Position position() const;

  const ExperimentPlan& plan() const { return plan_; }
  const OutputPlan& outputs() const { return plan_.points.front().model->outputs(); }
  std::uint32_t replications(std::size_t point) const { return points_[point].replications; }
  const Accumulators& sums(std::size_t point) const { return points_[point].sums; }
  // All values of a point's groups.
  std::vector<float> column(std::size_t point, std::size_t column) const;

 private:
  struct Point {
    explicit Point(const OutputPlan& outputs) : sums(outputs) {}
    std::size_t first_group = 0;
    std::vector<std::uint32_t> groups;  // rows of each
    std::uint32_t replications = 0;
    Accumulators sums;
  };
  // The group being filled; its buffer is [column][stride].
  struct OpenGroup {
    std::uint32_t point = 0;
    std::uint32_t rows = 0;
    std::size_t stride = 0;
    std::vector<float> columns;
    std::unique_ptr<Accumulators> sums;
  };
  void open_group(const Block& first);
  void close_group();

  const ExperimentPlan& plan_;
  std::unique_ptr<GroupStore> own_store_;
  GroupStore& store_;
  std::vector<Point> points_;
  std::size_t groups_ = 0;
  OpenGroup open_;
  std::chrono::steady_clock::time_point closed_ = std::chrono::steady_clock::now();  // the group before
};

// Hex digest of one column over all points, in order of (point, replication).
struct ColumnHash {
  std::string label;
  std::string digest;
};

struct Results {
  std::vector<std::vector<Summary>> summaries;  // [point][outcome column]
  std::vector<ExpectedValues> expected;         // [point]
  // What the worst futures in one outcome share: causes among outcomes, then inputs. Empty without that outcome.
  std::string worst_outcome;
  std::vector<std::string> worst_variables, worst_units;
  std::vector<std::vector<Contrast>> worst;     // [point][variable]
  std::vector<ColumnHash> hashes;               // outcomes, inputs, then "trajectories" and "partners"
  std::string digest;                           // of all of them
};

// Called with each column's values, point by point, before they are sorted; columns in order.
using ColumnVisitor = std::function<void(std::size_t point, std::size_t column, std::span<const float> values)>;

// Reads every column once, `threads` at a time, and summarises outcomes. Throws InputOutputError with
// the name of the outcome when a value is not finite.
Results summarise(const Collector& collector, int threads, const ColumnVisitor& visit = {});

}  // namespace sim::output
