// Laws as values: { beta = { mean = 0.4, concentration = 25 } }, { half_life = 36 },
// { p10 = 3, p50 = 6, p90 = 12 }.
//
// Promise: a law returned has every required argument, each within its range. Deliberately no
// mathematics: whether the arguments make sense together is for the law's own code to say.
#pragma once

#include <optional>
#include <string>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/scenario.h"
#include "sim/config/spec.h"

namespace sim {

Law constant_law(double value, const Mark& mark);

// `node` must be a table and `spec` must have laws.
std::optional<Law> read_law(const Node& node, const ParameterSpec& spec, const std::string& path, Problems& problems);

}  // namespace sim
