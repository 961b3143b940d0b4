// Profit, cash and net present value (MODEL.md, section 6) against a recomputation, in every future where that is
// possible. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kChecks = 18;
Family family{kChecks};

// Thirteen months of a partner and all kinds of costs.
Run books(const std::string& firm) {
  return Run(Head{.months = 13, .replications = 200'000, .seed = 74, .outcomes = ""}.text() +
             "[firm]\nfixed_cost = 100\nvariable_cost_share = 0.3\nwage = 20\n" + firm +
             "[partner.acme]\nleads = 10\nclose_rate = 0.5\ndeal_value = 1000\ncommission = 0.1\ncost = 50\nsetup = "
             "500\nhours = 4\n"
             "[acquisition.ads]\nspend = 200\ncost_per_lead = 1e9\nclose_rate = 0.5\ndeal_value = 1\n");
}
constexpr double kCosts = 100.0 + 50.0 + 4.0 * 20.0 + 200.0;

}  // namespace

TEST_CASE("profit is revenue less variable cost, commission and every fixed sum, in every future") {
  const Run run = books("");
  const auto profit = run.column("profit");
  const auto revenue = run.column("revenue");
  double worst = 0.0;
  for (std::size_t i = 0; i < profit.size(); ++i) {
    const double exact = 0.6 * static_cast<double>(revenue[i]) - 13.0 * kCosts - 500.0;
    worst = std::max(worst, std::abs(static_cast<double>(profit[i]) - exact));
  }
  CHECK(worst < 0.01);  // of about 30,000, in single precision
  double resolution = 1.0;
  const auto& net = run.member_moments("net_value", 0, resolution);
  CHECK(net.mean(resolution) == about(0.6 * describe(revenue).mean - 13.0 * 130.0 - 500.0, 1e-6));
  CHECK(run.member("hours", 0).mean == 52.0);
  for (int t = 1; t <= 12; ++t) {
    const auto month = run.monthly("profit", t);
    check_near(family, "profit of month " + std::to_string(t), month.mean, month.error,
               3000.0 - kCosts - (t == 1 ? 500.0 : 0.0));
  }
}

TEST_CASE("a payment lag of a month leaves the last month uncollected, in every future") {
  const Run run = books("cash = 100_000\npay_lag = 1\ninjections = { \"5\" = 700 }\n");
  const auto cash = run.column("cash_end");
  const auto profit = run.column("profit");
  const auto last = run.column("revenue_by_year[2]");
  double worst = 0.0;
  for (std::size_t i = 0; i < cash.size(); ++i) {
    const double exact = 100'700.0 + static_cast<double>(profit[i]) - static_cast<double>(last[i]);
    worst = std::max(worst, std::abs(static_cast<double>(cash[i]) - exact));
  }
  CHECK(worst < 0.05);  // of about 130,000, in single precision
}

TEST_CASE("a payment lag of 1.35 months pays 65 % after one month and 35 % after two") {
  // The last month is unpaid, the one before to 65 %; costs are paid at once.
  const auto cash = books("cash = 100_000\npay_lag = 1.35\n").column("cash_end");
  check_mean(family, "cash with a payment lag", cash,
             100'000.0 + 5000.0 * (11.65 - 0.4 * 13.0) - 13.0 * kCosts - 500.0);
  // A month's bookings count .6 when paid, .65 - .4 the month before the last, -.4 in the last.
  check_variance(family, "cash with a payment lag", cash, 5.0 * 1e6 * (11.0 * 0.36 + 0.25 * 0.25 + 0.16));
}

TEST_CASE("net present value discounts each month's cash flow by (1 + r)^(-t/12)") {
  const auto npv = books("discount_rate = 0.2\n").column("npv");
  double mean = 0.0, variance = 0.0;
  for (int t = 1; t <= 13; ++t) {
    const double d = std::pow(1.2, -t / 12.0);
    mean += d * (3000.0 - kCosts - (t == 1 ? 500.0 : 0.0));
    variance += d * d * 0.36 * 5.0 * 1e6;
  }
  check_mean(family, "net present value", npv, mean);
  check_variance(family, "net present value", npv, variance);
}

TEST_CASE("the owner draws what is above the buffer, and the break-even month is the first without a loss to date") {
  // Deals of one month at 10,000: break even is the month of the first deal; the buffer keeps 500.
  const Run run(Head{.months = 12,
                     .replications = 200'000,
                     .seed = 75,
                     .outcomes = "\"break_even_month\", \"cash_end\", \"cash_min\", \"wins\", \"profit\""}
                    .text() +
                "[firm]\ncash = 500\ndraw_above = 500\nfixed_cost = 10\n[firm.direct]\nleads = 0.2\nclose_rate = "
                "1\ndeal_value = 10_000\n");
  const auto month = run.column("break_even_month");
  std::vector<double> seen(13, 0.0), law(13, std::exp(-2.4));
  for (const float m : month) seen[std::isnan(m) ? 12 : static_cast<std::size_t>(m) - 1] += 1.0;
  for (int t = 1; t <= 12; ++t) law[static_cast<std::size_t>(t - 1)] = std::exp(-0.2 * (t - 1)) - std::exp(-0.2 * t);
  check_law(family, "break-even month", seen, law);
  // Cash at the end is 500 less 10 for each month since the last deal.
  const auto cash = run.column("cash_end");
  std::vector<double> months(13, 0.0);
  for (const float c : cash) months[static_cast<std::size_t>(std::lround((500.0f - c) / 10.0f))] += 1.0;
  for (int k = 0; k < 12; ++k) law[static_cast<std::size_t>(k)] = std::exp(-0.2 * k) - std::exp(-0.2 * (k + 1));
  check_law(family, "months since the owner's last draw", months, law);
}

TEST_CASE("money that cancels but for rounding is neither short nor a loss") {
  // Three deals leave 3 x 700 - 2,100 = 0, which single-precision shares make -0.00004.
  const Run run(R"(
[scenario]
months = 1
replications = 20000
[firm]
variable_cost_share = 0.3
fixed_cost = 2100
cash = 0
[firm.direct]
leads = 3
close_rate = 1
deal_value = 1000
[goal.even]
outcome = "cash"
at_least = 0
by = 1
)");
  const auto wins = run.column("wins"), out = run.column("out_of_cash"), goal = run.column("goal_even"),
             even = run.column("break_even_month");
  int tied = 0;
  for (std::size_t i = 0; i < wins.size(); ++i) {
    tied += wins[i] == 3.0f;
    CHECK((out[i] == 1.0f) == (wins[i] < 3.0f));
    CHECK((goal[i] == 1.0f) == (wins[i] >= 3.0f));
    CHECK(std::isnan(even[i]) == (wins[i] < 3.0f));
  }
  CHECK(tied > 4000);
  // Month after month: 1,201.2 = 12 x 100.1.
  const Run spent(
      "[scenario]\nmonths = 12\nreplications = 16\n[firm]\ncash = 1201.2\nfixed_cost = 100\n"
      "[partner.a]\nleads = 1\nclose_rate = 0\ndeal_value = 1\ncost = 0.1\n");
  CHECK(spent.column("out_of_cash")[0] == 0.0f);
  CHECK(spent.expected().outcomes.at("out_of_cash") == 0.0);
}
