// Monthly series: means with their errors, and bands from histograms in logarithmic bins, over (point, month).
#include <algorithm>
#include <span>

#include "sim/base/missing.h"
#include "sim/output/result_sections.h"

namespace sim::output {
namespace {

// Counts are dense over (point, month, bin); beyond this they would dwarf everything else, and are left out. Assumed.
constexpr std::uint64_t kMostCountBytes = std::uint64_t{256} << 20;

std::uint64_t cells_of_counts(const ResultContext& context, std::size_t series) {
  const auto [low, high] = context.collector.bins(series);
  const auto bins = high < low ? 0 : static_cast<std::uint64_t>(high - low) + 1;
  return bins * context.points * static_cast<std::uint64_t>(context.outputs.months);
}

}  // namespace

ResultSeries::ResultSeries(const ResultContext& context) : context_(context) {
  if (context.outputs.detail == TrajectoryDetail::none) return;
  const std::string group = "/trajectories";
  context.group_of_points(group, {{"long_name", "monthly series"}});
  context.month_dimension(group);
  context.quantile_dimension(group);
  series_.resize(context.outputs.trajectories.size());
  std::uint64_t cells = 0;
  for (std::size_t t = 0; t < series_.size(); ++t) cells += cells_of_counts(context, t);
  const bool fit = cells * sizeof(std::uint32_t) <= kMostCountBytes;
  for (std::size_t t = 0; t < series_.size() && context.outputs.detail == TrajectoryDetail::bands && fit; ++t)
    define_counts(t);
}

void ResultSeries::define_counts(std::size_t t) {
  Series& series = series_[t];
  std::tie(series.low, series.high) = context_.collector.bins(t);
  if (series.high < series.low) return;
  const Trajectory& spec = context_.outputs.trajectories[t];
  Doubles centres;
  for (std::int32_t bin = series.low; bin <= series.high; ++bin)
    centres.push_back(LogHistogram::value_of(bin, spec.whole));
  const std::string bins = spec.name + "_bin";
  context_.file.dimension("/trajectories", bins, centres,
                          describe(spec.unit, spec.long_name + ", bin",
                                   "representative value of a logarithmic bin, within 0.4 % of every value in it"));
  series.counts = context_.file.define(
      {.group = "/trajectories",
       .name = spec.name + "_counts",
       .type = ValueType::kUint32,
       .dimensions = {"point", "month", bins},
       .attributes = describe("1", spec.long_name + ", replications in each bin", spec.definition)});
}

void ResultSeries::take(std::size_t point, const Accumulators& sums, const ExpectedValues& expected) {
  const auto months = static_cast<std::size_t>(context_.outputs.months);
  for (std::size_t t = 0; t < series_.size(); ++t) {
    Series& series = series_[t];
    const Trajectory& spec = context_.outputs.trajectories[t];
    const int own = context_.collector.catalogue().trajectory(point, t);
    const std::size_t bins = series.counts ? static_cast<std::size_t>(series.high - series.low) + 1 : 0;
    std::vector<std::uint32_t> counts(months * bins);
    if (own == Catalogue::kAbsent) {
      for (std::size_t m = 0; m < months; ++m) series.figures.add_missing();
      if (!sums.bands.empty())
        series.quantiles.insert(series.quantiles.end(), months * kProbabilities.size(), kMissing);
    } else {
      const auto at = static_cast<std::size_t>(own);
      const double resolution = context_.collector.plan().points[point].model->outputs().trajectories[at].resolution;
      const auto planned = expected.trajectories.find(spec.name);
      for (int m = 1; m <= context_.outputs.months; ++m) {
        const auto month = static_cast<std::size_t>(m - 1);
        series.figures.add(sums.moments(at, m), resolution,
                           planned == expected.trajectories.end() ? kMissing : planned->second[month]);
        if (sums.bands.empty()) continue;
        const LogHistogram& band = sums.band(at, m);
        series.quantiles.resize(series.quantiles.size() + kProbabilities.size());
        band.quantiles(kProbabilities, spec.whole, std::span(series.quantiles).last(kProbabilities.size()));
        if (bins != 0)
          band.each([&](std::int32_t bin, std::uint32_t count) {
            counts[month * bins + static_cast<std::size_t>(bin - series.low)] = count;
          });
      }
    }
    if (series.counts) context_.write_point(*series.counts, point, std::vector<std::uint64_t>{months, bins}, counts);
  }
}

void ResultSeries::write() {
  for (std::size_t t = 0; t < series_.size(); ++t) {
    const Trajectory& spec = context_.outputs.trajectories[t];
    series_[t].figures.write(context_, spec, "/trajectories", {"point", "month"}, "_mean", ", mean");
    if (context_.outputs.detail == TrajectoryDetail::bands)
      context_.add("/trajectories", spec.name + "_quantile", {"point", "month", "quantile"},
                   describe(spec.unit, spec.long_name + ", quantiles",
                            spec.definition + " Relative error at most 0.4 %, from bins."),
                   series_[t].quantiles);
  }
}

}  // namespace sim::output
