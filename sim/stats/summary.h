// What a column of outcomes says: moments, order statistics and tail means, each with its Monte Carlo
// error. Replications are independent of each other, or only units of them are (`Sampling`): then the estimates are the
// same, and all errors and intervals come from the independent units (units.h, influence.h).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/engine/outputs.h"
#include "sim/stats/quantile.h"
#include "sim/stats/values.h"

namespace sim {

inline constexpr double kTail = 0.05;  // of the "mean of the worst 5 %"
inline constexpr double kNormal975 = 1.959963984540054;

// Columns that vary by less than this part of their size are blurred by single precision, whose steps are 2^-24 of it:
// at 1e-5 by up to half a hundredth of the standard deviation, and what is below it by more.
inline constexpr double kBlurred = 1e-5;

struct Summary {
  std::size_t count = 0;
  double mean = 0.0, mean_error = 0.0;  // standard error sd / sqrt(n); NaN for one value
  double sd = 0.0, sd_error = 0.0;      // from the fourth central moment; NaN for fewer than four values
  double minimum = 0.0, maximum = 0.0;
  // Mean of the worst 5 %, for the lowest: [sum of y_(i), i <= floor(an), + (an - floor(an)) y_(floor(an)+1)] / (an);
  // of the highest where those are the worst. Its error, and that of the value at risk, is NaN where the quantile at
  // the edge of the tail has none: too few values lie in the tail.
  double cvar = 0.0, cvar_error = 0.0;
  // How far the edge of the worst 5 % lies from the mean, on the bad side: mean - p05, or p95 - mean where the highest
  // are the worst.
  double value_at_risk = 0.0, value_at_risk_error = 0.0;
  std::array<QuantileEstimate, kProbabilities.size()> quantiles{};
  // Standard errors to either side of the mean's interval with kConfidence: Student's t.
  double critical = kNormal975;

  bool is_blurred() const { return sd > 0.0 && sd < kBlurred * std::max(std::abs(minimum), std::abs(maximum)); }
};

// Of values in order of replication, NaN where missing. Sums run over the sorted values, so that the result does not
// depend on their order where replications are independent. No value at all gives NaN throughout.
Summary summarise(const Values& values, const Sampling& sampling, bool high_is_worse = false);

}  // namespace sim
