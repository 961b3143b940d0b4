// Where the quantiles of sums of n independent, equal terms are tabulated (rng/sum_quantiles.h): what the program that
// makes the tables (sim/tables) and those who read them must agree on.
//
//   rows     n = 1 … 16, then the powers of two up to 4096
//   score    y = sqrt(-log2 v), v the probability beyond the quantile on its own side of the median: 1 at the median,
//            5.74 at v = 2^-33. Pieces end where the bits of a float do: eighths of [1, 2), quarters of [2, 4), halves
//            of [4, 6), above the median, then below it
//   spread   of the law of one term, sigma of a lognormal and 1 / sqrt(shape) of a gamma, at the Chebyshev points of
//            [0, most]
//   entry    g = ln(Q / mean of the sum) sqrt(n) / spread, of a gamma ln(Q / shape) sqrt(shape): the normal score
//            where the spread goes to 0. In units of 2^-24
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sim/base/elementary.h"
#include "sim/base/special.h"

namespace sim::sums {

inline constexpr std::size_t kEach = 16;  // rows of every n up to here
inline constexpr std::size_t kRows = kEach + 8;
constexpr std::uint32_t terms_of(std::size_t row) {
  return static_cast<std::uint32_t>(row < kEach ? row + 1 : kEach << (row - kEach + 1));
}

inline constexpr std::size_t kSidePieces = 20;
inline constexpr std::size_t kPieces = 2 * kSidePieces;
inline constexpr std::size_t kSideNodes = 3 * kSidePieces + 1;
inline constexpr std::size_t kNodes = 2 * kSideNodes;

// The places of a piece's nodes within it, ends included so that pieces meet: (x^2 - 1)(x^2 - c) deviates least from 0
// on [-1, 1] with c = (sqrt(2) - 1)^2.
inline constexpr std::array<double, 4> kPlaces{0.0, 0.29289321881345248, 0.70710678118654752, 1.0};

inline double score(std::size_t side_node) {
  const std::size_t piece = side_node / 3;
  const double width = 0.125 * static_cast<double>(1u << piece / 8);
  const double left = static_cast<double>(1u << piece / 8) * (1.0 + 0.125 * static_cast<double>(piece % 8));
  return left + width * kPlaces[side_node % 3];
}

struct Tail {
  bool upper;
  double probability;
};
inline Tail tail(std::size_t node) {
  const double y = score(node % kSideNodes);
  return {node < kSideNodes, math::exp(-y * y * 0.69314718055994531)};
}

inline constexpr std::size_t kSpreads = 32;
inline constexpr double kMostLognormalSpread = 1.2686362411795196;  // sqrt(ln 5): cv 2
inline constexpr double kMostGammaSpread = 2.0;                     // cv 2

// cos((2k + 1) pi / 64).
inline std::array<double, kSpreads> chebyshev_points() {
  double c = 0.0;  // cos(pi / 2), halved five times
  for (std::size_t n = 1; n < kSpreads; n *= 2) c = std::sqrt(0.5 * (1.0 + c));
  const double twice = 2.0 * (2.0 * c * c - 1.0);
  std::array<double, kSpreads> points{c, c * (twice - 1.0)};
  for (std::size_t k = 2; k < kSpreads; ++k) points[k] = twice * points[k - 1] - points[k - 2];
  return points;
}
inline double spread(double most, double point) { return 0.5 * most * (1.0 + point); }

inline constexpr double kUnit = 0x1p-24;

using Entries = std::array<std::array<std::int32_t, kSpreads>, kNodes>;
extern const std::array<Entries, kRows> kLognormal;
extern const Entries kGamma;

}  // namespace sim::sums
