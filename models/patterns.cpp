#include "models/patterns.h"

namespace partnersim {

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

}  // namespace partnersim
