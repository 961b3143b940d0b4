// What a customer costs and is worth, against formulas and counts.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "tests/support/harness.h"

#include "tests/support/about.h"

using partnersim::testing::about;

using partnersim::testing::Run;

namespace {

const std::string kShop = R"(
[scenario]
months = 24
replications = 2000
[firm]
variable_cost_share = 0.25
discount_rate = 0.12
[acquisition.ads]
spend = 300
cost_per_lead = 30
close_rate = 0.2
deal_value = 40
recurring = { fee = 20, retention = 0.9 }
)";

}  // namespace

TEST_CASE("acquisition cost is what was spent for each deal, and lifetime value is that of its formula") {
  const Run run(kShop);
  const auto wins = run.column("wins"), cost = run.column("acquisition_cost_ads"),
             value = run.column("lifetime_value_ads"), ratio = run.column("value_to_cost_ads"),
             payback = run.column("payback_months_ads");
  const double d = std::pow(1.12, 1.0 / 12.0) - 1.0, margin = 20 * 0.75;
  const double lifetime = margin * (1 + d) / (1 + d - 0.9);
  for (std::size_t i = 0; i < wins.size(); ++i) {
    REQUIRE(wins[i] > 0.0f);
    const double exact = 24 * 300.0 / static_cast<double>(wins[i]);
    CHECK(static_cast<double>(cost[i]) == about(exact, 1e-6));
    CHECK(static_cast<double>(value[i]) == about(lifetime, 1e-6));
    CHECK(static_cast<double>(ratio[i]) == about(lifetime / exact, 1e-6));
    // 30 of the first deal, then 15, 13.5, … a month: n months bring 30 + 150 (1 - .9^n).
    const double share = (exact - 30.0) / 150.0;
    if (share >= 1.0)
      CHECK(std::isnan(payback[i]));
    else
      CHECK(static_cast<double>(payback[i]) ==
            (share <= 0.0 ? 0.0 : std::ceil(std::log(1.0 - share) / std::log(0.9) - 1e-9)));
  }
}

TEST_CASE("fees are an outcome where a paid channel alone has them") {
  const Run run(kShop);
  double fees = 0.0, customers = 0.0;
  for (int t = 1; t <= 24; ++t) fees += 20.0 * (customers = 0.9 * customers + 2.0);
  double mean = 0.0;
  for (const float paid : run.column("recurring_revenue")) mean += static_cast<double>(paid) / 2000.0;
  CHECK(mean == doctest::Approx(fees).epsilon(0.02));
  CHECK(run.expected().outcomes.at("recurring_revenue") == about(fees, 1e-12));
  CHECK(run.column("recurring_revenue_end").size() == 2000);
}

TEST_CASE("where nobody buys there is no acquisition cost, and the spreadsheet knows its own") {
  const Run run(kShop + "[acquisition.flyers]\nspend = 100\ncost_per_lead = 10\nclose_rate = 0\ndeal_value = 5\n");
  for (const float cost : run.column("acquisition_cost_flyers")) REQUIRE(std::isnan(cost));
  CHECK(run.expected().outcomes.at("acquisition_cost_ads") == doctest::Approx(150.0));
  CHECK(run.expected().outcomes.contains("acquisition_cost_flyers") == false);
}

TEST_CASE("the spreadsheet spends and sells for as long as its firm runs, the month in which it stops included") {
  // 10,000 less 2,300 and a deal's money a month: below 0 in the fifth, of 24.
  const Run run(R"(
[scenario]
months = 24
replications = 16
[firm]
cash = 10000
fixed_cost = 2000
[acquisition.ads]
spend = 300
cost_per_lead = 30
close_rate = 0.2
deal_value = 40
[partner.acme]
leads = 1
close_rate = 0.5
deal_value = 40
)");
  CHECK(run.expected().outcomes.at("out_of_cash_month") == 5.0);
  CHECK(run.expected().outcomes.at("acquisition_cost_ads") == doctest::Approx(300.0 / 2.0));
  CHECK(run.expected().member_totals.at("deals").at(0) == doctest::Approx(5 * 0.5));
}
