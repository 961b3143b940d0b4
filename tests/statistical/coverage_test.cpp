// Do 95 % intervals cover 95 % of the time? Two thousand seeds of synthetic columns with known laws, from the project's
// own generator: independent replications, replications that share parameter draws, stratified batches, and prefixes at
// which a precision target was reached. A right interval is missed by the band with probability 2e-3.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/elementary.h"
#include "sim/base/special.h"
#include "sim/rng/philox.h"
#include "sim/stats/paired.h"
#include "sim/stats/precision.h"
#include "sim/stats/summary.h"
#include "sim/stats/units.h"
#include "sim/stats/variance_split.h"

namespace {

constexpr std::uint64_t kSeeds = 2000;
constexpr double kSkewed = 0.925;             // squares are skewed: their intervals cover about 94 % at these sizes
constexpr std::size_t kMedian = 4, kP05 = 1;  // of kProbabilities

// Four uniforms of a replication, or of a unit.
std::array<double, 4> uniforms(const sim::Philox& generator, std::uint32_t number, std::uint64_t entity) {
  const auto words = generator.words(number, sim::Address{entity, 0, 0, 0});
  return {sim::uniform_exact(words[0]), sim::uniform_exact(words[1]), sim::uniform_exact(words[2]),
          sim::uniform_exact(words[3])};
}

double exponential(double u) { return -sim::math::log(u); }

double poisson(double u, double mean) {
  double mass = sim::math::exp(-mean), count = 0.0;
  for (; u > mass && count < 10.0 * mean; mass *= mean / count) {
    u -= mass;
    count += 1.0;
  }
  return count;
}

class Coverage {
 public:
  explicit Coverage(std::string claim) : claim_(std::move(claim)) {}
  void add(double low, double high, double truth) {
    trials_ += 1.0;
    hits_ += low <= truth && truth <= high ? 1.0 : 0.0;
  }
  void add(const sim::Estimate& e, double truth) { add(e.low, e.high, truth); }
  void add(double value, double half_width, double truth, int) { add(value - half_width, value + half_width, truth); }
  void check_if_any(double low) const {
    if (trials_ > 0.0) check(low, 1.0);
  }
  void check(double low = 0.935, double high = 0.965) const {
    const double share = hits_ / trials_;
    CHECK_MESSAGE(share >= low, claim_ << ": " << share);
    CHECK_MESSAGE(share <= high, claim_ << ": " << share);
  }

 private:
  std::string claim_;
  double trials_ = 0.0, hits_ = 0.0;
};

// A column with its true mean, sd, median, p05, mean of the worst 5 % and P(y < threshold).
struct Law {
  double mean, sd, median, p05, cvar, threshold, share;
};

void check_summaries(const std::string& name, const sim::Sampling& sampling, const Law& law, const auto& column,
                     std::size_t replications) {
  Coverage mean(name + "mean"), sd(name + "sd"), median(name + "median"), p05(name + "p05"), worst(name + "worst mean"),
      at_risk(name + "value at risk"), share(name + "probability");
  std::vector<float> values(replications), below(replications);
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    column(sim::Philox(seed), values);
    const sim::Summary s = sim::summarise(values, sampling);
    mean.add(s.mean, s.critical * s.mean_error, law.mean, 0);
    sd.add(s.sd, s.critical * s.sd_error, law.sd, 0);
    worst.add(s.cvar, s.critical * s.cvar_error, law.cvar, 0);
    at_risk.add(s.value_at_risk, s.critical * s.value_at_risk_error, law.mean - law.p05, 0);
    median.add(s.quantiles[kMedian].low, s.quantiles[kMedian].high, law.median);
    p05.add(s.quantiles[kP05].low, s.quantiles[kP05].high, law.p05);
    double hits = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      below[i] = static_cast<double>(values[i]) < law.threshold ? 1.0f : 0.0f;
      hits += static_cast<double>(below[i]);
    }
    const auto n = static_cast<double>(values.size());
    const double p = hits / n;
    const sim::Spread spread = sim::spread_over_units(below, sampling, [=](double y) { return y - p; });
    const sim::Interval interval =
        sim::share_interval(p, p * (1.0 - p), values.size(), sampling, values.size(), spread, sim::kConfidence);
    share.add(interval.low, interval.high, law.share);
  }
  mean.check();
  sd.check(kSkewed);
  median.check();
  p05.check();
  worst.check();
  at_risk.check();
  share.check();
}

