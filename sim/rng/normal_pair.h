// Two independent standard normals from two words: Box and Muller (1958), with the angle reduced to
// an eighth of the circle by bits of its word, so that only short polynomials are needed.
// Largest magnitude 6.66 (from the smallest uniform, 2^-32).
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

SIM_INLINE NormalPair normal_pair(std::uint32_t radius_word, std::uint32_t angle_word) {
  // uniform() never reaches 1, so the logarithm is below 0 and the root is real.
  const float radius = std::sqrt(-2.0f * log_lane(uniform(radius_word)));
  // Bits 0..29: an angle in [-pi/4, pi/4). Bit 31 mirrors the cosine, bit 30 swaps the axes: four
  // quarter arcs that tile the circle.
  const float angle = static_cast<float>(static_cast<std::int32_t>(angle_word << 2)) * (0.785398163397448f * 0x1p-31f);
  const float q = angle * angle;
  // Taylor coefficients tuned on the interval: Cephes sinf, cosf (S. Moshier); errors below 1e-7.
  const float sine = angle + (angle * q) * (-1.6666654611e-1f + q * (8.3321608736e-3f + q * -1.9515295891e-4f));
  const float cosine = (1.0f - 0.5f * q) + (q * q) * (4.166664568298827e-2f +
                                                      q * (-1.388731625493765e-3f + q * 2.443315711809948e-5f));
  const float mirrored = std::bit_cast<float>(std::bit_cast<std::uint32_t>(cosine) ^ (angle_word & 0x80000000u));
  const bool swap = (angle_word & 0x40000000u) != 0;
  return {radius * (swap ? sine : mirrored), radius * (swap ? mirrored : sine)};
}

}  // namespace sim
