// The economy: a Markov chain of regimes and what it multiplies (MODEL.md, section 1; oracle 9 of section 15).
// Rate of false alarms: tests/support/statistics.h.
//
// The regime is no output, so it is made visible: a partner that works in one month only, 25 leads that all close,
// and multipliers that tell regimes apart: no leads at all, deals of value 1 or of value 1000. A month without a
// win in another regime has probability e^-25, a sum of a thousand such wins still less. With one such month a
// year, revenue_by_year shows the regimes of several months of the same future.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/harness.h"
#include "tests/support/recursion.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kChecks = 1 + 2 * 2 + 5 + 23 + 3 * 2 + 6 + 2;
Family family{kChecks};

// The first regime sends no leads.
const char* const kTwoRegimes = R"(
[economy.regime.recession]
to = { expansion = 0.10 }
multiply = { leads = 0 }
[economy.regime.expansion]
to = { recession = 0.02 }
)";
const std::vector<std::vector<double>> kTwoTransitions{{0.90, 0.10}, {0.02, 0.98}};
const std::vector<double> kTwoStationary{1.0 / 6.0, 5.0 / 6.0};

const char* const kThreeRegimes = R"(
[economy.regime.slump]
mean_months = 8
to = { steady = 1 }
multiply = { leads = 0 }
[economy.regime.steady]
mean_months = 20
to = { slump = 0.4, boom = 0.6 }
[economy.regime.boom]
mean_months = 12.5
to = { slump = 0.3, steady = 0.7 }
multiply = { value = 1000 }
)";
const std::vector<std::vector<double>> kThreeTransitions{{0.875, 0.125, 0.0}, {0.02, 0.95, 0.03}, {0.024, 0.056, 0.92}};

std::vector<double> law_in_month(std::vector<double> law, const std::vector<std::vector<double>>& transition,
                                 int month) {
  for (int t = 1; t < month; ++t) law = next_month(law, {law, transition, {}, {}});
  return law;
}

// The joint law of the regimes in months that ascend, first regime most significant.
std::vector<double> path_law(const std::vector<double>& start, const std::vector<std::vector<double>>& transition,
                             const std::vector<int>& months) {
  std::vector<double> law{1.0};
  for (std::size_t m = 0; m < months.size(); ++m) {
    std::vector<double> longer;
    for (std::size_t path = 0; path < law.size(); ++path) {
      std::vector<double> now = start;
      if (m > 0) {
        now.assign(start.size(), 0.0);
        now[path % start.size()] = 1.0;
      }
      for (const double p : law_in_month(now, transition, m == 0 ? months[0] : months[m] - months[m - 1] + 1))
        longer.push_back(law[path] * p);
    }
    law = longer;
  }
  return law;
}

// Counts of the paths of regimes through the given months, one in each year, numbered as in path_law.
std::vector<double> seen_paths(const std::string& start, const char* regimes, std::size_t kinds,
                               const std::vector<int>& months, int replications) {
  std::string toml =
      "[scenario]\nmonths = " + std::to_string(12 * months.size()) +
      "\nreplications = " + std::to_string(replications) +
      "\nseed = 17\n[output]\noutcomes = [\"revenue_by_year\"]\ntrajectories = \"none\"\n[economy]\nstart = \"" +
      start + "\"\n" + regimes;
  for (const int month : months) {
    const std::string m = std::to_string(month);
    toml += "[partner.in_" + m + "]\nstart = " + m + "\nleads = 25\nclose_rate = 1\ndeal_value = 1\n" +
            "[shock.after_" + m + "]\nmonths = [" + m + "]\nkill = 1\ntarget = { partners = [\"in_" + m + "\"] }\n";
  }
  const Run run(toml);
  std::vector<std::size_t> path(run.replications(), 0);
  std::size_t paths = 1;
  for (std::size_t year = 1; year <= months.size(); ++year) {
    const auto revenue = run.column("revenue_by_year[" + std::to_string(year) + "]");
    for (std::size_t i = 0; i < path.size(); ++i)
      path[i] = path[i] * kinds + (revenue[i] == 0.0f ? 0U : revenue[i] < 500.0f ? 1U : 2U);
    paths *= kinds;
  }
  std::vector<double> counts(paths, 0.0);
  for (const std::size_t p : path) counts.at(p) += 1.0;
  return counts;
}

}  // namespace

