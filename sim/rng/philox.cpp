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
  const std::uint32_t* wide_keys;  // each sixteen times, aligned
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
                                own ? job.entity_high[i] : job.counter.d},
                               job.keys);
    job.out[0][i] = x.a;
    job.out[1][i] = x.b;
    job.out[2][i] = x.c;
    job.out[3][i] = x.d;
  }
}

#if defined(__x86_64__)

// Both vector versions keep each 32-bit word in the low half of a 64-bit element, where the widening
// multiply reads it, in two vectors: the counters at even and at odd places. The high halves may hold anything: they
// are ignored by the next multiply and left behind when the last round interleaves both. This costs six instructions a
// round and vector, against ten for 32-bit elements. Compilers do not find this form by themselves (gcc 12 takes the
// three-times slower 64-bit multiply).

SIM_TARGET_AVX512 SIM_INLINE __m512i odd_places(__m512i x) { return _mm512_srli_epi64(x, 32); }

SIM_TARGET_AVX512 SIM_INLINE __m512i interleave_low(__m512i even, __m512i odd) {
  return _mm512_castps_si512(_mm512_mask_moveldup_ps(_mm512_castsi512_ps(even), 0xaaaa, _mm512_castsi512_ps(odd)));
}

SIM_TARGET_AVX512 SIM_INLINE __m512i interleave_high(__m512i even, __m512i odd) {
  return _mm512_castps_si512(_mm512_mask_movehdup_ps(_mm512_castsi512_ps(odd), 0x5555, _mm512_castsi512_ps(even)));
}

// 0x96: three-way exclusive or.
SIM_TARGET_AVX512 SIM_INLINE __m512i mix(__m512i x, __m512i y, __m512i key) {
  return _mm512_ternarylogic_epi64(x, y, key, 0x96);
}

// A template, so that the rounds that only shared entities see are worked out once.
template <bool kOwnEntities>
SIM_TARGET_AVX512 void words_avx512(const Job& job) {
  constexpr std::size_t kPairs = 2;  // 32 counters in flight hide the latency of the multiplies
  constexpr std::size_t kChains = 2 * kPairs;
  const auto* keys = reinterpret_cast<const __m512i*>(job.wide_keys);
  const __m512i m0 = _mm512_set1_epi64(kMultiplier0), m1 = _mm512_set1_epi64(kMultiplier1);
  const __m512i first = _mm512_set1_epi32(static_cast<int>(job.first));
  const __m512i ascending = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  if (job.count == 0) return;
  const std::size_t last = (job.count - 1) / 16 * 16;  // vector; made twice where pairs leave one over
  for (std::size_t i = 0; i < job.count; i += 16 * kPairs) {
    __m512i a[kChains], b[kChains], c[kChains], d[kChains];
    for (std::size_t v = 0; v < kPairs; ++v) {
      const std::size_t at = i + 16 * v < last ? i + 16 * v : last, even = 2 * v, odd = 2 * v + 1;
      const __m512i lane = job.lane != nullptr ? _mm512_loadu_si512(job.lane + at)
                                               : _mm512_add_epi32(ascending, _mm512_set1_epi32(static_cast<int>(at)));
      a[even] = _mm512_add_epi32(first, lane);
      b[even] = b[odd] = _mm512_set1_epi64(job.counter.b);
      c[even] = kOwnEntities ? _mm512_loadu_si512(job.entity_low + at) : _mm512_set1_epi64(job.counter.c);
      d[even] = kOwnEntities ? _mm512_loadu_si512(job.entity_high + at) : _mm512_set1_epi64(job.counter.d);
      a[odd] = odd_places(a[even]);
      c[odd] = kOwnEntities ? odd_places(c[even]) : c[even];
      d[odd] = kOwnEntities ? odd_places(d[even]) : d[even];
    }
#pragma GCC unroll 10
    for (int round = 0; round < kRounds - 1; ++round) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kChains; ++v) {
        const __m512i p0 = _mm512_mul_epu32(a[v], m0);
        const __m512i p1 = _mm512_mul_epu32(c[v], m1);
        a[v] = mix(_mm512_srli_epi64(p1, 32), b[v], keys[2 * round]);
        c[v] = mix(_mm512_srli_epi64(p0, 32), d[v], keys[2 * round + 1]);
        b[v] = p1;
        d[v] = p0;
      }
    }
    for (std::size_t v = 0; v < kPairs; ++v) {
      const std::size_t at = i + 16 * v < last ? i + 16 * v : last, even = 2 * v, odd = 2 * v + 1;
      const __m512i p0 = _mm512_mul_epu32(a[even], m0), p0_odd = _mm512_mul_epu32(a[odd], m0);
      const __m512i p1 = _mm512_mul_epu32(c[even], m1), p1_odd = _mm512_mul_epu32(c[odd], m1);
      const __m512i last_b = interleave_low(b[even], b[odd]), last_d = interleave_low(d[even], d[odd]);
      _mm512_storeu_si512(job.out[0] + at, mix(interleave_high(p1, p1_odd), last_b, keys[2 * kRounds - 2]));
      _mm512_storeu_si512(job.out[1] + at, interleave_low(p1, p1_odd));
      _mm512_storeu_si512(job.out[2] + at, mix(interleave_high(p0, p0_odd), last_d, keys[2 * kRounds - 1]));
      _mm512_storeu_si512(job.out[3] + at, interleave_low(p0, p0_odd));
    }
  }
}

