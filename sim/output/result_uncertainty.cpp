// /uncertainty of two-level runs: how much of each outcome's variance is luck and how much ignorance of the parameters,
// over (point, outcome). /convergence of runs with a precision goal, over (checkpoint, target, point).
#include "sim/output/result_figures.h"
#include "sim/output/result_sections.h"

namespace sim::output {

void write_uncertainty(const ResultContext& context, const Results& results) {
  if (context.outputs.sampling.inner == 1 || results.points.empty()) return;
  const std::string group = "/uncertainty";
  context.group_of_points(group, {{"long_name", "luck and ignorance"},
                                  {"inner", static_cast<std::int64_t>(context.outputs.sampling.inner)}});
  context.outcome_dimension(group);
  Names words;
  std::vector<const VarianceSplit*> splits;
  for (const PointResults& point : results.points)
    for (const VarianceSplit& split : point.splits) {
      words.push_back(advice(split));
      splits.push_back(&split);
    }
  context.add(group, "advice", {"point", "outcome"}, describe("", "which of the two to sample more"), words);
  add_figures(context.file, splits);
}

void write_convergence(const ResultContext& context) {
  if (!context.header.convergence) return;
  const Convergence& convergence = *context.header.convergence;
  const std::string group = "/convergence";
  context.group_of_points(group, {{"long_name", "how the intervals of precision targets narrowed"}});
  context.file.dimension(group, "checkpoint", convergence.replications,
                         describe("1", "checkpoint", "replications of each point"));
  context.file.dimension(group, "target", convergence.targets, describe("", "precision target"));
  const auto add = [&](const std::string& name, const std::string& meaning, const Doubles& values) {
    context.add(group, name, {"checkpoint", "target", "point"}, describe(name == "needed" ? "1" : "", name, meaning),
                values);
  };
  add("value", "estimate", convergence.value);
  add("half_width", "longer side of the interval", convergence.half_width);
  add("wanted", "half-width asked for", convergence.wanted);
  add("needed", "replications forecast", convergence.needed);
}

}  // namespace sim::output
