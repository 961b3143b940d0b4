#include "sim/plan/design.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "sim/base/elementary.h"
#include "sim/base/owen.h"
#include "sim/plan/sobol.h"

namespace sim {
namespace {

constexpr double kUnit = 0x1p-32;

// What random words of a hypercube are for; the other half of their address is the seed.
std::uint64_t stream(std::uint64_t seed, std::size_t axis, std::uint64_t purpose) {
  return mix_bits(mix_bits(seed) + 2 * std::uint64_t{axis} + purpose);
}

// 0 … count - 1 in an order of its own for each key (Fisher & Yates; Durstenfeld 1964). The order is uniform but for
// count / 2^32, the rounding of each step.
std::vector<std::uint32_t> shuffled(std::size_t count, std::uint64_t key) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t left = count; left > 1; --left) {
    const std::uint64_t word = mix_seed(key, static_cast<std::uint32_t>(left));
    std::swap(order[left - 1], order[(word * left) >> 32]);
  }
  return order;
}

double between(double low, double high, double fraction) { return low * (1.0 - fraction) + high * fraction; }

// The rounding of exp and log must not leave the range.
double inside(double value, const AxisRange& range) {
  return std::clamp(value, std::min(range.from, range.to), std::max(range.from, range.to));
}

double on_scale(const AxisRange& range, double fraction) {
  if (!range.logarithmic) return inside(between(range.from, range.to, fraction), range);
  return inside(math::exp(between(math::log(range.from), math::log(range.to), fraction)), range);
}

}  // namespace

std::optional<DesignKind> design_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, DesignKind>, 4> kNames{
      {{"grid", DesignKind::grid},
       {"list", DesignKind::list},
       {"latin_hypercube", DesignKind::latin_hypercube},
       {"sobol", DesignKind::sobol}}};
  for (const auto& [known, kind] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

std::vector<double> spaced(const AxisRange& range, std::size_t count) {
  std::vector<double> values(count, range.from);
  if (count < 2) return values;
  const double steps = static_cast<double>(count - 1);
  for (std::size_t i = 1; i + 1 < count; ++i) {
    const double done = static_cast<double>(i);
    // One division at the end: 0.1, 0.2, 0.3 come out as they are written.
    values[i] = range.logarithmic ? on_scale(range, done / steps)
                                  : inside((range.from * (steps - done) + range.to * done) / steps, range);
  }
  values.back() = range.to;
  return values;
}

double at_fraction(const AxisRange& range, double fraction) {
  if (!range.whole) return on_scale(range, fraction);
  const double low = std::min(range.from, range.to);
  const double high = std::max(range.from, range.to);
  const double step = std::min(std::floor(fraction * (high - low + 1.0)), high - low);
  return range.from <= range.to ? low + step : high - step;
}

std::size_t pick(double fraction, std::size_t count) {
  return std::min(static_cast<std::size_t>(fraction * static_cast<double>(count)), count - 1);
}

std::vector<std::size_t> grid_row(std::uint64_t row, std::span<const std::size_t> sizes) {
  std::vector<std::size_t> places(sizes.size());
  for (std::size_t axis = sizes.size(); axis-- > 0; row /= sizes[axis]) places[axis] = row % sizes[axis];
  return places;
}

std::vector<double> latin_hypercube(std::size_t points, std::size_t axes, std::uint64_t seed) {
  std::vector<double> fractions(points * axes);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::vector<std::uint32_t> strata = shuffled(points, stream(seed, axis, 0));
    const std::uint64_t within = stream(seed, axis, 1);
    for (std::size_t row = 0; row < points; ++row) {
      const double place = (mix_seed(within, static_cast<std::uint32_t>(row)) + 0.5) * kUnit;
      fractions[row * axes + axis] = (strata[row] + place) / static_cast<double>(points);
    }
  }
  return fractions;
}

std::vector<double> sobol_points(std::size_t points, std::size_t axes, std::uint64_t seed) {
  const Sobol sobol(axes, seed);
  std::vector<double> fractions(points * axes);
  for (std::size_t row = 0; row < points; ++row) {
    for (std::size_t axis = 0; axis < axes; ++axis)
      fractions[row * axes + axis] = (sobol.word(row, axis) + 0.5) * kUnit;
  }
  return fractions;
}

}  // namespace sim
