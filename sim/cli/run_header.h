// What the result of an experiment says of itself: question, seed, scenario, points and what tells them apart. The
// fingerprint of a run is taken of it (result_file.h), so texts here must not change without a reason.
#pragma once

#include <string>
#include <vector>

#include "sim/config/scenario.h"
#include "sim/output/result_file.h"
#include "sim/plan/experiment.h"

namespace sim::cli {

// `scenario` is that of the first point; `assignments` and `vary` are the texts of the command line.
output::ResultHeader header_of(const Scenario& scenario, const Experiment& experiment,
                               const std::vector<std::string>& assignments, const std::vector<std::string>& vary);

// The scenario's question: its first comment line.
std::string question_of(const std::string& text);

}  // namespace sim::cli
