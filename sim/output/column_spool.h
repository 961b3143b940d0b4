// Columns of outcomes on their way to statistics and files: rows are appended block by block, columns
// are read one at a time. With a path they live in a temporary file, so that memory stays bounded by
// the rows of one group; without one, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "sim/lanes/lane.h"

namespace sim::output {

class ColumnSpool {
 public:
  // `path` empty: in memory. The file is removed by the destructor.
  explicit ColumnSpool(std::size_t columns, std::filesystem::path path = {});
  ~ColumnSpool();
  ColumnSpool(const ColumnSpool&) = delete;
  ColumnSpool& operator=(const ColumnSpool&) = delete;

  // Appends `count` rows: values.row(c)[0 … count) for each column. Throws InputOutputError.
  void append(const Grid<float>& values, std::size_t count);
  std::uint64_t rows() const { return rows_; }
  // Rows [first, first + count) of one column.
  std::vector<float> read(std::size_t column, std::uint64_t first, std::size_t count) const;

 private:
  void flush_group();

  static constexpr std::size_t kGroupRows = 1 << 16;
  std::size_t columns_;
  std::filesystem::path path_;
  int file_ = -1;
  std::uint64_t rows_ = 0;
  std::vector<std::vector<float>> full_groups_;  // in memory only
  std::vector<float> group_;                     // [column][row] of the group being filled
};

}  // namespace sim::output
