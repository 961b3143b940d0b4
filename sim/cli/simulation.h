// Runs a loaded experiment into a collector: in one go, or checkpoint by checkpoint until its precision goals are
// reached; from wherever the collector stands; with progress on stderr and a clean stop on signals (process.h).
#pragma once

#include <memory>
#include <optional>

#include "sim/cli/loading.h"
#include "sim/cli/precision.h"
#include "sim/collect/collector.h"
#include "sim/engine/runner.h"

namespace sim::cli {

class ExperimentSimulation {
 public:
  ExperimentSimulation(const LoadedExperiment& loaded, int threads, bool quiet);
  void profile(bool wanted) { options_.profile = wanted; }

  // How a collector for it has to be made.
  collect::Collector::Options collecting() const;
  // Throws what the run throws; `finish` ends before the end of the plan. The collector is finished in any case but
  // that.
  void run(collect::Collector& collector, const std::optional<Position>& finish = std::nullopt);

  const RunReport& report() const { return report_; }
  const RunOptions& options() const { return options_; }
  int threads() const { return options_.threads; }
  // Null without precision goals.
  const PrecisionWatch* watch() const { return watch_ ? &*watch_ : nullptr; }
  bool precise() const { return precise_; }

 private:
  void run_rounds(collect::Collector& collector);
  void run_to(collect::Collector& collector, const std::optional<Position>& finish, const std::string& note);

  const LoadedExperiment& loaded_;
  RunOptions options_;
  bool quiet_;
  RunReport report_;
  std::optional<PrecisionWatch> watch_;
  bool precise_ = false;
};

}  // namespace sim::cli
