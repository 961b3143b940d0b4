// sim/stats/paired.h and dominance.h: comparisons worked out by hand.
#include "sim/stats/paired.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "sim/base/student.h"
#include "sim/stats/dominance.h"
#include "sim/stats/summary.h"
#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

const float kMissing = std::numeric_limits<float>::quiet_NaN();

std::vector<float> uniforms(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 engine{seed};
  std::vector<float> values(n);
  for (float& v : values) v = static_cast<float>(static_cast<double>(engine() >> 12U) * 0x1p-52);
  return values;
}

template <class Change>
std::vector<float> changed(std::vector<float> values, Change change) {
  for (float& v : values) v = change(v);
  return values;
}

const sim::ComparisonNames kNames{"revenue", "base", "sign", true};

}  // namespace

TEST_CASE("a paired difference has the error of the differences, not of the columns") {
  const std::vector<float> a{10.0f, 200.0f, 3000.0f, 40.0f}, b{11.0f, 202.0f, 3003.0f, 40.0f};
  const sim::Comparison c = sim::compare_pairs(a, b, {});
  CHECK(c.count == 4);
  CHECK(c.difference.value == 1.5);
  CHECK(c.difference.error == about(std::sqrt(5.0 / 3.0 / 4.0), 1e-14));
  CHECK(c.difference.high == about(1.5 + sim::student_quantile(3.0, 0.975) * std::sqrt(5.0 / 12.0), 1e-12));
  CHECK(c.larger == 0.75);
  CHECK(c.equal == 0.25);
  CHECK(c.beats == 0.875);
  CHECK(c.correlation > 0.999);
  CHECK(c.variance_removed > 0.999);
}

TEST_CASE("pairs of units have the errors of their units") {
  const std::vector<float> a{0.0f, 0.0f, 0.0f, 0.0f}, b{1.0f, 3.0f, 5.0f, 7.0f};
  const sim::Comparison c = sim::compare_pairs(a, b, {2, 0});
  CHECK(c.difference.error == about(2.0, 1e-14));  // units 2 and 6
  CHECK(c.difference.high == about(4.0 + 2.0 * sim::student_quantile(1.0, 0.975), 1e-12));
}

TEST_CASE("a pair of which either value is missing is left out of everything") {
  const std::vector<float> a{1.0f, kMissing, 2.0f, 5.0f, 4.0f}, b{2.0f, 9.0f, kMissing, 5.5f, 4.0f};
  const sim::Comparison c = sim::compare_pairs(a, b, {});
  const sim::Comparison same =
      sim::compare_pairs(std::vector<float>{1.0f, 5.0f, 4.0f}, std::vector<float>{2.0f, 5.5f, 4.0f}, {});
  CHECK(c.count == 3);
  CHECK(c.difference.value == same.difference.value);
  CHECK(c.difference.error == same.difference.error);
  CHECK(c.median.value == same.median.value);
  CHECK(c.beats == same.beats);
  CHECK(c.correlation == same.correlation);
  const std::vector<float> none(5, kMissing);
  CHECK(sim::compare_pairs(a, none, {}).count == 0);
  CHECK(std::isnan(sim::compare_pairs(a, none, {}).difference.value));
}

TEST_CASE("a shift moves every quantile by itself without error, a scale by their distance") {
  const std::vector<float> a = uniforms(4001, 1);
  const auto shifted = changed(a, [](float v) { return v + 8.0f; });
  const sim::Comparison c = sim::compare_pairs(a, shifted, {});
  for (const sim::Estimate& e : {c.p05, c.median, c.p95}) {
    CHECK(e.value == about(8.0, 1e-6));
    CHECK(e.error < 1e-6);
  }
  const sim::Comparison twice = sim::compare_pairs(a, changed(a, [](float v) { return 2.0f * v; }), {});
  CHECK(twice.p95.value == about(0.95, 0.02));
  // Half the difference of 2 Q - Q is one quantile's error: sqrt(p q / n) / f, f = 1. The density is that of some
  // hundred values about the quantile.
  CHECK(twice.median.error == about(std::sqrt(0.25 / 4001.0), 0.2));
  CHECK(twice.p05.error == about(std::sqrt(0.05 * 0.95 / 4001.0), 0.25));
}

