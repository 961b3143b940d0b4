// Whole numbers of the command line: -n 10_000, -s 7, -t 4.
//
// Promise: compared as integers, and named as given. Numbers are those of TOML, 1e6 and 1_000_000 alike; of what people
// write in place of them (10,000) the remedy tells the right form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/cli/usage_problems.h"
#include "sim/config/spec.h"

namespace sim::cli {

struct CountOption {
  std::string_view name;     // "-n"
  std::string_view example;  // "100_000"
  Range range{};             // whole bounds, both included
};

// Nothing where a problem was added.
std::optional<std::int64_t> read_count(const CountOption& option, const std::string& text, UsageProblems& problems);
// Throws UsageError.
std::int64_t read_count(const CountOption& option, const std::string& text);

}  // namespace sim::cli
