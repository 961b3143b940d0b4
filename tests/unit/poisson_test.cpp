// sim/rng/poisson.h against the exact law: counts by inversion over all words, counts by rejection over
// replications, and the equality of every path.
#include "sim/rng/poisson.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "sim/lanes/lane.h"
#include "tests/support/about.h"

using partnersim::testing::about;

namespace {

constexpr std::uint32_t kTop = 0xffffffffu;
// Below this word counts are inverted in double precision (poisson.cpp).
constexpr std::uint32_t kTailWord = 1u << 22U;

long double pmf(std::uint32_t k, long double rate) {
  return std::exp(static_cast<long double>(k) * std::log(rate) - rate -
                  std::lgamma(static_cast<long double>(k) + 1.0L));
}

// P(N > k), from the far end.
long double tail(std::uint32_t k, long double rate) {
  long double sum = 0.0L;
  for (std::uint32_t j = k + 400; j > k; --j) sum += pmf(j, rate);
  return sum;
}

// Rates from 1e-6 to 30, among them those where the vector passes change length and their neighbours.
std::vector<float> rates() {
  std::vector<float> all;
  for (int i = 0; i <= 120; ++i) all.push_back(static_cast<float>(1e-6 * std::pow(3e7, i / 120.0)));
  for (const float edge : {0.3f, 1.0f, 2.2f, 3.3f, 4.5f, 6.0f, 9.0f, 13.0f, 16.0f, 20.0f, 25.0f, sim::kInversionLimit})
    for (const float rate : {std::nextafter(edge, 0.0f), edge, std::nextafter(edge, 100.0f)})
      if (rate <= sim::kInversionLimit) all.push_back(rate);
  for (float& rate : all) rate = std::min(rate, sim::kInversionLimit);
  all.push_back(0.0f);
  return all;
}

std::vector<std::uint32_t> mixed_words(std::size_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> words{0, 1, kTop - 1, kTop, kTailWord - 1, kTailWord, kTailWord + 1, 1u << 31U};
  std::mt19937_64 engine{seed};
  while (words.size() < count) {
    const auto word = static_cast<std::uint32_t>(engine() >> 32U);
    words.push_back(engine() % 4 == 0 ? word >> 8U : word);  // a quarter of them near the tail
  }
  words.resize(count);
  return words;
}

// The counts of one batch; replications are first, first + 1, …
std::vector<std::uint32_t> counts_of(sim::Isa isa, const std::vector<std::uint32_t>& words,
                                     const std::vector<float>& batch_rates, std::uint32_t first = 0,
                                     const std::uint32_t* lanes = nullptr,
                                     std::uint32_t first_attempt = sim::kFirstAttempt) {
  const std::size_t n = words.size();
  static const sim::Philox philox(11);
  sim::Lane<std::uint32_t> in(sim::padded(n)), out(sim::padded(n)), scratch(sim::padded(n));
  sim::Lane<float> lambda(sim::padded(n));
  std::copy(words.begin(), words.end(), in.begin());
  std::copy(batch_rates.begin(), batch_rates.end(), lambda.begin());
  std::fill(lambda.begin() + static_cast<std::ptrdiff_t>(n), lambda.end(), 150.0f);  // padding may hold anything
  sim::poisson_counts(isa, {in.data(), lambda.data(), out.data(), scratch.data(), n},
                      {&philox, {lanes, n, first}, {1234, 4, 7, 0}, first_attempt});
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n)};
}

std::uint32_t count_at(std::uint32_t word, float rate) { return sim::poisson_by_inversion(word, rate); }

// The number of words in [from, to) with more than k; counts may not rise with the word inside.
std::uint64_t words_above(std::uint32_t k, float rate, std::uint64_t from, std::uint64_t to) {
  const std::uint64_t begin = from;
  while (from < to) {
    const std::uint64_t middle = (from + to) / 2;
    if (count_at(static_cast<std::uint32_t>(middle), rate) > k)
      from = middle + 1;
    else
      to = middle;
  }
  return from - begin;
}

struct Moments {
  double mean, variance;
};
Moments moments(const std::vector<std::uint32_t>& counts) {
  double sum = 0.0, squares = 0.0;
  for (const std::uint32_t c : counts) sum += c;
  const double mean = sum / static_cast<double>(counts.size());
  for (const std::uint32_t c : counts) squares += (c - mean) * (c - mean);
  return {mean, squares / static_cast<double>(counts.size() - 1)};
}

