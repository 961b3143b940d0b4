#include "sim/stats/paired.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/base/missing.h"
#include "sim/stats/influence.h"
#include "sim/stats/order.h"
#include "sim/stats/summary.h"

namespace sim {
namespace {

struct Pairs {
  const Values &a, b;
  const Sampling& sampling;

  // visit(replication, a, b) for every complete pair.
  template <class Visit>
  void each(const Visit& visit) const {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!std::isnan(a[i]) && !std::isnan(b[i])) visit(i, a[i], b[i]);
  }
  // The spread of a statistic from influence(a, b).
  template <class Influence>
  Spread spread(const Influence& influence) const {
    SectionSums sums(sampling, a.size());
    each([&](std::size_t i, double x, double y) { sums.add(i, influence(x, y)); });
    return sums.spread();
  }
};

struct Moments {
  double count = 0.0, mean_a = 0.0, mean_b = 0.0, mean_difference = 0.0;
  double aa = 0.0, bb = 0.0, ab = 0.0, dd = 0.0;  // sums of squares and products about the means
};

Moments moments_of(const Pairs& pairs) {
  Moments m;
  double sum_a = 0.0, sum_b = 0.0, sum_d = 0.0;
  pairs.each([&](std::size_t, double x, double y) {
    m.count += 1.0;
    sum_a += x;
    sum_b += y;
    sum_d += y - x;
  });
  m.mean_a = sum_a / m.count;
  m.mean_b = sum_b / m.count;
  m.mean_difference = sum_d / m.count;
  pairs.each([&](std::size_t, double x, double y) {
    const double da = x - m.mean_a, db = y - m.mean_b, dd = y - x - m.mean_difference;
    m.aa += da * da;
    m.bb += db * db;
    m.ab += da * db;
    m.dd += dd * dd;
  });
  return m;
}

Estimate ratio_of(const Pairs& pairs, const Moments& m) {
  const Estimate baseline =
      estimate_of(m.mean_a, pairs.spread([&](double x, double) { return x - m.mean_a; }), kConfidence);
  if (!(baseline.low > 0.0 || baseline.high < 0.0)) return {kMissing, kMissing, kMissing, kMissing};
  const double ratio = m.mean_b / m.mean_a;
  if (ratio < 0.0) return {kMissing, kMissing, kMissing, kMissing};  // a loss is no multiple of a profit
  return estimate_of(ratio, pairs.spread([&](double x, double y) { return (y - ratio * x) / m.mean_a; }), kConfidence);
}

void compare_ranks(Comparison& c, const Pairs& pairs) {
  double larger = 0.0, equal = 0.0;
  pairs.each([&](std::size_t, double x, double y) {
    larger += y > x ? 1.0 : 0.0;
    equal += y == x ? 1.0 : 0.0;
  });
  const auto n = static_cast<double>(c.count);
  c.larger = larger / n;
  c.equal = equal / n;
  c.beats = c.larger + 0.5 * c.equal;
  const auto interval = [&](double p, double variance, const Spread& spread) {
    return share_interval(p, variance, c.count, pairs.sampling, pairs.a.size(), spread, kConfidence);
  };
  c.larger_interval = interval(c.larger, c.larger * (1.0 - c.larger),
                               pairs.spread([&](double x, double y) { return (y > x ? 1.0 : 0.0) - c.larger; }));
  // The score is 0, 1/2 or 1.
  c.beats_interval =
      interval(c.beats, c.larger + 0.25 * c.equal - c.beats * c.beats,
               pairs.spread([&](double x, double y) { return (y > x ? 1.0 : (y == x ? 0.5 : 0.0)) - c.beats; }));
}

// A quantile of one of the columns, with the ends of its own interval.
struct OwnQuantile {
  OwnQuantile(const Values& values, std::span<const double> sorted, const Sampling& sampling, double p)
      : share(sorted, p) {
    const QuantileRanks ranks = quantile_ranks(values, sorted, sampling, p, kConfidence);
    estimate = quantile_estimate(sorted, ranks);
    // Equal values fill more ranks than the estimate moves by: it stays where it is or jumps to a neighbour.
    jumps = share.ties() - 1.0 > ranks.spread;
  }
  double below() const { return estimate.value - estimate.low; }
  double above() const { return estimate.high - estimate.value; }

