#include "sim/config/law.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sim/base/suggest.h"
#include "sim/config/number.h"
#include "sim/config/range.h"
#include "sim/config/text.h"
#include "sim/config/value.h"

namespace sim {
namespace {

const ArgumentSpec* find_argument(const LawSpec& law, std::string_view name) {
  for (const ArgumentSpec& argument : law.arguments) {
    if (argument.name == name) return &argument;
  }
  return nullptr;
}

std::vector<std::string_view> argument_names(const LawSpec& law) {
  std::vector<std::string_view> names;
  for (const ArgumentSpec& argument : law.arguments) names.push_back(argument.name);
  return names;
}

std::string example_argument(const ArgumentSpec& argument) {
  switch (argument.kind) {
    case ArgumentSpec::Kind::number:
      return number_text(example_number(argument.range, false, argument.fallback));
    case ArgumentSpec::Kind::numbers:
      return "[" + number_text(example_number(argument.range, false, 0.0)) + "]";
    case ArgumentSpec::Kind::text:
      return "\"text\"";
  }
  return {};
}

// Everything but what the table holds: which laws there are and where complaints go.
class LawReader {
 public:
  LawReader(const Node& node, const ParameterSpec& spec, const std::string& path, Problems& problems)
      : node_(node), spec_(spec), path_(path), problems_(problems) {}

  // The law, with its companions behind its own arguments.
  std::optional<Law> read() {
    if (spec_.companions.empty()) return read_alone();
    TableNode& members = *node_.table();
    std::vector<std::pair<std::string, Law::Argument>> companions;
    bool sound = true;
    for (const ArgumentSpec& companion : spec_.companions) {
      const Node* given = node_.find(companion.name);
      if (given == nullptr) continue;
      std::optional<Law::Argument> argument = read_argument(companion, *given, joined_path(path_, companion.name));
      sound = sound && argument.has_value();
      if (argument) companions.emplace_back(companion.name, std::move(*argument));
      std::erase_if(members, [&](const Member& m) { return m.key == companion.name; });
    }
    std::optional<Law> law = read_alone();
    if (!law || !sound) return std::nullopt;
    law->arguments.insert(law->arguments.end(), std::make_move_iterator(companions.begin()),
                          std::make_move_iterator(companions.end()));
    return law;
  }

 private:
  std::optional<Law> read_alone() {
    const TableNode& members = *node_.table();
    if (members.empty()) {
      add_wrong_kind(node_, path_, "a number or a law",
                     "Write for example " + example_line(spec_) + "; laws: " + listed(names()), problems_);
      return std::nullopt;
    }
    if (const LawSpec* flat = flat_law(true)) return read_arguments(*flat, node_, path_);
    for (const Member& member : members) {
      if (const LawSpec* law = find(member.key)) return read_named(*law, member);
    }
    if (const LawSpec* flat = flat_law(false)) return read_arguments(*flat, node_, path_);
    report_unknown();
    return std::nullopt;
  }

  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const LawSpec& law : spec_.laws) all.push_back(law.name);
    for (const ArgumentSpec& companion : spec_.companions) all.push_back(companion.name);
    return all;
  }

  std::vector<std::string_view> companion_names() const {
    std::vector<std::string_view> all;
    for (const ArgumentSpec& companion : spec_.companions) all.push_back(companion.name);
    return all;
  }

  const LawSpec* find(std::string_view name) const {
    for (const LawSpec& law : spec_.laws) {
      if (law.name == name) return &law;
    }
    return nullptr;
  }

