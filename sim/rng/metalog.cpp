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
// bound, or of its logit between two bounds (Keelin 2016, sections 3 and 4). Draws beyond what can be simulated are
// held.
struct Metalog {
  enum class Kind { unbounded, above, below, between };
  Support support;
  Kind kind = kind_for(support);
  double low = support.low, high = support.high;
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
  double held(double x) const { return std::clamp(x, support.least, support.most); }
  double operator()(Probability p) const { return held(outer(at(p.u, logit(p)))); }

  // The growth of the exponential tail of the log forms: the mean is finite when it is below 1.
  double slope() const { return kind == Kind::above ? a2 + 0.5 * a3 : kind == Kind::below ? a2 - 0.5 * a3 : 0.0; }
  double expectation() const;
  Tail tail() const;
};

// The integral of value(u, t) u (1 - u) over t = logit u; the trapezoidal rule converges geometrically on what is
// smooth. Beyond |t| = 40 u is 0 or 1 to all digits.
constexpr double kStep = 1.0 / 32;
constexpr double kEnd = 40.0;
template <class Value>
double integral_over_logit(const Value& value) {
  constexpr int kSteps = static_cast<int>(kEnd / kStep);
  double sum = 0.0;
  for (int i = -kSteps; i <= kSteps; ++i) {
    const double t = kStep * i;
    const double u = logistic(t);
    sum += value(u, t) * u * logistic(-t);
  }
  return sum * kStep;
}

// Where the sum ends the log forms are exponentials, whose sum is known.
double Metalog::expectation() const {
  if (kind == Kind::unbounded) return a1 + 0.5 * a3;  // the integral of (u - 1/2) logit u is 1/2
  const double part = integral_over_logit([this](double u, double t) {
    const double m = at(u, t);
    return kind == Kind::above ? math::exp(m) : kind == Kind::below ? math::exp(-m) : logistic(m);
  });
  if (kind == Kind::between) return std::clamp(low + (high - low) * part, low, high);
  const double sign = kind == Kind::above ? 1.0 : -1.0;
  const double decay = 1.0 - slope();
  const double rest = math::exp(sign * a1 - decay * (kEnd + kStep)) / -math::expm1(-decay * kStep) * kStep;
  return kind == Kind::above ? low + part + rest : high - (part + rest);
}

Tail Metalog::tail() const {
  Tail tail{.slope = kind == Kind::above ? slope() : 0.0};
  const auto is_beyond = [this](double u, double t) {
    const double x = outer(at(u, t));
    return x != held(x);
  };
  const Probability first = probability(0), last = probability(0xffffffffU);
  if (!is_beyond(first.u, logit(first)) && !is_beyond(last.u, logit(last))) return tail;
  tail.held = integral_over_logit([&](double u, double t) { return is_beyond(u, t) ? 1.0 : 0.0; });
  tail.held_mean = integral_over_logit([this](double u, double t) { return held(outer(at(u, t))); });
  return tail;
}

// The slope is (9/8 wide - 1/8 narrow) / log 9, of the distances from p50 to the percentile on the side of the tail and
// to the other one, both in inner(); so it reaches 1 where wide is (log 9 + narrow / 8) 8/9.
[[noreturn]] void refuse_slope(const Metalog& q, const std::string& problem, double narrow) {
  const double wide = (math::log(9.0) + 0.125 * narrow) / 1.125;
  const bool above = q.kind == Metalog::Kind::above;
  const double end = q.outer(above ? q.a1 + wide : q.a1 - wide);
  const double neat = end > 100.0 ? std::floor(end) : end;
  refuse(
      problem,
      "so wide a law has no finite mean: its tail has slope " + shown(std::round(1000.0 * q.slope()) / 1000.0) +
          ", 1 or more",
      std::string("Choose p") + (above ? "90 below " : "10 above ") + shown(above ? neat : end) + ", or a lognormal.");
}

}  // namespace

Quantile make_percentiles(const Law& law, Support support) {
  const double p10 = number(law, "p10");
  const double p50 = number(law, "p50");
  const double p90 = number(law, "p90");
  const std::string problem = "percentiles: p10 = " + shown(p10) + ", p50 = " + shown(p50) + ", p90 = " + shown(p90);
  if (p10 == p90 && p10 == p50) return constant(p10);
  if (!(p10 < p50 && p50 < p90)) refuse(problem, "they must increase", "Order them.");
  const double least = std::max(support.low, support.least), most = std::min(support.high, support.most);
  if (!(least < p10 && p90 < most)) {
    refuse(problem, "the parameter lies between " + shown(least) + " and " + shown(most),
           "Choose percentiles strictly inside.");
  }
  Metalog q{support};
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
  if (q.slope() >= 1.0) refuse_slope(q, problem, q.kind == Metalog::Kind::above ? q.a1 - low : low + range - q.a1);
  return quantile_of(q, q.expectation(), least, most, q.tail());
}

}  // namespace sim::laws
