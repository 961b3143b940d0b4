// The keys of [sweep] and [variant.*], as specs: what read_experiment validates with and `describe` lists.
#pragma once

#include <span>

#include "sim/config/spec.h"

namespace sim {

// Assumed: beyond, the axes were hardly meant to be crossed; a run of 100,000 points has its own line for each in every
// table.
inline constexpr double kMostPoints = 100'000;

std::span<const ParameterSpec> experiment_parameters();

}  // namespace sim
