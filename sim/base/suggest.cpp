#include "sim/base/suggest.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sim {
namespace {

constexpr std::size_t kLongestName = 64;  // assumed: longer names are not misspelt keys
constexpr std::size_t kMostListed = 80;   // assumed: a longer list helps nobody

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool equal = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (equal ? 0U : 1U)});
      const bool swapped =
          i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
  if (name.empty() || name.size() > kLongestName) return {};
  const std::size_t limit = std::max<std::size_t>(1, (name.size() + 1) / 3);
  std::size_t best = limit + 1;
  std::string_view found;
  for (std::string_view candidate : candidates) {
    const std::size_t gap = std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size());
    if (gap >= best || candidate.empty()) continue;
    const std::size_t d = distance(name, candidate);
    // A distance as long as the name itself shares nothing with it.
    if (d < best && d < std::max(name.size(), candidate.size())) {
      best = d;
      found = candidate;
    }
  }
  return std::string(found);
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMostListed; ++i) {
    if (i > 0) text += ", ";
    text += names[i];
  }
  if (names.size() > kMostListed) text += ", …";
  return text;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates,
                         std::string_view what) {
  if (const std::string near = nearest(name, candidates); !near.empty()) return "Did you mean " + near + "?";
  if (candidates.empty()) return {};
  return std::string(what) + ": " + listed(candidates);
}

std::vector<std::string_view> without_present(std::string_view name, const std::vector<std::string_view>& candidates,
                                              const std::vector<std::string_view>& present) {
  std::vector<std::string_view> left;
  for (std::string_view candidate : candidates) {
    if (std::find(present.begin(), present.end(), candidate) == present.end()) left.push_back(candidate);
  }
  return nearest(name, left).empty() ? candidates : left;
}

}  // namespace sim
