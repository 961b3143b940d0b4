// A value written into a document at a PATH: behind `--set`, the settings of a variant and the axes of a sweep.
//
// Promise: '*' must match at least once; a path without '*' may create its last key, and plain tables above it, but
// never a table with a name of its own (machine.press), unless it is a copy that a `count` makes: a misspelt name would
// add a machine. Set whole, such a table may be new. What matches nothing is one problem with a suggestion that works.
#pragma once

#include <string>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/spec_tree.h"
#include "sim/config/value_path.h"

namespace sim {

struct Assignment {
  ValuePath path;
  Node value;           // keeps its own marks
  Origin origin;        // of the path; its mark is that of tables and keys made
  std::string subject;  // what problems call it: "\"machine.*.wear=0.03\""
};

// True when some value was set; else a problem was added. An empty spec tree lets every table be made.
bool assign(Document& document, const Assignment& assignment, const SpecNode& specs, Problems& problems);

}  // namespace sim
