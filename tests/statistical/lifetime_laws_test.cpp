// Laws of a partnership's life other than a plain monthly probability (MODEL.md, section 9; oracles 6 and 7 of section
// 15): survival month by month against S(t) = E exp(-Lambda(t)). Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 36;

double beta(double a, double b) { return boost::math::beta(a, b); }
double weibull(double shape, double scale, double t) { return std::pow(t / scale, shape); }

struct Life {
  std::string churn;
  std::function<double(double)> survival;  // S(t), t whole months
};

const std::vector<Life>& lives() {
  static const std::vector<Life> all{
      {"{ rate = 0.03 }", [](double t) { return std::exp(-0.03 * t); }},
      {"{ yearly = 0.3 }", [](double t) { return std::pow(0.7, t / 12.0); }},
      {"{ half_life = 20 }", [](double t) { return std::pow(0.5, t / 20.0); }},
      {"{ weibull = { shape = 0.7, scale = 30 } }", [](double t) { return std::exp(-weibull(0.7, 30.0, t)); }},
      {"{ weibull = { shape = 1.8, scale = 25 } }", [](double t) { return std::exp(-weibull(1.8, 25.0, t)); }},
      {"{ log_logistic = { median = 20, shape = 1.5 } }",
       [](double t) { return 1.0 / (1.0 + std::pow(t / 20.0, 1.5)); }},
      {"{ beta_geometric = { a = 1.61, b = 14.2 } }", [](double t) { return beta(1.61, 14.2 + t) / beta(1.61, 14.2); }},
      {"{ beta_geometric = { a = 1.61, b = 1.42, per = \"year\" } }",
       [](double t) { return beta(1.61, 1.42 + t / 12.0) / beta(1.61, 1.42); }},
      {"{ rate = 0.03, frailty = 0.8 }", [](double t) { return std::pow(1.0 + 0.8 * 0.03 * t, -1.0 / 0.8); }},
      {"{ weibull = { shape = 1.8, scale = 25 }, frailty = 0.5 }",
       [](double t) { return std::pow(1.0 + 0.5 * weibull(1.8, 25.0, t), -2.0); }},
      {"{ probability = 0.05, honeymoon = 6 }", [](double t) { return t <= 6.0 ? 1.0 : std::pow(0.95, t - 6.0); }},
      {"{ weibull = { shape = 0.7, scale = 30 }, honeymoon = 6 }",
       [](double t) { return t <= 6.0 ? 1.0 : std::exp(-weibull(0.7, 30.0, t - 6.0)); }},
      {"{ beta = { mean = 0.05, concentration = 20 } }",
       [](double t) { return beta(1.0, 19.0 + t) / beta(1.0, 19.0); }},
      {"{ beta_geometric = { a = 1.61, b = 14.2 }, honeymoon = 3 }",
       [](double t) { return t <= 3.0 ? 1.0 : beta(1.61, 11.2 + t) / beta(1.61, 14.2); }},
  };
  return all;
}

constexpr int kLives = 14, kWorse = 4;
constexpr int kChecks = 850;
Family family{kChecks};

Run run(const std::string& churn, const std::string& rest = "", int replications = 200'000) {
  return Run(Head{.months = kMonths,
                  .replications = replications,
                  .seed = 51,
                  .outcomes = "\"active_partners_end\"",
                  .trajectories = "none"}
                 .text() +
             "[partner.acme]\nleads = 1\nclose_rate = 1\ndeal_value = 1\nchurn = " + churn + "\n" + rest);
}

// The share alive after each month, and the law of the month of the end.
void check_survival(const std::string& claim, const Run& finished, const std::function<double(double)>& survival) {
  const double n = finished.replications();
  std::vector<double> ended, law;
  double before = n;
  for (int t = 1; t <= kMonths; ++t) {
    const auto alive = static_cast<double>(finished.sums().survivors(0)[static_cast<std::size_t>(t - 1)]);
    check_share(family, claim + ", alive after month " + std::to_string(t), alive, n, survival(t));
    ended.push_back(before - alive);
    law.push_back(survival(t - 1) - survival(t));
    before = alive;
  }
  ended.push_back(before);
  law.push_back(survival(kMonths));
  check_law(family, claim + ", month of the end", ended, law);
}

}  // namespace

TEST_CASE("every law of a life has its survival function") {
  REQUIRE(lives().size() == kLives);
  for (const Life& life : lives()) check_survival(life.churn, run(life.churn), life.survival);
}

