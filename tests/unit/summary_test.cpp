// sim/stats/summary.h: ranks against sums of the binomial law, statistics of arrays worked out by hand.
#include "sim/stats/summary.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "sim/stats/order.h"
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

sim::Summary summarise(const std::vector<float>& values, bool high_is_worse = false) {
  return sim::summarise(values, sim::Sampling{}, high_is_worse);
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
    if (n > 71) CHECK(summarise(values).cvar_error == summarise(mirrored, true).cvar_error);
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
  // 80 values: the worst four are 1 to 4, their mean 2.5, the next one 5.
  const double inside = (2.25 + 0.25 + 0.25 + 2.25) / 4.0;
  CHECK(summarise(counting(80)).cvar_error == about(std::sqrt((inside + 0.95 * 2.5 * 2.5) / 4.0), 1e-14));
}

TEST_CASE("value at risk is the distance of the mean from the edge of the worst 5 %, on their side") {
  // The second of forty values is their p05, the 38th their p95.
  CHECK(summarise(counting(40)).value_at_risk == 18.5);
  CHECK(summarise(counting(40), true).value_at_risk == 17.5);
}

TEST_CASE("the error of the value at risk counts that mean and quantile move together") {
  const sim::Summary s = summarise(counting(100));
  const double edge = s.quantiles[1].error, covariance = edge * (s.mean - s.cvar) * std::sqrt(0.05 / 0.95 / 100.0);
  CHECK(edge > 1.0);
  CHECK(s.value_at_risk_error == about(std::sqrt(s.mean_error * s.mean_error + edge * edge - 2.0 * covariance), 1e-14));
}

TEST_CASE("one value is every statistic but the spread, which is not known") {
  const sim::Summary s = summarise({42.5f});
  for (const double x : {s.mean, s.minimum, s.maximum, s.cvar}) CHECK(x == 42.5);
  for (const double x : {s.sd, s.mean_error, s.sd_error, s.cvar_error, s.value_at_risk_error}) CHECK(std::isnan(x));
  for (const auto& q : s.quantiles) {
    CHECK(q.value == 42.5);
    for (const double x : {q.low, q.high, q.error}) CHECK(std::isnan(x));
  }
}

TEST_CASE("two values are too few for whatever needs more of them") {
  const sim::Summary s = summarise({3.0f, -1.0f});
  CHECK(s.mean == 1.0);
  CHECK(s.sd == about(std::sqrt(8.0), 1e-15));
  CHECK(s.mean_error == about(2.0, 1e-15));
  CHECK(s.cvar == -1.0);
  CHECK(s.quantiles[kMedian].value == -1.0);
  CHECK(s.quantiles[kMedian + 1].value == 3.0);
  for (const double x : {s.sd_error, s.cvar_error, s.value_at_risk_error, s.quantiles[kMedian].error})
    CHECK(std::isnan(x));
}

TEST_CASE("a quantile has an interval and an error as soon as the binomial tail allows it, and no sooner") {
  struct Fewest {
    std::size_t quantile, count;  // (1 - p)^count <= .025
  };
  for (const Fewest& f : {Fewest{0, 368}, Fewest{1, 72}, Fewest{2, 36}, Fewest{3, 13}, Fewest{kMedian, 6}}) {
    for (const std::size_t q : {f.quantile, sim::kProbabilities.size() - 1 - f.quantile}) {
      CAPTURE(sim::kProbabilities[q]);
      const sim::QuantileEstimate before = summarise(counting(f.count - 1)).quantiles[q],
                                  then = summarise(counting(f.count)).quantiles[q];
      for (const double x : {before.low, before.high, before.error}) CHECK(std::isnan(x));
      CHECK((then.low == 1.0 || then.high == static_cast<double>(f.count)));
      CHECK(then.error > 0.0);
    }
  }
  // What is said of the tail needs the edge of the tail.
  for (const bool high_is_worse : {false, true}) {
    const sim::Summary before = summarise(counting(71), high_is_worse), then = summarise(counting(72), high_is_worse);
    for (const double x : {before.cvar_error, before.value_at_risk_error}) CHECK(std::isnan(x));
    for (const double x : {then.cvar_error, then.value_at_risk_error}) CHECK(x > 0.0);
  }
  CHECK(std::isnan(summarise(counting(3)).sd_error));
  CHECK(summarise({0.0f, 0.0f, 0.0f, 9.0f}).sd_error > 0.0);
}

