#include "sim/plan/vary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "sim/base/suggest.h"
#include "sim/config/number.h"
#include "sim/config/text.h"
#include "sim/config/written_number.h"

namespace sim {
namespace {

const Mark kCommandLine{"--vary", 0, 0};

std::string write_factors(const SpecNode& specs) { return "Write for example " + factors_example(specs); }

std::string write_text(const SpecNode& specs) {
  const auto [path, values] = example_setting(specs, Kind::number);
  return fmt::format("Write for example --vary '{}={}'", path, values);
}

bool is_number(const Node& node) {
  return std::holds_alternative<double>(node.value) || std::holds_alternative<std::int64_t>(node.value);
}

// A table of an axis, and not one further down the path: a range has plain values at its ends.
bool is_axis(const TableNode& members) {
  const std::vector<std::string_view> keys(kAxisKeys.begin(), kAxisKeys.end());
  return std::any_of(members.begin(), members.end(), [&](const Member& member) {
    const bool plain = member.node.table() == nullptr && !std::holds_alternative<ArrayNode>(member.node.value);
    return member.key == "factor" || (plain && !nearest(member.key, keys).empty());
  });
}

class VaryReader {
 public:
  VaryReader(DesignKind design, const SpecNode& specs, Problems& problems)
      : design_(design), specs_(specs), problems_(problems) {}

  void read(const TableNode& members, const std::string& above) {
    for (const Member& member : members) {
      // "machine.*.wear" is a path; a key without dots is one level.
      const bool is_path = member.key.find_first_of(".*") != std::string::npos;
      const std::string path = joined_path(above, is_path ? member.key : key_text(member.key));
      const TableNode* below = member.node.table();
      if (below == nullptr || is_axis(*below)) {
        add(path, member);
      } else if (below->empty()) {
        problems_.add(member.mark, "sweep.vary." + shown_text(path) + " is empty", {}, write_factors(specs_));
      } else if (is_misspelt_factor(path, *below)) {
        problems_.add((*below)[0].mark,
                      "sweep.vary." + shown_text(path) + ": " + shown_key((*below)[0].key) + " is not a key of an axis",
                      {}, "Did you mean factor?");
      } else {
        read(*below, path);
      }
    }
  }

  std::vector<Axis> axes;

 private:
  // { factr = [1, 2] } looks like one level more of the path, if the path did not name a value already.
  bool is_misspelt_factor(const std::string& text, const TableNode& below) const {
    Problems ignored;
    const std::optional<ValuePath> levels = read_path(text, {}, ignored);
    const SpecNode* spec = levels ? find_spec(specs_, *levels) : nullptr;
    return spec != nullptr && spec->spec != nullptr && below.size() == 1 && !nearest(below[0].key, {"factor"}).empty();
  }

  void add(const std::string& text, const Member& member) {
    const bool typed = member.mark.file == kCommandLine.file;
    std::optional<ValuePath> levels =
        read_path(text, {member.mark, typed ? write_text(specs_) : write_factors(specs_)}, problems_);
    if (!levels) return;
    Axis axis;
    axis.path = path_text(*levels);
    axis.mark = member.mark;
    const SpecNode* spec = find_spec(specs_, *levels);
    axis.parameter = spec != nullptr ? spec->spec : nullptr;
    axis.levels = std::move(*levels);
    for (const Axis& other : axes) {
      if (other.path != axis.path) continue;
      problems_.add(member.mark, shown_text(axis.path) + " is varied twice", "also at " + to_string(other.mark),
                    "Keep one of them");
      return;
    }
    const bool known = check_known(specs_, axis.levels, axis.mark, problems_);
    read_axis(axis, member.node, design_, problems_);
    if (known) axes.push_back(std::move(axis));
  }

  DesignKind design_;
  const SpecNode& specs_;
  Problems& problems_;
};

// At `separator` outside quotes and brackets.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  int depth = 0;
  char quote = '\0';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == separator && depth == 0) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

Node as_factor(Node node) {
  TableNode table;
  table.push_back({"factor", kCommandLine, std::move(node)});
  return {kCommandLine, std::move(table)};
}

// LO:HI or LO:HI:COUNT; nothing when the text is something else.
std::optional<Node> read_span(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  TableNode table;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Node value = command_line_value(parts[i], kCommandLine);
    if (!is_number(value)) return std::nullopt;
    table.push_back({std::string(kAxisKeys[i]), kCommandLine, std::move(value)});
  }
  return Node{kCommandLine, std::move(table)};
}

