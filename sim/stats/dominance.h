// Is one variant better everywhere? First-order stochastic dominance of two columns on shared random numbers: b
// dominates a when F_b(x) <= F_a(x) for every x, so that b makes every level at least as likely to be reached, whatever
// somebody's attitude to risk (Hadar and Russell, AER 59, 1969).
//
//   gap       F_b(x) - F_a(x) = mean of [b <= x] - [a <= x], its error from the pairs (units.h)
//   test      at the 99 percentiles of both columns together, each gap against Student's t at level 5 % / 99 for both
//   sides (Bonferroni): no false gain or loss in 95 % of comparisons
//
// What the verdict says: `b_larger` is a gain somewhere beyond Monte Carlo error and no loss beyond it. That is not
// proof of dominance: losses up to `tolerance` may go unseen, and those between two of the levels. The largest gain and
// loss are of the empirical distributions at all values, untested.
//
// Promise: pairs of which either is missing are left out; O(n log n). Not here: dominance of second order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sim/base/missing.h"
#include "sim/engine/outputs.h"
#include "sim/stats/values.h"

namespace sim {

enum class Dominance : std::uint8_t {
  no_difference,  // none beyond Monte Carlo error
  b_larger,
  a_larger,
  crosses,
};

struct DominanceTest {
  Dominance verdict = Dominance::no_difference;
  // Largest F_a - F_b and F_b - F_a, as probabilities, and the first value where they stand.
  double gain = 0.0, gain_at = kMissing;
  double loss = 0.0, loss_at = kMissing;
  double tolerance = 0.0;  // the largest gap, at any level tested, that Monte Carlo error explains
  // Where verdict is `crosses`: the first value at which the gap changes sign, between two levels that are
  // significantly different in opposite directions; how many such changes; whether b is the smaller one below it.
  double crossing = kMissing;
  std::size_t crossings = 0;
  bool smaller_below = false;
};

DominanceTest test_dominance(const Values& a, const Values& b, const Sampling& sampling);

struct ComparisonNames {
  std::string_view outcome;  // "output"
  std::string_view a;        // "base"
  std::string_view b;        // "sign"
  bool larger_is_better = true;
};

// "at every level of output, `spare` makes reaching it at least as likely as `base`", "neither is better everywhere:
// `sign` is better above 1.2 million, worse below"
std::string in_words(const DominanceTest& test, const ComparisonNames& names);

}  // namespace sim
