// Two-level runs and stratified draws (MODEL.md, section 13): what is ignorance and what is luck, and smaller errors
// of means at the same law.
//
// With wins ~ Poisson(n p), n = months x leads, p ~ Beta: Var = E[n p] (luck) + n^2 Var p (doubt).
#include <doctest/doctest.h>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

Family family(30);

constexpr double kMean = 0.4, kConcentration = 25.0;
constexpr double kA = kMean * kConcentration, kB = kConcentration - kA;
constexpr double kVariance = kMean * (1.0 - kMean) / (kConcentration + 1.0);

struct Text {
  int replications = 1024;
  int seed = 1;
  int inner = 1;
  bool stratified = false;
  double leads = 5.0;
  std::string further = {};  // keys of the partner

  std::string toml() const {
    return "[scenario]\nmonths = 12\nreplications = " + std::to_string(replications) +
           "\nseed = " + std::to_string(seed) + "\ninner = " + std::to_string(inner) + "\nsampling = \"" +
           (stratified ? "stratified" : "independent") +
           "\"\n[output]\noutcomes = [\"wins\"]\ntrajectories = \"none\"\n[partner.acme]\nleads = " +
           std::to_string(leads) + "\nclose_rate = { beta = { mean = 0.4, concentration = 25 } }\ndeal_value = 1\n" +
           further;
  }
};

const std::string kRate = "partner.acme.close_rate";

std::vector<double> every(const std::vector<float>& column, std::size_t step) {
  std::vector<double> out;
  for (std::size_t i = 0; i < column.size(); i += step) out.push_back(static_cast<double>(column[i]));
  return out;
}

double mean_of(const std::vector<float>& column) { return describe(column).mean; }

// Means of the 32 batches of units of `inner` replications.
std::vector<double> batch_means(const std::vector<float>& column, std::size_t inner) {
  std::vector<double> sums(32, 0.0);
  for (std::size_t i = 0; i < column.size(); ++i) sums[i / inner % 32] += static_cast<double>(column[i]);
  for (double& sum : sums) sum /= static_cast<double>(column.size()) / 32.0;
  return sums;
}

// Batches are few: Student's law with 31 degrees of freedom.
void check_batches(const std::string& claim, const std::vector<float>& column, std::size_t inner, double expected) {
  const Sample s = describe(batch_means(column, inner));
  const double t = (s.mean - expected) / s.mean_error();
  const boost::math::students_t law(31.0);
  family.judge("mean of batches, " + claim, 2.0 * cdf(complement(law, std::abs(t))),
               std::to_string(s.mean) + " for " + std::to_string(expected) + ", t = " + std::to_string(t));
}

}  // namespace

TEST_CASE("the replications of a unit share every parameter and nothing else") {
  const std::string spread = "spread_shape = 3\nmonth_shape = 2\n";
  const Run units(Text{.replications = 4000, .inner = 8, .further = spread}.toml()),
      single(Text{.replications = 4000, .further = spread}.toml());
  const auto shared = units.column(kRate), own = single.column(kRate);
  for (std::size_t r = 0; r < shared.size(); ++r)
    if (shared[r] != own[r / 8]) FAIL_CHECK("replication " << r);
  // How good the partner turns out is luck of the replication.
  CHECK(units.column("partner.acme.spread") == single.column("partner.acme.spread"));
  // Strata within a unit would change the spread within units: luck stays independent there.
  const Run strata(Text{.replications = 4000, .inner = 8, .stratified = true, .further = spread}.toml());
  CHECK(strata.column("partner.acme.spread") == single.column("partner.acme.spread"));
  CHECK(strata.column(kRate) != shared);
  const auto wins = units.column("wins");
  CHECK(std::set<float>(wins.begin(), wins.begin() + 8).size() > 2);
  CHECK(units.outputs().sampling.inner == 8);
  CHECK(units.outputs().sampling.batches == 0);
  CHECK(single.outputs().sampling.independent());
}

