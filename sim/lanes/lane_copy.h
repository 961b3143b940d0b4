// What one lane of a block has come to, for another to go on from: splitting of rare futures simulates the rest of a
// promising one several times. Between two months, so that only what is kept from one to the next has to be named.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "sim/lanes/lane.h"

namespace sim {

struct LaneCopy {
  std::size_t from, to;

  // Rows by lane (empty ones too), whoever has a copy_lane, and many of either.
  template <class... Kept>
  void operator()(Kept&... kept) const {
    (copy(kept), ...);
  }

 private:
  template <class T>
  void copy(Lane<T>& row) const {
    if (!row.empty()) row[to] = row[from];
  }
  template <class T>
  void copy(Grid<T>& rows) const {
    for (std::size_t i = 0; i < rows.rows(); ++i) rows.row(i)[to] = rows.row(i)[from];
  }
  template <class T>
  void copy(std::unique_ptr<T>& part) const {
    if (part) copy(*part);
  }
  template <class T>
  void copy(std::vector<T>& parts) const {
    for (T& part : parts) copy(part);
  }
  template <class T>
  void copy(T& part) const {
    part.copy_lane(*this);
  }
};

}  // namespace sim