constexpr double kZ05 = -1.6448536269514722;    // Phi(z) = .05
constexpr double kWorst = -2.0627128075074257;  // -phi(z) / .05
constexpr double kBelowMinusOne = 0.15865525393145705;

// Normal law of mean 0 and variance `total`.
Law normal_law(double total) {
  const double sd = std::sqrt(total);
  return {0.0, sd, 0.0, kZ05 * sd, kWorst * sd, -sd, kBelowMinusOne};
}

}  // namespace

TEST_CASE("intervals of independent replications cover") {
  // Exponential: the mean of the lowest 5 % is (1 - .95 (1 + q)) / .05, q its edge.
  const double q = -std::log(0.95);
  const Law law{1.0, 1.0, std::log(2.0), q, (1.0 - 0.95 * (1.0 + q)) / 0.05, 0.02, -std::expm1(-0.02)};
  check_summaries(
      "independent, ", {}, law,
      [](const sim::Philox& generator, std::vector<float>& values) {
        for (std::uint32_t i = 0; i < values.size(); ++i)
          values[i] = static_cast<float>(exponential(uniforms(generator, i, 1)[0]));
      },
      1024);
}

TEST_CASE("intervals cover where eight replications share a parameter draw") {
  const sim::Sampling sampling{8, 0};
  check_summaries(
      "two-level, ", sampling, normal_law(2.0),
      [](const sim::Philox& generator, std::vector<float>& values) {
        for (std::uint32_t i = 0; i < values.size(); ++i)
          values[i] = static_cast<float>(sim::normal_quantile(uniforms(generator, i / 8, 2)[0]) +
                                         sim::normal_quantile(uniforms(generator, i, 1)[0]));
      },
      4096);  // with 128 units the mean of the worst covers 91 % only
}

TEST_CASE("intervals cover where parameters are stratified in sixteen batches") {
  // Unit u is stratum u / 16 of batch u % 16, two replications each.
  const sim::Sampling sampling{2, 16};
  check_summaries(
      "stratified, ", sampling, normal_law(2.0),
      [](const sim::Philox& generator, std::vector<float>& values) {
        const auto strata = static_cast<double>(values.size() / 32);
        for (std::uint32_t i = 0; i < values.size(); ++i) {
          const std::uint32_t unit = i / 2;
          const double u = (static_cast<double>(unit / 16) + uniforms(generator, unit, 2)[0]) / strata;
          values[i] = static_cast<float>(sim::normal_quantile(u) + sim::normal_quantile(uniforms(generator, i, 1)[0]));
        }
      },
      2048);
}

TEST_CASE("paired differences cover, with and without shared parameter draws") {
  for (const std::uint32_t inner : {1u, 8u}) {
    const std::string name = "inner " + std::to_string(inner) + ", ";
    const sim::Sampling sampling{inner, 0};
    Coverage difference(name + "difference"), median(name + "difference of medians"), p95(name + "difference of p95"),
        ratio(name + "ratio"), larger(name + "larger");
    std::vector<float> a(1024), b(1024);
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const sim::Philox generator(seed);
      // a = 5 + x, b = a + .1 + .5 t + .3 e: t drawn once a unit.
      for (std::uint32_t i = 0; i < 1024; ++i) {
        const auto u = uniforms(generator, i, 1);
        const double x = 5.0 + sim::normal_quantile(u[0]);
        const double t = sim::normal_quantile(uniforms(generator, i / inner, 2)[0]);
        a[i] = static_cast<float>(x);
        b[i] = static_cast<float>(x + 0.1 + 0.5 * t + 0.3 * sim::normal_quantile(u[1]));
      }
      const sim::Comparison c = sim::compare_pairs(a, b, sampling);
      const double sd_b = std::sqrt(1.0 + 0.25 + 0.09);
      difference.add(c.difference, 0.1);
      median.add(c.median, 0.1);
      p95.add(c.p95, 0.1 - kZ05 * (sd_b - 1.0));
      ratio.add(c.ratio, 5.1 / 5.0);
      larger.add(c.larger_interval.low, c.larger_interval.high, sim::normal_cdf(0.1 / std::sqrt(0.34)));
    }
    difference.check();
    median.check(0.935, 0.985);  // joined from intervals of whole ranks, which are a little too wide
    p95.check(0.935, 0.985);
    ratio.check();
    larger.check();
  }
}