TEST_CASE("a stationary start is in recession for its share of months, in the first month as in the last") {
  const auto at = law_in_month(kTwoStationary, kTwoTransitions, 2);
  CHECK(at[0] == about(kTwoStationary[0], 1e-14));
  const auto counts = seen_paths("stationary", kTwoRegimes, 2, {1}, 1'000'000);
  check_share(family, "first month in recession", counts[0], 1e6, kTwoStationary[0]);
}

TEST_CASE("regimes of months one, two and many apart have the joint law and the autocorrelation of the chain") {
  constexpr double kRho = 1.0 - 0.10 - 0.02;
  constexpr double kReplications = 1e6;
  for (const auto& months : {std::vector<int>{12, 13, 25}, std::vector<int>{11, 13, 36}}) {
    const auto counts = seen_paths("stationary", kTwoRegimes, 2, months, static_cast<int>(kReplications));
    check_law(family, "regimes of three months", counts, path_law(kTwoStationary, kTwoTransitions, months));
    // P(recession in both) = pi^2 + pi (1 - pi) rho^lag
    const double pi = kTwoStationary[0];
    const double both = pi * pi + pi * (1.0 - pi) * std::pow(kRho, months[1] - months[0]);
    check_share(family, "recession in two months", counts[0] + counts[1], kReplications, both);
  }
}

