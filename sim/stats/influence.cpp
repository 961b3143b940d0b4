#include "sim/stats/influence.h"

#include <algorithm>
#include <cmath>

#include "sim/base/missing.h"

namespace sim {
ShareBelow::ShareBelow(std::span<const double> sorted, double p) : p_(p) {
  const auto n = static_cast<double>(sorted.size());
  quantile_ = sorted[static_cast<std::size_t>(std::clamp(std::ceil(n * p), 1.0, n)) - 1];
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), quantile_);
  ties_ = static_cast<double>(last - first);
  part_ = (n * p - static_cast<double>(first - sorted.begin())) / ties_;
}

Spread mean_spread(const Values& values, const Sampling& sampling, double mean) {
  return spread_over_units(values, sampling, [=](double y) { return y - mean; });
}

Spread sd_spread(const Values& values, const Sampling& sampling, double mean, double sd) {
  const double scale = sd > 0.0 ? 0.5 / sd : 0.0;
  return spread_over_units(values, sampling, [=](double y) { return scale * ((y - mean) * (y - mean) - sd * sd); });
}

Spread worst_spread(const Values& values, const Sampling& sampling, double edge, double cvar, bool high_is_worse) {
  return spread_over_units(values, sampling, [=](double y) {
    const bool worse = high_is_worse ? y > edge : y < edge;
    return edge - cvar + (worse ? (y - edge) / kTail : 0.0);
  });
}

Spread share_spread(const Values& values, std::span<const double> sorted, const Sampling& sampling, double p) {
  return spread_over_units(values, sampling, ShareBelow(sorted, p));
}

Spread value_at_risk_spread(const Values& values, std::span<const double> sorted, const Sampling& sampling, double mean,
                            double p, double quantile_error) {
  const ShareBelow share(sorted, p);
  const double share_error = spread_over_units(values, sampling, share).error;
  const double slope = share_error > 0.0 ? quantile_error / share_error : 0.0;
  return spread_over_units(values, sampling, [&](double y) { return y - mean + slope * share(y); });
}

QuantileRanks quantile_ranks_over_units(const Values& values, std::span<const double> sorted, const Sampling& sampling,
                                        double p, double confidence) {
  const auto n = static_cast<double>(sorted.size());
  const Spread spread = share_spread(values, sorted, sampling, p);
  const double half = critical_value(spread.freedom, confidence) * spread.error;
  const auto clip = [&](double rank) { return static_cast<std::size_t>(std::clamp(rank, 1.0, n)); };
  const std::size_t rank = clip(std::ceil(n * p));
  if (std::isnan(half)) return {rank, 1, sorted.size(), false, kMissing};
  // Rounded outwards after a correction for continuity, as exact binomial ranks are: y_(low) <= q unless fewer than
  // `low` values lie at or below q, q <= y_(high) unless at least `high` do.
  const double low = std::floor(n * (p - half) + 0.5), high = std::ceil(n * (p + half) + 0.5);
  // In the worst case a unit's values are one value `inner` times over. Few units, among which the share happens to
  // vary little, would seem to close the interval.
  const bool enough = quantile_ranks(sorted.size() / sampling.inner, p, confidence).closed;
  return {rank, clip(low), clip(high), enough && low >= 1.0 && high <= n, n * spread.error};
}

QuantileRanks quantile_ranks(const Values& values, std::span<const double> sorted, const Sampling& sampling, double p,
                             double confidence) {
  return sampling.independent() ? quantile_ranks(sorted.size(), p, confidence)
                                : quantile_ranks_over_units(values, sorted, sampling, p, confidence);
}

}  // namespace sim
