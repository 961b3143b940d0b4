#include "sim/rng/copula.h"

#include <algorithm>
#include <cmath>

#include "sim/base/special.h"
#include "sim/rng/draws.h"

namespace sim {
namespace {

constexpr double kSixthOfPi = 0x1.0c152382d7366p-1;
// A pivot below is nothing but rounding; what it leaves out of a correlation is below its square root.
constexpr double kTinyPivot = 1e-12;

// Taylor's series for |x| <= pi / 6: the term in x^19 is below 4e-23.
double small_sine(double x) {
  const double square = x * x;
  double sum = 0.0;
  for (int k = 17; k >= 3; k -= 2) sum = (sum + 1.0) * -square / static_cast<double>(k * (k - 1));
  return x + x * sum;
}

// The same for the cosine.
double small_cosine(double x) {
  const double square = x * x;
  double sum = 0.0;
  for (int k = 18; k >= 2; k -= 2) sum = (sum + 1.0) * -square / static_cast<double>(k * (k - 1));
  return 1.0 + sum;
}

// The factor of a matrix row by row, and whether what is left under vanished pivots vanishes too.
struct Factor {
  std::vector<double> values;  // lower triangle of an n x n matrix
  bool holds = true;
};

Factor factor_of(const SymmetricMatrix& matrix) {
  const std::size_t n = matrix.size();
  Factor factor{std::vector<double>(n * n, 0.0), true};
  double* l = factor.values.data();
  for (std::size_t i = 0; i < n; ++i) {
    double norm = 0.0;
    for (std::size_t j = 0; j < i; ++j) {
      double rest = matrix.at(i, j);
      for (std::size_t k = 0; k < j; ++k) rest -= l[i * n + k] * l[j * n + k];
      const double pivot = l[j * n + j];
      // |rest| <= sqrt(lost pivot * 1) in a semidefinite matrix.
      if (pivot == 0.0 && std::abs(rest) > 2.0 * std::sqrt(kTinyPivot)) factor.holds = false;
      l[i * n + j] = pivot == 0.0 ? 0.0 : rest / pivot;
      norm += l[i * n + j] * l[i * n + j];
    }
    const double pivot = matrix.at(i, i) - norm;
    if (pivot < -kTinyPivot * static_cast<double>(n)) factor.holds = false;
    l[i * n + i] = pivot > kTinyPivot ? std::sqrt(pivot) : 0.0;
  }
  return factor;
}

// One Jacobi rotation in the plane (p, q): makes a_pq vanish. `a` is whole, `v` collects the rotations in its rows.
void rotate(std::vector<double>& a, std::vector<double>& v, std::size_t n, std::size_t p, std::size_t q) {
  const double apq = a[p * n + q], app = a[p * n + p], aqq = a[q * n + q];
  const double theta = (aqq - app) / (2.0 * apq);
  const double root = std::abs(theta) + std::sqrt(theta * theta + 1.0);
  const double t = theta < 0.0 ? -1.0 / root : 1.0 / root;
  const double c = 1.0 / std::sqrt(t * t + 1.0), s = t * c;
  const auto turn = [c, s, n](double* x, double* y) {
    for (std::size_t k = 0; k < n; ++k) {
      const double xk = x[k], yk = y[k];
      x[k] = c * xk - s * yk;
      y[k] = s * xk + c * yk;
    }
  };
  turn(&a[p * n], &a[q * n]);
  turn(&v[p * n], &v[q * n]);
  a[p * n + p] = app - t * apq;
  a[q * n + q] = aqq + t * apq;
  a[p * n + q] = a[q * n + p] = 0.0;
  for (std::size_t k = 0; k < n; ++k) {  // the columns as the rows
    a[k * n + p] = a[p * n + k];
    a[k * n + q] = a[q * n + k];
  }
}

// The nearest positive semidefinite matrix: negative eigenvalues left out.
SymmetricMatrix clipped(const SymmetricMatrix& matrix) {
  const std::size_t n = matrix.size();
  const Eigen eigen = eigen_of(matrix);
  SymmetricMatrix out(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < n; ++k)
        if (eigen.values[k] > 0.0) sum += eigen.vectors[k * n + i] * eigen.values[k] * eigen.vectors[k * n + j];
      out.set(i, j, sum);
    }
  return out;
}

SymmetricMatrix with_unit_diagonal(const SymmetricMatrix& matrix) {
  SymmetricMatrix out(matrix.size());
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    out.set(i, i, 1.0);
    for (std::size_t j = 0; j < i; ++j)
      out.set(i, j, std::clamp(matrix.at(i, j) / std::sqrt(matrix.at(i, i) * matrix.at(j, j)), -1.0, 1.0));
  }
  return out;
}

}  // namespace

double pearson_of_rank(double rank) {
  if (std::abs(rank) >= 1.0) return rank < 0.0 ? -1.0 : 1.0;
  return 2.0 * small_sine(kSixthOfPi * rank);
}