struct ChiSquare {
  double value;
  double freedom;
  // Wilson and Hilferty (1931): the same as a standard normal deviate.
  double deviate() const {
    const double c = 2.0 / (9.0 * freedom);
    return (std::cbrt(value / freedom) - (1.0 - c)) / std::sqrt(c);
  }
};

// Cells of at least 25 expected counts; both tails pooled.
ChiSquare chi_square(const std::vector<std::uint32_t>& counts, double rate) {
  const auto top = static_cast<std::uint32_t>(rate + 12.0 * std::sqrt(rate) + 20.0);
  std::vector<double> observed(top + 1, 0.0);
  for (const std::uint32_t c : counts) observed[std::min(c, top)] += 1.0;
  const auto n = static_cast<double>(counts.size());
  ChiSquare result{0.0, -1.0};
  double seen = 0.0, expected = 0.0, left = n, left_seen = n;
  for (std::uint32_t k = 0; k <= top; ++k) {
    seen += observed[k];
    expected += n * static_cast<double>(pmf(k, static_cast<long double>(rate)));
    if (expected < 25.0 || left - expected < 25.0) continue;
    result.value += (seen - expected) * (seen - expected) / expected;
    result.freedom += 1.0;
    left -= expected;
    left_seen -= seen;
    seen = expected = 0.0;
  }
  result.value += (left_seen - left) * (left_seen - left) / left;
  result.freedom += 1.0;
  return result;
}

}  // namespace

TEST_CASE("a batch gives the counts of the reference bit by bit, whatever the instruction set and the rate") {
  for (const sim::Isa isa : sim::available_isas()) {
    CAPTURE(sim::to_string(isa));
    std::uint64_t seed = 0;
    for (const float rate : rates())
      for (const std::size_t count : {std::size_t{1}, std::size_t{31}, std::size_t{512}}) {
        const auto words = mixed_words(count, ++seed);
        const auto counts = counts_of(isa, words, std::vector<float>(count, rate));
        CAPTURE(rate);
        for (std::size_t i = 0; i < count; ++i) REQUIRE(counts[i] == count_at(words[i], rate));
      }
  }
}

TEST_CASE("a count does not depend on the other rates of its batch") {
  std::mt19937_64 engine{6};
  const std::vector<float> all = rates();
  for (const sim::Isa isa : sim::available_isas()) {
    CAPTURE(sim::to_string(isa));
    for (int repeat = 0; repeat < 300; ++repeat) {
      const std::size_t count = 1 + engine() % 200;
      const auto words = mixed_words(count, engine());
      std::vector<float> batch(count);
      for (float& rate : batch) rate = all[engine() % all.size()];
      // Every third batch also meets the rejection sampler.
      const std::size_t large = repeat % 3 == 0 ? engine() % count : count;
      if (large < count) batch[large] = 45.5f;
      const auto counts = counts_of(isa, words, batch);
      for (std::size_t i = 0; i < count; ++i)
        if (i != large) REQUIRE(counts[i] == count_at(words[i], batch[i]));
    }
  }
}

TEST_CASE("large rates give the same counts alone and in company, on all instruction sets") {
  std::mt19937_64 engine{8};
  const std::vector<float> small = rates();
  for (int repeat = 0; repeat < 40; ++repeat) {
    const std::size_t count = 1 + engine() % 400;  // several times what is worked on at once
    const auto words = mixed_words(count, engine());
    std::vector<float> batch(count);
    // From just above the limit to beyond the table of factorials.
    for (float& rate : batch)
      rate = engine() % 4 == 0
                 ? small[engine() % small.size()]
                 : 30.01f * static_cast<float>(std::pow(1000.0, static_cast<double>(engine() % 1000) / 1000.0));
    std::vector<std::uint32_t> alone(count);
    for (std::size_t i = 0; i < count; ++i)
      alone[i] = counts_of(sim::Isa::baseline, {words[i]}, {batch[i]}, static_cast<std::uint32_t>(i)).front();
    for (const sim::Isa isa : sim::available_isas()) {
      CAPTURE(sim::to_string(isa));
      CHECK(counts_of(isa, words, batch) == alone);
    }
  }
}

TEST_CASE("an empty batch and a rate of 0 are counts like others") {
  for (const sim::Isa isa : sim::available_isas()) {
    CHECK(counts_of(isa, {}, {}).empty());
    for (const std::uint32_t c : counts_of(isa, mixed_words(100, 1), std::vector<float>(100, 0.0f))) CHECK(c == 0);
  }
}

