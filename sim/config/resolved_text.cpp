// Every value in effect as text (Scenario::resolved_text).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sim/config/group.h"
#include "sim/config/scenario.h"
#include "sim/config/text.h"
#include "sim/config/value_text.h"

namespace sim {
namespace {

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

}  // namespace

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
    if (!is_new && !same_value(found->second.value, at->second.value)) return std::nullopt;
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
      lines.push_back(line(path, value_text(entry.value), entry.spec->unit, entry.given ? "given" : source));
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
    for (std::size_t number = 1; number < copies.alike.size(); ++number) {
      if (!copies.alike[number]) continue;
      for (const auto& [below, entry] : entries) {
        const std::string path = joined_path(original + "_" + std::to_string(number), below);
        add(path, effective(path, entry));
      }
    }
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
