// Packing by bits with AVX2, which has no instruction for it: permutations of eight lanes for every byte of bits.
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/lanes/dispatch.h"

namespace sim {

inline constexpr std::size_t kEight = 8;  // elements of a vector

struct Permutations {
  std::array<std::array<std::uint8_t, 8>, 256> pack{};   // where the next element comes from
  std::array<std::array<std::int8_t, 8>, 256> spread{};  // which element the lane gets; -1 for none
};
constexpr Permutations make_permutations() {
  Permutations p;
  for (std::size_t bits = 0; bits < 256; ++bits) {
    std::size_t packed = 0;
    for (std::size_t lane = 0; lane < 8; ++lane) {
      const bool listed = (bits >> lane & 1U) != 0;
      p.spread[bits][lane] = listed ? static_cast<std::int8_t>(packed) : std::int8_t{-1};
      if (listed) p.pack[bits][packed++] = static_cast<std::uint8_t>(lane);
    }
  }
  return p;
}
inline constexpr Permutations kPermutations = make_permutations();

// Of rows of sixteen bits, those of elements 8 i to 8 i + 7.
SIM_INLINE unsigned byte_of(const std::uint16_t* bits, std::size_t i) { return bits[i / 2] >> 8 * (i % 2) & 0xffU; }

SIM_INLINE std::size_t number_of_bits(unsigned bits) { return static_cast<std::size_t>(__builtin_popcount(bits)); }

SIM_TARGET_AVX2 SIM_INLINE __m256i pack_order(unsigned bits) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kPermutations.pack[bits].data())));
}
SIM_TARGET_AVX2 SIM_INLINE __m256i spread_order(unsigned bits) {
  return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kPermutations.spread[bits].data())));
}

// One bit for each of eight values above the limit: compared as signed numbers, both moved down.
SIM_TARGET_AVX2 SIM_INLINE unsigned eight_above(const std::uint32_t* values, std::uint32_t limit) {
  const __m256i middle = _mm256_set1_epi32(static_cast<int>(0x80000000U));
  const __m256i limits = _mm256_xor_si256(_mm256_set1_epi32(static_cast<int>(limit)), middle);
  const __m256i moved = _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(values)), middle);
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(moved, limits))));
}

}  // namespace sim

#endif
