// sim/stats/summary.h: ranks against sums of the binomial law, statistics of arrays worked out by hand.
#include "sim/stats/summary.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

constexpr std::size_t kMedian = 4;  // of kProbabilities

// P(B <= k) for k = 0 … n, B ~ Binomial(n, p), by summing.
std::vector<long double> binomial_cdf(std::size_t n, double p) {
  std::vector<long double> cdf(n + 1);
  long double sum = 0.0L;
  const auto trials = static_cast<long double>(n);
  for (std::size_t k = 0; k <= n; ++k) {
    const auto x = static_cast<long double>(k);
    const long double choose = std::lgamma(trials + 1.0L) - std::lgamma(x + 1.0L) - std::lgamma(trials - x + 1.0L);
    sum += std::exp(choose + x * std::log(static_cast<long double>(p)) +
                    (trials - x) * std::log1p(-static_cast<long double>(p)));
    cdf[k] = sum;
  }
  return cdf;
}

sim::Summary summarise(std::vector<float> values, bool high_is_worse = false) {
  return sim::summarise(values, sim::quantile_ranks(values.size()), high_is_worse);
}

std::vector<float> counting(std::size_t n) {
  std::vector<float> values(n);
  std::iota(values.begin(), values.end(), 1.0f);
  return values;
}

bool same_bits(const sim::Summary& a, const sim::Summary& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

TEST_CASE("ranks of quantile intervals are those of exact binomial tails") {
  const double tail = 0.5 * (1.0 - sim::kConfidence);
  std::vector<std::size_t> counts;
  for (std::size_t n = 1; n <= 250; ++n) counts.push_back(n);
  for (const std::size_t n : {499u, 1000u, 1001u, 3000u, 10007u}) counts.push_back(n);
  for (const std::size_t n : counts) {
    const auto ranks = sim::quantile_ranks(n);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      const auto cdf = binomial_cdf(n, sim::kProbabilities[i]);
      const auto below = [&](std::size_t rank) { return rank == 0 ? 0.0L : cdf[rank - 1]; };  // P(B < rank)
      std::size_t low = 0;
      while (low < n && below(low + 1) <= static_cast<long double>(tail)) ++low;
      std::size_t high = 1;
      while (high <= n && 1.0L - below(high) > static_cast<long double>(tail)) ++high;
      CAPTURE(n);
      CAPTURE(sim::kProbabilities[i]);
      CHECK(ranks[i].low == std::clamp<std::size_t>(low, 1, n));
      CHECK(ranks[i].high == std::clamp<std::size_t>(high, 1, n));
    }
  }
}

TEST_CASE("the rank of a quantile is the smallest with at least that share at or below it") {
  for (std::size_t n = 1; n <= 20000; n += n < 2000 ? 1 : 97) {
    const auto ranks = sim::quantile_ranks(n);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      // Probabilities are whole hundredths.
      const auto hundredths = static_cast<std::size_t>(std::lround(100.0 * sim::kProbabilities[i]));
      const std::size_t rank = (n * hundredths + 99) / 100;
      if (ranks[i].value != rank) FAIL_CHECK("rank " << ranks[i].value << " of " << n << ", not " << rank);
    }
  }
}

TEST_CASE("intervals cover with 95 %, and no narrower pair of ranks would") {
  for (const std::size_t n : {400u, 1000u, 10000u, 100000u}) {
    const auto ranks = sim::quantile_ranks(n);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      const double p = sim::kProbabilities[i];
      if (static_cast<double>(n) * std::min(p, 1.0 - p) < 4.0) continue;
      const auto cdf = binomial_cdf(n, p);
      // y_(low) <= q < y_(high) when low <= B < high, B the number of values at or below q.
      const auto coverage = [&](std::size_t low, std::size_t high) {
        return static_cast<double>(cdf[high - 1] - cdf[low - 1]);
      };
      CAPTURE(n);
      CAPTURE(p);
      CHECK(coverage(ranks[i].low, ranks[i].high) >= 0.95);
      CHECK(static_cast<double>(cdf[ranks[i].low]) > 0.025);
      CHECK(1.0 - static_cast<double>(cdf[ranks[i].high - 2]) > 0.025);
      CHECK(ranks[i].low <= ranks[i].value);
      CHECK(ranks[i].value <= ranks[i].high);
    }
  }
}

TEST_CASE("no replications have no ranks and an empty summary") {
  for (const auto& ranks : sim::quantile_ranks(0)) CHECK(ranks.value == 0);
  const sim::Summary s = summarise({});
  CHECK(s.count == 0);
  CHECK(std::isnan(s.mean));
  CHECK(std::isnan(s.value_at_risk));
  CHECK(std::isnan(s.quantiles[4].value));
}

TEST_CASE("the mean of the worst 5 % takes the fraction of one more value that 5 % is made of") {
  // 5 % of 30 values is one and a half: (1 + .5 * 2) / 1.5.
  CHECK(summarise(counting(30)).cvar == about(4.0 / 3.0, 1e-15));
  // Of the highest: (30 + .5 * 29) / 1.5.
  CHECK(summarise(counting(30), true).cvar == about(44.5 / 1.5, 1e-15));
  CHECK(summarise(counting(40)).cvar == 1.5);
  CHECK(summarise(counting(40), true).cvar == 39.5);
  // 5 % of 10 values is half of the lowest one.
  CHECK(summarise(counting(10)).cvar == 1.0);
  CHECK(summarise(counting(10), true).cvar == 10.0);
  CHECK(summarise({-100.0f, 7.0f}).cvar == -100.0);
}