double rank_of_pearson(double pearson) {
  if (std::abs(pearson) >= 1.0) return pearson < 0.0 ? -1.0 : 1.0;
  const double half = 0.5 * pearson;
  double angle = half;  // Newton: doubles its digits each step, from 1.3 on
  for (int step = 0; step < 8; ++step) angle -= (small_sine(angle) - half) / small_cosine(angle);
  return angle / kSixthOfPi;
}

SymmetricMatrix SymmetricMatrix::identity(std::size_t size) {
  SymmetricMatrix out(size);
  for (std::size_t i = 0; i < size; ++i) out.set(i, i, 1.0);
  return out;
}

bool is_positive_semidefinite(const SymmetricMatrix& matrix) { return factor_of(matrix).holds; }

Eigen eigen_of(const SymmetricMatrix& matrix) {
  const std::size_t n = matrix.size();
  std::vector<double> a(n * n);
  Eigen eigen{std::vector<double>(n), std::vector<double>(n * n, 0.0)};
  for (std::size_t i = 0; i < n; ++i) {
    eigen.vectors[i * n + i] = 1.0;
    for (std::size_t j = 0; j < n; ++j) a[i * n + j] = matrix.at(i, j);
  }
  // Convergence is quadratic: 6 to 10 sweeps serve; elements this small no longer move an eigenvalue.
  constexpr int kSweeps = 50;
  constexpr double kGone = 1e-14;
  bool turned = true;
  for (int sweep = 0; sweep < kSweeps && turned; ++sweep) {
    turned = false;
    for (std::size_t p = 0; p + 1 < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (std::abs(a[p * n + q]) <= kGone) continue;
        rotate(a, eigen.vectors, n, p, q);
        turned = true;
      }
  }
  for (std::size_t i = 0; i < n; ++i) eigen.values[i] = a[i * n + i];
  return eigen;
}

SymmetricMatrix nearest_correlation(const SymmetricMatrix& matrix) {
  const std::size_t n = matrix.size();
  bool unit = true;
  for (std::size_t i = 0; i < n; ++i) unit = unit && matrix.at(i, i) == 1.0;
  if (unit && is_positive_semidefinite(matrix)) return matrix;
  // Higham's algorithm 3.3: Y alternates between the two sets, D is Dykstra's correction for the cone.
  constexpr int kIterations = 300;  // linear convergence; what is left is mended by the last projection
  constexpr double kSettled = 1e-10;
  SymmetricMatrix y = matrix, correction(n);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    SymmetricMatrix from(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) from.set(i, j, y.at(i, j) - correction.at(i, j));
    const SymmetricMatrix x = clipped(from);
    double moved = 0.0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        correction.set(i, j, x.at(i, j) - from.at(i, j));
        const double next = i == j ? 1.0 : x.at(i, j);
        moved = std::max(moved, std::abs(next - y.at(i, j)));
        y.set(i, j, next);
      }
    if (moved < kSettled) break;
  }
  // In the cone and with a diagonal of exactly one: a congruence keeps a matrix semidefinite.
  return with_unit_diagonal(clipped(y));
}

Copula::Copula(const SymmetricMatrix& correlation) : rows_(correlation.size()) {
  const std::size_t n = correlation.size();
  const Factor factor = factor_of(correlation);
  for (std::size_t i = 0; i < n; ++i) {
    double norm = 0.0;
    for (std::size_t j = 0; j <= i; ++j) norm += factor.values[i * n + j] * factor.values[i * n + j];
    // Of length one whatever pivots were left out: marginals must be exact.
    for (std::size_t j = 0; j <= i; ++j)
      if (const double value = factor.values[i * n + j]; value != 0.0)
        rows_[i].emplace_back(j, value / std::sqrt(norm));
  }
}

void Copula::apply(std::span<std::uint32_t* const> words, std::size_t count, std::vector<double>& scores) const {
  scores.resize((rows_.size() + 1) * count);
  for (std::size_t k = 0; k < rows_.size(); ++k)
    for (std::size_t i = 0; i < count; ++i) scores[k * count + i] = normal_quantile(uniform_exact(words[k][i]));
  double* sum = scores.data() + rows_.size() * count;
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    const Row& row = rows_[k];
    if (row.size() == 1 && row.front().first == k && row.front().second > 0.0) continue;  // its own words
    std::fill_n(sum, count, 0.0);
    for (const auto& [j, factor] : row)
      for (std::size_t i = 0; i < count; ++i) sum[i] += factor * scores[j * count + i];
    for (std::size_t i = 0; i < count; ++i) {
      const double scaled = normal_cdf(sum[i]) * 0x1p32;
      words[k][i] = scaled < 0x1p32 ? static_cast<std::uint32_t>(scaled) : 0xffffffffu;
    }
  }
}

}  // namespace sim
