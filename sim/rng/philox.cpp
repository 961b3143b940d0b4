#include "sim/rng/philox.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__GNUC__) && !defined(__clang__)
// gcc 12's own intrinsics start from deliberately undefined values (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace sim {
namespace {

// Multipliers and Weyl constants of the published Philox4x32.
constexpr std::uint32_t kMultiplier0 = 0xD2511F53u;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57u;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9u;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85u;
constexpr int kRounds = 10;

struct Counter {
  std::uint32_t a, b, c, d;
};

SIM_INLINE Counter encipher(Counter x, const std::uint32_t* keys) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t p0 = static_cast<std::uint64_t>(x.a) * kMultiplier0;
    const std::uint64_t p1 = static_cast<std::uint64_t>(x.c) * kMultiplier1;
    x = {static_cast<std::uint32_t>(p1 >> 32) ^ x.b ^ keys[2 * round], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ x.d ^ keys[2 * round + 1], static_cast<std::uint32_t>(p0)};
  }
  return x;
}

struct Job {
  const std::uint32_t* lane;
  std::size_t count;
  std::uint32_t first;
  Counter counter;  // a unused
  const std::uint32_t* keys;
  const std::uint64_t* wide_keys;  // each eight times, aligned
  std::uint32_t* const* out;
  const std::uint32_t* entity_low = nullptr;  // one for each counter, instead of counter.c and counter.d
  const std::uint32_t* entity_high = nullptr;

  std::uint32_t replication(std::size_t i) const {
    return first + (lane != nullptr ? lane[i] : static_cast<std::uint32_t>(i));
  }
};

void words_baseline(const Job& job) {
  for (std::size_t i = 0; i < job.count; ++i) {
    const bool own = job.entity_low != nullptr;
    const Counter x = encipher({job.replication(i), job.counter.b, own ? job.entity_low[i] : job.counter.c,
                                own ? job.entity_high[i] : job.counter.d}, job.keys);
    job.out[0][i] = x.a;
    job.out[1][i] = x.b;
    job.out[2][i] = x.c;
    job.out[3][i] = x.d;
  }
}

#if defined(__x86_64__)

// Both vector versions keep each 32-bit word in the low half of a 64-bit element, where the widening
// multiply reads it. The high halves may hold anything: they are ignored by the next multiply and cut
// off at the end. This costs six instructions a round and vector, against ten for 32-bit elements.
// Compilers do not find this form by themselves (gcc 12 takes the three-times slower 64-bit multiply).

// A template, so that the rounds that only shared entities see are worked out once.
template <bool kOwnEntities>
SIM_TARGET_AVX512 void words_avx512(const Job& job) {
  constexpr int kChains = 4;  // 32 counters in flight hide the latency of the multiplies
  const auto* keys = reinterpret_cast<const __m512i*>(job.wide_keys);
  const __m512i m0 = _mm512_set1_epi64(kMultiplier0), m1 = _mm512_set1_epi64(kMultiplier1);
  const __m512i first = _mm512_set1_epi32(static_cast<int>(job.first));
  const __m512i ascending = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i even = _mm512_add_epi32(ascending, ascending);
  for (std::size_t i = 0; i < job.count; i += 8 * kChains) {
    __m512i a[kChains], b[kChains], c[kChains], d[kChains];
    for (std::size_t v = 0; v < kChains / 2; ++v) {
      const __m512i lane = job.lane != nullptr
                               ? _mm512_loadu_si512(job.lane + i + 16 * v)
                               : _mm512_add_epi32(ascending, _mm512_set1_epi32(static_cast<int>(i + 16 * v)));
      const __m512i replication = _mm512_add_epi32(first, lane);
      a[2 * v] = _mm512_cvtepu32_epi64(_mm512_castsi512_si256(replication));
      a[2 * v + 1] = _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(replication, 1));
    }
    for (std::size_t v = 0; v < kChains; ++v) {
      b[v] = _mm512_set1_epi64(job.counter.b);
      if constexpr (kOwnEntities) {
        c[v] = _mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(job.entity_low + i + 8 * v)));
        d[v] = _mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(job.entity_high + i + 8 * v)));
      } else {
        c[v] = _mm512_set1_epi64(job.counter.c);
        d[v] = _mm512_set1_epi64(job.counter.d);
      }
    }
#pragma GCC unroll 10
    for (int round = 0; round < kRounds; ++round) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kChains; ++v) {
        const __m512i p0 = _mm512_mul_epu32(a[v], m0);
        const __m512i p1 = _mm512_mul_epu32(c[v], m1);
        // 0x96: three-way exclusive or.
        a[v] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), b[v], keys[2 * round], 0x96);
        c[v] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), d[v], keys[2 * round + 1], 0x96);
        b[v] = p1;
        d[v] = p0;
      }
    }
    for (std::size_t v = 0; v < kChains / 2; ++v) {
      const std::size_t at = i + 16 * v;
      // The even 32-bit elements of two vectors, in order.
      _mm512_storeu_si512(job.out[0] + at, _mm512_permutex2var_epi32(a[2 * v], even, a[2 * v + 1]));
      _mm512_storeu_si512(job.out[1] + at, _mm512_permutex2var_epi32(b[2 * v], even, b[2 * v + 1]));
      _mm512_storeu_si512(job.out[2] + at, _mm512_permutex2var_epi32(c[2 * v], even, c[2 * v + 1]));
      _mm512_storeu_si512(job.out[3] + at, _mm512_permutex2var_epi32(d[2 * v], even, d[2 * v + 1]));
    }
  }
}