TEST_CASE("doubt and luck add up to the variance, and units tell them apart") {
  constexpr int kUnits = 20'000, kInner = 16;
  const double n = 12 * 5.0, luck = n * kMean, doubt = n * n * kVariance;
  for (const bool stratified : {false, true}) {
    const std::string how = stratified ? ", stratified" : "";
    const Run run(Text{.replications = kUnits * kInner, .seed = 3, .inner = kInner, .stratified = stratified}.toml());
    const auto wins = run.column("wins");
    std::vector<double> means, within;
    for (std::size_t u = 0; u < kUnits; ++u) {
      const Sample s = describe(std::vector<float>(wins.begin() + static_cast<std::ptrdiff_t>(u * kInner),
                                                   wins.begin() + static_cast<std::ptrdiff_t>((u + 1) * kInner)));
      means.push_back(s.mean);
      within.push_back(s.variance);
    }
    check_mean(family, "variance within units" + how, within, luck);
    check_variance(family, "means of units" + how, means, doubt + luck / kInner);
    check_mean(family, "means of units" + how, means, n * kMean);
    check_distribution(family, "close rates of units" + how, every(run.column(kRate), kInner),
                       [](double x) { return cdf(boost::math::beta_distribution(kA, kB), x); });
  }
}

TEST_CASE("stratified parameters have their own law and unbiased means") {
  const double n = 12 * 5.0;
  for (const int seed : {1, 2, 3}) {
    const std::string at = "seed " + std::to_string(seed);
    const Run run(
        Text{.replications = 65'536, .seed = seed, .stratified = true, .further = "spread_shape = 3\n"}.toml());
    const auto rates = run.column(kRate);
    check_distribution(family, "stratified close rates, " + at, every(rates, 1),
                       [](double x) { return cdf(boost::math::beta_distribution(kA, kB), x); });
    check_distribution(family, "stratified spread, " + at, every(run.column("partner.acme.spread"), 1),
                       [](double x) { return cdf(boost::math::gamma_distribution(3.0, 1.0 / 3.0), x); });
    check_batches("close rate, " + at, rates, 1, kMean);
    check_batches("wins, " + at, run.column("wins"), 1, n * kMean);
    // Far nearer than independent draws would come: their error is 3.8e-4.
    CHECK(std::abs(mean_of(rates) - kMean) < 1e-5);
    CHECK(run.outputs().sampling.batches == 32);
  }
}

TEST_CASE("a batch of 2^m stratified units has one close rate in each of 2^m equal parts of its law") {
  const auto rates = Run(Text{.replications = 32 * 256 * 4, .inner = 4, .stratified = true}.toml()).column(kRate);
  for (std::size_t batch = 0; batch < 32; ++batch) {
    std::set<int> parts;
    for (std::size_t i = 0; i < 256; ++i)
      parts.insert(static_cast<int>(
          256.0 * cdf(boost::math::beta_distribution(kA, kB), static_cast<double>(rates[(i * 32 + batch) * 4]))));
    CHECK(parts.size() >= 254);  // single precision may move a value over an edge
  }
}

TEST_CASE("an outcome that parameters dominate is known far better from stratified draws") {
  // Luck 48,000 of a variance of 133 million: what is left of the error is mostly luck.
  constexpr double kLeads = 10'000.0;
  constexpr int kSeeds = 100, kReplications = 1024;
  const double n = 12 * kLeads, luck = n * kMean, doubt = n * n * kVariance;
  std::vector<double> independent, stratified, claimed;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    independent.push_back(
        mean_of(Run(Text{.replications = kReplications, .seed = seed, .leads = kLeads}.toml()).column("wins")));
    const auto wins = Run(Text{.replications = kReplications, .seed = seed, .stratified = true, .leads = kLeads}.toml())
                          .column("wins");
    stratified.push_back(mean_of(wins));
    claimed.push_back(describe(batch_means(wins, 1)).variance / 32.0);
  }
  check_mean(family, "of wins, independent", independent, n * kMean);
  check_mean(family, "of wins, stratified", stratified, n * kMean);
  check_variance(family, "mean of independent wins", independent, (luck + doubt) / kReplications);
  const double ratio = describe(stratified).variance / describe(independent).variance;
  MESSAGE("variance of the mean, stratified over independent: ", ratio);
  CHECK(ratio < 0.02);
  // Batches know their error.
  check_near(family, "variance claimed by batches", describe(claimed).mean,
             std::hypot(describe(claimed).mean_error(), describe(stratified).variance_error()),
             describe(stratified).variance);
}
