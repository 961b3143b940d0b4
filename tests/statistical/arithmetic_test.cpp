// Five referrals a month, four in ten close, 10,000 a deal: the envelope's 240,000 a year and the luck around it
// (MODEL.md, sections 4 and 5; oracle 1 of section 15). Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 12;
constexpr int kChecks = 11 + 2 * kMonths;
Family family{kChecks};

const Run& year() {
  static const Run run{R"(
[scenario]
months = 12
replications = 1_000_000
seed = 11
[output]
outcomes = ["revenue", "wins", "leads"]
trajectories = "means"
[partner.referrer]
leads = 5
close_rate = 0.40
deal_value = 10_000
)"};
  return run;
}

}  // namespace

TEST_CASE("in expectation a year of the arithmetic is exactly 240,000") {
  const auto expected = year().expected();
  CHECK(expected.outcomes.at("leads") == 60.0);
  CHECK(expected.outcomes.at("wins") == 24.0);
  CHECK(expected.outcomes.at("revenue") == 240000.0);
  for (const double month : expected.trajectories.at("revenue")) CHECK(month == 20000.0);
}

TEST_CASE("the random year has mean 240,000, standard deviation 48,990 and falls below 200,000 with probability .180") {
  const auto revenue = year().column("revenue");
  const boost::math::poisson wins(24.0);
  const double below = cdf(wins, 19.0);
  CHECK(std::round(1e3 * below) == 180.0);
  CHECK(std::round(1e4 * std::sqrt(24.0)) == 48990.0);
  check_mean(family, "revenue", revenue, 240000.0);
  check_variance(family, "revenue", revenue, 24.0 * 1e8);
  check_share(family, "revenue below 200,000",
              static_cast<double>(std::count_if(revenue.begin(), revenue.end(), [](float r) { return r < 200000.0f; })),
              static_cast<double>(revenue.size()), below);
}

TEST_CASE("with a constant deal value revenue is wins times the value, in every future") {
  const auto revenue = year().column("revenue");
  const auto wins = year().column("wins");
  bool same = true;
  for (std::size_t i = 0; i < wins.size(); ++i) same = same && revenue[i] == 10000.0f * wins[i];
  CHECK(same);
}

TEST_CASE("wins, leads and lost leads of a year are Poisson with means 24, 60 and 36") {
  const auto wins = year().column("wins");
  const auto leads = year().column("leads");
  std::vector<float> lost(leads.size());
  for (std::size_t i = 0; i < lost.size(); ++i) lost[i] = leads[i] - wins[i];
  check_poisson(family, "wins", wins, 24.0);
  check_poisson(family, "leads", leads, 60.0);
  check_poisson(family, "lost leads", lost, 36.0);
  check_mean(family, "leads", leads, 60.0);
  check_variance(family, "leads", leads, 60.0);
  check_mean(family, "lost leads", lost, 36.0);
  check_variance(family, "lost leads", lost, 36.0);
  // What thinning promises: the leads that close say nothing of those that do not.
  check_independent(family, "wins and lost leads", wins, lost);
}

TEST_CASE("every month of the arithmetic brings 2 wins and 20,000 on average") {
  for (int month = 1; month <= kMonths; ++month) {
    const auto wins = year().monthly("wins", month);
    const auto revenue = year().monthly("revenue", month);
    const std::string name = " of month " + std::to_string(month);
    check_near(family, "wins" + name, wins.mean, wins.error, 2.0);
    check_near(family, "revenue" + name, revenue.mean, revenue.error, 20000.0);
  }
}
