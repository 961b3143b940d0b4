// A factor of the month for each firm and lane, 1 until a process touches it. Firms that only ever suffered together
// share a row, so that what strikes many alike is written once, and whoever reads rows may tell by their addresses
// which are the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "models/network/topology.h"
#include "sim/lanes/lane.h"

namespace partnersim {

class FirmFactor {
 public:
  FirmFactor(std::size_t firms, std::size_t lanes);

  bool any_used() const { return !sharers_.empty(); }
  bool used(Firm firm) const { return row_of_[index(firm)] != kNone; }
  // The row of a firm that is used; null for the others.
  const float* row(Firm firm) const { return used(firm) ? rows_[row_of_[index(firm)]].data() : nullptr; }

  // The firm's row, to be changed for it alone.
  float* touch(Firm firm);
  // The rows of these firms (no firm twice), each row once, to be changed for all of them alike and for nobody else.
  // Valid until the next call.
  std::span<float* const> touch(std::span<const Firm> firms);
  // All factors are 1 again.
  void clear();

 private:
  static constexpr std::uint32_t kNone = 0xffffffffu;

  // A new row, a copy of another or all 1.
  std::uint32_t add_row(std::uint32_t like);
  void move(Firm firm, std::uint32_t row);

  std::size_t lanes_;
  std::deque<sim::Lane<float>> rows_;   // made when first needed, and kept
  sim::Lane<std::uint32_t> row_of_;     // [firm]
  std::vector<std::uint32_t> sharers_;  // [row] firms; never 0, so that there are no more rows than firms
  // Work space of touch: of each row, and last of none, how many of its firms are asked for, and what row they move to.
  std::vector<std::uint32_t> asked_, target_;
  std::vector<float*> touched_;
};

}  // namespace partnersim
