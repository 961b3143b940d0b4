// The deliverable: one HDF5 file in netCDF-4 conventions, to the schema of results/README.md. The same
// scenario, seed and version give the same bytes with one HDF5 version; what differs from run to run
// (host, threads, time) goes to the log beside it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/collect/results.h"
#include "sim/config/scenario.h"
#include "sim/output/journal_record.h"

namespace sim::output {

using namespace collect;  // results are what this module writes

// A parameter that differs from point to point by plan: numbers, or texts where some value is none.
struct SweptParameter {
  std::string path;
  bool factor = false;
  std::string unit{};              // "leads a month"; empty when it has none
  std::vector<double> numbers;     // [point]
  std::vector<std::string> texts;  // [point], when there are no numbers
};

// How the intervals of precision targets narrowed: values are [checkpoint][target][point].
struct Convergence {
  std::vector<std::string> targets;
  std::vector<std::uint32_t> replications;  // [checkpoint]
  std::vector<double> value, half_width, wanted, needed;
};

struct ResultHeader {
  std::string question;  // the scenario's first comment line
  std::string currency;
  std::string start;  // "2026-09", or empty
  std::uint64_t seed = 0;
  ScenarioSource source;
  std::string resolved_text;    // of the first point
  std::string experiment_text;  // what else tells the points apart; empty for a single one
  std::vector<std::string> point_labels, variants;
  std::vector<SweptParameter> swept;
  std::vector<std::uint32_t> baselines;  // [point], what it is compared with; empty when nothing is
  std::optional<Convergence> convergence;
  bool samples = true;   // whether columns of single replications are written
  bool complete = true;  // false: an interrupted run's finished part
};

// Identifies what a file answers: version, draws contract and every value in effect.
std::string fingerprint(const ResultHeader& header);

// The same and what tells people how two runs differ, for the journal.
RunIdentity identity(const ResultHeader& header, const ExperimentPlan& plan, std::uint32_t columns, const Shard& shard);

// Writes the file through a temporary one and a rename; summarises on the way, reading each column
// once. Throws InputOutputError; then nothing appears under `path`.
// Without samples a point's columns may have been forgotten (Keep::summaries).
Results write_result_file(const std::filesystem::path& path, const ResultHeader& header, const Collector& collector,
                          int threads);

// What `run` needs to know of a file that is already there; empty fingerprint when it is not a result, or damaged.
struct ExistingResult {
  std::string fingerprint;
  bool complete = false;
  std::string damage{};  // found so far; damage() looks at all of it
};
ExistingResult examine(const std::filesystem::path& path);
// Where totals of members lie: "/members".
inline std::string members_group(const MemberNouns& nouns) { return "/" + std::string(nouns.many); }

// Why a result cannot be relied on, after reading all of it: "bytes 0 to 65535 do not match their checksum"; else
// empty.
std::string damage(const std::filesystem::path& path);
// Throws InputOutputError when the file is a shard or a journal: what to do with it instead of reading it.
void refuse_journal(const std::filesystem::path& path);
// Whether all precision targets of a result were reached in the end; true without any.
bool is_precise(const std::filesystem::path& path);

}  // namespace sim::output
