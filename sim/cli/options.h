// What the subcommands share: options, reading a scenario from a path or stdin, folders.
#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/output/result_file.h"

namespace sim::cli {

namespace options = boost::program_options;

// Parses `words`; positional words go to `positional`. Throws UsageError with the nearest option's name.
options::variables_map parse(const Words& words, const options::options_description& description,
                             const char* positional, int most_positional);

// Prints `example` first, then the options; for --help.
void print_help(const std::string& synopsis, const std::string& example, const options::options_description& description);

struct LoadedScenario {
  std::shared_ptr<const Scenario> scenario;
  std::shared_ptr<const Model> model;
  output::ResultHeader header;
  std::string stem;  // of the file, or "stdin"
};

// Reads, applies assignments (PATH=VALUE), validates and builds. Throws ConfigurationError.
LoadedScenario load(Document document, const std::vector<std::string>& assignments, const Domain& domain);
LoadedScenario load(const std::string& path, const std::vector<std::string>& assignments, const Domain& domain);

// Adds the options `run` and `check` share: -n, -s, -t, --set.
void add_run_options(options::options_description& description);
// --set, then -n and -s, as assignments.
std::vector<std::string> assignments(const options::variables_map& values);
// -t, PARTNERSIM_THREADS or the default.
int threads(const options::variables_map& values);

// The scenario's question: its first comment line.
std::string question_of(const std::string& text);

// Folder of the scenarios that ship: beside the installed program, else the source tree.
std::filesystem::path configs_folder();

}  // namespace sim::cli
