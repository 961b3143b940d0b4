#include "sim/config/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "sim/config/group.h"
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

// "1 to 2", "4": runs of those that are set.
std::vector<std::string> ranges_of(const std::vector<bool>& set) {
  std::vector<std::string> ranges;
  for (std::size_t first = 0, end = 0; first < set.size(); first = end + 1) {
    for (end = first; end < set.size() && set[end];) ++end;
    if (end == first) continue;
    ranges.push_back(end == first + 1 ? std::to_string(first) : fmt::format("{} to {}", first, end - 1));
  }
  return ranges;
}

template <class T>
bool by_path(const T& a, const T& b) {
  return a.path < b.path;
}

}  // namespace

Scenario::Scenario(Resolved resolved) : resolved_(std::make_shared<const Resolved>(std::move(resolved))) {}

// Copies are found by their number: the level that ends in one below an original's path.
Scenario::OfCopy Scenario::of_copy(std::string_view path) const {
  if (resolved_->copies.empty()) return {};
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string_view copy = path.substr(0, end);
    const std::size_t digits = copy.find_last_not_of("0123456789") + 1;
    if (digits > begin && digits < end && copy[digits - 1] == '_' && copy[digits] != '0') {
      std::size_t number = 0;
      const bool fits = std::from_chars(copy.data() + digits, copy.data() + end, number).ec == std::errc();
      const auto found = resolved_->copies.find(copy.substr(0, digits - 1));
      if (fits && found != resolved_->copies.end() && number < found->second.alike.size())
        return {&found->second, copy.substr(0, digits - 1), copy,
                end < path.size() ? path.substr(end + 1) : std::string_view(), number};
    }
    begin = end + 1;
  }
  return {};
}

Scenario::OfCopy Scenario::of_alike(std::string_view path) const {
  const OfCopy place = of_copy(path);
  return place.copies != nullptr && place.copies->is_alike(place.number) ? place : OfCopy{};
}

Scenario::CopyName Scenario::copy_name(std::string_view path) const {
  const OfCopy place = of_copy(path);
  return {std::string(place.table), std::string(place.copy.substr(place.copy.rfind('.') + 1))};
}

// In order of their paths; of copies that are alike only the first one when that is enough.
std::vector<Scenario::Copy> Scenario::sorted_copies(bool first_ones) const {
  std::vector<Copy> sorted;
  for (const auto& [original, copies] : resolved_->copies) {
    const auto begin = static_cast<std::ptrdiff_t>(sorted.size());
    for (std::size_t number = 1; number < copies.alike.size(); ++number)
      if (copies.alike[number]) sorted.push_back({original + "_" + std::to_string(number), &copies});
    if (!first_ones || sorted.size() == static_cast<std::size_t>(begin)) continue;
    std::iter_swap(sorted.begin() + begin, std::min_element(sorted.begin() + begin, sorted.end(), by_path<Copy>));
    sorted.resize(static_cast<std::size_t>(begin) + 1);
  }
  std::sort(sorted.begin(), sorted.end(), by_path<Copy>);
  return sorted;
}

const Scenario::Entry* Scenario::find(std::string_view path) const {
  if (!replaced_.empty())
    if (const auto found = replaced_.find(path); found != replaced_.end()) return &found->second;
  if (const auto found = resolved_->all.entries.find(path); found != resolved_->all.entries.end())
    return &found->second;
  const OfCopy place = of_alike(path);
  if (place.copies == nullptr) return nullptr;
  const auto found = place.copies->contents.entries.find(place.below);
  return found == place.copies->contents.entries.end() ? nullptr : &found->second;
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
  const auto in = [](const Contents& contents, std::string_view path) {
    const auto found = contents.ids.find(path);
    return found == contents.ids.end() ? std::span<const std::string>() : std::span<const std::string>(found->second);
  };
  const auto written = in(resolved_->all, table);
  const OfCopy place = written.empty() ? of_alike(table) : OfCopy{};
  return place.copies == nullptr ? written : in(place.copies->contents, place.below);
}

std::span<const std::string> Scenario::ids_as_written(std::string_view table) const {
  const auto found = resolved_->all.ids_as_written.find(table);
  return found == resolved_->all.ids_as_written.end() ? ids(table) : std::span<const std::string>(found->second);
}

bool Scenario::has_disabled(std::string_view table) const {
  if (resolved_->all.disabled.contains(table)) return true;
  const OfCopy place = of_alike(table);
  return place.copies != nullptr && place.copies->contents.disabled.contains(place.below);
}

