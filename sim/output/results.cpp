#include "sim/output/results.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/base/problem.h"

namespace sim::output {
namespace {

class Digest {
 public:
  Digest() { XXH3_128bits_reset(&state_); }
  void add(const void* data, std::size_t bytes) { XXH3_128bits_update(&state_, data, bytes); }
  template <class T>
  void add_value(T value) {
    add(&value, sizeof value);
  }
  std::string hex() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_);
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  }

 private:
  XXH3_state_t state_{};
};

void add_moments(Digest& digest, const std::vector<ExactMoments>& moments, double (ExactMoments::*statistic)(double) const) {
  for (const ExactMoments& m : moments) digest.add_value((m.*statistic)(1.0));
}

ColumnHash hash_trajectories(const Collector& collector, std::size_t points) {
  Digest digest;
  for (std::size_t p = 0; p < points; ++p) {
    const Accumulators& sums = collector.sums(p);
    add_moments(digest, sums.trajectory_moments, &ExactMoments::mean);
    add_moments(digest, sums.trajectory_moments, &ExactMoments::variance);
    for (const LogHistogram& band : sums.bands)
      for (std::size_t i = 0; i < band.counts().size(); ++i) {
        if (band.counts()[i] == 0) continue;  // windows may differ, counts may not
        digest.add_value(band.first_bin() + static_cast<std::int32_t>(i));
        digest.add_value(band.counts()[i]);
      }
  }
  return {"trajectories", digest.hex()};
}

ColumnHash hash_members(const Collector& collector, std::size_t points) {
  Digest digest;
  for (std::size_t p = 0; p < points; ++p) {
    add_moments(digest, collector.sums(p).member_totals, &ExactMoments::mean);
    add_moments(digest, collector.sums(p).member_totals, &ExactMoments::variance);
    for (const std::uint64_t alive : collector.sums(p).alive) digest.add_value(alive);
  }
  return {"partners", digest.hex()};
}

void check_finite(const std::string& name, bool may_be_missing, std::span<const float> values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]) && !(may_be_missing && std::isnan(values[i])))
      throw std::runtime_error(fmt::format("outcome {} of replication {} is not a finite number", name, i));
}

void check_overflows(const Accumulators& sums) {
  std::uint64_t overflows = 0;
  for (const ExactMoments& m : sums.trajectory_moments) overflows += m.overflows();
  for (const ExactMoments& m : sums.member_totals) overflows += m.overflows();
  if (overflows != 0)
    throw std::runtime_error(fmt::format("{} monthly values are too large for exact sums: deal values of very different sizes?", overflows));
}

// Revenue, or whatever comes first.
std::size_t primary_outcome(const OutputPlan& outputs) {
  for (std::size_t c = 0; c < outputs.outcomes.size(); ++c)
    if (outputs.outcomes[c].label() == "revenue") return c;
  return 0;
}

// Columns that may explain the worst futures; named in `results`.
std::vector<std::size_t> explaining_columns(const OutputPlan& outputs, Results& results) {
  std::vector<std::size_t> columns;
  if (outputs.outcomes.empty()) return columns;
  const std::size_t primary = primary_outcome(outputs);
  for (std::size_t c = 0; c < outputs.columns(); ++c) {
    const bool is_outcome = c < outputs.outcomes.size();
    if (c == primary || (is_outcome && !outputs.outcomes[c].explains)) continue;
    columns.push_back(c);
    const Column& column = is_outcome ? outputs.outcomes[c] : outputs.inputs[c - outputs.outcomes.size()];
    results.worst_variables.push_back(is_outcome ? column.label() : column.name);
    results.worst_units.push_back(column.unit);
  }
  if (!columns.empty()) results.worst_outcome = outputs.outcomes[primary].label();
  return columns;
}

}  // namespace

Collector::Collector(const ExperimentPlan& plan)
    : plan_(plan), own_store_(std::make_unique<MemoryGroups>()), store_(*own_store_) {
  for (const PlannedPoint& point : plan.points) points_.emplace_back(point.model->outputs());
}

Collector::Collector(const ExperimentPlan& plan, GroupStore& store) : plan_(plan), store_(store) {
  for (const PlannedPoint& point : plan.points) points_.emplace_back(point.model->outputs());
}

void Collector::restore(const Block& range, const Accumulators& sums) {
  Point& point = points_[range.point];
  if (point.groups.empty()) point.first_group = groups_;
  point.groups.push_back(range.replications);
  point.replications += range.replications;
  point.sums.merge(sums);
  ++groups_;
}

void Collector::commit(const BlockResult& result) {
  const Block& block = result.block;
  if (open_.rows != 0 && (open_.point != block.point || open_.rows + block.replications > open_.stride)) close_group();
  if (open_.rows == 0) open_group(block);
  for (std::size_t c = 0; c < outputs().columns(); ++c)
    std::copy_n(result.columns.row(c), block.replications, open_.columns.data() + c * open_.stride + open_.rows);
  open_.sums->merge(result.sums);
  open_.rows += block.replications;
  const bool full = open_.rows + block.replications > open_.stride;
  const bool last = points_[block.point].replications + open_.rows == plan_.points[block.point].replications;
  const auto since_last = std::chrono::steady_clock::now() - closed_;
  if (full || last || store_.due(since_last, open_.rows * outputs().columns() * sizeof(float))) close_group();
}

