// What the worst 5 % of the futures share, over (point, variable): see stats/worst_futures.h.
#include <algorithm>

#include "sim/output/result_figures.h"
#include "sim/output/result_sections.h"

namespace sim::output {

void write_worst(const ResultContext& context, const Results& results) {
  if (results.worst_variables.empty()) return;
  const std::string group = "/worst";
  context.group_of_points(
      group, {{"long_name", "what the worst 5 % of the futures share"}, {"outcome", results.worst_outcome}});
  context.file.dimension(group, "variable", results.worst_variables, describe("", "variable"));
  context.add(group, "unit", {"variable"}, describe("", "unit of the variable"), results.worst_units);
  const auto add_texts = [&](const std::string& name, const std::string& meaning, const Names& texts) {
    context.add(group, name, {"variable"}, describe("", meaning), texts);
  };
  if (std::any_of(results.worst_cautions.begin(), results.worst_cautions.end(),
                  [](const auto& c) { return !c.empty(); })) {
    add_texts("caution", "what misleads where the worst futures differ in the variable", results.worst_cautions);
    add_texts("caution_with", "outcome whose mean has to be above 0 for that", results.worst_cautions_with);
  }
  std::vector<const Contrast*> contrasts;
  for (const PointResults& point : results.points)
    for (const Contrast& contrast : point.worst) contrasts.push_back(&contrast);
  add_figures(context.file, contrasts, results.worst_outcome);
}

}  // namespace sim::output