// "0,01:0,05:5" as it was meant, "0.01:0.05:5"; nothing for what is no range.
std::optional<std::string> range_meant(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  std::string meant;
  for (const std::string_view part : parts) {
    const auto number = written_number(part);
    if (!number) return std::nullopt;
    meant += (meant.empty() ? "" : ":") + toml_number(number->value);
  }
  return meant;
}

std::optional<Node> read_vary_value(std::string_view text, const SpecNode& specs, Problems& problems) {
  const Node whole = command_line_value(text, kCommandLine);
  if (whole.table() != nullptr || std::holds_alternative<ArrayNode>(whole.value)) return whole;
  const bool star = text.starts_with('*');
  if (std::optional<Node> range = read_span(text.substr(star ? 1 : 0))) {
    return star ? as_factor(std::move(*range)) : std::move(range);
  }
  if (const auto meant = range_meant(text.substr(star ? 1 : 0))) {
    problems.add(kCommandLine, shown_text(text) + " is no range", "a point stands before decimals, _ between thousands",
                 "Write " + std::string(star ? "*" : "") + *meant);
    return std::nullopt;
  }
  ArrayNode values;
  std::size_t stars = 0;
  for (std::string_view part : split(text, ',')) {
    part = trimmed(part);
    if (part.empty() || part == "*") {
      problems.add(kCommandLine, shown_text(text) + " has an empty value", "values stand between commas",
                   write_text(specs));
      return std::nullopt;
    }
    if (part.starts_with('*')) {
      ++stars;
      part.remove_prefix(1);
    }
    values.push_back(command_line_value(part, kCommandLine));
  }
  if (stars == 0) return Node{kCommandLine, std::move(values)};
  if (stars < values.size()) {
    problems.add(kCommandLine, shown_text(text) + " mixes values and factors", "* before a number makes it a factor",
                 "Write * before each of them, or before none");
    return std::nullopt;
  }
  return as_factor({kCommandLine, std::move(values)});
}

}  // namespace

std::vector<Axis> read_axes(const Node& vary, DesignKind design, const SpecNode& specs, Problems& problems) {
  const TableNode* members = vary.table();
  if (members == nullptr) {
    add_wrong_kind(vary, "sweep.vary", "a table of paths and values", write_factors(specs), problems);
    return {};
  }
  VaryReader reader(design, specs, problems);
  reader.read(*members, {});
  return std::move(reader.axes);
}

std::string factors_example(const SpecNode& specs) {
  return fmt::format("\"{}\" = {{ factor = [0.5, 1, 2] }}", example_setting(specs, Kind::number).path);
}

Node read_vary_texts(std::span<const std::string> texts, const SpecNode& specs, Problems& problems) {
  TableNode table;
  for (const std::string& text : texts) {
    const std::size_t equals = find_unquoted(text, '=');
    if (equals == std::string_view::npos) {
      problems.add(kCommandLine, shown_text(text) + " gives no values", "PATH=VALUES is expected", write_text(specs));
      continue;
    }
    const std::string_view path = trimmed(std::string_view(text).substr(0, equals));
    std::optional<Node> node = read_vary_value(trimmed(std::string_view(text).substr(equals + 1)), specs, problems);
    if (node) table.push_back({std::string(path), kCommandLine, std::move(*node)});
  }
  return {kCommandLine, std::move(table)};
}

std::vector<Axis> merged(std::vector<Axis> earlier, std::vector<Axis> later) {
  for (Axis& axis : later) {
    const auto same =
        std::find_if(earlier.begin(), earlier.end(), [&](const Axis& other) { return other.path == axis.path; });
    if (same != earlier.end()) {
      *same = std::move(axis);
    } else {
      earlier.push_back(std::move(axis));
    }
  }
  return earlier;
}

}  // namespace sim
