// The draws contract: where every random number of a run comes from.
//
// A draw is a pure function of its address; nothing is consumed from a shared stream. So switching a
// process off, adding a member or changing a rate leaves every other draw as it was (common random
// numbers), and any replication can be recomputed alone.
//
//   generator  Philox4x32-10 (Salmon et al. 2011): 128-bit counter, 64-bit key, four 32-bit words
//   key        the seed
//   counter    word 0  replication
//              word 1  process (6 bits) | month (10 bits) | call (16 bits)
//              word 2  low half of the entity
//              word 3  high half of the entity
//   entity     XXH64 (seed 0) of the full dotted id, e.g. "machine.press_3"; equal hashes are
//              refused when a scenario is loaded
//   month      1..1023; 0 for what is drawn once a replication
//   call       numbers the calls of one (process, entity, month); its meaning is written beside each
//              process. Word k of a sequence is word k % 4 of call k / 4.
//
// The layout has a number. Files store it; extend, resume, merge and compare refuse another one.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/lanes/dispatch.h"

namespace sim {

inline constexpr int kDrawsContract = 2;
inline constexpr int kMaxMonths = 1023;
inline constexpr int kMaxProcesses = 64;

// Stream of the parameters drawn once a replication; processes of a model use 1..63.
inline constexpr std::uint32_t kParameterStream = 0;
// Calls from here on are attempts of rejection samplers, so that they never meet a sequence of words.
inline constexpr std::uint32_t kFirstAttempt = 0x8000;

std::uint64_t entity_hash(std::string_view dotted_id);

struct Address {
  std::uint64_t entity = 0;
  std::uint32_t process = 0;
  std::uint32_t month = 0;
  std::uint32_t call = 0;

  constexpr std::uint32_t packed() const { return process << 26 | month << 16 | call; }
  constexpr Address at_call(std::uint32_t c) const { return {entity, process, month, c}; }
};

// The uniform of one word, in single precision: 2^-32 <= u <= 1 - 2^-24. Fine near 0, where heavy
// tails are placed, coarse near 1. The signed conversion is exact-or-correctly-rounded everywhere.
SIM_INLINE float uniform(std::uint32_t word) {
  const float u = (static_cast<float>(static_cast<std::int32_t>(word >> 1)) + 0.5f) * 0x1p-31f;
  constexpr float kBelowOne = 1.0f - 0x1p-24f;
  return u < kBelowOne ? u : kBelowOne;
}

// The same word in double precision: (w + 1/2) 2^-32, exact.
SIM_INLINE double uniform_exact(std::uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

// An event of probability p happens when coin(word) < threshold(p): 31 bits, so that 0 and 1 are exact
// and a signed comparison serves; other probabilities are met to 2^-32.
SIM_INLINE std::uint32_t coin(std::uint32_t word) { return word >> 1; }
std::uint32_t threshold(double p);

}  // namespace sim
