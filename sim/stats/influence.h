// How far each statistic of a column is off, over independent units (units.h): its influence function, summed by
// section.
//
//   mean                  d = y - m
//   standard deviation    d = ((y - m)^2 - s^2) / (2 s)
//   mean of the worst     d = q - c + (y - q) [y worse than q] / a, q the edge of the tail, c its mean, a = kTail
//   quantile              no error of its own but that of the share at or below it, d = [y <= q] - p, which is turned
//                         into ranks: from y_(n (p - h)) to y_(n (p + h)), h = t SE (Woodruff, JASA 47, 1952), and
//                         n SE for the spread of the rank (quantile.h). Among equal values only the part counts as
//                         below that makes the mean of d zero. Closed where as many independent values as there are
//                         units would close it too.
//   value at risk         d = y - m + ([y <= q] - p) / f(q), the density f from the quantile's own error: that of the
//                         share over that of the value
//
// Promise: with one replication a unit these are the errors that summary.h states for independent replications, up to
// a factor sqrt(n / (n - 1)). NaN is left out. Deliberately no values of the statistics: those are the full sample's.
#pragma once

#include <span>

#include "sim/stats/summary.h"
#include "sim/stats/units.h"
#include "sim/stats/values.h"

namespace sim {

// [y <= q] - p for the quantile p of `sorted`.
class ShareBelow {
 public:
  ShareBelow(std::span<const double> sorted, double p);
  double operator()(double y) const { return (y < quantile_ ? 1.0 : (y == quantile_ ? part_ : 0.0)) - p_; }
  // How many values equal the quantile.
  double ties() const { return ties_; }

 private:
  double p_, quantile_ = 0.0, ties_ = 0.0;
  double part_ = 0.0;  // of values that equal the quantile
};

Spread mean_spread(const Values& values, const Sampling& sampling, double mean);
Spread sd_spread(const Values& values, const Sampling& sampling, double mean, double sd);
// `edge` is the value that bounds the worst 5 %.
Spread worst_spread(const Values& values, const Sampling& sampling, double edge, double cvar, bool high_is_worse);
// Of the share of values at or below the quantile p of `sorted`.
Spread share_spread(const Values& values, std::span<const double> sorted, const Sampling& sampling, double p);

// Of the distance of the mean from the quantile p of `sorted`, whose standard error is known.
Spread value_at_risk_spread(const Values& values, std::span<const double> sorted, const Sampling& sampling, double mean,
                            double p, double quantile_error);

// Ranks in `sorted`, the values that are not missing, for an interval of the quantile p: binomial ones where
// replications are independent.
QuantileRanks quantile_ranks(const Values& values, std::span<const double> sorted, const Sampling& sampling, double p,
                             double confidence);
QuantileRanks quantile_ranks_over_units(const Values& values, std::span<const double> sorted, const Sampling& sampling,
                                        double p, double confidence);

}  // namespace sim