TEST_CASE("a difference of quantiles is missing where either quantile has no interval") {
  const std::vector<float> a = uniforms(71, 2), b = uniforms(71, 3);
  const sim::Comparison c = sim::compare_pairs(a, b, {});
  for (const double x : {c.p05.error, c.p05.low, c.p95.high}) CHECK(std::isnan(x));
  CHECK_FALSE(std::isnan(c.p05.value));
  CHECK(c.median.error > 0.0);
  CHECK(sim::compare_pairs(uniforms(72, 2), uniforms(72, 3), {}).p05.error > 0.0);
  // Two units have no share to rely on, however many replications they hold.
  CHECK(std::isnan(sim::compare_pairs(uniforms(400, 2), uniforms(400, 3), {200, 0}).p05.error));
}

TEST_CASE("quantiles of counts that sit between two steps differ by up to the steps on both sides") {
  // 0 and 1 half of the time each, apart from each other.
  std::vector<float> a(1000), b(1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    a[i] = static_cast<float>(i % 2);
    b[i] = static_cast<float>(i / 2 % 2);
  }
  const sim::Comparison c = sim::compare_pairs(a, b, {});
  CHECK(c.median.value == 0.0);
  CHECK(c.median.error == about(1.0, 0.05));  // either jumps half of the time: sqrt(1/2 + 1/2) at the very edge
  CHECK(c.median.low == -1.0);
  CHECK(c.median.high == 1.0);
}

TEST_CASE("the chance to beat the baseline has Wilson's interval, with ties over units by their own variance") {
  // Each unit of two: one of 1, 0 or a tie in both, 40 units each.
  std::vector<float> a(240, 0.0f), b(240, 0.0f);
  for (std::size_t i = 0; i < 240; ++i) b[i] = static_cast<float>(i / 2 % 3) - 1.0f;
  const sim::Comparison one = sim::compare_pairs(a, b, {}), two = sim::compare_pairs(a, b, {2, 0});
  CHECK(one.beats == 0.5);
  const sim::Interval all = sim::wilson(0.5, 240.0, sim::kNormal975);
  CHECK(one.beats_interval.low == about(all.low, 1e-12));
  CHECK(one.larger_interval.high == about(sim::wilson(1.0 / 3.0, 240.0, sim::kNormal975).high, 1e-12));
  const sim::Interval half = sim::wilson(0.5, 119.0, sim::student_quantile(119.0, 0.975));
  CHECK(two.beats_interval.low == about(half.low, 1e-12));
  CHECK(two.beats_interval.high == about(half.high, 1e-12));
}

TEST_CASE("a ratio of means has the error of the delta method, and none where the baseline may be 0") {
  const std::vector<float> a{9.0f, 10.0f, 11.0f, 10.0f}, b{18.0f, 20.0f, 22.0f, 24.0f};
  const sim::Comparison c = sim::compare_pairs(a, b, {});
  CHECK(c.ratio.value == about(2.1, 1e-14));
  // Residuals b - 2.1 a: -.9, -1, -1.1, 3.
  CHECK(c.ratio.error == about(std::sqrt((0.81 + 1.0 + 1.21 + 9.0) / 3.0 / 4.0) / 10.0, 1e-12));
  CHECK(
      std::isnan(sim::compare_pairs(std::vector<float>{-1.0f, 1.0f}, std::vector<float>{1.0f, 2.0f}, {}).ratio.value));
  CHECK(std::isnan(sim::compare_pairs(std::vector<float>{0.0f, 9.0f}, std::vector<float>{1.0f, 2.0f}, {}).ratio.value));
}

TEST_CASE("independent columns are not helped by pairing, opposed ones are hurt") {
  const std::vector<float> a = uniforms(20000, 2), b = uniforms(20000, 3);
  CHECK(std::abs(sim::compare_pairs(a, b, {}).variance_removed) < 0.03);
  CHECK(sim::compare_pairs(a, changed(a, [](float v) { return -v; }), {}).variance_removed == about(-1.0, 1e-6));
  const std::vector<float> constant(20000, 1.0f);
  CHECK(std::isnan(sim::compare_pairs(constant, constant, {}).variance_removed));
  CHECK(std::isnan(sim::compare_pairs(constant, a, {}).correlation));
}

