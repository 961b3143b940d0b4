#include "sim/cli/precision_goal.h"

#include <fmt/format.h>

#include <variant>

#include "sim/collect/catalogue.h"
#include "sim/config/number.h"

namespace sim::cli {
namespace {

ParsedTarget parsed(const Member& member, const std::vector<std::string>& labels, const std::string& example) {
  const std::vector<std::string_view> outcomes(labels.begin(), labels.end());
  if (const auto* text = std::get_if<std::string>(&member.node.value)) return parse_target(member.key, *text, outcomes);
  if (const auto number = number_of(member.node)) return parse_target(member.key, *number, outcomes);
  return Problem{{}, fmt::format("{} is neither a number nor a share", member.key), {}, "Write for example " + example};
}

// A quantile of zeros and ones is 0 or 1: a share of 0 cannot be reached, and a half-width says nothing about a jump.
bool never_met(const Target& target, const std::vector<Column>& outcomes) {
  if (target.statistic != Statistic::quantile) return false;
  const auto column = collect::place_of(outcomes, target.outcome);
  return column && outcomes[*column].yes_or_no;
}

}  // namespace

PrecisionGoal read_precision_goal(const Scenario& scenario, const OutputPlan& outputs, const Experiment& experiment,
                                  Problems& problems) {
  PrecisionGoal goal{{}, scenario.number("stop.confidence"), scenario.integer("scenario.replications")};
  if (!scenario.given("stop.precision")) return goal;
  const std::vector<std::string> labels = collect::labels_of(outputs.outcomes);
  const std::string example = fmt::format("{} = \"1%\"", labels.empty() ? "" : labels[collect::headline_of(outputs)]);
  const Node& wanted = scenario.tree("stop.precision");
  if (wanted.table() == nullptr) {
    add_wrong_kind(wanted, "stop.precision", "a table of outcomes and half-widths",
                   "Write for example precision = { " + example + " }", problems);
    return goal;
  }
  for (const Member& member : *wanted.table()) {
    if (std::holds_alternative<BrokenNode>(member.node.value)) continue;
    Mark mark = member.mark;
    std::string about = "stop.precision: ";
    if (mark.file == "--set") {  // --precision is read as an assignment
      mark.file = "--precision";
      about.clear();
    }
    ParsedTarget target = parsed(member, labels, example);
    if (const auto* problem = std::get_if<Problem>(&target)) {
      problems.add(mark, about + problem->problem, problem->reason, problem->hint);
      continue;
    }
    goal.targets.push_back(std::get<Target>(std::move(target)));
    if (never_met(goal.targets.back(), outputs.outcomes))
      problems.add(mark, fmt::format("{}{} is never known to a precision", about, goal.targets.back().key),
                   fmt::format("{0} is 1 or 0 in each future, and so is its quantile: it jumps from one to the other",
                               goal.targets.back().outcome),
                   fmt::format("Ask for the mean, which is the probability: {} = 0.01", goal.targets.back().outcome));
    if (goal.targets.back().statistic == Statistic::difference && experiment.variants().size() < 2)
      problems.add(mark, fmt::format("{} has nothing to compare", goal.targets.back().key),
                   "a difference is that of a variant to the base", "Add [variant.NAME] with what it sets");
  }
  if (!goal.targets.empty() && scenario.given("stop.max_replications"))
    goal.replications = scenario.integer("stop.max_replications");
  return goal;
}

}  // namespace sim::cli
