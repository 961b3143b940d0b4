// A smooth law through three percentiles: the metalog (Keelin, The metalog distributions, Decision Analysis 13 (2016)).
#include <algorithm>
#include <cmath>
#include <string>

#include "sim/base/elementary.h"
#include "sim/rng/families.h"
#include "sim/rng/law_arguments.h"
#include "sim/rng/quantile_form.h"

namespace sim::laws {
namespace {

// Three-term metalog M(u) = a1 + (a2 + a3 (u - 1/2)) logit u of the parameter, of the logarithm of its distance to a
// bound, or of its logit between two bounds (Keelin 2016, sections 3 and 4).
struct Metalog {
  enum class Kind { unbounded, above, below, between };
  Kind kind;
  double low, high;
  double a1 = 0.0, a2 = 0.0, a3 = 0.0;

  static Kind kind_for(Support support) {
    if (std::isinf(support.low)) return std::isinf(support.high) ? Kind::unbounded : Kind::below;
    return std::isinf(support.high) ? Kind::above : Kind::between;
  }
  double inner(double x) const {
    switch (kind) {
      case Kind::above:
        return math::log(x - low);
      case Kind::below:
        return -math::log(high - x);
      case Kind::between:
        return math::log((x - low) / (high - x));
      case Kind::unbounded:
        break;
    }
    return x;
  }
  double outer(double m) const {
    switch (kind) {
      case Kind::above:
        return low + math::exp(m);
      case Kind::below:
        return high - math::exp(-m);
      case Kind::between:
        return m < 0.0 ? low + (high - low) * logistic(m) : high - (high - low) * logistic(-m);
      case Kind::unbounded:
        break;
    }
    return m;
  }
  double at(double u, double t) const { return a1 + (a2 + a3 * (u - 0.5)) * t; }
  double operator()(Probability p) const { return outer(at(p.u, logit(p))); }

  // The growth of the exponential tail of the log forms: the mean is finite when it is below 1.
  double tail() const { return kind == Kind::above ? a2 + 0.5 * a3 : kind == Kind::below ? a2 - 0.5 * a3 : 0.0; }
  double expectation() const;
};

// The mean is the integral of outer(M) u (1 - u) over t = logit u; the trapezoidal rule converges geometrically on
// it. Beyond |t| = 40 u is 0 or 1 to all digits and the log forms are exponentials, whose sum is known.
double Metalog::expectation() const {
  if (kind == Kind::unbounded) return a1 + 0.5 * a3;  // the integral of (u - 1/2) logit u is 1/2
  constexpr double kStep = 1.0 / 32;
  constexpr int kSteps = 40 * 32;
  const double end = tail();
  double sum = 0.0;
  for (int i = -kSteps; i <= kSteps; ++i) {
    const double t = kStep * i;
    const double u = logistic(t);
    const double m = at(u, t);
    const double part = kind == Kind::above ? math::exp(m) : kind == Kind::below ? math::exp(-m) : logistic(m);
    sum += part * u * logistic(-t);
  }
  if (kind == Kind::between) return std::clamp(low + (high - low) * sum * kStep, low, high);
  const double sign = kind == Kind::above ? 1.0 : -1.0;
  const double decay = math::exp(-(1.0 - end) * kStep);
  sum += math::exp(sign * a1 - (1.0 - end) * 40.0) * decay / -math::expm1(-(1.0 - end) * kStep);
  return kind == Kind::above ? low + sum * kStep : high - sum * kStep;
}

}  // namespace

Quantile make_percentiles(const Law& law, Support support) {
  const double p10 = number(law, "p10");
  const double p50 = number(law, "p50");
  const double p90 = number(law, "p90");
  const std::string problem = "percentiles: p10 = " + shown(p10) + ", p50 = " + shown(p50) + ", p90 = " + shown(p90);
  if (p10 == p90 && p10 == p50) return constant(p10);
  if (!(p10 < p50 && p50 < p90)) refuse(problem, "they must increase", "Order them.");
  if (!(support.low < p10 && p90 < support.high)) {
    refuse(problem, "the parameter lies between " + shown(support.low) + " and " + shown(support.high),
           "Choose percentiles strictly inside.");
  }
  Metalog q{Metalog::kind_for(support), support.low, support.high};
  const double low = q.inner(p10);
  const double range = q.inner(p90) - low;
  const double share = (q.inner(p50) - low) / range;
  // M increases everywhere when |a3| < 1.66711 a2 (1 over the maximum of |u - 1/2 + u (1 - u) logit u|), that is
  // when the median divides the range between p10 and p90 in shares above this (Keelin 2016, proposition 1).
  constexpr double kLeastShare = 0.5 * (1.0 - 1.667113119201929 * 0.4);
  if (!(share > kLeastShare && share < 1.0 - kLeastShare)) {
    refuse(problem, "too skewed for a smooth law",
           "Choose p50 between " + shown(q.outer(low + kLeastShare * range)) + " and " +
               shown(q.outer(low + (1.0 - kLeastShare) * range)) + ", or use discrete.");
  }
  const double log_9 = math::log(9.0);  // logit of 0.9
  q.a1 = q.inner(p50);
  q.a2 = 0.5 * range / log_9;
  q.a3 = (1.0 - 2.0 * share) * range / (0.8 * log_9);
  if (q.tail() >= 1.0) {
    refuse(problem, "so wide a law has no finite mean", "Bring p10 and p90 closer together, or use lognormal.");
  }
  return quantile_of(q, q.expectation(), support.low, support.high);
}

}  // namespace sim::laws
