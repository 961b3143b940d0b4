// One value of a scenario read as its spec asks.
//
// Promise: nothing is returned without every problem being added, with place, value, what was
// expected and an example that works. Deliberately no knowledge of the table around the value.
#pragma once

#include <optional>
#include <string>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/scenario.h"
#include "sim/config/spec.h"

namespace sim {

// True for a text that tables, figures and files can show: no control characters, at most `longest` characters.
bool check_text(const std::string& text, std::size_t longest, const std::string& path, const Mark& mark,
                Problems& problems);

std::optional<Value> read_value(const Node& node, const ParameterSpec& spec, const std::string& path,
                                Problems& problems);

// The value a spec has when nothing is written.
Value default_value(const ParameterSpec& spec, const Mark& mark);

// "leads = 12": a line that would be accepted.
std::string example_line(const ParameterSpec& spec);

}  // namespace sim
