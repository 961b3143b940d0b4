// Goals (MODEL.md, section 14): the probability that a running figure has reached a level by a month, or never exceeded
// it. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kReplications = 300'000;
constexpr int kChecks = 10;
Family family{kChecks};

Run run(int months, const std::string& rest) {
  return Run(Head{.months = months, .replications = kReplications, .seed = 131, .outcomes = ""}.text() + rest);
}

double hits(const Run& finished, const std::string& column) {
  double sum = 0.0;
  for (const float v : finished.column(column)) sum += static_cast<double>(v);
  return sum;
}

double at_least(double mean, double k) { return cdf(complement(boost::math::poisson(mean), k - 1.0)); }

const std::string kPartner = "[partner.acme]\nleads = 4\nclose_rate = 0.5\ndeal_value = 10\n";

}  // namespace

TEST_CASE("totals to date reach a level by a month with the probability of their sum") {
  const Run finished = run(12, kPartner +
                                   "[goal.wins]\noutcome = \"wins\"\nat_least = 15\nby = 6\n"
                                   "[goal.leads]\noutcome = \"leads\"\nat_least = 50\n"
                                   "[goal.revenue]\noutcome = \"revenue\"\nat_least = 300\n"
                                   "[goal.modest]\noutcome = \"revenue\"\nat_most = 190\nby = 9\n"
                                   "[goal.trailing]\noutcome = \"revenue_trailing12\"\nat_least = 300\n");
  check_share(family, "15 wins by month 6", hits(finished, "goal_wins"), kReplications, at_least(12.0, 15.0));
  check_share(family, "50 leads", hits(finished, "goal_leads"), kReplications, at_least(48.0, 50.0));
  check_share(family, "revenue 300", hits(finished, "goal_revenue"), kReplications, at_least(24.0, 30.0));
  check_share(family, "never above 190 by month 9", hits(finished, "goal_modest"), kReplications,
              1.0 - at_least(18.0, 20.0));
  // Within a year the last twelve months are all there are.
  CHECK(finished.column("goal_trailing") == finished.column("goal_revenue"));
}

TEST_CASE("the last twelve months can reach what the year as a whole does not") {
  // Month 1 alone leaves the window in month 13: the better of two overlapping years, by the difference of two months.
  const Run finished = run(13, kPartner + "[goal.year]\noutcome = \"revenue_trailing12\"\nat_least = 300\n");
  // Common 11 months C, first A and last B: max(C + A, C + B) >= 30.
  double exact = 0.0;
  const boost::math::poisson common(22.0), month(2.0);
  for (int a = 0; a < 40; ++a)
    for (int b = 0; b < 40; ++b)
      exact += pdf(month, a) * pdf(month, b) * at_least(22.0, std::max(1, 30 - std::max(a, b)));
  check_share(family, "300 in any twelve months", hits(finished, "goal_year"), kReplications, exact);
}

TEST_CASE("partners that are left by a month meet a goal, also one to keep") {
  const Run finished = run(12,
                           "[partner.acme]\nleads = 1\nclose_rate = 1\ndeal_value = 1\ncount = 6\nchurn = 0.1\n"
                           "[goal.few]\noutcome = \"active_partners\"\nat_most = 5\n"
                           "[goal.many]\noutcome = \"active_partners\"\nat_least = 5\n");
  // Partners only leave: both are decided by the first month.
  const boost::math::binomial left(6.0, 0.9);
  check_share(family, "at most five partners", hits(finished, "goal_few"), kReplications, 1.0 - pdf(left, 6.0));
  check_share(family, "five partners", hits(finished, "goal_many"), kReplications, pdf(left, 5.0) + pdf(left, 6.0));
}

TEST_CASE("cash and profit reach a level when they pass it, though they may fall again") {
  // Profit of a month is Poisson(1.5) - 1: first passage above 5 within 12 months, level by level.
  const std::string books =
      "[firm]\nfixed_cost = 1\ncash = 100\n[firm.direct]\nleads = 1.5\nclose_rate = 1\ndeal_value = 1\n";
  const Run finished = run(
      12,
      books +
          "[goal.profit]\noutcome = \"profit\"\nat_least = 5\n[goal.cash]\noutcome = \"cash\"\nat_least = 105\n"
          "[goal.low]\noutcome = \"cash\"\nat_most = 104\n[goal.early]\noutcome = \"profit\"\nat_least = 5\nby = 4\n");
  std::vector<double> below(18, 0.0);  // at profit k - 12, never yet at 5
  below[12] = 1.0;
  double by_four = 0.0, left = 1.0;
  for (int t = 1; t <= 12; ++t) {
    std::vector<double> next(18, 0.0);
    for (std::size_t k = 0; k < 17; ++k)
      for (std::size_t n = 0; k + n < 18 && below[k] > 0.0; ++n)
        if (k + n >= 1 && k + n - 1 < 17)
          next[k + n - 1] += below[k] * pdf(boost::math::poisson(1.5), static_cast<double>(n));
    below = next;
    left = 0.0;
    for (const double p : below) left += p;
    if (t == 4) by_four = 1.0 - left;
  }
  check_share(family, "profit of 5", hits(finished, "goal_profit"), kReplications, 1.0 - left);
  check_share(family, "profit of 5 by month 4", hits(finished, "goal_early"), kReplications, by_four);
  CHECK(finished.column("goal_cash") == finished.column("goal_profit"));
  const auto kept = finished.column("goal_low");
  const auto reached = finished.column("goal_cash");
  bool opposite = true;
  for (std::size_t i = 0; i < kept.size(); ++i) opposite = opposite && kept[i] + reached[i] == 1.0f;
  CHECK(opposite);
}

TEST_CASE("a goal by a month beyond the horizon is one by the horizon, and the spreadsheet compares means") {
  const Run finished = run(
      6, kPartner +
             "[goal.a]\noutcome = \"wins\"\nat_least = 12\nby = 600\n[goal.b]\noutcome = \"wins\"\nat_least = 12.5\n");
  check_share(family, "12 wins by the horizon", hits(finished, "goal_a"), kReplications, at_least(12.0, 12.0));
  CHECK(finished.expected().outcomes.at("goal_a") == 1.0);
  CHECK(finished.expected().outcomes.at("goal_b") == 0.0);
}
