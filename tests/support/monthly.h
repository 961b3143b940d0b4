// Revenue month by month: the spreadsheet's is the formula, the simulated mean is near it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace partnersim::testing {

// exact(month) is to be the mean; returns the sum of all. One check for each month that brings anything.
inline double check_monthly_revenue(Family& family, const std::string& claim, const Run& finished, int months,
                                    const std::function<double(int)>& exact) {
  const auto expected = finished.expected();
  double total = 0.0;
  for (int t = 1; t <= months; ++t) {
    const double month = exact(t);
    total += month;
    CHECK(expected.trajectories.at("revenue")[static_cast<std::size_t>(t - 1)] == about(month, 1e-9));
    const auto seen = finished.monthly("revenue", t);
    if (month == 0.0)
      CHECK(seen.mean == 0.0);
    else
      check_near(family, claim + ", month " + std::to_string(t), seen.mean, seen.error, month);
  }
  return total;
}

}  // namespace partnersim::testing
