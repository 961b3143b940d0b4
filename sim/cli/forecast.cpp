#include "sim/cli/forecast.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "sim/output/disk_need.h"
#include "sim/report/table.h"

namespace sim::cli {
namespace {

// Keeps the sums alone, whose size is part of the forecast, and the outcomes of the first block.
class SumsSink final : public ResultSink {
 public:
  explicit SumsSink(const OutputPlan& outputs) : sums(outputs), outcomes(outputs.outcomes.size()) {}
  void commit(const BlockResult& result) override {
    sums.merge(result.sums);
    if (result.block.first_replication != 0) return;
    for (std::size_t c = 0; c < outcomes.size(); ++c) {
      outcomes[c].clear();
      for (std::size_t i = 0; i < result.block.replications; ++i) outcomes[c].push_back(result.value(c, i));
    }
  }
  Accumulators sums;
  std::vector<std::vector<double>> outcomes;
};

// Time by simulating a few blocks; fewer replications where even those take long (a hundred thousand events a month, a
// hundred thousand members), for a check answers at once. Sixteen-fold steps cost at most a fifteenth of the last one.
void simulate(const LoadedExperiment& loaded, std::uint32_t replications, const RunOptions& options, SumsSink& sink,
              Forecast& f) {
  constexpr double kLongEnough = 0.2;    // seconds; assumed
  constexpr double kCellSeconds = 1e-6;  // measured: a member in a month of a block, however few replications it has
  const OutputPlan& outputs = loaded.model->outputs();
  const double of_cells =
      kCellSeconds * static_cast<double>(outputs.months) * static_cast<double>(outputs.members.size());
  const auto most = std::min<std::uint32_t>(replications, static_cast<std::uint32_t>(choose_block(*loaded.model)) * 4 *
                                                              static_cast<std::uint32_t>(options.threads));
  for (std::uint32_t sample = 1;; sample = most / 16 < sample ? most : sample * 16) {
    sink.sums.clear();
    const RunReport report = run({{{loaded.model, sample}}, {}}, sink, options);
    f.seconds_once = report.seconds_to_first_block;
    const double simulating = report.seconds - report.seconds_to_first_block;
    f.seconds = simulating * static_cast<double>(replications) / sample;
    const bool grows = sample > 1 || simulating > 4.0 * of_cells;  // with the replications
    if (sample >= most || (simulating > kLongEnough && grows)) return;
  }
}

}  // namespace

RunSize size_of_run(const Domain& domain, const Scenario& first, std::size_t points, int threads) {
  return {domain.size_of(first), points, static_cast<std::uint32_t>(first.integer("scenario.replications")), threads};
}

double memory_bytes(const RunSize& run) {
  constexpr double kProgram = 25e6;  // libraries and what a small run takes; measured
  constexpr double kBand = 2e3;      // and of the counts of a month of a series; measured
  constexpr double kBuffer = 256e6;  // collector.cpp: the group that is being filled
  const ModelSize& m = run.model;
  const auto points = static_cast<double>(run.points), replications = static_cast<double>(run.replications),
             columns = static_cast<double>(m.columns);
  const auto total = static_cast<std::uint64_t>(run.points) * run.replications;
  const auto block = static_cast<double>(block_of_run(m.bytes_per_lane, run.replications, total, run.threads));
  const double blocks = std::max(1.0, static_cast<double>(total) / block);
  const double workers = std::min<double>(run.threads, blocks);
  // Of twice as many as there are threads, those in use at a time.
  const double tokens = std::min(m.members > kManyMembers ? run.threads : run.threads + 1.0, blocks);
  const double sums = kBand * static_cast<double>(m.bands) + sizeof(ExactMoments) * static_cast<double>(m.sums) +
                      sizeof(std::uint32_t) * static_cast<double>(m.survivors);
  const double open_group =
      std::min({kBuffer, sizeof(float) * columns * 65536.0, sizeof(float) * columns * static_cast<double>(total)});
  return kProgram + points * m.model_bytes + workers * (m.worker_bytes + block * m.worker_lane_bytes) +
         tokens * (sums + sizeof(float) * block * columns) + 2.0 * sums + open_group +
         2.0 * sizeof(float) * run.threads * replications;
}

double memory_there() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  std::ifstream group("/sys/fs/cgroup/memory.max");
  double allowed = 0.0;
  if (group >> allowed) bytes = std::min(bytes, allowed);
  return bytes;
}

std::string too_much_memory(const RunSize& run) {
  const double need = memory_bytes(run), there = memory_there();
  if (need <= there) return {};
  return fmt::format("about {} of memory on {} thread{}, and there are {}", bytes_text(need), run.threads,
                     run.threads == 1 ? "" : "s", bytes_text(there));
}

Forecast forecast(const LoadedExperiment& loaded, std::uint32_t replications, int threads) {
  RunOptions options;
  options.threads = threads;
  options.isa = default_isa();
  const OutputPlan& outputs = loaded.model->outputs();
  SumsSink sink(outputs);
  const auto n = static_cast<double>(replications);
  Forecast f;
  simulate(loaded, replications, options, sink, f);
  f.journal_bytes = output::journal_bytes(outputs, sink.sums, n, f.seconds);
  f.result_bytes = output::result_bytes(outputs, sink.sums, n);
  for (std::size_t c = 0; c < sink.outcomes.size() && !outputs.doubles; ++c)
    if (summarise(sink.outcomes[c], Sampling{}).is_blurred()) f.blurred.push_back(outputs.outcomes[c].label());
  return f;
}

}  // namespace sim::cli