TEST_CASE("the error of a quantile is that of its jumps where values repeat, and its slope's where they do not") {
  // Ranks move by sqrt(n) / 2 = 50; of 1 … n the slope is 1 a rank.
  CHECK(summarise(counting(10000)).quantiles[kMedian].error == about(50.0, 0.02));
  // As many zeros as ones: one step, half of the time.
  std::vector<float> values(10000, 0.0f);
  std::fill_n(values.begin(), 5000, 1.0f);
  CHECK(summarise(values).quantiles[kMedian].error == about(std::sqrt(0.5), 0.02));  // at the very edge
  // The edge lies z standard deviations of the rank away: P(N > sqrt(2) z) step^2, as finely as 32 nodes tell.
  for (const double z : {0.5, 1.0}) {
    std::vector<float> uneven(10000, 0.0f);
    std::fill_n(uneven.begin(), 5000 - static_cast<int>(50.0 * z), 1.0f);
    CHECK(summarise(uneven).quantiles[kMedian].error == about(std::sqrt(0.5 * std::erfc(z)), 0.1));
  }
}

TEST_CASE("equal values have no spread and no error") {
  for (const float value : {0.0f, 0.1f, -7.25f, 1e30f})
    for (const std::size_t n : {4u, 80u, 1000u}) {
      const sim::Summary s = summarise(std::vector<float>(n, value));
      CAPTURE(value);
      CAPTURE(n);
      const auto exact = static_cast<double>(value);
      CHECK(s.mean == exact);
      CHECK(s.cvar == about(exact, 1e-15));
      for (const double x : {s.sd, s.mean_error, s.sd_error}) CHECK(x == 0.0);
      if (n > 4) CHECK(s.cvar_error <= 1e-14 * std::abs(exact));
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

TEST_CASE("a column of doubles has the statistics of the same values in single precision, to the last bit") {
  std::mt19937_64 engine{6};
  std::vector<float> values(3000);
  for (float& v : values) v = static_cast<float>(static_cast<double>(engine() >> 20U) * 0x1p-30 - 5000.0);
  const std::vector<double> wide(values.begin(), values.end());
  for (const sim::Sampling& sampling : {sim::Sampling{}, sim::Sampling{5, 0}, sim::Sampling{1, 30}})
    CHECK(same_bits(sim::summarise(values, sampling), sim::summarise(wide, sampling)));
  // What single precision cannot tell apart, doubles can.
  std::vector<double> large(1000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = -2e10 + static_cast<double>(i);
  const std::vector<float> rounded(large.begin(), large.end());
  CHECK(sim::summarise(large, sim::Sampling{}).sd == about(std::sqrt(1000.0 * 1001.0 / 12.0), 1e-9));
  CHECK(sim::summarise(rounded, sim::Sampling{}).sd != about(std::sqrt(1000.0 * 1001.0 / 12.0), 0.05));
  CHECK(sim::summarise(large, sim::Sampling{}).is_blurred());
}

TEST_CASE("values come back sorted, negative ones and zeros included") {
  std::mt19937_64 engine{5};
  std::vector<float> values(5000);
  for (float& v : values) v = (static_cast<float>(engine() % 2001) - 1000.0f) * 1e-3f;
  values[7] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<double> sorted = sim::sorted_values(values), wide(values.begin(), values.end());
  CHECK(sorted.size() == 4999);
  CHECK(std::is_sorted(sorted.begin(), sorted.end()));
  CHECK(sim::sorted_values(wide) == sorted);
  CHECK(std::signbit(sim::sorted_values(std::vector<double>{0.0, -0.0}).front()));
}
