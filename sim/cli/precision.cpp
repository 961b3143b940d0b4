#include "sim/cli/precision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/missing.h"
#include "sim/engine/runner.h"
#include "sim/report/table.h"

namespace sim::cli {
namespace {

// "± 1.3 %" or "± 520".
std::string half_width_text(const Target& target, const Achieved& achieved, double half_width) {
  if (!std::isfinite(half_width)) return "± more than the range";
  if (target.relative && achieved.value != 0.0)
    return fmt::format("± {:.3g} %", 100.0 * half_width / std::abs(achieved.value));
  return "± " + rounded(half_width, half_width);
}

}  // namespace

PrecisionWatch::PrecisionWatch(const LoadedExperiment& loaded) : loaded_(loaded) {
  const auto& targets = loaded.precision.targets;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    history_.targets.push_back(targets[t].key);
    for (std::size_t p = 0; p < loaded.plan.points.size(); ++p) {
      if (targets[t].statistic == Statistic::difference && loaded.baseline(p) == p) continue;
      watched_.push_back({t, p});
    }
  }
}

bool PrecisionWatch::assess(const collect::Collector& collector, std::uint32_t replications, int threads) {
  const auto& targets = loaded_.precision.targets;
  const std::vector<Column>& outcomes = collector.outputs().outcomes;
  std::vector<Achieved> achieved(watched_.size());
  parallel_for(watched_.size(), threads, [&](std::size_t k) {
    const Watched& w = watched_[k];
    const Target& target = targets[w.target];
    const std::size_t column = collect::place_of(outcomes, target.outcome).value();
    const OwnValues values = collector.prefix(w.point, column, replications);
    OwnValues baseline;
    if (target.statistic == Statistic::difference)
      baseline = collector.prefix(loaded_.baseline(w.point), column, replications);
    const Sampling& sampling = loaded_.plan.points[w.point].model->outputs().sampling;
    achieved[k] = sim::assess(target, {values.view(), baseline.view(), sampling, outcomes[column].high_is_worse},
                              loaded_.precision.confidence);
  });
  const std::size_t points = loaded_.plan.points.size(), cells = targets.size() * points;
  const std::size_t begin = history_.value.size();
  history_.replications.push_back(replications);
  for (auto* list : {&history_.value, &history_.half_width, &history_.wanted, &history_.needed})
    list->resize(begin + cells, kMissing);
  bool all = true;
  double farthest = -1.0;
  for (std::size_t k = 0; k < watched_.size(); ++k) {
    const Watched& w = watched_[k];
    const Achieved& a = achieved[k];
    const std::size_t cell = begin + w.target * points + w.point;
    history_.value[cell] = a.value;
    history_.half_width[cell] = a.half_width;
    history_.wanted[cell] = a.wanted;
    history_.needed[cell] = a.needed;
    all = all && a.reached;
    const double off = a.wanted > 0.0 ? a.half_width / a.wanted : (a.reached ? 0.0 : kInfinity);
    if (off <= farthest) continue;
    farthest = off;
    const Target& target = targets[w.target];
    limiting_ = fmt::format("{}{} is known to {}, {} is wanted", target.key,
                            points > 1 ? " at " + loaded_.header.point_labels[w.point] : "",
                            half_width_text(target, a, a.half_width), half_width_text(target, a, a.wanted));
    if (!a.reached && std::isfinite(a.needed))
      limiting_ += fmt::format(": about {} replications", plain(std::ceil(a.needed / 1000.0) * 1000.0));
  }
  return all;
}

}  // namespace sim::cli
