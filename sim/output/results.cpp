#include "sim/output/results.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cmath>

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

}  // namespace

Collector::Collector(const ExperimentPlan& plan, std::filesystem::path spool)
    : plan_(plan), spool_(plan.points.front().model->outputs().columns(), std::move(spool)) {
  points_.reserve(plan.points.size());
  for (const PlannedPoint& point : plan.points) points_.emplace_back(point.model->outputs());
}

void Collector::commit(const BlockResult& result) {
  Point& point = points_[result.block.point];
  if (point.replications == 0) point.first_row = spool_.rows();
  spool_.append(result.columns, result.block.replications);
  point.replications += result.block.replications;
  point.sums.merge(result.sums);
}

std::vector<float> Collector::column(std::size_t point, std::size_t column) const {
  return spool_.read(column, points_[point].first_row, points_[point].replications);
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
  const auto batch = static_cast<std::size_t>(threads);
  for (std::size_t p = 0; p < points; ++p) {
    check_overflows(collector.sums(p));
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
