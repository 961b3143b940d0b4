// The sink of a run: puts blocks together to groups, gives them to a store, and finds everything again.
//
// Groups follow the order of the plan (engine/plan.h). One is closed when kGroupRows rows are full (fewer of very many
// columns), when the store says that it is time, and at the end; a point that fits into one group is not divided. With
// `Keep::summaries` such points are reduced to their PointResults when their group is closed, and their columns are
// forgotten. Memory is bounded by the open group and a few words for each point.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/collect/catalogue.h"
#include "sim/collect/group_store.h"
#include "sim/collect/point_results.h"
#include "sim/engine/runner.h"

namespace sim::collect {

// Replications that need not be simulated, because an earlier result holds them: the first ones of each point.
class KnownReplications {
 public:
  virtual ~KnownReplications() = default;
  virtual std::span<const std::uint32_t> counts() const = 0;  // [point]
  // Rows from `first` on of a stored column of the catalogue.
  virtual void read(std::size_t point, std::size_t column, std::uint32_t first, std::span<float> out) const = 0;
  virtual std::string sums(std::size_t point) const = 0;  // of all of them, coded
};

enum class Keep : std::uint8_t { columns, summaries };

class Collector final : public ResultSink {
 public:
  struct Options {
    Keep keep = Keep::columns;
    Position start{};  // the first replication of the range that is collected
    const KnownReplications* known = nullptr;
    int threads = 1;     // for reducing points
    bool copies = true;  // of points that are the same as earlier ones; not in shards, which end where they are cut
  };
  explicit Collector(const ExperimentPlan& plan);  // in memory
  Collector(const ExperimentPlan& plan, GroupStore& store);
  Collector(const ExperimentPlan& plan, GroupStore* store, const Options& options);  // null: in memory

  // Tells of the next group that the store holds already, before the first commit(). False when its sums or summaries
  // are of another shape than the plan's; then nothing has been taken.
  bool restore(std::span<const Segment> segments);
  void commit(const BlockResult& result) override;
  // Stores what has not come to a full group; needed after a run that was stopped.
  void finish();
  // The first replication that no group holds.
  const Position& position() const { return stored_; }

  const ExperimentPlan& plan() const { return *plan_; }
  const PlanOrder& order() const { return order_; }
  const Catalogue& catalogue() const { return catalogue_; }
  const OutputPlan& outputs() const { return catalogue_.all(); }
  const PointReducer& reducer() const { return reducer_; }
  // How many replications of each point are known; empty without any.
  std::span<const std::uint32_t> known() const { return known_; }
  std::uint32_t replications(std::size_t point) const { return points_[point].replications; }
  // Points from 0 on that have replications. After a run that was stopped the last may be a part.
  std::size_t points() const;
  // Sums over a point's replications, in the shape of its own model's outputs.
  Accumulators sums(std::size_t point) const;
  std::string coded_sums(std::size_t point) const;
  // Whether the point's columns are forgotten; then its results.
  bool is_reduced(std::size_t point) const;
  PointResults reduced(std::size_t point) const;
  // Values of a column of the catalogue, of `count` points from `point` on, one after the other.
  OwnValues column(std::size_t point, std::size_t column, std::size_t count = 1) const;
  // The first `rows` replications of a point.
  OwnValues prefix(std::size_t point, std::size_t column, std::uint32_t rows) const;
  // Lowest and highest bin of a series that any month of any point fills; low > high without any.
  std::pair<std::int32_t, std::int32_t> bins(std::size_t trajectory) const { return bins_[trajectory]; }

 private:
  struct Part {  // of a point, in one group
    std::uint32_t group, segment, first_row, rows;
  };
  struct Point {
    std::vector<Part> parts;
    std::uint32_t replications = 0;
    bool reduced = false;
  };
  // The group being filled; its buffer is [column][stride].
  struct OpenGroup {
    std::uint32_t rows = 0;
    std::size_t stride = 0;
    Lane<float> columns;
    std::vector<Segment> segments;
    std::unique_ptr<Accumulators> sums;  // of the last segment
    bool summing = false;                // the last segment's sums are not coded yet
  };
  bool reduces(std::size_t point) const;
  // `read(stored column, to)` copies words; of doubles it is asked for both halves.
  template <class Read>
  OwnValues values(std::size_t column, std::size_t rows, const Read& read) const;
  std::size_t group_rows(std::size_t block) const;
  template <class Copy>
  void add_rows(const Block& range, const Copy& copy);
  void find_known();
  void add_known();
  bool is_copy(std::size_t point) const { return copies_ && plan_->points[point].same_as.has_value(); }
  void read_rows(std::size_t point, std::size_t stored_column, std::size_t first, std::span<float> out) const;
  void open_segment(const Block& range);
  void close_segment();
  void close_group();
  void reduce_segments();
  void note_group(std::span<const Segment> segments);
  void note_bins(std::size_t point, const Accumulators& sums);

  const ExperimentPlan* plan_;
  PlanOrder order_;
  Catalogue catalogue_;
  PointReducer reducer_;
  std::unique_ptr<GroupStore> own_store_;
  GroupStore* store_;
  Options options_;
  bool copies_ = false;               // points that are the same as earlier ones are copied from them
  std::vector<std::uint32_t> known_;  // [point]
  std::vector<Point> points_;
  std::vector<std::pair<std::int32_t, std::int32_t>> bins_;
  std::uint32_t groups_ = 0;
  OpenGroup open_;
  Position stored_;   // what follows the last closed group
  Position arrived_;  // what follows the last row, open ones included
  std::chrono::steady_clock::time_point closed_ = std::chrono::steady_clock::now();  // the group before
};

}  // namespace sim::collect
