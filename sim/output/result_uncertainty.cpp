// /uncertainty of two-level runs: how much of each outcome's variance is luck and how much ignorance of the parameters,
// over (point, outcome). /convergence of runs with a precision goal, over (checkpoint, target, point).
#include "sim/output/result_sections.h"

namespace sim::output {

void write_uncertainty(const ResultContext& context, const Results& results) {
  if (context.outputs.sampling.inner == 1 || results.points.empty()) return;
  const std::string group = "/uncertainty";
  context.group_of_points(group, {{"long_name", "luck and ignorance"},
                                  {"inner", static_cast<std::int64_t>(context.outputs.sampling.inner)}});
  Names labels;
  for (const Column& column : context.outputs.outcomes) labels.push_back(column.label());
  context.file.dimension(group, "outcome", labels, describe("", "outcome"));
  const auto add = [&](const std::string& name, const std::string& meaning, Estimate VarianceSplit::*part) {
    for (const auto& [suffix, member] :
         {std::pair{std::string(), &Estimate::value}, {std::string("_standard_error"), &Estimate::error}}) {
      Doubles values;
      for (const PointResults& point : results.points)
        for (const VarianceSplit& split : point.splits) values.push_back((split.*part).*member);
      context.file.add({.group = group,
                        .name = name + suffix,
                        .dimensions = {"point", "outcome"},
                        .attributes = describe("", name + suffix,
                                               suffix.empty() ? meaning : "Monte Carlo standard error of " + name)},
                       values);
    }
  };
  Names words;
  for (const PointResults& point : results.points)
    for (const VarianceSplit& split : point.splits) words.push_back(advice(split));
  context.file.add({.group = group,
                    .name = "advice",
                    .dimensions = {"point", "outcome"},
                    .attributes = describe("", "which of the two to sample more")},
                   words);
  add("luck", "variance that would be left if the parameters were known", &VarianceSplit::luck);
  add("ignorance", "variance that comes from not knowing the parameters; unbiased, so it may be below 0",
      &VarianceSplit::ignorance);
  add("share", "of ignorance in the variance", &VarianceSplit::share);
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
    context.file.add({.group = group,
                      .name = name,
                      .dimensions = {"checkpoint", "target", "point"},
                      .attributes = describe(name == "needed" ? "1" : "", name, meaning)},
                     values);
  };
  add("value", "estimate", convergence.value);
  add("half_width", "longer side of the interval", convergence.half_width);
  add("wanted", "half-width asked for", convergence.wanted);
  add("needed", "replications forecast", convergence.needed);
}

}  // namespace sim::output