// The low halves of two vectors of four 64-bit elements, in order.
SIM_TARGET_AVX2 SIM_INLINE __m256i low_halves(__m256i x, __m256i y) {
  const __m256 mixed = _mm256_shuffle_ps(_mm256_castsi256_ps(x), _mm256_castsi256_ps(y), _MM_SHUFFLE(2, 0, 2, 0));
  return _mm256_permute4x64_epi64(_mm256_castps_si256(mixed), _MM_SHUFFLE(3, 1, 2, 0));
}

template <bool kOwnEntities>
SIM_TARGET_AVX2 void words_avx2(const Job& job) {
  constexpr int kChains = 2;  // more would spill the sixteen registers
  const auto* keys = reinterpret_cast<const __m256i*>(job.wide_keys);  // two of each
  const __m256i m0 = _mm256_set1_epi64x(kMultiplier0), m1 = _mm256_set1_epi64x(kMultiplier1);
  const __m256i first = _mm256_set1_epi32(static_cast<int>(job.first));
  const __m256i ascending = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
  for (std::size_t i = 0; i < job.count; i += 4 * kChains) {
    const __m256i lane = job.lane != nullptr
                             ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(job.lane + i))
                             : _mm256_add_epi32(ascending, _mm256_set1_epi32(static_cast<int>(i)));
    const __m256i replication = _mm256_add_epi32(first, lane);
    __m256i a[kChains] = {_mm256_cvtepu32_epi64(_mm256_castsi256_si128(replication)),
                          _mm256_cvtepu32_epi64(_mm256_extracti128_si256(replication, 1))};
    __m256i b[kChains], c[kChains], d[kChains];
    for (std::size_t v = 0; v < kChains; ++v) {
      b[v] = _mm256_set1_epi64x(job.counter.b);
      if constexpr (kOwnEntities) {
        c[v] = _mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(job.entity_low + i + 4 * v)));
        d[v] = _mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(job.entity_high + i + 4 * v)));
      } else {
        c[v] = _mm256_set1_epi64x(job.counter.c);
        d[v] = _mm256_set1_epi64x(job.counter.d);
      }
    }
#pragma GCC unroll 10
    for (int round = 0; round < kRounds; ++round) {
#pragma GCC unroll 2
      for (std::size_t v = 0; v < kChains; ++v) {
        const __m256i p0 = _mm256_mul_epu32(a[v], m0);
        const __m256i p1 = _mm256_mul_epu32(c[v], m1);
        a[v] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), b[v]), keys[4 * round]);
        c[v] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), d[v]), keys[4 * round + 2]);
        b[v] = p1;
        d[v] = p0;
      }
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(job.out[0] + i), low_halves(a[0], a[1]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(job.out[1] + i), low_halves(b[0], b[1]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(job.out[2] + i), low_halves(c[0], c[1]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(job.out[3] + i), low_halves(d[0], d[1]));
  }
}

#endif

void words_of([[maybe_unused]] Isa isa, const Job& job) {
#if defined(__x86_64__)
  const bool own = job.entity_low != nullptr;
  if (isa == Isa::avx512) return own ? words_avx512<true>(job) : words_avx512<false>(job);
  if (isa == Isa::avx2) return own ? words_avx2<true>(job) : words_avx2<false>(job);
#endif
  words_baseline(job);
}

}  // namespace

Philox::Philox(std::uint64_t seed) {
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    round_keys_[2 * round] = static_cast<std::uint32_t>(seed) + round * kWeyl0;
    round_keys_[2 * round + 1] = static_cast<std::uint32_t>(seed >> 32) + round * kWeyl1;
  }
  for (std::size_t k = 0; k < wide_keys_.size(); ++k) wide_keys_[k] = round_keys_[k / 8];
}

std::array<std::uint32_t, 4> Philox::words(std::uint32_t replication, const Address& address) const {
  const Counter x = encipher({replication, address.packed(), static_cast<std::uint32_t>(address.entity),
                              static_cast<std::uint32_t>(address.entity >> 32)},
                             round_keys_.data());
  return {x.a, x.b, x.c, x.d};
}

void Philox::words(Isa isa, const Batch& batch, const Address& address, const Words& words) const {
  const Job job{batch.lane,
                batch.count,
                batch.first,
                {0, address.packed(), static_cast<std::uint32_t>(address.entity),
                 static_cast<std::uint32_t>(address.entity >> 32)},
                round_keys_.data(),
                wide_keys_.data(),
                words.out};
  words_of(isa, job);
}

void Philox::words(Isa isa, const Batch& batch, const Entities& entities, const Address& address,
                   const Words& words) const {
  words_of(isa, {batch.lane,
                 batch.count,
                 batch.first,
                 {0, address.packed(), 0, 0},
                 round_keys_.data(),
                 wide_keys_.data(),
                 words.out,
                 entities.low,
                 entities.high});
}

}  // namespace sim
