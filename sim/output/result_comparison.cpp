// /comparison: every point of a variant against the same point of the base, over (point, outcome). Points of the base
// are compared with nothing: NaN.
#include <algorithm>

#include "sim/collect/comparison.h"
#include "sim/output/result_figures.h"
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
  context.outcome_dimension(group);
  context.add(group, "baseline", {"point"}, describe("1", "baseline", "number of the point compared with; -1 for none"),
              compared);
  std::vector<const Comparison*> pairs;
  for (const OutcomeComparison& c : all) pairs.push_back(c.pairs.count > 1 ? &c.pairs : nullptr);
  add_figures(context.file, pairs);
  context.add(
      group, "dominance", {"point", "outcome"},
      describe("", "dominance",
               "first order, at 99 levels and 5 % in all: larger, smaller, crosses, no_difference, not_compared"),
      verdicts);
  Names words;
  for (const OutcomeComparison& c : all) words.push_back(c.words);
  context.add(group, "in_words", {"point", "outcome"}, describe("", "dominance in words"), words);
}

}  // namespace sim::output
