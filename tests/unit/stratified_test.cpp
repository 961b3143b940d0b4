// sim/rng/stratified.h: uniform over seeds, one point in each part of a batch, independent otherwise.
#include "sim/rng/stratified.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/support/about.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;
using sim::kBatches;
using sim::Philox;
using sim::StratifiedWords;

Family family(47);
constexpr std::uint64_t kAcme = 0x8a5cd789635d2dffULL, kBigco = 0x415872f599cea71eULL;
constexpr std::uint64_t kSeeds = 20'000;

// How many of the words have each value of the six bits from `bit` on.
std::vector<double> counts_of(const std::vector<std::uint32_t>& words, unsigned bit) {
  std::vector<double> counts(64, 0.0);
  for (const std::uint32_t word : words) counts[word >> bit & 63U] += 1.0;
  return counts;
}

std::vector<float> as_uniforms(const std::vector<std::uint32_t>& words) {
  std::vector<float> out;
  for (const std::uint32_t word : words) out.push_back(sim::uniform(word));
  return out;
}

// The word of one unit under many seeds.
std::vector<std::uint32_t> over_seeds(std::uint64_t entity, std::uint32_t unit) {
  std::vector<std::uint32_t> words;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) words.push_back(StratifiedWords(Philox(seed), entity).word(unit));
  return words;
}

}  // namespace

TEST_CASE("every stratified word is uniform over the seeds") {
  for (const std::uint32_t unit : {0u, 1u, 31u, 32u, 1000u, 0xffffffffu}) {
    const auto words = over_seeds(kAcme, unit);
    for (const unsigned bit : {26u, 20u, 10u, 0u})
      check_law(family, "unit " + std::to_string(unit) + " from bit " + std::to_string(bit), counts_of(words, bit),
                std::vector<double>(64, 1.0 / 64.0));
  }
}

TEST_CASE("every aligned run of 2^m points of a batch has one in each of 2^m equal parts") {
  for (const std::uint64_t seed : {1u, 2u, 77u}) {
    const StratifiedWords words(Philox(seed), kAcme);
    for (std::uint32_t batch = 0; batch < kBatches; ++batch)
      for (const unsigned m : {1u, 2u, 5u, 9u})
        for (const std::uint32_t run : {0u, 1u, 6u, 12345u}) {
          std::vector<int> hits(std::size_t{1} << m, 0);
          for (std::uint32_t k = 0; k < (1u << m); ++k)
            ++hits[words.word(((run << m) + k) * kBatches + batch) >> (32U - m)];
          if (!std::all_of(hits.begin(), hits.end(), [](int h) { return h == 1; }))
            FAIL_CHECK("batch " << batch << " m " << m << " run " << run);
        }
  }
}

TEST_CASE("stratified words of two parameters, two batches and two seeds are independent") {
  for (const std::uint32_t unit : {0u, 65u, 4099u}) {
    const auto acme = as_uniforms(over_seeds(kAcme, unit));
    const std::string at = " at unit " + std::to_string(unit);
    check_independent(family, "two parameters" + at, acme, as_uniforms(over_seeds(kBigco, unit)));
    check_independent(family, "two parameters in a batch" + at, acme, as_uniforms(over_seeds(kBigco, unit + kBatches)));
    check_independent(family, "two batches" + at, acme, as_uniforms(over_seeds(kAcme, unit + 1)));
  }
  // Within one seed: all units of two parameters, and of two seeds.
  std::vector<std::uint32_t> a(65536), b(a.size()), c(a.size());
  StratifiedWords(Philox(5), kAcme).words(sim::Isa::baseline, 0, a.size(), a.data());
  StratifiedWords(Philox(5), kBigco).words(sim::Isa::baseline, 0, b.size(), b.data());
  StratifiedWords(Philox(6), kAcme).words(sim::Isa::baseline, 0, c.size(), c.data());
  // Pairs of points mirror each other, which adds up to 60 % to the variance of a product (stratified.h): hence the
  // factor.
  for (const auto& [name, other] : {std::pair{"of parameters", &b}, std::pair{"of seeds", &c}}) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
      sum += 12.0 * (sim::uniform_exact(a[i]) - 0.5) * (sim::uniform_exact((*other)[i]) - 0.5);
    const double n = static_cast<double>(a.size());
    check_near(family, std::string("correlation ") + name, sum / n, std::sqrt(1.6 / n), 0.0);
  }
}

TEST_CASE("the mean of an interaction of two parameters varies 1.6 times as much as of independent draws") {
  // Sum over the level h at which two indices of a batch first differ of E[f f | h]^2, f = x - 1/2 in units of its sd:
  // within 2^h points at distance h; by Owen's variances 3/4 4^-l of the digits.
  double factor = 1.0;
  for (int h = 0; h < 5; ++h) {
    double mean = 0.0;
    for (int t = 0; t <= h; ++t) {  // digits the two radical inverses share
      double shared = -0.75 * std::pow(0.25, t);
      for (int l = 0; l < t; ++l) shared += 0.75 * std::pow(0.25, l);
      mean += shared * std::pow(0.5, t < h ? t + 1 : h);
    }
    factor += std::pow(2.0, h) * mean * mean;
  }
  std::vector<double> products;
  constexpr std::size_t kUnits = 1024;
  for (std::uint64_t seed = 0; seed < kSeeds / 4; ++seed) {
    const StratifiedWords x(Philox(seed), kAcme), y(Philox(seed), kBigco);
    double sum = 0.0;
    for (std::uint32_t u = 0; u < kUnits; ++u)
      sum += 12.0 * (sim::uniform_exact(x.word(u)) - 0.5) * (sim::uniform_exact(y.word(u)) - 0.5);
    products.push_back(sum / std::sqrt(static_cast<double>(kUnits)));
  }
  check_mean(family, "interaction", products, 0.0);
  check_variance(family, "interaction", products, factor);
  CHECK(factor == about(1.58, 0.01));
}

TEST_CASE("the mean over a batch of 2^m points has the variance of one uniform point in each part") {
  // n points, one in each of n parts: variance 1/(12 n^3), for each batch independently.
  for (const std::uint32_t n : {1u, 2u, 8u, 64u}) {
    std::vector<double> means;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      const StratifiedWords words(Philox(seed), kAcme);
      for (std::uint32_t batch = 0; batch < kBatches; ++batch) {
        double sum = 0.0;
        for (std::uint32_t i = 0; i < n; ++i) sum += sim::uniform_exact(words.word(i * kBatches + batch));
        means.push_back((sum / n - 0.5) * std::pow(n, 1.5));
      }
    }
    check_mean(family, std::to_string(n) + " points", means, 0.0);
    check_variance(family, std::to_string(n) + " points", means, 1.0 / 12.0);
  }
}

TEST_CASE("a stratified word depends on seed, entity and unit alone") {
  const StratifiedWords words(Philox(9), kBigco);
  for (const sim::Isa isa : sim::available_isas()) {
    std::vector<std::uint32_t> run(1000);
    words.words(isa, 12345, run.size(), run.data());
    for (std::uint32_t i = 0; i < run.size(); ++i) CHECK(run[i] == StratifiedWords(Philox(9), kBigco).word(12345 + i));
  }
  // The contract in numbers, which a second implementation gives too.
  CHECK(StratifiedWords(Philox(1), kAcme).word(0) == 2364857078u);
  CHECK(StratifiedWords(Philox(1), kAcme).word(100) == 3791119661u);
}
