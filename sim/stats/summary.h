// What a column of outcomes says: moments, order statistics and tail means, each with its Monte Carlo
// error. Replications are independent of each other, or only units of them are (`Sampling`): then the estimates are the
// same, and all errors and intervals come from the independent units (units.h, influence.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/engine/outputs.h"

namespace sim {

inline constexpr std::array<double, 9> kProbabilities{0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99};
inline constexpr double kTail = 0.05;        // of the "mean of the worst 5 %"
inline constexpr double kConfidence = 0.95;  // of all intervals
inline constexpr double kNormal975 = 1.959963984540054;

struct QuantileEstimate {
  double value = 0.0;  // order statistic ceil(n p)
  double low = 0.0;    // distribution-free interval from binomial order statistics
  double high = 0.0;
  double error = 0.0;  // half of the interval over Summary::critical: the standard error it amounts to
};

struct Summary {
  std::size_t count = 0;
  double mean = 0.0, mean_error = 0.0;  // standard error sd / sqrt(n)
  double sd = 0.0, sd_error = 0.0;      // from the fourth central moment
  double minimum = 0.0, maximum = 0.0;
  // Mean of the worst 5 %, for the lowest: [sum of y_(i), i <= floor(an), + (an - floor(an)) y_(floor(an)+1)] / (an);
  // of the highest where those are the worst.
  double cvar = 0.0, cvar_error = 0.0;
  // How far the edge of the worst 5 % lies from the mean, on the bad side: mean - p05, or p95 - mean where the highest
  // are the worst.
  double value_at_risk = 0.0, value_at_risk_error = 0.0;
  std::array<QuantileEstimate, kProbabilities.size()> quantiles{};
  // Standard errors to either side of an interval with kConfidence: Student's t where units are few.
  double critical = kNormal975;
};

// Ranks (1-based) of the order statistics that bound a quantile: the highest lower and the lowest upper rank with
// binomial tails of at most (1 - confidence) / 2 each; clipped to 1 and n. Without a confidence: of all
// kProbabilities with kConfidence.
struct QuantileRanks {
  std::size_t value, low, high;
  bool closed = true;  // false where clipping cost confidence: too few values for an interval
};
QuantileRanks quantile_ranks(std::size_t count, double p, double confidence);
std::array<QuantileRanks, kProbabilities.size()> quantile_ranks(std::size_t count);

// Sorts `values`. Sums run over the sorted values, so the result does not depend on their order.
// No value at all gives NaN throughout.
// `ranks` must come from quantile_ranks(values.size()).
Summary summarise(std::span<float> values, const std::array<QuantileRanks, kProbabilities.size()>& ranks,
                  bool high_is_worse = false);

// Of values in order of replication, NaN where missing.
Summary summarise(std::span<const float> values, const Sampling& sampling, bool high_is_worse = false);

}  // namespace sim
