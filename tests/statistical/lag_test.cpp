// The time from a lead to its deal (MODEL.md, section 5; oracle 4 of section 15): by month t a Poisson number with mean
// lambda p sum F_L(t - s) has closed, and what closes in different months is independent. Rate of false alarms:
// tests/support/statistics.h.
#include <doctest/doctest.h>

#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/compound_poisson.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 18;
constexpr double kWins = 3.0 * 0.5;  // a month, before the lag

struct Lag {
  std::string text;
  std::function<double(int)> cdf;  // P(L <= k)
};

const std::vector<Lag>& lags() {
  static const boost::math::negative_binomial spread(2.0, 2.0 / (2.0 + 3.0));
  static const boost::math::gamma_distribution<> gamma(4.0, 3.0 / 4.0);
  static const Lognormal lognormal{3.0, 0.8};
  static const std::vector<Lag> all{
      {"0", [](int) { return 1.0; }},
      {"5", [](int k) { return k >= 5 ? 1.0 : 0.0; }},
      {"{ geometric = { mean = 2 } }", [](int k) { return 1.0 - std::pow(2.0 / 3.0, k + 1); }},
      {"{ negative_binomial = { mean = 3, shape = 2 } }", [](int k) { return cdf(spread, k); }},
      {"{ gamma = { mean = 3, cv = 0.5 } }", [](int k) { return cdf(gamma, k + 1.0); }},
      {"{ lognormal = { mean = 3, cv = 0.8 } }", [](int k) { return lognormal.cdf(k + 1.0); }},
  };
  return all;
}

double share_within(const Lag& lag, int k) { return k < 0 ? 0.0 : lag.cdf(k); }

// Deals closed in month t of the leads of months 1 to `last`.
double closing(const Lag& lag, int t, int last) {
  double sum = 0.0;
  for (int s = 1; s <= std::min(t, last); ++s) sum += share_within(lag, t - s) - share_within(lag, t - s - 1);
  return kWins * sum;
}

double closed_by(const Lag& lag, int t, int last = kMonths) {
  double sum = 0.0;
  for (int month = 1; month <= t; ++month) sum += closing(lag, month, last);
  return sum;
}

constexpr int kChecks = 190;
Family family{kChecks};

Run run(const std::string& source, const std::string& rest = "") {
  return Run(Head{.months = kMonths,
                  .replications = 300'000,
                  .seed = 41,
                  .outcomes = "\"wins\", \"revenue\", \"leads\", \"revenue_by_year\""}
                 .text() +
             source + rest);
}

std::string partner(const Lag& lag) {
  return "[partner.acme]\nleads = 3\nclose_rate = 0.5\ndeal_value = 10\nlag = " + lag.text + "\n";
}

void check_months(const std::string& claim, const Run& finished, const Lag& lag, int last) {
  for (int t = 1; t <= kMonths; ++t) {
    const auto wins = finished.monthly("wins", t);
    const double exact = closing(lag, t, last);
    if (exact == 0.0)
      CHECK(wins.mean == 0.0);
    else
      check_near(family, claim + ", deals closed in month " + std::to_string(t), wins.mean, wins.error, exact);
  }
}

}  // namespace

TEST_CASE("deals closed within the horizon are Poisson with mean lambda p sum F(T - s), for every law of the lag") {
  for (const Lag& lag : lags()) {
    const Run finished = run(partner(lag));
    const std::string claim = "lag " + lag.text;
    const double exact = closed_by(lag, kMonths);
    const auto wins = finished.column("wins");
    check_mean(family, claim, wins, exact);
    check_variance(family, claim, wins, exact);
    check_poisson(family, claim, wins, exact);
    check_months(claim, finished, lag, kMonths);
    // Thinned in time: what closes in one year says nothing of the next.
    check_independent(family, claim + ", two years", finished.column("revenue_by_year[1]"),
                      finished.column("revenue_by_year[2]"));
    check_poisson(family, claim + ", leads", finished.column("leads"), 3.0 * kMonths);
    bool same = true;
    const auto revenue = finished.column("revenue");
    for (std::size_t i = 0; i < wins.size(); ++i) same = same && revenue[i] == 10.0f * wins[i];
    CHECK(same);
  }
}

