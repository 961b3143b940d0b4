// /comparison: every point of a variant against the same point of the base, over (point, outcome). Points of the base
// are compared with nothing: NaN.
#include <algorithm>

#include "sim/base/missing.h"
#include "sim/collect/comparison.h"
#include "sim/output/result_sections.h"

namespace sim::output {
namespace {

std::string attribute_of(Dominance verdict) {
  switch (verdict) {
    case Dominance::no_difference:
      return "no_difference";
    case Dominance::b_larger:
      return "larger";
    case Dominance::a_larger:
      return "smaller";
    case Dominance::crosses:
      return "crosses";
  }
  return {};
}

}  // namespace

void write_comparison(const ResultContext& context, const Results& results) {
  const auto& baselines = context.header.baselines;
  const bool any =
      std::any_of(results.comparisons.begin(), results.comparisons.end(), [](const auto& row) { return !row.empty(); });
  if (!any) return;
  const std::string group = "/comparison";
  std::vector<OutcomeComparison> all;
  std::vector<std::int32_t> compared;
  Names verdicts;
  for (std::size_t p = 0; p < context.points; ++p) {
    std::vector<OutcomeComparison> row = results.comparisons[p];
    compared.push_back(row.empty() ? -1 : static_cast<std::int32_t>(baselines[p]));
    row.resize(context.outputs.outcomes.size());
    for (const OutcomeComparison& c : row)
      verdicts.push_back(c.pairs.count > 1 ? attribute_of(c.dominance.verdict) : "not_compared");
    all.insert(all.end(), row.begin(), row.end());
  }
  context.group_of_points(group, {{"long_name", "differences to the base, pair by pair of replications"}});
  Names labels;
  for (const Column& column : context.outputs.outcomes) labels.push_back(column.label());
  context.file.dimension(group, "outcome", labels, describe("", "outcome"));
  context.file.add({.group = group,
                    .name = "baseline",
                    .dimensions = {"point"},
                    .attributes = describe("1", "baseline", "number of the point compared with; -1 for none")},
                   compared);
  const auto add = [&](const std::string& name, const std::string& meaning, const auto& get) {
    Doubles values;
    for (const OutcomeComparison& c : all) values.push_back(c.pairs.count > 1 ? get(c) : kMissing);
    context.file.add(
        {.group = group, .name = name, .dimensions = {"point", "outcome"}, .attributes = describe("", name, meaning)},
        values);
  };
  const auto add_estimate = [&](const std::string& name, const std::string& meaning, Estimate Comparison::*part) {
    add(name, meaning, [&](const OutcomeComparison& c) { return (c.pairs.*part).value; });
    add(name + "_standard_error", "Monte Carlo standard error of " + name,
        [&](const OutcomeComparison& c) { return (c.pairs.*part).error; });
    add(name + "_low", "lower end of the 95 % interval",
        [&](const OutcomeComparison& c) { return (c.pairs.*part).low; });
    add(name + "_high", "upper end of the 95 % interval",
        [&](const OutcomeComparison& c) { return (c.pairs.*part).high; });
  };
  add("pairs", "replications in which both have a value",
      [](const OutcomeComparison& c) { return static_cast<double>(c.pairs.count); });
  add_estimate("difference", "mean of the differences of pairs", &Comparison::difference);
  add_estimate("difference_p05", "difference of the 5 % quantiles", &Comparison::p05);
  add_estimate("difference_p50", "difference of the medians", &Comparison::median);
  add_estimate("difference_p95", "difference of the 95 % quantiles", &Comparison::p95);
  add_estimate("ratio", "ratio of the means", &Comparison::ratio);
  add("larger", "share of the replications in which the point has more than its baseline",
      [](const OutcomeComparison& c) { return c.pairs.larger; });
  add("equal", "share of the replications without a difference",
      [](const OutcomeComparison& c) { return c.pairs.equal; });
  add("variance_removed", "1 - Var(difference) / (sum of both variances): what pairing saves",
      [](const OutcomeComparison& c) { return c.pairs.variance_removed; });
  context.file.add(
      {.group = group,
       .name = "dominance",
       .dimensions = {"point", "outcome"},
       .attributes =
           describe("", "dominance",
                    "first order, at 99 levels and 5 % in all: larger, smaller, crosses, no_difference, not_compared")},
      verdicts);
  Names words;
  for (const OutcomeComparison& c : all) words.push_back(c.words);
  context.file.add({.group = group,
                    .name = "in_words",
                    .dimensions = {"point", "outcome"},
                    .attributes = describe("", "dominance in words")},
                   words);
}

}  // namespace sim::output
