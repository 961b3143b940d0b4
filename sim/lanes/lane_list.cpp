#include "sim/lanes/lane_list.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "sim/lanes/compact.h"
#include "sim/lanes/permutations.h"

#if defined(__GNUC__) && !defined(__clang__)
// gcc 12's own intrinsics start from deliberately undefined values (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace sim {
namespace {

constexpr std::size_t kGroup = LaneList::kGroup;

// Fewer lanes than this share of the block are moved by number: there both take as long with AVX-512 (assumed
// elsewhere).
bool is_sparse(const LaneList& list) { return 4 * list.size() < kGroup * list.groups(); }

#if defined(__x86_64__)

SIM_TARGET_AVX2 SIM_INLINE __m256 spread_out(const float* from, unsigned bits) {
  const __m256i order = spread_order(bits);
  const __m256 values = _mm256_permutevar8x32_ps(_mm256_loadu_ps(from), order);
  return _mm256_andnot_ps(_mm256_castsi256_ps(_mm256_srai_epi32(order, 31)), values);
}

template <bool kTimes>
SIM_TARGET_AVX2 void compress_avx2(const float* from, const float* times, const LaneList& list, float* to) {
  for (std::size_t i = 0; i < 2 * list.groups(); ++i) {
    const unsigned bits = byte_of(list.bits(), i);
    __m256 values = _mm256_loadu_ps(from + kEight * i);
    if constexpr (kTimes) values = _mm256_mul_ps(values, _mm256_loadu_ps(times + kEight * i));
    _mm256_storeu_ps(to, _mm256_permutevar8x32_ps(values, pack_order(bits)));
    to += number_of_bits(bits);
  }
}

enum class Spread { over, add, add_product };

template <Spread kHow>
SIM_TARGET_AVX2 void expand_avx2(const float* from, const float* times, const LaneList& list, float* to) {
  for (std::size_t i = 0; i < 2 * list.groups(); ++i) {
    const unsigned bits = byte_of(list.bits(), i);
    __m256 values = spread_out(from, bits);
    if constexpr (kHow == Spread::add_product) values = _mm256_mul_ps(values, _mm256_loadu_ps(times + kEight * i));
    if constexpr (kHow != Spread::over) values = _mm256_add_ps(_mm256_loadu_ps(to + kEight * i), values);
    _mm256_storeu_ps(to + kEight * i, values);
    from += number_of_bits(bits);
  }
}

template <bool kTimes>
SIM_TARGET_AVX512 void compress_avx512(const float* from, const float* times, const LaneList& list, float* to) {
  for (std::size_t g = 0; g < list.groups(); ++g) {
    const unsigned bits = list.bits()[g];
    __m512 values = _mm512_loadu_ps(from + kGroup * g);
    if constexpr (kTimes) values = _mm512_mul_ps(values, _mm512_loadu_ps(times + kGroup * g));
    _mm512_storeu_ps(to, _mm512_maskz_compress_ps(static_cast<__mmask16>(bits), values));
    to += number_of_bits(bits);
  }
}

template <Spread kHow>
SIM_TARGET_AVX512 void expand_avx512(const float* from, const float* times, const LaneList& list, float* to) {
  for (std::size_t g = 0; g < list.groups(); ++g) {
    const unsigned bits = list.bits()[g];
    __m512 values = _mm512_maskz_expand_ps(static_cast<__mmask16>(bits), _mm512_loadu_ps(from));
    if constexpr (kHow == Spread::add_product) values = _mm512_mul_ps(values, _mm512_loadu_ps(times + kGroup * g));
    if constexpr (kHow != Spread::over) values = _mm512_add_ps(_mm512_loadu_ps(to + kGroup * g), values);
    _mm512_storeu_ps(to + kGroup * g, values);
    from += number_of_bits(bits);
  }
}

SIM_TARGET_AVX2 void add_to_avx2(float value, const LaneList& list, float* to) {
  const __m256i each_bit = _mm256_set_epi32(128, 64, 32, 16, 8, 4, 2, 1);
  const __m256 values = _mm256_set1_ps(value);
  for (std::size_t i = 0; i < 2 * list.groups(); ++i) {
    const __m256i bits = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(byte_of(list.bits(), i))), each_bit);
    const __m256 listed = _mm256_castsi256_ps(_mm256_cmpeq_epi32(bits, each_bit));
    _mm256_storeu_ps(to + kEight * i, _mm256_add_ps(_mm256_loadu_ps(to + kEight * i), _mm256_and_ps(listed, values)));
  }
}

