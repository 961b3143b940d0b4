#include "sim/cli/simulation.h"

#include "sim/cli/process.h"
#include "sim/cli/terminal.h"

namespace sim::cli {

ExperimentSimulation::ExperimentSimulation(const LoadedExperiment& loaded, int threads, bool quiet)
    : loaded_(loaded), quiet_(quiet) {
  options_.threads = threads;
  options_.isa = default_isa();
  options_.stop = &stop_requested();
  if (!loaded.precision.targets.empty()) watch_.emplace(loaded);
}

collect::Collector::Options ExperimentSimulation::collecting() const {
  collect::Collector::Options options;
  options.threads = options_.threads;
  // Precision goals look at columns again and again.
  if (!loaded_.header.samples && !watch_) options.keep = collect::Keep::summaries;
  return options;
}

void ExperimentSimulation::run(collect::Collector& collector, const std::optional<Position>& finish) {
  options_.known = collector.known();
  if (watch_)
    run_rounds(collector);
  else
    run_to(collector, finish, {});
}

void ExperimentSimulation::run_rounds(collect::Collector& collector) {
  const PlanOrder& order = collector.order();
  std::string note;
  for (std::uint32_t round = 0; round < order.rounds() && !precise_; ++round) {
    const Position end = order.start_of(round + 1);
    if (order.index(collector.position()) < order.index(end)) run_to(collector, end, note);
    if (report_.interrupted) return;
    precise_ = watch_->assess(collector, loaded_.plan.checkpoints[round], options_.threads);
    note = watch_->limiting();
  }
}

void ExperimentSimulation::run_to(collect::Collector& collector, const std::optional<Position>& finish,
                                  const std::string& note) {
  ProgressLine progress(quiet_, note);
  options_.progress = [&](const RunProgress& p) { progress.show(p); };
  options_.start = collector.position();
  options_.finish = finish;
  RunReport report = sim::run(loaded_.plan, collector, options_);
  collector.finish();
  progress.finish();
  report.replications += report_.replications;
  report.seconds += report_.seconds;
  report.profile.merge(report_.profile);
  if (report_.block != 0) report.seconds_to_first_block = report_.seconds_to_first_block;
  report_ = std::move(report);
}

}  // namespace sim::cli
