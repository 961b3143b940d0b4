#include "sim/config/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "sim/base/printable.h"
#include "sim/base/suggest.h"
#include "sim/config/law.h"
#include "sim/config/number.h"
#include "sim/config/range.h"
#include "sim/config/text.h"

namespace sim {
namespace {

Quantity quantity_of(const ParameterSpec& spec, std::string path) {
  return {std::move(path), spec.range, spec.unit, spec.fallback, spec.kind == Kind::integer, spec.yearly};
}

std::optional<std::string> check_form(const std::string& text, const Mark& mark, const ParameterSpec& spec,
                                      const std::string& path, Problems& problems) {
  if (spec.form == nullptr || text.empty()) return text;
  const std::optional<std::string> meant = spec.form->meant(text);
  if (meant == text) return text;
  problems.add(mark, fmt::format("{} = {} is not a {}", path, shown_text(text), spec.form->noun), {},
               (meant ? "Write " : "Write for example ") + last_key(path) + " = " +
                   quoted(meant ? *meant : std::string(spec.form->example)));
  return std::nullopt;
}

constexpr std::size_t kLongestText = 200;      // assumed: as much as a table can show in a cell
constexpr std::size_t kLongestElement = 1000;  // assumed: ids of 64 characters, a few levels deep

std::optional<std::string> read_text(const Node& node, const ParameterSpec& spec, const std::string& path,
                                     Problems& problems) {
  const std::vector<std::string_view> choices(spec.choices.begin(), spec.choices.end());
  const auto* text = std::get_if<std::string>(&node.value);
  if (text == nullptr) {
    const bool scalar = node.table() == nullptr && !std::holds_alternative<ArrayNode>(node.value);
    std::string hint = "Write for example " + example_line(spec);
    if (scalar && spec.kind == Kind::text) {
      const auto meant = spec.form != nullptr ? spec.form->meant(toml_text(node)) : std::optional(toml_text(node));
      if (meant) hint = "Write " + last_key(path) + " = " + quoted(*meant);
    }
    if (spec.kind == Kind::choice) hint += "; choices: " + listed(choices);
    add_wrong_kind(node, path, "text", hint, problems);
    return std::nullopt;
  }
  if (spec.kind == Kind::text) {
    if (!check_text(*text, kLongestText, path, node.mark, problems)) return std::nullopt;
    return check_form(*text, node.mark, spec, path, problems);
  }
  for (std::string_view choice : spec.choices) {
    if (choice == *text) return *text;
  }
  const std::string near = nearest(*text, choices);
  problems.add(node.mark, path + " = " + shown_text(*text) + " is not a choice", "it is one of " + listed(choices),
               near.empty() ? "Write for example " + example_line(spec) : "Did you mean " + near + "?");
  return std::nullopt;
}

std::optional<std::vector<std::string>> read_texts(const Node& node, const ParameterSpec& spec, const std::string& path,
                                                   Problems& problems) {
  const auto* elements = std::get_if<ArrayNode>(&node.value);
  if (elements == nullptr) {
    const auto* text = std::get_if<std::string>(&node.value);
    std::string hint = text == nullptr || text->size() > 60 ? "Write for example " + example_line(spec)
                                                            : "Write " + last_key(path) + " = [" + quoted(*text) + "]";
    add_wrong_kind(node, path, "an array of texts", std::move(hint), problems);
    return std::nullopt;
  }
  std::vector<std::string> texts;
  bool sound = true;
  for (const Node& element : *elements) {
    if (const auto* text = std::get_if<std::string>(&element.value)) {
      texts.push_back(*text);
      sound = check_text(*text, kLongestElement, "an element of " + path, element.mark, problems) && sound;
    } else {
      add_wrong_kind(element, "an element of " + path, "text", "Write for example " + example_line(spec), problems);
      sound = false;
    }
  }
  return sound ? std::optional(std::move(texts)) : std::nullopt;
}

std::optional<std::vector<std::pair<std::string, double>>> read_number_map(const Node& node, const ParameterSpec& spec,
                                                                           const std::string& path,
                                                                           Problems& problems) {
  const TableNode* members = node.table();
  if (members == nullptr) {
    add_wrong_kind(node, path, "a table of numbers", "Write for example " + example_line(spec), problems);
    return std::nullopt;
  }
  std::vector<std::pair<std::string, double>> map;
  bool sound = true;
  for (const Member& member : *members) {
    const auto number = read_number(member.node, quantity_of(spec, joined_path(path, shown_key(member.key))), problems);
    sound = sound && number.has_value();
    if (number) map.emplace_back(member.key, *number);
  }
  return sound ? std::optional(std::move(map)) : std::nullopt;
}

template <class T>
std::optional<Value> value_from(std::optional<T> read) {
  if (!read) return std::nullopt;
  return Value(std::in_place_type<T>, std::move(*read));
}

std::optional<Law> read_number_or_law(const Node& node, const ParameterSpec& spec, const std::string& path,
                                      Problems& problems) {
  if (node.table() != nullptr && !spec.laws.empty()) return read_law(node, spec, path, problems);
  const auto number = read_number(node, quantity_of(spec, path), problems);
  if (!number) return std::nullopt;
  Law law = constant_law(*number, node.mark);
  const std::string problem = spec.check == nullptr ? "" : spec.check(law, spec.range);
  if (problem.empty()) return law;
  problems.add(node.mark, path + ": " + problem);
  return std::nullopt;
}

std::optional<bool> read_flag(const Node& node, const ParameterSpec& spec, const std::string& path,
                              Problems& problems) {
  if (const auto* flag = std::get_if<bool>(&node.value)) return *flag;
  const auto* text = std::get_if<std::string>(&node.value);
  const bool quoted_flag = text != nullptr && (*text == "true" || *text == "false");
  add_wrong_kind(node, path, "true or false",
                 quoted_flag ? "Write " + last_key(path) + " = " + *text : "Write for example " + example_line(spec),
                 problems);
  return std::nullopt;
}

// Specs may say "no limit" by an infinite default, which has no conversion.
std::int64_t whole_fallback(const ParameterSpec& spec) {
  constexpr double kLimit = 9.0e18;
  return static_cast<std::int64_t>(std::clamp(spec.fallback, -kLimit, kLimit));
}

}  // namespace

bool check_text(const std::string& text, std::size_t longest, const std::string& path, const Mark& mark,
                Problems& problems) {
  if (const std::string control = first_control(text); !control.empty()) {
    problems.add(mark, path + " holds the control character " + control, "it would spoil tables and terminals",
                 "Leave it out");
    return false;
  }
  if (const std::size_t length = character_count(text); length > longest) {
    problems.add(mark, fmt::format("{} has {} characters", path, length), fmt::format("at most {}", longest),
                 "Shorten it");
    return false;
  }
  return true;
}

std::optional<Value> read_value(const Node& node, const ParameterSpec& spec, const std::string& path,
                                Problems& problems) {
  if (std::holds_alternative<BrokenNode>(node.value)) return std::nullopt;
  switch (spec.kind) {
    case Kind::number:
      return value_from(read_number_or_law(node, spec, path, problems));
    case Kind::integer:
      return value_from(read_integer(node, quantity_of(spec, path), problems));
    case Kind::boolean:
      return value_from(read_flag(node, spec, path, problems));
    case Kind::text:
    case Kind::choice:
      return value_from(read_text(node, spec, path, problems));
    case Kind::numbers:
      return value_from(read_numbers(node, quantity_of(spec, path), problems));
    case Kind::texts:
      return value_from(read_texts(node, spec, path, problems));
    case Kind::number_map:
      return value_from(read_number_map(node, spec, path, problems));
    case Kind::tree:
      return Value(node);
  }
  return std::nullopt;
}

Value default_value(const ParameterSpec& spec, const Mark& mark) {
  switch (spec.kind) {
    case Kind::number:
      return constant_law(spec.fallback, mark);
    case Kind::integer:
      return whole_fallback(spec);
    case Kind::boolean:
      return spec.fallback != 0.0;
    case Kind::text:
    case Kind::choice:
      return std::string(spec.fallback_text);
    case Kind::numbers:
      return std::vector<double>{};
    case Kind::texts:
      return std::vector<std::string>{};
    case Kind::number_map:
      return std::vector<std::pair<std::string, double>>{};
    case Kind::tree:
      return Node{mark, TableNode{}};
  }
  return false;
}

std::string example_line(const ParameterSpec& spec) {
  const bool whole = spec.kind == Kind::integer;
  const std::string number = number_text(example_number(spec.range, whole, spec.fallback));
  const std::string_view example = spec.form != nullptr ? spec.form->example : "text";
  const std::string text = quoted(spec.fallback_text.empty() ? example : spec.fallback_text);
  const std::string line = last_key(spec.path) + " = ";
  switch (spec.kind) {
    case Kind::number:
    case Kind::integer:
      return line + number;
    case Kind::boolean:
      return line + "true";
    case Kind::text:
      return line + text;
    case Kind::choice:
      return line + (spec.choices.empty() ? text : quoted(spec.choices.front()));
    case Kind::numbers:
      return line + "[" + number + "]";
    case Kind::texts:
      return line + "[" + text + "]";
    case Kind::number_map:
      return line + "{ NAME = " + number + " }";
    case Kind::tree:
      return line + "{ … }";
  }
  return line;
}

}  // namespace sim