TEST_CASE("three regimes given by durations and shares have the law of their chain") {
  const auto stationary = law_in_month({1.0, 0.0, 0.0}, kThreeTransitions, 5000);
  const std::vector<int> months{12, 13, 26};
  check_law(family, "three regimes from the stationary law",
            seen_paths("stationary", kThreeRegimes, 3, months, 1'000'000),
            path_law(stationary, kThreeTransitions, months));
  check_law(family, "three regimes from the boom", seen_paths("boom", kThreeRegimes, 3, months, 1'000'000),
            path_law({0.0, 0.0, 1.0}, kThreeTransitions, months));
  for (const int month : {2, 3, 7})
    check_law(family, "regime of month " + std::to_string(month) + " from the slump",
              seen_paths("slump", kThreeRegimes, 3, {month}, 500'000),
              law_in_month({1.0, 0.0, 0.0}, kThreeTransitions, month));
}

TEST_CASE("a named start is the regime of month 1, and later months follow the recursion") {
  const Run run(std::string(R"(
[scenario]
months = 24
replications = 500_000
seed = 18
[output]
outcomes = ["wins"]
trajectories = "means"
[firm.direct]
leads = 4
close_rate = 1
deal_value = 1
[economy]
start = "recession"
)") + kTwoRegimes);
  CHECK(run.monthly("wins", 1).mean == 0.0);
  for (int month = 2; month <= 24; ++month) {
    const auto wins = run.monthly("wins", month);
    check_near(family, "wins of month " + std::to_string(month) + " from the recession", wins.mean, wins.error,
               4.0 * law_in_month({1.0, 0.0}, kTwoTransitions, month)[1]);
  }
}

TEST_CASE("the number of months in recession has the variance of a correlated sum") {
  // Wins N of T months: E N = lambda sum of E delta; Var N = E N + lambda^2 Var(sum of delta).
  constexpr double kLambda = 5.0, kLow = 0.2, kEntry = 0.02, kExit = 0.10;
  const double recession = kEntry / (kEntry + kExit);
  const double rho = 1.0 - kEntry - kExit;
  for (const int months : {2, 12, 120}) {
    const Run run("[scenario]\nmonths = " + std::to_string(months) + R"(
replications = 500_000
seed = 19
[output]
outcomes = ["wins"]
trajectories = "none"
[firm.direct]
leads = 10
close_rate = 0.5
deal_value = 1
[economy]
start = "stationary"
[economy.regime.expansion]
to = { recession = 0.02 }
[economy.regime.recession]
to = { expansion = 0.10 }
multiply = { leads = 0.2 }
)");
    const double t = months;
    const double mean = kLambda * t * (1.0 - recession + kLow * recession);
    const double spread =
        std::pow(1.0 - kLow, 2) * recession * (1.0 - recession) *
        (t * (1.0 + rho) / (1.0 - rho) - 2.0 * rho * (1.0 - std::pow(rho, t)) / std::pow(1.0 - rho, 2));
    const auto wins = run.column("wins");
    const std::string claim = "wins of " + std::to_string(months) + " months";
    check_mean(family, claim, wins, mean);
    check_variance(family, claim, wins, mean + kLambda * kLambda * spread);
  }
}

TEST_CASE("a regime multiplies leads, the odds of closing, and the value of deals") {
  const Run run(R"(
[scenario]
months = 12
replications = 1_000_000
seed = 20
[output]
outcomes = ["revenue", "wins", "leads"]
trajectories = "none"
[partner.acme]
leads = 5
close_rate = 0.4
deal_value = { lognormal = { mean = 10_000, cv = 0.8 } }
[economy]
start = "recession"
[economy.regime.recession]
multiply = { leads = 0.7, close = 0.5, value = 0.9 }
)");
  const double leads = 60.0 * 0.7;
  const double close = 0.2 / (0.6 + 0.2);  // odds 2/3 halved
  const double value = 9000.0;
  check_mean(family, "leads", run.column("leads"), leads);
  check_poisson(family, "leads", run.column("leads"), leads);
  check_mean(family, "wins", run.column("wins"), leads * close);
  check_poisson(family, "wins", run.column("wins"), leads * close);
  check_mean(family, "revenue", run.column("revenue"), leads * close * value);
  check_variance(family, "revenue", run.column("revenue"), leads * close * value * value * 1.64);
  const auto expected = run.expected();
  CHECK(expected.outcomes.at("leads") == about(leads, 1e-12));
  CHECK(expected.outcomes.at("wins") == about(leads * close, 1e-12));
  CHECK(expected.outcomes.at("revenue") == about(leads * close * value, 1e-12));
}

TEST_CASE("a disabled regime is never entered, and the others share what would have led there") {
  const auto wins = [](const std::string& economy) {
    return Run(Head{.months = 24, .replications = 20'000, .seed = 5, .outcomes = "\"wins\""}.text() +
               "[partner.acme]\nleads = 5\nclose_rate = 0.4\ndeal_value = 1\n[economy]\nstart = \"good\"\n" + economy)
        .column("wins");
  };
  const std::string multiply = "multiply = { leads = 0.5 }\n";
  const std::string good = "[economy.regime.good]\nto = { bad = 0.1, ugly = 0.3 }\n",
                    bad = "[economy.regime.bad]\nmean_months = 4\nto = { good = 0.25, ugly = 0.75 }\n" + multiply,
                    ugly = "[economy.regime.ugly]\nenabled = false\nmean_months = 5\nmultiply = { leads = 0 }\n";
  CHECK(wins(good + bad + ugly) ==
        wins("[economy.regime.good]\nto = { bad = 0.1 }\n[economy.regime.bad]\nto = { good = 0.25 }\n" + multiply));
  // One that leads to disabled ones alone stays for good.
  const std::string last = "[economy.regime.bad]\nmean_months = 4\nto = { ugly = 1 }\n" + multiply;
  CHECK(wins(good + last + ugly) ==
        wins("[economy.regime.good]\nto = { bad = 0.1 }\n[economy.regime.bad]\n" + multiply));
}

TEST_CASE("a close rate drawn once a replication meets the regime's odds one by one") {
  // p ~ Beta(10, 15), odds doubled: E[2p / (1 + p)], which is not 2 E[p] / (1 + E[p]).
  const Run run(R"(
[scenario]
months = 12
replications = 1_000_000
seed = 21
[output]
outcomes = ["wins"]
trajectories = "none"
[partner.acme]
leads = 5
close_rate = { beta = { mean = 0.4, concentration = 25 } }
deal_value = 1
[economy]
start = "boom"
[economy.regime.boom]
multiply = { close = 2 }
)");
  constexpr int kSteps = 2000;
  double weight = 0.0, first = 0.0, second = 0.0;
  for (int i = 0; i < kSteps; ++i) {
    const double p = (i + 0.5) / kSteps;
    const double density = std::pow(p, 9) * std::pow(1.0 - p, 14);
    const double closing = 2.0 * p / (1.0 + p);
    weight += density;
    first += density * closing;
    second += density * closing * closing;
  }
  first /= weight;
  second /= weight;
  check_mean(family, "wins under drawn odds", run.column("wins"), 60.0 * first);
  check_variance(family, "wins under drawn odds", run.column("wins"), 60.0 * first + 3600.0 * (second - first * first));
}
