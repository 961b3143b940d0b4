// What shocks weaken, for how long and how much (MODEL.md, section 2; oracle 21 of section 15). An arrival a months ago
// leaves f(a) = 1 - S u(a) of a partner's functionality, so E[q_t] = exp(-nu sum E[1 - f]), and likewise for two months
// or two partners at once. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kMonths = 24;
constexpr double kLeads = 4.0, kRate = 0.15;
constexpr int kProfiles = 6;
constexpr int kChecks = 357;
Family family{kChecks};

Run run(const std::string& shock, const std::string& rest = "", int partners = 1) {
  return Run(Head{.months = kMonths,
                  .replications = 200'000,
                  .seed = 91,
                  .outcomes = "\"wins\", \"revenue\", \"active_partners_end\""}
                 .text() +
             "[partner.acme]\nleads = 4\nclose_rate = 1\ndeal_value = 1\ncount = " + std::to_string(partners) + "\n" +
             rest + "[shock.storm]\n" + shock);
}

// E[(1 - s u(a)) (1 - s' u(b))] of one arrival seen at ages a and b; an age below 0: not yet there.
using Pair = std::function<double(int, int)>;

double mean_function(const Pair& pair, int t, double rate = kRate) {
  double sum = 0.0;
  for (int age = 0; age < t; ++age) sum += 1.0 - pair(age, -1);
  return std::exp(-rate * sum);
}
double product(const Pair& pair, int s, int t) {
  double sum = 0.0;
  for (int arrival = 1; arrival <= std::max(s, t); ++arrival) sum += 1.0 - pair(s - arrival, t - arrival);
  return std::exp(-kRate * sum);
}

// Covariance of the totals of functionality, `other` being what one arrival does to a second partner.
double covariance(const Pair& own, const Pair& other) {
  double sum = 0.0;
  for (int s = 1; s <= kMonths; ++s)
    for (int t = 1; t <= kMonths; ++t) sum += product(other, s, t) - mean_function(own, s) * mean_function(own, t);
  return sum;
}

// Severity fixed, u(age) given.
Pair fixed(double severity, const std::function<double(int)>& u) {
  return
      [=](int a, int b) { return (1.0 - (a < 0 ? 0.0 : severity * u(a))) * (1.0 - (b < 0 ? 0.0 : severity * u(b))); };
}

double step(int age, int duration) { return age < duration ? 1.0 : 0.0; }

void check_wins(const std::string& claim, const Run& finished, double leads,
                const std::function<double(int)>& function) {
  for (int t = 1; t <= kMonths; ++t) {
    const auto wins = finished.monthly("wins", t);
    check_near(family, claim + ", month " + std::to_string(t), wins.mean, wins.error, leads * function(t));
  }
}

// Over several durations with their probabilities.
Pair mixed(double severity, const std::function<double(int)>& probability) {
  return [=](int a, int b) {
    double sum = 0.0, left = 1.0;
    for (int d = 1; d <= 2 * kMonths; ++d) {
      const double p = probability(d);
      sum += p * fixed(severity, [d](int age) { return step(age, d); })(a, b);
      left -= p;
    }
    return sum + left * fixed(severity, [](int) { return 1.0; })(a, b);
  };
}

}  // namespace

