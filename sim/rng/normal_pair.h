// Two independent normals from two words: Box and Muller (1958), with the radius' logarithm and the
// angle reduced so that only short polynomials are needed. Largest magnitude 6.66 standard deviations
// (from the smallest uniform, 2^-32).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "sim/lanes/float_math.h"
#include "sim/rng/draws.h"

namespace sim {

struct NormalPair {
  float first;
  float second;
};

// -2 ln((k + 1/2) / 2^31), k the upper 31 bits of the word: 0 <= result < 44.4. Absolute error
// below 4e-6 (rounding of the word near the largest ones included). Mantissa in [sqrt(1/2), sqrt(2)); minimax fit of
// -2 ln(1 + f) / f. Never negative: the largest word gives exactly 0.
SIM_INLINE float squared_radius(std::uint32_t word) {
  constexpr std::int32_t kSqrtHalf = 0x3f3504f3;
  const float x = static_cast<float>(static_cast<std::int32_t>(word >> 1)) + 0.5f;
  const std::int32_t bits = std::bit_cast<std::int32_t>(x) - (kSqrtHalf + (31 << 23));
  const float exponent = static_cast<float>(bits >> 23);
  const float f = std::bit_cast<float>((bits & 0x007fffff) + kSqrtHalf) - 1.0f;
  float q = 2.0213767886161804e-1f;
  q = q * f - 3.244515061378479e-1f;
  q = q * f + 3.4501662850379944e-1f;
  q = q * f - 3.9800330996513367e-1f;
  q = q * f + 4.993981719017029e-1f;
  q = q * f - 6.667011976242065e-1f;
  q = q * f + 1.0000072717666626f;
  q = q * f - 1.9999998807907104f;
  return exponent * -1.3862943611198906f + q * f;
}

// The two halves of a pair, for loops that do one after the other: a chain as long as both keeps vector units waiting.
SIM_INLINE float normal_radius(std::uint32_t radius_word, float scale) {
  return std::sqrt(squared_radius(radius_word)) * scale;
}

SIM_INLINE NormalPair normal_on_circle(float radius, std::uint32_t angle_word) {
  // Bits 0..29: an angle in [-pi/4, pi/4). Bit 31 mirrors the cosine, bit 30 swaps the axes: four
  // quarter arcs that tile the circle.
  const float angle = static_cast<float>(static_cast<std::int32_t>(angle_word << 2)) * (0.785398163397448f * 0x1p-31f);
  const float q = angle * angle;
  // Minimax fits in the squared angle; relative errors 6e-9 and 7e-8.
  float s = -1.9501821952871978e-4f;
  s = s * q + 8.332016877830029e-3f;
  s = s * q - 1.6666650772094727e-1f;
  const float sine = (s * q) * angle + angle;
  float c = -1.3579403748735785e-3f;
  c = c * q + 4.165441915392876e-2f;
  c = c * q - 4.9999842047691345e-1f;
  const float cosine = c * q + 9.999999403953552e-1f;
  const float mirrored = std::bit_cast<float>(std::bit_cast<std::uint32_t>(cosine) ^ (angle_word & 0x80000000u));
  const bool swap = (angle_word & 0x40000000u) != 0;
  return {radius * (swap ? sine : mirrored), radius * (swap ? mirrored : sine)};
}

// Normals of mean 0 and standard deviation `scale`.
SIM_INLINE NormalPair normal_pair(std::uint32_t radius_word, std::uint32_t angle_word, float scale) {
  return normal_on_circle(normal_radius(radius_word, scale), angle_word);
}

}  // namespace sim
