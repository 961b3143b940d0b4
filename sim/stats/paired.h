// Two columns of the same replications on shared random numbers, a (the baseline) and b: how much and how often they
// differ.
//
//   mean difference   m = mean of b - a, error from the pairs (units.h), so that what both share cancels
//   quantiles         Q_b - Q_a of the two distributions (not the quantile of the difference). Error and interval join
//                     those of either quantile (quantile.h) by the correlation r of the shares below them:
//                     SE^2 = SE_a^2 + SE_b^2 - 2 r SE_a SE_b, and likewise the lower side of b's interval with the
//                     upper side of a's (Zou and Donner, Statistics in Medicine 27, 2008). Where values repeat, as in
//                     counts, shares move together and the quantiles jump apart: there r = -1 in the interval, the sum
//                     of both sides. Missing where either quantile's interval is.
//   ratio             R = mean b / mean a, influence (b - R a) / mean a (delta method); NaN where the baseline's mean
//                     is 0 or its interval holds 0
//   beats             P(b > a) + P(b = a) / 2, Wilson's interval (conservative where there are ties)
//   variance removed  1 - Var(b - a) / (Var a + Var b): 0 without shared numbers, negative where pairing hurts
//
// Promise: pairs of which either is missing (NaN) are left out; intervals are of 95 %; those of means use Student's t;
// O(n log n).
//
// Not here: dominance (dominance.h); several variants at once (each is compared with the baseline alone).
#pragma once

#include <cstddef>
#include <span>

#include "sim/engine/outputs.h"
#include "sim/stats/units.h"
#include "sim/stats/values.h"

namespace sim {

struct Comparison {
  std::size_t count = 0;      // pairs
  Estimate difference;        // of the means, b - a
  Estimate p05, median, p95;  // differences of the quantiles
  double larger = 0.0;        // share of replications with b > a
  double equal = 0.0;         // with b = a
  double beats = 0.0;         // larger + equal / 2
  Interval beats_interval, larger_interval;
  Estimate ratio;
  double variance_removed = 0.0;  // NaN when nothing varies
  double correlation = 0.0;       // NaN when either does not vary
};

// Both in order of replication and of equal length.
Comparison compare_pairs(const Values& a, const Values& b, const Sampling& sampling);

// The mean of b - a alone, at any confidence: what precision targets ask for.
Estimate mean_difference(const Values& a, const Values& b, const Sampling& sampling, double confidence);

}  // namespace sim
