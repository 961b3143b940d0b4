// The statistics of every outcome, with their errors and the spreadsheet's figure: over (point, outcome).
#include "sim/base/missing.h"
#include "sim/output/result_sections.h"

namespace sim::output {
namespace {

// One value for each point and outcome.
void add_statistic(const ResultContext& context, const std::string& name, const std::string& meaning,
                   const Results& results, double (*get)(const Summary&)) {
  Doubles values;
  for (const PointResults& point : results.points)
    for (const Summary& s : point.summaries) values.push_back(get(s));
  context.file.add({.group = "/summary",
                    .name = name,
                    .dimensions = {"point", "outcome"},
                    .attributes = describe("", name, meaning)},
                   values);
}

void add_quantiles(const ResultContext& context, const std::string& name, const std::string& meaning,
                   const Results& results, double QuantileEstimate::*part) {
  Doubles values;
  for (const PointResults& point : results.points)
    for (const Summary& s : point.summaries)
      for (const QuantileEstimate& q : s.quantiles) values.push_back(q.*part);
  context.file.add({.group = "/summary",
                    .name = name,
                    .dimensions = {"point", "outcome", "quantile"},
                    .attributes = describe("", name, meaning)},
                   values);
}

}  // namespace

void write_summary(const ResultContext& context, const Results& results) {
  Attributes attributes{{"long_name", "statistics of the outcomes"}};
  if (context.outputs.doubles) attributes.push_back({"precision", "double"});  // of the columns they are of
  context.group_of_points("/summary", attributes);
  Names labels, units, long_names, worst;
  for (const Column& column : context.outputs.outcomes) {
    worst.push_back(column.high_is_worse ? "highest" : "lowest");
    labels.push_back(column.label());
    units.push_back(column.unit);
    long_names.push_back(column.long_name);
  }
  context.file.dimension("/summary", "outcome", labels, describe("", "outcome"));
  context.quantile_dimension("/summary");
  context.file.add({.group = "/summary",
                    .name = "unit",
                    .dimensions = {"outcome"},
                    .attributes = describe("", "unit of the outcome")},
                   units);
  context.file.add({.group = "/summary",
                    .name = "long_name",
                    .dimensions = {"outcome"},
                    .attributes = describe("", "name of the outcome")},
                   long_names);
  context.file.add({.group = "/summary",
                    .name = "worst",
                    .dimensions = {"outcome"},
                    .attributes = describe("", "which values are the worst ones")},
                   worst);
  add_statistic(context, "count", "replications in which there is a value", results,
                [](const Summary& s) { return static_cast<double>(s.count); });
  add_statistic(context, "mean", "mean over replications", results, [](const Summary& s) { return s.mean; });
  add_statistic(context, "standard_error", "Monte Carlo standard error of the mean", results,
                [](const Summary& s) { return s.mean_error; });
  add_statistic(context, "sd", "standard deviation over replications", results, [](const Summary& s) { return s.sd; });
  add_statistic(context, "sd_standard_error", "Monte Carlo standard error of sd", results,
                [](const Summary& s) { return s.sd_error; });
  add_statistic(context, "minimum", "smallest value", results, [](const Summary& s) { return s.minimum; });
  add_statistic(context, "maximum", "largest value", results, [](const Summary& s) { return s.maximum; });
  add_statistic(context, "cvar05", "mean of the worst 5 %: of the lowest or highest values, as `worst` says", results,
                [](const Summary& s) { return s.cvar; });
  add_statistic(context, "cvar05_standard_error", "Monte Carlo standard error of cvar05", results,
                [](const Summary& s) { return s.cvar_error; });
  add_statistic(context, "value_at_risk",
                "from the mean to the edge of the worst 5 %: mean - p05, or p95 - mean where `worst` is highest",
                results, [](const Summary& s) { return s.value_at_risk; });
  add_statistic(context, "value_at_risk_standard_error", "Monte Carlo standard error of value_at_risk", results,
                [](const Summary& s) { return s.value_at_risk_error; });
  add_quantiles(context, "quantile_value", "order statistic ceil(n p)", results, &QuantileEstimate::value);
  add_quantiles(context, "quantile_low",
                "lower end of the 95 % interval from binomial order statistics; missing where too few values bound it",
                results, &QuantileEstimate::low);
  add_quantiles(context, "quantile_high",
                "upper end of the 95 % interval from binomial order statistics; missing where too few values bound it",
                results, &QuantileEstimate::high);
  add_quantiles(context, "quantile_standard_error", "standard error of the quantile", results,
                &QuantileEstimate::error);
  Doubles expected;
  for (std::size_t p = 0; p < context.points; ++p)
    for (const Column& column : context.outputs.outcomes) {
      const auto& outcomes = context.collector.plan().points[p].model->expected().outcomes;
      const auto found = outcomes.find(column.label());
      expected.push_back(found == outcomes.end() ? kMissing : found->second);
    }
  context.file.add(
      {.group = "/summary",
       .name = "expected",
       .dimensions = {"point", "outcome"},
       .attributes = describe("", "expected", "the spreadsheet's answer: every draw replaced by its mean")},
      expected);
}

}  // namespace sim::output
