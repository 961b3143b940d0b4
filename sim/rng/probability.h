// The probability a word stands for, and what the laws make of one: its logit, a standard normal, an exponential.
// Internal to sim/rng.
//
// Both tails are carried, u and v = 1 - u, because 1 - u in double arithmetic would lose what a word says about the
// upper tail. Not here: any law, and the special functions themselves (sim/base).
#pragma once

#include <cstdint>

#include "sim/base/elementary.h"
#include "sim/base/special.h"

namespace sim::laws {

// u and v = 1 - u, both exact, so that either tail keeps its relative precision.
struct Probability {
  double u;
  double v;
};

inline Probability probability(std::uint32_t word) {
  return {(static_cast<double>(word) + 0.5) * 0x1p-32, (static_cast<double>(~word) + 0.5) * 0x1p-32};
}

inline double logit(Probability p) { return math::log(p.u / p.v); }
inline double minus_log_v(Probability p) { return p.u < 0.5 ? -math::log1p(-p.u) : -math::log(p.v); }
inline double standard_normal(Probability p) { return p.u < 0.5 ? normal_quantile(p.u) : -normal_quantile(p.v); }

// 1 / (1 + exp(-y)), precise also where it is small.
inline double logistic(double y) {
  const double e = math::exp(y < 0.0 ? y : -y);
  return (y < 0.0 ? e : 1.0) / (1.0 + e);
}

}  // namespace sim::laws
