// Columns put in order, and missing values (NaN) left out.
//
// Promise: the same bits as any other correct sort, -0 before +0; no NaN may be sorted.
#pragma once

#include <span>
#include <vector>

#include "sim/stats/values.h"

namespace sim {

void sort_ascending(std::span<float> values);
void sort_ascending(std::span<double> values);

// The values that are not missing, ascending.
std::vector<double> sorted_values(const Values& values);

// Two columns side by side: missing in both where missing in either.
class CompletePairs {
 public:
  CompletePairs(const Values& a, const Values& b);
  CompletePairs(const CompletePairs&) = delete;
  CompletePairs& operator=(const CompletePairs&) = delete;
  const Values& a() const { return a_; }
  const Values& b() const { return b_; }

 private:
  Values a_, b_;
  std::vector<double> own_a_, own_b_;  // empty while none is missing
};

}  // namespace sim
