#include "sim/rng/log_densities.h"

#include <algorithm>
#include <cmath>

namespace sim::laws {
namespace {

// y with tail(y) = 2^-33, tail the integral of the density up to y. The logarithm of such an integral of a
// log-concave density is concave, so Newton's method on it converges from everywhere; where the tail
// underflows, density / slope bounds it from above and is as good a guide.
template <class Density, class Tail>
double lowest(const Density& density, Tail tail, double start) {
  const double target = -33.0 * math::log(2.0);
  double y = start;
  for (int i = 0; i < 300; ++i) {
    const double mass = tail(y);
    const double height = density.log_density(y);
    const bool lost = mass < 1e-280;
    const double gradient = lost ? density.slope(y) : math::exp(height) / mass;
    const double miss = (lost ? height - math::log(gradient) : math::log(mass)) - target;
    if (!lost && -1e-11 < miss && miss < 1e-11) break;
    y -= std::clamp(miss / gradient, -100.0, 100.0);
  }
  return y;
}

}  // namespace

// For x so small that I_x(a, b) = x^a / (a B(a, b)) to all digits, the root is explicit.
double lowest_logit(const BetaDensity& d) {
  const double explicit_root = (-33.0 * math::log(2.0) + math::log(d.a) + d.log_scale) / d.a;
  if (explicit_root < -40.0 - math::log(1.0 + d.b)) return explicit_root;
  const double start = math::log(d.a / d.b) - 6.2 * std::sqrt(1.0 / d.a + 1.0 / d.b);  // the normal approximation
  return lowest(
      d, [&d](double y) { return incomplete_beta(d.a, d.b, logistic(y)); }, start);
}

double wilson_hilferty(double a, double z) {
  const double root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * std::sqrt(a));
  return a * root * root * root;
}

double lowest_log(const GammaDensity& d) {
  const double explicit_root = (-33.0 * math::log(2.0) + math::log(d.a) + d.log_scale) / d.a;
  if (explicit_root < -40.0) return explicit_root;
  const double start = d.a < 20.0 ? explicit_root : math::log(wilson_hilferty(d.a, -6.2));
  return lowest(
      d, [&d](double y) { return gamma_p(d.a, math::exp(y)); }, start);
}

double highest_log(const GammaDensity& d) {
  const double start = d.a < 1.0 ? 3.0 : math::log(wilson_hilferty(d.a, 6.2));
  return -lowest(
      Mirrored<GammaDensity>{d}, [&d](double z) { return gamma_q(d.a, math::exp(-z)); }, -start);
}

}  // namespace sim::laws
