// Counts in messages and tables: "1 point", "2 points", "1,234 replications".
//
// Promise: the same text whatever the locale. English alone; a noun whose plural takes more than an s gives it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sim {

// Every digit of it, thousands separated: "1,234,567".
std::string whole(std::uint64_t count);
// The count and what is counted: counted(1, "axis", "axes").
std::string counted(std::uint64_t count, std::string_view one, std::string_view many = {});

}  // namespace sim
