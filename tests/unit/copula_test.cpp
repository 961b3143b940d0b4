// sim/rng/copula.h against closed forms and published matrices.
#include "sim/rng/copula.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "sim/rng/philox.h"
#include "tests/support/about.h"
#include "tests/support/statistics.h"

namespace {

using namespace partnersim::testing;
using sim::SymmetricMatrix;

Family family(14);

SymmetricMatrix equicorrelated(std::size_t size, double r) {
  SymmetricMatrix matrix = SymmetricMatrix::identity(size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < i; ++j) matrix.set(i, j, r);
  return matrix;
}

double distance(const SymmetricMatrix& a, const SymmetricMatrix& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a.size(); ++j) sum += std::pow(a.at(i, j) - b.at(i, j), 2);
  return std::sqrt(sum);
}

double smallest_eigenvalue(const SymmetricMatrix& matrix) {
  const auto values = sim::eigen_of(matrix).values;
  return *std::min_element(values.begin(), values.end());
}

SymmetricMatrix impossible(std::size_t size, unsigned seed) {
  std::mt19937 engine(seed);
  SymmetricMatrix matrix = SymmetricMatrix::identity(size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < i; ++j) matrix.set(i, j, static_cast<double>(engine() % 2001U) / 1000.0 - 1.0);
  return matrix;
}

constexpr std::size_t kDraws = 100'000;
using Columns = std::vector<std::vector<std::uint32_t>>;

Columns independent(std::size_t members) {
  Columns words(members, std::vector<std::uint32_t>(kDraws));
  for (std::size_t k = 0; k < members; ++k)
    for (std::uint32_t i = 0; i < kDraws; ++i) words[k][i] = sim::Philox(7).words(i, {k, 0, 0, 0})[0];
  return words;
}

Columns through(const SymmetricMatrix& matrix, Columns words) {
  std::vector<std::uint32_t*> rows;
  for (auto& column : words) rows.push_back(column.data());
  std::vector<double> scores;
  sim::Copula(matrix).apply(rows, kDraws, scores);
  return words;
}

// Products of centred uniforms, whose mean is the rank correlation.
std::vector<double> rank_products(const std::vector<std::uint32_t>& x, const std::vector<std::uint32_t>& y) {
  std::vector<double> products;
  for (std::size_t i = 0; i < x.size(); ++i)
    products.push_back(12.0 * (sim::uniform_exact(x[i]) - 0.5) * (sim::uniform_exact(y[i]) - 0.5));
  return products;
}

}  // namespace

TEST_CASE("ranks become correlations of normal scores and come back") {
  double worst = 0.0, back = 0.0;
  for (int k = -1000; k <= 1000; ++k) {
    const double rank = k / 1000.0;
    worst = std::max(worst, std::abs(sim::pearson_of_rank(rank) - 2.0 * std::sin(std::numbers::pi * rank / 6.0)));
    back = std::max(back, std::abs(sim::rank_of_pearson(sim::pearson_of_rank(rank)) - rank));
  }
  CHECK(worst < 1e-15);
  CHECK(back < 2e-15);
  CHECK(sim::pearson_of_rank(1.0) == 1.0);
  CHECK(sim::pearson_of_rank(-1.0) == -1.0);
  CHECK(sim::pearson_of_rank(0.0) == 0.0);
  CHECK(sim::rank_of_pearson(1.0) == 1.0);
}

TEST_CASE("eigenvalues and vectors put a matrix together again") {
  for (const std::size_t n : {2u, 5u, 20u}) {
    const SymmetricMatrix matrix = impossible(n, 3);
    const sim::Eigen eigen = sim::eigen_of(matrix);
    SymmetricMatrix sum(n), gram(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double a = 0.0, b = 0.0;
        for (std::size_t k = 0; k < n; ++k) {
          a += eigen.vectors[k * n + i] * eigen.values[k] * eigen.vectors[k * n + j];
          b += eigen.vectors[i * n + k] * eigen.vectors[j * n + k];
        }
        sum.set(i, j, a);
        gram.set(i, j, b);
      }
    CHECK(distance(sum, matrix) < 1e-12);
    CHECK(distance(gram, SymmetricMatrix::identity(n)) < 1e-12);
  }
}

TEST_CASE("what can be a correlation matrix is told from what cannot") {
  CHECK(sim::is_positive_semidefinite(equicorrelated(3, -0.5)));
  CHECK(sim::is_positive_semidefinite(equicorrelated(3, 1.0)));
  CHECK(sim::is_positive_semidefinite(equicorrelated(50, -1.0 / 49.0)));
  CHECK_FALSE(sim::is_positive_semidefinite(equicorrelated(3, -0.501)));
  CHECK_FALSE(sim::is_positive_semidefinite(equicorrelated(50, -1.0 / 48.0)));
  SymmetricMatrix twin = equicorrelated(3, 0.5);  // 1 and 2 are one, 3 depends on them differently
  twin.set(0, 1, 1.0);
  CHECK(sim::is_positive_semidefinite(twin));
  twin.set(0, 2, 0.499);
  CHECK_FALSE(sim::is_positive_semidefinite(twin));
}