TEST_CASE("leads under overlapping shocks have the mean exp(-nu S sum u) and the covariance of shared arrivals") {
  static const boost::math::gamma_distribution<> gamma(4.0, 3.0 / 4.0);
  struct Case {
    const char* text;
    Pair pair;
  };
  const Case cases[] = {
      {"severity = 0.5\nduration = 4\n", fixed(0.5, [](int k) { return step(k, 4); })},
      {"severity = 1\nduration = 2\nrecovery = \"step\"\n", fixed(1.0, [](int k) { return step(k, 2); })},
      {"severity = 0.5\nduration = 2\nrecovery = { exponential = 0.4 }\n",
       fixed(0.5, [](int k) { return k < 2 ? 1.0 : std::exp(-0.4 * (k - 1)); })},
      {"severity = 0.5\nduration = 2\nrecovery = { linear = 5 }\n",
       fixed(0.5, [](int k) { return k < 2 ? 1.0 : std::max(0.0, 1.0 - (k - 1) / 5.0); })},
      {"severity = 0.5\nduration = { geometric = { mean = 3 } }\n",
       mixed(0.5, [](int d) { return std::pow(2.0 / 3.0, d - 1) / 3.0; })},
      {"severity = 0.5\nduration = { gamma = { mean = 3, cv = 0.5 } }\n",
       mixed(0.5, [](int d) { return cdf(gamma, d) - cdf(gamma, d - 1.0); })},
  };
  static_assert(std::size(cases) == kProfiles);
  for (const Case& c : cases) {
    const Run finished = run(std::string("rate = 0.15\naffects = \"functionality\"\n") + c.text);
    double mean = 0.0;
    for (int t = 1; t <= kMonths; ++t) mean += kLeads * mean_function(c.pair, t);
    check_wins(c.text, finished, kLeads, [&](int t) { return mean_function(c.pair, t); });
    check_variance(family, std::string("wins, ") + c.text, finished.column("wins"),
                   mean + kLeads * kLeads * covariance(c.pair, c.pair));
  }
  // Before D months the shocks of fewer months are felt; then it is the equilibrium of oracle 21.
  CHECK(mean_function(cases[0].pair, 2) == doctest::Approx(std::exp(-kRate * 0.5 * 2.0)));
  CHECK(mean_function(cases[0].pair, kMonths) == doctest::Approx(std::exp(-kRate * 0.5 * 4.0)));
}

TEST_CASE("partners struck by the same shock vary together, more so when it is equally severe for both") {
  // S uniform on 0 to 1: E[S^2] = 1/3 when shared, 1/4 when each has its own.
  const auto second_moment = [](double square) {
    return Pair([square](int a, int b) {
      const double u = a < 0 ? 0.0 : step(a, 4), w = b < 0 ? 0.0 : step(b, 4);
      return 1.0 - 0.5 * (u + w) + square * u * w;
    });
  };
  const Pair shared = second_moment(1.0 / 3.0), own = second_moment(0.25);
  const std::string shock =
      "rate = 0.15\naffects = \"functionality\"\nseverity = { uniform = { low = 0, high = 1 } }\nduration = 4\n";
  double mean = 0.0;
  for (int t = 1; t <= kMonths; ++t) mean += 2.0 * kLeads * mean_function(shared, t);
  const double alone = covariance(shared, shared), apart = covariance(shared, own);
  check_variance(family, "wins of two, severity of the shock", run(shock, "", 2).column("wins"),
                 mean + kLeads * kLeads * 4.0 * alone);
  check_variance(family, "wins of two, severity of each",
                 run(shock + "severity_per = \"target\"\n", "", 2).column("wins"),
                 mean + kLeads * kLeads * (2.0 * alone + 2.0 * apart));
  // Half of the partners, by independent coins: one's chances are E[1 - f S u], two's their product.
  const Pair half = fixed(0.25, [](int k) { return step(k, 4); });
  const Pair halves([](int a, int b) {
    const double u = a < 0 ? 0.0 : 0.5 * step(a, 4), w = b < 0 ? 0.0 : 0.5 * step(b, 4);
    return 1.0 - 0.5 * (u + w) + 0.5 * u * w;
  });
  const Run fraction = run(
      "rate = 0.15\naffects = \"functionality\"\nseverity = 0.5\nduration = 4\ntarget = { fraction = 0.5 }\n", "", 2);
  mean = 0.0;
  for (int t = 1; t <= kMonths; ++t) mean += 2.0 * kLeads * mean_function(half, t);
  check_wins("half of the partners", fraction, 2.0 * kLeads, [&](int t) { return mean_function(half, t); });
  check_variance(family, "wins of two, one in two struck", fraction.column("wins"),
                 mean + kLeads * kLeads * (2.0 * covariance(half, halves) + 2.0 * covariance(half, half)));
}

