#include "sim/rng/law_arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <variant>
#include <vector>

namespace sim::laws {
namespace {

std::string range_text(const Range& range) {
  return std::string(range.open_low ? "above " : "") + shown(range.low) + (range.open_high ? " to below " : " to ") +
         shown(range.high);
}

bool inside(double x, const Range& range) {
  return (range.open_low ? x > range.low : x >= range.low) && (range.open_high ? x < range.high : x <= range.high);
}

// The number, or the fallback where it is absent or NaN.
double number_or_fallback(const Law& law, const ArgumentSpec& spec) {
  const Law::Argument* argument = find(law, spec.name);
  const double* value = argument == nullptr ? nullptr : std::get_if<double>(argument);
  return value == nullptr || std::isnan(*value) ? spec.fallback : *value;
}

void check_argument(const Law& law, const ArgumentSpec& spec, const Law::Argument& argument) {
  const std::string name = law.name + ": " + std::string(spec.name);
  const auto check = [&](double x) {
    if (!inside(x, spec.range)) {
      refuse(name + " is " + shown(x), "the range is " + range_text(spec.range), "Choose a value inside the range.");
    }
    if (std::isinf(x) && x != spec.fallback) refuse(name + " is " + shown(x), "", "Choose a finite number.");
  };
  if (spec.kind == ArgumentSpec::Kind::number) {
    const double* value = std::get_if<double>(&argument);
    if (value == nullptr) refuse(name + " is not a number", "", "Write it as " + std::string(spec.name) + " = 1.");
    if (!std::isnan(*value))
      check(*value);
    else if (spec.required)
      refuse(name + " is not a number", "it is NaN", "Choose a finite number.");
  } else if (spec.kind == ArgumentSpec::Kind::text) {
    if (std::get_if<std::string>(&argument) == nullptr) refuse(name + " is not text", "", "Write it in quotes.");
  } else {
    const auto* values = std::get_if<std::vector<double>>(&argument);
    if (values == nullptr) refuse(name + " is not a list of numbers", "", "Write it as [1, 2, 3].");
    for (const double x : *values) check(x);
  }
}

}  // namespace

void refuse(const std::string& problem, const std::string& reason, const std::string& hint) {
  throw std::invalid_argument(problem + (reason.empty() ? "" : " (" + reason + ")") + ". " + hint);
}

std::string shown(double x) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x);
  return {text.data(), end.ptr};
}

std::string shown(const Law::Argument& argument) {
  if (const auto* text = std::get_if<std::string>(&argument)) return *text;
  if (const auto* value = std::get_if<double>(&argument)) return shown(*value);
  std::string list;
  for (const double x : std::get<std::vector<double>>(argument)) list += (list.empty() ? "" : ", ") + shown(x);
  return "[" + list + "]";
}

const LawSpec& spec_of(const Law& law) {
  std::string names;
  for (const LawSpec& spec : distribution_laws()) {
    if (spec.name == law.name) return spec;
    names += (names.empty() ? "" : ", ") + std::string(spec.name);
  }
  refuse("unknown law " + law.name, "", "The laws are: " + names + ".");
}

const Law::Argument* find(const Law& law, std::string_view name) {
  for (const auto& [key, argument] : law.arguments) {
    if (key == name) return &argument;
  }
  return nullptr;
}

double number(const Law& law, std::string_view name) {
  for (const ArgumentSpec& spec : spec_of(law).arguments) {
    if (spec.name == name) return number_or_fallback(law, spec);
  }
  throw std::logic_error("the law " + law.name + " has no argument " + std::string(name));
}

bool given(const Law& law, std::string_view name) { return !std::isnan(number(law, name)); }

void check_arguments(const Law& law) {
  const LawSpec& spec = spec_of(law);
  for (const ArgumentSpec& wanted : spec.arguments) {
    const Law::Argument* argument = find(law, wanted.name);
    if (argument != nullptr)
      check_argument(law, wanted, *argument);
    else if (wanted.required) {
      refuse(law.name + " needs " + std::string(wanted.name), std::string(wanted.doc), "Add it.");
    }
  }
  for (const auto& [name, argument] : law.arguments) {
    const bool known = std::any_of(spec.arguments.begin(), spec.arguments.end(),
                                   [&name = name](const ArgumentSpec& wanted) { return wanted.name == name; });
    if (!known) refuse(law.name + " has no argument " + name, "", std::string(spec.doc) + ".");
  }
}

}  // namespace sim::laws
