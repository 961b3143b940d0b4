// The spreadsheet's answer (MODEL.md, section 0): where everything is linear it is the true mean, month by month,
// against closed forms and against the simulation. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/monthly.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 18;
constexpr int kChecks = 231 + 8;
Family family{kChecks};

Run run(const std::string& rest) {
  return Run(Head{.months = kMonths, .replications = 100'000, .seed = 161, .outcomes = ""}.text() + rest);
}

// Every month's revenue: the formula, the spreadsheet and the simulation.
void check_linear(const std::string& claim, const Run& finished, const std::function<double(int)>& exact) {
  CAPTURE(claim);
  const auto expected = finished.expected();
  const double total = check_monthly_revenue(family, claim, finished, kMonths, exact);
  CHECK(expected.outcomes.at("revenue") == about(total, 1e-9));
  check_mean(family, claim, finished.column("revenue"), total);
  check_mean(family, claim + ", leads", finished.column("leads"), expected.outcomes.at("leads"));
}

const std::string kPartner =
    "[partner.acme]\nleads = 5\nclose_rate = 0.4\ndeal_value = { lognormal = { mean = 10, cv = 0.8 } }\n";

}  // namespace

TEST_CASE("the spreadsheet is right about lags, ramps, overlap, uneven leads and events") {
  check_linear("geometric lag", run(kPartner + "lag = { geometric = { mean = 2 } }\n"),
               [](int t) { return 20.0 * (1.0 - std::pow(2.0 / 3.0, t)); });
  check_linear("ramp, overlap and a late start", run(kPartner + "ramp = 4\noverlap = 0.3\nstart = 4\n"),
               [](int t) { return t < 4 ? 0.0 : 20.0 * 0.7 * (1.0 - std::exp(-(t - 3) / 4.0)); });
  check_linear(
      "uneven leads and events",
      run(kPartner + "spread_shape = 3\nmonth_shape = 2\nramp = 4\nevent = { probability = 0.2, leads = 10 }\n"),
      [](int t) { return (20.0 + 0.2 * 40.0) * (1.0 - std::exp(-t / 4.0)); });
}

TEST_CASE("the spreadsheet is right about season, trend and paid customers, whom neither touches") {
  const std::string calendar = "[economy]\nseason = [1, 1, 1, 1, 1, 1, 1, 1, 0.5, 1, 1, 2]\ntrend = 0.02\n";
  std::string scenario = kPartner + calendar +
                         "[firm.direct]\nleads = 4\nclose_rate = 0.5\ndeal_value = 3\nseason = [3, 1, 1, 1, 1, 1, 1, "
                         "1, 1, 1, 1, 1]\ntrend = -0.01\n"
                         "[acquisition.ads]\nspend = 60\ncost_per_lead = 20\nclose_rate = 0.5\ndeal_value = { gamma = "
                         "{ mean = 4, cv = 1 } }\n";
  Head head{.months = kMonths, .replications = 100'000, .seed = 162, .outcomes = ""};
  std::string text = head.text();
  text.insert(text.find("seed"), "start = \"2026-09\"\n");
  check_linear("season and trend", Run(text + scenario), [](int t) {
    const int month = (8 + t - 1) % 12;  // 0 is January
    const double market = (month == 8 ? 0.5 : month == 11 ? 2.0 : 1.0) * std::pow(1.02, t - 1);
    return 20.0 * market + 6.0 * market * (month == 0 ? 3.0 : 1.0) * std::pow(0.99, t - 1) + 3.0 * 0.5 * 4.0;
  });
}

TEST_CASE("the spreadsheet is right about fees, churn and word of mouth") {
  check_linear("fees", run(kPartner + "recurring = { fee = 2, retention = 0.9 }\nchurn = 0.05\n"), [](int t) {
    double customers = 0.0;
    for (int s = 1; s <= t; ++s) customers += 2.0 * std::pow(0.95, s - 1) * std::pow(0.9, t - s);
    return 20.0 * std::pow(0.95, t - 1) + 2.0 * customers;
  });
  const auto wins = [](int t) {
    double all = 0.0;
    for (int s = 1; s <= t; ++s) all = 2.0 * std::pow(0.95, s - 1) + 0.3 * 0.5 * all;
    return all;
  };
  check_linear("word of mouth",
               run(kPartner +
                   "churn = 0.05\n[firm.direct]\nleads = 0\nclose_rate = 0.5\ndeal_value = 10\nword_of_mouth = 0.3\n"),
               [&](int t) { return 10.0 * wins(t); });
}

TEST_CASE("the spreadsheet is right about scheduled shocks and those whose effects are means of products") {
  check_linear("scheduled shocks",
               run(kPartner + "[shock.storm]\nmonths = [4, 5]\naffects = \"leads\"\nseverity = 0.5\nduration = 3\n"),
               [](int t) {
                 const int felt = (t >= 4 && t < 7 ? 1 : 0) + (t >= 5 && t < 8 ? 1 : 0);
                 return 20.0 * std::pow(0.5, felt);
               });
  check_linear("random shocks",
               run(kPartner + "[shock.storm]\nrate = 0.2\naffects = \"functionality\"\nseverity = { uniform = { low = "
                              "0, high = 1 } }\nduration = { geometric = { mean = 2 } }\n"),
               [](int t) { return 20.0 * std::exp(-0.2 * 0.5 * 2.0 * (1.0 - std::pow(0.5, t))); });
}

TEST_CASE("the spreadsheet takes money once for an arrival, however many it strikes") {
  const auto check = [](const std::string& target, const std::string& channel, double expected) {
    const Run finished =
        run("[partner.acme]\ncount = 5\nleads = 1\nclose_rate = 0.4\ndeal_value = 10\ncost = 1\n"
            "[shock.storm]\nrate = 0.1\namount = 50\nseverity = 0.5\naffects = \"" +
            channel + "\"\ntarget = " + target + "\n");
    const double profit = kMonths * (5.0 * 0.4 * 10.0 - 5.0) - expected;
    CHECK(finished.expected().outcomes.at("profit") == about(profit, 1e-9));
    check_mean(family, channel + " of " + target, finished.column("profit"), profit);
  };
  const double each = kMonths * 0.1 * 25.0;
  for (const char* channel : {"cash", "cost"}) {
    check("\"partners\"", channel, each);
    check("{ count = 2 }", channel, each);
    check("{ top = 1, by = \"revenue\" }", channel, each);
    check("{ fraction = 0.2 }", channel, each * (1.0 - std::pow(0.8, 5)));
  }
}

TEST_CASE("the spreadsheet is right about leads given and returned") {
  std::vector<double> received(kMonths + 1, 0.0), given(kMonths + 1, 0.0);
  for (std::size_t t = 1; t <= kMonths; ++t) {
    received[t] = 5.0 + 0.5 * given[t - 1];
    given[t] = 3.0 + 0.4 * received[t - 1];
  }
  check_linear("returns", run(kPartner + "returns = { leads = 3, alpha_in = 0.5, alpha_out = 0.4 }\n"),
               [&](int t) { return 4.0 * received[static_cast<std::size_t>(t)]; });
}

TEST_CASE("the spreadsheet is right about profit, cash and its lag, and capacity that is never short") {
  const Run finished = run(kPartner +
                           "commission = 0.1\ncost = 3\nsetup = 7\nhours = 1\nchurn = 0.05\n"
                           "[firm]\ncash = 1e6\nfixed_cost = 5\nvariable_cost_share = 0.2\nwage = 2\npay_lag = "
                           "1.25\ncapacity = 10_000\ninjections = { \"3\" = 50 }\n");
  const auto expected = finished.expected();
  double cash = 1e6;
  std::vector<double> booked(kMonths + 1, 0.0);
  for (std::size_t t = 1; t <= kMonths; ++t) {
    const double works = std::pow(0.95, static_cast<double>(t) - 1.0);
    booked[t] = 20.0 * works;
    const double costs = 0.3 * booked[t] + 5.0 + works * 5.0 + (t == 1 ? 7.0 : 0.0);
    const double collected = 0.75 * booked[t - 1] + (t > 1 ? 0.25 * booked[t - 2] : 0.0);
    cash += collected - costs + (t == 3 ? 50.0 : 0.0);
    const auto check = [&](const char* series, double exact) {
      CHECK(expected.trajectories.at(series)[t - 1] == about(exact, 1e-9));
      const auto seen = finished.monthly(series, static_cast<int>(t));
      check_near(family, series + std::string(" of month ") + std::to_string(t), seen.mean, seen.error, exact);
    };
    check("revenue", booked[t]);
    check("profit", booked[t] - costs);
    check("cash", cash);
  }
}
