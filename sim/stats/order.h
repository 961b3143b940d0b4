// Columns of float32 put in order, and missing values (NaN) left out.
//
// Promise: the same bits as any other correct sort, -0 before +0; no NaN may be sorted.
#pragma once

#include <span>
#include <vector>

namespace sim {

void sort_ascending(std::span<float> values);

// The values that are not missing, in their order.
std::vector<float> without_missing(std::span<const float> values);

}  // namespace sim
