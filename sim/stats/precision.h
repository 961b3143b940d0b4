// Whether a prefix of the replications reaches a precision target (target.h), and at which prefixes to look.
//
//   mean, sd, mean of the worst, difference   t SE, with the errors of summary.h and paired.h
//   quantile        binomial ranks, over units Woodruff's (influence.h)
//   probability     the mean of a column that holds nothing but zeros and ones: Wilson's interval, so that 0 of 1,024
//                   is "up to .4 %" and not "certainly 0"
//   half-width      the longer side of the interval about the estimate
//   needed          n (half-width / wanted)^2, for a probability solved from Wilson's formula
//
// Promise: looking at fixed prefixes, never at one chosen by its values, keeps intervals near their confidence (tested
// in coverage_test.cpp). A quantile whose interval would need more values than there are has an infinite half-width. A
// relative target is never reached where the estimate is 0, for no share of 0 is worth having: an absolute one is
// needed. A column that never varied and is no probability shows no error, and its absolute targets count as reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/outputs.h"
#include "sim/stats/target.h"
#include "sim/stats/values.h"

namespace sim {

struct Prefix {
  Values values;    // in order of replication, NaN where missing
  Values baseline;  // of the same replications; for Statistic::difference only
  Sampling sampling{};
  bool high_is_worse = false;
};

struct Achieved {
  double value = 0.0;
  double low = 0.0, high = 0.0;  // the interval
  double half_width = 0.0;       // its longer side
  double wanted = 0.0;           // in the unit of the outcome
  bool reached = false;
  double needed = 0.0;  // replications, forecast; infinite where none can be made
};

Achieved assess(const Target& target, const Prefix& prefix, double confidence);

// The lengths of prefixes at which targets are assessed: from 1,024, each about one and a half times the one before, in
// whole units of `inner` and whole blocks of 512. The sequence does not depend on `max`, but that it ends there.
std::vector<std::uint32_t> checkpoints(std::uint32_t max, std::uint32_t inner);

}  // namespace sim
