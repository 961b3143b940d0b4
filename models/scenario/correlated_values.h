// The parameters that the patterns of one [correlation.<id>] mean, with complaints that lead to ones that work.
#pragma once

#include <set>
#include <string>

#include "models/setup.h"

namespace partnersim {

struct CorrelatedValues {
  std::set<std::string> ids;  // of draws
  bool usable = false;        // two or more, and nothing to complain of
};

// `path` is "correlation.market". Adds to setup.problems.
CorrelatedValues correlated_values(Setup& setup, const std::string& path);

}  // namespace partnersim
