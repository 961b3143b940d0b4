// What a scenario may say but probably does not mean, or what makes its results mislead: notes, not errors.
#pragma once

#include "models/setup.h"

namespace partnersim {

// Adds to setup.warnings:
//   months that never come   no error, so that --set scenario.months=12 cuts any scenario short
//   unusual values           outside ParameterSpec::usual: per cent for shares, days for months
//   infinite variance        standard errors, and whatever is made of them, are then too small
//   draws held at a limit    a law through percentiles that reaches beyond what can be simulated (Support::most)
void add_notes(Setup& setup);

}  // namespace partnersim
