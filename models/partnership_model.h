// The partnership network as a sim::Model: one point's scenario, made runnable.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "models/setup.h"
#include "sim/config/scenario.h"
#include "sim/engine/model.h"
#include "sim/engine/shortcuts.h"

namespace partnersim {

// The table of processes, in no particular order: a month runs by (phase, stream number).
std::span<const Entry> processes();

// All parameters of a scenario: of the run itself, and of every process.
std::vector<sim::ParameterSpec> parameter_specs();

// Throws ConfigurationError for problems that only a process can see. `shortcuts`: of the experiment; a scenario by
// itself has its own.
std::shared_ptr<const sim::Model> make_model(
    std::shared_ptr<const sim::Scenario> scenario,
    std::shared_ptr<sim::Shortcuts> shortcuts = std::make_shared<sim::Shortcuts>());
// The same with another table of processes, or in another order, which changes nothing but the order of outcomes.
std::shared_ptr<const sim::Model> make_model_from(std::span<const Entry> table,
                                                  std::shared_ptr<const sim::Scenario> scenario,
                                                  std::shared_ptr<sim::Shortcuts> shortcuts);

}  // namespace partnersim