SIM_TARGET_AVX2 SIM_INLINE __m256i odd_places(__m256i x) { return _mm256_srli_epi64(x, 32); }

SIM_TARGET_AVX2 SIM_INLINE __m256i interleave_low(__m256i even, __m256i odd) {
  return _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
}

SIM_TARGET_AVX2 SIM_INLINE __m256i interleave_high(__m256i even, __m256i odd) {
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
}

SIM_TARGET_AVX2 SIM_INLINE __m256i mix(__m256i x, __m256i y, __m256i key) {
  return _mm256_xor_si256(_mm256_xor_si256(x, y), key);
}

SIM_TARGET_AVX2 SIM_INLINE void store(std::uint32_t* to, __m256i words) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), words);
}

SIM_TARGET_AVX2 SIM_INLINE __m256i load(const std::uint32_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

template <bool kOwnEntities>
SIM_TARGET_AVX2 void words_avx2(const Job& job) {
  constexpr std::size_t kChains = 2;                                   // more would spill the sixteen registers
  const auto* keys = reinterpret_cast<const __m256i*>(job.wide_keys);  // two of each
  const __m256i m0 = _mm256_set1_epi64x(kMultiplier0), m1 = _mm256_set1_epi64x(kMultiplier1);
  const __m256i first = _mm256_set1_epi32(static_cast<int>(job.first));
  const __m256i ascending = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
  for (std::size_t i = 0; i < job.count; i += 4 * kChains) {
    const __m256i lane =
        job.lane != nullptr ? load(job.lane + i) : _mm256_add_epi32(ascending, _mm256_set1_epi32(static_cast<int>(i)));
    const __m256i replication = _mm256_add_epi32(first, lane);
    const __m256i low = kOwnEntities ? load(job.entity_low + i) : _mm256_set1_epi64x(job.counter.c);
    const __m256i high = kOwnEntities ? load(job.entity_high + i) : _mm256_set1_epi64x(job.counter.d);
    const __m256i call = _mm256_set1_epi64x(job.counter.b);
    __m256i a[kChains] = {replication, odd_places(replication)};
    __m256i b[kChains] = {call, call};
    __m256i c[kChains] = {low, kOwnEntities ? odd_places(low) : low};
    __m256i d[kChains] = {high, kOwnEntities ? odd_places(high) : high};
#pragma GCC unroll 10
    for (int round = 0; round < kRounds - 1; ++round) {
#pragma GCC unroll 2
      for (std::size_t v = 0; v < kChains; ++v) {
        const __m256i p0 = _mm256_mul_epu32(a[v], m0);
        const __m256i p1 = _mm256_mul_epu32(c[v], m1);
        a[v] = mix(_mm256_srli_epi64(p1, 32), b[v], keys[4 * round]);
        c[v] = mix(_mm256_srli_epi64(p0, 32), d[v], keys[4 * round + 2]);
        b[v] = p1;
        d[v] = p0;
      }
    }
    const __m256i p0 = _mm256_mul_epu32(a[0], m0), p0_odd = _mm256_mul_epu32(a[1], m0);
    const __m256i p1 = _mm256_mul_epu32(c[0], m1), p1_odd = _mm256_mul_epu32(c[1], m1);
    store(job.out[0] + i, mix(interleave_high(p1, p1_odd), interleave_low(b[0], b[1]), keys[4 * kRounds - 4]));
    store(job.out[1] + i, interleave_low(p1, p1_odd));
    store(job.out[2] + i, mix(interleave_high(p0, p0_odd), interleave_low(d[0], d[1]), keys[4 * kRounds - 2]));
    store(job.out[3] + i, interleave_low(p0, p0_odd));
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
  for (std::size_t k = 0; k < wide_keys_.size(); ++k) wide_keys_[k] = round_keys_[k / 16];
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
