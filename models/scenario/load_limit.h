// How much business a scenario may make: every deal is drawn for itself, so that growth without end (a trend of 100 % a
// month, 2^35 deals after three years) would neither finish nor fit 32-bit counts. Judged by expected values; a future
// far above them, by word of mouth say, is not caught here.
#pragma once

#include "models/setup.h"

namespace partnersim {

void check_load(Setup& setup, const sim::ExpectedValues& expected);

}  // namespace partnersim
