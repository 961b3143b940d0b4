// Values that change at a date (MODEL.md, section 13 and the order of months of section 0): each month has exactly the
// law of the value in force, and who was lucky before stays lucky after. Rate of false alarms:
// tests/support/statistics.h.
#include <doctest/doctest.h>

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

constexpr int kMonths = 12;
constexpr int kChecks = 49;
Family family{kChecks};

Run run(const std::string& rest, const std::string& outcomes = "\"wins\", \"revenue\", \"leads\"") {
  return Run(Head{.months = kMonths, .replications = 300'000, .seed = 121, .outcomes = outcomes}.text() +
             "[partner.acme]\nleads = 4\nclose_rate = 0.5\ndeal_value = 10\n" + rest);
}

void check_months(const std::string& claim, const Run& finished, const char* series,
                  const std::function<double(int)>& exact) {
  const auto expected = finished.expected();
  for (int t = 1; t <= kMonths; ++t) {
    const auto month = finished.monthly(series, t);
    check_near(family, claim + ", month " + std::to_string(t), month.mean, month.error, exact(t));
    CHECK(expected.trajectories.at(series)[static_cast<std::size_t>(t - 1)] == about(exact(t), 1e-12));
  }
}

}  // namespace

TEST_CASE("leads and close rates that change at dates give Poisson wins of the means in force") {
  struct Case {
    const char* changes;
    double before, between, after;  // wins a month to month 3, to month 7 and from 8
  };
  for (const Case& c : {Case{"[change.a]\nmonth = 4\nset = { \"partner.acme.leads\" = 9 }\n[change.b]\nmonth = 8\nset "
                             "= { \"partner.acme.close_rate\" = 0.8 }\n",
                             2.0, 4.5, 7.2},
                        Case{"[change.b]\nmonth = 8\nset = { \"partner.*.leads\" = 6 }\n[change.a]\nmonth = 4\nset = { "
                             "partner = { acme = { leads = 1 } } }\n",
                             2.0, 0.5, 3.0}}) {
    const Run finished = run(c.changes);
    const double exact = 3.0 * c.before + 4.0 * c.between + 5.0 * c.after;
    check_mean(family, "wins with changes", finished.column("wins"), exact);
    check_variance(family, "wins with changes", finished.column("wins"), exact);
    check_poisson(family, "wins with changes", finished.column("wins"), exact);
    check_months("wins with changes", finished, "wins", [&](int t) {
      return t < 4 ? c.before : t < 8 ? c.between : c.after;
    });
  }
}

TEST_CASE("deal values change for the deals that close from then on") {
  const Run finished =
      run("lag = 2\n[change.dearer]\nmonth = 6\nset = { \"partner.acme.deal_value\" = { lognormal = { mean = 30, cv = "
          "0.8 } } }\n");
  const double early = 3.0 * 2.0, late = 7.0 * 2.0;  // months 3 to 5, and 6 to 12
  check_mean(family, "revenue of two price lists", finished.column("revenue"), early * 10.0 + late * 30.0);
  check_variance(family, "revenue of two price lists", finished.column("revenue"), early * 100.0 + late * 900.0 * 1.64);
}

TEST_CASE("a change before any month replaces the value, one after the horizon does nothing") {
  const Run plain = run("");
  const Run changed = run("[change.never]\nmonth = 13\nset = { \"partner.acme.leads\" = 99 }\n");
  CHECK(plain.column("wins") == changed.column("wins"));
  const Run replaced =
      run("[change.first]\nmonth = 1\nset = { \"partner.acme.leads\" = 8, \"partner.acme.deal_value\" = 5 }\n");
  check_poisson(family, "wins replaced from month 1", replaced.column("wins"), 48.0);
  check_mean(family, "revenue replaced from month 1", replaced.column("revenue"), 240.0);
  check_variance(family, "revenue replaced from month 1", replaced.column("revenue"), 48.0 * 25.0);
}

TEST_CASE("a value drawn once keeps its luck through a change of its law") {
  const Run finished = run(
      "[change.better]\nmonth = 7\nset = { \"partner.acme.close_rate\" = { uniform = { low = 0.4, high = 0.8 } } }\n"
      "[change.drawn]\nmonth = 1\nset = { \"partner.acme.close_rate\" = { uniform = { low = 0.2, high = 0.6 } } }\n");
  const auto before = finished.column("partner.acme.close_rate");
  const auto after = finished.column("partner.acme.close_rate@7");
  double worst = 0.0;
  for (std::size_t i = 0; i < before.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(after[i]) - static_cast<double>(before[i]) - 0.2));
  CHECK(worst < 1e-6);
  // Wins given the word u: 24 (.2 + .4 u) + 24 (.4 + .4 u), so 14.4 + 19.2 u.
  check_mean(family, "wins of rates that move together", finished.column("wins"), 24.0);
  check_variance(family, "wins of rates that move together", finished.column("wins"), 24.0 + 19.2 * 19.2 / 12.0);
}

TEST_CASE("costs, commission, hours and fees change at dates, in every future") {
  const Run finished =
      run("commission = 0.1\ncost = 5\nhours = 2\n[firm]\nwage = 3\nfixed_cost = 20\nvariable_cost_share = 0.2\n"
          "[change.all]\nmonth = 12\nset = { \"firm.wage\" = 4, \"firm.fixed_cost\" = 25, \"partner.acme.cost\" = 7, "
          "\"partner.acme.hours\" = 3 }\n",
          "\"profit\", \"revenue\"");
  const auto profit = finished.column("profit");
  const auto revenue = finished.column("revenue");
  double worst = 0.0;
  for (std::size_t i = 0; i < profit.size(); ++i)
    worst = std::max(
        worst, std::abs(static_cast<double>(profit[i]) - (0.7 * static_cast<double>(revenue[i]) - 11.0 * 31.0 - 44.0)));
  CHECK(worst < 1e-3);
  const Run taxed =
      run("commission = 0.1\n[firm]\nvariable_cost_share = 0.2\n[change.all]\nmonth = 7\nset = { "
          "\"firm.variable_cost_share\" = 0.3, \"partner.acme.commission\" = 0.25 }\n",
          "\"profit\"");
  check_months("profit of two contracts", taxed, "profit", [](int t) { return 20.0 * (t < 7 ? 0.7 : 0.45); });
}

TEST_CASE("a change of copies reaches every copy") {
  const Run finished = run("count = 3\n[change.more]\nmonth = 7\nset = { \"partner.acme.leads\" = 8 }\n");
  CHECK(finished.expected().outcomes.at("wins") == about(3.0 * (12.0 + 24.0), 1e-12));
}
