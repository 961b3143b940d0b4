#include "sim/cli/wrapping.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace sim::cli {
namespace {

// Columns: code points, not bytes.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::size_t page_width() {
  constexpr std::size_t kWidest = 100, kNarrowest = 40;
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kWidest;
  return std::clamp<std::size_t>(size.ws_col, kNarrowest, kWidest);
}

std::string wrapped(std::string line, std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t used = columns(line);
  bool begun = used <= indent;  // nothing to part the first word from
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const std::size_t needed = columns(word) + (begun ? 0 : 1);
    if (used + needed > width && used > indent) {
      out += line + "\n";
      line = std::string(indent, ' ');
      used = indent;
      begun = true;
    }
    line.append(begun ? "" : " ").append(word);
    used += columns(word) + (begun ? 0 : 1);
    begun = false;
  }
  return out + line + "\n";
}

std::string definition_list(const std::vector<std::pair<std::string, std::string>>& list, std::size_t width) {
  constexpr std::size_t kWidestName = 28;
  std::size_t column = 0;
  for (const auto& [name, meaning] : list)
    if (columns(name) <= kWidestName) column = std::max(column, columns(name) + 2);
  column = std::max<std::size_t>(column, 4);
  std::string out;
  for (const auto& [name, meaning] : list) {
    std::string line = name;
    if (columns(name) + 2 > column) {
      out += wrapped({}, name, 2, width);
      line.clear();
    }
    line.append(column - columns(line), ' ');
    out += wrapped(std::move(line), meaning, column, width);
  }
  return out;
}

}  // namespace sim::cli
