// sim/base/elementary.h against the C library in long double, sim/base/special.h against Boost.Math.
#include "sim/base/special.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "sim/base/elementary.h"
#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

namespace math = sim::math;

constexpr double kInf = std::numeric_limits<double>::infinity();

// |value - exact| in units of the last place of `exact`.
double ulps(double value, long double exact) {
  const double near = std::abs(static_cast<double>(exact));
  const double unit = std::max(std::nextafter(near, kInf) - near, 0x1p-1074);
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact)) / unit;
}

double relative(double value, double exact) {
  if (value == exact) return 0.0;
  return std::abs(value - exact) / std::max(std::abs(exact), std::numeric_limits<double>::min());
}

// With a tiny shape parameter the error of the far probability is promised in absolute terms only.
double weight(double shape, double probability) { return shape < 0.05 ? probability : 1.0; }

// Uniform between low and high; the library's own generator, so that the points are the same everywhere.
class Points {
 public:
  double operator()(double low, double high) {
    return low + (high - low) * (static_cast<double>(engine_()) / 18446744073709551616.0);
  }

 private:
  std::mt19937_64 engine_{20240607};
};

template <class Function, class Exact>
double worst_ulps(Function function, Exact exact, double low, double high, int count) {
  Points points;
  double worst = 0.0;
  for (int i = 0; i < count; ++i) {
    const double x = points(low, high);
    worst = std::max(worst, ulps(function(x), exact(static_cast<long double>(x))));
  }
  return worst;
}

}  // namespace

