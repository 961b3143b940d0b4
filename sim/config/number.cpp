#include "sim/config/number.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include "sim/config/range.h"
#include "sim/config/text.h"
#include "sim/config/written_number.h"

namespace sim {
namespace {

constexpr double kWholeLimit = 9007199254740992.0;  // 2^53: beyond, doubles skip whole numbers

// A whole number digit for digit, though no double may hold it; nothing where the text is none.
std::optional<std::string> digits_of(std::string digits) {
  std::erase(digits, '_');
  if (digits.starts_with('+')) digits.erase(0, 1);
  const std::size_t sign = digits.starts_with('-') ? 1 : 0;
  if (digits.size() == sign || digits.find_first_not_of("0123456789", sign) != std::string::npos) return std::nullopt;
  return digits;
}

// Compared as integers: 2^53 + 1 is beyond a bound of 2^53, though no double is between them.
bool inside_exactly(const Range& range, std::int64_t value) {
  if (!inside(range, static_cast<double>(value))) return false;
  constexpr double kEnd = 0x1p63;
  return (!(range.high < kEnd) || value <= static_cast<std::int64_t>(range.high)) &&
         (!(range.low >= -kEnd) || value >= static_cast<std::int64_t>(range.low));
}

bool inside_exactly(const Range& range, const std::string& digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && inside_exactly(range, value);
}

// A year's probability written where a month's belongs, or a share in per cent.
std::string yearly_hint(double value, const Quantity& quantity) {
  if (quantity.yearly != Yearly::probability || !(value > 1.0 && value < 100.0)) return {};
  const double yearly = value / 100.0;
  return fmt::format(" {} % a year is {} a month, 1 − (1 − {})^(1/12)", number_text(value),
                     number_text(monthly_probability(yearly)), number_text(yearly));
}

// `shown`: the value as written.
void report_range(double value, const std::string& shown, const Quantity& quantity, const Mark& mark,
                  Problems& problems) {
  problems.add(mark, quantity.path + " = " + shown + " is out of range", range_reason(quantity.range, quantity.unit),
               range_hint(quantity.range, value, quantity.whole) + yearly_hint(value, quantity));
}

// A remedy where it is certain what the text means; an example where it means no number at all.
std::string kind_hint(const Node& node, const Quantity& quantity) {
  // An element of an array is no line of its own.
  const std::string write = quantity.path.ends_with(']') ? std::string() : last_key(quantity.path) + " = ";
  if (const auto* text = std::get_if<std::string>(&node.value)) {
    if (const auto remedy = remedy_of(*text, quantity))
      return (remedy->why.empty() ? "Write " : remedy->why + ": write ") + write + toml_number(remedy->value);
    if (text->find_first_of("0123456789") != std::string::npos)
      return "Write the number alone, without quotes: a point before decimals, _ between thousands";
  }
  if (std::holds_alternative<DateNode>(node.value) && quantity.unit == "month")
    return "Months are counted: that of scenario.start is 1";
  return "Write for example " + write + number_text(example_number(quantity.range, quantity.whole, quantity.preferred));
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
  if (std::holds_alternative<BrokenNode>(node.value)) return;
  problems.add(node.mark, path + " is " + found_text(node), std::string(expected) + " is expected", std::move(hint));
}

bool check_range(double value, const Quantity& quantity, const Mark& mark, Problems& problems) {
  if (!std::isfinite(value)) {
    problems.add(mark, quantity.path + " = " + number_text(value) + " is not a finite number",
                 range_reason(quantity.range, quantity.unit), range_hint(quantity.range, value, quantity.whole));
  } else if (!inside(quantity.range, value)) {
    report_range(value, number_text(value), quantity, mark, problems);
  } else {
    return true;
  }
  return false;
}

std::optional<double> read_number(const Node& node, const Quantity& quantity, Problems& problems) {
  if (const std::optional<double> number = number_of(node)) {
    return check_range(*number, quantity, node.mark, problems) ? number : std::nullopt;
  }
  const auto* text = std::get_if<std::string>(&node.value);
  if (const auto meant = text != nullptr ? remedy_of(*text, quantity) : std::nullopt) {
    const auto digits = quantity.whole ? digits_of(*text) : std::nullopt;
    if (digits ? !inside_exactly(quantity.range, *digits) : !inside(quantity.range, meant->value)) {
      report_range(meant->value, digits.value_or(number_text(meant->value)), quantity, node.mark, problems);
      return std::nullopt;
    }
  }
  std::string expected = quantity.whole ? "a whole number" : "a number";
  if (!quantity.unit.empty()) expected += " in unit \"" + std::string(quantity.unit) + "\"";
  add_wrong_kind(node, quantity.path, expected, kind_hint(node, quantity), problems);
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
  if (const auto* integer = std::get_if<std::int64_t>(&node.value)) {
    if (inside_exactly(quantity.range, *integer)) return *integer;
    report_range(*number, std::to_string(*integer), quantity, node.mark, problems);
    return std::nullopt;
  }
  if (!check_range(*number, quantity, node.mark, problems)) return std::nullopt;
  if (std::floor(*number) == *number && std::abs(*number) <= kWholeLimit) return static_cast<std::int64_t>(*number);
  double near = std::round(*number);
  if (!inside(quantity.range, near)) near = std::floor(*number) == near ? near + 1.0 : near - 1.0;
  const bool useful = inside(quantity.range, near) && std::abs(near) <= kWholeLimit;
  add_wrong_kind(node, quantity.path, "a whole number", useful ? "Use " + number_text(near) : std::string(), problems);
  return std::nullopt;
}

}  // namespace sim