TEST_CASE("a regime multiplies cumulative hazards, whatever the law") {
  const std::string worse = "[economy]\nstart = \"bad\"\n[economy.regime.bad]\nmultiply = { churn = 2 }\n";
  const std::vector<Life> doubled{
      {"{ weibull = { shape = 0.7, scale = 30 } }", [](double t) { return std::exp(-2.0 * weibull(0.7, 30.0, t)); }},
      {"{ rate = 0.03, frailty = 0.8 }", [](double t) { return std::pow(1.0 + 0.8 * 0.06 * t, -1.0 / 0.8); }},
      {"{ beta_geometric = { a = 1.61, b = 14.2 } }",
       [](double t) { return beta(1.61, 14.2 + 2.0 * t) / beta(1.61, 14.2); }},
      {"{ log_logistic = { median = 20, shape = 1.5 } }",
       [](double t) { return std::pow(1.0 + std::pow(t / 20.0, 1.5), -2.0); }},
  };
  REQUIRE(doubled.size() == kWorse);
  for (const Life& life : doubled)
    check_survival("hazard doubled, " + life.churn, run(life.churn, worse), life.survival);
}

TEST_CASE("a bad year multiplies the hazard of its own months only") {
  std::string months;
  for (int t = 13; t <= 24; ++t) months += (t > 13 ? ", " : "") + std::to_string(t);
  const Run finished =
      run("{ weibull = { shape = 1.8, scale = 25 } }", "[economy]\nstart = \"good\"\npath = { bad = [" + months +
                                                           "] }\n[economy.regime.good]\n"
                                                           "[economy.regime.bad]\nmultiply = { churn = 3 }\n");
  check_survival("hazard tripled in the second year", finished, [](double t) {
    const auto in = [t](double from, double to) {
      return t <= from ? 0.0 : weibull(1.8, 25.0, std::min(t, to)) - weibull(1.8, 25.0, from);
    };
    return std::exp(-in(0.0, 12.0) - 3.0 * in(12.0, 24.0) - in(24.0, kMonths));
  });
}

TEST_CASE("age counts from a partnership's own start") {
  const Run finished = run("{ weibull = { shape = 1.8, scale = 25 } }", "start = 7\n");
  for (int t = 7; t <= kMonths; ++t)
    check_share(family, "started in month 7, alive after month " + std::to_string(t),
                static_cast<double>(finished.sums().survivors(0)[static_cast<std::size_t>(t - 1)]),
                finished.replications(), std::exp(-weibull(1.8, 25.0, t - 6)));
}

TEST_CASE("a dated change of the law takes the hazard of the age reached") {
  const Run finished =
      run("{ rate = 0.02 }", "[change.worse]\nmonth = 13\nset = { \"partner.acme.churn\" = { rate = 0.08 } }\n");
  check_survival("rate raised in month 13", finished,
                 [](double t) { return std::exp(-0.02 * std::min(t, 12.0) - 0.08 * std::max(0.0, t - 12.0)); });
  const Run aged =
      run("0",
          "[change.worse]\nmonth = 13\nset = { \"partner.acme.churn\" = { weibull = { shape = 1.8, scale = 25 } } }\n");
  check_survival("Weibull from month 13", aged,
                 [](double t) { return t <= 12.0 ? 1.0 : std::exp(weibull(1.8, 25.0, 12.0) - weibull(1.8, 25.0, t)); });
}

TEST_CASE("of n partnerships a binomial number survives, whatever the law") {
  for (const std::size_t k : {std::size_t{3}, std::size_t{4}, std::size_t{6}, std::size_t{8}}) {
    const Life& life = lives()[k];
    const Run dozen = run(life.churn, "count = 12\n", 100'000);
    const double survival = life.survival(kMonths);
    const auto left = dozen.column("active_partners_end");
    check_mean(family, "left of 12, " + life.churn, left, 12.0 * survival);
    check_variance(family, "left of 12, " + life.churn, left, 12.0 * survival * (1.0 - survival));
    check_binomial(family, "left of 12, " + life.churn, left, 12.0, survival);
  }
}

TEST_CASE("a churn probability that copies share ties their lives, one drawn for each does not") {
  const std::string drawn = "{ beta = { mean = 0.05, concentration = 20 } }";
  const double one = beta(1.0, 19.0 + kMonths) / beta(1.0, 19.0);
  const double together = beta(1.0, 19.0 + 2.0 * kMonths) / beta(1.0, 19.0);
  const auto check_pair = [&](const std::string& claim, const std::string& rest, double both) {
    const auto left = tally(run(drawn, "count = 2\n" + rest, 400'000).column("active_partners_end"));
    const double n = left.at(0) + left.at(1) + left.at(2);
    check_share(family, "both of two left, " + claim, left[2], n, both);
    check_share(family, "one of two left, " + claim, left[1], n, 2.0 * (one - both));
  };
  check_pair("drawn for each", "", one * one);
  check_pair("shared", "shared = true\n", together);
  // The frailty of a shared law is still each partnership's own.
  const auto left =
      tally(run("{ rate = 0.03, frailty = 0.8 }", "count = 2\nshared = true\n", 400'000).column("active_partners_end"));
  const double survival = std::pow(1.0 + 0.8 * 0.03 * kMonths, -1.0 / 0.8);
  check_share(family, "both of two frail ones left", left.at(2), 400'000.0, survival * survival);
  check_share(family, "one of two frail ones left", left.at(1), 400'000.0, 2.0 * survival * (1.0 - survival));
}
