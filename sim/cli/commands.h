// The subcommands. Each takes its own words (after the subcommand's name) and returns an exit code;
// errors are exceptions of sim/base/problem.h.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/application.h"

namespace sim::cli {

using Words = std::vector<std::string>;

int run_command(const Words& words, const Domain& domain);
int check_command(const Words& words, const Domain& domain);
int describe_command(const Words& words, const Domain& domain);
int summary_command(const Words& words, const Domain& domain);
int compare_command(const Words& words, const Domain& domain);
int extend_command(const Words& words, const Domain& domain);
int merge_command(const Words& words, const Domain& domain);
int replay_command(const Words& words, const Domain& domain);
int list_command(const Words& words, const Domain& domain);

}  // namespace sim::cli
