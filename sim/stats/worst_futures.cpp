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
    if (const double v = at(i); !std::isnan(v)) {
      sum += v;
      ++count;
    }
  if (count == 0) return {kMissing, kMissing, 0};
  const double mean = sum / static_cast<double>(count);
  for (std::size_t i = 0; i < size; ++i)
    if (const double v = at(i); !std::isnan(v)) squares += (v - mean) * (v - mean);
  return {mean, count > 1 ? std::sqrt(squares / static_cast<double>(count - 1)) : kMissing, count};
}

}  // namespace

WorstFutures::WorstFutures(const Values& outcome, bool high_is_worse) {
  std::vector<std::uint32_t> order(outcome.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto number =
      std::min(order.size(), static_cast<std::size_t>(std::ceil(kTail * static_cast<double>(order.size()))));
  const auto worse = [&](std::uint32_t a, std::uint32_t b) {
    const double x = high_is_worse ? -outcome[a] : outcome[a], y = high_is_worse ? -outcome[b] : outcome[b];
    return x < y || (x == y && a < b);
  };
  const auto at = [&](std::size_t rank) {
    const auto place = order.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(order.begin(), place, order.end(), worse);
    return *place;
  };
  edge_known_ = quantile_ranks(order.size(), kTail, kConfidence).closed;
  if (number == 0) return;
  // About the edge: a quarter of the worst to either side, and what ties with the last of them.
  const std::uint32_t first = at(number - 1 - number / 4), last = at(std::min(order.size() - 1, number + number / 4));
  const auto low = std::min(outcome[first], outcome[last]), high = std::max(outcome[first], outcome[last]);
  for (std::uint32_t i = 0; i < outcome.size(); ++i)
    if (low <= outcome[i] && outcome[i] <= high) around_.push_back(i);
  at(number - 1);
  order.resize(number);
  std::sort(order.begin(), order.end());
  worst_ = std::move(order);
}

Contrast WorstFutures::contrast(const Values& values, const Sampling& sampling) const {
  const GroupMoments all = moments(values.size(), [&](std::size_t i) { return values[i]; });
  const GroupMoments worst = moments(worst_.size(), [&](std::size_t i) { return values[worst_[i]]; });
  // Too few futures to know where the worst begin, or one value, which knows no spread.
  if (!edge_known_ || worst.count < 2) return {all.mean, all.sd, worst.mean, kMissing};
  const GroupMoments around = moments(around_.size(), [&](std::size_t i) { return values[around_[i]]; });
  const double edge = around.count == 0 ? worst.mean : around.mean;
  const double share = static_cast<double>(worst.count) / static_cast<double>(all.count), gap = worst.mean - edge;
  if (sampling.independent())
    return {all.mean, all.sd, worst.mean,
            std::sqrt((worst.sd * worst.sd + (1.0 - share) * gap * gap) / static_cast<double>(worst.count))};
  SectionSums sums(sampling, values.size());
  auto next = worst_.begin();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool among = next != worst_.end() && *next == i;
    next += among ? 1 : 0;
    if (!std::isnan(values[i])) sums.add(i, among ? (values[i] - edge) / share : 0.0);
  }
  return {all.mean, all.sd, worst.mean, sums.spread().error};
}

}  // namespace sim
