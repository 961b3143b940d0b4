#include "sim/config/number.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include "sim/config/range.h"
#include "sim/config/text.h"

namespace sim {
namespace {

constexpr double kWholeLimit = 9007199254740992.0;  // 2^53: beyond, doubles skip whole numbers

// A number put in quotes, or written ".5" or "5%" on a command line.
std::optional<double> number_in_text(const Node& node) {
  const auto* text = std::get_if<std::string>(&node.value);
  if (text == nullptr) return std::nullopt;
  std::string plain = *text;
  std::erase(plain, '_');
  const bool percent = plain.ends_with('%');
  if (percent) plain.pop_back();
  while (plain.ends_with(' ')) plain.pop_back();
  double value = 0.0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error != std::errc() || end != plain.data() + plain.size() || !std::isfinite(value)) return std::nullopt;
  return percent ? value / 100.0 : value;
}

}  // namespace

std::optional<double> number_of(const Node& node) {
  if (const auto* number = std::get_if<double>(&node.value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&node.value)) return static_cast<double>(*integer);
  return std::nullopt;
}

std::string last_key(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return std::string(dot == std::string_view::npos ? path : path.substr(dot + 1));
}

void add_wrong_kind(const Node& node, const std::string& path, std::string_view expected, std::string hint,
                    Problems& problems) {
  problems.add(node.mark, path + " is " + found_text(node), std::string(expected) + " is expected", std::move(hint));
}

bool check_range(double value, const Quantity& quantity, const Mark& mark, Problems& problems) {
  const std::string hint = range_hint(quantity.range, value, quantity.whole);
  const std::string reason = range_reason(quantity.range, quantity.unit);
  if (!std::isfinite(value)) {
    problems.add(mark, quantity.path + " = " + number_text(value) + " is not a finite number", reason, hint);
  } else if (!inside(quantity.range, value)) {
    problems.add(mark, quantity.path + " = " + number_text(value) + " is out of range", reason, hint);
  } else {
    return true;
  }
  return false;
}

std::optional<double> read_number(const Node& node, const Quantity& quantity, Problems& problems) {
  if (const std::optional<double> number = number_of(node)) {
    return check_range(*number, quantity, node.mark, problems) ? number : std::nullopt;
  }
  double example = example_number(quantity.range, quantity.whole, quantity.preferred);
  std::string opening = "Write for example ";
  if (const auto hidden = number_in_text(node); hidden && inside(quantity.range, *hidden)) {
    example = *hidden;
    opening = "Write ";
  }
  std::string expected = quantity.whole ? "a whole number" : "a number";
  if (!quantity.unit.empty()) expected += " in unit \"" + std::string(quantity.unit) + "\"";
  add_wrong_kind(node, quantity.path, expected, opening + last_key(quantity.path) + " = " + number_text(example),
                 problems);
  return std::nullopt;
}

std::optional<std::vector<double>> read_numbers(const Node& node, const Quantity& quantity, Problems& problems) {
  const auto* elements = std::get_if<ArrayNode>(&node.value);
  if (elements == nullptr) {
    const double one = number_of(node).value_or(example_number(quantity.range, quantity.whole, quantity.preferred));
    const double shown = inside(quantity.range, one) ? one : example_number(quantity.range, quantity.whole, 0.0);
    add_wrong_kind(node, quantity.path, "an array of numbers",
                   "Write for example " + last_key(quantity.path) + " = [" + number_text(shown) + "]", problems);
    return std::nullopt;
  }
  std::vector<double> numbers;
  Quantity one = quantity;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    one.path = quantity.path + "[" + std::to_string(i + 1) + "]";  // counted from 1 as people do
    if (const auto number = read_number((*elements)[i], one, problems)) numbers.push_back(*number);
  }
  return numbers.size() == elements->size() ? std::optional(std::move(numbers)) : std::nullopt;
}

std::optional<std::int64_t> read_integer(const Node& node, const Quantity& quantity, Problems& problems) {
  const std::optional<double> number = number_of(node);
  if (!number) {
    read_number(node, quantity, problems);
    return std::nullopt;
  }
  if (!check_range(*number, quantity, node.mark, problems)) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&node.value)) return *integer;
  if (std::floor(*number) == *number && std::abs(*number) <= kWholeLimit) return static_cast<std::int64_t>(*number);
  double near = std::round(*number);
  if (!inside(quantity.range, near)) near = std::floor(*number) == near ? near + 1.0 : near - 1.0;
  const bool useful = inside(quantity.range, near) && std::abs(near) <= kWholeLimit;
  add_wrong_kind(node, quantity.path, "a whole number", useful ? "Use " + number_text(near) : std::string(), problems);
  return std::nullopt;
}

}  // namespace sim