std::vector<std::string_view> Scenario::disabled_tables() const {
  std::vector<std::string_view> tables;
  for (const std::string& path : resolved_->all.disabled)
    if (!resolved_->all.ids.contains(path)) tables.push_back(path);  // else it only holds some
  return tables;
}

std::vector<const Value*> Scenario::disabled_values(std::string_view table, std::string_view key) const {
  std::vector<const Value*> values;
  const auto [begin, end] = resolved_->all.disabled_values.equal_range(joined_path(table, key));
  for (auto it = begin; it != end; ++it) values.push_back(&it->second);
  return values;
}

bool Scenario::given(std::string_view path) const {
  const Entry* entry = find(path);
  return entry != nullptr && entry->given;
}

const Mark* Scenario::table_mark(std::string_view path) const {
  const auto table = resolved_->all.tables.find(path);
  if (table != resolved_->all.tables.end()) return &table->second;
  const OfCopy place = of_alike(path);
  if (place.copies == nullptr) return nullptr;
  if (place.below.empty()) return &place.copies->mark;
  const auto below = place.copies->contents.tables.find(place.below);
  return below == place.copies->contents.tables.end() ? nullptr : &below->second;
}

bool Scenario::has_table(std::string_view path) const { return table_mark(path) != nullptr; }

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
  const Mark* table = table_mark(path);
  return table != nullptr ? *table : at(path).mark;
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

std::string Scenario::draw_id(std::string_view path) const {
  const std::string& id = at(path).draw_id;
  return id.empty() ? std::string(path) : id;
}

std::string Scenario::label(std::string_view table, std::string_view id) const {
  const std::string path = joined_path(table, id);
  const auto found = resolved_->all.labels.find(path);
  if (found != resolved_->all.labels.end()) return found->second;
  const OfCopy place = of_alike(path);
  if (place.copies == nullptr) return std::string(id);
  if (place.below.empty())
    return place.copies->label.empty() ? std::string(id) : place.copies->label + " " + std::to_string(place.number);
  const auto below = place.copies->contents.labels.find(place.below);
  return below == place.copies->contents.labels.end() ? std::string(id) : below->second;
}

void Scenario::each(const std::function<bool(std::string_view path, const Entry& entry)>& visit) const {
  const auto show = [&](std::string_view path, const Entry& entry) {
    const auto other = replaced_.find(path);
    return visit(path, other == replaced_.end() ? entry : other->second);
  };
  auto next = resolved_->all.entries.begin();
  const auto end = resolved_->all.entries.end();
  std::string path;
  for (const Copy& copy : sorted_copies(false)) {
    path = copy.path + ".";
    for (; next != end && next->first < path; ++next)
      if (!show(next->first, next->second)) return;
    for (const auto& [below, entry] : copy.copies->contents.entries)
      if (!show(path.replace(copy.path.size() + 1, std::string::npos, below), entry)) return;
  }
  for (; next != end; ++next)
    if (!show(next->first, next->second)) return;
}

void Scenario::each_unlike(
    const std::function<void(std::string_view path, const Entry& entry, std::size_t count)>& visit) const {
  if (!replaced_.empty())  // copies may differ in what is replaced
    return each([&](std::string_view path, const Entry& entry) {
      visit(path, entry, 1);
      return true;
    });
  auto next = resolved_->all.entries.begin();
  const auto end = resolved_->all.entries.end();
  for (const Copy& copy : sorted_copies(true)) {
    for (; next != end && next->first < copy.path + "."; ++next) visit(next->first, next->second, 1);
    const auto& alike = copy.copies->alike;
    const auto count = static_cast<std::size_t>(std::count(alike.begin(), alike.end(), true));
    for (const auto& [below, entry] : copy.copies->contents.entries) visit(joined_path(copy.path, below), entry, count);
  }
  for (; next != end; ++next) visit(next->first, next->second, 1);
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
  const auto same_keys = [](const auto& map, const auto& other) {
    return std::equal(map.begin(), map.end(), other.begin(), other.end(),
                      [](const auto& m, const auto& n) { return m.first == n.first; });
  };
  const auto differing = [&](const Contents& x, const Contents& y) -> std::optional<std::vector<std::string>> {
    if (x.ids != y.ids || x.disabled != y.disabled || x.labels != y.labels || !same_keys(x.tables, y.tables) ||
        !same_keys(x.entries, y.entries))
      return std::nullopt;
    std::vector<std::string> paths;
    for (auto ours = x.entries.begin(), theirs = y.entries.begin(); ours != x.entries.end(); ++ours, ++theirs) {
      const Entry &one = ours->second, &other = theirs->second;
      if (one.given != other.given || one.draw_id != other.draw_id) return std::nullopt;
      if (!same(one.value, other.value)) paths.push_back(ours->first);
    }
    return paths;
  };
  auto paths = differing(a.resolved_->all, b.resolved_->all);
  if (!paths || !same_keys(a.resolved_->copies, b.resolved_->copies)) return std::nullopt;
  auto theirs = b.resolved_->copies.begin();
  for (const auto& [original, copies] : a.resolved_->copies) {
    const Copies& other = (theirs++)->second;
    const auto below = differing(copies.contents, other.contents);
    if (!below || copies.alike != other.alike || copies.label != other.label) return std::nullopt;
    for (std::size_t number = 1; number < copies.alike.size() && !below->empty(); ++number)
      for (const std::string& path : *below)
        if (copies.alike[number]) paths->push_back(original + "_" + std::to_string(number) + "." + path);
  }
  return paths;
}