void Collector::open_group(const Block& first) {
  if (!open_.sums || open_.point != first.point)
    open_.sums = std::make_unique<Accumulators>(plan_.points[first.point].model->outputs());
  open_.point = first.point;
  open_.stride = std::max<std::size_t>(kGroupRows, first.replications);
  open_.columns.resize(outputs().columns() * open_.stride);
}

void Collector::close_group() {
  const std::size_t columns = outputs().columns();
  float* values = open_.columns.data();
  for (std::size_t c = 1; c < columns && open_.rows != open_.stride; ++c)  // to the left: no column overruns the next
    std::copy_n(values + c * open_.stride, open_.rows, values + c * open_.rows);
  const Block range{open_.point, points_[open_.point].replications, open_.rows};
  store_.append(range, {values, columns * open_.rows}, *open_.sums);
  restore(range, *open_.sums);
  open_.rows = 0;
  open_.sums->clear();
  closed_ = std::chrono::steady_clock::now();
}

void Collector::finish() {
  if (open_.rows != 0) close_group();
}

Position Collector::position() const {
  Position next;
  while (next.point < points_.size() && points_[next.point].replications == plan_.points[next.point].replications)
    ++next.point;
  if (next.point < points_.size()) next.replication = points_[next.point].replications;
  return next;
}

std::vector<float> Collector::column(std::size_t point, std::size_t column) const {
  const Point& from = points_[point];
  std::vector<float> values(from.replications);
  std::span<float> rest(values);
  for (std::size_t g = 0; g < from.groups.size(); ++g) {
    store_.read(from.first_group + g, column, rest.first(from.groups[g]));
    rest = rest.subspan(from.groups[g]);
  }
  return values;
}

Results summarise(const Collector& collector, int threads, const ColumnVisitor& visit) {
  const OutputPlan& outputs = collector.outputs();
  const std::size_t points = collector.plan().points.size();
  const std::size_t columns = outputs.columns();
  Results results;
  results.summaries.assign(points, std::vector<Summary>(outputs.outcomes.size()));
  std::vector<Digest> digests(columns);
  const auto name = [&](std::size_t c) {
    return c < outputs.outcomes.size() ? outputs.outcomes[c].label() : outputs.inputs[c - outputs.outcomes.size()].name;
  };
  const std::vector<std::size_t> causes = explaining_columns(outputs, results);
  const auto batch = static_cast<std::size_t>(threads);
  for (std::size_t p = 0; p < points; ++p) {
    check_overflows(collector.sums(p));
    std::optional<WorstFutures> worst_futures;
    if (!causes.empty()) {
      const std::size_t primary = primary_outcome(outputs);
      worst_futures.emplace(collector.column(p, primary), outputs.outcomes[primary].high_is_worse);
      results.worst.emplace_back(causes.size());
    }
    const auto ranks = quantile_ranks(collector.replications(p));
    for (std::size_t first = 0; first < columns; first += batch) {
      const std::size_t count = std::min(batch, columns - first);
      std::vector<std::vector<float>> kept(count);
      parallel_for(count, threads, [&](std::size_t k) {
        const std::size_t c = first + k;
        kept[k] = collector.column(p, c);
        const bool is_outcome = c < outputs.outcomes.size();
        check_finite(name(c), is_outcome && outputs.outcomes[c].may_be_missing, kept[k]);
        digests[c].add(kept[k].data(), kept[k].size() * sizeof(float));
        if (const auto cause = std::find(causes.begin(), causes.end(), c); cause != causes.end())
          results.worst[p][static_cast<std::size_t>(cause - causes.begin())] = worst_futures->contrast(kept[k]);
        if (!is_outcome) return;
        std::vector<float> sorted = kept[k];
        std::erase_if(sorted, [](float v) { return std::isnan(v); });
        const bool whole = sorted.size() == kept[k].size();
        results.summaries[p][c] = summarise(sorted, whole ? ranks : quantile_ranks(sorted.size()), outputs.outcomes[c].high_is_worse);
      });
      if (visit)
        for (std::size_t k = 0; k < count; ++k) visit(p, first + k, kept[k]);
    }
    results.expected.push_back(collector.plan().points[p].model->expected());
  }
  Digest all;
  for (std::size_t c = 0; c < columns; ++c) results.hashes.push_back({name(c), digests[c].hex()});
  results.hashes.push_back(hash_trajectories(collector, points));
  results.hashes.push_back(hash_members(collector, points));
  for (const ColumnHash& h : results.hashes) all.add(h.digest.data(), h.digest.size());
  results.digest = all.hex();
  return results;
}

}  // namespace sim::output
