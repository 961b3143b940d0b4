// sim/stats/units.h and influence.h: errors worked out by hand, and those of independent replications as a special
// case.
#include "sim/stats/units.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "sim/base/special.h"
#include "sim/base/student.h"
#include "sim/stats/influence.h"
#include "sim/stats/order.h"
#include "sim/stats/summary.h"
#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

const float kMissing = std::numeric_limits<float>::quiet_NaN();

std::vector<float> skewed(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 engine{seed};
  std::vector<float> values(n);
  for (float& v : values) v = static_cast<float>(-std::log((static_cast<double>(engine() >> 12U) + 0.5) * 0x1p-52));
  return values;
}

// Each value `inner` times over.
std::vector<float> repeated(const std::vector<float>& values, std::uint32_t inner) {
  std::vector<float> out;
  for (const float v : values) out.insert(out.end(), inner, v);
  return out;
}

sim::Summary independent(const std::vector<float>& values) { return sim::summarise(values, sim::Sampling{}); }

}  // namespace

TEST_CASE("replications belong to the section of their parameter draw") {
  const sim::Sampling two_level{4, 0}, stratified{1, 3}, both{2, 3};
  CHECK(sim::section_of(two_level, 3) == 0);
  CHECK(sim::section_of(two_level, 4) == 1);
  CHECK(sim::section_of(stratified, 4) == 1);
  CHECK(sim::section_of(both, 5) == 2);
  CHECK(sim::section_of(both, 6) == 0);
  CHECK(sim::section_count(two_level, 9) == 3);
  CHECK(sim::section_count(stratified, 2) == 2);
  CHECK(sim::section_count(both, 100) == 3);
}

TEST_CASE("the error of a mean weighs sections of different size by their squares") {
  // Sections {1, 3}, {5, 7}, {14}: the mean is 6, sums of deviations -8, 0, 8, shares .4, .4, .2.
  const std::vector<float> values{1.0f, 3.0f, 5.0f, 7.0f, 14.0f};
  const sim::Spread spread = sim::mean_spread(values, {2, 0}, 6.0);
  CHECK(spread.error == about(std::sqrt((64.0 + 64.0) / 25.0 / (1.0 - 0.36)), 1e-14));
  CHECK(spread.freedom == 2.0);
}

TEST_CASE("missing values leave their section, and a section without values does not count") {
  const std::vector<float> values{kMissing, 3.0f, kMissing, kMissing, 5.0f, 7.0f};
  const sim::Spread spread = sim::mean_spread(values, {2, 0}, 5.0);
  CHECK(spread.error == about(std::sqrt(8.0 / 9.0 / (1.0 - 5.0 / 9.0)), 1e-14));
  CHECK(spread.freedom == 1.0);
  CHECK(sim::summarise(values, {2, 0}).count == 3);
}

TEST_CASE("a summary of independent replications is the same by either way, to the last bit") {
  std::vector<float> values = skewed(3001, 1);
  const sim::Summary direct = independent(values);
  values.insert(values.begin() + 7, kMissing);
  const sim::Summary ordered = sim::summarise(values, sim::Sampling{});
  CHECK(std::memcmp(&direct, &ordered, sizeof direct) == 0);
}

TEST_CASE("estimates do not depend on which replications are independent, to the last bit") {
  const std::vector<float> values = skewed(3000, 2);
  const sim::Summary one = independent(values);
  for (const sim::Sampling& sampling : {sim::Sampling{10, 0}, sim::Sampling{1, 8}, sim::Sampling{5, 20}}) {
    const sim::Summary other = sim::summarise(values, sampling);
    CHECK(one.mean == other.mean);
    CHECK(one.sd == other.sd);
    CHECK(one.cvar == other.cvar);
    CHECK(one.value_at_risk == other.value_at_risk);
    for (std::size_t i = 0; i < one.quantiles.size(); ++i) CHECK(one.quantiles[i].value == other.quantiles[i].value);
  }
}

TEST_CASE("sections of one replication give the errors of independent replications") {
  for (const bool high_is_worse : {false, true}) {
    const std::vector<float> values = skewed(2000, 3);
    const std::vector<double> sorted = sim::sorted_values(values);
    const sim::Summary a = sim::summarise(values, sim::Sampling{}, high_is_worse);
    const sim::Summary b = sim::summarise(values, sim::Sampling{1, 2000}, high_is_worse);
    CHECK(b.mean_error == about(a.mean_error, 1e-12));
    CHECK(b.sd_error == about(a.sd_error, 1e-3));
    CHECK(b.cvar_error == about(a.cvar_error, 1e-3));
    CHECK(b.value_at_risk_error == about(a.value_at_risk_error, 0.05));  // ranks differ, see below
    CHECK(b.critical == sim::student_quantile(1999.0, 0.975));
    // Exact binomial ranks against Woodruff's: skewed at the ends, hence two ranks there.
    for (std::size_t i = 0; i < a.quantiles.size(); ++i) {
      const auto rank = [&](double v) { return std::lower_bound(sorted.begin(), sorted.end(), v) - sorted.begin(); };
      CHECK(std::abs(rank(a.quantiles[i].low) - rank(b.quantiles[i].low)) <= 2);
      CHECK(std::abs(rank(a.quantiles[i].high) - rank(b.quantiles[i].high)) <= 2);
    }
    for (std::size_t i = 0; i < a.quantiles.size(); ++i)
      CHECK(a.quantiles[i].error == about(b.quantiles[i].error, 0.05));
    CHECK(sim::summarise(values, sim::Sampling{1, 8}, high_is_worse).critical > 2.3);
  }
}

