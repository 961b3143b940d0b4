#include "sim/lanes/compact.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__GNUC__) && !defined(__clang__)
// gcc 12's own intrinsics start from deliberately undefined values (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace sim {
namespace {

std::size_t keep_flagged_plain(std::uint32_t* list, std::size_t count, const std::uint32_t* flags) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t lane = list[i];
    list[kept] = lane;  // overwritten by the next one unless kept: no branch to mispredict
    kept += flags[lane] != 0;
  }
  return kept;
}

std::size_t positions_above_plain(const std::uint32_t* values, std::size_t count, std::uint32_t limit,
                                  std::uint32_t* out) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    out[found] = static_cast<std::uint32_t>(i);
    found += values[i] > limit;
  }
  return found;
}

#if defined(__x86_64__)

constexpr std::size_t kWidth = 16;

SIM_TARGET_AVX512 SIM_INLINE __mmask16 first_lanes(std::size_t remaining) {
  return remaining >= kWidth ? static_cast<__mmask16>(0xffff) : static_cast<__mmask16>((1u << remaining) - 1u);
}

SIM_TARGET_AVX512 std::size_t keep_flagged_avx512(std::uint32_t* list, std::size_t count,
                                                  const std::uint32_t* flags) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; i += kWidth) {
    const __mmask16 valid = first_lanes(count - i);
    const __m512i lanes = _mm512_maskz_loadu_epi32(valid, list + i);
    const __m512i flag = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), valid, lanes, flags, 4);
    const __mmask16 keep = _mm512_test_epi32_mask(flag, flag);
    // kept <= i, and the store covers at most the sixteen entries just read.
    _mm512_storeu_si512(list + kept, _mm512_maskz_compress_epi32(keep, lanes));
    kept += static_cast<std::size_t>(__builtin_popcount(keep));
  }
  return kept;
}

SIM_TARGET_AVX512 std::size_t positions_above_avx512(const std::uint32_t* values, std::size_t count,
                                                     std::uint32_t limit, std::uint32_t* out) {
  const __m512i limits = _mm512_set1_epi32(static_cast<int>(limit));
  __m512i position = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; i += kWidth) {
    const __mmask16 above =
        _mm512_mask_cmpgt_epu32_mask(first_lanes(count - i), _mm512_loadu_si512(values + i), limits);
    _mm512_storeu_si512(out + found, _mm512_maskz_compress_epi32(above, position));
    found += static_cast<std::size_t>(__builtin_popcount(above));
    position = _mm512_add_epi32(position, _mm512_set1_epi32(kWidth));
  }
  return found;
}

SIM_TARGET_AVX512 void gather_avx512(const void* from, const std::uint32_t* list, std::size_t count, void* to) {
  auto* out = static_cast<std::uint32_t*>(to);
  for (std::size_t i = 0; i < count; i += kWidth) {
    const __mmask16 valid = first_lanes(count - i);
    const __m512i lanes = _mm512_maskz_loadu_epi32(valid, list + i);
    _mm512_storeu_si512(out + i, _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), valid, lanes, from, 4));
  }
}

SIM_TARGET_AVX512 void scatter_avx512(const float* from, const std::uint32_t* list, std::size_t count, float* to) {
  for (std::size_t i = 0; i < count; i += kWidth) {
    const __mmask16 valid = first_lanes(count - i);
    const __m512i lanes = _mm512_maskz_loadu_epi32(valid, list + i);
    _mm512_mask_i32scatter_ps(to, valid, lanes, _mm512_loadu_ps(from + i), 4);
  }
}

SIM_TARGET_AVX512 void scatter_add_avx512(const float* from, const std::uint32_t* list, std::size_t count, float* to) {
  for (std::size_t i = 0; i < count; i += kWidth) {
    const __mmask16 valid = first_lanes(count - i);
    const __m512i lanes = _mm512_maskz_loadu_epi32(valid, list + i);
    const __m512 before = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), valid, lanes, to, 4);
    _mm512_mask_i32scatter_ps(to, valid, lanes, _mm512_add_ps(before, _mm512_loadu_ps(from + i)), 4);
  }
}

#endif

template <class T>
void gather_any(Isa isa, const T* from, const std::uint32_t* list, std::size_t count, T* to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return gather_avx512(from, list, count, to);
#endif
  for (std::size_t i = 0; i < count; ++i) to[i] = from[list[i]];
}

}  // namespace

void gather(Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to) {
  gather_any(isa, from, list, count, to);
}

void gather(Isa isa, const std::uint32_t* from, const std::uint32_t* list, std::size_t count, std::uint32_t* to) {
  gather_any(isa, from, list, count, to);
}

void scatter([[maybe_unused]] Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return scatter_avx512(from, list, count, to);
#endif
  for (std::size_t i = 0; i < count; ++i) to[list[i]] = from[i];
}

void scatter_add([[maybe_unused]] Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return scatter_add_avx512(from, list, count, to);
#endif
  for (std::size_t i = 0; i < count; ++i) to[list[i]] += from[i];
}

std::size_t keep_flagged([[maybe_unused]] Isa isa, std::uint32_t* list, std::size_t count,
                         const std::uint32_t* flags) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return keep_flagged_avx512(list, count, flags);
#endif
  return keep_flagged_plain(list, count, flags);
}

std::size_t positions_above([[maybe_unused]] Isa isa, const std::uint32_t* values, std::size_t count,
                            std::uint32_t limit, std::uint32_t* out) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return positions_above_avx512(values, count, limit, out);
#endif
  return positions_above_plain(values, count, limit, out);
}

}  // namespace sim
