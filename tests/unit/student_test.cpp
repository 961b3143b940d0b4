// sim/base/student.h against Boost.Math and the laws with closed quantiles.
#include "sim/base/student.h"
#include "sim/config/spec.h"

#include <doctest/doctest.h>

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "sim/base/special.h"
#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

constexpr double kPi = 3.141592653589793;

}  // namespace

TEST_CASE("quantiles of Student's law agree with Boost") {
  for (const double freedom : {0.5, 1.0, 1.7, 2.0, 3.0, 9.0, 31.0, 99.5, 1023.0, 9999.0, 99999.0, 1e5, 1e6, 1e9}) {
    const boost::math::students_t_distribution<long double> law(static_cast<long double>(freedom));
    double worst = 0.0;
    for (const double p :
         {1e-12, 1e-6, 0.001, 0.01, 0.025, 0.1, 0.25, 0.4, 0.49, 0.5001, 0.6, 0.8, 0.95, 0.975, 0.9999}) {
      const double right = static_cast<double>(quantile(law, static_cast<long double>(p)));
      worst = std::max(worst, std::abs(sim::student_quantile(freedom, p) / right - 1.0));
    }
    CAPTURE(freedom);
    CHECK(worst < 1e-12);
  }
}

TEST_CASE("one and two degrees of freedom have closed quantiles") {
  for (const double p : {0.02, 0.3, 0.7, 0.975}) {
    CHECK(sim::student_quantile(1.0, p) == about(std::tan(kPi * (p - 0.5)), 1e-12));
    CHECK(sim::student_quantile(2.0, p) == about((2.0 * p - 1.0) / std::sqrt(2.0 * p * (1.0 - p)), 1e-12));
  }
}

TEST_CASE("quantiles of Student's law are odd, normal in the limit, and NaN outside the domain") {
  CHECK(sim::student_quantile(7.0, 0.25) == -sim::student_quantile(7.0, 0.75));
  CHECK(sim::student_quantile(7.0, 0.5) == 0.0);
  CHECK(sim::student_quantile(sim::kInfinity, 0.975) == sim::normal_quantile(0.975));
  CHECK(sim::student_quantile(7.0, 0.0) == -sim::kInfinity);
  CHECK(sim::student_quantile(7.0, 1.0) == sim::kInfinity);
  CHECK(std::isnan(sim::student_quantile(0.0, 0.3)));
  CHECK(std::isnan(sim::student_quantile(3.0, 1.1)));
  CHECK(std::isnan(sim::student_quantile(std::nan(""), 0.3)));
}