TEST_CASE("every interval that is shown covers, however few the replications, and the others are missing") {
  for (const std::size_t n : {1u, 2u, 20u, 72u, 100u, 365u, 1000u}) {
    for (const std::uint32_t inner : {1u, 5u}) {
      if (n % inner != 0) continue;
      const std::string name = "n = " + std::to_string(n) + ", inner " + std::to_string(inner) + ", ";
      const sim::Sampling sampling{inner, 0};
      const double sd = inner > 1 ? std::sqrt(2.0) : 1.0;  // half of the variance is the unit's
      std::vector<Coverage> quantiles;
      for (const double p : sim::kProbabilities) quantiles.emplace_back(name + "quantile " + std::to_string(p));
      Coverage worst(name + "worst mean"), difference(name + "difference"), medians(name + "medians"),
          lows(name + "P5s");
      std::vector<double> shown(sim::kProbabilities.size());
      std::vector<float> values(n), other(n);
      for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const sim::Philox generator(seed);
        for (std::uint32_t i = 0; i < n; ++i) {
          const auto u = uniforms(generator, i, 1), v = uniforms(generator, i / inner, 2);
          const double of_unit = inner > 1 ? 1.0 : 0.0;
          values[i] = static_cast<float>(sim::normal_quantile(u[0]) + of_unit * sim::normal_quantile(v[0]));
          other[i] = values[i] + static_cast<float>(0.5 * sim::normal_quantile(u[1]));
        }
        const sim::Summary s = sim::summarise(values, sampling);
        for (std::size_t q = 0; q < quantiles.size(); ++q) {
          const sim::QuantileEstimate& e = s.quantiles[q];
          CHECK(std::isnan(e.low) == std::isnan(e.high));
          CHECK(std::isnan(e.low) == std::isnan(e.error));
          if (std::isnan(e.low)) continue;
          shown[q] += 1.0;
          quantiles[q].add(e.low, e.high, sd * sim::normal_quantile(sim::kProbabilities[q]));
        }
        const auto tail =
            sim::assess({"y", "y", sim::Statistic::worst_mean, 0.0, 1.0, false}, {values, {}, sampling, false}, 0.95);
        if (std::isfinite(tail.half_width)) worst.add(tail.low, tail.high, kWorst * sd);
        const sim::Comparison c = sim::compare_pairs(values, other, sampling);
        if (!std::isnan(c.difference.low)) difference.add(c.difference, 0.0);
        if (!std::isnan(c.median.low)) medians.add(c.median, 0.0);
        if (!std::isnan(c.p05.low)) lows.add(c.p05, kZ05 * (std::sqrt(sd * sd + 0.25) - sd));
      }
      for (std::size_t q = 0; q < quantiles.size(); ++q) {
        const double p = std::min(sim::kProbabilities[q], 1.0 - sim::kProbabilities[q]);
        const bool closed = std::pow(1.0 - p, static_cast<double>(n / inner)) <= 0.025;
        if (inner == 1) CHECK(shown[q] == (closed ? static_cast<double>(kSeeds) : 0.0));
        if (!closed) CHECK(shown[q] == 0.0);
        quantiles[q].check_if_any(0.935);  // above by what whole ranks add
      }
      worst.check_if_any(n < 200 ? 0.885 : 0.915);  // three values in a tail are few: 93 % from 200 on
      difference.check_if_any(0.935);
      medians.check_if_any(0.935);
      lows.check_if_any(0.925);
    }
  }
}