// What replaces values of copies that are alike: the same for all of them where `below` has an entry for each path, and
// nothing at all where some differ.
std::optional<Scenario::Entries> Scenario::replaced_alike(const std::string& original, const Copies& copies) const {
  Entries below;
  std::map<std::string_view, std::size_t> times;
  const std::string first = original + "_";
  for (auto at = replaced_.lower_bound(first); at != replaced_.end() && at->first.starts_with(first); ++at) {
    const OfCopy place = of_alike(at->first);
    if (place.copies != &copies) continue;
    const auto [found, is_new] = below.emplace(std::string(place.below), at->second);
    if (!is_new && !same(found->second.value, at->second.value)) return std::nullopt;
    ++times[found->first];
  }
  const auto all = static_cast<std::size_t>(std::count(copies.alike.begin(), copies.alike.end(), true));
  for (const auto& [path, count] : times)
    if (count != all) return std::nullopt;
  return below;
}

std::string Scenario::resolved_text() const {
  struct Line {
    std::string path, text;
  };
  const auto line = [](const std::string& path, const std::string& value, std::string_view unit,
                       std::string_view source) {
    return Line{path, fmt::format("{} = {}  # {}{}{}\n", path, value, unit, unit.empty() ? "" : ", ", source)};
  };
  std::vector<Line> lines;
  // An optional value that was not given and has no default is not in effect.
  const auto add = [&](const std::string& path, const Entry& entry) {
    const std::string_view source = entry.spec->source;
    if (entry.given || !source.empty())
      lines.push_back(
          line(path, std::visit(ValueText{}, entry.value), entry.spec->unit, entry.given ? "given" : source));
  };
  const auto effective = [&](const std::string& path, const Entry& entry) -> const Entry& {
    const auto other = replaced_.find(path);
    return other == replaced_.end() ? entry : other->second;
  };
  for (const auto& [path, entry] : resolved_->all.entries) add(path, effective(path, entry));
  for (const auto& [original, copies] : resolved_->copies) {
    const Entries& entries = copies.contents.entries;
    const std::vector<std::string> ranges = ranges_of(copies.alike);
    if (ranges.empty()) continue;
    if (const auto replaced = replaced_alike(original, copies)) {
      for (const auto& [below, entry] : entries) {
        const auto other = replaced->find(below);
        if (below != kCount) add(joined_path(original, below), other == replaced->end() ? entry : other->second);
      }
      lines.push_back(line(joined_path(original, kCount), std::to_string(copies.alike.size() - 1),
                           entries.find(kCount)->second.spec->unit,
                           fmt::format("given: alike are {}", fmt::join(ranges, ", "))));
      continue;
    }
    // A point of a sweep has replaced values of some.
    for (std::size_t number = 1; number < copies.alike.size(); ++number)
      for (const auto& [below, entry] : entries)
        if (const std::string path = joined_path(original + "_" + std::to_string(number), below); copies.alike[number])
          add(path, effective(path, entry));
  }
  // Sorted by path, firm.direct would stand between firm.cash and firm.fixed_cost.
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::pair(table_of(a.path), std::string_view(a.path)) <
           std::pair(table_of(b.path), std::string_view(b.path));
  });
  std::string out;
  for (const Line& one : lines) out += one.text;
  return out;
}

}  // namespace sim
