#include "models/scenario/dated_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "models/scenario/patterns.h"
#include "models/scenario/switched_off.h"
#include "sim/base/suggest.h"
#include "sim/config/value.h"

namespace partnersim {
namespace {

// { "firm.fixed_cost" = 1 } and { firm = { fixed_cost = 1 } } alike: the path so far names a value, or has tables
// below, though they may be disabled.
bool is_above_values(const sim::Scenario& scenario, const std::string& pattern) {
  const std::size_t levels = static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '.'));
  // What the path has on as many levels, and whether there are more.
  const auto begins = [&](std::string_view path, bool may_be_all) {
    std::size_t end = 0;
    for (std::size_t dots = 0; end < path.size() && (path[end] != '.' || dots++ < levels);) ++end;
    return (may_be_all || end < path.size()) && matches_path(pattern, path.substr(0, end));
  };
  bool found = false;
  scenario.each([&](std::string_view path, const sim::Scenario::Entry&) {
    found = begins(path, false);
    return !found;
  });
  const auto tables = scenario.disabled_tables();
  return found || std::any_of(tables.begin(), tables.end(), [&](std::string_view path) { return begins(path, true); });
}

}  // namespace

DatedChanges::DatedChanges(const sim::Scenario& scenario, sim::Problems& problems) {
  for (const std::string& id : scenario.ids("change")) read(scenario, "change." + id, problems);
  for (auto& [path, list] : changes_) {
    std::stable_sort(list.begin(), list.end(), [](const Change& a, const Change& b) { return a.month < b.month; });
    for (std::size_t i = 1; i < list.size(); ++i)
      if (list[i].month == list[i - 1].month)
        problems.add(list[i].mark, fmt::format("{} sets {} in month {}", list[i].id, path, list[i].month),
                     fmt::format("{} does so too", list[i - 1].id), "Keep one of them.");
  }
}

void DatedChanges::read(const sim::Scenario& scenario, const std::string& id, sim::Problems& problems) {
  const sim::Node& set = scenario.tree(id + ".set");
  if (set.table() == nullptr || set.table()->empty()) {
    problems.add(set.mark, fmt::format("{}.set is empty", id), "a change sets values",
                 "For example: set = { \"firm.fixed_cost\" = 12_000 }");
    return;
  }
  for (const sim::Member& member : *set.table()) add(scenario, id, member.key, member, problems);
}

void DatedChanges::add(const sim::Scenario& scenario, const std::string& id, const std::string& pattern,
                       const sim::Member& member, sim::Problems& problems) {
  const sim::Node& value = member.node;
  const auto read = [&](const sim::ParameterSpec& spec, std::string_view path) -> std::optional<sim::Law> {
    if (spec.kind != sim::Kind::number) {
      problems.add(member.mark, fmt::format("{}: {} cannot change at a date", id, path), "only numbers can",
                   "Set it for the whole run instead.");
      return std::nullopt;
    }
    auto law = sim::read_value(value, spec, std::string(path), problems);
    return law ? std::optional(std::get<sim::Law>(std::move(*law))) : std::nullopt;
  };
  bool found = false;
  scenario.each([&](std::string_view path, const sim::Scenario::Entry& entry) {
    if (!names_value(pattern, path)) return true;
    found = true;
    std::optional<sim::Law> law = read(*entry.spec, path);
    if (!law) return false;  // once is enough for a pattern
    changes_[std::string(path)].push_back(
        {static_cast<int>(scenario.integer(id + ".month")), std::move(*law), value.mark, id});
    return true;
  });
  if (found) return;
  if (is_switched_off(scenario, pattern)) {
    read(*parameter_named(pattern), pattern);  // wrong is wrong
    return;
  }
  if (value.table() != nullptr && is_above_values(scenario, pattern)) {
    for (const sim::Member& below : *value.table()) add(scenario, id, pattern + "." + below.key, below, problems);
    return;
  }
  std::vector<std::string> numbers;
  scenario.each([&](std::string_view path, const sim::Scenario::Entry& entry) {
    if (entry.spec->kind == sim::Kind::number) numbers.emplace_back(path);
    return true;
  });
  problems.add(member.mark, fmt::format("{}: {} matches no value of this scenario", id, pattern), {},
               sim::did_you_mean(pattern, {numbers.begin(), numbers.end()}, "Values"));
}

std::vector<DatedLaw> DatedChanges::laws(const sim::Scenario& scenario, const std::string& path) {
  std::vector<DatedLaw> list{{1, scenario.law(path)}};
  if (changes_.empty()) return list;
  asked_.insert(path);
  const auto found = changes_.find(path);
  if (found == changes_.end()) return list;
  for (const Change& change : found->second) {
    if (change.month == 1)
      list.front().law = change.law;
    else
      list.push_back({change.month, change.law});
  }
  return list;
}

void DatedChanges::report_idle(sim::Problems& problems) const {
  for (const auto& [path, list] : changes_)
    if (!asked_.contains(path))
      problems.add(list.front().mark, fmt::format("{}: {} cannot change at a date", list.front().id, path),
                   "it is fixed for a run, or nothing in this scenario reads it", "Set it for the whole run instead.");
}

}  // namespace partnersim
