#include "models/patterns.h"

namespace partnersim {

bool matches(std::string_view pattern, std::string_view id) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == id;
  if (!id.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t from = star; from <= id.size(); ++from)
    if (matches(rest, id.substr(from))) return true;
  return false;
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
