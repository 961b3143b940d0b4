// Values of a scenario as TOML that reads back as the same value.
#pragma once

#include <string>

#include "sim/config/scenario.h"

namespace sim {

std::string value_text(const Value& value);
// Whether two values are the same, wherever they are written.
bool same_value(const Value& a, const Value& b);

}  // namespace sim
