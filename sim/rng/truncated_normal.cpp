// The normal law between two bounds, either of them perhaps infinite: by inversion of the normal distribution function,
// by a series where that would lose the distance to a bound.
#include <algorithm>

#include "sim/base/special.h"
#include "sim/rng/families.h"
#include "sim/rng/law_arguments.h"
#include "sim/rng/quantile_form.h"

namespace sim::laws {
namespace {

// The standard normal between alpha and beta.
struct TruncatedNormal {
  double mean, sd, low, high;
  double alpha = (low - mean) / sd;
  double beta = (high - mean) / sd;
  double below = normal_cdf(alpha);
  double above = normal_cdf(-beta);
  double mass = alpha > 0.0 ? normal_cdf(-alpha) - above : normal_cdf(beta) - below;
  double low_scale = mass / normal_density(alpha);  // infinite at an infinite bound
  double high_scale = mass / normal_density(beta);

  // d with Phi(edge + d) - Phi(edge) = s phi(edge): the series that keeps the distance to the edge precise.
  static double distance(double s, double edge) {
    return s * (1.0 + s * (0.5 * edge + s * (1.0 + 2.0 * edge * edge) / 6.0));
  }
  static bool is_near(double s, double edge) { return s * (1.0 + (edge < 0.0 ? -edge : edge)) < 1e-3; }

  double operator()(Probability p) const {
    const double s_low = p.u * low_scale;
    const double s_high = p.v * high_scale;
    if (is_near(s_low, alpha)) return low + sd * distance(s_low, alpha);
    if (is_near(s_high, beta)) return high - sd * distance(s_high, -beta);
    const double lower = below + p.u * mass;
    const double upper = above + p.v * mass;
    const double z = lower < upper ? normal_quantile(lower) : -normal_quantile(upper);
    return std::clamp(mean + sd * z, low, high);
  }

  double expectation() const {
    const double width = beta - alpha;
    const double centre = 0.5 * (alpha + beta);
    // In a narrow window the density is nearly a line; there the general formula would cancel.
    const bool narrow = width * (1.0 + (centre < 0.0 ? -centre : centre)) < 1e-3;
    const double z =
        narrow ? centre * (1.0 - width * width / 12.0) : (normal_density(alpha) - normal_density(beta)) / mass;
    return std::clamp(mean + sd * z, low, high);
  }
};

}  // namespace

Quantile make_truncated_normal(const Law& law, Support) {
  const double low = number(law, "low");
  const double high = number(law, "high");
  if (!(low < high)) {
    refuse("truncated_normal: low is " + shown(low), "high is " + shown(high), "Keep low < high.");
  }
  const TruncatedNormal q{number(law, "mean"), number(law, "sd"), low, high};
  if (!(q.mass > 1e-200)) {  // 30 standard deviations; beyond, the tail leaves the range of a double
    refuse("truncated_normal: nothing of the normal law lies between " + shown(low) + " and " + shown(high),
           "mean " + shown(q.mean) + ", sd " + shown(q.sd), "Move the mean towards the interval or widen sd.");
  }
  return quantile_of(q, q.expectation(), low, high);
}

}  // namespace sim::laws
