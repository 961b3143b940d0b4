// Close rates and leads drawn once a replication: the draws themselves, and the spread they give to a year's wins
// (MODEL.md, sections 5 and 13; oracles 2 and 3 of section 15). Rate of false alarms: tests/support/statistics.h.
#include <doctest/doctest.h>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

constexpr double kShapeA = 10.0, kShapeB = 15.0;
constexpr double kMean = 0.4;
constexpr double kVariance = kMean * (1.0 - kMean) / (kShapeA + kShapeB + 1.0);
constexpr double kExposure = 5.0 * 12.0;  // leads in a year

constexpr int kChecks = 22;
Family family{kChecks};

Run year(const std::string& partner) {
  return Run(R"(
[scenario]
months = 12
replications = 1_000_000
seed = 13
[output]
outcomes = ["wins", "leads"]
trajectories = "none"
[partner.acme]
deal_value = 1
)" + partner);
}

const char* const kBeta = "leads = 5\nclose_rate = { beta = { mean = 0.4, concentration = 25 } }\n";

// Wins when the close rate is Beta: the Poisson law averaged over the rate. The midpoint rule converges faster than
// any power of the step here, since the density vanishes smoothly at both ends.
double beta_poisson(double exposure, double wins) {
  constexpr int kSteps = 500;
  const boost::math::beta_distribution<> rate(kShapeA, kShapeB);
  double sum = 0.0;
  for (int i = 0; i < kSteps; ++i) {
    const double p = (i + 0.5) / kSteps;
    sum += pdf(rate, p) * pdf(boost::math::poisson(exposure * p), wins) / kSteps;
  }
  return sum;
}

std::vector<double> widened(const std::vector<float>& column) { return {column.begin(), column.end()}; }

}  // namespace

TEST_CASE("a close rate with mean .4 and concentration 25 is drawn from Beta(10, 15)") {
  const Run run = year(kBeta);
  const auto rate = run.column("partner.acme.close_rate");
  const boost::math::beta_distribution<> law(kShapeA, kShapeB);
  check_mean(family, "close rate", rate, kMean);
  check_variance(family, "close rate", rate, kVariance);
  check_distribution(family, "close rate", widened(rate), [&](double p) { return cdf(law, p); });
}

TEST_CASE("a drawn close rate spreads the wins of a year but not its leads") {
  const Run run = year(kBeta);
  const auto wins = run.column("wins");
  check_mean(family, "wins", wins, kExposure * kMean);
  check_variance(family, "wins", wins, kExposure * kMean + kExposure * kExposure * kVariance);
  check_law(family, "wins", wins, [](double k) { return beta_poisson(kExposure, k); });
  check_poisson(family, "leads under a drawn close rate", run.column("leads"), kExposure);
}

TEST_CASE("copies of a partner draw their close rates independently unless they share them") {
  const Run apart = year(std::string(kBeta) + "count = 2\n");
  check_independent(family, "close rates of two copies", apart.column("partner.acme_1.close_rate"),
                    apart.column("partner.acme_2.close_rate"));
  check_mean(family, "wins of two copies", apart.column("wins"), 2.0 * kExposure * kMean);
  check_variance(family, "wins of two copies", apart.column("wins"),
                 2.0 * (kExposure * kMean + kExposure * kExposure * kVariance));

  const Run together = year(std::string(kBeta) + "count = 2\nshared = true\n");
  check_mean(family, "wins of two copies that share their rate", together.column("wins"), 2.0 * kExposure * kMean);
  check_variance(family, "wins of two copies that share their rate", together.column("wins"),
                 2.0 * kExposure * kMean + 4.0 * kExposure * kExposure * kVariance);
  check_law(family, "wins of two copies that share their rate", together.column("wins"),
            [](double k) { return beta_poisson(2.0 * kExposure, k); });
}

TEST_CASE("a gamma rate of leads makes wins negative binomial") {
  constexpr double kRate = 5.0, kCv = 0.5, kClose = 0.4, kYear = 12.0;
  const Run run = year("leads = { gamma = { mean = 5, cv = 0.5 } }\nclose_rate = 0.4\n");
  const double shape = 1.0 / (kCv * kCv);
  const boost::math::gamma_distribution<> rate(shape, kRate / shape);
  check_distribution(family, "rate of leads", widened(run.column("partner.acme.leads")),
                     [&](double x) { return cdf(rate, x); });
  const double mean = kRate * kClose * kYear;
  const auto wins = run.column("wins");
  check_mean(family, "wins", wins, mean);
  check_variance(family, "wins", wins, mean + mean * mean * kCv * kCv);
  const boost::math::negative_binomial law(shape, shape / (shape + mean));
  check_law(family, "wins", wins, [&](double k) { return pdf(law, k); });
}

TEST_CASE("drawn rates on both sides of the limit between inversion and rejection keep their law") {
  // Monthly wins have rates around 30, so that lanes of one block are drawn by different methods.
  constexpr double kRate = 60.0, kCv = 0.2, kClose = 0.5, kYear = 12.0;
  const Run run = year("leads = { gamma = { mean = 60, cv = 0.2 } }\nclose_rate = 0.5\n");
  const double shape = 1.0 / (kCv * kCv);
  const double mean = kRate * kClose * kYear;
  const auto wins = run.column("wins");
  check_mean(family, "wins at large rates", wins, mean);
  check_variance(family, "wins at large rates", wins, mean + mean * mean * kCv * kCv);
  const boost::math::negative_binomial law(shape, shape / (shape + mean));
  check_law(family, "wins at large rates", wins, [&](double k) { return pdf(law, k); });
  const boost::math::negative_binomial leads_law(shape, shape / (shape + 2.0 * mean));
  check_law(family, "leads at large rates", run.column("leads"), [&](double k) { return pdf(leads_law, k); });
}

TEST_CASE("odds of 0 close nothing, not even what is certain to close, at random and in expectation") {
  const std::string closed = R"(
close_rate = 1
leads = 5
[economy]
start = "open"
path = { closed = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }
[economy.regime.open]
[economy.regime.closed]
multiply = { close = 0 }
)";
  const Run run = year(closed);
  check_poisson(family, "wins of the one open month", run.column("wins"), 5.0);
  CHECK(run.expected().outcomes.at("wins") == doctest::Approx(5.0));
}