TEST_CASE("the extreme words give finite counts with the mass they stand for") {
  for (const float rate : rates()) {
    CAPTURE(rate);
    CHECK(count_at(0, rate) < 200);
    CHECK(count_at(1, rate) <= count_at(0, rate));
    // The top words: u beyond 1 - 2^-32 lies below P(N > 0) only when exp(-rate) < 2^-32.
    if (rate < 20.0f) {
      CHECK(count_at(kTop, rate) == 0);
      CHECK(count_at(kTop - 1, rate) == 0);
    }
    CHECK(count_at(kTop, rate) <= count_at(kTop - 1, rate));
    if (rate == 0.0f) continue;
    // The count at word 0 leaves 2^-33 above it; words resolve no more than that.
    const auto exact = static_cast<long double>(rate);
    CHECK(tail(count_at(0, rate), exact) <= 0x1p-33L * 1.00001L);
    if (count_at(0, rate) > 0) CHECK(tail(count_at(0, rate) - 1, exact) >= 0x1p-33L * 0.99999L);
  }
}

TEST_CASE("counts never rise with the word, within the body and within the tail") {
  for (const float rate : rates()) {
    CAPTURE(rate);
    std::uint32_t before = count_at(0, rate);
    int rises = 0;
    for (std::uint32_t word = 0; word < kTailWord; word += 4093) {
      rises += count_at(word, rate) > before ? 1 : 0;
      before = count_at(word, rate);
    }
    before = count_at(kTailWord, rate);
    for (std::uint64_t word = kTailWord; word <= kTop; word += 1048573) {
      rises += count_at(static_cast<std::uint32_t>(word), rate) > before ? 1 : 0;
      before = count_at(static_cast<std::uint32_t>(word), rate);
    }
    CHECK(rises == 0);
  }
}

TEST_CASE(
    "tail and body meet: where one precision hands over to the other counts hardly ever step up, and by one at most") {
  int steps_up = 0, seams = 0;
  for (float rate = 0.001f; rate <= sim::kInversionLimit; rate += 0.001f) {
    const std::uint32_t below = count_at(kTailWord - 1, rate), above = count_at(kTailWord, rate);
    if (above > below + 1 || below > above + 1) FAIL_CHECK("counts jump at rate " << rate);
    steps_up += above > below ? 1 : 0;
    ++seams;
  }
  CHECK(seams > 29000);
  // A step up needs P(N > k) within 2e-6 of 2^-10 for some k.
  CHECK(steps_up < seams / 500);
}

TEST_CASE("the distribution function is met to 2e-6, and in the tail to the words' own resolution") {
  for (const float rate : rates()) {
    if (rate == 0.0f) continue;
    CAPTURE(rate);
    double worst_body = 0.0, worst_tail = 0.0;
    for (std::uint32_t k = 0; k < 120; ++k) {
      const auto exact = static_cast<double>(tail(k, static_cast<long double>(rate)));
      if (exact < 1e-11) break;
      const std::uint64_t in_tail = words_above(k, rate, 0, kTailWord);
      const std::uint64_t in_body = words_above(k, rate, kTailWord, std::uint64_t{1} << 32U);
      const double met = static_cast<double>(in_tail + in_body) * 0x1p-32;
      double& worst = exact < 0.0009 ? worst_tail : worst_body;
      worst = std::max(worst, std::abs(met - exact));
    }
    CHECK(worst_body < 2e-6);  // single-precision sums; about 3e-7 on average
    CHECK(worst_tail <= 0x1p-33 + 1e-14);
  }
}

TEST_CASE("evenly spread words give the exact law") {
  constexpr std::uint32_t kStep = 1u << 12U;
  for (const float rate : {0.1f, 1.0f, 2.0f, 5.0f, 12.0f, 29.0f}) {
    CAPTURE(rate);
    std::vector<std::uint32_t> words, counts;
    for (std::uint64_t word = kStep / 2; word <= kTop; word += kStep) words.push_back(static_cast<std::uint32_t>(word));
    for (const std::uint32_t word : words) counts.push_back(count_at(word, rate));
    const auto n = static_cast<double>(counts.size());
    std::vector<double> observed(200, 0.0);
    for (const std::uint32_t c : counts) observed[c] += 1.0;
    for (std::uint32_t k = 0; k < observed.size(); ++k)
      // Both ends of a count's range of words are met to one word of these, and to 2e-6.
      CHECK(std::abs(observed[k] - n * static_cast<double>(pmf(k, static_cast<long double>(rate)))) < 1.0 + 4e-6 * n);
    const ChiSquare chi = chi_square(counts, static_cast<double>(rate));
    CHECK(chi.value < 0.2 * chi.freedom);  // far below what chance would leave
    const Moments m = moments(counts);
    CHECK(m.mean == about(static_cast<double>(rate), 1e-5));
    CHECK(m.variance == about(static_cast<double>(rate), 1e-4));
  }
}

