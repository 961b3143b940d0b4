// The densities that quantile tables integrate, and where those tables begin. Internal to sim/rng.
//
// A gamma variable is seen as y = log X, a beta variable as y = logit X: on these scales the densities are log-concave
// whatever the shape, so Newton's method converges from anywhere, and y is smooth even where X is all but 0 or 1.
// Not here: distribution functions (sim/base/special.h), and checks of the shapes, positive by the ranges of the laws.
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/special.h"
#include "sim/rng/probability.h"

namespace sim::laws {

// The density of y = logit X, X ~ beta(a, b): x^a (1 - x)^b / B(a, b). Log-concave.
struct BetaDensity {
  double a;
  double b;
  double log_scale;
  BetaDensity(double a_, double b_) : a(a_), b(b_), log_scale(log_beta(a_, b_)) {}
  double log_density(double y) const {
    const double far = math::log(1.0 + math::exp(y < 0.0 ? y : -y));  // of log(1 + e^y) beyond max(y, 0)
    return (y < 0.0 ? a : -b) * y - (a + b) * far - log_scale;
  }
  double slope(double y) const { return a - (a + b) * logistic(y); }  // of log_density
};

// The density of y = log X, X ~ gamma(a): x^a exp(-x) / Gamma(a). Log-concave.
struct GammaDensity {
  double a;
  double log_scale;
  explicit GammaDensity(double a_) : a(a_), log_scale(log_gamma(a_)) {}
  double log_density(double y) const { return a * y - math::exp(y) - log_scale; }
  double slope(double y) const { return a - math::exp(y); }
};

// The density of -y.
template <class Density>
struct Mirrored {
  const Density& density;
  double log_density(double z) const { return density.log_density(-z); }
  double slope(double z) const { return -density.slope(-z); }
};

// The y with P(Y <= y) = 2^-33 and with P(Y > y) = 2^-33: the least and the greatest probability of a word.
// The greatest of a beta is minus the least of the beta with its shapes exchanged.
double lowest_logit(const BetaDensity& density);
double lowest_log(const GammaDensity& density);
double highest_log(const GammaDensity& density);

// Wilson and Hilferty (1931): the quantile of gamma(a) for the standard normal z, good for large a.
double wilson_hilferty(double a, double z);

}  // namespace sim::laws
