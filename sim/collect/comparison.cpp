#include "sim/collect/comparison.h"

#include <algorithm>

#include "sim/engine/runner.h"

namespace sim::collect {

std::vector<OutcomeComparison> compare_points(const ColumnReader& read, std::span<const Column> outcomes,
                                              const PointPair& pair, const ComparedLabels& labels,
                                              const Sampling& sampling, int threads) {
  std::vector<OutcomeComparison> all(outcomes.size());
  parallel_for(outcomes.size(), threads, [&](std::size_t c) {
    const OwnValues of_a = read(pair.baseline, c), of_b = read(pair.point, c);
    const std::size_t pairs =
        std::min(of_a.view().size(), of_b.view().size());  // of an interrupted run they may differ
    const Values a = of_a.view().first(pairs), b = of_b.view().first(pairs);
    all[c].pairs = compare_pairs(a, b, sampling);
    if (all[c].pairs.count < 2) return;
    all[c].dominance = test_dominance(a, b, sampling);
    all[c].words =
        in_words(all[c].dominance, {outcomes[c].label(), labels.baseline, labels.point, !outcomes[c].high_is_worse});
  });
  return all;
}

std::vector<std::vector<OutcomeComparison>> compare_to_baselines(const Collector& collector,
                                                                 std::span<const std::uint32_t> baselines,
                                                                 std::span<const std::string> labels, int threads) {
  std::vector<std::vector<OutcomeComparison>> all(collector.points());
  const ColumnReader read = [&](std::size_t point, std::size_t column) { return collector.column(point, column); };
  for (std::size_t p = 0; p < all.size() && !baselines.empty(); ++p) {
    const std::size_t baseline = baselines[p];
    if (baseline == p || baseline >= all.size() || collector.is_reduced(p) || collector.is_reduced(baseline)) continue;
    all[p] = compare_points(read, collector.outputs().outcomes, {baseline, p}, {labels[baseline], labels[p]},
                            collector.plan().points[p].model->outputs().sampling, threads);
  }
  return all;
}

}  // namespace sim::collect
