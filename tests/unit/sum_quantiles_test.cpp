// sim/rng/sum_quantiles.h against other methods: closed forms, Boost.Math, quadrature, and Fourier transforms on a
// grid, tilted for the lower tail.
#include "sim/rng/sum_quantiles.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <random>
#include <vector>

#include "sim/rng/sum_grid.h"
#include "tests/support/compound_poisson.h"

namespace {

using partnersim::testing::fourier;
using partnersim::testing::Lognormal;
using sim::SummedLaw;

constexpr double kInProbability = 1e-6, kInValue = 1e-3;

struct Both {
  double lower, upper;  // P(S <= s), P(S > s)
};

// The sum of n terms of mean 1 for each word, n a block.
std::vector<double> sums_of(SummedLaw law, double cv, std::uint32_t n, const std::vector<std::uint32_t>& words) {
  sim::SumQuantiles quantiles;
  const std::uint32_t number = quantiles.add(law, cv);
  std::vector<std::uint32_t> padded_words = words, counts(sim::padded(words.size()), n);
  padded_words.resize(counts.size());
  std::vector<float> sums(counts.size());
  quantiles.fill(sim::default_isa(), number, {counts.data(), padded_words.data(), words.size()}, sums.data());
  return {sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(words.size())};
}

// From the ends to the median, each with its complement.
std::vector<std::uint32_t> words_of_all_sizes() {
  std::vector<std::uint32_t> words{0, 1, 2, 3, 4, 6, 11, 20, 47};
  for (double y = 5.0; y > 1.0; y -= 0.043) words.push_back(static_cast<std::uint32_t>(std::exp2(32.0 - y * y)));
  words.push_back(0x7fffffffu);
  for (std::size_t k = words.size(); k-- > 0;) words.push_back(~words[k]);
  return words;
}

struct Worst {
  double probability = 0.0, value = 0.0;
};

// How far off the sums of words are: their probabilities, beyond what rounding to a float makes of them, and their
// values, by the local density, where probability(s) is P(S <= s) and P(S > s).
template <class Probability>
Worst worst_of(SummedLaw law, double cv, std::uint32_t n, const std::vector<std::uint32_t>& words,
               const Probability& probability) {
  const std::vector<double> sums = sums_of(law, cv, n, words);
  Worst worst;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool upper = words[i] < 0x80000000u;
    const double wanted = (static_cast<double>(upper ? words[i] : ~words[i]) + 0.5) * 0x1p-32;
    const auto beyond = [&](double s) { return upper ? probability(s).upper : probability(s).lower; };
    const double found = beyond(sums[i]), step = 1.0 + 1e-3 * cv / std::sqrt(n);
    const double elasticity =
        std::abs(std::log(beyond(sums[i] * step) / beyond(sums[i] / step)) / (2.0 * std::log(step)));
    const double grain = found * elasticity * 0x1p-24;
    worst.probability = std::max(worst.probability, std::abs(found - wanted) - grain);
    if (sums[i] < 0x1p-99) continue;  // held there
    worst.value = std::max(worst.value, std::abs(std::log(found / wanted)) / elasticity);
  }
  return worst;
}

void check(const Worst& worst, SummedLaw law, double cv, std::uint32_t n) {
  CAPTURE(static_cast<int>(law));
  CAPTURE(cv);
  CAPTURE(n);
  CHECK(worst.probability < kInProbability);
  CHECK(worst.value < kInValue);
}