SIM_TARGET_AVX512 void add_to_avx512(float value, const LaneList& list, float* to) {
  const __m512 values = _mm512_set1_ps(value);
  for (std::size_t g = 0; g < list.groups(); ++g) {
    const __m512 sums = _mm512_loadu_ps(to + kGroup * g);
    _mm512_storeu_ps(to + kGroup * g, _mm512_mask_add_ps(sums, static_cast<__mmask16>(list.bits()[g]), sums, values));
  }
}

#endif

// Of the lanes whose bit is set, those whose value is above the limit.
struct Selection {
  const std::uint32_t* values;
  std::uint32_t limit;
  std::uint16_t* bits;
  std::size_t groups;
  const std::uint32_t* from;  // the lanes of these bits
  std::size_t size;
  std::uint32_t* lanes;  // out; may be `from`
  bool invert = false;   // those that are not above it
};

std::size_t select_baseline(const Selection& s) {
  std::size_t kept = 0;
  for (std::size_t k = 0; k < s.size; ++k) {
    const std::uint32_t lane = s.from[k];
    const bool chosen = (s.values[lane] > s.limit) != s.invert;
    s.lanes[kept] = lane;  // overwritten by the next one unless chosen: no branch to mispredict
    kept += chosen ? 1U : 0U;
    if (!chosen) s.bits[lane / kGroup] &= static_cast<std::uint16_t>(~(1U << lane % kGroup));
  }
  return kept;
}

#if defined(__x86_64__)
SIM_TARGET_AVX2 std::size_t select_avx2(const Selection& s) {
  const unsigned inverted = s.invert ? 0xffU : 0U;
  std::size_t kept = 0;
  for (std::size_t g = 0; g < s.groups; ++g) {
    unsigned left = 0;
    for (std::size_t half = 0; half < 2; ++half) {
      const std::size_t first = kGroup * g + kEight * half;
      const unsigned bits = s.bits[g] >> kEight * half & (eight_above(s.values + first, s.limit) ^ inverted);
      const __m256i lanes = _mm256_add_epi32(pack_order(bits), _mm256_set1_epi32(static_cast<int>(first)));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(s.lanes + kept), lanes);
      kept += number_of_bits(bits);
      left |= bits << kEight * half;
    }
    s.bits[g] = static_cast<std::uint16_t>(left);
  }
  return kept;
}

SIM_TARGET_AVX512 std::size_t select_avx512(const Selection& s) {
  const unsigned inverted = s.invert ? 0xffffU : 0U;
  const __m512i limits = _mm512_set1_epi32(static_cast<int>(s.limit));
  const __m512i ascending = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  std::size_t kept = 0;
  bool same = s.from == s.lanes;  // so far all have stayed, where they are
  for (std::size_t g = 0; g < s.groups; ++g) {
    const unsigned above = _mm512_cmpgt_epu32_mask(_mm512_loadu_si512(s.values + kGroup * g), limits);
    const unsigned bits = s.bits[g] & (above ^ inverted);
    same = same && bits == s.bits[g];
    if (same) {
      kept += number_of_bits(bits);
      continue;
    }
    const __m512i lanes = _mm512_add_epi32(ascending, _mm512_set1_epi32(static_cast<int>(kGroup * g)));
    _mm512_storeu_si512(s.lanes + kept, _mm512_maskz_compress_epi32(static_cast<__mmask16>(bits), lanes));
    kept += number_of_bits(bits);
    s.bits[g] = static_cast<std::uint16_t>(bits);
  }
  return kept;
}
#endif

