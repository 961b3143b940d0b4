#include "sim/stats/worst_futures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/base/missing.h"
#include "sim/stats/summary.h"
#include "sim/stats/units.h"

namespace sim {
namespace {

struct GroupMoments {
  double mean, sd;
  std::size_t count;
};

template <class At>
GroupMoments moments(std::size_t size, const At& at) {
  double sum = 0.0, squares = 0.0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < size; ++i)
    if (const auto v = static_cast<double>(at(i)); !std::isnan(v)) {
      sum += v;
      ++count;
    }
  if (count == 0) return {kMissing, kMissing, 0};
  const double mean = sum / static_cast<double>(count);
  for (std::size_t i = 0; i < size; ++i)
    if (const auto v = static_cast<double>(at(i)); !std::isnan(v)) squares += (v - mean) * (v - mean);
  return {mean, count > 1 ? std::sqrt(squares / static_cast<double>(count - 1)) : 0.0, count};
}

}  // namespace

WorstFutures::WorstFutures(std::span<const float> outcome, bool high_is_worse) {
  std::vector<std::uint32_t> order(outcome.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto number = std::min(order.size(), static_cast<std::size_t>(std::ceil(kTail * static_cast<double>(order.size()))));
  const auto worse = [&](std::uint32_t a, std::uint32_t b) {
    const float x = high_is_worse ? -outcome[a] : outcome[a], y = high_is_worse ? -outcome[b] : outcome[b];
    return x < y || (x == y && a < b);
  };
  std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(number), order.end(), worse);
  order.resize(number);
  std::sort(order.begin(), order.end());
  worst_ = std::move(order);
}

Contrast WorstFutures::contrast(std::span<const float> values, const Sampling& sampling) const {
  const GroupMoments all = moments(values.size(), [&](std::size_t i) { return values[i]; });
  const GroupMoments worst = moments(worst_.size(), [&](std::size_t i) { return values[worst_[i]]; });
  if (worst.count == 0) return {all.mean, all.sd, kMissing, kMissing};
  if (sampling.independent()) return {all.mean, all.sd, worst.mean, worst.sd / std::sqrt(static_cast<double>(worst.count))};
  // A mean over some is a ratio of sums over all: only the worst have influence, each as much more as they are fewer.
  const double weight = static_cast<double>(all.count) / static_cast<double>(worst.count);
  SectionSums sums(sampling, values.size());
  auto next = worst_.begin();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool among = next != worst_.end() && *next == i;
    next += among ? 1 : 0;
    if (!std::isnan(values[i])) sums.add(i, among ? weight * (static_cast<double>(values[i]) - worst.mean) : 0.0);
  }
  return {all.mean, all.sd, worst.mean, sums.spread().error};
}

}  // namespace sim
