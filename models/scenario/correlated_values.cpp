#include "models/scenario/correlated_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "models/scenario/patterns.h"
#include "models/scenario/switched_off.h"
#include "sim/base/counted.h"
#include "sim/base/suggest.h"

namespace partnersim {
namespace {

std::vector<std::string_view> levels_of(std::string_view path) {
  std::vector<std::string_view> levels;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    levels.push_back(path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  levels.push_back(path);
  return levels;
}

std::string joined(const std::vector<std::string_view>& levels, std::size_t count) {
  std::string path;
  for (std::size_t k = 0; k < count; ++k) path += (k > 0 ? "." : "") + std::string(levels[k]);
  return path;
}

// The drawn paths, with the levels that the pattern has right as they are written there.
std::vector<std::string> alternatives(const Setup& setup, const std::string& pattern) {
  const auto given = levels_of(pattern);
  std::set<std::string> found;
  for (const auto& [path, id] : setup.draw_ids()) {
    auto levels = levels_of(path);
    if (levels.size() == given.size())
      for (std::size_t k = 0; k < levels.size(); ++k)
        if (matches(given[k], levels[k])) levels[k] = given[k];
    found.insert(joined(levels, levels.size()));
  }
  return {found.begin(), found.end()};
}

std::string suggestion(const Setup& setup, const std::string& pattern) {
  const std::vector<std::string> paths = alternatives(setup, pattern);
  if (paths.empty()) return "Draw a value, as in close_rate = { beta = { mean = 0.15, concentration = 25 } }";
  return sim::did_you_mean(pattern, {paths.begin(), paths.end()}, "Drawn once a replication are");
}

// A law for a constant that is to take part.
std::string law_for(const sim::ParameterSpec& spec, const std::string& path, double value) {
  const double low = std::max(spec.range.low, value > 0.0 ? 0.5 * value : value - 0.5);
  const double high = std::min(spec.range.high, value > 0.0 ? 1.5 * value : value + 0.5);
  return fmt::format("Draw it, as in {} = {{ uniform = {{ low = {:.4g}, high = {:.4g} }} }}, or leave it out",
                     path.substr(path.rfind('.') + 1), low, high);
}

void complain(Setup& setup, const std::string& table, const std::string& pattern, const std::string& path) {
  const sim::Mark mark = setup.scenario.mark(table + ".of", pattern);
  if (path.empty())
    return setup.problems.add(mark, fmt::format("{}: {} matches no value of this scenario", table, pattern), {},
                              suggestion(setup, pattern));
  const sim::ParameterSpec& spec = setup.scenario.spec(path);
  const bool is_number = spec.kind == sim::Kind::number;
  if (is_number && !spec.laws.empty() && setup.scenario.law(path).is_constant() &&
      spec.frequency == sim::Frequency::once_a_replication) {
    const bool all = pattern.find('*') != std::string::npos;
    return setup.problems.add(mark, fmt::format("{}: {} is constant", table, all ? pattern + " throughout" : path),
                              "only what is drawn once a replication can be correlated",
                              law_for(spec, path, setup.scenario.number(path)));
  }
  const bool per_event =
      is_number && spec.frequency == sim::Frequency::per_event && !setup.scenario.law(path).is_constant();
  setup.problems.add(mark, fmt::format("{}: {} is not drawn once a replication", table, path),
                     per_event ? "it is drawn per event: luck, not doubt about a parameter" : "",
                     suggestion(setup, pattern));
}

void complain_of_number(Setup& setup, const std::string& table, const CorrelatedValues& values, bool sharing) {
  std::vector<std::string_view> others;
  for (const auto& [path, id] : setup.draw_ids())
    if (!values.ids.contains(id)) others.push_back(path);
  const std::string hint = !others.empty() ? "Add another: " + sim::listed(others)
                           : sharing       ? "Leave shared = true out"
                                           : "Draw another value once a replication, or leave it out";
  setup.problems.add(setup.scenario.mark(table + ".of"),
                     fmt::format("{}.of names {}", table, sim::counted(values.ids.size(), "parameter")),
                     sharing ? "copies that share are one parameter" : "a correlation is between two or more", hint);
}

}  // namespace

CorrelatedValues correlated_values(Setup& setup, const std::string& table) {
  const sim::Scenario& scenario = setup.scenario;
  CorrelatedValues values;
  std::set<std::string_view> paths;
  bool fine = true, switched_off = false;
  for (const std::string& pattern : scenario.texts(table + ".of")) {
    bool drawn = false;
    for (const auto& [path, id] : setup.draw_ids()) {
      if (!names_value(pattern, path)) continue;
      values.ids.insert(id);
      paths.insert(path);
      drawn = true;
    }
    const bool off = is_switched_off(scenario, pattern);
    switched_off = switched_off || off;
    if (drawn || off) continue;
    std::string found;
    scenario.each([&](std::string_view path, const sim::Scenario::Entry&) {
      if (names_value(pattern, path)) found = path;
      return found.empty();
    });
    complain(setup, table, pattern, found);
    fine = false;
  }
  values.usable = fine && values.ids.size() > 1;
  if (fine && !values.usable && !switched_off)
    complain_of_number(setup, table, values, paths.size() > values.ids.size());
  return values;
}

}  // namespace partnersim
