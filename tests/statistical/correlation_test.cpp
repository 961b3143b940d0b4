// Correlated parameters (MODEL.md, section 13): Spearman's rank correlation as asked for, laws untouched.
//
// With the distribution functions known, u = F(x) is uniform and the rank correlation of x and y is the mean of
// 12 (u - 1/2) (v - 1/2). The logarithms of lognormal values are normal with Pearson correlation 2 sin(pi rho / 6).
#include <doctest/doctest.h>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "tests/support/compound_poisson.h"
#include "tests/support/harness.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;

Family family(50);

constexpr int kReplications = 200'000;

std::string text(const std::string& correlations, const std::string& how = "", int replications = kReplications,
                 int seed = 1) {
  return "[scenario]\nmonths = 1\nreplications = " + std::to_string(replications) + "\nseed = " + std::to_string(seed) +
         "\n" + how + "[output]\noutcomes = [\"wins\"]\ntrajectories = \"none\"\npartners = false\n" + R"(
[firm]
cash = { normal = { mean = 1_000, sd = 200 } }
[firm.direct]
leads = { lognormal = { mean = 2, cv = 0.5 } }
close_rate = { beta = { mean = 0.4, concentration = 25 } }
deal_value = 1
[partner.acme]
leads = { gamma = { mean = 3, cv = 0.6 } }
close_rate = { uniform = { low = 0.1, high = 0.5 } }
deal_value = 1
[partner.bigco]
count = 2
leads = { lognormal = { mean = 2, cv = 1.5 } }
close_rate = 0.1
deal_value = 1
)" + correlations;
}

std::string correlated(const std::string& id, const std::string& of, double rank) {
  return "[correlation." + id + "]\nof = [" + of + "]\nrank = " + std::to_string(rank) + "\n";
}

using Cdf = std::function<double(double)>;
struct Marginal {
  std::string path;
  Cdf cdf;
};
double log_sd(double cv) { return std::sqrt(std::log1p(cv * cv)); }
Cdf lognormal(double mean, double cv) {
  return [law = Lognormal{mean, cv}](double x) { return law.cdf(x); };
}
const Marginal kCash{"firm.cash", [](double x) { return cdf(boost::math::normal(1000.0, 200.0), x); }};
const Marginal kLeads{"firm.direct.leads", lognormal(2.0, 0.5)};
const Marginal kClose{"firm.direct.close_rate",
                      [](double x) { return cdf(boost::math::beta_distribution(10.0, 15.0), x); }};
const Marginal kAcmeLeads{"partner.acme.leads",
                          [](double x) { return cdf(boost::math::gamma_distribution(1.0 / 0.36, 3.0 * 0.36), x); }};
const Marginal kAcmeClose{"partner.acme.close_rate", [](double x) { return (x - 0.1) / 0.4; }};
const Marginal kFirst{"partner.bigco_1.leads", lognormal(2.0, 1.5)};
const Marginal kSecond{"partner.bigco_2.leads", lognormal(2.0, 1.5)};

std::vector<double> uniforms(const Run& run, const Marginal& marginal) {
  std::vector<double> out;
  for (const float x : run.column(marginal.path)) out.push_back(marginal.cdf(static_cast<double>(x)));
  return out;
}

std::vector<double> rank_products(const Run& run, const Marginal& a, const Marginal& b) {
  std::vector<double> u = uniforms(run, a);
  const std::vector<double> v = uniforms(run, b);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = 12.0 * (u[i] - 0.5) * (v[i] - 0.5);
  return u;
}

// Normal scores of a lognormal value.
std::vector<double> scores(const Run& run, const std::string& path, double mean, double cv) {
  std::vector<double> out;
  for (const float x : run.column(path))
    out.push_back((std::log(static_cast<double>(x)) - Lognormal{mean, cv}.log_median()) / log_sd(cv));
  return out;
}

void check_rank(const Run& run, const Marginal& a, const Marginal& b, double rank) {
  check_mean(family, "rank products of " + a.path + " and " + b.path, rank_products(run, a, b), rank);
}

// The mean over units, whose error comes from the 32 batches of stratified runs (Student, 31 degrees of freedom).
std::vector<double> batch_means(const std::vector<double>& values, std::size_t inner) {
  std::vector<double> sums(32, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i)
    sums[i / inner % 32] += values[i] * 32.0 / static_cast<double>(values.size());
  return sums;
}

double r_of(double rank) { return 2.0 * std::sin(std::numbers::pi * rank / 6.0); }

}  // namespace

TEST_CASE("values of different laws have the rank correlation asked for, and keep their laws") {
  const Run run(text(correlated("one", "\"firm.direct.close_rate\", \"firm.direct.leads\"", 0.7) +
                     correlated("two", "\"firm.cash\", \"partner.acme.*\"", -0.3)));
  check_rank(run, kClose, kLeads, 0.7);
  check_rank(run, kCash, kAcmeLeads, -0.3);
  check_rank(run, kCash, kAcmeClose, -0.3);
  check_rank(run, kAcmeLeads, kAcmeClose, -0.3);
  check_rank(run, kClose, kCash, 0.0);
  check_rank(run, kLeads, kFirst, 0.0);
  for (const Marginal& marginal : {kCash, kLeads, kClose, kAcmeLeads, kAcmeClose, kFirst}) {
    std::vector<double> counts(100, 0.0);
    for (const double u : uniforms(run, marginal)) counts[static_cast<std::size_t>(std::min(99.0, 100.0 * u))] += 1.0;
    check_law(family, marginal.path, counts, std::vector<double>(100, 0.01));
  }
}

