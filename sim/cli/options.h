// What the subcommands share: options and folders.
#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/loading.h"
#include "sim/output/netcdf_file.h"

namespace sim::cli {

namespace options = boost::program_options;

// Parses `words`; positional words go to `positional`. Throws UsageError with the nearest option's name.
options::variables_map parse(const Words& words, const options::options_description& description,
                             const char* positional, int most_positional);

// Prints `example` first, then the options; for --help.
void print_help(const std::string& synopsis, const std::string& example,
                const options::options_description& description);

// Adds the options `run` and `check` share: -n, -s, -t, --set, --vary, --precision.
void add_run_options(options::options_description& description, const Domain& domain);
// All values of an option that may be repeated.
std::vector<std::string> given(const options::variables_map& values, const char* option);
// --set, --precision, -s and -n as assignments, --vary, -t; what is wrong with them is in `usage`, and left out. The
// ranges of -n and -s are those of the scenario's keys.
LoadRequest request_of(const options::variables_map& values, const Domain& domain);
// -t, PARTNERSIM_THREADS or the default.
int threads(const options::variables_map& values);

// Where a result or shard of that name goes, symbolic links followed (output/file_place.h). Throws UsageError for a
// name that can only be meant otherwise: none at all, "-", a folder, a table (x.csv); NoFilePlace for what is no file.
std::filesystem::path result_path(const std::string& name);

// --trust, of the commands that read results.
void add_trust_option(options::options_description& description);
output::Trust trust(const options::variables_map& values);

// Folder of the scenarios that ship: beside the installed program, else the source tree.
std::filesystem::path configs_folder();

}  // namespace sim::cli
