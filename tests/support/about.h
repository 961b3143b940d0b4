// Comparison by relative error.
#pragma once

#include <doctest/doctest.h>

#include <limits>

namespace partnersim::testing {

// doctest::Approx alone allows epsilon (1 + |value|): for a standard error of .01 and an epsilon of .05 that is
// anything.
inline doctest::Approx about(double value, double epsilon) {
  return doctest::Approx(value).scale(std::numeric_limits<double>::min()).epsilon(epsilon);  // 0 is about 0
}

}  // namespace partnersim::testing
