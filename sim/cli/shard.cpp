#include "sim/cli/shard.h"

#include <fmt/format.h>

#include <charconv>

#include "sim/base/problem.h"
#include "sim/cli/process.h"
#include "sim/cli/simulation.h"
#include "sim/cli/space.h"
#include "sim/cli/terminal.h"
#include "sim/output/journal.h"
#include "sim/report/table.h"

namespace sim::cli {
namespace {

// Whether the finished shard is there already; throws Refusal when something else is.
bool holds_shard(const std::filesystem::path& path, const output::RunIdentity& identity,
                 const Destination::Permission& permission) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return false;
  try {
    output::Journal::open(path, identity);
    return true;
  } catch (const output::JournalRefused& error) {
    if (permission.force) return false;
    throw Refusal(fmt::format("{} exists ({}). Use --force to overwrite it, or -o to choose another name",
                              path.string(), error.reason()));
  }
}

}  // namespace

Shard shard_of(const std::string& text, const LoadedExperiment& loaded) {
  Shard shard{0, 0};
  const std::size_t slash = text.find('/');
  const auto read = [&](std::size_t begin, std::size_t end, std::uint32_t& out) {
    const auto [at, error] = std::from_chars(text.data() + begin, text.data() + end, out);
    return error == std::errc() && at == text.data() + end;
  };
  const bool whole =
      slash != std::string::npos && read(0, slash, shard.number) && read(slash + 1, text.size(), shard.of);
  if (!whole || shard.of == 0 || shard.number == 0 || shard.number > shard.of)
    throw UsageError(fmt::format("--shard {} is not a part: write --shard 1/4, 2/4, 3/4 and 4/4 for four parts", text));
  if (shard.of > loaded.plan.total_replications())
    throw UsageError(fmt::format("--shard {}: there {} only {}. Use fewer shards", text,
                                 loaded.plan.total_replications() == 1 ? "is" : "are",
                                 counted(loaded.plan.total_replications(), "replication")));
  if (!loaded.precision.targets.empty())
    throw UsageError(
        "--shard and a precision goal do not go together: a shard cannot see the others. Leave out --precision (--set "
        "'stop.precision={}') and give -n");
  return shard;
}

int run_shard(const LoadedExperiment& loaded, const Shard& shard, const std::filesystem::path& path,
              const Destination::Permission& permission, int threads, bool quiet) {
  const auto message = [&](const std::string& text) {
    if (!quiet) print_message(text);
  };
  if (path.empty()) throw UsageError("--shard writes a file for merge, and -o none writes none. Leave out one of them");
  for (const std::string& warning : loaded.warnings) message("Note: " + warning + ".");
  const output::RunIdentity identity = identity_of(loaded, shard);
  if (holds_shard(path, identity, permission)) {
    message(fmt::format("{} already holds this shard: same scenario, seed and version.", path.string()));
    return kDone;
  }
  refuse_what_does_not_fit(path, loaded.plan, {loaded.header.samples, shard.of});
  const Destination destination(path, identity, permission, message);
  finish_work_on_signals();
  const auto journal = destination.open_journal();
  const PlanOrder order(loaded.plan);
  const Position begin = order.begin_of(shard), end = order.end_of(shard);
  ExperimentSimulation simulation(loaded, threads, quiet);
  auto collecting = simulation.collecting();
  collecting.start = begin;
  collecting.copies = false;
  collect::Collector collector(loaded.plan, journal.get(), collecting);
  destination.recover(*journal, collector);
  with_advice([&] { simulation.run(collector, end); },
              [&] {
                return fmt::format(" What is finished is safe in {}: --resume goes on from there.",
                                   journal->path().string());
              });
  const std::uint64_t all = order.index(end) - order.index(begin),
                      done = order.index(collector.position()) - order.index(begin);
  if (simulation.report().interrupted) {
    message(fmt::format("Interrupted after {} of {}. --resume goes on from there.", whole(done),
                        counted(all, "replication")));
    return kInterrupted;
  }
  journal->finish_as(path);
  message(fmt::format("Shard {} of {}: {}. Shard: {}. When all are there: partnersim merge {} -o RESULT.h5",
                      shard.number, shard.of, counted(all, "replication"), path.string(),
                      (path.parent_path() / "*.shard").string()));
  return kDone;
}

}  // namespace sim::cli
