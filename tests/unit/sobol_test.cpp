// The Sobol sequence: the published points, the nets it forms, and what it is for.
#include "sim/plan/sobol.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <vector>

#include "sim/base/owen.h"
#include "tests/support/about.h"

using partnersim::testing::about;

using namespace sim;

namespace {

constexpr double kUnit = 0x1p-32;

double coordinate(const Sobol& sobol, std::uint64_t index, std::size_t dimension) {
  return (sobol.word(index, dimension) + 0.5) * kUnit;
}

// Root mean square error, over 32 seeds, of the mean of prod (1 + (u_d - 1/2)) over `points` points; its true value
// is 1.
template <class Coordinate>
double integration_error(std::size_t dimensions, Coordinate u) {
  double squares = 0.0;
  constexpr std::uint64_t kSeeds = 32, kPoints = 512;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    double sum = 0.0;
    for (std::uint64_t i = 0; i < kPoints; ++i) {
      double product = 1.0;
      for (std::size_t d = 0; d < dimensions; ++d) product *= 0.5 + u(seed, i, d);
      sum += product;
    }
    const double error = sum / static_cast<double>(kPoints) - 1.0;
    squares += error * error;
  }
  return std::sqrt(squares / static_cast<double>(kSeeds));
}

}  // namespace

TEST_CASE("the first unscrambled points are those of Joe and Kuo") {
  const Sobol sobol(4, std::nullopt);
  // In eighths; dimensions 1 to 3 as printed by their program with new-joe-kuo-6.
  const std::array<std::array<int, 8>, 3> known{
      {{0, 4, 6, 2, 3, 7, 5, 1}, {0, 4, 2, 6, 3, 7, 1, 5}, {0, 4, 2, 6, 5, 1, 7, 3}}};
  for (std::size_t d = 0; d < known.size(); ++d)
    for (std::size_t i = 0; i < 8; ++i) CHECK(sobol.word(i, d) == static_cast<std::uint32_t>(known[d][i]) << 29);
}

TEST_CASE("direction numbers follow the recurrence of their primitive polynomial") {
  // Dimension 5 of new-joe-kuo-6: degree 3, a = 2 (x^3 + x^2 + 1), m = 1, 1, 1. Bratley & Fox 1988:
  // m_k = 2 a_1 m_{k-1} ^ 4 a_2 m_{k-2} ^ 8 m_{k-3} ^ m_{k-3}, and v_k = m_k / 2^k.
  const Sobol sobol(5, std::nullopt);
  std::array<std::uint64_t, 33> m{0, 1, 1, 1};
  for (std::size_t k = 4; k <= 32; ++k) m[k] = (2 * m[k - 1]) ^ (8 * m[k - 3]) ^ m[k - 3];
  for (unsigned k = 1; k <= 32; ++k)
    CHECK(sobol.word((std::uint64_t{1} << k) - 1, 4) == static_cast<std::uint32_t>(m[k] << (32 - k)));
}

TEST_CASE("scrambled or not, the first 2^m points stand one in every interval of every dimension") {
  for (const bool scrambled : {false, true}) {
    const Sobol sobol(40, scrambled ? std::optional<std::uint64_t>(7) : std::nullopt);
    for (std::size_t d = 0; d < 40; ++d)
      for (unsigned m = 0; m <= 9; ++m) {
        std::set<std::uint64_t> intervals;
        for (std::uint64_t i = 0; i < (1u << m); ++i) intervals.insert(std::uint64_t{sobol.word(i, d)} >> (32 - m));
        CHECK(intervals.size() == (std::size_t{1} << m));
      }
  }
}

TEST_CASE("the first 2^m points are a (0, m, 2)-net in the first two dimensions, for every seed") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Sobol sobol(2, seed);
    for (unsigned m = 1; m <= 8; ++m)
      for (unsigned of_first = 0; of_first <= m; ++of_first) {
        const unsigned of_second = m - of_first;
        std::set<std::uint64_t> boxes;
        for (std::uint64_t i = 0; i < (1u << m); ++i) {
          const std::uint64_t first = std::uint64_t{sobol.word(i, 0)} >> (32 - of_first);
          boxes.insert((first << of_second) | (std::uint64_t{sobol.word(i, 1)} >> (32 - of_second)));
        }
        CHECK(boxes.size() == (std::size_t{1} << m));
      }
  }
}

TEST_CASE("points depend neither on how many there are nor on how many dimensions") {
  const Sobol few(3, 11), many(200, 11), other(3, 12);
  int moved = 0;
  for (std::uint64_t i = 0; i < 300; ++i)
    for (std::size_t d = 0; d < 3; ++d) {
      CHECK(few.word(i, d) == many.word(i, d));
      moved += few.word(i, d) != other.word(i, d) ? 1 : 0;
    }
  CHECK(moved > 890);  // another seed, another scramble
}

TEST_CASE("each dimension is scrambled by a permutation of its own, nested and more than a shift") {
  const Sobol plain(8, std::nullopt), scrambled(8, 3);
  std::set<std::uint32_t> of_first_point;
  for (std::size_t d = 0; d < 8; ++d) {
    std::set<std::uint32_t> shifts;
    for (std::uint64_t i = 0; i < 64; ++i) {
      shifts.insert(plain.word(i, d) ^ scrambled.word(i, d));
      CHECK(scrambled.word(i, d) == owen_scramble(plain.word(i, d), mix_seed(3, static_cast<std::uint32_t>(d))));
    }
    CHECK(shifts.size() == 64);
    of_first_point.insert(scrambled.word(0, d));
  }
  CHECK(of_first_point.size() == 8);
}

TEST_CASE("a smooth integral in five dimensions comes out at least twenty times as near as with random points") {
  const auto sobol_error = integration_error(
      5, [](std::uint64_t seed, std::uint64_t i, std::size_t d) { return coordinate(Sobol(5, seed), i, d); });
  const auto random_error = integration_error(5, [](std::uint64_t seed, std::uint64_t i, std::size_t d) {
    return (mix_seed(seed * 1000003 + i, static_cast<std::uint32_t>(d)) + 0.5) * kUnit;
  });
  // Standard deviation of the integrand: sqrt((13/12)^5 - 1) = 0.70; over sqrt(512): 0.031.
  CHECK(random_error == about(0.031, 0.4));
  CHECK(sobol_error < random_error / 20.0);
}

TEST_CASE("what the sequence does not have is refused") {
  CHECK(Sobol(Sobol::kMostDimensions, 1).dimensions() == Sobol::kMostDimensions);
  CHECK_THROWS_AS(Sobol(Sobol::kMostDimensions + 1, 1), std::invalid_argument);
  CHECK_THROWS_AS(Sobol(2, 1).word(0, 2), std::out_of_range);
  CHECK_THROWS_AS(Sobol(2, 1).word(Sobol::kMostPoints, 0), std::out_of_range);
  CHECK(Sobol(0, 1).dimensions() == 0);
}
