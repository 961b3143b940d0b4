#include "models/scenario/patterns.h"

#include <algorithm>

namespace partnersim {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "partner.referrer.churn" means the copies referrer_1, referrer_2, … when it has a count.
bool matches_copy(std::string_view pattern, std::string_view path) {
  const std::size_t first = pattern.find('.');
  const std::size_t last = pattern.find('.', first + 1);
  if (first == std::string_view::npos || last == std::string_view::npos) return false;
  const std::string_view original = pattern.substr(0, last);
  if (!path.starts_with(original) || path.size() <= last || path[last] != '_') return false;
  const std::size_t end = path.find('.', last);
  return end != std::string_view::npos && is_number(path.substr(last + 1, end - last - 1)) &&
         path.substr(end) == pattern.substr(last);
}

}  // namespace

// Goes back to the last star only: without recursion, so that "a*a*a*…" takes no longer than its length times the id's.
bool matches(std::string_view pattern, std::string_view id) {
  std::size_t p = 0, i = 0;
  std::size_t star = std::string_view::npos, from = 0;
  while (i < id.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = i;
    } else if (p < pattern.size() && pattern[p] == id[i]) {
      ++p;
      ++i;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      i = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_path(std::string_view pattern, std::string_view path) {
  while (true) {
    const std::size_t pattern_dot = pattern.find('.');
    const std::size_t path_dot = path.find('.');
    if (!matches(pattern.substr(0, pattern_dot), path.substr(0, path_dot))) return false;
    if (pattern_dot == std::string_view::npos || path_dot == std::string_view::npos) return pattern_dot == path_dot;
    pattern.remove_prefix(pattern_dot + 1);
    path.remove_prefix(path_dot + 1);
  }
}

bool names_value(std::string_view pattern, std::string_view path) {
  return matches_path(pattern, path) || matches_copy(pattern, path);
}

}  // namespace partnersim
