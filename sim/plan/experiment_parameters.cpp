#include "sim/plan/experiment_parameters.h"

#include <array>
#include <string_view>

namespace sim {

std::span<const ParameterSpec> experiment_parameters() {
  static constexpr std::array<std::string_view, 4> kDesigns{"grid", "list", "latin_hypercube", "sobol"};
  // clang-format off
  static constexpr std::array kSpecs{
      ParameterSpec{.path = "sweep.design", .kind = Kind::choice, .fallback_text = "grid", .choices = kDesigns,
                    .doc = "points from the axes: every combination, side by side, or spread over their ranges",
                    .source = "neutral"},
      ParameterSpec{.path = "sweep.points", .kind = Kind::integer, .unit = "points", .range = {1, kMostPoints},
                    .doc = "rows of a latin_hypercube or sobol design; not used by the others", .source = "neutral"},
      ParameterSpec{.path = "sweep.seed", .kind = Kind::integer, .unit = "1", .range = {0, 9007199254740992.0},
                    .fallback = 1,
                    .doc = "names the rows of a latin_hypercube or sobol design; has nothing to do with scenario.seed",
                    .source = "neutral"},
      ParameterSpec{.path = "sweep.shared_random_numbers", .kind = Kind::boolean, .fallback = 1.0,
                    .doc = "false: each point has random numbers of its own, and differences of points are noisier",
                    .source = "neutral"},
      ParameterSpec{.path = "sweep.vary", .kind = Kind::tree,
                    .doc = "the axes: { \"PATH\" = { factor = [0.5, 1, 2] } }, or { from, to, count, "
                           "scale }"},
      label_spec("variant.*.label"),
      enabled_spec("variant.*.enabled"),
      ParameterSpec{.path = "variant.*.set", .kind = Kind::tree, .required = true,
                    .doc = "the values it changes: { \"PATH\" = VALUE }"},
  };
  // clang-format on
  return kSpecs;
}

}  // namespace sim
