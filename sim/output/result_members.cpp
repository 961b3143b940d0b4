// Totals and survival of each member of the network, over (point, member) and (point, member, month).
#include <fmt/format.h>

#include "sim/base/missing.h"
#include "sim/output/result_sections.h"

namespace sim::output {

void ResultMembers::take(std::size_t point, const Accumulators& sums, const ExpectedValues& expected) {
  const Catalogue& catalogue = context_.collector.catalogue();
  const OutputPlan& own = context_.collector.plan().points[point].model->outputs();
  const auto months = static_cast<std::size_t>(context_.outputs.months);
  for (std::size_t k = 0; k < context_.outputs.members.size(); ++k) {
    const int member = catalogue.member(point, k);
    const auto m = static_cast<std::size_t>(member);
    for (std::size_t t = 0; t < totals_.size(); ++t) {
      const int total = catalogue.member_total(point, t);
      const auto at = static_cast<std::size_t>(total);
      if (member == Catalogue::kAbsent || total == Catalogue::kAbsent || !own.member_totals[at].holds(m)) {
        totals_[t].add_missing();
        continue;
      }
      const auto found = expected.member_totals.find(context_.outputs.member_totals[t].name);
      totals_[t].add(sums.member_totals[at * own.members.size() + m], own.member_totals[at].resolutions[m],
                     found == expected.member_totals.end() ? kMissing : found->second[m]);
    }
    if (!context_.outputs.member_survival) continue;
    if (member == Catalogue::kAbsent || !own.member_survival) {
      survival_.insert(survival_.end(), months, kMissing);
      continue;
    }
    const auto replications = static_cast<double>(context_.collector.replications(point));
    for (const std::uint32_t alive : sums.survivors(m)) survival_.push_back(static_cast<double>(alive) / replications);
  }
}

void ResultMembers::write() {
  if (context_.outputs.members.empty() || (totals_.empty() && !context_.outputs.member_survival)) return;
  const MemberNouns& nouns = context_.outputs.nouns;
  const std::string group = members_group(nouns), dimension(nouns.one);
  Attributes attributes{{"long_name", std::string(nouns.many)}};
  for (const MemberTotal& total : context_.outputs.member_totals)
    if (total.in_report) attributes.push_back({"in_report", total.name});
  context_.group_of_points(group, attributes);
  Names ids, labels;
  for (const Entity& member : context_.outputs.members) {
    ids.push_back(member.id);
    labels.push_back(member.label);
  }
  context_.file.dimension(group, dimension, ids, describe("", dimension));
  context_.add(group, "label", {dimension}, describe("", "label"), labels);
  for (std::size_t t = 0; t < totals_.size(); ++t)
    totals_[t].write(context_, context_.outputs.member_totals[t], group, {"point", dimension}, "", "");
  if (!context_.outputs.member_survival) return;
  context_.month_dimension(group);
  context_.add(group, "survival", {"point", dimension, "month"},
               describe("1", "Survival",
                        fmt::format("share of replications in which the {} is alive after the month", nouns.tie)),
               survival_);
}

}  // namespace sim::output
