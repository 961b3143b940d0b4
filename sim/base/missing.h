// What stands where there is no value: a figure that cannot be told, an outcome that a future does not have.
#pragma once

#include <limits>

namespace sim {

// NaN. As a float it stays the quiet NaN that result files name as their fill value.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace sim
