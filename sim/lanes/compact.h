// Compaction: lists of the lanes that have work, so that vector loops never run over the others.
// Lists are ascending and stay so; they are padded like lanes. Gathers are written by hand because
// gcc 12 assembles them element by element.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/lanes/dispatch.h"

namespace sim {

// Keeps the lanes of `list` whose flag (flags[lane]) is not 0, in order, in place; returns their number.
std::size_t keep_flagged(Isa isa, std::uint32_t* list, std::size_t count, const std::uint32_t* flags);

// Positions i < count with values[i] > limit, ascending, into `out`; returns their number.
// `out` may not overlap `values` and must have room for padded(count).
std::size_t positions_above(Isa isa, const std::uint32_t* values, std::size_t count, std::uint32_t limit,
                            std::uint32_t* out);

// to[i] = from[list[i]]. Padding of `to` may be written; `to` may not overlap `from`.
void gather(Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to);
void gather(Isa isa, const std::uint32_t* from, const std::uint32_t* list, std::size_t count, std::uint32_t* to);

// to[list[i]] = from[i], and to[list[i]] += from[i]; a lane stands once in a list.
void scatter(Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to);
void scatter_add(Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to);

}  // namespace sim
