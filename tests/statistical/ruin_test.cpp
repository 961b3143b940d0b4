// Running out of cash (MODEL.md, section 6; oracle 19 of section 15): the month of ruin against first passage, credit
// and months of grace, and the cash that keeps the risk at 5 %. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 36;
constexpr int kChecks = 12;
Family family{kChecks};

const char* const kMoney =
    "\"out_of_cash\", \"out_of_cash_month\", \"funding_need\", \"cash_end\", \"cash_min\", \"profit\", \"revenue\", "
    "\"wins\"";

double poisson(double mean, double k) { return pdf(boost::math::poisson(mean), k); }

// Burn 1 a month against Poisson(income) deals of value 1.
Run burn(int cash, double income, const std::string& firm = "", int replications = 400'000) {
  return Run(
      Head{.months = kMonths, .replications = replications, .seed = 71, .outcomes = kMoney, .trajectories = "none"}
          .text() +
      "[firm]\ncash = " + std::to_string(cash) + "\nfixed_cost = 1\n" + firm +
      "[firm.direct]\nleads = " + std::to_string(income) + "\nclose_rate = 1\ndeal_value = 1\n");
}

// P(ruin in month n), n = 1, …, and of none: more than `grace` months in a row below -credit.
std::vector<double> ruin_law(int cash, double income, int credit, int grace) {
  static constexpr int kTop = 200, kBottom = 40;  // cash from -kBottom to kTop
  const auto cell = [](int c) { return static_cast<std::size_t>(std::min(c, kTop) + kBottom); };
  // at[below][cash]
  std::vector<std::vector<double>> at(static_cast<std::size_t>(grace) + 1,
                                      std::vector<double>(kTop + kBottom + 1, 0.0));
  at[0][cell(cash)] = 1.0;
  std::vector<double> law;
  for (int month = 1; month <= kMonths; ++month) {
    auto next = at;
    for (auto& row : next) std::fill(row.begin(), row.end(), 0.0);
    double ruined = 0.0;
    for (std::size_t below = 0; below < at.size(); ++below)
      for (int c = -kBottom; c <= kTop; ++c)
        for (int n = 0; n <= 30; ++n) {
          const double p = at[below][cell(c)] * poisson(income, n);
          if (p == 0.0) continue;
          const int now = c - 1 + n;
          if (now >= -credit)
            next[0][cell(now)] += p;
          else if (below == static_cast<std::size_t>(grace))
            ruined += p;
          else
            next[below + 1][cell(now)] += p;
        }
    law.push_back(ruined);
    at = next;
  }
  double none = 1.0;
  for (const double p : law) none -= p;
  law.push_back(none);
  return law;
}

std::vector<double> months_of_ruin(const Run& run) {
  std::vector<double> counts(kMonths + 1, 0.0);
  for (const float month : run.column("out_of_cash_month"))
    counts[std::isnan(month) ? kMonths : static_cast<std::size_t>(month) - 1] += 1.0;
  return counts;
}

}  // namespace

TEST_CASE("the firm runs out of cash in month n with probability (u/n) P(Poisson(n m) = n - u)") {
  struct Case {
    int units;
    double income;
  };
  for (const Case& c : {Case{3, 0.9}, Case{6, 1.1}}) {
    const Run run = burn(c.units - 1, c.income);
    std::vector<double> law(kMonths + 1, 0.0);
    double ruin = 0.0;
    for (int n = c.units; n <= kMonths; ++n)
      ruin += law[static_cast<std::size_t>(n - 1)] =
          c.units / static_cast<double>(n) * poisson(n * c.income, n - c.units);
    law.back() = 1.0 - ruin;
    const auto counts = months_of_ruin(run);
    const std::string claim = "ruin after " + std::to_string(c.units) + " units at income " + std::to_string(c.income);
    check_law(family, "month of " + claim, counts, law);
    check_share(family, claim, run.replications() - counts.back(), run.replications(), ruin);
    const auto recursion = ruin_law(c.units - 1, c.income, 0, 0);
    for (std::size_t n = 0; n < law.size(); ++n) CHECK(recursion[n] == about(law[n], 1e-9));
    // Credit counts as cash.
    const Run lent = burn(1, c.income, "credit = " + std::to_string(c.units - 2) + "\n");
    check_law(family, "month of " + claim + " on credit", months_of_ruin(lent), law);
  }
}

