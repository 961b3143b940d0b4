// Columns of float32 put in order, and missing values (NaN) left out.
//
// Promise: the same bits as any other correct sort, -0 before +0; no NaN may be sorted.
#pragma once

#include <limits>
#include <span>
#include <vector>

namespace sim {

// Stands where there is no value: a figure that cannot be told, an outcome that a future does not have.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

void sort_ascending(std::span<float> values);

// The values that are not missing, in their order.
std::vector<float> without_missing(std::span<const float> values);

}  // namespace sim
