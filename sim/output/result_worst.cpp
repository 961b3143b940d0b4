// What the worst 5 % of the futures share, over (point, variable): see stats/worst_futures.h.
#include <algorithm>

#include "sim/output/result_sections.h"

namespace sim::output {

void write_worst(const ResultContext& context, const Results& results) {
  if (results.worst_variables.empty()) return;
  const std::string group = "/worst";
  context.group_of_points(
      group, {{"long_name", "what the worst 5 % of the futures share"}, {"outcome", results.worst_outcome}});
  context.file.dimension(group, "variable", results.worst_variables, describe("", "variable"));
  context.file.add(
      {.group = group, .name = "unit", .dimensions = {"variable"}, .attributes = describe("", "unit of the variable")},
      results.worst_units);
  const auto add_texts = [&](const std::string& name, const std::string& meaning, const Names& texts) {
    context.file.add({.group = group, .name = name, .dimensions = {"variable"}, .attributes = describe("", meaning)},
                     texts);
  };
  if (std::any_of(results.worst_cautions.begin(), results.worst_cautions.end(),
                  [](const auto& c) { return !c.empty(); })) {
    add_texts("caution", "what misleads where the worst futures differ in the variable", results.worst_cautions);
    add_texts("caution_with", "outcome whose mean has to be above 0 for that", results.worst_cautions_with);
  }
  const auto add = [&](const std::string& name, const std::string& meaning, double Contrast::*part) {
    Doubles values;
    for (const PointResults& point : results.points)
      for (const Contrast& contrast : point.worst) values.push_back(contrast.*part);
    context.file.add(
        {.group = group, .name = name, .dimensions = {"point", "variable"}, .attributes = describe("", name, meaning)},
        values);
  };
  add("mean_all", "mean over all futures", &Contrast::all);
  add("sd_all", "standard deviation over all futures", &Contrast::sd);
  add("mean_worst", "mean over the worst 5 % in " + results.worst_outcome, &Contrast::worst);
  add("mean_worst_standard_error", "standard error of mean_worst", &Contrast::worst_error);
}

}  // namespace sim::output
