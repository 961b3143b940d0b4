#include "sim/stats/influence.h"

#include <algorithm>
#include <cmath>

namespace sim {

Spread mean_spread(std::span<const float> values, const Sampling& sampling, double mean) {
  return spread_over_units(values, sampling, [=](double y) { return y - mean; });
}

Spread sd_spread(std::span<const float> values, const Sampling& sampling, double mean, double sd) {
  const double scale = sd > 0.0 ? 0.5 / sd : 0.0;
  return spread_over_units(values, sampling, [=](double y) { return scale * ((y - mean) * (y - mean) - sd * sd); });
}

Spread worst_spread(std::span<const float> values, const Sampling& sampling, double edge, double cvar,
                    bool high_is_worse) {
  return spread_over_units(values, sampling, [=](double y) {
    const bool worse = high_is_worse ? y > edge : y < edge;
    return edge - cvar + (worse ? (y - edge) / kTail : 0.0);
  });
}

Spread share_spread(std::span<const float> values, std::span<const float> sorted, const Sampling& sampling, double p) {
  const auto n = static_cast<double>(sorted.size());
  const auto at = static_cast<std::ptrdiff_t>(std::clamp(std::ceil(n * p), 1.0, n)) - 1;
  const auto q = static_cast<double>(sorted[static_cast<std::size_t>(at)]);
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), sorted[static_cast<std::size_t>(at)]);
  const auto below = static_cast<double>(first - sorted.begin());
  const double part = (n * p - below) / static_cast<double>(last - first);
  return spread_over_units(values, sampling, [=](double y) { return (y < q ? 1.0 : (y == q ? part : 0.0)) - p; });
}

QuantileRanks quantile_ranks_over_units(std::span<const float> values, std::span<const float> sorted,
                                        const Sampling& sampling, double p, double confidence) {
  const auto n = static_cast<double>(sorted.size());
  const Spread spread = share_spread(values, sorted, sampling, p);
  const double half = critical_value(spread.freedom, confidence) * spread.error;
  const auto clip = [&](double rank) { return static_cast<std::size_t>(std::clamp(rank, 1.0, n)); };
  const std::size_t rank = clip(std::ceil(n * p));
  if (std::isnan(half)) return {rank, 1, sorted.size(), false};
  // Rounded outwards after a correction for continuity, as exact binomial ranks are: y_(low) <= q unless fewer than
  // `low` values lie at or below q, q <= y_(high) unless at least `high` do.
  const double low = std::floor(n * (p - half) + 0.5), high = std::ceil(n * (p + half) + 0.5);
  return {rank, clip(low), clip(high), low >= 1.0 && high <= n};
}

}  // namespace sim
