// Sums of n independent terms of one law as a quantile of one word: lognormal terms, and gamma terms, of constant mean
// and coefficient of variation.
//
// One word gives the sum of a block of a cell's terms: of all of them up to 16 or where n is a power of two, otherwise
// of the largest power of two in n, at most 4,096. What is left takes further words.
//
// A sum is mean * block * 2^p, p a cubic of the word in each eighth of each octave of its distance from the nearer end.
// Small words are large sums; both tails are as fine as 32 bits allow. The cubics of a law come from tables made with
// the program (rng/sum_grid.h): quantiles of lognormal sums by convolution (sim/tables), of gamma sums by inversion of
// the incomplete gamma function.
//
// Promise, tested against other methods: the distribution function to 1e-6, values to 1e-3 in either tail down to
// 2^-32, the mean to 1e-6, the variance to 1e-6 of what words of 32 bits hold (at a lognormal cv of 2 they lack
// 2e-5 of it); every instruction set has the same bits. Not here: a cv above kMostSumCv, for which there are no tables.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/lanes/dispatch.h"
#include "sim/lanes/lane.h"

namespace sim {

inline constexpr double kMostSumCv = 2.0;

inline constexpr std::uint32_t kSummedAtOnce = 16;  // and powers of two beyond
// How many of n terms the next word is for.
constexpr std::uint32_t block_of(std::uint32_t n) {
  return n <= kSummedAtOnce ? n : std::min(std::bit_floor(n), 4096u);
}

enum class SummedLaw : std::uint8_t { lognormal, gamma };

class SumQuantiles {
 public:
  // The number of a law, 0 < cv <= kMostSumCv; the same one when it is known already. 205 kB; 1 ms the first
  // time, 15 us where a table of it is kept.
  std::uint32_t add(SummedLaw law, double cv);

  // Arrays may be read, and sums written, up to overrun(count) (lane.h).
  struct Cells {
    const std::uint32_t* counts;  // terms, below 2^31
    const std::uint32_t* words;
    std::size_t count;
  };
  // sums[i] = those of the first block of cell i, in means of a term; 0 where there is no term.
  void fill(Isa isa, std::uint32_t law, const Cells& cells, float* sums) const;
  // The same with a law for each cell, in padding too.
  void fill(Isa isa, const std::uint32_t* laws, const Cells& cells, float* sums) const;

  // p in powers of the place in its piece.
  struct alignas(16) Cubic {
    float c0, c1, c2, c3;
  };

 private:
  struct Known {
    SummedLaw law;
    double cv;
  };
  std::vector<Known> known_;
  Lane<Cubic> cubics_;  // law by law rows of pieces; each law's first row is for no terms
};

}  // namespace sim
