#include "sim/output/group_store.h"

#include <algorithm>

namespace sim::output {

void MemoryGroups::append(const Block& range, std::span<const float> columns, const Accumulators&) {
  groups_.push_back({range.replications, {columns.begin(), columns.end()}});
}

void MemoryGroups::read(std::size_t group, std::size_t column, std::span<float> out) const {
  const Group& from = groups_[group];
  std::copy_n(from.columns.data() + column * from.rows, out.size(), out.data());
}

}  // namespace sim::output
