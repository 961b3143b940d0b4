// Values of deals that are not lognormal: gamma, Pareto, a user's own values and the laws of triangles and percentiles
// (MODEL.md, section 5): one deal has the law given, n deals have n times its mean and variance, and a month is
// compound Poisson. Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/pareto.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/scenario_text.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr int kChecks = 43;
Family family{kChecks};

Run month(const std::string& value, double wins, int replications = 400'000, const std::string& rest = "") {
  return Run(Head{.months = 1,
                  .replications = replications,
                  .seed = 111,
                  .outcomes = "\"wins\", \"revenue\"",
                  .trajectories = "none"}
                 .text() +
             "[partner.acme]\nleads = " + std::to_string(2.0 * wins) + "\nclose_rate = 0.5\ndeal_value = " + value +
             "\n" + rest);
}

std::vector<double> revenues_with(const Run& run, float n) {
  const auto wins = run.column("wins");
  const auto revenue = run.column("revenue");
  std::vector<double> chosen;
  for (std::size_t i = 0; i < wins.size(); ++i)
    if (wins[i] == n) chosen.push_back(static_cast<double>(revenue[i]));
  return chosen;
}

const char* const kGamma = "{ gamma = { mean = 100, cv = 0.8 } }";
const char* const kPareto = "{ pareto = { mean = 100, shape = 10 } }";
const char* const kOwn = "{ empirical = { values = [1, 1, 5, 20] } }";

// Values 1, 1, 5, 20: mean 27/4, mean square 427/4.
constexpr double kOwnMean = 6.75, kOwnSquare = 106.75;

// Panjer: the sum of Poisson(mu) of them.
std::vector<double> own_sums(double mu, std::size_t cells) {
  std::vector<double> law(cells, 0.0);
  law[0] = std::exp(-mu);
  const std::map<std::size_t, double> value{{1, 0.5}, {5, 0.25}, {20, 0.25}};
  for (std::size_t k = 1; k < cells; ++k)
    for (const auto& [v, p] : value)
      if (v <= k) law[k] += mu * static_cast<double>(v) / static_cast<double>(k) * p * law[k - v];
  return law;
}

}  // namespace

TEST_CASE("a single deal has the law it was given") {
  const double shape = 1.0 / 0.64;
  const boost::math::gamma_distribution<> gamma(shape, 100.0 / shape);
  check_distribution(family, "one gamma deal", revenues_with(month(kGamma, 1.0), 1.0f),
                     [&](double x) { return cdf(gamma, x); });
  for (const double tail : {10.0, 2.5}) {
    const double minimum = 100.0 * (tail - 1.0) / tail;
    const boost::math::pareto law(minimum, tail);
    const std::string text = "{ pareto = { mean = 100, shape = " + std::to_string(tail) + " } }";
    // Single precision may round a value near the minimum below it.
    check_distribution(family, "one Pareto deal of shape " + std::to_string(tail),
                       revenues_with(month(text, 1.0), 1.0f),
                       [&](double x) { return x <= minimum ? 0.0 : cdf(law, x); });
  }
  const boost::math::pareto by_minimum(80.0, 3.0);
  check_distribution(family, "one Pareto deal by its minimum",
                     revenues_with(month("{ pareto = { minimum = 80, shape = 3 } }", 1.0), 1.0f),
                     [&](double x) { return x <= 80.0 ? 0.0 : cdf(by_minimum, x); });
  check_distribution(family, "one uniform deal",
                     revenues_with(month("{ uniform = { low = 50, high = 150 } }", 1.0), 1.0f),
                     [](double x) { return (x - 50.0) / 100.0; });
  check_distribution(family, "one triangular deal",
                     revenues_with(month("{ triangular = { low = 0, mode = 100, high = 100 } }", 1.0), 1.0f),
                     [](double x) { return x * x / 1e4; });
}

TEST_CASE("a user's own values come back, each as often as it was given") {
  std::vector<double> seen(4, 0.0);
  for (const double v : revenues_with(month(kOwn, 1.0), 1.0f))
    seen[v == 1.0 ? 0 : v == 5.0 ? 1 : v == 20.0 ? 2 : 3] += 1.0;
  CHECK(seen[3] == 0.0);
  check_law(family, "a deal out of 1, 1, 5, 20", {seen[0], seen[1], seen[2]}, {0.5, 0.25, 0.25});
  check_mean(family, "a deal out of 1, 1, 5, 20", revenues_with(month(kOwn, 1.0), 1.0f), kOwnMean);
}

TEST_CASE("n deals have n times the mean and the variance of one") {
  // Four words a call and two of them taken by counts: 2 to 7 deals meet every position.
  const Run gamma = month(kGamma, 4.0);
  for (int n = 2; n <= 7; ++n) {
    const auto revenue = revenues_with(gamma, static_cast<float>(n));
    check_mean(family, "revenue of " + std::to_string(n) + " gamma deals", revenue, n * 100.0);
    check_variance(family, "revenue of " + std::to_string(n) + " gamma deals", revenue, n * 6400.0);
  }
}

