#include "models/whole_months.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/base/elementary.h"
#include "sim/base/special.h"
#include "sim/rng/draws.h"

namespace partnersim {
namespace {

constexpr sim::Range kAnyMonths{0.0, 1e6};
constexpr sim::Range kSomeMonths{0.0, 1e6, true};
constexpr sim::Range kSpread{0.0, 20.0, true};
constexpr std::array kMeanLag{sim::ArgumentSpec{.name = "mean", .range = kAnyMonths, .doc = "mean in months"}};
constexpr std::array kMeanAndShape{
    sim::ArgumentSpec{.name = "mean", .range = kAnyMonths, .doc = "mean in months"},
    sim::ArgumentSpec{.name = "shape", .range = {0.01, 1e6}, .doc = "size; small is widely spread, 1 is geometric"},
};
constexpr std::array kMeanAndSpread{
    sim::ArgumentSpec{.name = "mean", .range = kSomeMonths, .doc = "mean in months"},
    sim::ArgumentSpec{.name = "cv", .range = kSpread, .doc = "standard deviation divided by the mean"},
};
constexpr std::array kMeanDuration{
    sim::ArgumentSpec{.name = "mean", .range = {1.0, 1e6}, .doc = "mean in months, at least 1"}};
constexpr std::array kLagLaws{
    sim::LawSpec{.name = "geometric", .arguments = kMeanLag, .doc = "0, 1, 2, … months, most often 0"},
    sim::LawSpec{.name = "negative_binomial", .arguments = kMeanAndShape, .doc = "0, 1, 2, … months"},
    sim::LawSpec{.name = "gamma", .arguments = kMeanAndSpread, .doc = "the whole part of a gamma"},
    sim::LawSpec{.name = "lognormal", .arguments = kMeanAndSpread, .doc = "the whole part of a lognormal"},
};
constexpr std::array kDurationLaws{
    sim::LawSpec{.name = "geometric", .arguments = kMeanDuration, .doc = "1, 2, 3, … months; p = 1/mean"},
    sim::LawSpec{.name = "gamma", .arguments = kMeanAndSpread, .doc = "a gamma, rounded up"},
};

double gamma_exceeds(double x, double mean, double cv) {
  const double shape = 1.0 / (cv * cv);
  return x <= 0.0 ? 1.0 : sim::gamma_q(shape, x * shape / mean);
}

double lognormal_exceeds(double x, double mean, double cv) {
  if (x <= 0.0) return 1.0;
  const double variance = sim::math::log1p(cv * cv);
  const double z = (sim::math::log(x / mean) + 0.5 * variance) / std::sqrt(variance);
  return sim::normal_cdf(-z);
}

double power(double base, int exponent) { return exponent == 0 ? 1.0 : sim::math::pow(base, exponent); }

// P(N > k) of a negative binomial: an incomplete beta, I_q(k+1, r) with q = m / (r + m).
double negative_binomial_exceeds(int k, double mean, double shape) {
  return mean == 0.0 ? 0.0 : sim::incomplete_beta(k + 1.0, shape, mean / (shape + mean));
}

}  // namespace

std::span<const sim::LawSpec> lag_laws() { return kLagLaws; }
std::span<const sim::LawSpec> duration_laws() { return kDurationLaws; }

std::string whole_months_problem(const sim::Law& law, const sim::Range& range) {
  if (!law.is_constant()) return {};
  const double value = law.number("value");
  if (value == std::floor(value)) return {};
  const double lower = std::floor(value);
  return fmt::format("{} is not a whole number of months. Use {}, or a law such as {{ geometric = {{ mean = {} }} }}.",
                     value, lower >= range.low ? lower : lower + 1.0, value);
}

WholeMonths::WholeMonths(int horizon, const std::function<double(int)>& survival) {
  for (int k = 0; k <= horizon; ++k) {
    survival_.push_back(survival(k));
    const std::uint32_t t = sim::threshold(survival_.back());
    if (t == sim::threshold(1.0) && thresholds_.empty()) {
      ++least_;
    } else if (t != 0) {
      thresholds_.push_back(t);
    } else {
      break;
    }
  }
  thresholds_.push_back(0);  // which no coin is below: searches end there
  // Thresholds above the largest coin of each slice: from there the count goes on one by one.
  for (std::uint32_t slice = 0; slice < kSlices; ++slice) {
    const std::uint32_t largest = (slice << kGuideShift) + ((1u << kGuideShift) - 1);
    const auto below = std::partition_point(thresholds_.begin(), thresholds_.end(),
                                            [largest](std::uint32_t t) { return largest < t; });
    guide_[slice] = static_cast<std::uint32_t>(below - thresholds_.begin());
    if (slice > 0) steps_ = std::max(steps_, guide_[slice - 1] - guide_[slice]);
  }
}

WholeMonths WholeMonths::lag(const sim::Law& law, int horizon) {
  if (law.is_constant()) return WholeMonths(static_cast<std::uint32_t>(law.number("value")));
  const double mean = law.number("mean");
  if (law.name == "geometric") return {horizon, [=](int k) { return power(mean / (1.0 + mean), k + 1); }};
  if (law.name == "negative_binomial") {
    const double shape = law.number("shape");
    return {horizon, [=](int k) { return negative_binomial_exceeds(k, mean, shape); }};
  }
  const double cv = law.number("cv");
  if (law.name == "gamma") return {horizon, [=](int k) { return gamma_exceeds(k + 1.0, mean, cv); }};
  return {horizon, [=](int k) { return lognormal_exceeds(k + 1.0, mean, cv); }};
}

WholeMonths WholeMonths::duration(const sim::Law& law, int horizon) {
  if (law.is_constant()) return WholeMonths(static_cast<std::uint32_t>(law.number("value")));
  const double mean = law.number("mean");
  if (law.name == "geometric") return {horizon, [=](int k) { return power(1.0 - 1.0 / mean, k); }};
  const double cv = law.number("cv");
  return {horizon, [=](int k) { return gamma_exceeds(k, mean, cv); }};
}

WholeMonths WholeMonths::retained(double retention, int horizon) {
  return {horizon, [=](int k) { return power(retention, k); }};
}

std::uint32_t WholeMonths::operator()(std::uint32_t word) const {
  const std::uint32_t coin = sim::coin(word);
  std::size_t k = guide_[coin >> kGuideShift];
  while (coin < thresholds_[k]) ++k;
  return least_ + static_cast<std::uint32_t>(k);
}

void WholeMonths::fill(sim::Isa isa, const std::uint32_t* words, std::size_t n, std::uint32_t* months) const {
  const std::uint32_t* __restrict word = words;
  std::uint32_t* __restrict out = months;
  // Steps without a jump suffice for all words but those of the first slice, where long tails lie.
  sim::on_lanes(
      isa, [=, guide = guide_.data(), thresholds = thresholds_.data(), least = least_, steps = steps_]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) {
          const std::uint32_t coin = sim::coin(word[i]);
          std::uint32_t k = guide[coin >> kGuideShift];
          for (std::uint32_t step = 0; step < steps; ++step) k += coin < thresholds[k] ? 1u : 0u;
          out[i] = least + k;
        }
      });
  for (std::size_t i = 0; i < n; ++i)
    if (sim::coin(words[i]) >> kGuideShift == 0) months[i] = (*this)(words[i]);
}

double WholeMonths::exceeds(std::size_t k) const {
  if (survival_.empty()) return k < least_ ? 1.0 : 0.0;
  return k < survival_.size() ? survival_[k] : 0.0;
}

}  // namespace partnersim
