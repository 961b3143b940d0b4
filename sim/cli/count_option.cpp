#include "sim/cli/count_option.h"

#include <fmt/format.h>

#include "sim/config/number.h"
#include "sim/config/text.h"
#include "sim/config/value_path.h"
#include "sim/config/written_number.h"

namespace sim::cli {

std::optional<std::int64_t> read_count(const CountOption& option, const std::string& text, UsageProblems& problems) {
  const Quantity quantity{.path = std::string(option.name), .range = option.range, .unit = "1", .whole = true};
  const Node node = command_line_value(text, {});
  Problems found;
  if (const auto count = read_integer(node, quantity, found)) return count;
  const bool beyond = found.list().front().problem.ends_with(" is out of range");
  std::string problem = fmt::format("{} {} is not a whole number", option.name, text);
  if (beyond)
    problem = fmt::format("{} {} is out of range ({} to {})", option.name, text, number_text(option.range.low),
                          number_text(option.range.high));
  else if (const auto meant = remedy_of(text, quantity))
    problem += fmt::format(". Write {} {}", option.name, toml_number(meant->value));
  else
    problem += fmt::format(". Write for example {} {}", option.name, option.example);
  problems.add(std::move(problem));
  return std::nullopt;
}

std::int64_t read_count(const CountOption& option, const std::string& text) {
  UsageProblems problems;
  const auto count = read_count(option, text, problems);
  problems.raise();
  return count.value();
}

}  // namespace sim::cli
