#include "sim/config/scenario.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

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

// Whether two values are the same, wherever they are written.
bool same(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  if (const Law* law = std::get_if<Law>(&a)) return law->same_as(std::get<Law>(b));
  return std::visit(ValueText{}, a) == std::visit(ValueText{}, b);
}

std::string_view table_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

}  // namespace

Scenario::Scenario(Resolved resolved) : resolved_(std::make_shared<const Resolved>(std::move(resolved))) {}

const Scenario::Entry* Scenario::find(std::string_view path) const {
  if (!replaced_.empty())
    if (const auto found = replaced_.find(path); found != replaced_.end()) return &found->second;
  const auto found = resolved_->entries.find(path);
  return found == resolved_->entries.end() ? nullptr : &found->second;
}

const Scenario::Entry& Scenario::at(std::string_view path) const {
  if (const Entry* entry = find(path)) return *entry;
  throw std::logic_error("no parameter " + std::string(path) + " in this scenario");
}

template <class T>
const T& Scenario::value(std::string_view path, const char* kind) const {
  if (const T* value = std::get_if<T>(&at(path).value)) return *value;
  throw std::logic_error("parameter " + std::string(path) + " is not " + kind);
}

std::span<const std::string> Scenario::ids(std::string_view table) const {
  const auto found = resolved_->ids.find(table);
  return found == resolved_->ids.end() ? std::span<const std::string>() : std::span<const std::string>(found->second);
}

std::span<const std::string> Scenario::ids_as_written(std::string_view table) const {
  const auto found = resolved_->ids_as_written.find(table);
  return found == resolved_->ids_as_written.end() ? ids(table) : std::span<const std::string>(found->second);
}

bool Scenario::has_disabled(std::string_view table) const { return resolved_->disabled.contains(table); }

std::vector<std::string_view> Scenario::disabled_tables() const {
  std::vector<std::string_view> tables;
  for (const std::string& path : resolved_->disabled)
    if (!resolved_->ids.contains(path)) tables.push_back(path);  // else it only holds some
  return tables;
}

std::vector<const Value*> Scenario::disabled_values(std::string_view table, std::string_view key) const {
  std::vector<const Value*> values;
  const auto [begin, end] = resolved_->disabled_values.equal_range(joined_path(table, key));
  for (auto it = begin; it != end; ++it) values.push_back(&it->second);
  return values;
}

bool Scenario::given(std::string_view path) const {
  const Entry* entry = find(path);
  return entry != nullptr && entry->given;
}

bool Scenario::has_table(std::string_view path) const { return resolved_->tables.contains(path); }

const Law& Scenario::law(std::string_view path) const { return value<Law>(path, "a number"); }

double Scenario::number(std::string_view path) const {
  const Law& found = law(path);
  if (!found.is_constant()) throw std::logic_error("parameter " + std::string(path) + " is drawn, not constant");
  return found.number("value");
}

std::int64_t Scenario::integer(std::string_view path) const { return value<std::int64_t>(path, "an integer"); }

bool Scenario::flag(std::string_view path) const { return value<bool>(path, "a boolean"); }

const std::string& Scenario::text(std::string_view path) const { return value<std::string>(path, "a text"); }

const std::vector<double>& Scenario::numbers(std::string_view path) const {
  return value<std::vector<double>>(path, "an array of numbers");
}

const std::vector<std::string>& Scenario::texts(std::string_view path) const {
  return value<std::vector<std::string>>(path, "an array of texts");
}

const std::vector<std::pair<std::string, double>>& Scenario::number_map(std::string_view path) const {
  return value<std::vector<std::pair<std::string, double>>>(path, "a table of numbers");
}

const Node& Scenario::tree(std::string_view path) const { return value<Node>(path, "a tree"); }

const ParameterSpec& Scenario::spec(std::string_view path) const { return *at(path).spec; }

Mark Scenario::mark(std::string_view path) const {
  const auto table = resolved_->tables.find(path);
  return table != resolved_->tables.end() ? table->second : at(path).mark;
}

Mark Scenario::mark(std::string_view path, std::string_view part) const {
  const Entry& entry = at(path);
  if (entry.parts != nullptr) {
    for (const auto& [name, place] : *entry.parts) {
      if (name == part) return place;
    }
  }
  return entry.mark;
}

std::string Scenario::draw_id(std::string_view path) const { return at(path).draw_id; }

std::string Scenario::label(std::string_view table, std::string_view id) const {
  const auto found = resolved_->labels.find(joined_path(table, id));
  return found == resolved_->labels.end() ? std::string(id) : found->second;
}

std::vector<Scenario::NamedEntry> Scenario::entries() const {
  std::vector<NamedEntry> all;
  all.reserve(resolved_->entries.size());
  for (const auto& [path, entry] : resolved_->entries) {
    const auto other = replaced_.find(path);
    all.push_back({path, other == replaced_.end() ? entry : other->second});
  }
  return all;
}

Scenario Scenario::with(std::vector<NewValue> values) const {
  Scenario changed = *this;
  for (auto& [path, value, mark] : values) {
    const Entry& old = at(path);
    changed.replaced_.insert_or_assign(std::move(path),
                                       Entry{std::move(value), mark, old.spec, true, old.draw_id, nullptr});
  }
  return changed;
}

std::optional<std::vector<std::string>> Scenario::differing_values(const Scenario& a, const Scenario& b) {
  const Resolved &x = *a.resolved_, &y = *b.resolved_;
  const auto same_keys = [](const auto& map, const auto& other) {
    return std::equal(map.begin(), map.end(), other.begin(), other.end(),
                      [](const auto& m, const auto& n) { return m.first == n.first; });
  };
  if (x.ids != y.ids || x.disabled != y.disabled || x.labels != y.labels || !same_keys(x.tables, y.tables) ||
      !same_keys(x.entries, y.entries))
    return std::nullopt;
  std::vector<std::string> paths;
  const std::vector<NamedEntry> ours = a.entries(), theirs = b.entries();
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const Entry &one = ours[i].entry, &other = theirs[i].entry;
    if (one.given != other.given || one.draw_id != other.draw_id) return std::nullopt;
    if (!same(one.value, other.value)) paths.emplace_back(ours[i].path);
  }
  return paths;
}

std::string Scenario::resolved_text() const {
  const std::vector<NamedEntry> all = entries();
  std::vector<const NamedEntry*> ordered;
  for (const NamedEntry& item : all) ordered.push_back(&item);
  // Sorted by path, firm.direct would stand between firm.cash and firm.fixed_cost.
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return table_of(a->path) < table_of(b->path); });
  std::string out;
  for (const auto* item : ordered) {
    const auto& [path, entry] = *item;
    // An optional value that was not given and has no default is not in effect.
    if (!entry.given && entry.spec->source.empty()) continue;
    out += std::string(path) + " = " + std::visit(ValueText{}, entry.value) + "  # ";
    if (!entry.spec->unit.empty()) out += std::string(entry.spec->unit) + ", ";
    const std::string_view source = entry.spec->source.empty() ? "default" : entry.spec->source;
    out += std::string(entry.given ? "given" : source) + "\n";
  }
  return out;
}

}  // namespace sim