TEST_CASE("leads already received keep converting after the partnership ended") {
  for (const std::size_t k : {std::size_t{1}, std::size_t{2}}) {
    const Lag& lag = lags()[k];
    const Run finished = run(partner(lag), "[shock.end]\nmonths = [4]\nkill = 1\n");
    const std::string claim = "ended in month 4, lag " + lag.text;
    const double exact = closed_by(lag, kMonths, 4);
    check_mean(family, claim, finished.column("wins"), exact);
    check_variance(family, claim, finished.column("wins"), exact);
    check_poisson(family, claim, finished.column("wins"), exact);
    check_months(claim, finished, lag, 4);
  }
}

TEST_CASE("an ended partnership brings no more leads though its deals still close") {
  const Run finished = run(partner(lags()[2]), "[shock.end]\nmonths = [4]\nkill = 1\n");
  check_poisson(family, "leads of four months", finished.column("leads"), 12.0);
  check_mean(family, "leads of four months", finished.column("leads"), 12.0);
}

TEST_CASE("direct and paid customers take their time too") {
  const Lag& lag = lags()[2];
  const double exact = closed_by(lag, kMonths);
  for (const std::string source :
       {"[firm.direct]\nleads = 3\n", "[acquisition.ads]\nspend = 300\ncost_per_lead = 100\n"}) {
    const auto wins = run(source + "close_rate = 0.5\ndeal_value = 10\nlag = " + lag.text + "\n").column("wins");
    check_mean(family, source, wins, exact);
    check_variance(family, source, wins, exact);
    check_poisson(family, source, wins, exact);
  }
}

TEST_CASE("a deal closes with the probability of its lead's month and at the value of its own") {
  // Odds of closing are tripled in the first half, values in the second: 1/2 becomes 3/4.
  const Lag& lag = lags()[2];
  const Run finished =
      run(partner(lag),
          "[economy]\nstart = \"eager\"\npath = { rich = [10, 11, 12, 13, 14, 15, 16, 17, 18] }\n"
          "[economy.regime.eager]\nmultiply = { close = 3 }\n[economy.regime.rich]\nmultiply = { value = 3 }\n");
  for (int t = 1; t <= kMonths; ++t) {
    double wins = 0.0;
    for (int s = 1; s <= t; ++s)
      wins += 3.0 * (s <= 9 ? 0.75 : 0.5) * (share_within(lag, t - s) - share_within(lag, t - s - 1));
    const auto revenue = finished.monthly("revenue", t);
    check_near(family, "revenue of month " + std::to_string(t), revenue.mean, revenue.error,
               wins * 10.0 * (t > 9 ? 3.0 : 1.0));
  }
}

TEST_CASE("delayed deals have values of their own") {
  const Lag& lag = lags()[4];
  const Run finished =
      run("[partner.acme]\nleads = 3\nclose_rate = 0.5\ndeal_value = { lognormal = { mean = 10, cv = 0.8 } }\nlag = " +
          lag.text + "\n");
  const double exact = closed_by(lag, kMonths);
  const auto revenue = finished.column("revenue");
  check_mean(family, "revenue of delayed deals", revenue, exact * 10.0);
  check_variance(family, "revenue of delayed deals", revenue, exact * 100.0 * 1.64);
  const CompoundPoisson law(exact, Lognormal{10.0, 0.8}, 0.01, 1U << 17U);
  std::vector<double> positive;
  for (const float r : revenue)
    if (r > 0.0f) positive.push_back(static_cast<double>(r));
  check_distribution(family, "revenue of delayed deals", positive, [&](double x) { return law.cdf_if_any(x); });
}
