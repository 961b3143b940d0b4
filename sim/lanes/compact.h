// Positions in arrays: where there is something to do, and moving values there and back. Lists are ascending and padded
// like lanes; the lanes of a block have lists of their own (lane_list.h). Gathers are written by hand because gcc 12
// assembles them element by element.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/lanes/dispatch.h"

namespace sim {

// Positions i < count with values[i] > limit, ascending, into `out`; returns their number.
// `out` may not overlap `values` and must have room for padded(count).
std::size_t positions_above(Isa isa, const std::uint32_t* values, std::size_t count, std::uint32_t limit,
                            std::uint32_t* out);

// Elements of several rows where the key is above the limit, moved to the front of other rows, or of the same, in
// order; returns their number. Rows have elements of four bytes and room for padded(count). Compiled for 2 to 6
// rows: with their number known, pointers stay in registers.
struct MovedRow {
  const void* from;
  void* to;
};
template <std::size_t kRows>
std::size_t move_above(Isa isa, const std::uint32_t* keys, std::size_t count, std::uint32_t limit,
                       const MovedRow (&rows)[kRows]);

// to[i] = from[list[i]]. Padding of `to` may be written; `to` may not overlap `from`.
void gather(Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to);
void gather(Isa isa, const std::uint32_t* from, const std::uint32_t* list, std::size_t count, std::uint32_t* to);

// to[list[i]] += from[i]; a position stands once in a list.
void scatter_add(Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to);

}  // namespace sim
