// What sums of money are exact in: a power of two, fine beside a typical deal, and not so fine that the largest sums
// of the scenario leave what sim::ExactMoments holds (2^95 of them).
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace partnersim {

// 2^shift of a power of two at or below the amount, which is positive.
inline double fraction_of(double amount, int shift) {
  amount = std::max(amount, 0x1p-900);  // below, the fraction itself would not be a number
  const auto exponent = static_cast<int>((std::bit_cast<std::uint64_t>(amount) >> 52) & 0x7ff);
  return std::bit_cast<double>(static_cast<std::uint64_t>(std::max(exponent + shift, 1)) << 52);
}

// Of a series that adds what is sold and what else moves: a millionth of a typical sale (0: nothing is sold), but no
// less than rounding leaves of all other amounts together, `largest`; 2^-60 of that leaves 2^35 for what nobody
// foresees. Any positive number where no money moves.
inline double money_resolution(double typical_sale, double largest) {
  const double fine = typical_sale > 0.0 ? fraction_of(typical_sale, -20) : 0.0;
  if (!(largest > 0.0 && std::isfinite(largest))) return fine > 0.0 ? fine : 1.0;
  return fine > 0.0 ? std::max(fine, fraction_of(largest, -60)) : fraction_of(largest, -40);
}

}  // namespace partnersim
