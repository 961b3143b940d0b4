// The words that tables, comparisons, `check`, messages and files use, for `describe`.
//
// Promise: every column and statistic that the program prints is among them; a test looks for them in its output.
#pragma once

#include <span>

#include "sim/cli/application.h"

namespace sim::cli {

std::span<const TermNote> glossary();

}  // namespace sim::cli
