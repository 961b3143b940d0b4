#include "sim/config/value_text.h"

#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config/text.h"

namespace sim {
namespace {

std::string number_list(const std::vector<double>& numbers) {
  std::string out = "[";
  for (double number : numbers) out += (out.size() > 1 ? ", " : "") + number_text(number);
  return out + "]";
}

struct ArgumentText {
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::vector<double>& value) const { return number_list(value); }
  std::string operator()(const std::string& value) const { return quoted(value); }
};

struct ValueText {
  std::string operator()(const Law& law) const {
    if (law.is_constant()) return number_text(law.number("value"));
    std::string inner;
    for (const auto& [name, argument] : law.arguments) {
      const double* number = std::get_if<double>(&argument);
      if (number != nullptr && !std::isfinite(*number)) continue;  // not given
      inner += (inner.empty() ? " " : ", ") + name + " = " + std::visit(ArgumentText{}, argument);
    }
    return "{ " + law.name + " = {" + inner + (inner.empty() ? "} }" : " } }");
  }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return quoted(value); }
  std::string operator()(const std::vector<double>& value) const { return number_list(value); }
  std::string operator()(const std::vector<std::string>& value) const {
    std::string out = "[";
    for (const std::string& text : value) out += (out.size() > 1 ? ", " : "") + quoted(text);
    return out + "]";
  }
  std::string operator()(const std::vector<std::pair<std::string, double>>& value) const {
    std::string inner;
    for (const auto& [key, number] : value) {
      inner += (inner.empty() ? " " : ", ") + key_text(key) + " = " + number_text(number);
    }
    return inner.empty() ? "{}" : "{" + inner + " }";
  }
  std::string operator()(const Node& value) const { return toml_text(value); }
};

}  // namespace

std::string value_text(const Value& value) { return std::visit(ValueText{}, value); }

bool same_value(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  if (const Law* law = std::get_if<Law>(&a)) return law->same_as(std::get<Law>(b));
  return value_text(a) == value_text(b);
}

}  // namespace sim
