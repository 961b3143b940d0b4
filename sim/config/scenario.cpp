#include "sim/config/scenario.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "sim/config/text.h"
#include "sim/config/value_text.h"

namespace sim {
namespace {

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
      if (!same_value(one.value, other.value)) paths.push_back(ours->first);
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

}  // namespace sim
