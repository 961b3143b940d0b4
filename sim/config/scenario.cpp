#include "sim/config/scenario.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/config/text.h"

namespace sim {
namespace {

using Entries = std::map<std::string, Scenario::Entry, std::less<>>;

const Scenario::Entry& entry_at(const Entries& entries, std::string_view path) {
  const auto found = entries.find(path);
  if (found == entries.end()) throw std::logic_error("no parameter " + std::string(path) + " in this scenario");
  return found->second;
}

template <class T>
const T& value_at(const Entries& entries, std::string_view path, const char* kind) {
  if (const T* value = std::get_if<T>(&entry_at(entries, path).value)) return *value;
  throw std::logic_error("parameter " + std::string(path) + " is not " + kind);
}

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

std::string_view table_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

}  // namespace

std::span<const std::string> Scenario::ids(std::string_view table) const {
  const auto found = ids_.find(table);
  return found == ids_.end() ? std::span<const std::string>() : std::span<const std::string>(found->second);
}

bool Scenario::has_disabled(std::string_view table) const { return disabled_.find(table) != disabled_.end(); }

bool Scenario::given(std::string_view path) const {
  const auto found = entries_.find(path);
  return found != entries_.end() && found->second.given;
}

bool Scenario::has_table(std::string_view path) const { return tables_.find(path) != tables_.end(); }

const Law& Scenario::law(std::string_view path) const { return value_at<Law>(entries_, path, "a number"); }

double Scenario::number(std::string_view path) const {
  const Law& found = law(path);
  if (!found.is_constant()) throw std::logic_error("parameter " + std::string(path) + " is drawn, not constant");
  return found.number("value");
}

std::int64_t Scenario::integer(std::string_view path) const {
  return value_at<std::int64_t>(entries_, path, "an integer");
}

bool Scenario::flag(std::string_view path) const { return value_at<bool>(entries_, path, "a boolean"); }

const std::string& Scenario::text(std::string_view path) const {
  return value_at<std::string>(entries_, path, "a text");
}

const std::vector<double>& Scenario::numbers(std::string_view path) const {
  return value_at<std::vector<double>>(entries_, path, "an array of numbers");
}

const std::vector<std::string>& Scenario::texts(std::string_view path) const {
  return value_at<std::vector<std::string>>(entries_, path, "an array of texts");
}

const std::vector<std::pair<std::string, double>>& Scenario::number_map(std::string_view path) const {
  return value_at<std::vector<std::pair<std::string, double>>>(entries_, path, "a table of numbers");
}

const Node& Scenario::tree(std::string_view path) const { return value_at<Node>(entries_, path, "a tree"); }

const ParameterSpec& Scenario::spec(std::string_view path) const { return *entry_at(entries_, path).spec; }

Mark Scenario::mark(std::string_view path) const {
  const auto table = tables_.find(path);
  return table != tables_.end() ? table->second : entry_at(entries_, path).mark;
}

Mark Scenario::mark(std::string_view path, std::string_view part) const {
  const Entry& entry = entry_at(entries_, path);
  if (entry.parts != nullptr) {
    for (const auto& [name, place] : *entry.parts) {
      if (name == part) return place;
    }
  }
  return entry.mark;
}

std::string Scenario::draw_id(std::string_view path) const { return entry_at(entries_, path).draw_id; }

std::string Scenario::label(std::string_view table, std::string_view id) const {
  const auto found = labels_.find(joined_path(table, id));
  return found == labels_.end() ? std::string(id) : found->second;
}

std::string Scenario::resolved_text() const {
  std::vector<const Entries::value_type*> ordered;
  ordered.reserve(entries_.size());
  for (const auto& entry : entries_) ordered.push_back(&entry);
  // The map sorts by path, which would put firm.direct between firm.cash and firm.fixed_cost.
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return table_of(a->first) < table_of(b->first); });
  std::string out;
  for (const auto* item : ordered) {
    const auto& [path, entry] = *item;
    // An optional value that was not given and has no default is not in effect.
    if (!entry.given && entry.spec->source.empty()) continue;
    out += path + " = " + std::visit(ValueText{}, entry.value) + "  # ";
    if (!entry.spec->unit.empty()) out += std::string(entry.spec->unit) + ", ";
    const std::string_view source = entry.spec->source.empty() ? "default" : entry.spec->source;
    out += std::string(entry.given ? "given" : source) + "\n";
  }
  return out;
}

}  // namespace sim