// The law of a sum of n lognormals by Fourier transform on a grid (tests/support/compound_poisson.h), weighted with
// e^(-tilt s): what lies far from the weighted law's middle drowns in rounding errors, the rest is exact but for
// O(h^2).
class GridSum {
 public:
  GridSum(double cv, std::uint32_t n, double tilt, double width, double from, std::size_t cells)
      : tilt_(tilt), width_(width), first_(std::floor(from / width)), mass_(cells) {
    const Lognormal term{1.0, cv};
    std::vector<std::complex<double>> a(cells);
    double below = 0.0, total = 0.0;
    for (std::size_t k = 0; k < cells; ++k) {
      const double edge = term.cdf((static_cast<double>(k) + 0.5) * width);
      a[k] = (edge - below) * std::exp(-tilt * static_cast<double>(k) * width);
      total += a[k].real();
      below = edge;
    }
    fourier(a, -1.0);
    for (auto& x : a) x = std::pow(x / total, static_cast<double>(n));
    fourier(a, 1.0);
    // What lies above the grid has wrapped around.
    for (std::size_t j = 0; j < cells; ++j) {
      const double s = (first_ + static_cast<double>(j)) * width;
      const auto k = static_cast<std::size_t>(first_ + static_cast<double>(j)) % cells;
      mass_[j] = a[k].real() / static_cast<double>(cells) * std::exp(n * std::log(total) + tilt * s);
    }
    lower_.resize(cells + 1);
    upper_.resize(cells + 1);
    for (std::size_t j = 0; j < cells; ++j) lower_[j + 1] = lower_[j] + mass_[j];
    for (std::size_t j = cells; j-- > 0;) upper_[j] = upper_[j + 1] + mass_[j];
  }

  Both operator()(double s) const {
    const double cell = s / width_ + 0.5 - first_;
    const auto j = static_cast<std::size_t>(cell);
    REQUIRE(j + 1 < lower_.size());
    const double part = cell - static_cast<double>(j);
    // Straight in the logarithm.
    const auto between = [&](const std::vector<double>& p) {
      return p[j] > 0.0 && p[j + 1] > 0.0 ? std::pow(p[j], 1.0 - part) * std::pow(p[j + 1], part) : 0.0;
    };
    return {between(lower_), between(upper_)};
  }

 private:
  double tilt_, width_, first_;
  std::vector<double> mass_, lower_, upper_;
};

}  // namespace

TEST_CASE("the tables of sums are the same bits whatever built them") {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  const auto add = [&](const sim::sums::Entries& entries) {
    for (const auto& node : entries)
      for (const std::int32_t entry : node) hash = (hash ^ static_cast<std::uint32_t>(entry)) * 0x100000001b3u;
  };
  for (const auto& row : sim::sums::kLognormal) add(row);
  add(sim::sums::kGamma);
  CHECK(hash == 5440083434559062145u);
}

TEST_CASE("one lognormal term has its law in the middle and in both tails") {
  for (const double cv : {0.01, 0.05, 0.3, 0.8, 1.3, 2.0}) {
    const Lognormal law{1.0, cv};
    const boost::math::lognormal exact(law.log_median(), law.sigma());
    check(worst_of(SummedLaw::lognormal, cv, 1, words_of_all_sizes(),
                   [&](double s) {
                     return Both{cdf(exact, s), cdf(complement(exact, s))};
                   }),
          SummedLaw::lognormal, cv, 1);
  }
}

TEST_CASE("sums of gamma terms are gamma in the middle and in both tails") {
  for (const double cv : {0.05, 0.4, 1.0, 1.4, 2.0})
    for (const std::uint32_t n : {1u, 2u, 5u, 16u, 64u, 4096u}) {
      const double shape = n / (cv * cv);
      const boost::math::gamma_distribution<> exact(shape, cv * cv);
      check(worst_of(SummedLaw::gamma, cv, n, words_of_all_sizes(),
                     [&](double s) {
                       return Both{cdf(exact, s), cdf(complement(exact, s))};
                     }),
            SummedLaw::gamma, cv, n);
    }
}

TEST_CASE("sums of two lognormal terms have the law that quadrature gives") {
  for (const double cv : {0.1, 0.8, 1.5, 2.0}) {
    const Lognormal law{1.0, cv};
    const boost::math::lognormal one(law.log_median(), law.sigma());
    // Both terms alike: one of them is at most half of the sum.
    const auto probability = [&](double s) {
      const auto over = [&](const auto& of_rest) {
        double sum = 0.0;
        for (const auto& [from, to] : {std::pair{0.0, 1e-3}, {1e-3, 1e-2}, {1e-2, 0.1}, {0.1, 0.25}, {0.25, 0.5}})
          sum += boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
              [&](double p) { return s * pdf(one, s * p) * of_rest(s * p); }, from, to, 4, 1e-10);
        return sum;
      };
      const double half = cdf(one, 0.5 * s), rest = cdf(complement(one, 0.5 * s));
      return Both{2.0 * over([&](double x) { return cdf(one, s - x) - half; }) + half * half,
                  2.0 * over([&](double x) { return cdf(complement(one, s - x)); }) + rest * rest};
    };
    check(worst_of(SummedLaw::lognormal, cv, 2, words_of_all_sizes(), probability), SummedLaw::lognormal, cv, 2);
  }
}

