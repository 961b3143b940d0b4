// The reference workload, configs/twelve_partners.toml, at eight million replications against exact means, variances
// and laws (MODEL.md, oracle 23; tests/support/recursion.h). Everything meets here: economy, shocks, churn, drawn
// close rates, lognormal deals. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/recursion.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 60;
constexpr int kPartners = 12;
// Monthly: revenue, wins, active partners and each partner's survival. The two figures "within four standard
// errors" have a bound of their own, 6e-5 each.
constexpr int kChecks = 3 + (3 + kPartners) * kMonths;
Family family{kChecks};

// Beta(10, 15): mean .4, variance .4 x .6 / 26.
Workload workload() {
  Workload w;
  w.economy = {{1.0, 0.0}, {{0.98, 0.02}, {0.10, 0.90}}, {1.0, 0.7}, {1.0, 2.0}};
  w.partners = kPartners;
  w.leads = 5.0;
  w.close_mean = 0.4;
  w.close_variance = 0.4 * 0.6 / 26.0;
  w.value_mean = 10000.0;
  w.value_cv = 0.8;
  w.churn = 0.02;
  w.shock_rate = 0.01;
  w.kill = 0.2;
  return w;
}

const std::vector<MonthMeans>& exact() {
  static const std::vector<MonthMeans> means = joint_means(workload(), kMonths);
  return means;
}

double total_revenue(const std::vector<MonthMeans>& means) {
  double total = 0.0;
  for (const MonthMeans& month : means) total += month.revenue;
  return total;
}

const Run& run() {
  static const Run finished{R"(
[scenario]
months = 60
replications = 8_000_000
seed = 12
[output]
outcomes = ["revenue", "active_partners_end"]
trajectories = "means"
[economy]
start = "expansion"
[economy.regime.expansion]
to = { recession = 0.02 }
[economy.regime.recession]
to = { expansion = 0.10 }
multiply = { leads = 0.7, churn = 2.0 }
[partner.referrer]
count = 12
leads = 5
close_rate = { beta = { mean = 0.4, concentration = 25 } }
deal_value = { lognormal = { mean = 10_000, cv = 0.8 } }
churn = 0.02
[shock.scandal]
rate = 0.01
target = "partners"
kill = 0.2
)"};
  return finished;
}

}  // namespace

TEST_CASE("the joint recursion gives the published means of the reference workload to all their digits") {
  CHECK(std::round(10.0 * total_revenue(exact())) == 73859826.0);
  CHECK(std::round(1e6 * exact().back().active) == 2709944.0);
}

TEST_CASE("three ways to the mean number of partners left agree: recursion of one, of two, and the whole law") {
  const auto law = survivors_law(workload(), kMonths);
  double sum = 0.0, mean = 0.0, square = 0.0;
  for (std::size_t k = 0; k < law.size(); ++k) {
    const auto value = static_cast<double>(k);
    sum += law[k];
    mean += value * law[k];
    square += value * value * law[k];
  }
  CHECK(sum == about(1.0, 1e-12));
  CHECK(mean == about(exact().back().active, 1e-12));
  CHECK(square - mean * mean == about(total_variances(workload(), kMonths).active, 1e-10));
}

TEST_CASE("the expected mode gives the mean-field recursion, and its gap to the truth is small here") {
  const auto expected = run().expected();
  const auto means = mean_field(workload(), kMonths);
  CHECK(expected.outcomes.at("revenue") == about(total_revenue(means), 1e-10));
  CHECK(expected.outcomes.at("active_partners_end") == about(means.back().active, 1e-10));
  for (std::size_t t = 0; t < kMonths; ++t) {
    CHECK(expected.trajectories.at("revenue")[t] == about(means[t].revenue, 1e-10));
    CHECK(expected.trajectories.at("wins")[t] == about(means[t].wins, 1e-10));
    CHECK(expected.trajectories.at("active_partners")[t] == about(means[t].active, 1e-10));
  }
  // It must not be the truth: survival and regime are dependent.
  CHECK(std::abs(total_revenue(means) / total_revenue(exact()) - 1.0) > 1e-4);
  CHECK(std::abs(total_revenue(means) / total_revenue(exact()) - 1.0) < 1e-2);
}

TEST_CASE("eight million futures meet both published means within four standard errors") {
  const Sample revenue = describe(run().column("revenue"));
  const Sample active = describe(run().column("active_partners_end"));
  CAPTURE(revenue.mean);
  CAPTURE(active.mean);
  CHECK(std::abs(revenue.mean - 7385982.6) < 4.0 * revenue.mean_error());
  CHECK(std::abs(active.mean - 2.709944) < 4.0 * active.mean_error());
}

TEST_CASE("every month's mean revenue, wins and active partners follow the joint recursion") {
  for (int month = 1; month <= kMonths; ++month) {
    const MonthMeans& truth = exact()[static_cast<std::size_t>(month - 1)];
    const std::string name = " of month " + std::to_string(month);
    const auto check = [&](const char* series, double expected) {
      const auto estimate = run().monthly(series, month);
      check_near(family, series + name, estimate.mean, estimate.error, expected);
    };
    check("revenue", truth.revenue);
    check("wins", truth.wins);
    check("active_partners", truth.active);
  }
}

TEST_CASE("every partner's survival curve follows the joint recursion") {
  const double n = run().replications();
  for (std::size_t p = 0; p < kPartners; ++p)
    for (std::size_t t = 0; t < kMonths; ++t)
      check_share(family, "partner " + std::to_string(p + 1) + " alive after month " + std::to_string(t + 1),
                  static_cast<double>(run().sums().survivors(p)[t]), n, exact()[t].survival);
}

TEST_CASE("variances of revenue and of active partners are those of partners tied by economy and shocks") {
  const TotalVariances variances = total_variances(workload(), kMonths);
  check_variance(family, "revenue", run().column("revenue"), variances.revenue);
  check_variance(family, "active partners", run().column("active_partners_end"), variances.active);
  // "sd of revenue about 1.82 M", as the scenario file says.
  CHECK(std::round(std::sqrt(variances.revenue) / 1e4) == 182.0);
}

TEST_CASE("the number of partners left after five years follows its exact mixture of binomials") {
  check_law(family, "active partners", tally(run().column("active_partners_end")), survivors_law(workload(), kMonths));
}

TEST_CASE("quantiles of revenue are near those the scenario file states") {
  // Stated to 10,000.
  auto revenue = run().column("revenue");
  std::sort(revenue.begin(), revenue.end());
  const auto quantile = [&](double p) {
    return static_cast<double>(revenue[static_cast<std::size_t>(p * static_cast<double>(revenue.size()))]);
  };
  CHECK(std::abs(quantile(0.05) - 4.445e6) < 1e4);
  CHECK(std::abs(quantile(0.50) - 7.35e6) < 2e4);
  CHECK(std::abs(quantile(0.95) - 10.44e6) < 1e4);
}
