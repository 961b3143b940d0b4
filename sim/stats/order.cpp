#include "sim/stats/order.h"

#include <algorithm>
#include <bit>
#include <boost/sort/spreadsort/integer_sort.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace sim {

// Sorts as unsigned integers whose order is that of the floats (-0 before +0): Boost's sorts of floats
// and signed integers subtract out of range.
void sort_ascending(std::span<float> values) {
  constexpr std::uint32_t kSign = 0x80000000u;
  std::vector<std::uint32_t> keys(values.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(values[i]);
    keys[i] = (bits & kSign) != 0 ? ~bits : bits ^ kSign;
  }
  boost::sort::spreadsort::integer_sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i < keys.size(); ++i)
    values[i] = std::bit_cast<float>((keys[i] & kSign) != 0 ? keys[i] ^ kSign : ~keys[i]);
}

std::vector<float> without_missing(std::span<const float> values) {
  std::vector<float> kept;
  kept.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](float v) { return !std::isnan(v); });
  return kept;
}

}  // namespace sim
