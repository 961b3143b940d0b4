// Text on its way to a terminal or a log: names and values in messages are what a user, or a damaged file, wrote.
//
// Promise: printable() returns one line of valid UTF-8 without control characters and without marks that reorder or
// hide what follows (bidirectional controls, byte order mark, line separators); they are shown as \uXXXX, bytes that
// are not UTF-8 as \xXX. Deliberately no opinion on letters: combining characters and all scripts pass.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sim {

// Bytes of the UTF-8 sequence that opens `text`; 0 when it is malformed (RFC 3629, table 3-7 of Unicode).
std::size_t utf8_length(std::string_view text);

// At most some `longest` bytes; what is cut ends in "…".
std::string printable(std::string_view text, std::size_t longest);
// The same for a text of several lines, whole: its line feeds stay.
std::string printable_lines(std::string_view text);

// "U+001B" for the first control character, line separator or bidirectional override of a text; empty without one. What
// is only invisible may be part of how a name is written, and passes.
std::string first_control(std::string_view text);

// Code points, and bytes that are none.
std::size_t character_count(std::string_view text);

}  // namespace sim
