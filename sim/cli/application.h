// The command line: parses, dispatches, prints, and turns errors into exit codes. The one module that
// includes Boost.Program_options. What can be simulated comes in as a Domain, so that this module
// knows no model.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/scenario.h"
#include "sim/config/spec.h"
#include "sim/engine/model.h"
#include "sim/engine/shortcuts.h"

namespace sim::report {}
namespace sim::cli {

using namespace report;  // what commands print

enum ExitCode : int {
  kDone = 0,
  kInternalError = 1,
  kUsage = 2,
  kConfiguration = 3,
  kImprecise = 4,
  kInputOutput = 5,
  kInterrupted = 130,
};

struct ProcessNote {
  std::string_view name;
  std::string_view doc;
};

struct TypeNote {  // an entity type and the keys it needs to run at all, for `describe`
  std::string_view name;
  std::string_view doc;
};

struct TermNote {          // a word that tables, files or messages use
  std::string_view names;  // "cvar05, worst 5 %": the first is what it is called
  std::string_view doc;
};

// What help and messages show: names that the domain has.
struct Examples {
  std::string_view scenario;    // that ships, without its ending
  std::string_view path;        // a key of a table with a name
  std::string_view setting;     // as --set takes it
  std::string_view statistics;  // of outcomes, between commas
  std::string_view search;      // options of a goal seek up to its condition
  std::string_view condition;   // "OUTCOME.STATISTIC >= VALUE"
};

struct Domain {
  std::string_view about;  // what the program does with it: "simulates …"
  MemberNouns nouns;
  std::string_view headline;  // as OutputPlan::headline
  Examples examples;
  std::vector<ParameterSpec> parameters;
  std::vector<ProcessNote> processes;
  std::vector<TypeNote> types;
  std::vector<TermNote> terms;  // those of the domain, beside the program's own
  // Of one point; the shortcuts are those of its experiment. Throws ConfigurationError.
  std::function<std::shared_ptr<const Model>(std::shared_ptr<const Scenario>, std::shared_ptr<Shortcuts>)> make_model;
  // What it will take, in no time.
  std::function<ModelSize(const Scenario&)> size_of;
  // A scenario in which every outcome is modelled, for `describe outcomes`.
  std::string_view complete_scenario;
};

// Returns the process's exit code. Never throws.
int run_application(int argc, char** argv, const Domain& domain);

}  // namespace sim::cli
