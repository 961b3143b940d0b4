// The order in which people expect names with numbers: press_2 before press_10.
#pragma once

#include <string_view>

namespace sim {

// Runs of digits compare as numbers, all else byte by byte; names alike but for leading zeros as they are. A strict
// weak order in which different names are never equivalent.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace sim
