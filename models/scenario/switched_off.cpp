#include "models/scenario/switched_off.h"

#include <algorithm>
#include <vector>

#include "models/partnership_model.h"
#include "models/scenario/patterns.h"

namespace partnersim {
namespace {

std::size_t level_count(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '.')) + 1;
}

// "leads" of "partner.acme.leads" behind 2 levels, ".leads" with its dot; empty when there are no more.
std::string_view behind(std::string_view path, std::size_t levels) {
  std::size_t at = 0;
  for (std::size_t k = 0; k < levels && at != std::string_view::npos; ++k) at = path.find('.', k == 0 ? 0 : at + 1);
  return at == std::string_view::npos ? std::string_view() : path.substr(at);
}

// A '*' of a spec stands for any one id.
bool is_about(std::string_view spec, std::string_view pattern) {
  while (true) {
    const std::size_t spec_dot = spec.find('.'), pattern_dot = pattern.find('.');
    const std::string_view level = spec.substr(0, spec_dot);
    if (level != "*" && !matches(pattern.substr(0, pattern_dot), level)) return false;
    if (spec_dot == std::string_view::npos || pattern_dot == std::string_view::npos) return spec_dot == pattern_dot;
    spec.remove_prefix(spec_dot + 1);
    pattern.remove_prefix(pattern_dot + 1);
  }
}

}  // namespace

const sim::ParameterSpec* parameter_named(std::string_view pattern) {
  static const std::vector<sim::ParameterSpec> specs = parameter_specs();
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const sim::ParameterSpec& spec) { return is_about(spec.path, pattern); });
  return found == specs.end() ? nullptr : &*found;
}

bool is_switched_off(const sim::Scenario& scenario, std::string_view pattern) {
  if (parameter_named(pattern) == nullptr) return false;
  const auto tables = scenario.disabled_tables();
  return std::any_of(tables.begin(), tables.end(), [&](std::string_view table) {
    const std::string_view rest = behind(pattern, level_count(table));
    return !rest.empty() && names_value(pattern, std::string(table).append(rest));
  });
}

bool is_switched_off(const sim::Scenario& scenario, std::string_view table, std::string_view pattern) {
  const auto tables = scenario.disabled_tables();
  return std::any_of(tables.begin(), tables.end(), [&](std::string_view path) {
    return level_count(path) == level_count(table) + 1 && path.starts_with(table) &&
           matches(pattern, path.substr(table.size() + 1));
  });
}

}  // namespace partnersim
