#include "sim/lanes/ranks.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <vector>

namespace sim {
namespace {

constexpr std::size_t kFew = 64, kTogether = 16;  // assumed; together: as many as stay in registers

void rank_by_sorting(const std::uint64_t* keys, std::size_t count, std::uint32_t* ranks) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [keys](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
  for (std::uint32_t rank = 0; rank < count; ++rank) ranks[order[rank]] = rank;
}

}  // namespace

void ranks(Isa isa, const std::uint64_t* keys, std::size_t count, std::uint32_t* ranks) {
  if (count > kFew) return rank_by_sorting(keys, count, ranks);
  std::array<std::uint64_t, kFew> whole;
  std::array<std::uint32_t, kFew> found;
  std::copy(keys, keys + count, whole.begin());
  const std::size_t filled = (count + kTogether - 1) / kTogether * kTogether;
  std::fill(whole.begin() + count, whole.begin() + filled, std::numeric_limits<std::uint64_t>::max());
  on_lanes(isa, [count, all = whole.data(), out = found.data()]() SIM_LANES {
    for (std::size_t i = 0; i < count; i += kTogether) {
      std::array<std::uint64_t, kTogether> smaller{};
      for (std::size_t j = 0; j < count; ++j) {
        const std::uint64_t key = all[j];
        for (std::size_t k = 0; k < kTogether; ++k) smaller[k] += key < all[i + k] ? 1u : 0u;
      }
      for (std::size_t k = 0; k < kTogether; ++k) out[i + k] = static_cast<std::uint32_t>(smaller[k]);
    }
  });
  std::copy(found.begin(), found.begin() + count, ranks);
}

}  // namespace sim
