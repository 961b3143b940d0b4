// What a file is, by its first bytes, so that a command that is given the wrong kind can name the right command.
//
// Deliberately blind to what is no regular file: to look into a pipe would empty it.
#pragma once

#include <string>
#include <vector>

namespace sim::cli {

enum class FileKind { unknown, scenario, result, journal };
// Of a name that ends in .toml a scenario, be it there or not.
FileKind kind_of(const std::string& path);

// Throws UsageError where it is certain that `path` is a result or a journal.
void expect_scenario(const std::string& path);
// Throws UsageError where it is certain that one of `paths` is a scenario: `command` reads results ("summary").
void expect_results(const std::vector<std::string>& paths, const std::string& command);
// The command that was probably meant by a file without one: "partnersim run configs/x.toml"; empty where none is.
std::string command_for(const std::string& path);

}  // namespace sim::cli
