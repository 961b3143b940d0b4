// What a scenario asks to be known how well: [stop] and --precision.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/scenario.h"
#include "sim/engine/outputs.h"
#include "sim/plan/experiment.h"
#include "sim/stats/target.h"

namespace sim::cli {

struct PrecisionGoal {
  std::vector<Target> targets;  // none: the number of replications is given
  double confidence = 0.95;
  std::int64_t replications = 0;  // of each point: all, or with targets the most
};

// `outputs` are those of the first point.
PrecisionGoal read_precision_goal(const Scenario& scenario, const OutputPlan& outputs, const Experiment& experiment,
                                  Problems& problems);

}  // namespace sim::cli