TEST_CASE("a count of targets strikes each with k/n, never the same one twice") {
  const Run finished =
      run("rate = 0.15\naffects = \"leads\"\nseverity = 0.5\nduration = 4\ntarget = { count = 2 }\n", "", 3);
  const Pair one = fixed(0.5 * 2.0 / 3.0, [](int k) { return step(k, 4); });
  check_wins("two of three", finished, 3.0 * kLeads, [&](int t) { return mean_function(one, t); });
  // Two of three at once: E f f' = 1 - 2 (2/3) S u + (1/3) S^2 u u', and for the same one (2/3) S^2 u u'.
  const auto with = [](double both) {
    return Pair([both](int a, int b) {
      const double u = a < 0 ? 0.0 : 0.5 * step(a, 4), w = b < 0 ? 0.0 : 0.5 * step(b, 4);
      return 1.0 - 2.0 / 3.0 * (u + w) + both * u * w;
    });
  };
  double mean = 0.0;
  for (int t = 1; t <= kMonths; ++t) mean += 3.0 * kLeads * mean_function(one, t);
  check_variance(
      family, "wins of three, two struck", finished.column("wins"),
      mean + kLeads * kLeads * (3.0 * covariance(one, with(2.0 / 3.0)) + 6.0 * covariance(one, with(1.0 / 3.0))));
}

TEST_CASE("shocks weaken leads, closing and the direct business of whoever they strike") {
  const Pair pair = fixed(0.5, [](int k) { return step(k, 4); });
  const std::string direct = "[firm.direct]\nleads = 6\nclose_rate = 0.5\ndeal_value = 1\n";
  for (const std::string affects : {"functionality", "leads", "close"}) {
    const std::string shock = "rate = 0.15\nseverity = 0.5\nduration = 4\naffects = \"" + affects + "\"\n";
    check_wins("focal firm, " + affects, run(shock + "target = \"firm\"\n", direct), 1.0,
               [&](int t) { return kLeads + 3.0 * mean_function(pair, t); });
  }
  // Everyone at once, and paid customers with the close rate.
  const Run all = run("rate = 0.15\nseverity = 0.5\nduration = 4\naffects = \"close\"\ntarget = \"everyone\"\n",
                      direct + "[acquisition.ads]\nspend = 10\ncost_per_lead = 5\nclose_rate = 0.5\ndeal_value = 1\n");
  check_wins("everyone", all, kLeads + 3.0 + 1.0, [&](int t) { return mean_function(pair, t); });
}

TEST_CASE("a shock on churn multiplies hazards while it lasts") {
  // Hazard times 1 + (4 - 1) .5 = 2.5 in months 5 to 7, fading by 3 months afterwards.
  const Run finished =
      run("months = [5]\naffects = \"churn\"\nfactor = 4\nseverity = 0.5\nduration = 3\nrecovery = { linear = 3 }\n",
          "churn = 0.05\n");
  double hazard = 0.0;
  for (int t = 1; t <= kMonths; ++t) {
    const int k = t - 5;
    const double u = k < 0 ? 0.0 : k < 3 ? 1.0 : std::max(0.0, 1.0 - (k - 2) / 3.0);
    hazard += -std::log(0.95) * (1.0 + 3.0 * 0.5 * u);
    check_share(family, "alive after month " + std::to_string(t),
                static_cast<double>(finished.sums().survivors(0)[static_cast<std::size_t>(t - 1)]),
                finished.replications(), std::exp(-hazard));
  }
}

