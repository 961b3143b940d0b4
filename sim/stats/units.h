// Errors over the replications that are independent of each other. Replications that share a parameter draw, or that
// are strata of one batch, tell less (or more) than their number; their sums over independent units do not.
//
//   units     replication r belongs to section r / inner, with stratified batches to (r / inner) % batches
//   estimate  T of the full sample; nearly T = true value + mean of d_i, d_i the influence of value i
//   error     SE^2 = sum_g (sum of d_i over g)^2 / n^2 / (1 - sum_g w_g^2), w_g = n_g / n the share of section g
//   interval  T ± t SE, Student's t with (sections - 1) degrees of freedom
//
// For a mean d_i = y_i - T, sum_g d_i / n = w_g (T_g - T): the sectioning of Asmussen and Glynn (Stochastic Simulation,
// 2007, III.5a) and Nakayama (ACM TOMACS 24(4), 2014), centred at the full sample. With Var T_g = s^2 / n_g,
// E w_g^2 (T_g - T)^2 = s^2 (w_g - w_g^2) / n, hence the divisor 1 - sum w_g^2; for equal sections it is their
// (G - 1) / G, for one value a unit SE^2 = s^2 / n. Other statistics are linearised (the survey statistician's way:
// Deville, Survey Methodology 25, 1999), not computed again in each section: a section of 32 values has no 1 %
// quantile, but it has a share of values below the one of the full sample, without bias; and each unit can be a section
// of its own, which gives many degrees of freedom instead of 31.
//
// Promise: influences are given for values that are not missing; a section without any is not counted; one section
// alone has no error (NaN). Deliberately knows no statistic: see summary.h, paired.h and precision.h.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "sim/engine/outputs.h"
#include "sim/stats/values.h"

namespace sim {

struct Spread {
  double error = 0.0;    // standard error
  double freedom = 0.0;  // degrees of freedom
};

struct Interval {
  double low = 0.0, high = 0.0;
};

struct Estimate {
  double value = 0.0, error = 0.0;
  double low = 0.0, high = 0.0;
};

// Half-width of an interval in standard errors: Student's t, normal for infinite freedom.
double critical_value(double freedom, double confidence);

Estimate estimate_of(double value, const Spread& spread, double confidence);

// The section of a replication.
inline std::size_t section_of(const Sampling& sampling, std::size_t replication) {
  const std::size_t unit = replication / sampling.inner;
  return sampling.batches == 0 ? unit : unit % sampling.batches;
}
// How many sections `replications` fall into.
std::size_t section_count(const Sampling& sampling, std::size_t replications);

class SectionSums {
 public:
  SectionSums(const Sampling& sampling, std::size_t replications);
  void add(std::size_t replication, double influence) {
    const std::size_t g = section_of(sampling_, replication);
    sums_[g] += influence;
    counts_[g] += 1.0;
  }
  Spread spread() const;

 private:
  Sampling sampling_;
  std::vector<double> sums_, counts_;
};

// The spread of a statistic from the influence of each value that is not missing.
template <class Influence>
Spread spread_over_units(const Values& values, const Sampling& sampling, const Influence& influence) {
  SectionSums sums(sampling, values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isnan(values[i])) sums.add(i, influence(values[i]));
  return sums.spread();
}

// Wilson's interval (1927) for a share p of n trials, `critical` standard errors wide. Never of width 0.
Interval wilson(double p, double n, double critical);

// The interval of a mean of scores between 0 and 1 whose full-sample mean is p and variance `variance` (p (1 - p) for
// zeros and ones). Wilson's, with as many trials as independent ones would have to be for the error over units (Korn
// and Graubard, Survey Methodology 24, 1998) and Student's t; where the units do not vary at all, their number.
Interval share_interval(double p, double variance, std::size_t count, const Sampling& sampling,
                        std::size_t replications, const Spread& spread, double confidence);

}  // namespace sim