TEST_CASE("normal scores have Pearson correlation 2 sin(pi rank / 6), and sums the spread that follows") {
  const double rank = 0.6, r = r_of(rank);
  const Run run(text(correlated("all", "\"firm.direct.leads\", \"partner.bigco_*.leads\"", rank)));
  const auto a = scores(run, kLeads.path, 2.0, 0.5), b = scores(run, kFirst.path, 2.0, 1.5),
             c = scores(run, kSecond.path, 2.0, 1.5);
  std::vector<double> products, sums;
  for (std::size_t i = 0; i < a.size(); ++i) {
    products.push_back(b[i] * c[i]);
    sums.push_back(a[i] + 2.0 * b[i] + 3.0 * c[i]);
  }
  check_mean(family, "products of normal scores", products, r);
  // 1 + 4 + 9 + 2 r (1·2 + 1·3 + 2·3)
  check_variance(family, "a sum of correlated normals", sums, 14.0 + 22.0 * r);
  check_mean(family, "a sum of correlated normals", sums, 0.0);
}

TEST_CASE("tables that overlap give three pairs three ranks") {
  const Run run(text(correlated("ab", "\"firm.cash\", \"firm.direct.leads\"", 0.8) +
                     correlated("ac", "\"firm.cash\", \"firm.direct.close_rate\"", -0.5) +
                     correlated("bc", "\"firm.direct.leads\", \"firm.direct.close_rate\"", -0.2)));
  check_rank(run, kCash, kLeads, 0.8);
  check_rank(run, kCash, kClose, -0.5);
  check_rank(run, kLeads, kClose, -0.2);
}

TEST_CASE("rank 1 gives equal ranks, rank -1 opposite ones") {
  const Run run(text(correlated("up", "\"partner.bigco_*.leads\", \"firm.direct.leads\"", 1.0) +
                         correlated("down", "\"partner.acme.leads\", \"partner.acme.close_rate\"", -1.0),
                     "", 20'000));
  CHECK(run.column(kFirst.path) == run.column(kSecond.path));
  const auto u = uniforms(run, kFirst), v = uniforms(run, kLeads), x = uniforms(run, kAcmeLeads),
             y = uniforms(run, kAcmeClose);
  double up = 0.0, down = 0.0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    up = std::max(up, std::abs(u[i] - v[i]));
    down = std::max(down, std::abs(x[i] + y[i] - 1.0));
  }
  CHECK(up < 1e-6);
  CHECK(down < 1e-6);
}

TEST_CASE("ranks that cannot hold together are moved as the note says") {
  // Three pairs of rank -0.5: r = -0.5176, and the nearest is -0.5.
  const std::string all = correlated("all", "\"firm.cash\", \"firm.direct.leads\", \"partner.acme.leads\"", -0.5);
  const Run run(text(all));
  const double rank = 6.0 / std::numbers::pi * std::asin(-0.25);
  check_rank(run, kCash, kLeads, rank);
  check_rank(run, kCash, kAcmeLeads, rank);
  check_rank(run, kLeads, kAcmeLeads, rank);
}

TEST_CASE("units and strata keep the rank correlation") {
  const std::string all = correlated("all", "\"firm.direct.close_rate\", \"partner.acme.leads\"", 0.7);
  for (const std::string how :
       {"inner = 8\n", "sampling = \"stratified\"\n", "inner = 8\nsampling = \"stratified\"\n"}) {
    CAPTURE(how);
    const std::size_t inner = how.starts_with("inner") ? 8 : 1;
    const Run run(text(all, how, 32 * 8192, 4));
    std::vector<double> products = rank_products(run, kClose, kAcmeLeads);
    for (std::size_t i = 0; i < products.size(); ++i) REQUIRE(products[i] == products[i / inner * inner]);
    const Sample means = describe(batch_means(products, inner));
    check_near(family, "rank products, " + how, means.mean, means.mean_error(), 0.7);
    for (const Marginal& marginal : {kClose, kAcmeLeads}) {
      std::vector<double> counts(100, 0.0);
      const auto u = uniforms(run, marginal);
      for (std::size_t i = 0; i < u.size(); i += inner)
        counts[static_cast<std::size_t>(std::min(99.0, 100.0 * u[i]))] += 1.0;
      check_law(family, marginal.path + ", " + how, counts, std::vector<double>(100, 0.01));
    }
  }
}

TEST_CASE("doubt about partners that depend on each other adds up faster") {
  // wins ~ Poisson: Var = E + Var of the sum of intensities; equal lognormals with correlation by r of their
  // logarithms.
  const double rank = 0.9, mean = 2.0 * 0.1, cv = 1.5, sigma = log_sd(cv);
  const std::string toml =
      "[scenario]\nmonths = 1\nreplications = 400_000\n[output]\noutcomes = [\"wins\"]\ntrajectories = "
      "\"none\"\npartners = false\n"
      "[partner.bigco]\ncount = 2\nleads = { lognormal = { mean = 2, cv = 1.5 } }\nclose_rate = 0.1\ndeal_value = 1\n" +
      correlated("all", "\"partner.bigco.leads\"", rank);
  const double covariance = mean * mean * std::expm1(r_of(rank) * sigma * sigma);
  const auto wins = Run(toml).column("wins");
  check_mean(family, "wins of two", wins, 2.0 * mean);
  check_variance(family, "wins of two", wins, 2.0 * mean + 2.0 * mean * mean * cv * cv + 2.0 * covariance);
}
