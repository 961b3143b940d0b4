// Ranges in words, and the values suggested when one is violated.
//
// Promise: a value suggested lies inside the range. Deliberately no reading of nodes: value.h does that.
#pragma once

#include <string>
#include <string_view>

#include "sim/config/spec.h"

namespace sim {

bool inside(const Range& range, double value);

// "from 0 to below 1", "above 0", "at most 12", "any number".
std::string range_text(const Range& range);

// A lowest and a highest value inside the range; for an excluded end one slightly inside (a
// thousandth of the width), for whole numbers the next one. Infinite where the range is.
double lowest(const Range& range, bool whole);
double highest(const Range& range, bool whole);

// "Use a value from 0 to 0.999"; a share written in per cent gets its share: "Did you mean 0.14 (14 %)?"
std::string range_hint(const Range& range, double value, bool whole);

// A plain, allowed number for an example line; `preferred` where that is allowed and not zero.
double example_number(const Range& range, bool whole, double preferred);

// "(must be …, unit "…")" without the brackets.
std::string range_reason(const Range& range, std::string_view unit);

}  // namespace sim
