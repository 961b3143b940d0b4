// Nested uniform scrambling of base-2 digits (Owen 1995), by a hash in place of a stored tree of permutations.
//
//   A word is read as 32 binary digits of a number in [0, 1), most significant first. Digit k is flipped or not
//   depending on the digits before it and the seed alone (Laine & Karras 2011, "Stratified sampling for stochastic
//   transparency"; Burley 2020, "Practical hash-based Owen scrambling", JCGT 9(4); the constants are those of Vegdahl
//   2021, "Building a better LK hash", as pbrt-v4 uses them).
//
// Promise: for every seed a bijection of words that maps each dyadic interval of any length onto one of the same
// length, so that stratified points and digital nets stay what they are. Pure integer arithmetic: the same bits on
// every machine. Deliberately no points and no generator: sim/plan/sobol.h and the stratified draws bring those.
#pragma once

#include <cstdint>

namespace sim {

constexpr std::uint32_t reverse_bits(std::uint32_t word) {
  word = ((word >> 1) & 0x55555555u) | ((word & 0x55555555u) << 1);
  word = ((word >> 2) & 0x33333333u) | ((word & 0x33333333u) << 2);
  word = ((word >> 4) & 0x0f0f0f0fu) | ((word & 0x0f0f0f0fu) << 4);
  word = ((word >> 8) & 0x00ff00ffu) | ((word & 0x00ff00ffu) << 8);
  return (word >> 16) | (word << 16);
}

// The scrambled word. Between the reversals every step carries information upwards only (an even multiple xored in, a
// sum, an odd multiple): that makes it nested, whatever the constants. All 32 bits of `seed` should be well mixed.
constexpr std::uint32_t owen_scramble(std::uint32_t word, std::uint32_t seed) {
  word = reverse_bits(word);
  word ^= word * 0x3d20adeau;
  word += seed;
  word *= (seed >> 16) | 1u;
  word ^= word * 0x05526c56u;
  word ^= word * 0x53a22864u;
  return reverse_bits(word);
}

// The finalizer of SplitMix64 (Steele, Lea & Flood 2014; variant 13 of Stafford): a bijection of 64-bit words in which
// every bit of the argument flips about half of the bits of the result.
constexpr std::uint64_t mix_bits(std::uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

// A well-mixed seed for (key, salt): for example (hash of an id, what the scramble is for). Two rounds, so that small
// keys and small salts, which is what callers have, do not meet.
constexpr std::uint32_t mix_seed(std::uint64_t key, std::uint32_t salt) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio: keeps (0, 0) from staying 0
  return static_cast<std::uint32_t>(mix_bits(mix_bits(key + kGolden) + kGolden * (std::uint64_t{salt} + 1)) >> 32);
}

}  // namespace sim
