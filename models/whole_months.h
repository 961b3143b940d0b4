// Durations in whole months: decision lags, how long a shock lasts, how long a customer stays.
//
// Inversion of one word w: N = #{k >= 0 : coin(w) < threshold(P(N > k))}, the heavy tail at small words; probabilities
// are met to 2^-32. Laws, with m the mean (MODEL.md, sections 2 and 5):
//   geometric         P(N > k) = (m / (1 + m))^(k+1) on 0, 1, 2, … (lags);  (1 - 1/m)^k on 1, 2, … (durations)
//   negative binomial mean m, shape r:  P(N = k) = C(k+r-1, k) (r/(r+m))^r (m/(r+m))^k
//   gamma, lognormal  (mean, cv): the whole part (lags), or rounded up (durations)
//
// Values from the horizon on are all alike to a simulation and not told apart.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/config/scenario.h"
#include "sim/config/spec.h"
#include "sim/lanes/dispatch.h"

namespace partnersim {

// Laws of a decision lag, beside a whole number; of a duration, at least one month.
std::span<const sim::LawSpec> lag_laws();
std::span<const sim::LawSpec> duration_laws();
// A LawCheck: a constant must be whole.
std::string whole_months_problem(const sim::Law& law, const sim::Range& range);

class WholeMonths {
 public:
  static WholeMonths lag(const sim::Law& law, int horizon);
  static WholeMonths duration(const sim::Law& law, int horizon);
  // Months a customer pays who renews with probability r: P(N > k) = r^k, N >= 1.
  static WholeMonths retained(double retention, int horizon);

  bool is_constant() const { return thresholds_.size() == 1; }
  std::uint32_t constant() const { return least_; }
  std::uint32_t operator()(std::uint32_t word) const;
  // months[i] = operator()(words[i]); the horizon at least for what lies behind it.
  void fill(sim::Isa isa, const std::uint32_t* words, std::size_t n, std::uint32_t* months) const;
  // P(N > k), k = 0, 1, …, below the horizon.
  double exceeds(std::size_t k) const;
  double probability(std::size_t k) const { return (k == 0 ? 1.0 : exceeds(k - 1)) - exceeds(k); }

 private:
  WholeMonths(int horizon, const std::function<double(int)>& survival);
  explicit WholeMonths(std::uint32_t constant) : least_(constant), thresholds_{0} {}

  static constexpr int kGuideShift = 23;  // of 31-bit coins
  static constexpr std::uint32_t kSlices = 256;

  std::uint32_t least_ = 0;                // the constant, or months every draw exceeds
  std::vector<double> survival_;           // P(N > k)
  std::vector<std::uint32_t> thresholds_;  // of P(N > least + i), descending; then 0
  std::array<std::uint32_t, kSlices> guide_{};
  std::uint32_t steps_ = 0;  // thresholds within a slice at most, but for the first one
};

}  // namespace partnersim
