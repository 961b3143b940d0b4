#include "sim/collect/results.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/digest.h"

namespace sim::collect {
namespace {

// Of everything that is summed: monthly series and members, point after point.
class SumsHash {
 public:
  void add(const Accumulators& sums) {
    moments(series_, sums.trajectory_moments);
    for (const LogHistogram& band : sums.bands)
      band.each([&](std::int32_t bin, std::uint32_t count) {
        series_.add_value(bin);
        series_.add_value(count);
      });
    moments(members_, sums.member_totals);
    for (std::size_t member = 0; member < sums.members; ++member)
      for (const std::uint32_t alive : sums.survivors(member)) members_.add_value(std::uint64_t{alive});
  }
  ColumnHash series() const { return {"trajectories", series_.text()}; }
  ColumnHash members(std::string_view name) const { return {std::string(name), members_.text()}; }

 private:
  static void moments(Digest& digest, const std::vector<ExactMoments>& list) {
    for (const ExactMoments& m : list) digest.add_value(m.mean(1.0));
    for (const ExactMoments& m : list) digest.add_value(m.variance(1.0));
  }
  Digest series_, members_;
};

// Results of points that lie side by side, column by column.
class Summarising {
 public:
  Summarising(const Collector& collector, int threads, ResultVisitor* visitor)
      : collector_(collector), reducer_(collector.reducer()), threads_(threads), visitor_(visitor) {}

  void points(std::size_t first, std::size_t count, Results& results) {
    if (collector_.is_reduced(first)) {
      for (std::size_t p = first; p < first + count; ++p) results.points.push_back(collector_.reduced(p));
      return;
    }
    results.points.resize(first + count, reducer_.blank());
    const std::size_t columns = collector_.outputs().columns();
    if (columns == 0) return;
    const std::size_t rows = collector_.replications(first);
    std::vector<std::optional<WorstFutures>> worst(count);
    const OwnValues primary = collector_.column(first, reducer_.primary(), count);
    parallel_for(count, threads_,
                 [&](std::size_t k) { worst[k] = reducer_.worst_futures(primary.view().subspan(k * rows, rows)); });
    // Small points: all columns at once, so that many points keep all threads busy; large ones a few, to bound memory.
    constexpr std::size_t kBatchValues = std::size_t{1} << 24;  // 64 MiB; assumed
    const std::size_t few = static_cast<std::size_t>(threads_), values = std::max<std::size_t>(1, rows * count);
    const std::size_t batch = values <= kGroupRows ? std::max(few, kBatchValues / values) : few;
    for (std::size_t c = 0; c < columns; c += batch)
      batch_of_columns(first, count, c, std::min(batch, columns - c), worst, results);
  }

 private:
  void batch_of_columns(std::size_t first, std::size_t count, std::size_t first_column, std::size_t columns,
                        const std::vector<std::optional<WorstFutures>>& worst, Results& results) {
    const std::size_t rows = collector_.replications(first);
    std::vector<OwnValues> kept(columns);
    parallel_for(columns, threads_, [&](std::size_t k) {
      kept[k] = collector_.column(first, first_column + k, count);
      for (std::size_t p = 0; p < count; ++p)
        reducer_.take(results.points[first + p], first_column + k, kept[k].view().subspan(p * rows, rows),
                      collector_.plan().points[first + p].model->outputs().sampling, worst[p]);
    });
    for (std::size_t k = 0; k < columns && visitor_ != nullptr; ++k)
      visitor_->column(first, count, first_column + k, kept[k].view());
  }

  const Collector& collector_;
  const PointReducer& reducer_;
  int threads_;
  ResultVisitor* visitor_;
};

// How many points from `first` on can be looked at together: equally long, alike in what is kept, a group in all.
std::size_t run_of_points(const Collector& collector, std::size_t first, std::size_t end) {
  const std::uint64_t rows = collector.replications(first);
  std::size_t count = 1;
  while (first + count < end && collector.replications(first + count) == rows && (count + 1) * rows <= kGroupRows &&
         collector.is_reduced(first + count) == collector.is_reduced(first))
    ++count;
  return count;
}

void name_causes(const Collector& collector, Results& results) {
  const OutputPlan& outputs = collector.outputs();
  for (const std::size_t c : collector.reducer().causes()) {
    const bool is_outcome = c < outputs.outcomes.size();
    const Column& column = is_outcome ? outputs.outcomes[c] : outputs.inputs[c - outputs.outcomes.size()];
    results.worst_variables.push_back(collector.reducer().name(c));
    results.worst_units.push_back(column.unit);
    results.worst_cautions.push_back(column.caution);
    results.worst_cautions_with.push_back(column.caution_with);
  }
  if (!results.worst_variables.empty()) results.worst_outcome = collector.reducer().name(collector.reducer().primary());
}

std::vector<ColumnHash> hash_columns(const Collector& collector, const Results& results) {
  std::vector<ColumnHash> hashes;
  for (std::size_t c = 0; c < collector.outputs().columns(); ++c) {
    Digest all;
    for (const PointResults& point : results.points) all.add_value(point.hashes[c]);
    hashes.push_back(
        {collector.reducer().name(c), results.points.size() == 1 ? hex(results.points.front().hashes[c]) : all.text()});
  }
  return hashes;
}

}  // namespace

Results summarise(const Collector& collector, int threads, ResultVisitor* visitor) {
  Results results;
  const std::size_t points = collector.points();
  Summarising summarising(collector, threads, visitor);
  SumsHash sums_hash;
  for (std::size_t first = 0, count = 0; first < points; first += count) {
    count = run_of_points(collector, first, points);
    summarising.points(first, count, results);
    for (std::size_t p = first; p < first + count; ++p) {
      const Accumulators sums = collector.sums(p);
      sums_hash.add(sums);
      if (visitor != nullptr) visitor->sums(p, sums);
      results.replications.push_back(collector.replications(p));
    }
  }
  name_causes(collector, results);
  results.hashes = hash_columns(collector, results);
  results.hashes.push_back(sums_hash.series());
  results.hashes.push_back(sums_hash.members(collector.outputs().nouns.many));
  Digest all;
  for (const ColumnHash& h : results.hashes) all.add(h.digest.data(), h.digest.size());
  results.digest = all.text();
  return results;
}

}  // namespace sim::collect
