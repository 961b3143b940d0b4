// Keys that are written but that nothing reads in this scenario: an error, because whoever wrote them expects an
// effect. Here are those that only several processes together show; ParameterSpec::needs says the plain ones.
#pragma once

#include "models/setup.h"

namespace partnersim {

void report_idle_keys(Setup& setup);

}  // namespace partnersim
