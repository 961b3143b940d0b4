// The value of a month's deals and the counts behind it: sums of Poisson many lognormals, drawn exactly in law, and
// Poisson counts on both sides of the limit between inversion and rejection (MODEL.md, section 5; oracle 1 of
// section 15). Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <vector>

#include "tests/support/compound_poisson.h"
#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kChecks = 2 * 3 + 2 * (9 + 3) * 2 + 11 + 4 + 4 * 5;
Family family{kChecks};

// One month of one source of deals, as text so that what is written is what is simulated.
Run month(const std::string& leads, const std::string& close_rate, const std::string& value, int replications,
          const How& how = {}) {
  return Run("[scenario]\nmonths = 1\nreplications = " + std::to_string(replications) +
                 "\nseed = 16\n[output]\noutcomes = [\"revenue\", \"wins\", \"leads\"]\ntrajectories = \"none\"\n"
                 "[partner.acme]\nleads = " +
                 leads + "\nclose_rate = " + close_rate + "\ndeal_value = " + value + "\n",
             how);
}

// Revenues of the months with exactly n wins.
std::vector<double> revenues_with(const Run& run, float n) {
  const auto wins = run.column("wins");
  const auto revenue = run.column("revenue");
  std::vector<double> chosen;
  for (std::size_t i = 0; i < wins.size(); ++i)
    if (wins[i] == n) chosen.push_back(static_cast<double>(revenue[i]));
  return chosen;
}

std::vector<double> positive(const std::vector<float>& column) {
  std::vector<double> chosen;
  for (const float v : column)
    if (v > 0.0f) chosen.push_back(static_cast<double>(v));
  return chosen;
}

const char* const kUsual = "{ lognormal = { mean = 10_000, cv = 0.8 } }";
constexpr Lognormal kUsualLaw{10000.0, 0.8};
const char* const kHeavy = "{ lognormal = { mean = 10_000, cv = 3 } }";
constexpr Lognormal kHeavyLaw{10000.0, 3.0};

void check_logarithms(const std::string& claim, const Run& run, const Lognormal& law) {
  std::vector<double> logs = revenues_with(run, 1.0f);
  for (double& x : logs) x = std::log(x);
  check_mean(family, "logarithm of one deal, " + claim, logs, law.log_median());
  check_variance(family, "logarithm of one deal, " + claim, logs, law.sigma() * law.sigma());
  check_distribution(family, "logarithm of one deal, " + claim, logs, [&](double x) {
    return 0.5 * std::erfc((law.log_median() - x) / (law.sigma() * std::numbers::sqrt2));
  });
}

}  // namespace

TEST_CASE("in months with one win revenue is a single lognormal value") {
  check_logarithms("cv .8", month("2", "0.5", kUsual, 1'000'000), kUsualLaw);
  check_logarithms("cv 3", month("2", "0.5", kHeavy, 1'000'000), kHeavyLaw);
}

TEST_CASE("in months with n wins mean and variance of revenue are n times those of a deal") {
  for (const bool single : {false, true}) {
    const How how = single ? deal_by_deal() : How{};
    const auto check = [&](const Run& run, int n) {
      const std::string claim = "revenue of " + std::to_string(n) + (single ? " single deals" : " deals");
      const auto revenue = revenues_with(run, static_cast<float>(n));
      check_mean(family, claim, revenue, n * 1e4);
      check_variance(family, claim, revenue, n * 0.64e8);
    };
    // Single deals are drawn in pairs, four to a call of the generator: 2 to 10 wins meet every position in it.
    const Run few = month("10", "0.5", kUsual, 2'000'000, how);
    for (int n = 2; n <= 10; ++n) check(few, n);
    // Sums are drawn in blocks, of 32, 4 and 1, say.
    const Run many = month("76", "0.5", kUsual, 1'000'000, how);
    for (const int n : {32, 37, 43}) check(many, n);
  }
}

TEST_CASE("a month's revenue follows the compound Poisson law") {
  struct Case {
    const char* leads;
    double wins;
    std::size_t cells;  // of 10 currency units
  };
  for (const Case& c : {Case{"1", 0.5, 1U << 16U}, Case{"6", 3.0, 1U << 17U}, Case{"50", 25.0, 1U << 18U}}) {
    const Run run = month(c.leads, "0.5", kUsual, 1'000'000);
    const auto revenue = run.column("revenue");
    const std::string claim = "revenue at " + std::to_string(c.wins) + " wins a month";
    const CompoundPoisson exact(c.wins, kUsualLaw, 10.0, c.cells);
    check_mean(family, claim, revenue, c.wins * 1e4);
    check_variance(family, claim, revenue, c.wins * 1.64e8);
    if (c.wins < 10.0)
      check_share(family, "no " + claim, static_cast<double>(std::count(revenue.begin(), revenue.end(), 0.0f)),
                  static_cast<double>(revenue.size()), exact.probability_of_none());
    check_distribution(family, claim, positive(revenue), [&](double x) { return exact.cdf_if_any(x); });
  }
}

TEST_CASE("heavy-tailed deals keep their mean and their thousandth and hundred-thousandth largest months") {
  const Run run = month("6", "0.5", kHeavy, 4'000'000);
  const auto revenue = run.column("revenue");
  const double n = static_cast<double>(revenue.size());
  const CompoundPoisson exact(3.0, kHeavyLaw, 10.0, 1U << 20U);
  // The sample variance of so heavy a tail is no guide: the exact one, mu m^2 (1 + c^2).
  check_near(family, "mean revenue with cv 3", describe(revenue).mean, std::sqrt(3.0 * 1e8 * 10.0 / n), 3e4);
  for (const double beyond : {1e-3, 1e-5}) {
    const double limit = exact.quantile(1.0 - beyond);
    const auto hits =
        std::count_if(revenue.begin(), revenue.end(), [&](float r) { return static_cast<double>(r) > limit; });
    check_share(family, "revenue beyond the quantile of " + std::to_string(beyond), static_cast<double>(hits), n,
                beyond);
  }
  check_distribution(family, "revenue with cv 3", positive(revenue), [&](double x) { return exact.cdf_if_any(x); });
}

TEST_CASE("constant deal values give exact multiples") {
  const Run run = month("20", "0.5", "12_345", 200'000);
  const auto wins = run.column("wins");
  const auto revenue = run.column("revenue");
  bool same = true;
  for (std::size_t i = 0; i < wins.size(); ++i) same = same && revenue[i] == 12345.0f * wins[i];
  CHECK(same);
}

TEST_CASE("counts of wins and lost leads are Poisson and independent on both sides of the sampler's limit") {
  struct Case {
    const char* leads;
    double wins;
  };
  for (const Case& c : {Case{"59.8", 29.9}, Case{"60.2", 30.1}, Case{"200", 100.0}, Case{"4000", 2000.0}}) {
    const Run run = month(c.leads, "0.5", "1", 1'000'000);
    const auto wins = run.column("wins");
    const auto leads = run.column("leads");
    const std::string claim = " at " + std::to_string(c.wins) + " wins a month";
    check_mean(family, "wins" + claim, wins, c.wins);
    check_variance(family, "wins" + claim, wins, c.wins);
    check_poisson(family, "wins" + claim, wins, c.wins);
    check_poisson(family, "leads" + claim, leads, 2.0 * c.wins);
    std::vector<float> lost(leads.size());
    for (std::size_t i = 0; i < lost.size(); ++i) lost[i] = leads[i] - wins[i];
    check_independent(family, "wins and lost leads" + claim, wins, lost);
  }
}
