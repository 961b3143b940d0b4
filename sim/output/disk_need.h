// How much disk a run takes: its journal and its result lie side by side until the result is whole.
//
// Columns are counted exactly, monthly counts and sums from those of some replications: estimates from below where
// more replications fill more bins. Knows nothing of what else is written to the same disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "sim/engine/accumulators.h"
#include "sim/engine/outputs.h"

namespace sim::output {

double column_bytes(const OutputPlan& outputs, double replications);
// One point's part of the result file; `sums` of any number of its replications.
double result_bytes(const OutputPlan& outputs, const Accumulators& sums, double replications);
// One point's part of a journal written in `seconds`.
double journal_bytes(const OutputPlan& outputs, const Accumulators& sums, double replications, double seconds);

// Free space for users where `file` is or will be; nothing when it cannot be told.
std::optional<double> free_bytes(const std::filesystem::path& file);

}  // namespace sim::output
