#include "models/shocks/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/elementary.h"
#include "sim/base/suggest.h"

namespace partnersim {
namespace {

// Below this a recovery is over: it changes nothing that a float could hold.
constexpr double kNegligible = 1e-7;

constexpr std::array<std::string_view, 2> kLaws{"exponential", "linear"};

// A key of the table that no recovery has; all is well without one.
bool report_stranger(Setup& setup, const std::string& path, const sim::TableNode& members) {
  for (const sim::Member& member : members) {
    if (std::find(kLaws.begin(), kLaws.end(), member.key) != kLaws.end()) continue;
    setup.problems.add(member.mark, fmt::format("{}: {} is not a recovery", path, member.key), {},
                       sim::did_you_mean(member.key, {kLaws.begin(), kLaws.end()}, "Recoveries"));
    return true;
  }
  return false;
}

double number_of(const sim::Node* node) {
  if (node == nullptr) return -1.0;
  if (const auto* whole = std::get_if<std::int64_t>(&node->value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&node->value)) return *real;
  return -1.0;
}

std::vector<float> read_recovery(Setup& setup, const std::string& path) {
  std::vector<float> u;
  if (!setup.scenario.given(path)) return u;
  const sim::Node& node = setup.scenario.tree(path);
  if (const auto* word = std::get_if<std::string>(&node.value); word != nullptr && *word == "step") return u;
  const double rate = number_of(node.find("exponential"));
  const double months = number_of(node.find("linear"));
  if (node.table() == nullptr || node.table()->size() != 1 || !(rate > 0.0 || months >= 1.0) ||
      !std::isfinite(rate + months)) {
    if (node.table() != nullptr && report_stranger(setup, path, *node.table())) return u;
    const auto* misspelt = std::get_if<std::string>(&node.value);
    const std::string near = misspelt == nullptr ? std::string() : sim::nearest(*misspelt, {"step"});
    setup.problems.add(
        node.mark, fmt::format("{} is not a recovery", path),
        "it is \"step\", { exponential = rate a month above 0 } or { linear = months, at least 1 }",
        near.empty() ? "For example: recovery = { exponential = 0.3 }" : fmt::format("Did you mean {}?", near));
    return u;
  }
  for (int k = 1; k <= setup.months; ++k) {
    const double left = rate > 0.0 ? sim::math::exp(-rate * k) : 1.0 - k / months;
    if (left < kNegligible) break;
    u.push_back(static_cast<float>(left));
  }
  return u;
}

}  // namespace

ShockProfile::ShockProfile(Setup& setup, const std::string& path)
    : duration_(WholeMonths::duration(setup.scenario.law(path + ".duration"), setup.months)),
      recovery_(read_recovery(setup, path + ".recovery")) {}

double ShockProfile::mean_strength(int k) const {
  const auto elapsed = static_cast<std::size_t>(k);
  double mean = duration_.exceeds(elapsed);
  for (std::size_t d = 1; d <= elapsed; ++d)
    mean += duration_.probability(d) *
            static_cast<double>(strength(static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(d)));
  return mean;
}

}  // namespace partnersim
