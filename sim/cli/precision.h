// Watches a run's precision goals: at each checkpoint of the plan every target is assessed at every point, on the first
// replications alone, so that the decision does not depend on threads or interruptions. Differences are those of each
// variant's points to the same point of the base. Does not run anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/loading.h"
#include "sim/collect/collector.h"
#include "sim/stats/precision.h"

namespace sim::cli {

class PrecisionWatch {
 public:
  explicit PrecisionWatch(const LoadedExperiment& loaded);

  // Assesses the first `replications` of each point; true when every target is reached at every point.
  bool assess(const collect::Collector& collector, std::uint32_t replications, int threads);
  // "output.p05 is known to ± 1.3 %, 1 % is wanted: about 61,000 replications", of the target that is farthest off.
  std::string limiting() const { return limiting_; }
  const output::Convergence& history() const { return history_; }

 private:
  struct Watched {
    std::size_t target, point;
  };
  const LoadedExperiment& loaded_;
  std::vector<Watched> watched_;
  output::Convergence history_;
  std::string limiting_;
};

}  // namespace sim::cli
