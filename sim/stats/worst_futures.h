// What the worst futures have in common: the replications with the worst 5 % of one outcome, and how far the mean of
// any other column in them is from its mean in all.
//
// The edge of the worst is estimated too, and moves the mean by what the column is about there: to first order the
// error is that of (x - e) 1[worst] / a, e the mean of the column about the edge, a the share of the worst. For the
// outcome itself that is the error of the mean of the worst 5 % (summary.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/outputs.h"
#include "sim/stats/values.h"

namespace sim {

struct Contrast {
  double all = 0.0;          // mean over all replications
  double sd = 0.0;           // of all
  double worst = 0.0;        // mean over the worst ones
  double worst_error = 0.0;  // its standard error, over independent units; NaN for too few futures
};

class WorstFutures {
 public:
  // The ceil(5 % n) worst replications of the outcome; among equal ones those with the lowest numbers.
  WorstFutures(const Values& outcome, bool high_is_worse);
  // NaN stands for missing and is left out; without values all figures are NaN.
  Contrast contrast(const Values& values, const Sampling& sampling = {}) const;

 private:
  std::vector<std::uint32_t> worst_;   // replications, ascending
  std::vector<std::uint32_t> around_;  // those about the edge of the worst
  bool edge_known_ = false;            // whether the edge has an interval (quantile.h)
};

}  // namespace sim
