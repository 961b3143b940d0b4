// What the calendar, incentives, drift and plans do to the months of a partnership, and what an owner has from the
// start: means by month, the spreadsheet's answer, and laws (MODEL.md, sections 4 and 6). Deals of 1 that always close,
// so that revenue is Poisson. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/negative_binomial.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/monthly.h"
#include "tests/support/scenario_text.h"
#include "tests/support/shipped.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 24;
constexpr int kChecks = 290;
Family family{kChecks};

Run run(const std::string& rest, const std::string& outcomes = "\"wins\", \"leads\", \"revenue\"") {
  return Run(Head{.months = kMonths, .replications = 100'000, .seed = 271, .outcomes = outcomes}.text() + rest);
}

const std::string kPartner = "[partner.acme]\nleads = 4\nclose_rate = 1\ndeal_value = 1\n";

// Means of every month, simulated and of the spreadsheet; the law of the whole.
void check_months(const std::string& claim, const Run& finished, const std::function<double(int)>& exact) {
  CAPTURE(claim);
  const double total = check_monthly_revenue(family, claim, finished, kMonths, exact);
  check_poisson(family, claim, finished.column("wins"), total);
  check_variance(family, claim, finished.column("wins"), total);
}

}  // namespace

TEST_CASE("a season and a trend of one partner are its own") {
  constexpr std::array kSeason{1.0, 0.5, 2.0, 1.0, 0.0, 1.5, 0.2, 1.0, 3.0, 1.0, 0.7, 1.1};  // from January
  const Run finished(replaced(Head{.months = kMonths, .replications = 100'000, .seed = 271}.text(), "[scenario]\n",
                              "[scenario]\nstart = \"2026-09\"\n") +
                     kPartner + "season = [1, 0.5, 2, 1, 0, 1.5, 0.2, 1, 3, 1, 0.7, 1.1]\ntrend = 0.02\n" +
                     "[partner.plain]\nleads = 1\nclose_rate = 1\ndeal_value = 1\n");
  check_months("season and trend", finished, [&](int t) {
    return 1.0 + 4.0 * kSeason[static_cast<std::size_t>((8 + t - 1) % 12)] * std::pow(1.02, t - 1);
  });
}

TEST_CASE("partners send more to whom pays more, from the month in which the commission changes") {
  const Run finished = run(kPartner +
                           "commission = 0.15\nincentive = { reference = 0.1, elasticity = 2 }\n"
                           "[change.less]\nmonth = 13\nset = { \"partner.acme.commission\" = 0.05 }\n");
  check_months("incentive", finished, [](int t) { return 4.0 * (t < 13 ? 2.25 : 0.25); });
}

TEST_CASE("leads fade where nobody keeps track of them, by the age of the partnership") {
  const Run finished = run(kPartner + "start = 3\ndrift = 0.08\ntracked = 0.25\n");
  check_months("drift", finished, [](int t) { return t < 3 ? 0.0 : 4.0 * std::exp(-0.06 * (t - 2)); });
}

TEST_CASE("a paid channel saturates") {
  const Run finished =
      run("[acquisition.ads]\nspend = 300\ncost_per_lead = 50\nhalf_saturation = 100\nclose_rate = 1\ndeal_value = 1\n"
          "[change.more]\nmonth = 13\nset = { \"acquisition.ads.spend\" = 600 }\n");
  check_months("saturation", finished, [](int t) { return t < 13 ? 6.0 / 4.0 : 12.0 / 7.0; });
}

TEST_CASE("uneven months of direct leads are negative binomial") {
  const Run finished = Run(Head{.months = 1, .replications = 200'000, .seed = 272}.text() +
                           "[firm.direct]\nleads = 3\nclose_rate = 1\ndeal_value = 1\nmonth_shape = 2\n");
  const auto leads = finished.column("leads");
  check_mean(family, "uneven direct leads", leads, 3.0);
  check_variance(family, "uneven direct leads", leads, 3.0 + 9.0 / 2.0);
  check_law(family, "uneven direct leads", leads,
            [](double k) { return pdf(boost::math::negative_binomial(2.0, 2.0 / 5.0), k); });
}

TEST_CASE("a partnership that lasts until its planned end is not lost") {
  const Run finished = run(kPartner + "start = 3\nend = 14\nchurn = 0.03\n",
                           "\"wins\", \"leads\", \"revenue\", \"partners_lost\", \"active_partners_end\"");
  const auto alive = [](int t) { return t < 3 ? 0.0 : t >= 14 ? 0.0 : std::pow(0.97, t - 2); };
  const double n = finished.replications();
  for (int t = 3; t <= kMonths; ++t) {
    const auto left = static_cast<double>(finished.sums().survivors(0)[static_cast<std::size_t>(t - 1)]);
    if (t >= 14)
      CHECK(left == 0.0);
    else
      check_share(family, "alive after month " + std::to_string(t), left, n, alive(t));
  }
  const double lasts = std::pow(0.97, 12);
  check_near(family, "ended as planned", finished.member("ended_as_planned", 0).mean,
             finished.member("ended_as_planned", 0).error, lasts);
  CHECK(finished.member("ended_as_planned", 0).mean + finished.member("ended_by_churn", 0).mean == about(1.0, 1e-12));
  check_mean(family, "lost", finished.column("partners_lost"), 1.0 - lasts);
  check_binomial(family, "lost", finished.column("partners_lost"), 1.0, 1.0 - lasts);
  const auto expected = finished.expected().outcomes;
  CHECK(expected.at("partners_lost") == about(1.0 - lasts, 1e-9));
  CHECK(expected.at("active_partners_end") == 0.0);
  for (int t = 3; t <= 14; ++t)
    CHECK(finished.expected().trajectories.at("revenue")[static_cast<std::size_t>(t - 1)] ==
          about(4.0 * std::pow(0.97, t - 3), 1e-9));
  CHECK(finished.monthly("revenue", 14).mean > 0.0);
  CHECK(finished.monthly("revenue", 15).mean == 0.0);
}

TEST_CASE("every end has one cause, whichever may come together") {
  const Run finished = run(
      kPartner +
          "end = 12\nchurn = 0.05\n[partner.beta]\nleads = 1\nclose_rate = 1\ndeal_value = 1\nend = 12\nchurn = 0.2\n"
          "[shock.scandal]\nmonths = [6, 12]\nkill = 0.5\n[firm]\ncash = 5\nfixed_cost = 5\n",
      "\"wins\", \"partners_lost\", \"partners_lost_to_shocks\", \"active_partners_end\", \"out_of_cash\"");
  double lost = 0.0, all = 0.0;
  for (std::size_t p = 0; p < 2; ++p) {
    for (const char* cause : {"ended_by_churn", "ended_by_shock"}) lost += finished.member(cause, p).mean;
    for (const char* cause : {"ended_by_churn", "ended_by_shock", "ended_as_planned", "ended_by_stop"}) {
      CHECK(finished.member(cause, p).mean > 0.0);
      all += finished.member(cause, p).mean;
    }
  }
  CHECK(all == about(2.0, 1e-12));
  CHECK(describe(finished.column("partners_lost")).mean == about(lost, 1e-9));
}

TEST_CASE("customers who are there from the start pay in month 1 and stay with the retention") {
  const std::string recurring = "recurring = { fee = 1, retention = 0.9, customers = 30 }\n";
  const Run finished = run("[firm.direct]\nleads = 0\nclose_rate = 1\ndeal_value = 1\n" + recurring,
                           "\"revenue\", \"wins\", \"recurring_revenue_end\"");
  for (int t = 1; t <= kMonths; ++t) {
    const double mean = 30.0 * std::pow(0.9, t - 1);
    CHECK(finished.expected().trajectories.at("revenue")[static_cast<std::size_t>(t - 1)] == about(mean, 1e-9));
    const auto seen = finished.monthly("revenue", t);
    if (t == 1)
      CHECK(seen.mean == 30.0);
    else
      check_near(family, "opening customers, month " + std::to_string(t), seen.mean, seen.error, mean);
  }
  const auto left = finished.column("recurring_revenue_end");
  const double stays = std::pow(0.9, kMonths - 1);
  check_binomial(family, "opening customers at the end", left, 30.0, stays);
  check_variance(family, "opening customers at the end", left, 30.0 * stays * (1.0 - stays));
  CHECK(describe(finished.column("wins")).mean == 0.0);
  // Of a partner too, beside customers it brings: those add a Poisson number.
  const Run both = run("[partner.acme]\nleads = 2\nclose_rate = 1\ndeal_value = 0\n" + recurring,
                       "\"revenue\", \"wins\", \"recurring_revenue_end\"");
  const auto all = both.column("recurring_revenue_end");
  const double joined = 2.0 * (1.0 - std::pow(0.9, kMonths)) / 0.1;
  check_mean(family, "opening and new customers", all, 30.0 * stays + joined);
  // Whoever joins in month 1 has a life of its own.
  const Run first =
      Run(Head{.months = 2, .replications = 100'000, .seed = 273, .outcomes = "\"recurring_revenue_end\""}.text() +
          "[partner.acme]\nleads = 30\nclose_rate = 1\ndeal_value = 0\n"
          "recurring = { fee = 1, retention = 0.5, customers = 30 }\n");
  check_variance(family, "opening customers beside those of month 1", first.column("recurring_revenue_end"),
                 30.0 * 0.25 + 15.0 + 30.0);
  check_variance(family, "opening and new customers", all, 30.0 * stays * (1.0 - stays) + joined);
}

TEST_CASE("customers of a partner pay when they do, and some of them never") {
  const Run finished =
      run("[firm]\ncash = 1_000\npay_lag = 1\nunpaid = 0.1\nvariable_cost_share = 0.2\n"
          "[firm.direct]\nleads = 10\nclose_rate = 1\ndeal_value = 1\n" +
              kPartner + "pay_lag = 2.5\nunpaid = 0.25\n",
          "\"revenue\", \"profit\", \"cash_end\"");
  // Of what a partner's customers owe, half comes after two months and half after three.
  const auto due = [](int month) { return 0.5 * (month >= 3 ? 1.0 : 0.0) + 0.5 * (month >= 4 ? 1.0 : 0.0); };
  double cash = 1'000.0, profit = 0.0;
  for (int t = 1; t <= kMonths; ++t) {
    const double direct = t >= 2 ? 10.0 : 0.0, partner = 4.0 * due(t);
    const double earned = 14.0 * 0.8 - 0.1 * direct - 0.25 * partner;
    cash += 0.9 * direct + 0.75 * partner - 14.0 * 0.2;
    profit += earned;
    const auto month = static_cast<std::size_t>(t - 1);
    CHECK(finished.expected().trajectories.at("profit")[month] == about(earned, 1e-9));
    CHECK(finished.expected().trajectories.at("cash")[month] == about(cash, 1e-9));
    const auto seen = finished.monthly("cash", t);
    check_near(family, "cash of month " + std::to_string(t), seen.mean, seen.error, cash);
  }
  check_mean(family, "profit less what is never paid", finished.column("profit"), profit);
  check_mean(family, "cash after late payers", finished.column("cash_end"), cash);
  double variance = 0.0;
  for (int t = 1; t <= kMonths; ++t) {
    const double direct = (t < kMonths ? 0.9 : 0.0) - 0.2,
                 partner = 0.75 * due(kMonths - t + 1) - 0.2;  // weight of a deal of month t in the end
    variance += 10.0 * direct * direct + 4.0 * partner * partner;
  }
  check_variance(family, "cash after late payers", finished.column("cash_end"), variance);
  check_near(family, "net value", finished.member("net_value", 0).mean, finished.member("net_value", 0).error,
             4.0 * kMonths * (1.0 - 0.2 - 0.25));
}
