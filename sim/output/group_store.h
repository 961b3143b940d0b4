// Where finished replications go on their way to statistics and files. They arrive in groups: the columns
// of a range of replications, with everything summed over that range. A column is read back in pieces.
//
// Promise: what append() has returned from is kept, in order; a journal (journal.h) keeps it through a
// crash, memory does not. A store does not decide what is in a group: Collector (results.h) does.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/model.h"

namespace sim::output {

inline constexpr std::size_t kGroupRows = 1 << 16;  // 256 KiB a column: pieces that read and write well

class GroupStore {
 public:
  virtual ~GroupStore() = default;
  // `columns` is [column][row], `sums` over the rows of the range alone. Throws InputOutputError.
  virtual void append(const Block& range, std::span<const float> columns, const Accumulators& sums) = 0;
  // All rows of a column of the group appended as number `group`; from any thread.
  virtual void read(std::size_t group, std::size_t column, std::span<float> out) const = 0;
  // Whether `column_bytes`, so long after the last group, are worth a group of their own.
  virtual bool due(std::chrono::duration<double> since_last, std::size_t column_bytes) const = 0;
};

// Keeps columns in memory, and lets others keep the sums.
class MemoryGroups final : public GroupStore {
 public:
  void append(const Block& range, std::span<const float> columns, const Accumulators& sums) override;
  void read(std::size_t group, std::size_t column, std::span<float> out) const override;
  bool due(std::chrono::duration<double>, std::size_t) const override { return false; }

 private:
  struct Group {
    std::size_t rows;
    std::vector<float> columns;
  };
  std::vector<Group> groups_;
};

}  // namespace sim::output
