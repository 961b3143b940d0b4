// Totals and survival of each member of the network, over (point, partner) and (point, partner, month).
#include "sim/output/result_sections.h"

namespace sim::output {
namespace {

void write_member_total(const ResultContext& context, std::size_t t, const Results& results) {
  const MemberTotal& spec = context.outputs.member_totals[t];
  MeanFigures figures;
  for (std::size_t p = 0; p < context.points; ++p) {
    const auto found = results.expected[p].member_totals.find(spec.name);
    for (std::size_t k = 0; k < context.outputs.members.size(); ++k) {
      figures.add(context.collector.sums(p).member_totals[t * context.outputs.members.size() + k], spec.resolutions[k],
                  found == results.expected[p].member_totals.end() ? kMissing : found->second[k]);
    }
  }
  const auto add = [&](const std::string& suffix, const std::string& meaning, const Doubles& values) {
    context.file.add({.group = "/partners",
                      .name = spec.name + suffix,
                      .dimensions = {"point", "partner"},
                      .attributes = describe(spec.unit, spec.long_name + meaning, spec.definition)},
                     values);
  };
  add("", "", figures.mean);
  add("_standard_error", ", standard error of the mean", figures.error);
  add("_expected", ", spreadsheet's figure", figures.expected);
}

}  // namespace

void write_members(const ResultContext& context, const Results& results) {
  if (context.outputs.members.empty() || (context.outputs.member_totals.empty() && !context.outputs.member_survival))
    return;
  const std::string group = "/partners";
  context.group_of_points(group, {{"long_name", "partners"}});
  Names ids, labels;
  for (const Entity& member : context.outputs.members) {
    ids.push_back(member.id);
    labels.push_back(member.label);
  }
  context.file.dimension(group, "partner", ids, describe("", "partner"));
  context.file.add({.group = group, .name = "label", .dimensions = {"partner"}, .attributes = describe("", "label")},
                   labels);
  for (std::size_t t = 0; t < context.outputs.member_totals.size(); ++t) write_member_total(context, t, results);
  if (!context.outputs.member_survival) return;
  context.month_dimension(group);
  Doubles survival;
  for (std::size_t p = 0; p < context.points; ++p)
    for (const std::uint64_t alive : context.collector.sums(p).alive)
      survival.push_back(static_cast<double>(alive) / static_cast<double>(context.collector.replications(p)));
  context.file.add({.group = group,
                    .name = "survival",
                    .dimensions = {"point", "partner", "month"},
                    .attributes = describe("1", "Survival",
                                           "share of replications in which the partnership is alive after the month")},
                   survival);
}

}  // namespace sim::output