  ShareBelow share;
  QuantileEstimate estimate;
  bool jumps = false;
};

// Of the shares of values below two quantiles, over independent units.
double correlation_of(const ShareBelow& a, const ShareBelow& b, const Pairs& pairs) {
  double aa = 0.0, bb = 0.0, ab = 0.0;
  if (pairs.sampling.independent()) {
    pairs.each([&](std::size_t, double x, double y) {
      const double u = a(x), v = b(y);
      aa += u * u;
      bb += v * v;
      ab += u * v;
    });
  } else {
    const auto variance = [&](const auto& influence) {
      const double error = pairs.spread(influence).error;
      return error * error;
    };
    aa = variance([&](double x, double) { return a(x); });
    bb = variance([&](double, double y) { return b(y); });
    ab = 0.5 * (aa + bb - variance([&](double x, double y) { return b(y) - a(x); }));
  }
  const double product = std::sqrt(aa * bb);
  return product > 0.0 ? std::clamp(ab / product, -1.0, 1.0) : 0.0;
}

Estimate quantile_difference(const OwnQuantile& a, const OwnQuantile& b, const Pairs& pairs) {
  const double correlation = correlation_of(a.share, b.share, pairs);
  // The length of two errors, or of two sides of intervals, of which one counts against the other.
  const auto joined = [](double x, double y, double r) {
    return std::sqrt(std::max(0.0, x * x + y * y - 2.0 * r * x * y));
  };
  const double r = a.jumps || b.jumps ? -1.0 : correlation;
  const double value = b.estimate.value - a.estimate.value;
  if (std::isnan(a.estimate.error) || std::isnan(b.estimate.error)) return {value, kMissing, kMissing, kMissing};
  return {value, joined(b.estimate.error, a.estimate.error, correlation), value - joined(b.below(), a.above(), r),
          value + joined(b.above(), a.below(), r)};
}

void compare_quantiles(Comparison& c, const Pairs& pairs) {
  const CompletePairs complete(pairs.a, pairs.b);
  const std::vector<double> a = sorted_values(complete.a()), b = sorted_values(complete.b());
  const auto estimate = [&](double p) {
    return quantile_difference({complete.a(), a, pairs.sampling, p}, {complete.b(), b, pairs.sampling, p}, pairs);
  };
  c.p05 = estimate(0.05);
  c.median = estimate(0.50);
  c.p95 = estimate(0.95);
}

Estimate difference_of(const Pairs& pairs, const Moments& m, double confidence) {
  return estimate_of(m.mean_difference, pairs.spread([&](double x, double y) { return y - x - m.mean_difference; }),
                     confidence);
}

Comparison nothing_to_compare() {
  const Estimate none{kMissing, kMissing, kMissing, kMissing};
  return {0,    none,     none,    none, none, kMissing, kMissing, kMissing, {kMissing, kMissing}, {kMissing, kMissing},
          none, kMissing, kMissing};
}

}  // namespace

Comparison compare_pairs(const Values& a, const Values& b, const Sampling& sampling) {
  const Pairs pairs{a.first(std::min(a.size(), b.size())), b.first(std::min(a.size(), b.size())), sampling};
  const Moments m = moments_of(pairs);
  if (m.count == 0.0) return nothing_to_compare();
  Comparison c;
  c.count = static_cast<std::size_t>(m.count);
  c.difference = difference_of(pairs, m, kConfidence);
  c.ratio = ratio_of(pairs, m);
  c.variance_removed = m.aa + m.bb > 0.0 ? 1.0 - m.dd / (m.aa + m.bb) : kMissing;
  c.correlation = m.aa > 0.0 && m.bb > 0.0 ? m.ab / std::sqrt(m.aa) / std::sqrt(m.bb) : kMissing;
  compare_ranks(c, pairs);
  compare_quantiles(c, pairs);
  return c;
}

Estimate mean_difference(const Values& a, const Values& b, const Sampling& sampling, double confidence) {
  const Pairs pairs{a.first(std::min(a.size(), b.size())), b.first(std::min(a.size(), b.size())), sampling};
  const Moments m = moments_of(pairs);
  if (m.count == 0.0) return {kMissing, kMissing, kMissing, kMissing};
  return difference_of(pairs, m, confidence);
}

}  // namespace sim