TEST_CASE("in the long run ruin has the smallest root of rho = exp(m (rho - 1)) to the power of its distance") {
  double rho = 0.0;
  for (int i = 0; i < 2000; ++i) rho = std::exp(1.5 * (rho - 1.0));
  // 400 months at a drift of one half: what is not ruined by then never is.
  const Run run(
      Head{.months = 400, .replications = 50'000, .seed = 72, .outcomes = kMoney, .trajectories = "none"}.text() +
      "[firm]\ncash = 1\nfixed_cost = 1\n[firm.direct]\nleads = 1.5\nclose_rate = 1\ndeal_value = 1\n");
  const auto out = run.column("out_of_cash");
  check_share(family, "ruin in 400 months", static_cast<double>(std::count(out.begin(), out.end(), 1.0f)), 50'000.0,
              rho * rho);
}

TEST_CASE("months of grace are months in a row below the credit line that are survived") {
  for (const int grace : {1, 3}) {
    const Run run = burn(2, 0.9, "credit = 1\ngrace = " + std::to_string(grace) + "\n");
    const auto law = ruin_law(2, 0.9, 1, grace);
    const auto counts = months_of_ruin(run);
    check_law(family, "month of ruin with grace " + std::to_string(grace), counts, law);
    check_share(family, "ruin with grace " + std::to_string(grace), counts.back(), run.replications(), law.back());
  }
}

TEST_CASE("the month of ruin still counts, and nothing after it") {
  const Run run = burn(2, 0.9);
  const auto month = run.column("out_of_cash_month");
  const auto revenue = run.column("revenue");
  const auto wins = run.column("wins");
  const auto cash = run.column("cash_end");
  const auto lowest = run.column("cash_min");
  const auto profit = run.column("profit");
  bool right = true;
  for (std::size_t i = 0; i < month.size(); ++i) {
    const bool ruined = !std::isnan(month[i]);
    const float lived = ruined ? month[i] : kMonths;
    // Three units are gone by the month of ruin, each month having cost one.
    if (ruined) right = right && revenue[i] == lived - 3.0f && cash[i] == -1.0f && lowest[i] == -1.0f;
    right = right && wins[i] == revenue[i] && profit[i] == revenue[i] - lived && cash[i] == 2.0f + profit[i] &&
            lowest[i] <= cash[i];
  }
  CHECK(right);
}

TEST_CASE("with the P95 of the funding need as cash, 5 % run out, and exactly those who needed more") {
  for (const int grace : {0, 2}) {
    const std::string firm = "grace = " + std::to_string(grace) + "\n";
    const auto need = burn(2, 0.9, firm, 100'000).column("funding_need");
    auto sorted = need;
    std::sort(sorted.begin(), sorted.end());
    const float enough = sorted[94'999];
    const auto out = burn(static_cast<int>(enough), 0.9, firm, 100'000).column("out_of_cash");
    bool same = true;
    double ruined = 0.0;
    for (std::size_t i = 0; i < need.size(); ++i) {
      same = same && (out[i] == 1.0f) == (need[i] > enough);
      ruined += static_cast<double>(out[i]);
    }
    CHECK(same);
    CHECK(ruined <= 5000.0);
    // With one unit less it is more than 5 %: cash comes in units here.
    const auto less = burn(static_cast<int>(enough) - 1, 0.9, firm, 100'000).column("out_of_cash");
    CHECK(static_cast<double>(std::count(less.begin(), less.end(), 1.0f)) > 5000.0);
  }
}

TEST_CASE("partnerships of a firm that ran out end with it and are not lost") {
  const Run run(Head{.months = kMonths,
                     .replications = 100'000,
                     .seed = 73,
                     .outcomes = "\"out_of_cash\", \"active_partners_end\", \"partners_lost\""}
                    .text() +
                "[firm]\ncash = 2\nfixed_cost = 1\n[partner.acme]\nleads = 0.9\nclose_rate = 1\ndeal_value = 1\n");
  const auto out = run.column("out_of_cash");
  const auto active = run.column("active_partners_end");
  const auto lost = run.column("partners_lost");
  bool right = true;
  double ruined = 0.0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    right = right && active[i] == 1.0f - out[i] && lost[i] == 0.0f;
    ruined += static_cast<double>(out[i]);
  }
  CHECK(right);
  CHECK(run.member("ended_by_stop", 0).mean == about(ruined / 1e5, 1e-5));
  const auto law = ruin_law(2, 0.9, 0, 0);
  check_share(family, "ruin of a firm that lives on a partner", ruined, 1e5, 1.0 - law.back());
}

TEST_CASE("a firm lives in no regime after it has stopped, in every future and in the spreadsheet") {
  // Below zero from month 5 on: the fifth is the last.
  const Run run(Head{.months = 12, .replications = 1'000, .seed = 76, .outcomes = "\"months_in_slump\""}.text() +
                "[firm]\ncash = 450\nfixed_cost = 100\n[firm.direct]\nleads = 0\nclose_rate = 1\ndeal_value = 1\n"
                "[economy]\nstart = \"calm\"\npath = { slump = [2, 4, 5, 6, 7, 8] }\n"
                "[economy.regime.calm]\n[economy.regime.slump]\n");
  CHECK(run.column("months_in_slump") == std::vector<float>(1'000, 3.0f));
  CHECK(run.expected().outcomes.at("months_in_slump") == 3.0);
}

TEST_CASE("cash at hand lasts as long as it would without luck when there is none") {
  const Run run(
      Head{.months = 12, .replications = 1'000, .seed = 76, .outcomes = "\"out_of_cash_month\", \"funding_need\""}
          .text() +
      "[firm]\ncash = 450\nfixed_cost = 100\ngrace = 2\n[firm.direct]\nleads = 0\nclose_rate = 1\ndeal_value = 1\n");
  // Below zero from month 5 on, which is the third such month in 7; from 1000 on there is no third one in a year.
  CHECK(run.column("out_of_cash_month") == std::vector<float>(1'000, 7.0f));
  CHECK(run.column("funding_need") == std::vector<float>(1'000, 1000.0f));
}
