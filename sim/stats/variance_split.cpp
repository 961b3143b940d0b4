#include "sim/stats/variance_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/base/counted.h"
#include "sim/base/missing.h"
#include "sim/stats/summary.h"

namespace sim {
namespace {

struct Unit {
  std::size_t first;  // replication
  double count, mean, variance;
};

// The units with at least two values.
std::vector<Unit> units_of(const Values& values, std::size_t inner) {
  std::vector<Unit> units;
  for (std::size_t first = 0; first < values.size(); first += inner) {
    const Values unit = values.subspan(first, std::min(inner, values.size() - first));
    double count = 0.0, sum = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < unit.size(); ++i)
      if (const double v = unit[i]; !std::isnan(v)) {
        sum += v;
        count += 1.0;
      }
    if (count < 2.0) continue;
    const double mean = sum / count;
    for (std::size_t i = 0; i < unit.size(); ++i)
      if (const double v = unit[i]; !std::isnan(v)) squares += (v - mean) * (v - mean);
    units.push_back({first, count, mean, squares / (count - 1.0)});
  }
  return units;
}

void advise(VarianceSplit& split) {
  const double ignorance = std::max(0.0, split.ignorance.value);
  const auto k = static_cast<double>(split.units);
  split.from_draws = ignorance / k;
  split.from_replications = split.luck.value / (k * split.inner);
  if (!(split.from_draws + split.from_replications > 0.0)) return;
  split.sample_more =
      split.from_draws > split.from_replications ? SampleMore::parameter_draws : SampleMore::replications;
  constexpr double kMostInner = 1e6;  // assumed: nobody runs more for one parameter draw
  if (split.ignorance.low > 0.0)
    split.best_inner = static_cast<std::uint32_t>(
        std::clamp(std::round(1.0 + split.luck.value / split.ignorance.value), 2.0, kMostInner));
}

}  // namespace

VarianceSplit split_variance(const Values& values, const Sampling& sampling) {
  const std::vector<Unit> units = units_of(values, sampling.inner);
  VarianceSplit split;
  split.units = units.size();
  const auto k = static_cast<double>(units.size());
  const Estimate none{kMissing, kMissing, kMissing, kMissing};
  split.luck = split.ignorance = split.share = none;
  split.inner = split.from_draws = split.from_replications = kMissing;
  if (units.size() < 2) return split;
  double mean = 0.0, luck = 0.0, ignorance = 0.0, count = 0.0;
  for (const Unit& u : units) {
    mean += u.mean / k;
    luck += u.variance / k;
    count += u.count / k;
  }
  const auto ignorance_of = [&](const Unit& u) {
    return k / (k - 1.0) * (u.mean - mean) * (u.mean - mean) - u.variance / u.count;
  };
  for (const Unit& u : units) ignorance += ignorance_of(u) / k;
  split.inner = count;
  const double total = luck + ignorance;
  const double share = total > 0.0 ? ignorance / total : 0.0;
  SectionSums of_luck(sampling, values.size()), of_ignorance(sampling, values.size()),
      of_share(sampling, values.size());
  for (const Unit& u : units) {
    const double v = ignorance_of(u);
    of_luck.add(u.first, u.variance - luck);
    of_ignorance.add(u.first, v - ignorance);
    of_share.add(u.first, total > 0.0 ? (v - share * (v + u.variance)) / total : 0.0);
  }
  split.luck = estimate_of(luck, of_luck.spread(), kConfidence);
  split.ignorance = estimate_of(ignorance, of_ignorance.spread(), kConfidence);
  split.share = estimate_of(share, of_share.spread(), kConfidence);
  const auto clip = [](double& x) { x = x < 0.0 ? 0.0 : (x > 1.0 ? 1.0 : x); };  // NaN stays
  clip(split.share.value);
  clip(split.share.low);
  clip(split.share.high);
  advise(split);
  return split;
}

std::string advice(const VarianceSplit& split) {
  if (split.sample_more == SampleMore::unknown)
    return "Ignorance and luck cannot be told apart: that takes two parameter draws with two replications each.";
  const double part = split.from_draws / (split.from_draws + split.from_replications);
  std::string text =
      split.sample_more == SampleMore::parameter_draws
          ? fmt::format(
                "{:.0f} % of the squared error of the mean comes from too few parameter draws ({}): draw more of "
                "them; more replications of each would leave that as it is.",
                100.0 * part, split.units)
          : fmt::format(
                "{:.0f} % of the squared error of the mean comes from luck: more replications of each parameter "
                "draw help, and as many replications of new draws help no less.",
                100.0 * (1.0 - part));
  if (split.best_inner > 0)
    text += fmt::format(" To tell ignorance from luck at equal cost, about {} a draw {} best.",
                        counted(split.best_inner, "replication"), split.best_inner == 1 ? "is" : "are");
  return text;
}

}  // namespace sim
