#include "sim/rng/poisson.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base/elementary.h"
#include "sim/lanes/compact.h"
#include "sim/lanes/float_math.h"
#include "sim/lanes/lane.h"
#include "sim/rng/poisson_rejection.h"

namespace sim {
namespace {

// Below u = 2^-10 the complement 1 - F in single precision would lose the tail: those words, one in a
// thousand, are inverted in double precision instead.
constexpr std::uint32_t kTailWord = 1u << 22;
constexpr int kLongestPass = 48;
constexpr float kMostRate = 2e9f;  // counts are read as signed numbers of 32 bits

constexpr std::array<float, kLongestPass + 1> make_reciprocals() {
  std::array<float, kLongestPass + 1> r{};
  for (int k = 1; k <= kLongestPass; ++k) r[static_cast<std::size_t>(k)] = 1.0f / static_cast<float>(k);
  return r;
}
constexpr std::array<float, kLongestPass + 1> kReciprocal = make_reciprocals();

// (1 - u) e^rate, which inversion compares with the partial sums of the exponential series; 1 - u is
// the uniform of the complemented word.
SIM_INLINE float scaled_quantile(std::uint32_t word, float rate) {
  const float complement = (static_cast<float>(static_cast<std::int32_t>(~word >> 1)) + 0.5f) * 0x1p-31f;
  return complement * exp_lane(rate);
}

// The first kSteps comparisons of every lane. A lane not decided by then, or in the double-precision
// tail, is left at kSteps.
template <int kSteps>
void first_steps(Isa isa, const PoissonBatch& b) {
  const std::uint32_t* __restrict words = b.words;
  const float* __restrict rates = b.rates;
  std::uint32_t* __restrict counts = b.counts;
  const std::size_t n = b.count;
  on_lanes(isa, [=]() SIM_LANES {
    alignas(kCacheLine) float scaled[kStage];  // in two stages, so that chains of dependent operations are shorter
    for (std::size_t begin = 0; begin < n; begin += kStage) {
      const std::size_t lanes = overrun(n - begin < kStage ? n - begin : kStage);
      for (std::size_t i = 0; i < lanes; ++i) scaled[i] = scaled_quantile(words[begin + i], rates[begin + i]);
      for (std::size_t i = 0; i < lanes; ++i) {
        const float rate = rates[begin + i], x = scaled[i];
        float term = 1.0f;
        float sum = 1.0f;
        std::uint32_t k = x > sum ? 1u : 0u;
#pragma GCC unroll 64
        for (int step = 1; step < kSteps; ++step) {
          term = term * (rate * kReciprocal[static_cast<std::size_t>(step)]);
          sum = sum + term;
          k += x > sum ? 1u : 0u;
        }
        counts[begin + i] = words[begin + i] < kTailWord ? static_cast<std::uint32_t>(kSteps) : k;
      }
    }
  });
}

std::uint32_t invert_tail(double u, double rate) {
  double term = math::exp(-rate);
  double cdf = term;
  std::uint32_t k = 0;
  while (u < 1.0 - cdf) {
    ++k;
    term *= rate / k;
    cdf += term;
  }
  return k;
}

std::uint32_t invert_body(std::uint32_t word, float rate) {
  const float x = scaled_quantile(word, rate);
  float term = 1.0f;
  float sum = 1.0f;
  std::uint32_t k = 0;
  // 1 - u >= 2^-10 keeps x far enough below e^rate for the sum to pass it; the bound is never met.
  while (x > sum && k < 1000) {
    ++k;
    const float reciprocal = k <= kLongestPass ? kReciprocal[k] : 1.0f / static_cast<float>(k);
    term = term * (rate * reciprocal);
    sum = sum + term;
  }
  return k;
}

float largest(Isa isa, const float* __restrict rates, std::size_t count) {
  float top = 0.0f;
  on_lanes(isa, [=, &top]() SIM_LANES {
    // Rates are not negative, so their bit patterns order like integers, which reduce in any order.
    std::int32_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::int32_t x = std::bit_cast<std::int32_t>(rates[i]);
      bits = x > bits ? x : bits;
    }
    top = std::bit_cast<float>(bits);
  });
  return top;
}

// Lanes the vector pass left open, one by one: a few in a thousand, the double-precision tail among them.
void finish(Isa isa, const PoissonBatch& b, std::uint32_t steps) {
  const std::size_t open = positions_above(isa, b.counts, b.count, steps - 1, b.scratch);
  for (std::size_t k = 0; k < open; ++k) {
    const std::uint32_t i = b.scratch[k];
    b.counts[i] = poisson_by_inversion(b.words[i], b.rates[i]);
  }
}

template <int kSteps>
void passes(Isa isa, const PoissonBatch& batch) {
  first_steps<kSteps>(isa, batch);
  finish(isa, batch, kSteps);
}

void by_inversion(Isa isa, const PoissonBatch& batch, float top) {
  // The pass length changes the work, never the result: every path computes the same comparisons.
  // At the largest rate, which few lanes have, at most four lanes in a thousand are left open.
  if (top <= 0.3f) return passes<4>(isa, batch);
  if (top <= 1.0f) return passes<5>(isa, batch);
  if (top <= 2.2f) return passes<8>(isa, batch);
  if (top <= 3.3f) return passes<10>(isa, batch);
  if (top <= 4.5f) return passes<12>(isa, batch);
  if (top <= 6.0f) return passes<15>(isa, batch);
  if (top <= 9.0f) return passes<20>(isa, batch);
  if (top <= 13.0f) return passes<26>(isa, batch);
  if (top <= 16.0f) return passes<30>(isa, batch);
  if (top <= 20.0f) return passes<35>(isa, batch);
  if (top <= 25.0f) return passes<41>(isa, batch);
  return passes<kLongestPass>(isa, batch);
}

std::pair<std::uint32_t, std::uint32_t> halves_of_entity(const PoissonAttempts& attempts, std::size_t i) {
  if (attempts.entities != nullptr) return {attempts.entities->low[i], attempts.entities->high[i]};
  return {static_cast<std::uint32_t>(attempts.address.entity),
          static_cast<std::uint32_t>(attempts.address.entity >> 32)};
}

// Rates on both sides of the limit: each cell by the method its own rate asks for.
void mixed(Isa isa, const PoissonBatch& b, const PoissonAttempts& attempts) {
  PoissonCells low, high;
  for (std::size_t begin = 0; begin < b.count; begin += kStage) {
    low.size = high.size = 0;
    for (std::size_t i = begin; i < std::min(b.count, begin + kStage); ++i) {
      PoissonCells& cells = b.rates[i] <= kInversionLimit ? low : high;
      cells.at[cells.size] = static_cast<std::uint32_t>(i);
      cells.words[cells.size] = b.words[i];
      cells.lanes[cells.size] = attempts.batch.lane != nullptr ? attempts.batch.lane[i] : static_cast<std::uint32_t>(i);
      const auto [entity_low, entity_high] = halves_of_entity(attempts, i);
      cells.low[cells.size] = entity_low;
      cells.high[cells.size] = entity_high;
      cells.rates[cells.size++] = std::min(b.rates[i], kMostRate);
    }
    const PoissonBatch batch{low.words.data(), low.rates.data(), low.counts.data(), low.scratch.data(), low.size};
    by_inversion(isa, batch, largest(isa, batch.rates, low.size));
    for (std::size_t k = 0; k < low.size; ++k) b.counts[low.at[k]] = low.counts[k];
    poisson_by_rejection(isa, high, attempts, b.counts);
  }
}

}  // namespace

std::uint32_t poisson_by_inversion(std::uint32_t word, float rate) {
  return word < kTailWord ? invert_tail(uniform_exact(word), static_cast<double>(rate)) : invert_body(word, rate);
}

float poisson_counts(Isa isa, const PoissonBatch& batch, const PoissonAttempts& attempts) {
  const float top = largest(isa, batch.rates, batch.count);
  if (top > kInversionLimit)
    mixed(isa, batch, attempts);
  else
    by_inversion(isa, batch, top);
  return top;
}

}  // namespace sim
