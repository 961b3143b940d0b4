// What is told of a run beside its result: the log FILE.h5.log.json, and the table of --profile.
//
// The log holds what differs from run to run (host, time, threads, interruptions), so that the result need not, and
// equal runs give equal files. Nothing reads it back.
#pragma once

#include <filesystem>
#include <string>

#include "sim/cli/commands.h"
#include "sim/engine/runner.h"

namespace sim::cli {

struct RunLog {
  const Words& words;
  const RunReport& report;
  const RunOptions& options;
  std::uint64_t resumed;  // replications of earlier runs
  std::string digest;
  double seconds;
  const char* subcommand = "run";
};
// Throws InputOutputError.
void write_log(const std::filesystem::path& result, const RunLog& log);

std::string profile_table(const RunReport& report);

}  // namespace sim::cli
