// One axis of a sweep: a path and the values, or the range of values, that it takes.
//
//   "a.b" = [v, v, …]                                listed values of any kind: numbers, texts, booleans, laws
//   "a.b" = { from, to, count, scale = "log" }       counted values from one end to the other (grid, list)
//   "a.b" = { from, to, scale }                      a range (latin_hypercube, sobol)
//   "a.*.b" = { factor = … }                         the same for factors of the numbers that the scenario has there
//
// Promise: what is wrong is reported at its place with a remedy; of a whole-number parameter only whole values come
// out. Deliberately no rows (design.h) and no writing into documents (experiment.h).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/spec_tree.h"
#include "sim/config/value_path.h"
#include "sim/plan/design.h"

namespace sim {

struct Axis {
  std::string path;  // "machine.*.wear"
  bool factor = false;
  Mark mark;                                 // of the path
  ValuePath levels;                          // the path taken apart
  const ParameterSpec* parameter = nullptr;  // null inside a law or where no parameter is known
  std::vector<Node> values;                  // listed or counted; factors are numbers
  std::optional<AxisRange> range;            // else, for designs that spread rows over ranges

  // Of a spread design: the value at a fraction in (0, 1).
  Node at(double fraction) const;
};

inline constexpr std::array<std::string_view, 5> kAxisKeys{"from", "to", "count", "scale", "factor"};

// Fills in values or range of an axis whose path is known, from what stands under it.
void read_axis(Axis& axis, const Node& node, DesignKind design, Problems& problems);

}  // namespace sim
