// What a text must be before a parser sees it: UTF-8 without NUL bytes, of bearable length, and
// without dotted keys deep enough to exhaust the stack of a recursive reader.
//
// Deliberately not a check of TOML: the parser does that, and limits the nesting of values itself.
#pragma once

#include <cstddef>
#include <string_view>

#include "sim/base/problem.h"

namespace sim {

inline constexpr int kDeepestNesting = 32;                           // assumed: scenarios need 5
inline constexpr std::size_t kLongestText = std::size_t{16} << 20U;  // assumed: the largest scenarios have 1 MiB

// Throws ConfigurationError at the first offence.
void guard_text(const std::string& file, std::string_view text);

}  // namespace sim
