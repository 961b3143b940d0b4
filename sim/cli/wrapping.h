// Running text on a terminal: no line longer than the page.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::cli {

// 100 columns, or those of a narrower terminal on standard output.
std::size_t page_width();

// `text` in lines of at most `width` columns, broken at blanks; the first begins where `line` ends, the others at
// `indent`. A word longer than a line stands alone.
std::string wrapped(std::string line, std::string_view text, std::size_t indent, std::size_t width);

// Names in one column and what they mean beside them; a name too long for it has a line of its own.
std::string definition_list(const std::vector<std::pair<std::string, std::string>>& list, std::size_t width);

}  // namespace sim::cli