TEST_CASE("the nearest correlation matrix is the published one") {
  SymmetricMatrix chain = equicorrelated(3, 1.0);  // Higham 2002, section 4
  chain.set(0, 2, 0.0);
  const SymmetricMatrix mended = sim::nearest_correlation(chain);
  CHECK(mended.at(0, 1) == about(0.7607, 1e-4));
  CHECK(mended.at(1, 2) == about(0.7607, 1e-4));
  CHECK(mended.at(0, 2) == about(0.1573, 5e-4));
  SymmetricMatrix laplace(4);  // the same paper; its diagonal is 2
  for (std::size_t i = 0; i < 4; ++i) {
    laplace.set(i, i, 2.0);
    if (i > 0) laplace.set(i, i - 1, -1.0);
  }
  const SymmetricMatrix four = sim::nearest_correlation(laplace);
  CHECK(four.at(0, 1) == about(-0.8084, 1e-4));
  CHECK(four.at(0, 2) == about(0.1916, 5e-4));
  CHECK(four.at(0, 3) == about(0.1068, 5e-4));
  CHECK(four.at(1, 2) == about(-0.6562, 1e-4));
  // By symmetry.
  CHECK(distance(sim::nearest_correlation(equicorrelated(3, -0.7)), equicorrelated(3, -0.5)) < 1e-8);
  CHECK(distance(sim::nearest_correlation(equicorrelated(10, -0.9)), equicorrelated(10, -1.0 / 9.0)) < 1e-7);
}

TEST_CASE("a repaired matrix is a correlation matrix, and a valid one is left alone") {
  for (const std::size_t n : {3u, 6u, 12u}) {
    const SymmetricMatrix given = impossible(n, static_cast<unsigned>(n));
    const SymmetricMatrix mended = sim::nearest_correlation(given);
    CHECK(smallest_eigenvalue(mended) > -1e-13);
    CHECK(sim::is_positive_semidefinite(mended));
    for (std::size_t i = 0; i < n; ++i) CHECK(mended.at(i, i) == 1.0);
    // Nearer than any correlation matrix on the way to some others.
    for (const double r : {0.0, 0.3}) {
      SymmetricMatrix other(n);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j)
          other.set(i, j, 0.99 * mended.at(i, j) + 0.01 * equicorrelated(n, r).at(i, j));
      CHECK(distance(mended, given) < distance(other, given));
    }
  }
  const SymmetricMatrix valid = equicorrelated(5, 0.3), edge = equicorrelated(3, -0.5);
  CHECK(distance(sim::nearest_correlation(valid), valid) == 0.0);
  CHECK(distance(sim::nearest_correlation(edge), edge) == 0.0);
}

TEST_CASE("the first member keeps its words, and so does who is uncorrelated with all before") {
  SymmetricMatrix matrix = SymmetricMatrix::identity(3);
  matrix.set(0, 2, 0.6);
  matrix.set(1, 2, -0.5);
  const Columns before = independent(3), after = through(matrix, before);
  CHECK(after[0] == before[0]);
  CHECK(after[1] == before[1]);
  CHECK(after[2] != before[2]);
}

TEST_CASE("rank 1 makes words equal, rank -1 mirrors them") {
  const Columns same = through(equicorrelated(3, 1.0), independent(3));
  CHECK(same[1] == same[0]);
  CHECK(same[2] == same[0]);
  const Columns mirrored = through(equicorrelated(2, -1.0), independent(2));
  std::size_t off = 0;
  for (std::size_t i = 0; i < kDraws; ++i)
    if (mirrored[1][i] != ~mirrored[0][i]) ++off;
  CHECK(off == 0);
}

TEST_CASE("words through a copula have the rank correlation asked for and stay uniform") {
  SymmetricMatrix matrix = SymmetricMatrix::identity(3);
  const double ranks[3] = {0.7, -0.4, 0.2};  // of (0, 1), (0, 2), (1, 2)
  matrix.set(0, 1, sim::pearson_of_rank(ranks[0]));
  matrix.set(0, 2, sim::pearson_of_rank(ranks[1]));
  matrix.set(1, 2, sim::pearson_of_rank(ranks[2]));
  const Columns words = through(matrix, independent(3));
  check_mean(family, "products of 0 and 1", rank_products(words[0], words[1]), ranks[0]);
  check_mean(family, "products of 0 and 2", rank_products(words[0], words[2]), ranks[1]);
  check_mean(family, "products of 1 and 2", rank_products(words[1], words[2]), ranks[2]);
  for (const auto& column : words)
    for (const unsigned bit : {24u, 12u}) {
      std::vector<double> counts(256, 0.0);
      for (const std::uint32_t word : column) counts[word >> bit & 255U] += 1.0;
      check_law(family, "words from bit " + std::to_string(bit), counts, std::vector<double>(256, 1.0 / 256.0));
    }
}

TEST_CASE("a repaired, singular matrix has the correlations it says") {
  const SymmetricMatrix matrix = sim::nearest_correlation(impossible(4, 11));
  const Columns words = through(matrix, independent(4));
  for (std::size_t i = 1; i < 3; ++i)
    for (std::size_t j = 0; j < i; ++j)
      check_mean(family, "products of a repaired pair", rank_products(words[i], words[j]),
                 sim::rank_of_pearson(matrix.at(i, j)));
  const Columns chain = through(matrix, independent(4));
  CHECK(chain == words);
}

TEST_CASE("the copula in numbers: the same on every compiler and machine") {
  // A second implementation gives these too.
  const Columns words = through(equicorrelated(3, 0.5), independent(3));
  CHECK(std::vector{words[0][0], words[0][1], words[0][99'999]} == std::vector{4099963437u, 1747881627u, 294617406u});
  CHECK(std::vector{words[1][0], words[1][1], words[1][99'999]} == std::vector{3427764480u, 3540924638u, 2388816109u});
  CHECK(std::vector{words[2][0], words[2][1], words[2][99'999]} == std::vector{4222844330u, 3971076298u, 3806289714u});
}
