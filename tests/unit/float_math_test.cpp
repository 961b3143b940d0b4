// sim/lanes/float_math.h and sim/rng/normal_pair.h against long double, and the law of the normals.
#include "sim/lanes/float_math.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/rng/normal_pair.h"
#include "sim/rng/philox.h"
#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

constexpr std::uint32_t kLastWord = 0xffffffffu;
constexpr long double kPi = 3.14159265358979323846264338327950288L;

double relative(float value, long double exact) {
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / exact);
}

// Largest error(x) over `count` equidistant floats and their neighbours in place.
template <class Error>
double worst_over(float low, float high, int count, Error error) {
  double worst = 0.0;
  for (int i = 0; i <= count; ++i) {
    const float x = low + (high - low) * (static_cast<float>(i) / static_cast<float>(count));
    for (const float y : {x, std::nextafter(x, high), std::nextafter(x, low)})
      if (y > low && y < high) worst = std::max(worst, error(y));
  }
  return worst;
}

// Words around every power of two, both ends, and one in 4099 of the rest.
template <class Body>
void for_telling_words(Body body) {
  for (std::uint32_t i = 0; i < 100000; ++i) {
    body(i);
    body(kLastWord - i);
  }
  for (std::uint32_t bit = 17; bit < 32; ++bit)
    for (std::uint32_t i = 0; i < 2000; ++i) {
      body((1u << bit) + i - 1000);
      body(~((1u << bit) + i - 1000));
    }
  for (std::uint64_t word = 0; word <= kLastWord; word += 4099) body(static_cast<std::uint32_t>(word));
}

// What squared_radius rounds its word to, in (0, 1].
long double rounded_uniform(std::uint32_t word) {
  return static_cast<long double>(static_cast<float>(static_cast<std::int32_t>(word >> 1U)) + 0.5f) * 0x1p-31L;
}
long double exact_uniform(std::uint32_t word) { return (static_cast<long double>(word >> 1U) + 0.5L) * 0x1p-31L; }

struct ExactPair {
  long double first, second;
};
ExactPair exact_pair(std::uint32_t radius_word, std::uint32_t angle_word) {
  const long double radius = std::sqrt(-2.0L * std::log(exact_uniform(radius_word)));
  const long double angle =
      static_cast<long double>(static_cast<std::int32_t>(angle_word << 2U)) * (kPi / 4.0L) * 0x1p-31L;
  const long double across = (angle_word >> 31U) != 0 ? -std::cos(angle) : std::cos(angle);
  if ((angle_word & 0x40000000u) != 0) return {radius * std::sin(angle), radius * across};
  return {radius * across, radius * std::sin(angle)};
}

// 2^22 normals from words that fill the unit square evenly (additive recurrence with the two powers of
// the inverse plastic number, Roberts 2018): laws are met far closer than by random words.
struct Sample {
  std::vector<float> first, second;
  Sample() {
    constexpr std::size_t kCount = 1u << 22U;
    first.reserve(kCount);
    second.reserve(kCount);
    std::uint64_t a = 1ULL << 63U, b = 1ULL << 63U;
    for (std::size_t i = 0; i < kCount; ++i) {
      a += 13925250533763129543ULL;  // .7548776662466927 2^64
      b += 10511676417013131741ULL;  // .5698402909980532 2^64
      const sim::NormalPair z =
          sim::normal_pair(static_cast<std::uint32_t>(a >> 32U), static_cast<std::uint32_t>(b >> 32U), 1.0f);
      first.push_back(z.first);
      second.push_back(z.second);
    }
  }
};
const Sample& sample() {
  static const Sample made;
  return made;
}

double moment(const std::vector<float>& z, int power) {
  double sum = 0.0;
  for (const float x : z) sum += std::pow(static_cast<double>(x), power);
  return sum / static_cast<double>(z.size());
}

// Largest distance of the empirical distribution from the standard normal one.
double distance_from_normal(std::vector<float> z) {
  std::sort(z.begin(), z.end());
  const auto n = static_cast<double>(z.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double cdf = 0.5 * std::erfc(-static_cast<double>(z[i]) * 0.70710678118654752440);
    worst = std::max({worst, cdf - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - cdf});
  }
  return worst;
}

}  // namespace

TEST_CASE("exp2_lane is within 3e-7 of 2^t for all |t| < 126") {
  const auto error = [](float t) { return relative(sim::exp2_lane(t), std::exp2(static_cast<long double>(t))); };
  CHECK(worst_over(-126.0f, 126.0f, 700000, error) < 3e-7);
  CHECK(worst_over(-1.5f, 1.5f, 300000, error) < 3e-7);
  CHECK(sim::exp2_lane(0.0f) == 1.0f);
  for (int n = -125; n <= 125; ++n) CHECK(sim::exp2_lane(static_cast<float>(n)) == std::ldexp(1.0f, n));
}

