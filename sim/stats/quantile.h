// A quantile of a column: its estimate, an interval that no law of the values can spoil, and a standard error.
//
//   estimate   q = y_(k), k = ceil(n p)
//   interval   from order statistics: y_(low) <= q unless fewer than `low` values lie at or below the true quantile,
//              whose number is binomial (independent replications) or has the error of their share (influence.h)
//   error      SE^2 = E (y_(k+D) - y_(k-D))^2 / 2, D normal with variance s^2 / 2, s the standard deviation of the
//              number of values at or below the true quantile: sqrt(n p (1 - p)) for independent replications
//
// The error is the bootstrap's idea, worked out (Maritz and Jarrett, JASA 73, 1978): another sample's estimate is
// y_(k+E), E normal with variance s^2, so that SE^2 = E (y_(k+E) - y_(k+E'))^2 / 2. Written by the middle (E + E') / 2,
// which is set to 0 here, and half the difference D. For a smooth law either is s times the slope of the quantile
// function. Where values repeat, as counts do, the estimate jumps between neighbours, and SE^2 is step^2 P (1 - P), P
// the probability of the lower one. Where p lies between two steps, so that P = 1/2, the interval's half-width
// over 1.96 is .5 of the standard error, Maritz and Jarrett's error .82 of it and this one .89; over all places of p
// between steps both have the right mean square.
//
// Promise: too few values for the interval (the binomial tail is above (1 - confidence) / 2 even below the lowest or
// above the highest value) leave the interval and the error missing: P5 takes 72 values.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace sim {

inline constexpr std::array<double, 9> kProbabilities{0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99};
inline constexpr double kConfidence = 0.95;  // of all intervals

// "p05": what csv, json, targets and `replay` call a quantile.
std::string quantile_name(double probability);

struct QuantileEstimate {
  double value = 0.0;
  double low = 0.0, high = 0.0;  // NaN where there are too few values for an interval, and so is the error
  double error = 0.0;            // standard error
};

// Ranks (1-based) of the order statistics that bound a quantile: the highest lower and the lowest upper rank with
// binomial tails of at most (1 - confidence) / 2 each; clipped to 1 and n.
struct QuantileRanks {
  std::size_t value, low, high;
  bool closed = true;   // false where clipping cost confidence: too few values for an interval
  double spread = 0.0;  // s of the error, in ranks
};
// Of independent values. Without a confidence: of all kProbabilities with kConfidence.
QuantileRanks quantile_ranks(std::size_t count, double p, double confidence);
std::array<QuantileRanks, kProbabilities.size()> quantile_ranks(std::size_t count);

// `sorted` must have as many values as the ranks are of.
QuantileEstimate quantile_estimate(std::span<const double> sorted, const QuantileRanks& ranks);

}  // namespace sim
