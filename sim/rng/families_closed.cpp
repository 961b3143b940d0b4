// Families whose quantile is a formula, and the discrete law, a search. Formulas start from the nearer bound, so that
// the distance to it keeps its relative precision.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/base/elementary.h"
#include "sim/base/special.h"
#include "sim/rng/families.h"
#include "sim/rng/law_arguments.h"
#include "sim/rng/quantile_form.h"

namespace sim::laws {

Quantile make_constant(const Law& law, Support) { return constant(number(law, "value")); }

Quantile make_uniform(const Law& law, Support) {
  const double low = number(law, "low");
  const double high = number(law, "high");
  if (low > high) refuse("uniform: low is " + shown(low), "it is above high, " + shown(high), "Exchange them.");
  if (low == high) return constant(low);
  // From the nearer end, so that the distance to either bound is precise.
  const auto q = [low, high](Probability p) {
    return p.u < 0.5 ? low + (high - low) * p.u : high - (high - low) * p.v;
  };
  return quantile_of(q, low + 0.5 * (high - low), low, high);
}

void check_mode(const Law& law, double low, double mode, double high) {
  if (low <= mode && mode <= high) return;
  refuse(law.name + ": mode is " + shown(mode), "low is " + shown(low) + ", high is " + shown(high),
         "Keep low <= mode <= high.");
}

Quantile make_triangular(const Law& law, Support) {
  const double low = number(law, "low");
  const double mode = number(law, "mode");
  const double high = number(law, "high");
  check_mode(law, low, mode, high);
  if (low == high) return constant(low);
  const double width = high - low;
  const auto q = [=](Probability p) {
    if (p.u * width < mode - low) return std::min(mode, low + std::sqrt(p.u * width * (mode - low)));
    return std::max(mode, high - std::sqrt(p.v * width * (high - mode)));
  };
  return quantile_of(q, (low + mode + high) / 3.0, low, high);
}

Quantile make_normal(const Law& law, Support) {
  const double mean = number(law, "mean");
  const double sd = number(law, "sd");
  if (sd == 0.0) return constant(mean);
  return quantile_of([=](Probability p) { return mean + sd * standard_normal(p); }, mean, -kInfinity, kInfinity);
}

Quantile make_lognormal(const Law& law, Support) {
  const double mean = number(law, "mean");
  const double cv = number(law, "cv");
  if (cv == 0.0) return constant(mean);
  const double variance = math::log1p(cv * cv);  // of the logarithm
  const double sigma = std::sqrt(variance);
  const auto q = [=](Probability p) { return mean * math::exp(sigma * standard_normal(p) - 0.5 * variance); };
  return quantile_of(q, mean, 0.0, kInfinity);
}

Quantile make_weibull(const Law& law, Support) {
  const double scale = number(law, "scale");
  const double power = 1.0 / number(law, "shape");
  const auto q = [=](Probability p) { return scale * math::pow(minus_log_v(p), power); };
  return quantile_of(q, scale * math::exp(log_gamma(1.0 + power)), 0.0, kInfinity);
}

Quantile make_exponential(const Law& law, Support) {
  const double mean = number(law, "mean");
  return quantile_of([=](Probability p) { return mean * minus_log_v(p); }, mean, 0.0, kInfinity);
}

Quantile make_discrete(const Law& law, Support) {
  const auto& values = std::get<std::vector<double>>(*find(law, "values"));
  const auto& weights = std::get<std::vector<double>>(*find(law, "weights"));
  if (values.empty() || values.size() != weights.size()) {
    refuse("discrete: " + std::to_string(values.size()) + " values and " + std::to_string(weights.size()) + " weights",
           "each value has one weight", "Give as many weights as values, at least one.");
  }
  // In increasing order, as a quantile must be; equal values keep the order written.
  std::vector<std::pair<double, double>> sorted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (weights[i] > 0.0) sorted.emplace_back(values[i], weights[i]);
  }
  if (sorted.empty()) refuse("discrete: all weights are 0", "", "Give at least one positive weight.");
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  std::vector<double> support, reached;
  double total = 0.0;
  double weighted = 0.0;
  for (const auto& [value, weight] : sorted) {
    total += weight;
    weighted += weight * value;
    support.push_back(value);
    reached.push_back(total);
  }
  const double low = support.front();
  const double high = support.back();
  const auto q = [support = std::move(support), reached = std::move(reached), total](Probability p) {
    const auto found = std::lower_bound(reached.begin(), reached.end() - 1, p.u * total);
    return support[static_cast<std::size_t>(found - reached.begin())];
  };
  return quantile_of(q, std::clamp(weighted / total, low, high), low, high);
}

Quantile make_pareto(const Law& law, Support) {
  const double shape = number(law, "shape");
  if (given(law, "mean") == given(law, "minimum"))
    refuse("pareto needs one of mean and minimum", "the other one follows from the shape",
           "Write { pareto = { mean = 2_000, shape = 2.5 } }.");
  const double minimum = given(law, "minimum") ? number(law, "minimum") : number(law, "mean") * (shape - 1.0) / shape;
  return quantile_of([=](Probability p) { return minimum * math::exp(-math::log(p.v) / shape); },
                     minimum * shape / (shape - 1.0), minimum, kInfinity, {.slope = 1.0 / shape});
}

}  // namespace sim::laws
