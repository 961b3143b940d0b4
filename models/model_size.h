// What a model of a scenario will take, told from the scenario alone: for a forecast before anything is made.
#pragma once

#include "sim/config/scenario.h"
#include "sim/engine/model.h"

namespace partnersim {

// Within about 30 % of what is measured; no promise where one process keeps much more than others (exclusive partners,
// correlations of very many values).
sim::ModelSize model_size(const sim::Scenario& scenario);

}  // namespace partnersim
