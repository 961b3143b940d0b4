#include "sim/stats/precision.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/base/missing.h"
#include "sim/stats/influence.h"
#include "sim/stats/order.h"
#include "sim/stats/paired.h"
#include "sim/stats/summary.h"
#include "sim/stats/units.h"

namespace sim {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

struct Measured {
  double value = kMissing;
  double low = -kInfinite, high = kInfinite;
  bool probability = false;
  double critical = 0.0;  // of a probability
};

Measured within(double value, double half) { return {value, value - half, value + half, false, 0.0}; }

double longer_side(double value, const Interval& interval) {
  return std::max(value - interval.low, interval.high - value);
}

Measured measure_mean(const Prefix& prefix, double confidence) {
  double n = 0.0, sum = 0.0, squares = 0.0;
  bool zeros_and_ones = true;
  for (std::size_t i = 0; i < prefix.values.size(); ++i)
    if (const double v = prefix.values[i]; !std::isnan(v)) {
      n += 1.0;
      sum += v;
      zeros_and_ones = zeros_and_ones && (v == 0.0 || v == 1.0);
    }
  if (n == 0.0) return {};
  const double mean = sum / n;
  for (std::size_t i = 0; i < prefix.values.size(); ++i)
    if (const double v = prefix.values[i]; !std::isnan(v)) squares += (v - mean) * (v - mean);
  Spread spread = mean_spread(prefix.values, prefix.sampling, mean);
  if (prefix.sampling.independent()) spread = {n > 1.0 ? std::sqrt(squares / (n - 1.0) / n) : kMissing, n - 1.0};
  if (!zeros_and_ones) return within(mean, critical_value(spread.freedom, confidence) * spread.error);
  const double critical = critical_value(prefix.sampling.independent() ? kInfinite : spread.freedom, confidence);
  const Interval interval = share_interval(mean, squares / n, static_cast<std::size_t>(n), prefix.sampling,
                                           prefix.values.size(), spread, confidence);
  return {mean, interval.low, interval.high, true, critical};
}

Measured measure_quantile(const Prefix& prefix, double p, double confidence) {
  const std::vector<double> sorted = sorted_values(prefix.values);
  if (sorted.empty()) return {};
  const QuantileRanks ranks = quantile_ranks(prefix.values, sorted, prefix.sampling, p, confidence);
  const auto at = [&](std::size_t rank) { return sorted[rank - 1]; };
  if (!ranks.closed) return within(at(ranks.value), kInfinite);
  return {at(ranks.value), at(ranks.low), at(ranks.high), false, 0.0};
}

// The standard deviation or the mean of the worst. That has as many degrees of freedom as units in the tail, less one:
// with ten of them the normal interval covers 89 % where Student's covers 93.
Measured measure_summary(const Prefix& prefix, Statistic statistic, double confidence) {
  const Summary s = summarise(prefix.values, prefix.sampling, prefix.high_is_worse);
  if (s.count < 2) return {};
  const double freedom = prefix.sampling.independent() ? static_cast<double>(s.count) - 1.0
                                                       : mean_spread(prefix.values, prefix.sampling, s.mean).freedom;
  if (statistic == Statistic::sd) return within(s.sd, critical_value(freedom, confidence) * s.sd_error);
  const double in_tail = kTail * static_cast<double>(s.count) / prefix.sampling.inner - 1.0;
  return within(s.cvar, critical_value(std::min(freedom, in_tail), confidence) * s.cvar_error);
}

Measured measure(const Target& target, const Prefix& prefix, double confidence) {
  switch (target.statistic) {
    case Statistic::mean:
      return measure_mean(prefix, confidence);
    case Statistic::quantile:
      return measure_quantile(prefix, target.probability, confidence);
    case Statistic::sd:
    case Statistic::worst_mean:
      return measure_summary(prefix, target.statistic, confidence);
    case Statistic::difference:
      break;
  }
  const Estimate d = mean_difference(prefix.baseline, prefix.values, prefix.sampling, confidence);
  return {d.value, d.low, d.high, false, 0.0};
}

// Replications at which Wilson's interval would be as narrow as wanted, each worth as much as those so far.
double needed_for_share(const Measured& m, double replications, double wanted) {
  // The trials that give the present half-width, and those that would give the one wanted.
  const auto trials_for = [&](double half) {
    double low = 1e-3, high = 1e18;
    for (int i = 0; i < 100; ++i) {
      const double middle = std::sqrt(low * high);
      (longer_side(m.value, wilson(m.value, middle, m.critical)) > half ? low : high) = middle;
    }
    return high;
  };
  return replications * trials_for(wanted) / trials_for(longer_side(m.value, {m.low, m.high}));
}

}  // namespace

Achieved assess(const Target& target, const Prefix& prefix, double confidence) {
  const Measured m = measure(target, prefix, confidence);
  Achieved out;
  out.value = m.value;
  out.low = m.low;
  out.high = m.high;
  out.half_width = longer_side(m.value, {m.low, m.high});
  if (std::isnan(out.half_width)) out.half_width = kInfinite;
  out.wanted = target.relative ? target.wanted * std::abs(m.value) : target.wanted;
  out.reached = out.wanted > 0.0 && out.half_width <= out.wanted;
  const auto n = static_cast<double>(prefix.values.size());
  if (out.reached) {
    out.needed = n;
  } else if (!(out.wanted > 0.0) || out.half_width == kInfinite) {
    out.needed = kInfinite;
  } else if (m.probability) {
    out.needed = std::ceil(needed_for_share(m, n, out.wanted));
  } else {
    out.needed = std::ceil(n * (out.half_width / out.wanted) * (out.half_width / out.wanted));
  }
  return out;
}

std::vector<std::uint32_t> checkpoints(std::uint32_t max, std::uint32_t inner) {
  constexpr std::uint64_t kBlock = 512;    // the largest block of replications
  constexpr std::uint64_t kFewest = 1024;  // below, normal intervals of skewed outcomes are poor
  const std::uint64_t step = std::lcm(kBlock, static_cast<std::uint64_t>(std::max(1u, inner)));
  const auto whole = [&](std::uint64_t n) { return (n + step - 1) / step * step; };
  std::vector<std::uint32_t> out;
  for (std::uint64_t n = whole(kFewest); n < max; n = whole(n + n / 2)) out.push_back(static_cast<std::uint32_t>(n));
  if (max > 0) out.push_back(max);
  return out;
}

}  // namespace sim