TEST_CASE("sums of many lognormal terms have the law that Fourier transforms give") {
  struct Case {
    double cv;
    std::uint32_t n;
  };
  const std::vector<std::uint32_t> words = words_of_all_sizes();
  for (const Case& c : {Case{0.1, 3}, Case{0.1, 1024}, Case{0.3, 16}, Case{0.8, 3}, Case{0.8, 7}, Case{0.8, 16},
                        Case{0.8, 128}, Case{1.2, 5}, Case{2.0, 16}, Case{2.0, 64}}) {
    const std::vector<double> sums = sums_of(SummedLaw::lognormal, c.cv, c.n, words);
    const double width = (c.cv < 2.0 ? 0.004 : 0.0025) * c.cv, from = std::max(0.0, c.n - 9.0 * c.cv * std::sqrt(c.n));
    // So far beyond the largest that nothing is missed.
    const double reach = sums[0] * (1.0 + 3.0 * std::min(1.0, c.cv)) - from;
    const auto cells = std::bit_ceil(static_cast<std::size_t>(reach / width));
    const GridSum exact(c.cv, c.n, 0.0, width, from, cells);
    std::vector<std::uint32_t> chosen;
    // Below, the grid is too coarse where a sum is a few cells, and rounding errors too large.
    for (std::size_t i = 0; i < words.size(); ++i)
      if (words[i] < 0x80000000u || (~words[i] > 1u << 14 && sums[i] > 100.0 * width)) chosen.push_back(words[i]);
    check(worst_of(SummedLaw::lognormal, c.cv, c.n, chosen, exact), SummedLaw::lognormal, c.cv, c.n);
  }
}

