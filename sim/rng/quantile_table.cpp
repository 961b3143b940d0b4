#include "sim/rng/quantile_table.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <mutex>
#include <tuple>

#include "sim/config/spec.h"
#include "sim/rng/log_densities.h"
#include "sim/rng/probability.h"

namespace sim::laws {
namespace {

// The integral of the density over [from, to] by Gauss and Legendre with five points (Abramowitz and Stegun 25.4.30).
template <class Density>
double integral(const Density& density, double from, double to) {
  constexpr std::array<std::pair<double, double>, 2> kPairs = {
      {{0.90617984593866399280, 0.23692688505618908751}, {0.53846931010568309104, 0.47862867049936646804}}};
  constexpr double kMiddle = 0.56888888888888888889;
  const double centre = 0.5 * (from + to);
  const double half = 0.5 * (to - from);
  double sum = kMiddle * math::exp(density.log_density(centre));
  for (const auto& [node, weight] : kPairs) {
    sum += weight * (math::exp(density.log_density(centre - half * node)) +
                     math::exp(density.log_density(centre + half * node)));
  }
  return half * sum;
}

// The y with `target` more probability than `from`, starting at the guess `to`: Halley's method, the probability
// in between by quadrature. `unit` is dy/dt; a correction below 1e-4 units leaves 1e-12.
template <class Density>
double advance(const Density& density, double from, double to, double target, double unit) {
  double mass = integral(density, from, to);
  for (int i = 0; i < 50; ++i) {
    const double newton = (mass - target) / math::exp(density.log_density(to));
    const double bend = std::clamp(0.5 * newton * density.slope(to), -0.5, 0.5);
    const double correction = std::clamp(-newton / (1.0 - bend), -10.0 * unit, 10.0 * unit);
    const double next = to + correction;
    if (-1e-4 * unit < correction && correction < 1e-4 * unit) return next;
    mass += integral(density, to, next);
    to = next;
  }
  return to;
}

// Nodes from t = -reach to 0, `intervals` of them, from y = start. Marching away from the tail is stable: the
// error made in u stays, while u grows.
template <class Density>
std::vector<Table::Node> march(const Density& density, double start, std::size_t intervals) {
  const double reach = Table::reach();
  const double h = reach / static_cast<double>(intervals);
  std::vector<Table::Node> nodes;
  nodes.reserve(intervals + 1);
  double y = start;
  double u = logistic(-reach);
  for (std::size_t i = 0;; ++i) {
    const double first = u * (1.0 - u) / math::exp(density.log_density(y));  // dy/dt
    nodes.push_back({y, first * h});
    if (i == intervals) return nodes;
    const double second = first * ((1.0 - 2.0 * u) - density.slope(y) * first);
    const double next = logistic(-reach + h * static_cast<double>(i + 1));
    const double guess = y + h * std::clamp(first + 0.5 * h * second, 0.2 * first, 5.0 * first);
    y = advance(density, y, guess, next - u, first);
    u = next;
  }
}

// An estimate of the largest interpolation error: every second node against the interpolation of its
// neighbours, a sixteenth of that for half the distance; infinite where the cubic could fall (de Boor and Swartz 1977).
double table_error(const std::vector<Table::Node>& nodes) {
  double worst = 0.0;
  for (std::size_t i = 1; i + 1 < nodes.size(); ++i) {
    const double between = 0.5 * (nodes[i - 1].y + nodes[i + 1].y) + 0.25 * (nodes[i - 1].rise - nodes[i + 1].rise);
    const double error = between - nodes[i].y;
    worst = std::max(worst, error < 0.0 ? -error : error);
  }
  worst /= 16.0;
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
    const double step = nodes[i + 1].y - nodes[i].y;
    if (!(nodes[i].rise <= 3.0 * step && nodes[i + 1].rise <= 3.0 * step)) return kInfinity;
  }
  return worst;
}

// Marches from both ends, with more nodes until the estimated error of y is small enough.
template <class Density>
Table build_table(const Density& density, double low, double high) {
  constexpr double kTolerance = 3e-7;  // the promise is 1e-6
  constexpr std::size_t kMostIntervals = 1U << 16U;
  for (std::size_t intervals = 64;;) {
    std::vector<Table::Node> nodes = march(density, low, intervals);
    const std::vector<Table::Node> upper = march(Mirrored<Density>{density}, -high, intervals);
    const double gap = nodes.back().y + upper.back().y;
    for (std::size_t i = intervals; i-- > 0;) nodes.push_back({-upper[i].y, upper[i].rise});
    const double error = std::max(table_error(nodes), gap < 0.0 ? -gap : gap);
    if (error <= kTolerance || intervals >= kMostIntervals) return Table(std::move(nodes));
    const double growth = std::sqrt(std::sqrt(error / kTolerance));  // the error falls with the fourth power
    intervals = static_cast<std::size_t>(static_cast<double>(intervals) * std::clamp(1.1 * growth, 1.3, 6.0));
  }
}

using TableKey = std::tuple<int, std::uint64_t, std::uint64_t>;  // family and arguments

// Points of a sweep and copies of a table ask for the same tables again and again. Two threads may build the
// same table at the same time; both get the same bits. When full the cache starts afresh; tables in use live on.
template <class Build>
std::shared_ptr<const Table> cached(int family, double a, double b, Build build) {
  constexpr std::size_t kMostTables = 512;
  static std::mutex mutex;
  static std::map<TableKey, std::shared_ptr<const Table>> tables;
  const TableKey key{family, std::bit_cast<std::uint64_t>(a), std::bit_cast<std::uint64_t>(b)};
  {
    const std::scoped_lock lock(mutex);
    if (const auto found = tables.find(key); found != tables.end()) return found->second;
  }
  auto table = std::make_shared<const Table>(build());
  const std::scoped_lock lock(mutex);
  if (tables.size() >= kMostTables) tables.clear();
  return tables.try_emplace(key, std::move(table)).first->second;
}

}  // namespace

std::shared_ptr<const Table> beta_table(double a, double b) {
  return cached(0, a, b, [a, b] {
    const BetaDensity density(a, b);
    return build_table(density, lowest_logit(density), -lowest_logit(BetaDensity(b, a)));
  });
}

std::shared_ptr<const Table> gamma_table(double a) {
  return cached(1, a, 0.0, [a] {
    const GammaDensity density(a);
    return build_table(density, lowest_log(density), highest_log(density));
  });
}

}  // namespace sim::laws