TEST_CASE("errors of quantiles are the spread of the estimates, of counts between two steps too") {
  struct Case {
    const char* name;
    double mean;  // of the Poisson law; 0: exponential
    std::size_t n, quantile;
    double low, high;  // root mean square of the errors over the standard deviation of the estimates
  };
  // P(N <= 49) = .5 at mean 49.67, for 2,000 of them nearly one step apart; 49.9 is a third of the way to the next.
  for (const Case& c :
       {Case{"exponential P5", 0.0, 1000, kP05, 0.95, 1.15}, Case{"exponential median", 0.0, 1000, kMedian, 0.95, 1.1},
        Case{"counts at a step", 49.67, 2000, kMedian, 0.84, 1.05},
        Case{"counts beside a step", 49.9, 2000, kMedian, 0.84, 1.1},
        Case{"small counts at a step", 4.67, 2000, kMedian, 0.84, 1.05},
        Case{"counts, several steps", 49.67, 300, kMedian, 0.9, 1.1}}) {
    double sum = 0.0, squares = 0.0, errors = 0.0;
    constexpr std::uint64_t kSome = 600;
    std::vector<float> values(c.n);
    for (std::uint64_t seed = 1; seed <= kSome; ++seed) {
      const sim::Philox generator(seed);
      for (std::uint32_t i = 0; i < c.n; ++i) {
        const double u = uniforms(generator, i, 1)[0];
        values[i] = static_cast<float>(c.mean > 0.0 ? poisson(u, c.mean) : exponential(u));
      }
      const sim::QuantileEstimate q = sim::summarise(values, sim::Sampling{}).quantiles[c.quantile];
      sum += q.value / kSome;
      squares += q.value * q.value / kSome;
      errors += q.error * q.error / kSome;
    }
    const double ratio = std::sqrt(errors / (squares - sum * sum));
    CHECK_MESSAGE(ratio > c.low, std::string(c.name) << ": " << ratio);
    CHECK_MESSAGE(ratio < c.high, std::string(c.name) << ": " << ratio);
  }
}

TEST_CASE("intervals cover at the first checkpoint where the precision asked for was reached") {
  for (const std::uint32_t inner : {1u, 4u}) {
    const std::string name = "stopped, inner " + std::to_string(inner) + ", ";
    // y is exponential; with inner 4 its mean is a draw of the unit, 1/2 or 3/2, and laws are mixtures.
    const bool mixed = inner > 1;
    const auto below = [&](double y) {
      return mixed ? 1.0 - 0.5 * (std::exp(-y / 0.5) + std::exp(-y / 1.5)) : -std::expm1(-y);
    };
    double low = 0.0, high = 2.0;
    for (int i = 0; i < 60; ++i) (below(0.5 * (low + high)) < 0.5 ? low : high) = 0.5 * (low + high);
    const double difference = 0.15;
    struct Stop {
      sim::Target target;
      double truth;
      Coverage coverage;
    };
    using sim::Statistic;
    std::vector<Stop> stops{
        {{"y", "y", Statistic::mean, 0.0, 0.04, true}, 1.0, Coverage(name + "mean")},
        {{"y.p50", "y", Statistic::quantile, 0.5, 0.05, true}, low, Coverage(name + "median")},
        {{"rare", "rare", Statistic::mean, 0.0, 0.008, false}, 1.0 - below(3.0), Coverage(name + "probability")},
        {{"y.difference", "y", Statistic::difference, 0.0, 0.1, true}, difference, Coverage(name + "difference")}};
    const auto checkpoints = sim::checkpoints(16000, inner);
    std::vector<float> y, rare, other;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const sim::Philox generator(seed);
      y.clear();
      rare.clear();
      other.clear();
      const auto extend = [&](std::uint32_t n) {
        for (auto i = static_cast<std::uint32_t>(y.size()); i < n; ++i) {
          const auto u = uniforms(generator, i, 1);
          const double scale = mixed ? (uniforms(generator, i / inner, 2)[0] < 0.5 ? 0.5 : 1.5) : 1.0;
          const double value = scale * exponential(u[0]);
          y.push_back(static_cast<float>(value));
          rare.push_back(value > 3.0 ? 1.0f : 0.0f);
          other.push_back(static_cast<float>(value + difference * 4.0 * exponential(u[1]) - difference * 3.0));
        }
      };
      for (Stop& stop : stops)
        for (const std::uint32_t n : checkpoints) {
          if (n > y.size()) extend(n);
          const auto prefix = [n](const std::vector<float>& values) { return std::span(values).first(n); };
          const bool paired = stop.target.statistic == Statistic::difference;
          const auto& values = paired ? other : (stop.target.outcome == "rare" ? rare : y);
          const auto got = sim::assess(stop.target, {prefix(values), prefix(y), {inner, 0}, false}, sim::kConfidence);
          if (!got.reached) continue;
          stop.coverage.add(got.low, got.high, stop.truth);
          break;
        }
    }
    for (const Stop& stop : stops) stop.coverage.check();
  }
}

