// Monthly series: means with their errors, and bands from histograms in logarithmic bins, over (point, month).
#include <algorithm>

#include "sim/output/result_sections.h"

namespace sim::output {
namespace {

void write_series(const ResultContext& context, std::size_t t, const Results& results) {
  const Trajectory& spec = context.outputs.trajectories[t];
  MeanFigures figures;
  for (std::size_t p = 0; p < context.points; ++p) {
    const auto& planned = results.expected[p].trajectories;
    const auto found = planned.find(spec.name);
    for (int m = 1; m <= context.outputs.months; ++m) {
      figures.add(context.collector.sums(p).moments(t, m), spec.resolution,
                  found == planned.end() ? kMissing : found->second[static_cast<std::size_t>(m - 1)]);
    }
  }
  const auto add = [&](const std::string& suffix, const std::string& meaning, const Doubles& values) {
    context.file.add({.group = "/trajectories",
                      .name = spec.name + suffix,
                      .dimensions = {"point", "month"},
                      .attributes = describe(spec.unit, spec.long_name + ", " + meaning, spec.definition)},
                     values);
  };
  add("_mean", "mean", figures.mean);
  add("_standard_error", "standard error of the mean", figures.error);
  add("_expected", "spreadsheet's figure", figures.expected);
}

void write_band(const ResultContext& context, std::size_t t) {
  const Trajectory& spec = context.outputs.trajectories[t];
  std::int32_t low = std::numeric_limits<std::int32_t>::max(), high = std::numeric_limits<std::int32_t>::min();
  const auto each = [&](auto&& visit) {
    for (std::size_t p = 0; p < context.points; ++p)
      for (int m = 1; m <= context.outputs.months; ++m) visit(p, m, context.collector.sums(p).band(t, m));
  };
  each([&](std::size_t, int, const LogHistogram& band) {
    for (std::size_t i = 0; i < band.counts().size(); ++i) {
      if (band.counts()[i] == 0) continue;
      const std::int32_t bin = band.first_bin() + static_cast<std::int32_t>(i);
      low = std::min(low, bin);
      high = std::max(high, bin);
    }
  });
  Doubles centres, quantiles;
  for (std::int32_t bin = low; bin <= high; ++bin) centres.push_back(LogHistogram::value_of(bin, spec.whole));
  std::vector<std::uint32_t> counts(context.points * static_cast<std::size_t>(context.outputs.months) * centres.size());
  std::size_t row = 0;
  each([&](std::size_t, int, const LogHistogram& band) {
    for (const double p : kProbabilities) quantiles.push_back(band.quantile(p, spec.whole));
    for (std::size_t i = 0; i < band.counts().size(); ++i)
      if (band.counts()[i] != 0)
        counts[row * centres.size() + static_cast<std::size_t>(band.first_bin() + static_cast<std::int32_t>(i) - low)] =
            band.counts()[i];
    ++row;
  });
  const std::string bins = spec.name + "_bin";
  context.file.dimension("/trajectories", bins, centres,
                         describe(spec.unit, spec.long_name + ", bin",
                                  "representative value of a logarithmic bin, within 0.4 % of every value in it"));
  context.file.add({.group = "/trajectories",
                    .name = spec.name + "_quantile",
                    .dimensions = {"point", "month", "quantile"},
                    .attributes = describe(spec.unit, spec.long_name + ", quantiles",
                                           spec.definition + " Relative error at most 0.4 %, from bins.")},
                   quantiles);
  context.file.add({.group = "/trajectories",
                    .name = spec.name + "_counts",
                    .dimensions = {"point", "month", bins},
                    .attributes = describe("1", spec.long_name + ", replications in each bin", spec.definition)},
                   counts);
}

}  // namespace

void write_trajectories(const ResultContext& context, const Results& results) {
  if (context.outputs.detail == TrajectoryDetail::none) return;
  const std::string group = "/trajectories";
  context.group_of_points(group, {{"long_name", "monthly series"}});
  context.month_dimension(group);
  context.quantile_dimension(group);
  for (std::size_t t = 0; t < context.outputs.trajectories.size(); ++t) {
    write_series(context, t, results);
    if (context.outputs.detail == TrajectoryDetail::bands) write_band(context, t);
  }
}

}  // namespace sim::output