  // The flat law that knows most of the keys; all of them when `complete`. On a tie the one that
  // lacks fewest, so that { p50 = 6 } is measured against the shorter law.
  const LawSpec* flat_law(bool complete) const {
    const LawSpec* best = nullptr;
    std::size_t best_known = 0;
    for (const LawSpec& law : spec_.laws) {
      if (!law.flat) continue;
      std::size_t known = 0;
      for (const Member& member : *node_.table()) known += find_argument(law, member.key) != nullptr ? 1U : 0U;
      const bool better = known > best_known ||
                          (best != nullptr && known == best_known && law.arguments.size() < best->arguments.size());
      if (known == 0 || !better || (complete && known < node_.table()->size())) continue;
      best = &law;
      best_known = known;
    }
    return best;
  }

  std::optional<Law> read_named(const LawSpec& law, const Member& named) {
    bool alone = true;
    for (const Member& other : *node_.table()) {
      if (&other == &named) continue;
      alone = false;
      report_company(law, other);
    }
    const std::string path = joined_path(path_, law.name);
    std::optional<Law> read;
    if (named.node.table() != nullptr) {
      read = read_arguments(law, named.node, path);
    } else {
      // The short form stands for { law = { first = value } }.
      Node table{named.node.mark, TableNode{}};
      if (!law.arguments.empty()) {
        table.table()->push_back({std::string(law.arguments.front().name), named.mark, named.node});
      }
      read = read_arguments(law, table, path);
    }
    return alone ? read : std::nullopt;
  }

  // A key beside the law's own.
  void report_company(const LawSpec& law, const Member& other) {
    const std::string name(law.name);
    if (find(other.key) != nullptr) {
      problems_.add(other.mark, path_ + " has two laws, " + name + " and " + other.key, "one value has one law",
                    "Keep one of them");
    } else if (find_argument(law, other.key) != nullptr) {
      problems_.add(other.mark, path_ + ": " + shown_key(other.key) + " stands beside " + name,
                    "arguments stand inside their law", "Write " + example(law));
    } else if (const std::string near = nearest(other.key, companion_names()); !near.empty()) {
      problems_.add(other.mark, path_ + ": " + shown_key(other.key) + " cannot stand beside the law " + name, {},
                    "Did you mean " + near + "?");
    } else {
      problems_.add(other.mark, path_ + ": " + shown_key(other.key) + " cannot stand beside the law " + name,
                    "a value has one law and nothing else", "Leave " + shown_key(other.key) + " out");
    }
  }

  void report_unknown() {
    const Member& first = node_.table()->front();
    const std::string key = shown_key(first.key);
    const std::string problem = path_ + ": " + key + " is not a law";
    for (const LawSpec& law : spec_.laws) {
      const bool arguments_of = std::all_of(node_.table()->begin(), node_.table()->end(), [&](const Member& member) {
        return find_argument(law, member.key) != nullptr;
      });
      if (!arguments_of) continue;
      problems_.add(first.mark, problem, "it is an argument of " + std::string(law.name), "Write " + example(law));
      return;
    }
    problems_.add(first.mark, problem, "a number or a law is expected", did_you_mean(first.key, names(), "Laws here"));
  }

  // "{ beta = { mean = 0.5, concentration = 1 } }"
  std::string example(const LawSpec& law) const {
    if (!law.example.empty()) return std::string(law.example);
    std::string inner;
    for (const ArgumentSpec& argument : law.arguments) {
      if (!argument.required) continue;
      if (!inner.empty()) inner += ", ";
      inner += std::string(argument.name) + " = " + example_argument(argument);
    }
    inner = "{ " + inner + " }";
    return law.flat ? inner : "{ " + std::string(law.name) + " = " + inner + " }";
  }