TEST_CASE("the split of a normal variance into ignorance and luck is unbiased, and its errors cover") {
  constexpr std::uint32_t kInner = 5, kUnits = 400;  // luck 4, ignorance 1: the best inner
  Coverage luck("luck"), ignorance("ignorance"), share("share");
  double sum = 0.0, squares = 0.0;
  std::vector<float> values(kInner * kUnits);
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const sim::Philox generator(seed);
    for (std::uint32_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(sim::normal_quantile(uniforms(generator, i / kInner, 2)[0]) +
                                     2.0 * sim::normal_quantile(uniforms(generator, i, 1)[0]));
    const sim::VarianceSplit split = sim::split_variance(values, {kInner, 0});
    luck.add(split.luck, 4.0);
    ignorance.add(split.ignorance, 1.0);
    share.add(split.share, 0.2);
    sum += split.ignorance.value;
    squares += (split.ignorance.value - 1.0) * (split.ignorance.value - 1.0);
  }
  luck.check(kSkewed);
  ignorance.check(kSkewed);
  share.check(kSkewed);
  // 2/N [n I^2 + 2 I L + L^2 / (n - 1)], and its own relative error sqrt(2 / seeds), 3.3 times.
  const double variance = 2.0 / (kInner * kUnits) * (kInner + 8.0 + 16.0 / (kInner - 1.0));
  CHECK(std::abs(sum / kSeeds - 1.0) < 3.3 * std::sqrt(variance / kSeeds));
  CHECK(std::abs(squares / kSeeds / variance - 1.0) < 3.3 * std::sqrt(2.0 / kSeeds));
}

TEST_CASE("the split of beta-mixed Poisson counts is that of its closed form") {
  // theta ~ Beta(2, 3), Y ~ Poisson(10 theta): luck 10 E theta = 4, ignorance 100 Var theta = 4.
  constexpr std::uint32_t kInner = 4, kUnits = 300;
  Coverage luck("Poisson luck"), ignorance("Poisson ignorance"), share("Poisson share");
  std::vector<float> values(kInner * kUnits);
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const sim::Philox generator(seed);
    double mean = 0.0;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      if (i % kInner == 0) {  // the second smallest of four uniforms
        auto four = uniforms(generator, i / kInner, 2);
        std::sort(four.begin(), four.end());
        mean = 10.0 * four[1];
      }
      values[i] = static_cast<float>(poisson(uniforms(generator, i, 1)[0], mean));
    }
    const sim::VarianceSplit split = sim::split_variance(values, {kInner, 0});
    luck.add(split.luck, 4.0);
    ignorance.add(split.ignorance, 4.0);
    share.add(split.share, 0.5);
  }
  luck.check(kSkewed);
  ignorance.check(kSkewed);
  share.check(kSkewed);
}
