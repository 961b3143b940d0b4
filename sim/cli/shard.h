// Parts of a run made apart: `run --shard I/N` leaves a shard, which is a finished journal (output/journal.h) of its
// part of the plan with the scenario in it; `merge` makes the result of all of them, byte for byte that of one run.
#pragma once

#include <filesystem>
#include <string>

#include "sim/cli/destination.h"
#include "sim/cli/loading.h"
#include "sim/engine/plan.h"

namespace sim::cli {

// "2/4". Throws UsageError: another form, more shards than replications, precision goals.
Shard shard_of(const std::string& text, const LoadedExperiment& loaded);

int run_shard(const LoadedExperiment& loaded, const Shard& shard, const std::filesystem::path& path,
              const Destination::Permission& permission, int threads, bool quiet);

}  // namespace sim::cli
