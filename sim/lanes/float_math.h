// Single-precision elementary functions for vector loops: branch-free, no table, no libm, so that
// every compiler and instruction set gives the same bits. Errors are stated against the exact value
// and tested over all exponents. Deliberately not for plan-time numbers: those use base/elementary.h.
#pragma once

#include <bit>
#include <cstdint>

#include "sim/lanes/dispatch.h"

namespace sim {

// Adding it to |x| < 2^22 leaves the nearest integer in the low bits of the sum: 1.5 * 2^23.
inline constexpr float kRoundToInteger = 12582912.0f;
inline constexpr float kLog2E = 1.44269504088896341f;

// x * 2^n, with n in the low bits of `shifted` = n + kRoundToInteger: an addition to the exponent field. Without sign:
// what stands in the padding of lanes may be anything, and may wrap.
SIM_INLINE float scale_by_power(float x, float shifted) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) + (std::bit_cast<std::uint32_t>(shifted) << 23));
}

// 2^f for |f| <= 1/2: degree-5 Chebyshev fit with the constant term set to 1.
SIM_INLINE float exp2_fraction(float f) {
  float p = 1.3266970636323094e-3f;
  p = p * f + 9.675459936261177e-3f;
  p = p * f + 5.550742521882057e-2f;
  p = p * f + 2.4022121727466583e-1f;
  p = p * f + 6.931469440460205e-1f;
  return p * f + 1.0f;
}

// 2^t for |t| < 126; relative error below 3e-7.
SIM_INLINE float exp2_lane(float t) {
  const float shifted = t + kRoundToInteger;
  return scale_by_power(exp2_fraction(t - (shifted - kRoundToInteger)), shifted);
}

// e^x for |x| < 87; relative error below 3e-7. The integer power of two is taken out first, with ln 2
// in two parts (Cody and Waite), so that the error does not grow with x.
SIM_INLINE float exp_lane(float x) {
  const float shifted = x * kLog2E + kRoundToInteger;
  const float n = shifted - kRoundToInteger;
  return scale_by_power(exp2_fraction(((x - n * 0.693359375f) - n * -2.12194440e-4f) * kLog2E), shifted);
}

// ln x for positive normal x; absolute error below 1e-7 * max(1, |ln x|). Coefficients: Cephes logf
// (S. Moshier), for the mantissa in [sqrt(1/2), sqrt(2)).
SIM_INLINE float log_lane(float x) {
  constexpr std::int32_t kSqrtHalf = 0x3f3504f3;
  const std::int32_t bits = std::bit_cast<std::int32_t>(x) - kSqrtHalf;
  const float exponent = static_cast<float>(bits >> 23);
  const float f = std::bit_cast<float>((bits & 0x007fffff) + kSqrtHalf) - 1.0f;
  const float z = f * f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  // ln 2 in two parts, so that exponent * high part is exact.
  const float low = (p * f) * z + exponent * -2.12194440e-4f - 0.5f * z;
  return (f + low) + exponent * 0.693359375f;
}

}  // namespace sim