TEST_CASE("exp is within 1.5 units in the last place from the smallest subnormal to overflow") {
  const auto mine = [](double x) { return math::exp(x); };
  const auto exact = [](long double x) { return std::exp(x); };
  CHECK(worst_ulps(mine, exact, -745.2, 709.79, 400'000) < 1.5);
  CHECK(worst_ulps(mine, exact, -1.0, 1.0, 200'000) < 1.5);
  CHECK(worst_ulps(mine, exact, -1e-9, 1e-9, 10'000) < 1.5);
  CHECK(math::exp(0.0) == 1.0);
  CHECK(math::exp(709.8) == kInf);
  CHECK(math::exp(kInf) == kInf);
  CHECK(math::exp(-746.0) == 0.0);
  CHECK(math::exp(-kInf) == 0.0);
  CHECK(std::isnan(math::exp(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("log is within 1.5 units in the last place over all positive doubles") {
  const auto mine = [](double x) { return math::log(x); };
  const auto exact = [](long double x) { return std::log(x); };
  CHECK(worst_ulps(mine, exact, 0.5, 2.0, 400'000) < 1.5);
  CHECK(worst_ulps(mine, exact, 0.999, 1.001, 100'000) < 1.5);
  CHECK(worst_ulps(mine, exact, 0.0, 1e-300, 100'000) < 1.5);
  Points points;
  double worst = 0.0;
  for (int i = 0; i < 400'000; ++i) {
    const double x = std::ldexp(points(1.0, 2.0), static_cast<int>(points(-1080.0, 1024.0)));
    if (x > 0.0) worst = std::max(worst, ulps(math::log(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst < 1.5);
  CHECK(math::log(1.0) == 0.0);
  CHECK(math::log(0.0) == -kInf);
  CHECK(math::log(-0.0) == -kInf);
  CHECK(math::log(kInf) == kInf);
  CHECK(std::isnan(math::log(-1.0)));
  CHECK(std::isnan(math::log(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("log1p and expm1 keep the relative error near zero") {
  const auto mine_log = [](double x) { return math::log1p(x); };
  const auto exact_log = [](long double x) { return std::log1p(x); };
  const auto mine_exp = [](double x) { return math::expm1(x); };
  const auto exact_exp = [](long double x) { return std::expm1(x); };
  for (const double width : {0.999, 0.1, 1e-3, 1e-8, 1e-17, 1e-300}) {
    CAPTURE(width);
    CHECK(worst_ulps(mine_log, exact_log, -width, width, 100'000) < 2.0);
    CHECK(worst_ulps(mine_exp, exact_exp, -width, width, 100'000) < 2.0);
  }
  CHECK(worst_ulps(mine_log, exact_log, 0.0, 1e20, 10'000) < 1.5);
  CHECK(worst_ulps(mine_exp, exact_exp, -100.0, 709.0, 100'000) < 2.0);
  CHECK(math::log1p(-1.0) == -kInf);
  CHECK(math::log1p(kInf) == kInf);
  CHECK(std::isnan(math::log1p(-1.5)));
  CHECK(math::expm1(-kInf) == -1.0);
  CHECK(math::expm1(1000.0) == kInf);
}

TEST_CASE("pow is within 1e-14 for results of moderate size, and 4e-14 up to overflow") {
  Points points;
  double worst = 0.0;
  double worst_moderate = 0.0;
  for (int i = 0; i < 400'000; ++i) {
    const double x = std::ldexp(points(1.0, 2.0), static_cast<int>(points(-60.0, 60.0)));
    const double y = points(-1.0, 1.0) * 700.0 / std::max(1e-3, std::abs(std::log(x)));
    const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    const double error = relative(math::pow(x, y), static_cast<double>(exact));
    worst = std::max(worst, error);
    if (std::abs(y * std::log(x)) < 200.0) worst_moderate = std::max(worst_moderate, error);
  }
  CHECK(worst_moderate < 1e-14);
  CHECK(worst < 4e-14);
  CHECK(math::pow(0.0, 2.0) == 0.0);
  CHECK(math::pow(0.0, -2.0) == kInf);
  CHECK(math::pow(0.0, 0.0) == 1.0);
  CHECK(math::pow(2.0, 10.0) == 1024.0);
  CHECK(math::pow(2.0, 5000.0) == kInf);
  CHECK(math::pow(2.0, -1e300) == 0.0);
  CHECK(math::pow(kInf, 0.5) == kInf);
  CHECK(std::isnan(math::pow(-2.0, 2.0)));
}

TEST_CASE("the elementary functions are known at compile time and the same at run time") {
  constexpr double kExp = math::exp(-3.25);
  constexpr double kLog = math::log(0.3);
  constexpr double kPow = math::pow(1.7, -2.2);
  volatile double x = -3.25;
  CHECK(math::exp(x) == kExp);
  x = 0.3;
  CHECK(math::log(x) == kLog);
  x = 1.7;
  CHECK(math::pow(x, -2.2) == kPow);
}

TEST_CASE("the bits of the elementary functions never change") {
  // FNV-1a over the bit patterns; a difference means another compiler, flag or formula, and other results.
  std::uint64_t hash = 14695981039346656037U;
  const auto add = [&hash](double x) { hash = (hash ^ std::bit_cast<std::uint64_t>(x)) * 1099511628211U; };
  for (int i = -1000; i <= 1000; ++i) {
    const double x = 0.7131 * i;
    add(math::exp(x));
    add(math::expm1(0.01 * x));
    add(math::log(1e-3 + x * x));
    add(math::log1p(x * x));
    add(math::pow(1e-3 + x * x, 0.37));
    add(sim::normal_cdf(0.02 * x));
    add(sim::normal_quantile(0.0005 + 0.0004 * (i + 1000)));
    add(sim::log_gamma(1e-3 + x * x));
    add(sim::incomplete_beta(0.3, 2.5, 0.0005 * (i + 1000)));
    add(sim::gamma_p(3.1, 1e-3 * x * x));
  }
  CHECK(hash == 5162960485900019512U);
}

TEST_CASE("log_gamma agrees with Boost, near its zeros at 1 and 2 too") {
  Points points;
  double worst = 0.0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = std::exp(points(-30.0, 20.0));
    worst = std::max(worst, relative(sim::log_gamma(x), boost::math::lgamma(x)));
    const double y = points(0.5, 3.0);
    worst = std::max(worst, relative(sim::log_gamma(y), boost::math::lgamma(y)));
  }
  CHECK(worst < 1e-14);
  CHECK(sim::log_gamma(1.0) == 0.0);
  CHECK(sim::log_gamma(2.0) == 0.0);
  CHECK(sim::log_gamma(0.0) == kInf);
  CHECK(std::isnan(sim::log_gamma(-0.5)));
}

TEST_CASE("log_beta agrees with the logarithm of Boost's beta") {
  Points points;
  for (int i = 0; i < 10'000; ++i) {
    const long double a = std::exp(points(-6.0, 6.0));
    const long double b = std::exp(points(-6.0, 6.0));
    const double exact = static_cast<double>(std::log(boost::math::beta(a, b)));
    CHECK(sim::log_beta(static_cast<double>(a), static_cast<double>(b)) ==
          doctest::Approx(exact).epsilon(1e-13).scale(1.0));  // may be near 0
  }
}

TEST_CASE("the normal distribution function keeps its relative error in the lower tail") {
  const boost::math::normal_distribution<long double> normal;
  Points points;
  double worst = 0.0;
  for (int i = 0; i < 200'000; ++i) {
    const double x = points(-37.0, 8.0);
    worst = std::max(worst, relative(sim::normal_cdf(x), static_cast<double>(cdf(normal, x))));
  }
  CHECK(worst < 1e-14);
  CHECK(sim::normal_cdf(0.0) == 0.5);
  CHECK(sim::normal_cdf(-kInf) == 0.0);
  CHECK(sim::normal_cdf(kInf) == 1.0);
  CHECK(sim::normal_density(1.5) == about(0.12951759566589174, 1e-14));
}

TEST_CASE("the normal quantile is exact to 1e-14 and inverts the distribution function") {
  const boost::math::normal_distribution<long double> normal;
  Points points;
  double worst = 0.0;
  for (int i = 0; i < 100'000; ++i) {
    for (const double p : {std::exp(points(-600.0, -0.694)), points(0.0, 0.5), 1.0 - std::exp(points(-30.0, -0.694))}) {
      const double exact = static_cast<double>(quantile(normal, static_cast<long double>(p)));
      worst = std::max(worst, std::abs(sim::normal_quantile(p) - exact) / std::max(std::abs(exact), 1e-2));
    }
  }
  CHECK(worst < 1e-14);
  CHECK(sim::normal_quantile(0.5) == 0.0);
  CHECK(sim::normal_quantile(0.0) == -kInf);
  CHECK(sim::normal_quantile(1.0) == kInf);
  CHECK(std::isnan(sim::normal_quantile(1.5)));
}

TEST_CASE("the incomplete beta function and its complement agree with Boost") {
  Points points;
  const std::vector<double> shapes = {0.001, 0.05, 0.3, 0.5, 1.0, 1.7, 4.0, 25.0, 300.0, 1e4};
  for (const double a : shapes) {
    for (const double b : shapes) {
      CAPTURE(a);
      CAPTURE(b);
      double worst = 0.0;
      for (int i = 0; i < 60; ++i) {
        const double centre = a / (a + b);
        const double spread = std::sqrt(centre * (1.0 - centre) / (a + b + 1.0));
        const double x =
            i % 2 == 0 ? points(0.0, 1.0) : std::clamp(centre + points(-6.0, 6.0) * spread, 1e-9, 1.0 - 1e-9);
        const double lower = static_cast<double>(boost::math::ibeta<long double>(a, b, x));
        const double upper = static_cast<double>(boost::math::ibetac<long double>(a, b, x));
        if (lower > 1e-60) worst = std::max(worst, relative(sim::incomplete_beta(a, b, x), lower) * weight(b, lower));
        if (upper > 1e-60)
          worst = std::max(worst, relative(sim::incomplete_beta_complement(a, b, x), upper) * weight(a, upper));
      }
      CHECK(worst < 2e-13);
    }
  }
  CHECK(sim::incomplete_beta(2.0, 3.0, 0.0) == 0.0);
  CHECK(sim::incomplete_beta(2.0, 3.0, 1.0) == 1.0);
  CHECK(std::isnan(sim::incomplete_beta(-1.0, 3.0, 0.5)));
}

TEST_CASE("the incomplete gamma functions agree with Boost") {
  Points points;
  for (const double a : {0.001, 0.05, 0.3, 0.5, 1.0, 1.7, 4.0, 25.0, 300.0, 1e4}) {
    CAPTURE(a);
    double worst = 0.0;
    for (int i = 0; i < 400; ++i) {
      const double x =
          i % 2 == 0 ? a * std::exp(points(-3.0, 3.0)) : std::max(1e-9, a + points(-6.0, 6.0) * std::sqrt(a));
      const double lower = static_cast<double>(boost::math::gamma_p<long double>(a, x));
      const double upper = static_cast<double>(boost::math::gamma_q<long double>(a, x));
      if (lower > 1e-60) worst = std::max(worst, relative(sim::gamma_p(a, x), lower));
      if (upper > 1e-60) worst = std::max(worst, relative(sim::gamma_q(a, x), upper) * weight(a, upper));
    }
    CHECK(worst < 2e-13);
  }
  CHECK(sim::gamma_p(2.0, 0.0) == 0.0);
  CHECK(sim::gamma_q(2.0, kInf) == 0.0);
  CHECK(std::isnan(sim::gamma_p(0.0, 1.0)));
}

TEST_CASE("very large parameters lose no more than the last digits") {
  Points points;
  for (const double a : {1e6, 1e7}) {
    double worst = 0.0;
    for (int i = 0; i < 40; ++i) {
      const double x = a + points(-6.0, 6.0) * std::sqrt(a);
      worst =
          std::max(worst, relative(sim::gamma_q(a, x), static_cast<double>(boost::math::gamma_q<long double>(a, x))));
      const double t = 0.5 + points(-6.0, 6.0) * std::sqrt(0.125 / a);
      worst = std::max(worst, relative(sim::incomplete_beta(a, a, t),
                                       static_cast<double>(boost::math::ibeta<long double>(a, a, t))));
    }
    CHECK(worst < 1e-11);
  }
}
