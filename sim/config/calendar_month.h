// A calendar month as a scenario writes it: "2026-09".
#pragma once

#include "sim/config/spec.h"

namespace sim {

// Meant by "2026-09" itself, and by what people write for it: 2026-09-01 (a date of TOML), "2026/9", "09.2026", 202609,
// "Sep 2026". A year alone could mean any of its months, hence nothing.
extern const TextForm kCalendarMonth;

}  // namespace sim
