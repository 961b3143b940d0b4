// Where finished replications go on their way to statistics and files. They arrive in groups: rows of all columns, in
// the order of the plan, with what is kept of each point's part of the group. A column is read back in pieces.
//
// Promise: what append() has returned from is kept, in order; a journal (journal.h) keeps it through a
// crash, memory does not. A store does not decide what is in a group: Collector (collector.h) does.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/model.h"

namespace sim::collect {

inline constexpr std::size_t kGroupRows = 1 << 16;  // 256 KiB a column: pieces that read and write well

// One point's part of a group.
struct Segment {
  Block range;
  std::string sums;     // of the range alone, coded (sums_codec.h)
  std::string summary;  // of a whole point whose columns are not kept (point_results.h); else empty
};

class GroupStore {
 public:
  virtual ~GroupStore() = default;
  // `columns` is [column][row] over the rows of all segments, or empty. Throws InputOutputError.
  virtual void append(std::span<const Segment> segments, std::span<const float> columns) = 0;
  // Rows of a column of the group appended as number `group`, from `first_row` on; from any thread.
  virtual void read(std::size_t group, std::size_t column, std::size_t first_row, std::span<float> out) const = 0;
  // What append() was given; from any thread.
  virtual Segment segment(std::size_t group, std::size_t segment) const = 0;
  // Whether `column_bytes`, so long after the last group, are worth a group of their own.
  virtual bool due(std::chrono::duration<double> since_last, std::size_t column_bytes) const = 0;
};

class MemoryGroups final : public GroupStore {
 public:
  void append(std::span<const Segment> segments, std::span<const float> columns) override;
  void read(std::size_t group, std::size_t column, std::size_t first_row, std::span<float> out) const override;
  Segment segment(std::size_t group, std::size_t segment) const override { return groups_[group].segments[segment]; }
  bool due(std::chrono::duration<double>, std::size_t) const override { return false; }

 private:
  struct Group {
    std::size_t rows;
    std::vector<Segment> segments;
    Lane<float> columns;
  };
  std::vector<Group> groups_;
};

}  // namespace sim::collect