TEST_CASE("the lower tail of sums of many lognormal terms is that of a tilted law") {
  for (const double cv : {0.3, 0.8, 2.0})
    for (const std::uint32_t n : {4u, 16u, 64u}) {
      std::vector<std::uint32_t> words;
      for (const std::uint32_t word : {0u, 1u, 3u, 10u, 40u, 300u, 4000u, 100'000u, 2'000'000u}) words.push_back(~word);
      // A tilt under which the mean is one of these sums, and a grid that is fine for it.
      const double middle = sums_of(SummedLaw::lognormal, cv, n, {~100u})[0] / n;
      const Lognormal term{1.0, cv};
      double low = 0.0, high = 1e6;
      for (int step = 0; step < 100; ++step) {
        const double tilt = 0.5 * (low + high);
        double mass = 0.0, mean = 0.0;
        for (double z = -9.0; z < 9.0; z += 0.01) {
          const double x = std::exp(term.log_median() + term.sigma() * z);
          const double density = std::exp(-0.5 * z * z - tilt * x);
          mass += density;
          mean += density * x;
        }
        (mean > mass * middle ? low : high) = tilt;
      }
      const GridSum exact(cv, n, low, middle * 0.002, 0.0, 1u << 17);
      check(worst_of(SummedLaw::lognormal, cv, n, words, exact), SummedLaw::lognormal, cv, n);
    }
}

TEST_CASE("sums have the mean and the variance of n terms over all words") {
  // Every word near the ends, 4,096 of each octave beyond: the middle of each stands for its neighbours.
  std::vector<std::uint32_t> words;
  std::vector<double> weights;
  for (std::uint32_t octave = 12; octave <= 31; ++octave) {
    const std::uint32_t first = octave == 12 ? 0 : 1u << (octave - 1), step = octave == 12 ? 1 : 1u << (octave - 13);
    for (std::uint32_t k = 0; k < 4096; ++k) {
      words.push_back(first + k * step + step / 2);
      weights.push_back(static_cast<double>(step) * 0x1p-32);
    }
  }
  const std::size_t half = words.size();
  for (std::size_t k = 0; k < half; ++k) {
    // Steps are even beyond the first octaves: their middle is between two words.
    words.push_back(~words[k]);
    weights.push_back(weights[k]);
  }
  for (const SummedLaw law : {SummedLaw::lognormal, SummedLaw::gamma})
    for (const double cv : {0.05, 0.1, 0.5, 0.8, 1.0, 1.5, 2.0})
      for (std::size_t row = 0; row < sim::sums::kRows; ++row) {
        const std::uint32_t n = sim::sums::terms_of(row);
        const std::vector<double> sums = sums_of(law, cv, n, words);
        double mean = 0.0, square = 0.0;
        for (std::size_t i = 0; i < sums.size(); ++i) {
          const double deviation = (sums[i] - n) / (cv * std::sqrt(n));
          mean += weights[i] * deviation;
          square += weights[i] * deviation * deviation;
        }
        CAPTURE(static_cast<int>(law));
        CAPTURE(cv);
        CAPTURE(n);
        CHECK(std::abs(mean) < 1e-6);  // in standard deviations
        // Beyond a cv of 1 the last words of a lognormal's tail weigh too much; narrow sums see the grain of floats.
        const double grain = 1e-9 * std::sqrt(n) / cv;
        CHECK(std::abs(square - mean * mean - 1.0) < grain + (law == SummedLaw::lognormal && cv > 1.0 ? 3e-5 : 1e-6));
      }
}

TEST_CASE("sums are the same for every instruction set, number of cells and way to name their law") {
  sim::SumQuantiles quantiles;
  const std::uint32_t a = quantiles.add(SummedLaw::lognormal, 0.8), b = quantiles.add(SummedLaw::gamma, 1.1);
  CHECK(quantiles.add(SummedLaw::lognormal, 0.8) == a);
  CHECK(quantiles.add(SummedLaw::gamma, 0.8) != a);
  std::mt19937 engine(17);
  const std::size_t cells = 1000;
  std::vector<std::uint32_t> counts(sim::padded(cells), 0xffffffffu), words(counts), laws(counts.size(), b);
  for (std::size_t i = 0; i < cells; ++i) {
    counts[i] = static_cast<std::uint32_t>(engine() >> (engine() % 32)) >> 1;
    words[i] = static_cast<std::uint32_t>(engine());
  }
  std::vector<float> wanted(counts.size()), found(counts.size());
  quantiles.fill(sim::Isa::baseline, b, {counts.data(), words.data(), cells}, wanted.data());
  for (const sim::Isa isa : sim::available_isas())
    for (const std::size_t size : {std::size_t{1}, std::size_t{17}, cells}) {
      quantiles.fill(isa, b, {counts.data(), words.data(), size}, found.data());
      CHECK(std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(size), wanted.begin()));
      quantiles.fill(isa, laws.data(), {counts.data(), words.data(), size}, found.data());
      CHECK(std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(size), wanted.begin()));
    }
}

TEST_CASE("a block is all terms up to 16, then the largest power of two; no terms sum to 0") {
  for (const auto& [n, block] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 0},
                                                                                     {1, 1},
                                                                                     {16, 16},
                                                                                     {17, 16},
                                                                                     {31, 16},
                                                                                     {32, 32},
                                                                                     {37, 32},
                                                                                     {4095, 2048},
                                                                                     {4096, 4096},
                                                                                     {1u << 30, 4096}}) {
    CHECK(sim::block_of(n) == block);
    for (const std::uint32_t word : {0u, 12345u, 0xffffffffu})
      CHECK(sums_of(SummedLaw::gamma, 0.7, n, {word}) == sums_of(SummedLaw::gamma, 0.7, block, {word}));
  }
  CHECK(sums_of(SummedLaw::lognormal, 0.7, 0, {77u})[0] == 0.0);
}