TEST_CASE("the mean of the worst mirrors when the values do") {
  std::mt19937_64 engine{3};
  for (const std::size_t n : {1u, 2u, 19u, 20u, 21u, 333u, 5000u}) {
    std::vector<float> values(n), mirrored(n);
    for (std::size_t i = 0; i < n; ++i) {
      values[i] = static_cast<float>(engine() % 100000) - 30000.0f;
      mirrored[i] = -values[i];
    }
    CHECK(summarise(values).cvar == -summarise(mirrored, true).cvar);
    if (n > 1) CHECK(summarise(values).cvar_error == summarise(mirrored, true).cvar_error);
  }
}

TEST_CASE("moments and their errors are those of the textbook") {
  const sim::Summary s = summarise(counting(30));
  CHECK(s.count == 30);
  CHECK(s.mean == 15.5);
  CHECK(s.minimum == 1.0);
  CHECK(s.maximum == 30.0);
  CHECK(s.sd == about(std::sqrt(77.5), 1e-14));  // n (n + 1) / 12
  CHECK(s.mean_error == about(std::sqrt(77.5 / 30.0), 1e-14));
  // Fourth central moment of 1 … n: (n^2 - 1)(3 n^2 - 7) / 240.
  const double fourth = 899.0 * 2693.0 / 240.0;
  CHECK(s.sd_error == about(std::sqrt((fourth - 77.5 * 77.5) / 30.0) / (2.0 * std::sqrt(77.5)), 1e-13));
}

TEST_CASE("the error of the mean of the worst is its asymptotic formula") {
  // 40 values: the worst two are 1 and 2, their mean 1.5, the next one 3.
  const double inside = (0.25 + 0.25) / 2.0;
  CHECK(summarise(counting(40)).cvar_error == about(std::sqrt((inside + 0.95 * 1.5 * 1.5) / 2.0), 1e-14));
}

TEST_CASE("value at risk is the distance of the mean from the edge of the worst 5 %, on their side") {
  // The second of forty values is their p05, the 38th their p95.
  CHECK(summarise(counting(40)).value_at_risk == 18.5);
  CHECK(summarise(counting(40), true).value_at_risk == 17.5);
}

TEST_CASE("the error of the value at risk counts that mean and quantile move together") {
  // Two values, so that p05 is the lowest of them; its interval spans both.
  const sim::Summary s = summarise({0.0f, 1.0f});
  const double edge = s.quantiles[1].error, covariance = edge * 0.5 * std::sqrt(0.05 / 0.95 / 2.0);
  CHECK(edge == about(0.5 / sim::kNormal975, 1e-14));
  CHECK(s.value_at_risk_error == about(std::sqrt(0.25 + edge * edge - 2.0 * covariance), 1e-14));
}

TEST_CASE("one value is every statistic but the spread, which is not known") {
  const sim::Summary s = summarise({42.5f});
  for (const double x : {s.mean, s.minimum, s.maximum, s.cvar}) CHECK(x == 42.5);
  for (const double x : {s.sd, s.mean_error, s.sd_error, s.cvar_error, s.value_at_risk_error}) CHECK(std::isnan(x));
  for (const auto& q : s.quantiles)
    for (const double x : {q.value, q.low, q.high}) CHECK(x == 42.5);
}

TEST_CASE("two values bound their median") {
  const sim::Summary s = summarise({3.0f, -1.0f});
  CHECK(s.mean == 1.0);
  CHECK(s.sd == about(std::sqrt(8.0), 1e-15));
  CHECK(s.cvar == -1.0);
  CHECK(s.quantiles[kMedian].value == -1.0);
  CHECK(s.quantiles[kMedian + 1].value == 3.0);
  CHECK(s.quantiles[kMedian].low == -1.0);
  CHECK(s.quantiles[kMedian].high == 3.0);
}

TEST_CASE("equal values have no spread and no error") {
  for (const float value : {0.0f, 0.1f, -7.25f, 1e30f})
    for (const std::size_t n : {2u, 19u, 1000u}) {
      const sim::Summary s = summarise(std::vector<float>(n, value));
      CAPTURE(value);
      CAPTURE(n);
      const auto exact = static_cast<double>(value);
      CHECK(s.mean == exact);
      CHECK(s.cvar == about(exact, 1e-15));
      for (const double x : {s.sd, s.mean_error, s.sd_error}) CHECK(x == 0.0);
      CHECK(s.cvar_error <= 1e-14 * std::abs(exact));
      for (const auto& q : s.quantiles) CHECK(q.value == exact);
    }
}

TEST_CASE("a summary does not depend on the order of the values, to the last bit") {
  std::mt19937_64 engine{4};
  for (const std::size_t n : {2u, 30u, 1000u, 30011u}) {
    std::vector<float> values(n);
    for (float& v : values) v = static_cast<float>(static_cast<double>(engine() >> 20U) * 0x1p-30 - 5000.0);
    for (std::size_t i = 0; i < n; i += 7) values[i] = 0.0f;
    for (const bool high_is_worse : {false, true}) {
      const sim::Summary first = summarise(values, high_is_worse);
      for (int repeat = 0; repeat < 5; ++repeat) {
        std::shuffle(values.begin(), values.end(), engine);
        CHECK(same_bits(summarise(values, high_is_worse), first));
      }
    }
  }
}

TEST_CASE("values come back sorted, negative ones and zeros included") {
  std::mt19937_64 engine{5};
  std::vector<float> values(5000);
  for (float& v : values) v = (static_cast<float>(engine() % 2001) - 1000.0f) * 1e-3f;
  sim::summarise(values, sim::quantile_ranks(values.size()));
  CHECK(std::is_sorted(values.begin(), values.end()));
}