std::size_t select([[maybe_unused]] Isa isa, const Selection& s) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return select_avx512(s);
  if (isa == Isa::avx2) return select_avx2(s);
#endif
  return select_baseline(s);
}

// Vector units move the bits of elements as those of floats, whatever they stand for.
template <class T>
void compress_any(Isa isa, const T* from, const LaneList& list, T* to) {
#if defined(__x86_64__)
  const auto* bits = reinterpret_cast<const float*>(from);
  auto* packed = reinterpret_cast<float*>(to);
  if (isa == Isa::avx512 && !is_sparse(list)) return compress_avx512<false>(bits, nullptr, list, packed);
  if (isa == Isa::avx2 && !is_sparse(list)) return compress_avx2<false>(bits, nullptr, list, packed);
#endif
  gather(isa, from, list.data(), list.size(), to);
}

template <class T>
void expand_any([[maybe_unused]] Isa isa, const T* from, const LaneList& list, T* to) {
#if defined(__x86_64__)
  const auto* bits = reinterpret_cast<const float*>(from);
  auto* spread = reinterpret_cast<float*>(to);
  if (isa == Isa::avx512) return expand_avx512<Spread::over>(bits, nullptr, list, spread);
  if (isa == Isa::avx2) return expand_avx2<Spread::over>(bits, nullptr, list, spread);
#endif
  std::fill_n(to, kGroup * list.groups(), T{});
  for (std::size_t k = 0; k < list.size(); ++k) to[list[k]] = from[k];
}

}  // namespace

LaneList::LaneList(std::size_t room)
    : own_(std::make_unique<Storage>(
          Storage{Lane<std::uint32_t>(padded(room)), Lane<std::uint16_t>(padded(room) / kGroup)})),
      lanes_(own_->lanes.data()),
      bits_(own_->bits.data()) {}

LaneList& LaneList::operator=(const LaneList& other) {
  if (this == &other) return *this;
  std::copy_n(other.lanes_, other.size_, lanes_);
  std::copy_n(other.bits_, other.groups_, bits_);
  size_ = other.size_;
  groups_ = other.groups_;
  return *this;
}

LaneLists::LaneLists(std::size_t lists, std::size_t room)
    : lanes_(lists * padded(room)), bits_(lists * padded(room) / kGroup) {
  lists_.reserve(lists);
  for (std::size_t k = 0; k < lists; ++k)
    lists_.push_back(LaneList(lanes_.data() + k * padded(room), bits_.data() + k * padded(room) / kGroup));
}

void LaneList::none(std::size_t lanes) {
  groups_ = static_cast<std::uint32_t>((lanes + kGroup - 1) / kGroup);
  std::fill_n(bits_, groups_, std::uint16_t{0});
  size_ = 0;
}

void LaneList::all(std::size_t lanes) {
  groups_ = static_cast<std::uint32_t>((lanes + kGroup - 1) / kGroup);
  std::fill_n(bits_, groups_, std::uint16_t{0xffff});
  if (lanes % kGroup != 0) bits_[groups_ - 1] = static_cast<std::uint16_t>((1U << lanes % kGroup) - 1U);
  std::iota(lanes_, lanes_ + lanes, 0U);
  size_ = static_cast<std::uint32_t>(lanes);
}

void LaneList::above(Isa isa, const std::uint32_t* values, std::size_t lanes, std::uint32_t limit) {
  all(lanes);
  size_ = static_cast<std::uint32_t>(select(isa, {values, limit, bits_, groups_, lanes_, size_, lanes_}));
}

void LaneList::add(const LaneList& other) {
  for (std::size_t g = 0; g < groups_; ++g) bits_[g] |= other.bits_[g];
  list_bits();
}

