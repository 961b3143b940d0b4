// Limits to growth: customers whom partners share, hours that partners take from selling, the cost of managing many
// (MODEL.md, sections 4 and 6). Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 24, kYear = 12;
constexpr int kChecks = 60;
Family family{kChecks};

Run run(const std::string& rest, const std::string& outcomes, int months = kMonths) {
  return Run(
      Head{.months = months, .replications = 100'000, .seed = 281, .outcomes = "\"wins\", \"revenue\"" + outcomes}
          .text() +
      rest);
}

std::string partner(const std::string& id, double leads, const std::string& rest) {
  return "[partner." + id + "]\nleads = " + std::to_string(leads) + "\nclose_rate = 1\ndeal_value = 1\n" + rest + "\n";
}

}  // namespace

TEST_CASE("leads from a shared pool follow a linear recursion, in mean and variance, to a* = rho/(rho + lambda/M)") {
  constexpr double kPool = 10'000.0, kRenewal = 0.1, kLeads = 2'000.0;
  const Run finished =
      run("[pool.town]\ncustomers = 10_000\nrenewal = 0.1\ndirect = true\n" + partner("a", 1200, "pool = \"town\"") +
              partner("b", 500, "pool = \"town\"") + "[firm.direct]\nleads = 300\nclose_rate = 1\ndeal_value = 1\n",
          ", \"pool_left_town\"");
  double mean = 1.0, variance = 0.0;
  for (int t = 1; t <= kMonths; ++t) {
    const auto month = finished.monthly("revenue", t);
    check_near(family, "leads of month " + std::to_string(t), month.mean, month.error, kLeads * mean);
    CHECK(finished.expected().trajectories.at("revenue")[static_cast<std::size_t>(t - 1)] ==
          about(kLeads * mean, 1e-9));
    const double stays = 1.0 - kRenewal - kLeads / kPool;
    variance = stays * stays * variance + kLeads * mean / (kPool * kPool);
    mean = kRenewal + stays * mean;
  }
  CHECK(mean == about(kRenewal / (kRenewal + kLeads / kPool), 1e-3));
  const auto left = finished.column("pool_left_town");
  check_mean(family, "left of the pool", left, mean);
  check_variance(family, "left of the pool", left, variance);
}

TEST_CASE("six partners that each reach 30 % of the same customers do not add up to 1.8") {
  std::string six = "[pool.town]\ncustomers = 1_000\n";
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) six += partner(id, 25, "pool = \"town\"");
  const Run finished = run(six, "", kYear);
  const double exact = 1'000.0 * (1.0 - std::pow(1.0 - 150.0 / 1'000.0, kYear));
  CHECK(exact < 900.0);
  check_mean(family, "six partners", finished.column("revenue"), exact);
}

TEST_CASE("a pool that is empty has nobody left, and no fewer") {
  const Run finished = run("[pool.town]\ncustomers = 10\n" + partner("a", 12, "pool = \"town\""), "", 2);
  double left = 0.0;
  for (int n = 0; n < 10; ++n) left += (1.0 - n / 10.0) * pdf(boost::math::poisson(12.0), n);
  const auto month = finished.monthly("revenue", 2);
  check_near(family, "leads after a month that may empty the pool", month.mean, month.error, 12.0 * left);
}

TEST_CASE("a pool of a million customers who are soon renewed changes nothing") {
  const std::string rest = partner("a", 5, "pool = \"town\"");
  const Run pooled = run("[pool.town]\ncustomers = 1_000_000\nrenewal = 1\n" + rest, "");
  const Run alone = run(partner("a", 5, ""), "");
  CHECK(describe(pooled.column("revenue")).mean == about(describe(alone.column("revenue")).mean, 1e-4));
}

TEST_CASE("direct leads go with the hours that partners leave, and those of partners do not") {
  const std::string firm =
      "[firm]\nowner_hours = 40\nfocus = 2\ncomplexity = 4\nwage = 1\n[firm.direct]\nleads = 5\nclose_rate = 1\n"
      "deal_value = 1\n";
  const Run finished =
      run(firm + "[partner.p]\ncount = 2\nleads = 3\nclose_rate = 1\ndeal_value = 1\nhours = 10\nchurn = 0.1\n",
          ", \"direct_revenue\"", kYear);
  double direct = 0.0, all = 0.0;
  for (int t = 1; t <= kYear; ++t) {
    const double alive = std::pow(0.9, t - 1);
    double left = 0.0;
    for (int k = 0; k <= 2; ++k) {
      const double share = 1.0 - (10.0 * k + 4.0 * k * (k - 1) / 2.0) / 40.0;
      left += pdf(boost::math::binomial(2.0, alive), k) * share * share;
    }
    direct += 5.0 * left;
    all += 5.0 * left + 6.0 * alive;
    const auto month = finished.monthly("revenue", t);
    check_near(family, "revenue of month " + std::to_string(t), month.mean, month.error, 5.0 * left + 6.0 * alive);
  }
  check_mean(family, "direct revenue beside partners", finished.column("direct_revenue"), direct);
  check_mean(family, "revenue beside direct leads", finished.column("revenue"), all);
  // Hours beyond the owner's leave nothing.
  const Run busy = run(firm + partner("p", 3, "hours = 50"), ", \"direct_revenue\"", kYear);
  CHECK(describe(busy.column("direct_revenue")).mean == 0.0);
}

TEST_CASE("managing many partners costs the hours of each pair that works") {
  const Run finished =
      run("[firm]\ncomplexity = 2\nwage = 10\n[partner.p]\ncount = 3\nleads = 0\nclose_rate = 1\ndeal_value = 1\n"
          "churn = 0.2\n",
          ", \"profit\"", 2);
  // Three pairs in month 1, then of those whose both ends have lasted.
  double mean = -60.0, square = 0.0;
  for (int k = 0; k <= 3; ++k) {
    const double cost = 20.0 * k * (k - 1) / 2.0, p = pdf(boost::math::binomial(3.0, 0.8), k);
    mean -= p * cost;
    square += p * (60.0 + cost) * (60.0 + cost);
  }
  const auto profit = finished.column("profit");
  check_mean(family, "profit less complexity", profit, mean);
  check_variance(family, "profit less complexity", profit, square - mean * mean);
  CHECK(finished.expected().outcomes.at("profit") == about(mean, 1e-9));
}