TEST_CASE("repeating every replication makes no error smaller") {
  const std::vector<float> values = skewed(2000, 4);
  const sim::Summary once = sim::summarise(values, sim::Sampling{1, 2000});
  const sim::Summary often = sim::summarise(repeated(values, 10), sim::Sampling{10, 0});
  CHECK(often.mean_error == about(once.mean_error, 1e-12));
  CHECK(often.sd_error == about(once.sd_error, 1e-3));
  CHECK(often.cvar_error == about(once.cvar_error, 1e-3));
  for (std::size_t i = 0; i < once.quantiles.size(); ++i) {
    CHECK(often.quantiles[i].low >= once.quantiles[i].low);  // outward rounding is to tenths of the ranks
    CHECK(often.quantiles[i].high <= once.quantiles[i].high);
    CHECK(often.quantiles[i].low <= often.quantiles[i].value);
    CHECK(often.quantiles[i].high >= often.quantiles[i].value);
  }
}

TEST_CASE("batches that balance each other have no error of the mean") {
  // Every batch of four holds one value of each quarter.
  std::vector<float> values(400);
  for (std::size_t i = 0; i < 400; ++i) values[i] = static_cast<float>(i / 10 % 4);
  const sim::Summary s = sim::summarise(values, sim::Sampling{1, 10});
  CHECK(s.mean_error < 1e-14);
  CHECK(s.sd_error < 1e-14);
  CHECK(independent(values).mean_error > 0.05);
}

TEST_CASE("equal values have no error over units either") {
  const std::vector<float> values(1200, -7.25f);
  const sim::Summary s = sim::summarise(values, {3, 0});
  for (const double x : {s.sd, s.mean_error, s.sd_error}) CHECK(x == 0.0);
  CHECK(s.cvar_error < 1e-14);
  for (const auto& q : s.quantiles)
    for (const double x : {q.value, q.low, q.high}) CHECK(x == -7.25);
}

TEST_CASE("one unit alone says nothing about its error, and nothing at all is NaN") {
  const sim::Summary s = sim::summarise(skewed(20, 5), {20, 0});
  CHECK(s.mean > 0.0);
  for (const double x : {s.mean_error, s.sd_error, s.cvar_error, s.value_at_risk_error, s.critical})
    CHECK(std::isnan(x));
  for (const double x : {s.quantiles[4].low, s.quantiles[4].high, s.quantiles[4].error}) CHECK(std::isnan(x));
  const std::vector<float> none(8, kMissing);
  CHECK(std::isnan(sim::summarise(none, {2, 0}).mean));
  CHECK(sim::summarise(none, {2, 0}).count == 0);
}

TEST_CASE("ranks say whether the interval is closed") {
  // P(all of n above the 1 % quantile) = .99^n is above .025 up to n = 367.
  CHECK_FALSE(sim::quantile_ranks(367, 0.01, 0.95).closed);
  CHECK(sim::quantile_ranks(368, 0.01, 0.95).closed);
  CHECK_FALSE(sim::quantile_ranks(368, 0.01, 0.99).closed);
  CHECK(sim::quantile_ranks(528, 0.01, 0.99).closed);  // .99^528 < .005
  const std::vector<float> values = skewed(100, 6);
  const std::vector<double> sorted = sim::sorted_values(values);
  CHECK_FALSE(sim::quantile_ranks_over_units(values, sorted, {2, 0}, 0.01, 0.95).closed);
  CHECK(sim::quantile_ranks_over_units(values, sorted, {2, 0}, 0.50, 0.95).closed);
  // Units count, not their replications: 71 are too few for P5, 72 may be enough.
  const auto closed = [](std::size_t units) {
    const std::vector<float> many = skewed(40 * units, 6);
    return sim::quantile_ranks_over_units(many, sim::sorted_values(many), {40, 0}, 0.05, 0.95).closed;
  };
  CHECK_FALSE(closed(71));
  CHECK(closed(72));
}

TEST_CASE("Wilson's interval is that of the textbook, and never of width 0") {
  const sim::Interval half = sim::wilson(0.5, 100.0, 1.959963984540054);
  CHECK(half.low == about(0.403832, 1e-5));  // Newcombe (1998): 50 of 100
  CHECK(half.high == about(0.596168, 1e-5));
  const sim::Interval none = sim::wilson(0.0, 1024.0, 1.959963984540054);
  CHECK(none.low == 0.0);
  CHECK(none.high == about(3.841459 / (1024.0 + 3.841459), 1e-6));
  CHECK(sim::wilson(1.0, 7.0, 2.0).high == 1.0);
}

TEST_CASE("shares over units count as many trials as independent ones would need") {
  // 100 units of ten equal replications are worth a hundred trials, up to the divisor K - 1 and Student's t.
  std::vector<float> values(100, 0.0f);
  std::fill_n(values.begin(), 20, 1.0f);
  const std::vector<float> all = repeated(values, 10);
  const sim::Sampling sampling{10, 0};
  const sim::Spread spread = sim::mean_spread(all, sampling, 0.2);
  const sim::Interval got = sim::share_interval(0.2, 0.16, 1000, sampling, 1000, spread, 0.95);
  const sim::Interval right = sim::wilson(0.2, 99.0, sim::student_quantile(99.0, 0.975));
  CHECK(got.low == about(right.low, 1e-12));
  CHECK(got.high == about(right.high, 1e-12));
  // Without any success the units themselves are the trials.
  const std::vector<float> none(1000, 0.0f);
  const sim::Interval zero =
      sim::share_interval(0.0, 0.0, 1000, sampling, 1000, sim::mean_spread(none, sampling, 0.0), 0.95);
  CHECK(zero.high == sim::wilson(0.0, 100.0, sim::student_quantile(99.0, 0.975)).high);
}
