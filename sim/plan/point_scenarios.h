// The scenarios of an experiment's points.
//
// Reading a whole document for each of ten thousand points takes longer than simulating them, and most differ in a few
// numbers. So one scenario is read for each variant, and one more for each axis, to see which values the axis moves;
// from then on only those values are read, and the rest is shared.
//
// Promise: at() gives what reading the point's document would give, problems included. Where that is not certain (an
// axis of anything but numbers, axes that meet, values that decide what exists), it does read the document.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/scenario.h"
#include "sim/config/spec_tree.h"
#include "sim/plan/experiment.h"

namespace sim {

class PointScenarios {
 public:
  // Both must live as long as this.
  PointScenarios(const Experiment& experiment, const SpecNode& tree);

  // Meaningful only when no problem was added. May be asked by several threads at once.
  Scenario at(std::size_t point, Problems& problems) const;

 private:
  struct Moved {
    std::size_t axis;
    std::string path;
    const ParameterSpec* spec;
    double times;  // for factors, what they multiply
  };
  struct Variant {
    Scenario scenario;  // of its first point
    std::vector<Moved> moved;
  };

  std::optional<Variant> prepare(std::size_t variant) const;
  std::optional<Scenario> resolved(const Document& document) const;  // when nothing is wrong with it
  // Adds what an axis moves from the variant's first point on; false when that cannot be told from its values alone.
  bool observe(Variant& variant, std::size_t first, std::size_t axis) const;
  std::optional<Scenario> patched(const Variant& variant, std::size_t point) const;

  const Experiment& experiment_;
  const SpecNode& tree_;
  std::vector<std::optional<Variant>> variants_;
};

}  // namespace sim
