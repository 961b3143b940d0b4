#include "sim/output/disk_need.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/collect/group_store.h"
#include "sim/collect/sums_codec.h"

namespace sim::output {
namespace {

constexpr double kDescriptions = 150e3;  // names, attributes, dimensions: 100 to 200 kB, measured

// What grows with names: labels of members and what is summed of them, names and hashes of columns and what the worst
// futures share of them, exact sums.
double bytes_of_names(const OutputPlan& outputs, const Accumulators& sums) {
  constexpr double kText = 16.0;  // beside its letters
  constexpr double kDigest = 32.0 + kText;
  double bytes = static_cast<double>(collect::encode(sums).size());
  for (const Entity& member : outputs.members)
    bytes += static_cast<double>(member.id.size() + member.label.size()) + 2.0 * kText;
  const double figures = 3.0 * static_cast<double>(outputs.member_totals.size()) +
                         (outputs.member_survival ? static_cast<double>(outputs.months) : 0.0);
  bytes += sizeof(double) * figures * static_cast<double>(outputs.members.size());
  for (const Column& column : outputs.inputs)
    bytes += 2.0 * (static_cast<double>(column.name.size()) + kText) + kDigest + kText + 4.0 * sizeof(double);
  return bytes;
}

// Cells of <series>_counts: from the lowest to the highest bin that any month fills.
double cells_of_counts(const OutputPlan& outputs, const Accumulators& sums) {
  double cells = 0.0;
  for (std::size_t t = 0; t < outputs.trajectories.size() && !sums.bands.empty(); ++t) {
    std::int32_t low = std::numeric_limits<std::int32_t>::max(), high = std::numeric_limits<std::int32_t>::min();
    for (int m = 1; m <= outputs.months; ++m) {
      const auto [first, last] = sums.band(t, m).range();
      low = std::min(low, first);
      high = std::max(high, last);
    }
    if (low <= high) cells += static_cast<double>(outputs.months) * (high - low + 1);
  }
  return cells;
}

}  // namespace

double column_bytes(const OutputPlan& outputs, double replications) {
  return sizeof(float) * static_cast<double>(outputs.stored_columns()) * replications;
}

double result_bytes(const OutputPlan& outputs, const Accumulators& sums, double replications) {
  // Columns longer than a chunk (result_columns.cpp) are stored in whole ones.
  constexpr auto kChunkRows = static_cast<double>(collect::kGroupRows);
  const double rows = replications <= kChunkRows ? replications : std::ceil(replications / kChunkRows) * kChunkRows;
  return column_bytes(outputs, rows) + sizeof(std::uint32_t) * cells_of_counts(outputs, sums) + kDescriptions +
         bytes_of_names(outputs, sums);
}

double journal_bytes(const OutputPlan& outputs, const Accumulators& sums, double replications, double seconds) {
  const double columns = column_bytes(outputs, replications);
  const double of_group = static_cast<double>(collect::encode(sums).size());
  const double full_groups = std::ceil(replications / static_cast<double>(collect::kGroupRows));
  // Slow runs close a group every second, as long as its sums weigh no more than its columns (journal.cpp).
  return columns + full_groups * of_group + std::min(seconds * of_group, columns + seconds / 30.0 * of_group);
}

std::optional<double> free_bytes(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::path folder = std::filesystem::absolute(file, ignored).parent_path();
  while (folder.has_relative_path() && !std::filesystem::exists(folder, ignored)) folder = folder.parent_path();
  struct statvfs disk = {};
  if (::statvfs(folder.c_str(), &disk) != 0 || disk.f_blocks == 0) return std::nullopt;  // /proc has no size
  return static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
}

}  // namespace sim::output