TEST_CASE("a variant that is larger in every replication dominates") {
  const std::vector<float> a = uniforms(2000, 4);
  const auto b = changed(a, [](float v) { return v + 0.125f; });
  const sim::DominanceTest test = sim::test_dominance(a, b, {});
  CHECK(test.verdict == sim::Dominance::b_larger);
  CHECK(test.loss == 0.0);
  CHECK(test.gain == about(0.125, 0.3));
  CHECK(sim::in_words(test, kNames) ==
        "at every level of revenue, `sign` makes reaching it at least as likely as `base`");
  const sim::DominanceTest reverse = sim::test_dominance(b, a, {});
  CHECK(reverse.verdict == sim::Dominance::a_larger);
  CHECK(reverse.loss == test.gain);
  CHECK(sim::in_words(reverse, {"partners lost", "base", "sign", false}) ==
        "at every level of partners lost, `sign` makes staying at or below it at least as likely as `base`");
}

TEST_CASE("a wider variant crosses at the value that both reach equally often") {
  const std::vector<float> a = uniforms(20000, 5);
  const auto b = changed(a, [](float v) { return 1.2e6f + 2.0e5f * (v - 0.5f); });
  const auto base = changed(a, [](float v) { return 1.2e6f + 1.0e5f * (v - 0.5f); });
  const sim::DominanceTest test = sim::test_dominance(base, b, {});
  CHECK(test.verdict == sim::Dominance::crosses);
  CHECK(test.crossings == 1);
  CHECK(test.crossing == about(1.2e6, 0.003));
  CHECK(test.gain == about(0.25, 0.05));
  CHECK(test.loss == about(0.25, 0.05));
  CHECK(sim::in_words(test, kNames) == "neither is better everywhere: `sign` is better above 1.2 million, worse below");
  const sim::DominanceTest reverse = sim::test_dominance(b, base, {});
  CHECK(sim::in_words(reverse, kNames) ==
        "neither is better everywhere: `sign` is better below 1.2 million, worse above");
}

TEST_CASE("gaps that Monte Carlo error explains are no difference, more so where replications share draws") {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::vector<float> a = uniforms(400, 100 + seed), b = uniforms(400, 1000 + seed);
    std::vector<float> many_a, many_b;
    for (std::size_t i = 0; i < a.size(); ++i) {
      many_a.insert(many_a.end(), 20, a[i]);
      many_b.insert(many_b.end(), 20, b[i]);
    }
    const auto once = sim::test_dominance(a, b, {}), often = sim::test_dominance(many_a, many_b, {20, 0});
    alarms += once.verdict != sim::Dominance::no_difference ? 1 : 0;
    alarms += often.verdict != sim::Dominance::no_difference ? 1 : 0;
    CHECK(often.gain == about(once.gain, 1e-12));
    CHECK(often.tolerance == about(once.tolerance, 0.05));
  }
  CHECK(alarms <= 10);  // 5 % of 200 at most
}

TEST_CASE("sections that lie apart are compared like those that lie together") {
  const std::vector<float> a = uniforms(600, 7), b = uniforms(600, 8);
  std::vector<float> together_a(600), together_b(600);
  for (std::size_t i = 0; i < 600; ++i) {  // replication i of batch i % 30
    together_a[i % 30 * 20 + i / 30] = a[i];
    together_b[i % 30 * 20 + i / 30] = b[i];
  }
  const auto apart = sim::test_dominance(a, b, {1, 30}),
             together = sim::test_dominance(together_a, together_b, {20, 0});
  CHECK(apart.gain == together.gain);
  CHECK(apart.tolerance == about(together.tolerance, 1e-12));
  CHECK(sim::compare_pairs(a, b, {1, 30}).median.error ==
        about(sim::compare_pairs(together_a, together_b, {20, 0}).median.error, 1e-10));
}

TEST_CASE("equal columns differ nowhere") {
  const std::vector<float> a = uniforms(500, 6);
  const sim::DominanceTest test = sim::test_dominance(a, a, {});
  CHECK(test.verdict == sim::Dominance::no_difference);
  CHECK(test.gain == 0.0);
  CHECK(test.loss == 0.0);
  CHECK(test.tolerance == 0.0);
  CHECK(sim::test_dominance({}, {}, {}).verdict == sim::Dominance::no_difference);
}
