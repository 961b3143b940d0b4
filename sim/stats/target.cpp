#include "sim/stats/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "sim/base/printable.h"
#include "sim/base/suggest.h"
#include "sim/stats/summary.h"

namespace sim {
namespace {

struct StatisticName {
  std::string name;
  Statistic statistic;
  double probability;
};

const std::vector<StatisticName>& statistics() {
  static const std::vector<StatisticName> all = [] {
    std::vector<StatisticName> list{{"mean", Statistic::mean, 0.0},
                                    {"sd", Statistic::sd, 0.0},
                                    {"cvar05", Statistic::worst_mean, 0.0},
                                    {"difference", Statistic::difference, 0.0}};
    for (const double p : kProbabilities) list.push_back({quantile_name(p), Statistic::quantile, p});
    return list;
  }();
  return all;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongestShown = 80;  // assumed: a line of an editor
  return printable(text, kLongestShown);
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The outcome and the statistic of a key.
ParsedTarget parse_key(std::string_view key, const std::vector<std::string_view>& outcomes) {
  Target target;
  target.key = key;
  target.outcome = key;
  if (contains(outcomes, key)) return target;
  const std::size_t point = key.rfind('.');
  const bool split = point != std::string_view::npos && key.find(']', point) == std::string_view::npos;
  const std::string_view outcome = split ? key.substr(0, point) : key;
  const std::string_view name = split ? key.substr(point + 1) : std::string_view{};
  if (!contains(outcomes, outcome)) {
    std::string hint = did_you_mean(outcome, outcomes, "Outcomes here");
    return Problem{{}, shown(outcome) + " is not an outcome of this scenario", {}, std::move(hint)};
  }
  target.outcome = outcome;
  for (const StatisticName& s : statistics())
    if (s.name == name) {
      target.statistic = s.statistic;
      target.probability = s.probability;
      return target;
    }
  std::vector<std::string_view> names;
  for (const StatisticName& s : statistics()) names.emplace_back(s.name);
  return Problem{
      {}, shown(key) + ": " + shown(name) + " is not a statistic", {}, did_you_mean(name, names, "Statistics")};
}

// 0.01 of "1%" or "1 %".
std::optional<double> share_of(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double percent = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return percent / 100.0;
}

}  // namespace

ParsedTarget parse_target(std::string_view key, std::string_view amount,
                          const std::vector<std::string_view>& outcomes) {
  ParsedTarget parsed = parse_key(key, outcomes);
  auto* const target = std::get_if<Target>(&parsed);
  if (target == nullptr) return parsed;
  const std::optional<double> share = share_of(amount);
  if (!share)
    return Problem{{},
                   fmt::format("{} = \"{}\" is not a share", shown(key), shown(amount)),
                   "a half-width is a share of the value in per cent, or a number",
                   "Write \"1%\", or a number without quotes, such as 500"};
  if (!(*share > 0.0 && *share <= 1.0))
    return Problem{{},
                   fmt::format("{} = \"{}\" is out of range", shown(key), shown(amount)),
                   "a share lies above 0 % and up to 100 %",
                   "Write \"1%\""};
  target->wanted = *share;
  target->relative = true;
  return parsed;
}

ParsedTarget parse_target(std::string_view key, double amount, const std::vector<std::string_view>& outcomes) {
  ParsedTarget parsed = parse_key(key, outcomes);
  auto* const target = std::get_if<Target>(&parsed);
  if (target == nullptr) return parsed;
  if (!(amount > 0.0 && std::isfinite(amount)))
    return Problem{{},
                   fmt::format("{} = {} is out of range", shown(key), amount),
                   "a half-width is a positive number in the unit of the outcome",
                   "Write a positive number, or a share such as \"1%\""};
  target->wanted = amount;
  return parsed;
}

}  // namespace sim
