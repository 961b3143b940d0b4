// Goal seek: the value of one number for which a statistic of an outcome just reaches what is wanted.
//
//   run S.toml --solve machine.press.speed --so-that 'output.p05 >= 200000'
//
// The statistic is simulated again and again on the same random numbers, so that it is a smooth function of the number
// searched; a bracket is found (or given), and closed by regula falsi in the Illinois form (Dowell and Jarratt, BIT 11,
// 1971). The answer's uncertainty is that of the statistic divided by its slope at the answer: simulation error alone.
// Promise: what is answered holds in the simulation at the value given. Writes no result file.
#pragma once

#include <string>

#include "sim/cli/options.h"

namespace sim::cli {

int solve(const std::string& scenario, const options::variables_map& values, const LoadRequest& request,
          const Domain& domain);

}  // namespace sim::cli