TEST_CASE("exp_lane is within 3e-7 of e^x for all |x| < 87") {
  const auto error = [](float x) { return relative(sim::exp_lane(x), std::exp(static_cast<long double>(x))); };
  CHECK(worst_over(-87.0f, 87.0f, 700000, error) < 3e-7);
  CHECK(worst_over(0.0f, 30.0f, 300000, error) < 3e-7);
  CHECK(worst_over(-0.01f, 0.01f, 100000, error) < 3e-7);
  CHECK(sim::exp_lane(0.0f) == 1.0f);
}

TEST_CASE("log_lane is within 1e-7 max(1, |ln x|) of ln x at every exponent") {
  double worst = 0.0;
  const auto look = [&](std::uint32_t bits) {
    const float x = std::bit_cast<float>(bits);
    const long double exact = std::log(static_cast<long double>(x));
    const double size = std::max(1.0, static_cast<double>(std::abs(exact)));
    worst = std::max(worst, std::abs(static_cast<double>(static_cast<long double>(sim::log_lane(x)) - exact)) / size);
  };
  for (std::uint32_t exponent = 1; exponent < 255; ++exponent) {
    for (std::uint32_t m = 0; m < 0x800000u; m += 2053) look(exponent << 23U | m);
    // Both sides of where the mantissa is split, at sqrt(1/2).
    for (std::uint32_t m = 0x3504f3u - 50; m < 0x3504f3u + 50; ++m) look(exponent << 23U | m);
  }
  for (std::uint32_t i = 0; i < 200000; ++i) {  // around 1
    look(0x3f800000u + i);
    look(0x3f800000u - i);
  }
  CHECK(worst < 1e-7);
  CHECK(sim::log_lane(1.0f) == 0.0f);
}

TEST_CASE("the squared radius is finite, never negative and below 44.4 at every word") {
  CHECK(sim::squared_radius(kLastWord) == 0.0f);
  float lowest = 1.0f, highest = 0.0f;
  bool finite = true;
  const auto look = [&](std::uint32_t word) {
    const float r = sim::squared_radius(word);
    lowest = std::min(lowest, r);
    highest = std::max(highest, r);
    finite = finite && std::isfinite(r);
  };
  // Every word that can come near 0, the smallest million, and one in 61 between.
  for (std::uint64_t word = 0xf8000000u; word <= kLastWord; ++word) look(static_cast<std::uint32_t>(word));
  for (std::uint32_t word = 0; word < 1000000; ++word) look(word);
  for (std::uint64_t word = 0; word <= kLastWord; word += 61) look(static_cast<std::uint32_t>(word));
  CHECK(finite);
  CHECK(lowest == 0.0f);
  CHECK(highest < 44.4f);
  CHECK(highest > 44.3f);
}

TEST_CASE("the squared radius is within 4e-6 of its formula, and near 0 within 3e-7 of that of its rounded uniform") {
  double worst = 0.0, near = 0.0;
  for_telling_words([&](std::uint32_t word) {
    const auto r = static_cast<long double>(sim::squared_radius(word));
    worst = std::max(worst, static_cast<double>(std::abs(r + 2.0L * std::log(exact_uniform(word)))));
    const long double rounded = -2.0L * std::log(rounded_uniform(word));
    if (rounded > 0.0L && rounded < 0.5L) near = std::max(near, static_cast<double>(std::abs(r - rounded) / rounded));
  });
  CHECK(worst < 4e-6);
  CHECK(near < 3e-7);
}

TEST_CASE("a pair of normals is close to Box and Muller's formula") {
  double worst = 0.0, worst_near_centre = 0.0;
  std::uint32_t angle = 12345;
  for_telling_words([&](std::uint32_t word) {
    angle = angle * 1664525u + 1013904223u;  // Numerical Recipes' generator: any spread of angles will do
    const sim::NormalPair z = sim::normal_pair(word, angle, 1.0f);
    const ExactPair exact = exact_pair(word, angle);
    const double error = static_cast<double>(std::max(std::abs(static_cast<long double>(z.first) - exact.first),
                                                      std::abs(static_cast<long double>(z.second) - exact.second)));
    // The radius is the root of a number rounded to 2^-25: near 0 the root magnifies what was lost.
    double& slot = sim::squared_radius(word) > 0.01f ? worst : worst_near_centre;
    slot = std::max(slot, error);
  });
  CHECK(worst < 2e-6);
  CHECK(worst_near_centre < 5e-4);
}

