#include "sim/stats/quantile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/missing.h"
#include "sim/base/special.h"

namespace sim {
namespace {

// P(B <= k) for B ~ Binomial(n, p), as an incomplete beta integral.
double binomial_cdf(double k, double n, double p) {
  if (k < 0.0) return 0.0;
  if (k >= n) return 1.0;
  return incomplete_beta_complement(k + 1.0, n - k, p);
}

constexpr std::size_t kNodes = 32;

// |D| / s at the middles of equally probable parts of its law, with the right mean square.
std::array<double, kNodes> distances() {
  std::array<double, kNodes> nodes{};
  double squares = 0.0;
  for (std::size_t j = 0; j < kNodes; ++j) {
    nodes[j] = normal_quantile(0.5 + (static_cast<double>(j) + 0.5) / (2.0 * kNodes));
    squares += nodes[j] * nodes[j] / kNodes;
  }
  for (double& node : nodes) node /= std::sqrt(2.0 * squares);
  return nodes;
}

double standard_error(std::span<const double> sorted, const QuantileRanks& ranks) {
  static const std::array<double, kNodes> kDistances = distances();
  const auto last = static_cast<std::ptrdiff_t>(sorted.size()) - 1, at = static_cast<std::ptrdiff_t>(ranks.value) - 1;
  double squares = 0.0;
  for (const double distance : kDistances) {
    const auto d = static_cast<std::ptrdiff_t>(distance * ranks.spread + 0.5);
    const double gap = sorted[static_cast<std::size_t>(std::min(at + d, last))] -
                       sorted[static_cast<std::size_t>(std::max<std::ptrdiff_t>(at - d, 0))];
    squares += gap * gap;
  }
  return std::sqrt(0.5 * squares / kNodes);
}

}  // namespace

std::string quantile_name(double probability) { return fmt::format("p{:02.0f}", 100.0 * probability); }

QuantileRanks quantile_ranks(std::size_t count, double p, double confidence) {
  if (count == 0) return {0, 0, 0, false, 0.0};
  const auto n = static_cast<double>(count);
  const double tail = 0.5 * (1.0 - confidence);
  const double sd = std::sqrt(n * p * (1.0 - p)), spread = -normal_quantile(tail) * sd;
  // The number of values at or below the quantile is B ~ Binomial(n, p): y_(low) <= q unless B < low,
  // q <= y_(high) unless B >= high. The normal approximation is near; walk from there.
  double low = std::floor(n * p - spread);
  while (low > 0.0 && binomial_cdf(low - 1.0, n, p) > tail) low -= 1.0;
  while (low < n && binomial_cdf(low, n, p) <= tail) low += 1.0;
  double high = std::ceil(n * p + spread);
  while (high <= n && 1.0 - binomial_cdf(high - 1.0, n, p) > tail) high += 1.0;
  while (high > 1.0 && 1.0 - binomial_cdf(high - 2.0, n, p) <= tail) high -= 1.0;
  const auto clip = [&](double rank) { return static_cast<std::size_t>(std::clamp(rank, 1.0, n)); };
  return {clip(std::ceil(n * p)), clip(low), clip(high), low >= 1.0 && high <= n, sd};
}

std::array<QuantileRanks, kProbabilities.size()> quantile_ranks(std::size_t count) {
  // Columns and points mostly have nearly as many values, and ranks take longer than sorting a few hundred of those.
  struct Known {
    std::size_t count = 0;
    std::array<QuantileRanks, kProbabilities.size()> ranks{};
  };
  thread_local std::array<Known, 256> memory;
  Known& known = memory[count % memory.size()];
  if (count == known.count) return known.ranks;
  for (std::size_t i = 0; i < known.ranks.size(); ++i)
    known.ranks[i] = quantile_ranks(count, kProbabilities[i], kConfidence);
  known.count = count;
  return known.ranks;
}

QuantileEstimate quantile_estimate(std::span<const double> sorted, const QuantileRanks& ranks) {
  const auto at = [&](std::size_t rank) { return sorted[rank - 1]; };
  if (!ranks.closed) return {at(ranks.value), kMissing, kMissing, kMissing};
  return {at(ranks.value), at(ranks.low), at(ranks.high), standard_error(sorted, ranks)};
}

}  // namespace sim
