#include "sim/cli/application.h"

#include <fmt/format.h>

#include <array>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/commands.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/process.h"
#include "sim/cli/terminal.h"

namespace sim::cli {
namespace {

struct Command {
  std::string_view name;
  std::string_view doc;
  int (*run)(const Words&, const Domain&);
};

constexpr std::array kCommands{
    Command{"run", "simulate a scenario and write its distributions", run_command},
    Command{"check", "read a scenario as run does, and say what it would do", check_command},
    Command{"describe", "parameters, distributions, outcomes and their sources", describe_command},
    Command{"summary", "the table of a result file", summary_command},
    Command{"compare", "differences between points, variants or results on shared random numbers", compare_command},
    Command{"extend", "more replications or points for a result", extend_command},
    Command{"merge", "the result of shards that were run apart", merge_command},
    Command{"replay", "one future of a result, month by month", replay_command},
    Command{"list", "the scenarios that ship, with their questions", list_command},
};

std::string usage(const Domain& domain) {
  std::string text = fmt::format("For example:\n  partnersim run configs/{}.toml\n\npartnersim {}.\n\nCommands:\n",
                                 domain.examples.scenario, domain.about);
  for (const Command& command : kCommands) text += fmt::format("  {:<10}{}\n", command.name, command.doc);
  return text + "\n`partnersim COMMAND --help` says more.\n";
}

int dispatch(int argc, char** argv, const Domain& domain) {
  if (argc < 2) throw UsageError("no command.\n\n" + usage(domain));
  const std::string name = argv[1];
  if (name == "--help" || name == "-h" || name == "help") {
    print_result(usage(domain));
    return kDone;
  }
  if (name == "--version" || name == "version") {
    print_result("partnersim " PARTNERSIM_VERSION "\n");
    return kDone;
  }
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    names.push_back(command.name);
    if (name == command.name) return command.run(Words(argv + 2, argv + argc), domain);
  }
  if (const std::string command = command_for(name); !command.empty())
    throw UsageError(fmt::format("{} is a file, and what to do with it is missing: {}", name, command));
  throw UsageError(fmt::format("{} is not a command. {}", name, did_you_mean(name, names, "Commands")));
}

}  // namespace

int run_application(int argc, char** argv, const Domain& domain) {
  return with_enough_stack(domain.nouns.many, [&] {
    try {
      const int code = dispatch(argc, argv, domain);
      const bool finished = code == kDone || code == kImprecise;
      return signalled_at_the_end() && finished ? static_cast<int>(kInterrupted) : code;
    } catch (...) {
      return report_exception();
    }
  });
}

}  // namespace sim::cli
