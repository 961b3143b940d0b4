// The experiment of a result file, made again from the scenario in it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/cli/loading.h"
#include "sim/output/netcdf_file.h"

namespace sim::cli {

struct StoredExperiment {
  output::ScenarioSource source;
  LoadedExperiment loaded;
  std::vector<std::uint32_t> replications;  // [point] of the file
};

// Throws InputOutputError when the file is no result, or of another version.
StoredExperiment read_stored(const std::filesystem::path& path, const Domain& domain, int threads, output::Trust trust);

// A point by its label, its variant's id where that has one point, or its number; throws UsageError with a suggestion.
std::size_t point_of(const std::string& text, const output::ResultHeader& header, const std::string& file);

}  // namespace sim::cli
