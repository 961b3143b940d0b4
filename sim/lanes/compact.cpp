#include "sim/lanes/compact.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "sim/lanes/permutations.h"

#if defined(__GNUC__) && !defined(__clang__)
// gcc 12's own intrinsics start from deliberately undefined values (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace sim {
namespace {

constexpr std::size_t kElement = 4;  // bytes

std::size_t positions_above_plain(const std::uint32_t* values, std::size_t count, std::uint32_t limit,
                                  std::uint32_t* out) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    out[found] = static_cast<std::uint32_t>(i);
    found += values[i] > limit;
  }
  return found;
}

// By value and with their number known, so that pointers stay in registers.
template <std::size_t kRows>
using Rows = std::array<MovedRow, kRows>;

template <std::size_t kRows>
std::size_t move_above_plain(const std::uint32_t* keys, std::size_t count, std::uint32_t limit, Rows<kRows> rows) {
  std::array<std::uint32_t, 128> positions;
  std::size_t moved = 0;
  for (std::size_t begin = 0; begin < count; begin += positions.size()) {
    const std::size_t n =
        positions_above_plain(keys + begin, std::min(count - begin, positions.size()), limit, positions.data());
    // moved <= begin, and positions ascend, so that elements moved in place never overwrite one still needed.
    for (const MovedRow& row : rows) {
      const char* from = static_cast<const char*>(row.from) + kElement * begin;
      char* to = static_cast<char*>(row.to) + kElement * moved;
      for (std::size_t k = 0; k < n; ++k) std::memcpy(to + kElement * k, from + kElement * positions[k], kElement);
    }
    moved += n;
  }
  return moved;
}

#if defined(__x86_64__)

constexpr std::size_t kWidth = 16;

SIM_TARGET_AVX512 SIM_INLINE __mmask16 first_lanes(std::size_t remaining) {
  return remaining >= kWidth ? static_cast<__mmask16>(0xffff) : static_cast<__mmask16>((1u << remaining) - 1u);
}

SIM_INLINE unsigned first_eight(std::size_t remaining) { return remaining >= kEight ? 0xffU : (1U << remaining) - 1U; }

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

template <std::size_t kRows>
SIM_TARGET_AVX512 std::size_t move_above_avx512(const std::uint32_t* keys, std::size_t count, std::uint32_t limit,
                                                Rows<kRows> rows) {
  const __m512i limits = _mm512_set1_epi32(static_cast<int>(limit));
  std::size_t moved = 0;
  for (std::size_t i = 0; i < count; i += kWidth) {
    const __mmask16 above = _mm512_mask_cmpgt_epu32_mask(first_lanes(count - i), _mm512_loadu_si512(keys + i), limits);
    if (above == 0) continue;
    // moved <= i, and each row has been read as far as it is written.
    for (const MovedRow& row : rows) {
      const __m512i elements = _mm512_loadu_si512(static_cast<const char*>(row.from) + kElement * i);
      _mm512_storeu_si512(static_cast<char*>(row.to) + kElement * moved, _mm512_maskz_compress_epi32(above, elements));
    }
    moved += static_cast<std::size_t>(__builtin_popcount(above));
  }
  return moved;
}

SIM_TARGET_AVX2 std::size_t positions_above_avx2(const std::uint32_t* values, std::size_t count, std::uint32_t limit,
                                                 std::uint32_t* out) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; i += kEight) {
    const unsigned above = eight_above(values + i, limit) & first_eight(count - i);
    const __m256i positions = _mm256_add_epi32(pack_order(above), _mm256_set1_epi32(static_cast<int>(i)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + found), positions);
    found += number_of_bits(above);
  }
  return found;
}

template <std::size_t kRows>
SIM_TARGET_AVX2 std::size_t move_above_avx2(const std::uint32_t* keys, std::size_t count, std::uint32_t limit,
                                            Rows<kRows> rows) {
  std::size_t moved = 0;
  for (std::size_t i = 0; i < count; i += kEight) {
    const unsigned above = eight_above(keys + i, limit) & first_eight(count - i);
    if (above == 0) continue;
    const __m256i order = pack_order(above);
    for (const MovedRow& row : rows) {
      const auto* from = reinterpret_cast<const __m256i*>(static_cast<const char*>(row.from) + kElement * i);
      auto* to = reinterpret_cast<__m256i*>(static_cast<char*>(row.to) + kElement * moved);
      _mm256_storeu_si256(to, _mm256_permutevar8x32_epi32(_mm256_loadu_si256(from), order));
    }
    moved += number_of_bits(above);
  }
  return moved;
}

SIM_TARGET_AVX512 void gather_avx512(const void* from, const std::uint32_t* list, std::size_t count, void* to) {
  auto* out = static_cast<std::uint32_t*>(to);
  for (std::size_t i = 0; i < count; i += kWidth) {
    const __mmask16 valid = first_lanes(count - i);
    const __m512i lanes = _mm512_maskz_loadu_epi32(valid, list + i);
    _mm512_storeu_si512(out + i, _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), valid, lanes, from, 4));
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

void scatter_add([[maybe_unused]] Isa isa, const float* from, const std::uint32_t* list, std::size_t count, float* to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return scatter_add_avx512(from, list, count, to);
#endif
  for (std::size_t i = 0; i < count; ++i) to[list[i]] += from[i];
}

std::size_t positions_above([[maybe_unused]] Isa isa, const std::uint32_t* values, std::size_t count,
                            std::uint32_t limit, std::uint32_t* out) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return positions_above_avx512(values, count, limit, out);
  if (isa == Isa::avx2) return positions_above_avx2(values, count, limit, out);
#endif
  return positions_above_plain(values, count, limit, out);
}

template <std::size_t kRows>
std::size_t move_above([[maybe_unused]] Isa isa, const std::uint32_t* keys, std::size_t count, std::uint32_t limit,
                       const MovedRow (&rows)[kRows]) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return move_above_avx512(keys, count, limit, std::to_array(rows));
  if (isa == Isa::avx2) return move_above_avx2(keys, count, limit, std::to_array(rows));
#endif
  return move_above_plain(keys, count, limit, std::to_array(rows));
}
template std::size_t move_above(Isa, const std::uint32_t*, std::size_t, std::uint32_t, const MovedRow (&)[2]);
template std::size_t move_above(Isa, const std::uint32_t*, std::size_t, std::uint32_t, const MovedRow (&)[3]);
template std::size_t move_above(Isa, const std::uint32_t*, std::size_t, std::uint32_t, const MovedRow (&)[4]);
template std::size_t move_above(Isa, const std::uint32_t*, std::size_t, std::uint32_t, const MovedRow (&)[5]);
template std::size_t move_above(Isa, const std::uint32_t*, std::size_t, std::uint32_t, const MovedRow (&)[6]);

}  // namespace sim
