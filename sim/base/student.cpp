#include "sim/base/student.h"

#include <cmath>

#include "sim/base/elementary.h"
#include "sim/base/special.h"

namespace sim {
namespace {

constexpr double kNearlyNormal = 1e5;  // degrees of freedom from which the expansion is exact enough

double near_normal(double z, double freedom) {
  const double s = z * z;
  const double first = z * (s + 1.0) / 4.0;
  const double second = z * ((5.0 * s + 16.0) * s + 3.0) / 96.0;
  const double third = z * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
  return z + (first + (second + third / freedom) / freedom) / freedom;
}

// P(T > t), t > 0. For t^2 < v the complement keeps its accuracy near one half.
double upper_tail(double t, double freedom) {
  const double square = t * t;
  if (square < freedom) return 0.5 * incomplete_beta_complement(0.5, 0.5 * freedom, square / (freedom + square));
  return 0.5 * incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + square));
}

double log_density(double t, double freedom) {
  return -0.5 * (freedom + 1.0) * math::log1p(t * t / freedom) - 0.5 * math::log(freedom) -
         log_beta(0.5, 0.5 * freedom);
}

// t > 0 with P(T > t) = tail < 1/2.
double from_tail(double tail, double freedom) {
  double low = -normal_quantile(tail);  // tails of t are heavier than normal ones
  double high = 2.0 * low + 1.0;
  while (upper_tail(high, freedom) > tail) {
    low = high;
    high *= 2.0;
    if (high == math::detail::kInfinite) return high;
  }
  double t = low;
  constexpr int kMostSteps = 200;  // bisection alone needs fewer
  for (int i = 0; i < kMostSteps; ++i) {
    const double here = upper_tail(t, freedom);
    (here > tail ? low : high) = t;
    const double next = t + math::log(here / tail) * here / math::exp(log_density(t, freedom));
    const double inside = next > low && next < high ? next : 0.5 * (low + high);
    if (std::abs(inside - t) <= 0x1p-50 * t) return inside;
    t = inside;
  }
  return t;
}

}  // namespace

double student_quantile(double freedom, double p) {
  if (!(freedom > 0.0 && p >= 0.0 && p <= 1.0)) return math::detail::kNotANumber;
  const double z = normal_quantile(p);
  if (p == 0.0 || p == 1.0 || p == 0.5 || freedom == math::detail::kInfinite) return z;
  if (freedom >= kNearlyNormal) return near_normal(z, freedom);
  return p < 0.5 ? -from_tail(p, freedom) : from_tail(1.0 - p, freedom);
}

}  // namespace sim
