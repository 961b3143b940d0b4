// Designs: every row of a grid, one point in each stratum, and the same bits on every machine.
#include "sim/plan/design.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "sim/plan/sobol.h"
#include "tests/support/about.h"

using partnersim::testing::about;

using namespace sim;

namespace {

using Values = std::vector<double>;

double mean_of(const Values& fractions, std::size_t axes, std::size_t axis) {
  double sum = 0.0;
  for (std::size_t i = axis; i < fractions.size(); i += axes) sum += fractions[i];
  return sum * static_cast<double>(axes) / static_cast<double>(fractions.size());
}

}  // namespace

TEST_CASE("a grid takes every combination, the last axis fastest") {
  const std::array<std::size_t, 3> sizes{2, 1, 3};
  std::vector<std::vector<std::size_t>> rows;
  for (std::uint64_t row = 0; row < 6; ++row) rows.push_back(grid_row(row, sizes));
  CHECK(rows ==
        std::vector<std::vector<std::size_t>>{{0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {1, 0, 0}, {1, 0, 1}, {1, 0, 2}});
  CHECK(grid_row(0, {}).empty());
}

TEST_CASE("spaced values keep their ends exactly and look as they are written") {
  CHECK(spaced({24, 96}, 4) == Values{24, 48, 72, 96});
  CHECK(spaced({0.1, 0.5}, 5) == Values{0.1, 0.2, 0.3, 0.4, 0.5});
  CHECK(spaced({3, -1}, 3) == Values{3, 1, -1});
  CHECK(spaced({7, 9}, 1) == Values{7});
  const Values ratios = spaced({0.1, 1000, true}, 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(ratios[i] == about(std::pow(10.0, static_cast<double>(i) - 1.0), 1e-14));
  CHECK(ratios.front() == 0.1);
  CHECK(ratios.back() == 1000.0);
}

TEST_CASE("a fraction is a share of the way on the axis' scale") {
  CHECK(at_fraction({2, 6}, 0.25) == 3.0);
  CHECK(at_fraction({6, 2}, 0.25) == 5.0);
  CHECK(at_fraction({1, 100, true}, 0.5) == about(10.0, 1e-14));
  for (const double fraction : {1e-10, 0.3, 1.0 - 1e-10}) {
    CHECK(at_fraction({0.1, 0.3, true}, fraction) >= 0.1);
    CHECK(at_fraction({0.1, 0.3, true}, fraction) <= 0.3);
  }
}

TEST_CASE("whole numbers and listed values are each chosen equally often") {
  std::array<int, 4> months{}, choices{};
  for (int i = 0; i < 400; ++i) {
    const double fraction = (i + 0.5) / 400.0;
    const double month = at_fraction({3, 6, false, true}, fraction);
    CHECK(month == std::floor(month));
    ++months.at(static_cast<std::size_t>(month) - 3);
    ++choices.at(pick(fraction, 4));
    CHECK(at_fraction({6, 3, false, true}, fraction) == 9.0 - month);
  }
  CHECK(months == std::array<int, 4>{100, 100, 100, 100});
  CHECK(choices == months);
}

TEST_CASE("each axis of a Latin hypercube has one point in each stratum, for any number of points") {
  for (const std::size_t points : {1u, 2u, 7u, 100u, 1000u}) {
    const Values rows = latin_hypercube(points, 3, 5);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::set<std::size_t> strata;
      for (std::size_t row = 0; row < points; ++row) strata.insert(pick(rows[row * 3 + axis], points));
      CHECK(strata.size() == points);
    }
  }
}

TEST_CASE("a Latin hypercube pairs the strata of two axes at random, and stands at random within them") {
  constexpr std::size_t kPoints = 1000;
  double product = 0.0, within = 0.0;
  int moved = 0;
  const Values rows = latin_hypercube(kPoints, 2, 1), other = latin_hypercube(kPoints, 2, 2);
  for (std::size_t row = 0; row < kPoints; ++row) {
    product += (rows[2 * row] - 0.5) * (rows[2 * row + 1] - 0.5);
    const double scaled = rows[2 * row] * static_cast<double>(kPoints);
    within += scaled - std::floor(scaled);
    moved += rows[2 * row] != other[2 * row] ? 1 : 0;
  }
  // Correlation of independent pairs: standard deviation 1 / sqrt(1000); 4 of them.
  CHECK(std::abs(product * 12.0 / static_cast<double>(kPoints)) < 0.127);
  CHECK(within / static_cast<double>(kPoints) == about(0.5, 0.08));  // 4 standard deviations
  CHECK(moved == kPoints);
  CHECK(mean_of(rows, 2, 0) == about(0.5, 1e-3));
}

TEST_CASE("over seeds every order of the strata is as likely as any other") {
  std::array<int, 6> orders{};
  constexpr int kSeeds = 6000;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Values rows = latin_hypercube(3, 1, static_cast<std::uint64_t>(seed));
    const std::size_t first = pick(rows[0], 3), second = pick(rows[1], 3);
    ++orders.at(2 * first + (second > (first == 0 ? 1U : 0U) ? 1 : 0));
  }
  double chi_square = 0.0;
  for (const int count : orders) chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  CHECK(chi_square < 25.7);  // 5 degrees of freedom, p = 1e-4
}

TEST_CASE("an axis added last leaves the others as they were; more Sobol points leave the first ones") {
  const Values two = latin_hypercube(50, 2, 9), three = latin_hypercube(50, 3, 9);
  const Values few = sobol_points(50, 2, 9), many = sobol_points(90, 3, 9);
  for (std::size_t row = 0; row < 50; ++row)
    for (std::size_t axis = 0; axis < 2; ++axis) {
      CHECK(two[row * 2 + axis] == three[row * 3 + axis]);
      CHECK(few[row * 2 + axis] == many[row * 3 + axis]);
      CHECK(few[row * 2 + axis] == (Sobol(2, 9).word(row, axis) + 0.5) * 0x1p-32);
    }
}