  std::optional<Law> read_arguments(const LawSpec& spec, const Node& table, const std::string& path) {
    Law law{std::string(spec.name), {}, node_.mark};
    const bool known = report_strangers(spec, *table.table(), path);
    bool sound = known;
    for (const ArgumentSpec& argument : spec.arguments) {
      const Node* given = table.find(argument.name);
      if (given != nullptr) {
        std::optional<Law::Argument> read = read_argument(argument, *given, joined_path(path, argument.name));
        sound = sound && read.has_value();
        if (read) law.arguments.emplace_back(argument.name, std::move(*read));
      } else if (argument.required) {
        sound = false;
        // A misspelt argument has been reported already; "missing" would only say it twice.
        if (known) {
          problems_.add(table.mark, path + " lacks " + std::string(argument.name), std::string(argument.doc),
                        "Write for example " + example(spec));
        }
      } else if (argument.kind == ArgumentSpec::Kind::number) {
        law.arguments.emplace_back(argument.name, argument.fallback);
      }
    }
    if (sound && law.is_constant())
      sound = check_range(law.number("value"), {path_, spec_.range, spec_.unit}, node_.mark, problems_);
    return sound ? std::optional(std::move(law)) : std::nullopt;
  }

  // True when every key is an argument.
  bool report_strangers(const LawSpec& spec, const TableNode& members, const std::string& path) {
    bool known = true;
    std::vector<std::string_view> present;
    for (const Member& member : members) present.push_back(member.key);
    for (const Member& member : members) {
      if (find_argument(spec, member.key) != nullptr) continue;
      known = false;
      problems_.add(
          member.mark, path + ": " + shown_key(member.key) + " is not an argument of " + std::string(spec.name), {},
          did_you_mean(member.key, without_present(member.key, argument_names(spec), present), "Its arguments"));
    }
    return known;
  }

  std::optional<Law::Argument> read_argument(const ArgumentSpec& argument, const Node& node, const std::string& path) {
    const Quantity quantity{path, argument.range, {}, argument.fallback, false};
    if (argument.kind == ArgumentSpec::Kind::number) {
      if (const auto number = read_number(node, quantity, problems_)) return *number;
    } else if (argument.kind == ArgumentSpec::Kind::numbers) {
      if (auto numbers = read_numbers(node, quantity, problems_)) return std::move(*numbers);
    } else if (const auto* text = std::get_if<std::string>(&node.value)) {
      constexpr std::size_t kLongest = 4096;  // of the name of a file
      if (check_text(*text, kLongest, path, node.mark, problems_)) return *text;
    } else {
      add_wrong_kind(node, path, "text", "Write for example " + std::string(argument.name) + " = \"text\"", problems_);
    }
    return std::nullopt;
  }

  Node node_;  // a copy, which loses its companions
  const ParameterSpec& spec_;
  const std::string& path_;
  Problems& problems_;
};

const Law::Argument& argument_of(const Law& law, std::string_view name) {
  for (const auto& [key, value] : law.arguments) {
    if (key == name) return value;
  }
  throw std::logic_error("law " + law.name + " has no argument " + std::string(name));
}

template <class T>
const T& argument_as(const Law& law, std::string_view name) {
  if (const T* value = std::get_if<T>(&argument_of(law, name))) return *value;
  throw std::logic_error("law " + law.name + ": argument " + std::string(name) + " is of another kind");
}

}  // namespace

bool Law::has(std::string_view argument) const {
  return std::any_of(arguments.begin(), arguments.end(), [&](const auto& entry) { return entry.first == argument; });
}

double Law::number(std::string_view argument) const { return argument_as<double>(*this, argument); }

const std::vector<double>& Law::numbers(std::string_view argument) const {
  return argument_as<std::vector<double>>(*this, argument);
}

const std::string& Law::text(std::string_view argument) const { return argument_as<std::string>(*this, argument); }

Law constant_law(double value, const Mark& mark) { return {"constant", {{"value", value}}, mark}; }

std::optional<Law> read_law(const Node& node, const ParameterSpec& spec, const std::string& path, Problems& problems) {
  std::optional<Law> law = LawReader(node, spec, path, problems).read();
  if (!law || spec.check == nullptr) return law;
  const std::string problem = spec.check(*law, spec.range);
  if (problem.empty()) return law;
  problems.add(node.mark, path + ": " + problem);
  return std::nullopt;
}

}  // namespace sim
