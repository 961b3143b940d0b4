// The statistics of every outcome, with their errors and the spreadsheet's figure: over (point, outcome).
#include "sim/output/result_figures.h"
#include "sim/output/result_sections.h"

namespace sim::output {
void write_summary(const ResultContext& context, const Results& results) {
  Attributes attributes{{"long_name", "statistics of the outcomes"}};
  if (context.outputs.doubles) attributes.push_back({"precision", "double"});  // of the columns they are of
  context.group_of_points("/summary", attributes);
  Names units, long_names, worst;
  for (const Column& column : context.outputs.outcomes) {
    worst.push_back(column.high_is_worse ? "highest" : "lowest");
    units.push_back(column.unit);
    long_names.push_back(column.long_name);
  }
  context.outcome_dimension("/summary");
  context.quantile_dimension("/summary");
  context.add("/summary", "unit", {"outcome"}, describe("", "unit of the outcome"), units);
  context.add("/summary", "long_name", {"outcome"}, describe("", "name of the outcome"), long_names);
  context.add("/summary", "worst", {"outcome"}, describe("", "which values are the worst ones"), worst);
  std::vector<const Summary*> summaries;
  std::vector<const QuantileEstimate*> quantiles;
  for (const PointResults& point : results.points)
    for (const Summary& summary : point.summaries) {
      summaries.push_back(&summary);
      for (const QuantileEstimate& quantile : summary.quantiles) quantiles.push_back(&quantile);
    }
  add_figures(context.file, summaries);
  add_figures(context.file, quantiles);
  Doubles expected;
  for (std::size_t p = 0; p < context.points; ++p)
    for (const Column& column : context.outputs.outcomes)
      expected.push_back(context.collector.plan().points[p].model->expected().outcome(column.label()));
  context.add("/summary", std::string(kExpectedName), {"point", "outcome"},
              describe("", std::string(kExpectedName), std::string(kExpectedMeaning)), expected);
}

}  // namespace sim::output
