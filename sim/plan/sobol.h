// The Sobol sequence: points that fill a cube evenly, however many are taken.
//
//   word(i, d) = scramble_d( xor of the direction numbers v_{d,j} over the ones j of gray(i) ),  gray(i) = i ^ (i >> 1)
//
// (Sobol 1967; Antonov & Saleev 1979 for the Gray code). Direction numbers: new-joe-kuo-6 of Joe & Kuo 2008,
// "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30, through
// Boost.Random's engine. Each dimension is scrambled by a nested uniform permutation of its own (Owen 1995,
// sim/base/owen.h), which keeps every net property, makes each point uniform, and takes the first one away from the
// corner.
//
// Promise: word(i, d) depends on i, d and the seed alone, so the first n points are the same however many are asked
// for, and however many dimensions; each 2^m first points put one into every interval of length 2^-m of a dimension,
// and form a (0, m, 2)-net in the first two. Integers only: the same bits on every machine. Not here: values of
// parameters (design.h), sequences beyond 2^32 points or kMostDimensions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sim {

class Sobol {
 public:
  static constexpr std::size_t kMostDimensions = 3667;  // as many as Boost's table has
  static constexpr std::uint64_t kMostPoints = std::uint64_t{1} << 32;

  // Without a seed the sequence is not scrambled and starts in the corner. Throws std::invalid_argument when there are
  // more than kMostDimensions.
  Sobol(std::size_t dimensions, std::optional<std::uint64_t> seed);

  // 32 binary digits of a coordinate, most significant first. Beyond kMostPoints or the dimensions: std::out_of_range.
  std::uint32_t word(std::uint64_t index, std::size_t dimension) const;
  std::size_t dimensions() const { return directions_.size(); }

 private:
  std::vector<std::array<std::uint32_t, 32>> directions_;  // [dimension][digit]
  std::optional<std::uint64_t> seed_;
};

}  // namespace sim
