#include "sim/lanes/cells.h"

#include "sim/lanes/permutations.h"

#if defined(__GNUC__) && !defined(__clang__)
// gcc 12's own intrinsics start from deliberately undefined values (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace sim {
namespace {

#if defined(__x86_64__)
SIM_TARGET_AVX2 SIM_INLINE void put(std::uint32_t* to, __m256i values) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), values);
}
SIM_TARGET_AVX2 SIM_INLINE __m256i everywhere(std::uint64_t value) {
  return _mm256_set1_epi32(static_cast<int>(static_cast<std::uint32_t>(value)));
}

SIM_TARGET_AVX2 std::size_t append_avx2(std::span<const LaneList> lists, std::uint32_t first, ListRows from,
                                        CellRows to) {
  std::size_t size = 0;
  for (std::size_t k = 0; k < lists.size(); ++k) {
    const __m256i list = everywhere(first + k), low = everywhere(from.entities[k]),
                  high = everywhere(from.entities[k] >> 32);
    for (std::size_t i = 0; i < 2 * lists[k].groups(); ++i) {
      const unsigned bits = byte_of(lists[k].bits(), i);
      const std::size_t lane = kEight * i, row = k * from.stride + lane;
      const __m256i order = pack_order(bits);
      put(to.lane + size, _mm256_add_epi32(order, everywhere(lane)));
      put(to.list + size, list);
      put(to.low + size, low);
      put(to.high + size, high);
      const __m256 factor = _mm256_loadu_ps(from.factor + lane);
      const __m256 a = _mm256_mul_ps(_mm256_loadu_ps(from.a + row), factor);
      _mm256_storeu_ps(to.a + size, _mm256_permutevar8x32_ps(a, order));
      if (from.b != nullptr) {
        const __m256 b = _mm256_mul_ps(_mm256_loadu_ps(from.b + row), factor);
        _mm256_storeu_ps(to.b + size, _mm256_permutevar8x32_ps(b, order));
      }
      size += number_of_bits(bits);
    }
  }
  return size;
}

SIM_TARGET_AVX512 std::size_t append_avx512(std::span<const LaneList> lists, std::uint32_t first, ListRows from,
                                            CellRows to) {
  const __m512i ascending = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  std::size_t size = 0;
  for (std::size_t k = 0; k < lists.size(); ++k) {
    const __m512i list = _mm512_set1_epi32(static_cast<int>(first + static_cast<std::uint32_t>(k)));
    const __m512i low = _mm512_set1_epi32(static_cast<int>(static_cast<std::uint32_t>(from.entities[k])));
    const __m512i high = _mm512_set1_epi32(static_cast<int>(static_cast<std::uint32_t>(from.entities[k] >> 32)));
    for (std::size_t g = 0; g < lists[k].groups(); ++g) {
      const auto bits = static_cast<__mmask16>(lists[k].bits()[g]);
      const std::size_t lane = LaneList::kGroup * g, row = k * from.stride + lane;
      const __m512i lanes = _mm512_add_epi32(ascending, _mm512_set1_epi32(static_cast<int>(lane)));
      _mm512_storeu_si512(to.lane + size, _mm512_maskz_compress_epi32(bits, lanes));
      _mm512_storeu_si512(to.list + size, list);
      _mm512_storeu_si512(to.low + size, low);
      _mm512_storeu_si512(to.high + size, high);
      const __m512 factor = _mm512_loadu_ps(from.factor + lane);
      const __m512 a = _mm512_mul_ps(_mm512_loadu_ps(from.a + row), factor);
      _mm512_storeu_ps(to.a + size, _mm512_maskz_compress_ps(bits, a));
      if (from.b != nullptr) {
        const __m512 b = _mm512_mul_ps(_mm512_loadu_ps(from.b + row), factor);
        _mm512_storeu_ps(to.b + size, _mm512_maskz_compress_ps(bits, b));
      }
      size += number_of_bits(bits);
    }
  }
  return size;
}
#endif

}  // namespace

std::size_t append_cells([[maybe_unused]] Isa isa, std::span<const LaneList> lists, std::uint32_t first,
                         const ListRows& from, const CellRows& to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return append_avx512(lists, first, from, to);
  if (isa == Isa::avx2) return append_avx2(lists, first, from, to);
#endif
  std::size_t size = 0;
  for (std::size_t k = 0; k < lists.size(); ++k)
    for (const std::uint32_t lane : lists[k]) {
      to.lane[size] = lane;
      to.list[size] = first + static_cast<std::uint32_t>(k);
      to.low[size] = static_cast<std::uint32_t>(from.entities[k]);
      to.high[size] = static_cast<std::uint32_t>(from.entities[k] >> 32);
      to.a[size] = from.a[k * from.stride + lane] * from.factor[lane];
      if (from.b != nullptr) to.b[size] = from.b[k * from.stride + lane] * from.factor[lane];
      ++size;
    }
  return size;
}

void expand_add(Isa isa, const float* from, std::span<const LaneList> lists, float* to) {
  for (const LaneList& list : lists) {
    expand_add(isa, from, list, to);
    from += list.size();
  }
}

}  // namespace sim
