// Designs of experiments: which rows of values an experiment tries.
//
//   grid             every combination of the axes' values, the last axis fastest
//   list             the axes' values side by side (no function needed: row i takes the i-th of each)
//   latin_hypercube  n rows; each axis cut into n equal strata, one row in each (McKay, Beckman & Conover 1979)
//   sobol            n rows of a scrambled Sobol sequence (sobol.h)
//
// The last two give fractions in (0, 1), which at_fraction and pick turn into values. A point of the hypercube stands
// at random within its stratum, not at the centre: the mean over the points is then unbiased for any function.
//
// Promise: rows are functions of their arguments alone and the same bits on every machine: random words are hashes
// (sim/base/owen.h) of seed, axis and place, logarithms are those of sim/base/elementary.h. Rows of `sobol` stay when
// more are asked for; those of `latin_hypercube` do not, since the strata change. An axis added last leaves the others
// alone. Deliberately no knowledge of parameters: experiment.h has that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sim {

enum class DesignKind : std::uint8_t { grid, list, latin_hypercube, sobol };

// "grid", "list", "latin_hypercube", "sobol".
std::optional<DesignKind> design_named(std::string_view name);
// True when rows are spread over ranges, and not made of the axes' values.
constexpr bool is_spread(DesignKind kind) { return kind == DesignKind::latin_hypercube || kind == DesignKind::sobol; }

// From `from` to `to`, both included, in either direction; logarithmic: both positive.
struct AxisRange {
  double from = 0.0;
  double to = 1.0;
  bool logarithmic = false;
  bool whole = false;  // whole numbers only
};

// `count` values at equal distances (equal ratios when logarithmic), the ends exactly as given.
std::vector<double> spaced(const AxisRange& range, std::size_t count);

// The value at a fraction of the way. Of a whole range: each whole number gets an equal part of (0, 1); never
// logarithmic.
double at_fraction(const AxisRange& range, double fraction);

// One of `count` choices, each with an equal part of (0, 1).
std::size_t pick(double fraction, std::size_t count);

// The row of a grid over axes of these sizes, as the place of each axis' value. Rows count from 0 to the product
// less 1.
std::vector<std::size_t> grid_row(std::uint64_t row, std::span<const std::size_t> sizes);

// Fractions [row * axes + axis].
std::vector<double> latin_hypercube(std::size_t points, std::size_t axes, std::uint64_t seed);
std::vector<double> sobol_points(std::size_t points, std::size_t axes, std::uint64_t seed);

}  // namespace sim
