// Sums over the rows of a grid, lane by lane.
//
// Added in the order of the rows, floats in double precision: the same bits for any size of block and instruction set.
// A few lanes at a time, so that sums stay in registers and the first-level cache while rows go by.
#pragma once

#include <cstddef>

#include "sim/lanes/dispatch.h"
#include "sim/lanes/lane.h"

namespace sim {

// sums[i] = sum of rows.row(r)[i] over r, i < lanes; sums has room for padded(lanes), which may be written.
void sum_rows(Isa isa, const Grid<float>& rows, std::size_t lanes, double* sums);

}  // namespace sim
