// Customers who pay a monthly fee (MODEL.md, section 5): from the month they close on, another month with the
// retention probability. Customers at any time are Poisson, fees to date compound Poisson. Rate of false alarms:
// tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 18;
constexpr double kWins = 2.0, kRetention = 0.8;
constexpr int kChecks = 35;
Family family{kChecks};

Run run(const std::string& source, const std::string& rest = "") {
  return Run(Head{.months = kMonths,
                  .replications = 300'000,
                  .seed = 101,
                  .outcomes = "\"wins\", \"revenue\", \"recurring_revenue\", \"recurring_revenue_end\""}
                 .text() +
             "[partner.acme]\nleads = 4\nclose_rate = 0.5\n" + source + rest);
}

// Months a customer has paid after `months` months: moments of min(N, months), N geometric on 1, 2, ….
struct Paid {
  double mean = 0.0, square = 0.0;
  explicit Paid(int months, double retention = kRetention) {
    for (int k = 1; k <= months; ++k) {
      const double pays = std::pow(retention, k - 1);
      mean += pays;
      square += (2.0 * k - 1.0) * pays;
    }
  }
};

double customers(int month, int last = kMonths) {
  double sum = 0.0;
  for (int s = 1; s <= std::min(month, last); ++s) sum += kWins * std::pow(kRetention, month - s);
  return sum;
}

}  // namespace

TEST_CASE("customers of the last month are Poisson with mean c (1 - r^t)/(1 - r)") {
  const Run finished = run("deal_value = 0\nrecurring = { fee = 1, retention = 0.8 }\n");
  const double exact = kWins * (1.0 - std::pow(kRetention, kMonths)) / (1.0 - kRetention);
  CHECK(customers(kMonths) == about(exact, 1e-12));
  const auto paying = finished.column("recurring_revenue_end");
  check_mean(family, "customers at the end", paying, exact);
  check_variance(family, "customers at the end", paying, exact);
  check_poisson(family, "customers at the end", paying, exact);
  for (int t = 1; t <= kMonths; ++t) {
    const auto month = finished.monthly("revenue", t);
    check_near(family, "fees of month " + std::to_string(t), month.mean, month.error, customers(t));
  }
  // Fees to date: of each closing month a Poisson number of customers, each with its own life.
  double mean = 0.0, variance = 0.0;
  for (int s = 1; s <= kMonths; ++s) {
    const Paid paid(kMonths - s + 1);
    mean += kWins * paid.mean;
    variance += kWins * paid.square;
  }
  const auto fees = finished.column("recurring_revenue");
  check_mean(family, "fees", fees, mean);
  check_variance(family, "fees", fees, variance);
  CHECK(fees == finished.column("revenue"));
  check_poisson(family, "wins", finished.column("wins"), kWins * kMonths);
}

TEST_CASE("fees come on top of deal values, in every future") {
  const Run finished = run("deal_value = 10\nrecurring = { fee = 1, retention = 0.8 }\n");
  const auto wins = finished.column("wins");
  const auto revenue = finished.column("revenue");
  const auto fees = finished.column("recurring_revenue");
  bool same = true;
  for (std::size_t i = 0; i < wins.size(); ++i) same = same && revenue[i] == 10.0f * wins[i] + fees[i];
  CHECK(same);
  // A deal of month s is worth 10 and what it pays until the end.
  double mean = 0.0, variance = 0.0;
  for (int s = 1; s <= kMonths; ++s) {
    const Paid paid(kMonths - s + 1);
    mean += kWins * (10.0 + paid.mean);
    variance += kWins * (100.0 + 20.0 * paid.mean + paid.square);
  }
  check_mean(family, "revenue with fees", revenue, mean);
  check_variance(family, "revenue with fees", revenue, variance);
  check_poisson(family, "wins with fees", wins, kWins * kMonths);
}

TEST_CASE("subscriptions continue after the partnership ended") {
  const Run finished =
      run("deal_value = 0\nrecurring = { fee = 1, retention = 0.8 }\n", "[shock.end]\nmonths = [6]\nkill = 1\n");
  const auto paying = finished.column("recurring_revenue_end");
  check_mean(family, "customers of an ended partnership", paying, customers(kMonths, 6));
  check_variance(family, "customers of an ended partnership", paying, customers(kMonths, 6));
  check_poisson(family, "customers of an ended partnership", paying, customers(kMonths, 6));
}

TEST_CASE("a customer starts to pay when the deal closes, after its lag") {
  const Run finished = run("deal_value = 0\nlag = 3\nrecurring = { fee = 1, retention = 0.8 }\n");
  for (int t = 1; t <= 3; ++t) CHECK(finished.monthly("revenue", t).mean == 0.0);
  const auto paying = finished.column("recurring_revenue_end");
  check_mean(family, "customers after a lag", paying, customers(kMonths - 3));
  check_variance(family, "customers after a lag", paying, customers(kMonths - 3));
  check_poisson(family, "customers after a lag", paying, customers(kMonths - 3));
}

TEST_CASE("a fee that is uncertain is the same for all customers of a future") {
  const Run finished =
      run("deal_value = 0\nrecurring = { fee = { gamma = { mean = 2, cv = 0.5 } }, retention = 0.8 }\n");
  const double n = customers(kMonths);
  const auto paying = finished.column("recurring_revenue_end");
  check_mean(family, "fees at an uncertain fee", paying, 2.0 * n);
  // E[f^2] (n + n^2) - (2 n)^2 with E[f^2] = 4 x 1.25.
  check_variance(family, "fees at an uncertain fee", paying, 5.0 * (n + n * n) - 4.0 * n * n);
}

TEST_CASE("with retention 1 nobody leaves, with 0 everybody pays once") {
  const Run loyal = run("deal_value = 0\nrecurring = { fee = 1, retention = 1 }\n");
  CHECK(loyal.column("recurring_revenue_end") == loyal.column("wins"));
  const Run fickle = run("deal_value = 0\nrecurring = { fee = 1, retention = 0 }\n");
  CHECK(fickle.column("recurring_revenue") == fickle.column("wins"));
}
