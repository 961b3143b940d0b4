// A named alternative beside the scenario as written: [variant.sign] set = { "machine.press.enabled" = true }.
//
// Promise: settings are what `--set` would make of them, in the order written; nested tables are paths down to the
// first value, so that a law given as a table replaces the value that is there. Under a path in quotes a table is set
// whole. Deliberately no check that they change anything: experiment.h does that, with the sweep known.
#pragma once

#include <string>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/assignment.h"
#include "sim/config/document.h"
#include "sim/config/scenario.h"
#include "sim/config/spec_tree.h"

namespace sim {

inline constexpr std::string_view kBase = "base";

struct Variant {
  std::string name;   // its id; "base" is the scenario as written
  std::string label;  // the name unless one is given
  std::vector<Assignment> settings;
  Mark mark;
  bool whole = true;  // false: some of its settings could not be read
};

// "base", then the enabled variants in the order written. `own` is the resolved scenario of [variant.*].
std::vector<Variant> read_variants(const Scenario& own, const SpecNode& specs, Problems& problems);

}  // namespace sim
