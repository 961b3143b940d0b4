// The arguments of a law as written in a scenario: reading, checking, printing. Internal to sim/rng.
//
// What is wrong is thrown as std::invalid_argument "problem (reason). hint"; where it was written is not known here
// (law.mark), the caller adds it. Not here: what ties the arguments of one family together, which its maker checks.
#pragma once

#include <string>
#include <string_view>

#include "sim/rng/distribution.h"

namespace sim::laws {

[[noreturn]] void refuse(const std::string& problem, const std::string& reason, const std::string& hint);

// The shortest text that reads back as the same number.
std::string shown(double x);
std::string shown(const Law::Argument& argument);

// The row of distribution_laws(); an unknown name is refused.
const LawSpec& spec_of(const Law& law);

// Each argument known, of its kind and inside its range; none missing that is required.
void check_arguments(const Law& law);

// As written, or null.
const Law::Argument* find(const Law& law, std::string_view name);
// The number, or the fallback where it is absent or NaN.
double number(const Law& law, std::string_view name);
// Whether a number with the fallback kNotGiven was written.
bool given(const Law& law, std::string_view name);

}  // namespace sim::laws