TEST_CASE("n gamma deals sum to one gamma value, in one block or several") {
  const double shape = 1.0 / 0.64;
  const auto check = [&](const Run& run, int n) {
    const boost::math::gamma_distribution<> sum(n * shape, 100.0 / shape);
    check_distribution(family, "revenue of " + std::to_string(n) + " gamma deals",
                       revenues_with(run, static_cast<float>(n)), [&](double x) { return cdf(sum, x); });
  };
  const Run few = month(kGamma, 4.0);
  for (const int n : {2, 3, 7}) check(few, n);
  const Run many = month(kGamma, 40.0);
  for (const int n : {32, 37, 47}) check(many, n);
  // Up to six blocks and the words of a second call.
  const Run shop = month(kGamma, 1000.0, 1'000'000);
  for (const int n : {1000, 1007, 1023}) check(shop, n);
}

TEST_CASE("a month of gamma deals is compound Poisson") {
  const double shape = 1.0 / 0.64;
  const auto revenue = month(kGamma, 3.0).column("revenue");
  check_mean(family, "revenue of gamma deals", revenue, 300.0);
  check_variance(family, "revenue of gamma deals", revenue, 3.0 * 1e4 * 1.64);
  std::vector<double> positive;
  for (const float r : revenue)
    if (r > 0.0f) positive.push_back(static_cast<double>(r));
  // Of n deals gamma of n times the shape; on a grid, straight in between: the law has no corners the grid misses.
  std::vector<double> grid(8001, 0.0);
  for (int n = 1; n <= 30; ++n) {
    const boost::math::gamma_distribution<> sum(n * shape, 100.0 / shape);
    const double p = pdf(boost::math::poisson(3.0), n) / (1.0 - std::exp(-3.0));
    for (std::size_t i = 0; i < grid.size(); ++i) grid[i] += p * cdf(sum, 0.5 * static_cast<double>(i));
  }
  check_distribution(family, "revenue of gamma deals", positive, [&](double x) {
    const auto i = static_cast<std::size_t>(2.0 * x);
    return i + 1 >= grid.size() ? 1.0 : grid[i] + (grid[i + 1] - grid[i]) * (2.0 * x - static_cast<double>(i));
  });
}

TEST_CASE("a month of Pareto deals has mean mu m and variance mu E[x^2]") {
  // E[x^2] = minimum^2 k/(k - 2).
  const auto revenue = month(kPareto, 3.0).column("revenue");
  check_mean(family, "revenue of Pareto deals", revenue, 300.0);
  check_variance(family, "revenue of Pareto deals", revenue, 3.0 * 90.0 * 90.0 * 10.0 / 8.0);
}

TEST_CASE("a month of a user's own values has the law of their sum") {
  for (const double wins : {0.5, 3.0, 40.0}) {
    const auto revenue = month(kOwn, wins).column("revenue");
    const std::string claim = "revenue of own values at " + std::to_string(wins) + " wins";
    check_mean(family, claim, revenue, wins * kOwnMean);
    check_variance(family, claim, revenue, wins * kOwnSquare);
    if (wins > 10.0) continue;
    std::vector<double> law = own_sums(wins, 400);
    double sum = 0.0;
    for (const double p : law) sum += p;
    law.back() += 1.0 - sum;
    check_law(family, claim, tally(revenue), law);
  }
}

TEST_CASE("a regime scales values of every law") {
  const Run dear =
      month(kGamma, 3.0, 400'000, "[economy]\nstart = \"dear\"\n[economy.regime.dear]\nmultiply = { value = 2 }\n");
  const Run plain = month(kGamma, 3.0);
  const auto twice = dear.column("revenue");
  const auto once = plain.column("revenue");
  bool same = true;
  for (std::size_t i = 0; i < once.size(); ++i) same = same && twice[i] == 2.0f * once[i];
  CHECK(same);
}

TEST_CASE("leads known by three percentiles have the metalog of their logarithm") {
  const std::string text =
      Head{.months = 1, .replications = 40'000, .seed = 112, .outcomes = "\"revenue\"", .trajectories = "none"}.text() +
      "[partner.acme]\nleads = { p10 = 1_000, p50 = 5_000, p90 = 30_000 }\nclose_rate = 1\ndeal_value = 1\n";
  CHECK(Run(text).expected().outcomes.at("revenue") == doctest::Approx(24799.831025).epsilon(1e-6));
  // ln x against logit u, Keelin's three terms; u by bisection, as x rises with it.
  const double log_9 = std::log(9.0), low = std::log(1000.0), middle = std::log(5000.0), high = std::log(30000.0);
  const double a2 = 0.5 * (high - low) / log_9;
  const double a3 = (1.0 - 2.0 * (middle - low) / (high - low)) * (high - low) / (0.8 * log_9);
  const auto cdf = [&](double x) {
    double from = -45.0, to = 45.0;
    for (int i = 0; i < 80; ++i) {
      const double t = 0.5 * (from + to), u = 1.0 / (1.0 + std::exp(-t));
      (middle + (a2 + a3 * (u - 0.5)) * t < std::log(x) ? from : to) = t;
    }
    return 1.0 / (1.0 + std::exp(-from));
  };
  std::vector<double> drawn;
  for (const float x : Run(text).column("partner.acme.leads"))
    if (x < 1e7f) drawn.push_back(static_cast<double>(x));
  check_distribution(family, "leads by percentiles", drawn, [&](double x) { return cdf(x) / cdf(1e7); });
}
