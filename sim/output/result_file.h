// The deliverable: one HDF5 file in netCDF-4 conventions, to the schema of results/README.md. The same
// scenario, seed and version give the same bytes with one HDF5 version; what differs from run to run
// (host, threads, time) goes to the log beside it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/config/scenario.h"
#include "sim/output/journal_record.h"
#include "sim/output/results.h"

namespace sim::output {

struct ResultHeader {
  std::string question;  // the scenario's first comment line
  std::string currency;
  std::string start;     // "2026-09", or empty
  std::uint64_t seed = 0;
  std::string scenario_text;
  std::vector<std::string> assignments;  // made to it on the command line, in order: "firm.cash=5000"
  std::string resolved_text;
  std::vector<std::string> point_labels;
  bool complete = true;  // false: an interrupted run's finished part
};

// Identifies what a file answers: version, draws contract and every value in effect.
std::string fingerprint(const ResultHeader& header);

// The same and what tells people how two runs differ, for the journal.
RunIdentity identity(const ResultHeader& header, const ExperimentPlan& plan);

// Writes the file through a temporary one and a rename; summarises on the way, reading each column
// once. Throws InputOutputError; then nothing appears under `path`.
Results write_result_file(const std::filesystem::path& path, const ResultHeader& header, const Collector& collector,
                          int threads);

// What `run` needs to know of a file that is already there; empty fingerprint when it is not a result.
struct ExistingResult {
  std::string fingerprint;
  bool complete = false;
};
ExistingResult examine(const std::filesystem::path& path);

}  // namespace sim::output
