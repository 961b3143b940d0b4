// sim/stats/variance_split.h: sums worked out by hand; its errors are tested in tests/statistical/coverage_test.cpp.
#include "sim/stats/variance_split.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/about.h"

using partnersim::testing::about;

TEST_CASE("ignorance and luck are those of the analysis of variance") {
  // Units {1, 3}, {5, 9}, {6, 6}: means 2, 7, 6, variances 2, 8, 0.
  const std::vector<float> values{1.0f, 3.0f, 5.0f, 9.0f, 6.0f, 6.0f};
  const sim::VarianceSplit split = sim::split_variance(values, {2, 0});
  CHECK(split.units == 3);
  CHECK(split.luck.value == about(10.0 / 3.0, 1e-14));
  CHECK(split.ignorance.value == about(7.0 - 10.0 / 6.0, 1e-14));
  CHECK(split.luck.error == about(std::sqrt(52.0 / 3.0 / 3.0), 1e-14));  // sd of 2, 8, 0 by sqrt 3
  CHECK(split.share.value == about(16.0 / 26.0, 1e-14));
  CHECK(split.from_draws == about(16.0 / 9.0, 1e-14));
  CHECK(split.from_replications == about(5.0 / 9.0, 1e-14));
  CHECK(split.sample_more == sim::SampleMore::parameter_draws);
}

TEST_CASE("ignorance below zero is told as it is, its share as none") {
  const std::vector<float> values{0.0f, 2.0f, 2.0f, 0.0f, 1.0f, 1.0f};
  const sim::VarianceSplit split = sim::split_variance(values, {2, 0});
  CHECK(split.ignorance.value == about(-2.0 / 3.0, 1e-14));
  CHECK(split.share.value == 0.0);
  CHECK(split.from_draws == 0.0);
  CHECK(split.best_inner == 0);
  CHECK(split.sample_more == sim::SampleMore::replications);
  CHECK(sim::advice(split).find("100 % of the squared error of the mean comes from luck") == 0);
}

TEST_CASE("missing values and units with fewer than two values are left out") {
  const float missing = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> values{1.0f, missing, 3.0f, missing, missing, 7.0f, 5.0f, 9.0f, missing, 6.0f, 6.0f};
  const std::vector<float> complete{1.0f, 3.0f, 5.0f, 9.0f, 6.0f, 6.0f};
  const sim::VarianceSplit split = sim::split_variance(values, {3, 0}), same = sim::split_variance(complete, {2, 0});
  CHECK(split.units == 3);
  CHECK(split.luck.value == same.luck.value);
  CHECK(split.ignorance.value == same.ignorance.value);
}

TEST_CASE("one replication a draw cannot tell ignorance from luck") {
  const std::vector<float> values{1.0f, 2.0f, 3.0f};
  const sim::VarianceSplit split = sim::split_variance(values, {1, 0});
  CHECK(std::isnan(split.luck.value));
  CHECK(split.sample_more == sim::SampleMore::unknown);
  CHECK(sim::advice(split).find("cannot be told apart") != std::string::npos);
}

TEST_CASE("to tell the two apart, luck over ignorance and one are as many replications a draw as are best") {
  // Units of means 4 and -4 in turn, variance 8 inside each.
  std::vector<float> values;
  for (int unit = 0; unit < 200; ++unit) {
    const float mean = unit % 2 == 0 ? 4.0f : -4.0f;
    values.insert(values.end(), {mean - 2.0f, mean + 2.0f});
  }
  const sim::VarianceSplit split = sim::split_variance(values, {2, 0});
  CHECK(split.luck.value == doctest::Approx(8.0));
  CHECK(split.ignorance.value == doctest::Approx(16.0 * 200.0 / 199.0 - 4.0));
  CHECK(split.best_inner == 2);  // 1 + 8 / 12.08, rounded
  CHECK(sim::advice(split).find("too few parameter draws (200)") != std::string::npos);
}
