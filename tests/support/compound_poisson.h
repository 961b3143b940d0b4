// The law of the sum of Poisson(mu) lognormal values, by Fourier transform on a grid.
//
// Values are rounded to a grid of width h: cell k holds the values from (k - 1/2) h to (k + 1/2) h. Then the
// characteristic function of the sum is exp(mu (f - 1)), f that of the rounded value. Rounding errors
// are symmetric within a cell, so the distribution function at the cell's edges is off by O(h^2); what lies
// above the grid wraps around, so the grid must reach where nothing is left.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

namespace partnersim::testing {

// Lognormal by mean and coefficient of variation.
struct Lognormal {
  double mean, cv;
  double sigma() const { return std::sqrt(std::log1p(cv * cv)); }
  double log_median() const { return std::log(mean) - 0.5 * std::log1p(cv * cv); }
  double cdf(double x) const {
    return x <= 0.0 ? 0.0 : 0.5 * std::erfc((log_median() - std::log(x)) / (sigma() * std::numbers::sqrt2));
  }
};

// In place, radix 2, without normalisation; sign -1 forward, +1 back.
inline void fourier(std::vector<std::complex<double>>& a, double sign) {
  const std::size_t n = a.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(a[i], a[j]);
  }
  std::vector<std::complex<double>> root(n / 2);
  for (std::size_t k = 0; k < n / 2; ++k)
    root[k] = std::polar(1.0, sign * 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
  for (std::size_t half = 1; half < n; half *= 2)
    for (std::size_t i = 0; i < n; i += 2 * half)
      for (std::size_t k = 0; k < half; ++k) {
        const std::complex<double> odd = a[i + k + half] * root[k * (n / (2 * half))];
        a[i + k + half] = a[i + k] - odd;
        a[i + k] += odd;
      }
}

class CompoundPoisson {
 public:
  CompoundPoisson(double mu, const Lognormal& value, double width, std::size_t cells)
      : none_(std::exp(-mu)), width_(width), cumulative_(cells) {
    std::vector<std::complex<double>> a(cells);
    double below = 0.0;
    for (std::size_t k = 0; k < cells; ++k) {
      const double edge = value.cdf((static_cast<double>(k) + 0.5) * width);
      a[k] = edge - below;
      below = edge;
    }
    fourier(a, -1.0);
    for (auto& x : a) x = std::exp(mu * (x - 1.0));
    fourier(a, 1.0);
    double sum = 0.0;
    for (std::size_t k = 0; k < cells; ++k) cumulative_[k] = sum += a[k].real() / static_cast<double>(cells);
  }

  double probability_of_none() const { return none_; }

  // P(sum <= x) for x >= 0, straight between the edges of cells.
  double cdf(double x) const {
    const double cell = x / width_ + 0.5;
    const auto k = static_cast<std::size_t>(cell);
    if (k >= cumulative_.size()) return 1.0;
    const double low = k == 0 ? none_ : cumulative_[k - 1];
    return low + (cumulative_[k] - low) * (cell - static_cast<double>(k));
  }

  // Of the sum when there is at least one value: this law is continuous.
  double cdf_if_any(double x) const { return (cdf(x) - none_) / (1.0 - none_); }

  // The smallest x with P(sum <= x) >= p.
  double quantile(double p) const {
    const auto found = std::lower_bound(cumulative_.begin(), cumulative_.end(), p);
    if (found == cumulative_.begin() || found == cumulative_.end()) throw std::domain_error("outside the grid");
    const auto k = static_cast<double>(found - cumulative_.begin());
    return (k - 0.5 + (p - found[-1]) / (found[0] - found[-1])) * width_;
  }

 private:
  double none_;
  double width_;
  std::vector<double> cumulative_;  // at the upper edge of each cell
};

}  // namespace partnersim::testing
