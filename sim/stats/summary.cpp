#include "sim/stats/summary.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/base/missing.h"
#include "sim/stats/influence.h"
#include "sim/stats/order.h"
#include "sim/stats/units.h"

namespace sim {
namespace {

// `worst(i)` is the i-th worst value, i = 0, 1, …
template <class Worst>
void mean_of_worst(Summary& s, const Worst& worst) {
  const double tail = kTail * static_cast<double>(s.count);
  const auto whole = static_cast<std::size_t>(tail);
  const double part = tail - static_cast<double>(whole);
  const double edge = worst(std::min(whole, s.count - 1));
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < whole; ++i) sum += worst(i);
  s.cvar = (sum + part * edge) / tail;
  for (std::size_t i = 0; i < whole; ++i) squares += (worst(i) - s.cvar) * (worst(i) - s.cvar);
  // Asymptotic variance of the tail mean (Trindade et al. 2007): [Var(Y | tail) + (1 - a)(VaR - CVaR)^2] / (a n).
  s.cvar_error = std::sqrt((squares / tail + (1.0 - kTail) * (edge - s.cvar) * (edge - s.cvar)) / tail);
}

constexpr std::size_t kP05 = 1, kP95 = 7;
static_assert(kProbabilities[kP05] == kTail && kProbabilities[kP95] == 1.0 - kTail);

void set_value_at_risk(Summary& s, bool high_is_worse) {
  const QuantileEstimate& edge = s.quantiles[high_is_worse ? kP95 : kP05];
  s.value_at_risk = high_is_worse ? edge.value - s.mean : s.mean - edge.value;
  // Cov(mean, q) = a |m - c| / (n f(q)) from their influence functions (influence.h), with f(q) from the error of q,
  // which is sqrt(a (1 - a) / n) / f(q).
  const double covariance =
      edge.error * std::abs(s.mean - s.cvar) * std::sqrt(kTail / (1.0 - kTail) / static_cast<double>(s.count));
  s.value_at_risk_error =
      std::sqrt(std::max(0.0, s.mean_error * s.mean_error + edge.error * edge.error - 2.0 * covariance));
}

// Errors of zero that too few values would seem to have.
void leave_out_unknown(Summary& s, bool high_is_worse) {
  // Of two or three values the fourth moment is that of any other two or three: the formula always gives 0.
  constexpr std::size_t kFewestForFourthMoment = 4;
  if (s.count == 1) s.sd = s.mean_error = kMissing;
  if (s.count < kFewestForFourthMoment) s.sd_error = kMissing;
  if (std::isnan(s.quantiles[high_is_worse ? kP95 : kP05].error)) s.cvar_error = s.value_at_risk_error = kMissing;
}

Summary nothing_to_say() {
  Summary s{0,        kMissing, kMissing, kMissing, kMissing, kMissing,  kMissing,
            kMissing, kMissing, kMissing, kMissing, {},       kNormal975};
  s.quantiles.fill({kMissing, kMissing, kMissing, kMissing});
  return s;
}

// Of independent values, ascending.
Summary summarise_independent(std::span<const double> values, bool high_is_worse) {
  if (values.empty()) return nothing_to_say();
  Summary s;
  s.count = values.size();
  const auto n = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double v : values) sum += v;
  s.mean = sum / n;
  double m2 = 0.0, m4 = 0.0;
  for (const double v : values) {
    const double d = v - s.mean;
    const double square = d * d;
    m2 += square;
    m4 += square * square;
  }
  if (values.size() > 1) {
    const double variance = m2 / (n - 1.0);
    s.sd = std::sqrt(variance);
    s.mean_error = s.sd / std::sqrt(n);
    // Var(s^2) = (mu4 - sigma^4) / n to first order; delta method for s.
    if (s.sd > 0.0) s.sd_error = std::sqrt(std::max(0.0, m4 / n - variance * variance) / n) / (2.0 * s.sd);
  }
  s.minimum = values.front();
  s.maximum = values.back();
  s.critical = critical_value(n - 1.0, kConfidence);
  const auto ranks = quantile_ranks(values.size());
  for (std::size_t i = 0; i < ranks.size(); ++i) s.quantiles[i] = quantile_estimate(values, ranks[i]);
  const std::size_t last = values.size() - 1;
  mean_of_worst(s, [&](std::size_t i) { return values[high_is_worse ? last - i : i]; });
  set_value_at_risk(s, high_is_worse);
  leave_out_unknown(s, high_is_worse);
  return s;
}

}  // namespace

Summary summarise(const Values& values, const Sampling& sampling, bool high_is_worse) {
  const std::vector<double> sorted = sorted_values(values);
  const std::size_t n = sorted.size();
  // Estimates are those of independent replications, to the last bit.
  Summary s = summarise_independent(sorted, high_is_worse);
  if (sampling.independent() || n == 0) return s;
  const Spread mean = mean_spread(values, sampling, s.mean);
  s.mean_error = mean.error;
  s.critical = critical_value(mean.freedom, kConfidence);
  s.sd_error = sd_spread(values, sampling, s.mean, s.sd).error;
  const std::size_t edge = std::min(static_cast<std::size_t>(kTail * static_cast<double>(n)), n - 1);
  s.cvar_error =
      worst_spread(values, sampling, sorted[high_is_worse ? n - 1 - edge : edge], s.cvar, high_is_worse).error;
  for (std::size_t i = 0; i < kProbabilities.size(); ++i)
    s.quantiles[i] =
        quantile_estimate(sorted, quantile_ranks_over_units(values, sorted, sampling, kProbabilities[i], kConfidence));
  s.value_at_risk_error = value_at_risk_spread(values, sorted, sampling, s.mean, high_is_worse ? 1.0 - kTail : kTail,
                                               s.quantiles[high_is_worse ? kP95 : kP05].error)
                              .error;
  leave_out_unknown(s, high_is_worse);
  return s;
}

}  // namespace sim
