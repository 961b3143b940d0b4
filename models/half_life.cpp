#include "models/half_life.h"

#include <fmt/format.h>

#include <cmath>

#include "models/lifetime.h"
#include "sim/base/elementary.h"
#include "sim/base/special.h"

namespace partnersim {
namespace {

double companion(const sim::Law& law, const char* name, double otherwise) {
  return law.has(name) ? law.number(name) : otherwise;
}

double of_probability(double h, double reach) { return reach / -sim::math::log1p(-h); }

// The t with log B(a, b + t) - log B(a, b) = -ln 2, by halving an interval that holds it.
double of_beta_geometric(double a, double b) {
  const auto survives = [&](double t) { return sim::log_beta(a, b + t) - sim::log_beta(a, b) > -sim::math::log(2.0); };
  constexpr double kForEver = 1e12;
  double low = 0.0, high = 1.0;
  while (survives(high)) {
    if (high > kForEver) return sim::kInfinity;
    high *= 2.0;
  }
  for (int k = 0; k < 60; ++k) (survives(0.5 * (low + high)) ? low : high) = 0.5 * (low + high);
  return high;
}

// The age with Lambda(t) = reach; infinite where it is never reached.
double age_at(const sim::Law& law, double reach) {
  if (law.is_constant()) return of_probability(law.number("value"), reach);
  if (law.name == "probability") return of_probability(law.number("h"), reach);
  if (law.name == "yearly") return 12.0 * of_probability(law.number("p"), reach);
  if (law.name == "rate") return reach / law.number("rate");
  if (law.name == "half_life") return reach / sim::math::log(2.0) * law.number("months");
  if (law.name == "weibull") return law.number("scale") * sim::math::pow(reach, 1.0 / law.number("shape"));
  if (law.name == "log_logistic")
    return law.number("median") * sim::math::pow(sim::math::expm1(reach), 1.0 / law.number("shape"));
  return of_probability(mean_drawn_probability(law).value(), reach);
}

}  // namespace

std::optional<double> half_life(const sim::Law& churn) {
  const double frailty = companion(churn, "frailty", 0.0), honeymoon = companion(churn, "honeymoon", 0.0);
  double months = 0.0;
  if (churn.name == "beta_geometric") {
    if (frailty > 0.0) return std::nullopt;
    const bool yearly = churn.has("per") && churn.text("per") == "year";
    months = of_beta_geometric(churn.number("a"), churn.number("b")) * (yearly ? 12.0 : 1.0);
  } else {
    const double reach =
        frailty > 0.0 ? sim::math::expm1(frailty * sim::math::log(2.0)) / frailty : sim::math::log(2.0);
    months = age_at(churn, reach);
  }
  return std::isfinite(months) ? std::optional(honeymoon + months) : std::nullopt;
}

std::string half_life_meaning(const sim::Law& churn) {
  const std::optional<double> months = half_life(churn);
  if (!months) return {};
  const std::string number = *months < 99.95 ? fmt::format("{:.1f}", *months) : fmt::format("{:.0f}", *months);
  return fmt::format("half end within {} months{}", number, mean_drawn_probability(churn) ? " at its mean" : "");
}

}  // namespace partnersim