void LaneList::toggle(std::size_t lane) {
  bits_[lane / kGroup] ^= static_cast<std::uint16_t>(1U << lane % kGroup);
  list_bits();
}

// Four groups at a time: where few lanes are listed, these have one or none.
void LaneList::list_bits() {
  size_ = 0;
  for (std::size_t g = 0; g < groups_; g += 4) {
    std::uint64_t bits = 0;
    for (std::size_t k = 0; k < 4 && g + k < groups_; ++k) bits |= std::uint64_t{bits_[g + k]} << kGroup * k;
    for (; bits != 0; bits &= bits - 1)
      lanes_[size_++] = static_cast<std::uint32_t>(kGroup * g) + static_cast<std::uint32_t>(std::countr_zero(bits));
  }
}

bool LaneList::drop_flagged(Isa isa, const std::uint32_t* flags, LaneList& dropped) {
  for (std::size_t g = 0; g < groups_; ++g) dropped.bits_[g] = bits_[g];
  const auto kept = static_cast<std::uint32_t>(select(isa, {flags, 0, bits_, groups_, lanes_, size_, lanes_, true}));
  if (kept == size_) return false;
  size_ = kept;
  dropped.groups_ = groups_;
  for (std::size_t g = 0; g < groups_; ++g) dropped.bits_[g] ^= bits_[g];
  dropped.list_bits();
  return true;
}

void LaneList::select_from(Isa isa, const LaneList& base, const std::uint32_t* flags, bool inverted) {
  if (&base != this) {
    groups_ = base.groups_;
    std::copy_n(base.bits_, groups_, bits_);
  }
  const Selection selection{flags, 0, bits_, groups_, base.data(), base.size(), lanes_, inverted};
  size_ = base.empty() ? 0 : static_cast<std::uint32_t>(select(isa, selection));
}

void compress(Isa isa, const float* from, const LaneList& list, float* to) { compress_any(isa, from, list, to); }

void compress(Isa isa, const std::uint32_t* from, const LaneList& list, std::uint32_t* to) {
  compress_any(isa, from, list, to);
}

void compress_product([[maybe_unused]] Isa isa, const float* a, const float* b, const LaneList& list, float* to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return compress_avx512<true>(a, b, list, to);
  if (isa == Isa::avx2) return compress_avx2<true>(a, b, list, to);
#endif
  for (std::size_t k = 0; k < list.size(); ++k) to[k] = a[list[k]] * b[list[k]];
}

void expand(Isa isa, const float* from, const LaneList& list, float* to) { expand_any(isa, from, list, to); }

void expand(Isa isa, const std::uint32_t* from, const LaneList& list, std::uint32_t* to) {
  expand_any(isa, from, list, to);
}

void expand_add(Isa isa, const float* from, const LaneList& list, float* to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512 && !is_sparse(list)) return expand_avx512<Spread::add>(from, nullptr, list, to);
  if (isa == Isa::avx2 && !is_sparse(list)) return expand_avx2<Spread::add>(from, nullptr, list, to);
#endif
  scatter_add(isa, from, list.data(), list.size(), to);
}

void expand_add_product([[maybe_unused]] Isa isa, const float* from, const float* times, const LaneList& list,
                        float* to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512 && !is_sparse(list)) return expand_avx512<Spread::add_product>(from, times, list, to);
  if (isa == Isa::avx2 && !is_sparse(list)) return expand_avx2<Spread::add_product>(from, times, list, to);
#endif
  for (std::size_t k = 0; k < list.size(); ++k) to[list[k]] += from[k] * times[list[k]];
}

void add_to([[maybe_unused]] Isa isa, float value, const LaneList& list, float* to) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return add_to_avx512(value, list, to);
  if (isa == Isa::avx2) return add_to_avx2(value, list, to);
#endif
  for (const std::uint32_t lane : list) to[lane] += value;
}

}  // namespace sim
