// A double as two words of 32 bits, for columns that are kept in single precision unless somebody asks for more.
//
// Promise: the bits of the double, whatever it is. The words are bits, not numbers: they may look like any float.
#pragma once

#include <bit>
#include <cstdint>

#include "sim/base/missing.h"

namespace sim {

struct Halves {
  float upper, lower;
};

inline Halves halves_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return {std::bit_cast<float>(static_cast<std::uint32_t>(bits >> 32U)),
          std::bit_cast<float>(static_cast<std::uint32_t>(bits))};
}

inline double from_halves(float upper, float lower) {
  return std::bit_cast<double>(std::uint64_t{std::bit_cast<std::uint32_t>(upper)} << 32U |
                               std::bit_cast<std::uint32_t>(lower));
}

// What stands for a missing value in a word of a column.
inline float missing_word(bool doubles, bool lower) {
  if (!doubles) return static_cast<float>(kMissing);
  return lower ? halves_of(kMissing).lower : halves_of(kMissing).upper;
}

}  // namespace sim
