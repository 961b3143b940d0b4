// Dependence between parameters that are drawn once a replication: a Gaussian copula over their words.
//
//   u_k = (w_k + 1/2) 2^-32,   z = Phi^-1(u),   z' = L z,   w'_k = floor(2^32 Phi(z'_k)),   R = L L^T
//
//   R is the correlation matrix of the normal scores, r = 2 sin(pi rho_S / 6) for Spearman's rank correlation rho_S
//   (Pearson 1907; Kruskal 1958): what a user states is about ranks and stays true under every marginal law. The words
//   come out uniform again, so each parameter keeps its own law to the bit-exact quantile function.
//
// Promise: L is lower triangular, so the first member keeps its words bit by bit, and so does any member that is
// uncorrelated with all before it; singular matrices work (r = 1 gives equal words). A block's words do not depend on
// the block. Everything is IEEE + - * / sqrt in a fixed order on sim/base functions: the same bits everywhere.
//
// A matrix whose ranks cannot hold together (not positive semidefinite) is replaced by the nearest correlation matrix
// in the Frobenius norm: alternating projections with Dykstra's correction (Higham, Computing the nearest correlation
// matrix, IMA J. Numer. Anal. 22, 2002), because clipping eigenvalues and rescaling also moves pairs that were not in
// the way: nearest is what a user means who gives ranks by judgement. Eigenvalues by cyclic Jacobi rotations.
//
// Not here: other copulas (tails of a Gaussian one are asymptotically independent), and which parameters are meant:
// models/scenario/correlation.h reads that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace sim {

// r of normal scores for a rank correlation, and back; both exact at -1, 0 and 1, odd, and good to 1e-15.
double pearson_of_rank(double rank);
double rank_of_pearson(double pearson);

// A symmetric matrix, kept whole.
class SymmetricMatrix {
 public:
  explicit SymmetricMatrix(std::size_t size) : size_(size), values_(size * size, 0.0) {}
  static SymmetricMatrix identity(std::size_t size);
  std::size_t size() const { return size_; }
  double at(std::size_t i, std::size_t j) const { return values_[i * size_ + j]; }
  void set(std::size_t i, std::size_t j, double value) { values_[i * size_ + j] = values_[j * size_ + i] = value; }

 private:
  std::size_t size_;
  std::vector<double> values_;
};

// Up to rounding: a matrix on the edge, as r = 1 makes it, is one.
bool is_positive_semidefinite(const SymmetricMatrix& matrix);

struct Eigen {
  std::vector<double> values;   // unordered
  std::vector<double> vectors;  // row k belongs to value k
};
Eigen eigen_of(const SymmetricMatrix& matrix);

// The nearest correlation matrix; the matrix itself when it is one. A repair costs some n^3: milliseconds for ten
// parameters, seconds for kMostRepaired.
inline constexpr std::size_t kMostRepaired = 100;
SymmetricMatrix nearest_correlation(const SymmetricMatrix& matrix);

class Copula {
 public:
  // `correlation` must be one: unit diagonal, positive semidefinite.
  explicit Copula(const SymmetricMatrix& correlation);

  std::size_t size() const { return rows_.size(); }
  // False for a member whose words are its own, or those of one other member (mirrored for r = -1): strata stay strata.
  bool is_mixture(std::size_t member) const { return rows_[member].size() > 1; }
  // In place: words[k][i] of member k, i < count. `scores` is room for
  // (size() + 1) * count doubles, and grows when it is too small.
  void apply(std::span<std::uint32_t* const> words, std::size_t count, std::vector<double>& scores) const;

 private:
  using Row = std::vector<std::pair<std::size_t, double>>;  // what is not zero, in order
  std::vector<Row> rows_;
};

}  // namespace sim
