// Cells: the lanes of many lists, one list after the other, so that vectors stay full where blocks have few lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/lanes/lane_list.h"

namespace sim {

// Of each cell append_cells writes its lane, the number of its list (that of the first is given), the halves of its
// list's entity, and what two rows of its list hold in its lane times what `factor` does (`b` may be null). Returns how
// many there are. Rows written have room for padding.
struct ListRows {
  const std::uint64_t* entities;
  const float *a, *b;  // of list k at k * stride
  std::size_t stride;
  const float* factor;
};
struct CellRows {
  std::uint32_t *lane, *list, *low, *high;
  float *a, *b;
};
std::size_t append_cells(Isa isa, std::span<const LaneList> lists, std::uint32_t first, const ListRows& from,
                         const CellRows& to);
// to[lane] += from[cell] for all cells of the lists; no lane of `to` may be -0.
void expand_add(Isa isa, const float* from, std::span<const LaneList> lists, float* to);

}  // namespace sim
