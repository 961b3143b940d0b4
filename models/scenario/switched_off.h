// What a scenario names though enabled = false leaves it out: no mistake, since a variant may bring it back.
#pragma once

#include <string>
#include <string_view>

#include "sim/config/scenario.h"
#include "sim/config/spec.h"

namespace partnersim {

// The parameter that a pattern of values ("partner.*.leads") is about, whatever the names; null when there is none.
const sim::ParameterSpec* parameter_named(std::string_view pattern);

// True when `pattern` is about a parameter, of a table that is disabled. Patterns as in patterns.h.
bool is_switched_off(const sim::Scenario& scenario, std::string_view pattern);

// True when a pattern of ids ("b*") is that of a disabled table below `table` ("partner").
bool is_switched_off(const sim::Scenario& scenario, std::string_view table, std::string_view pattern);

}  // namespace partnersim