TEST_CASE("large rates, drawn by rejection, have the mean, the variance and the law of Poisson counts") {
  constexpr std::size_t kBatch = 500, kBatches = 400;
  // Nine numbers are looked at: 3.5 standard deviations leave a false alarm in 240.
  for (const float rate : {31.0f, 100.0f, 5000.0f}) {
    CAPTURE(rate);
    std::vector<std::uint32_t> counts;
    for (std::uint32_t b = 0; b < kBatches; ++b) {
      const auto part = counts_of(sim::default_isa(), std::vector<std::uint32_t>(kBatch, 0),
                                  std::vector<float>(kBatch, rate), b * static_cast<std::uint32_t>(kBatch));
      counts.insert(counts.end(), part.begin(), part.end());
    }
    const auto n = static_cast<double>(counts.size());
    const auto lambda = static_cast<double>(rate);
    const Moments m = moments(counts);
    CHECK(std::abs(m.mean - lambda) < 3.5 * std::sqrt(lambda / n));
    // Var(s^2) = (mu4 - sigma^4) / n, mu4 = lambda + 3 lambda^2.
    CHECK(std::abs(m.variance - lambda) < 3.5 * std::sqrt((lambda + 2.0 * lambda * lambda) / n));
    CHECK(std::abs(chi_square(counts, lambda).deviate()) < 3.5);
  }
}

TEST_CASE("rejection draws by replication: lists of lanes and offsets give the same counts") {
  constexpr std::uint32_t kAll = 300;
  const std::vector<std::uint32_t> nothing(kAll, 0);
  const auto all = counts_of(sim::Isa::baseline, nothing, std::vector<float>(kAll, 77.7f), 1000);
  sim::Lane<std::uint32_t> lanes(sim::padded(kAll));
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < kAll; i += 1 + i % 3) kept.push_back(i);
  std::copy(kept.begin(), kept.end(), lanes.begin());
  for (const sim::Isa isa : sim::available_isas()) {
    const auto some = counts_of(isa, std::vector<std::uint32_t>(kept.size(), 9), std::vector<float>(kept.size(), 77.7f),
                                1000, lanes.data());
    for (std::size_t i = 0; i < kept.size(); ++i) CHECK(some[i] == all[kept[i]]);
    const auto later = counts_of(isa, std::vector<std::uint32_t>(100, 0), std::vector<float>(100, 77.7f), 1200);
    CHECK(std::equal(later.begin(), later.end(), all.begin() + 200));
  }
}

TEST_CASE("two counts of one cell with attempts of their own are independent") {
  constexpr std::size_t kCount = 20000;
  const std::vector<std::uint32_t> words(kCount, 0);
  const std::vector<float> lambda(kCount, 50.0f);
  const auto a = counts_of(sim::default_isa(), words, lambda, 0, nullptr, sim::kFirstAttempt);
  const auto b = counts_of(sim::default_isa(), words, lambda, 0, nullptr, sim::kFirstAttempt + 0x4000);
  double product = 0.0;
  for (std::size_t i = 0; i < kCount; ++i) product += (a[i] - 50.0) * (b[i] - 50.0) / 50.0;
  CHECK(std::abs(product / static_cast<double>(kCount)) < 4.0 / std::sqrt(static_cast<double>(kCount)));
}

TEST_CASE("rates that 32 bits cannot count are held at the largest one they can, and never loop") {
  const std::vector<float> large{1.9e9f, 2e9f, 4e9f, 1e12f, 3e38f, std::numeric_limits<float>::infinity()};
  const auto counts = counts_of(sim::default_isa(), mixed_words(large.size(), 5), large);
  for (std::size_t i = 0; i < large.size(); ++i)
    CHECK(std::abs(static_cast<double>(counts[i]) - std::min(static_cast<double>(large[i]), 2e9)) <
          6.0 * std::sqrt(2e9));
}
