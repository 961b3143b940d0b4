// When half of the partnerships that live by a law (models/lifetime.h) have ended, by the law alone: what a churn means
// to a reader of it.
//
//   S(t) = 1/2 in continuous months t: with a frailty of variance v, where v Lambda(t) = 2^v - 1, else Lambda(t) = ln
//   2; beta_geometric B(a, b + t)/B(a, b) = 1/2. A honeymoon comes before. A monthly probability that is drawn counts
//   at its mean.
//
// Deliberately without regimes and shocks, which multiply hazards, and without the horizon.
#pragma once

#include <optional>
#include <string>

#include "sim/config/scenario.h"

namespace partnersim {

// In months; nothing where partnerships never end, or for a beta-geometric law with frailty, which has no closed form.
std::optional<double> half_life(const sim::Law& churn);
// "half end within 3.1 months"; empty where there is no half-life.
std::string half_life_meaning(const sim::Law& churn);

}  // namespace partnersim
