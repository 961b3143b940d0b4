// Quantile functions without a closed form, as tables: y(t) with t = logit u, y = logit Q (beta) or log Q (gamma).
// Internal to sim/rng.
//
// Promise: an estimated error of y below 3e-7 for shapes from 0.01 to 1e7, the same bits on every machine and for any
// number of threads; y rises with t. Not here: the way from y to the parameter (its bounds or scale, in
// families_tabulated.cpp), and checks of the shapes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "sim/base/elementary.h"

namespace sim::laws {

// y(t) on equidistant nodes of t = logit u by cubic Hermite interpolation; y = logit Q or log Q.
class Table {
 public:
  struct Node {
    double y;
    double rise;  // dy/dt times the distance of the nodes
  };

  explicit Table(std::vector<Node> nodes)
      : nodes_(std::move(nodes)), scale_(static_cast<double>(nodes_.size() - 1) / (2.0 * reach())) {}

  // logit of the largest u, 1 - 2^-33.
  static double reach() { return math::log(0x1p33 - 1.0); }

  double operator()(double t) const {
    const double position = (t + reach_) * scale_;
    const auto last = static_cast<std::ptrdiff_t>(nodes_.size()) - 2;
    const auto index = std::clamp(static_cast<std::ptrdiff_t>(position), std::ptrdiff_t{0}, last);
    const Node& left = nodes_[static_cast<std::size_t>(index)];
    const Node& right = nodes_[static_cast<std::size_t>(index) + 1];
    const double s = position - static_cast<double>(index);
    const double step = right.y - left.y;
    const double square = 3.0 * step - 2.0 * left.rise - right.rise;
    const double cube = left.rise + right.rise - 2.0 * step;
    return left.y + s * (left.rise + s * (square + s * cube));
  }

 private:
  std::vector<Node> nodes_;
  double reach_ = reach();
  double scale_;
};

// Built once for each shape and kept (at most 512 of each family); safe to call from several threads.
std::shared_ptr<const Table> beta_table(double a, double b);
std::shared_ptr<const Table> gamma_table(double a);

}  // namespace sim::laws
