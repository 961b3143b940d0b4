#include "sim/stats/order.h"

#include <algorithm>
#include <bit>
#include <boost/sort/spreadsort/integer_sort.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "sim/base/missing.h"

namespace sim {
namespace {

// Sorts as unsigned integers whose order is that of the floats (-0 before +0): Boost's sorts of floats
// and signed integers subtract out of range.
template <class Key, class Real>
void sort_as(std::span<Real> values) {
  constexpr Key kSign = Key{1} << (8 * sizeof(Key) - 1);
  std::vector<Key> keys(values.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto bits = std::bit_cast<Key>(values[i]);
    keys[i] = (bits & kSign) != 0 ? ~bits : bits ^ kSign;
  }
  boost::sort::spreadsort::integer_sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i < keys.size(); ++i)
    values[i] = std::bit_cast<Real>((keys[i] & kSign) != 0 ? keys[i] ^ kSign : ~keys[i]);
}

template <class Real>
std::vector<Real> sorted(std::span<const Real> values) {
  std::vector<Real> kept;
  kept.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](Real v) { return !std::isnan(v); });
  sort_ascending(kept);
  return kept;
}

}  // namespace

void sort_ascending(std::span<float> values) { sort_as<std::uint32_t>(values); }
void sort_ascending(std::span<double> values) { sort_as<std::uint64_t>(values); }

CompletePairs::CompletePairs(const Values& a, const Values& b) : a_(a), b_(b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isnan(a[i]) && !std::isnan(b[i])) continue;
    if (own_a_.empty()) {
      for (std::size_t k = 0; k < a.size(); ++k) {
        own_a_.push_back(a[k]);
        own_b_.push_back(b[k]);
      }
      a_ = own_a_;
      b_ = own_b_;
    }
    own_a_[i] = own_b_[i] = kMissing;
  }
}

std::vector<double> sorted_values(const Values& values) {
  if (!values.doubles().empty()) return sorted(values.doubles());
  const std::vector<float> kept = sorted(values.singles());  // half the digits to sort by
  return {kept.begin(), kept.end()};
}

}  // namespace sim
