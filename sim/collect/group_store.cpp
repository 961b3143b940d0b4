#include "sim/collect/group_store.h"

#include <algorithm>

namespace sim::collect {

void MemoryGroups::append(std::span<const Segment> segments, std::span<const float> columns) {
  std::size_t rows = 0;
  for (const Segment& segment : segments) rows += segment.range.replications;
  groups_.push_back({rows, {segments.begin(), segments.end()}, {columns.begin(), columns.end()}});
}

void MemoryGroups::read(std::size_t group, std::size_t column, std::size_t first_row, std::span<float> out) const {
  const Group& from = groups_[group];
  std::copy_n(from.columns.data() + column * from.rows + first_row, out.size(), out.data());
}

}  // namespace sim::collect
