#include "sim/tables/lognormal_sums.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/elementary.h"
#include "sim/base/special.h"

namespace sim::sums {
namespace {

constexpr double kReach = 9.5;  // of scores that count: what lies beyond has probability 1e-21
constexpr double kLast = 8.2;   // nodes go so far
constexpr double kStep = 0.1;   // from node to node, about
constexpr double kPanel = 1.5;  // of the integral, in scores

// Gauss and Legendre, ten points on [-1, 1].
constexpr std::array<double, 5> kAbscissa{0.14887433898163121, 0.43339539412924719, 0.67940956829902441,
                                          0.86506336668898451, 0.97390652851717172};
constexpr std::array<double, 5> kWeight{0.29552422471475287, 0.26926671930999636, 0.21908636251598204,
                                        0.14945134915058059, 0.06667134430868814};

// v of a share p whose logarithm is known.
double logit_of_log(double log_p) { return log_p - math::log(-math::expm1(log_p)); }

double log_of_logistic(double v) { return v < 0.0 ? v - math::log1p(math::exp(v)) : -math::log1p(math::exp(-v)); }

}  // namespace

Curve::Curve(std::vector<double> x, const std::vector<double>& y) : x_(std::move(x)) {
  for (std::size_t first = 0; first + kPoints <= x_.size(); ++first) {
    std::array<double, kPoints> d;
    std::copy_n(y.begin() + static_cast<std::ptrdiff_t>(first), kPoints, d.begin());
    for (std::size_t order = 1; order < kPoints; ++order)
      for (std::size_t j = kPoints - 1; j >= order; --j)
        d[j] = (d[j] - d[j - 1]) / (x_[first + j] - x_[first + j - order]);
    differences_.push_back(d);
  }
}

Curve::Value Curve::operator()(double x) const {
  const double inside = std::clamp(x, x_.front(), x_.back());
  const auto above = static_cast<std::size_t>(std::upper_bound(x_.begin(), x_.end(), inside) - x_.begin());
  const std::size_t first = std::min(above > kPoints / 2 ? above - kPoints / 2 : 0, x_.size() - kPoints);
  const std::array<double, kPoints>& d = differences_[first];
  double y = d[kPoints - 1], slope = 0.0;
  for (std::size_t j = kPoints - 1; j-- > 0;) {
    slope = slope * (inside - x_[first + j]) + y;
    y = y * (inside - x_[first + j]) + d[j];
  }
  return {y + slope * (x - inside), slope};
}

LogSum::LogSum(const std::vector<double>& x, const std::vector<double>& z) : score_(x, z), quantile_(z, x) {
  for (std::size_t i = 1; i < x.size(); ++i) steepest_ = std::max(steepest_, (z[i] - z[i - 1]) / (x[i] - x[i - 1]));
  least_ = log_quantile(-kReach);
  most_ = log_quantile(kReach);
}

LogSum LogSum::lognormal(double sigma) {
  std::vector<double> x, z;
  for (double score = -9.0; score <= 9.0; score += 1.0) {
    x.push_back(sigma * score);
    z.push_back(score);
  }
  return {x, z};
}

double LogSum::score_of_sum(const LogSum& a, const LogSum& b, double x) {
  constexpr double kAlmostAll = -1e-12;
  const double low = logit_of_log(std::min(a.least_ - x, kAlmostAll));
  const double high =
      std::min(-logit_of_log(std::min(b.least_ - x, kAlmostAll)), logit_of_log(std::min(a.most_ - x, kAlmostAll)));
  const double panels = std::max(1.0, std::ceil((high - low) * std::max(a.steepest_, b.steepest_) / kPanel));
  const double half = 0.5 * (high - low) / panels;
  double lower = 0.0, upper = 0.0;
  for (double panel = 0.0; high > low && panel < panels; panel += 1.0)
    for (std::size_t k = 0; k < 2 * kAbscissa.size(); ++k) {
      const double place = k % 2 == 0 ? kAbscissa[k / 2] : -kAbscissa[k / 2];
      const double v = low + half * (2.0 * panel + 1.0 + place);
      const double log_p = log_of_logistic(v), log_rest = log_p - v;
      const Curve::Value one = a.score_(x + log_p);
      const double weight = half * kWeight[k / 2] * normal_density(one.y) * one.slope * math::exp(log_rest);
      const double other = b.score_(x + log_rest).y;
      lower += weight * normal_cdf(other);
      upper += weight * normal_cdf(-other);
    }
  upper += normal_cdf(-a.score_(x + log_of_logistic(high)).y);
  return lower < upper ? normal_quantile(lower) : -normal_quantile(upper);
}

LogSum LogSum::sum(const LogSum& a, const LogSum& b) {
  // From the sum of the medians down and up, each step by the slope of the last one.
  const double middle = a.log_quantile(0.0) + math::log1p(math::exp(b.log_quantile(0.0) - a.log_quantile(0.0)));
  const double score = score_of_sum(a, b, middle);
  std::vector<double> x{middle}, z{score};
  const auto march = [&](double step) {
    double slope = std::max(a.steepest_, b.steepest_);
    while (std::abs(z.back()) < kLast) {
      const double from_x = x.back(), from_z = z.back();
      x.push_back(from_x + step / slope);
      z.push_back(score_of_sum(a, b, x.back()));
      slope = (z.back() - from_z) / (x.back() - from_x);
    }
  };
  march(-kStep);
  std::reverse(x.begin(), x.end());
  std::reverse(z.begin(), z.end());
  march(kStep);
  return {x, z};
}

}  // namespace sim::sums