TEST_CASE("normals are finite at all combinations of extreme words") {
  for (const std::uint32_t radius : {0u, 1u, kLastWord - 1, kLastWord})
    for (const std::uint32_t angle : {0u, 1u, kLastWord - 1, kLastWord, 0x1fffffffu, 0x20000000u, 0x3fffffffu,
                                      0x40000000u, 0x7fffffffu, 0x80000000u, 0xbfffffffu, 0xc0000000u})
      for (const float scale : {0.0f, 1.0f, 3.5f}) {
        const sim::NormalPair z = sim::normal_pair(radius, angle, scale);
        CAPTURE(radius);
        CAPTURE(angle);
        CHECK(std::isfinite(z.first));
        CHECK(std::isfinite(z.second));
        CHECK(std::abs(z.first) <= 6.67f * scale);
        CHECK(std::abs(z.second) <= 6.67f * scale);
      }
  CHECK(sim::normal_pair(0, 0, 1.0f).first > 6.65f);
  CHECK(sim::normal_pair(0, 0x80000000u, 1.0f).first < -6.65f);
}

TEST_CASE("angles tile the circle evenly") {
  std::vector<double> angles;
  for (std::uint64_t word = 0; word <= kLastWord; word += 65537) {
    const sim::NormalPair z = sim::normal_pair(1u << 30U, static_cast<std::uint32_t>(word), 1.0f);
    angles.push_back(std::atan2(static_cast<double>(z.second), static_cast<double>(z.first)));
  }
  std::sort(angles.begin(), angles.end());
  double worst = 0.0;
  const auto n = static_cast<double>(angles.size());
  for (std::size_t i = 0; i < angles.size(); ++i)
    worst = std::max(worst,
                     std::abs(angles[i] / (2.0 * static_cast<double>(kPi)) + 0.5 - (static_cast<double>(i) + 0.5) / n));
  CHECK(worst < 2.0 / n);
}

TEST_CASE("both components have the moments of the standard normal law") {
  for (const auto* z : {&sample().first, &sample().second}) {
    CHECK(std::abs(moment(*z, 1)) < 2e-5);
    CHECK(moment(*z, 2) == about(1.0, 5e-5));
    CHECK(std::abs(moment(*z, 3)) < 3e-4);
    CHECK(moment(*z, 4) == about(3.0, 3e-4));
    CHECK(moment(*z, 6) == about(15.0, 2e-3));
  }
}

TEST_CASE("both components follow the standard normal law, Kolmogorov's distance below 1e-4") {
  CHECK(distance_from_normal(sample().first) < 1e-4);
  CHECK(distance_from_normal(sample().second) < 1e-4);
}

TEST_CASE("the two components are uncorrelated, and so are their squares") {
  const auto& [first, second] = sample();
  double product = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto x = static_cast<double>(first[i]), y = static_cast<double>(second[i]);
    product += x * y;
    squares += x * x * y * y;
  }
  CHECK(std::abs(product / static_cast<double>(first.size())) < 1e-4);
  CHECK(squares / static_cast<double>(first.size()) == about(1.0, 3e-4));
}

TEST_CASE("normals from the generator's words pass Kolmogorov's test") {
  // Four seeds and two components: 1.95 / sqrt(n) is the .1 % point of one of the eight.
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
    const sim::Philox philox(seed);
    std::vector<float> first, second;
    for (std::uint32_t r = 0; r < 100000; ++r) {
      const auto words = philox.words(r, {77, 4, 1, 0});
      const sim::NormalPair z = sim::normal_pair(words[0], words[1], 1.0f);
      first.push_back(z.first);
      second.push_back(z.second);
    }
    CAPTURE(seed);
    CHECK(distance_from_normal(first) < 1.95 / std::sqrt(100000.0));
    CHECK(distance_from_normal(second) < 1.95 / std::sqrt(100000.0));
  }
}

TEST_CASE("lane functions give the same bits on every instruction set") {
  constexpr std::size_t kCount = 4096;
  std::vector<std::uint32_t> a(kCount), b(kCount);
  const sim::Philox philox(9);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    a[i] = philox.words(i, {1, 1, 1, 0})[0];
    b[i] = philox.words(i, {1, 1, 1, 0})[1];
  }
  std::vector<std::vector<float>> results;
  for (const sim::Isa isa : sim::available_isas()) {
    std::vector<float> out(4 * kCount);
    float* __restrict to = out.data();
    const std::uint32_t* __restrict x = a.data();
    const std::uint32_t* __restrict y = b.data();
    sim::on_lanes(isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < kCount; ++i) {
        const sim::NormalPair z = sim::normal_pair(x[i], y[i], 1.25f);
        to[4 * i] = z.first;
        to[4 * i + 1] = sim::exp2_lane(z.second);
        to[4 * i + 2] = sim::exp_lane(z.first);
        to[4 * i + 3] = sim::log_lane(sim::uniform(x[i]));
      }
    });
    results.push_back(out);
  }
  for (const auto& out : results) CHECK(out == results.front());
}