TEST_CASE("shocks on money cost the amount times severity, once or month by month") {
  const auto profit = [](const std::string& shock) {
    return Run(Head{.months = kMonths, .replications = 100'000, .seed = 92, .outcomes = "\"profit\""}.text() +
               "[firm]\nfixed_cost = 0\n[firm.direct]\nleads = 0\nclose_rate = 1\ndeal_value = 1\n[shock.storm]\n" +
               shock);
  };
  const Run once =
      profit("rate = 0.5\naffects = \"cash\"\namount = 100\nseverity = { uniform = { low = 0, high = 1 } }\n");
  // Compound Poisson: mean 12 x 50, variance 12 x 100^2/3.
  check_mean(family, "cash lost to shocks", once.column("profit"), -12.0 * 50.0);
  check_variance(family, "cash lost to shocks", once.column("profit"), 12.0 * 1e4 / 3.0);
  const Run lasting = profit("rate = 0.5\naffects = \"cost\"\namount = 100\nseverity = 0.5\nduration = 3\n");
  for (int t = 1; t <= kMonths; ++t) {
    const auto month = lasting.monthly("profit", t);
    check_near(family, "cost of shocks in month " + std::to_string(t), month.mean, month.error,
               -50.0 * 0.5 * std::min(t, 3));
  }
  const Run scheduled = profit("months = [2, 2, 9]\naffects = \"cost\"\namount = 100\nseverity = 0.5\nduration = 3\n");
  CHECK(scheduled.column("profit") == std::vector<float>(100'000, -450.0f));
}

TEST_CASE("kills of a fraction, of a count and of the largest take whom they say") {
  const Run fraction = run("months = [3]\nkill = 0.8\ntarget = { fraction = 0.5 }\n", "", 6);
  check_binomial(family, "left of six", fraction.column("active_partners_end"), 6.0, 0.6);
  const Run count = run("months = [3, 7]\nkill = 1\ntarget = { count = 2 }\n", "", 6);
  CHECK(count.column("active_partners_end") == std::vector<float>(200'000, 2.0f));
  for (std::size_t p = 0; p < 5; ++p)
    check_share(family, "spared, partner " + std::to_string(p), static_cast<double>(count.sums().survivors(p).back()),
                count.replications(), 1.0 / 3.0);
}

TEST_CASE("arrivals of one month meet the partnerships of its start, whatever the order of shocks") {
  // Two arrivals, each of which ends one of two: the same one half of the time.
  const Run twice = run("months = [1, 1]\nkill = 1\ntarget = { count = 1 }\n", "", 2);
  check_binomial(family, "left of two", twice.column("active_partners_end"), 1.0, 0.5);
  // What falls in the same month as a kill strikes those who work in it, ended or not.
  const std::string kill = "[shock.a]\nmonths = [1]\nkill = 1\ntarget = { partners = [\"acme_1\"] }\n",
                    weaken = "[shock.b]\nmonths = [1]\naffects = \"leads\"\nduration = 24\ntarget = { count = 1 }\n";
  const auto with = [](const std::string& shocks) {
    return Run(Head{.months = 1, .replications = 200'000, .seed = 91, .outcomes = "\"wins\""}.text() +
               "[partner.acme]\nleads = 4\nclose_rate = 1\ndeal_value = 1\ncount = 2\n" + shocks);
  };
  const Run first = with(kill + weaken), last = with(weaken + kill);
  CHECK(first.column("wins") == last.column("wins"));
  for (std::size_t p = 0; p < 2; ++p) {
    const auto wins = first.member("revenue", p);
    check_near(family, "wins of partner " + std::to_string(p), wins.mean, wins.error, 2.0);
  }
}

TEST_CASE("the largest partner is the one of the last twelve months, not of all time") {
  // A thousand deals in month 1 are seen until month 13, then ten a month are more.
  for (const int month : {13, 14}) {
    const Run finished =
        run("months = [" + std::to_string(month) + "]\nkill = 1\ntarget = { top = 1, by = \"revenue\" }\n",
            "[partner.flash]\nleads = 1000\nclose_rate = 1\ndeal_value = 1\n[partner.steady]\nleads = 30\nclose_rate = "
            "1\ndeal_value = 1\n"
            "[change.fades]\nmonth = 2\nset = { \"partner.flash.leads\" = 0 }\n");
    CHECK(finished.member("ended_by_shock", 1).mean == (month == 13 ? 1.0 : 0.0));
    CHECK(finished.member("ended_by_shock", 2).mean == (month == 13 ? 0.0 : 1.0));
    CHECK(finished.member("ended_by_shock", 0).mean == 0.0);
  }
}
