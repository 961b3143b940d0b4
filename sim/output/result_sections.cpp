#include "sim/output/result_sections.h"

#include <algorithm>
#include <cmath>

#include "sim/base/missing.h"

namespace sim::output {

ResultContext::ResultContext(NetcdfWriter& file_, const ResultHeader& header_, const Collector& collector_)
    : file(file_), header(header_), collector(collector_), outputs(collector_.outputs()), points(collector_.points()) {}

void ResultContext::group_of_points(const std::string& group, const Attributes& attributes) const {
  // Coordinates beside dimensions, as CF conventions name them: labels of points and swept parameters.
  const bool labelled = points > 1 && group != "/points";
  std::string coordinates = labelled ? "point_label" : "";
  for (const SweptParameter& parameter : header.swept) coordinates += (coordinates.empty() ? "" : " ") + parameter.path;
  Attributes all = attributes;
  if (!coordinates.empty()) all.push_back({"coordinates", coordinates});
  file.group(group, all);
  std::vector<std::int32_t> numbers(points);
  for (std::size_t p = 0; p < points; ++p) numbers[p] = static_cast<std::int32_t>(p);
  file.dimension(group, "point", numbers, describe("1", "point", "number of the point in the experiment"));
  if (labelled)
    file.add({.group = group,
              .name = "point_label",
              .dimensions = {"point"},
              .attributes = describe("", "label of the point", "as in /points/label")},
             std::span(header.point_labels).first(points));
  for (const SweptParameter& parameter : header.swept) {
    // Drawn at some points and swept over numbers at others: the column of draws has the name.
    const auto is_column = [&](const Column& column) { return column.of_all_copies() == parameter.path; };
    if (group == "/inputs" && std::any_of(outputs.inputs.begin(), outputs.inputs.end(), is_column)) continue;
    VariableSpec spec{
        .group = group,
        .name = parameter.path,
        .dimensions = {"point"},
        .attributes = describe(parameter.unit, parameter.path,
                               parameter.factor ? "swept as a factor on the scenario's own values" : "swept")};
    if (parameter.numbers.empty())
      file.add(spec, std::span(parameter.texts).first(points));
    else
      file.add(spec, std::span(parameter.numbers).first(points));
  }
}

void ResultContext::write_point(Variable variable, std::size_t point, std::span<const std::uint64_t> extent,
                                const Cells& cells) const {
  std::vector<std::uint64_t> start(extent.size() + 1, 0), count{1};
  start[0] = point;
  count.insert(count.end(), extent.begin(), extent.end());
  file.write_slab(variable, start, count, cells);
}

void ResultContext::month_dimension(const std::string& group) const {
  std::vector<std::int32_t> months;
  for (int m = 1; m <= outputs.months; ++m) months.push_back(m);
  file.dimension(group, "month", months, describe("1", "month", "month of the simulated future, from 1"));
}

void ResultContext::quantile_dimension(const std::string& group) const {
  file.dimension(group, "quantile", kProbabilities, describe("1", "probability"));
}

void ResultContext::outcome_dimension(const std::string& group) const {
  file.dimension(group, "outcome", labels_of(outputs.outcomes), describe("", "outcome"));
}

void MeanFigures::add(const ExactMoments& moments, double resolution, double spreadsheet) {
  mean.push_back(moments.mean(resolution));
  error.push_back(moments.standard_error(resolution));
  expected.push_back(spreadsheet);
}

void MeanFigures::add_missing() {
  for (Doubles* list : {&mean, &error, &expected}) list->push_back(kMissing);
}

void write_points(const ResultContext& context) {
  context.group_of_points("/points", {{"long_name", "points of the experiment"}});
  std::vector<std::uint32_t> replications;
  for (std::size_t p = 0; p < context.points; ++p) replications.push_back(context.collector.replications(p));
  context.add("/points", "label", {"point"}, describe("", "label"),
              std::span(context.header.point_labels).first(context.points));
  if (!context.header.variants.empty())
    context.add("/points", "variant", {"point"}, describe("", "variant"),
                std::span(context.header.variants).first(context.points));
  context.add("/points", "replications", {"point"}, describe("1", "replications", "independent simulated futures"),
              replications);
}

}  // namespace sim::output
