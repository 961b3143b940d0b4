// Stratified words: what an uncertain parameter is drawn by when luck shall not leave gaps in its range.
//
//   Unit u is point i = u / 32 of batch b = u % 32. With V the radical inverse (the bits of a word reversed) and
//   S_s the nested uniform scramble of sim/base/owen.h with seed s,
//
//     word(u) = S_scramble( V( S_shuffle(i) ) ),   (shuffle, scramble, -, -) = Philox(b; entity, stream 0, month 0,
//     call 1)
//
//   after Burley, Practical Hash-based Owen Scrambling, JCGT 9(4), 2020, padding one dimension at a time: a scramble of
//   the index keeps every aligned run of 2^m indices together and shuffles it; the shuffled van der Corput sequence is
//   then an Owen-scrambled (0,1)-sequence in base 2 (Owen 1995).
//
// Promise, the stratified contract (part of the draws contract: it changes only with that number):
//   - every word is uniform over the seeds;
//   - points i = k 2^m … (k + 1) 2^m - 1 of a batch fall one into each of the 2^m equal parts of the words, for any k,
//   m;
//   - batches are independent of each other and so are entities (as hashes are), so that the means of 32 batches give
//     an honest standard error;
//   - a word depends on (seed, entity, unit) alone: the first n units never depend on n.
//
// Known price of padding: two points 2a and 2a + 1 lie in opposite halves in *every* parameter, so the mean of a pure
// interaction of two parameters, (x - 1/2)(y - 1/2), keeps its expectation but has up to 1.6 times the variance of
// independent draws. Main effects, which are what doubt about inputs mostly makes, gain orders of magnitude.
//
// Not here: joint stratification of several parameters (a Sobol design over points does that), and the laws.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/rng/philox.h"

namespace sim {

// Few enough that each is stratified finely, enough for a standard error with 31 degrees of freedom; assumed.
inline constexpr std::uint32_t kBatches = 32;

// The sequence of one entity: 256 bytes of seeds.
class StratifiedWords {
 public:
  StratifiedWords(const Philox& philox, std::uint64_t entity);

  std::uint32_t word(std::uint32_t unit) const;
  // Of units first … first + count - 1, the same on every instruction set.
  void words(Isa isa, std::uint32_t first, std::size_t count, std::uint32_t* out) const;

 private:
  std::array<std::uint32_t, kBatches> shuffle_{}, scramble_{};
};

}  // namespace sim
