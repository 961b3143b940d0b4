#include "models/money/complexity.h"

#include <algorithm>

namespace partnersim {

sim::ParameterSpec Complexity::spec() {
  return {.path = "firm.complexity",
          .unit = "hours a month",
          .range = {0, 1000},
          .fallback = 0.0,
          .doc = "that each pair of working partnerships takes beside the hours of each",
          .source = "neutral"};
}

void Complexity::add(const State& state, double factor, float* counts, float* sums) const {
  std::fill_n(counts, state.count, 0.0f);
  for (const sim::LaneList& working : state.lives.working()) sim::add_to(state.isa, 1.0f, working, counts);
  const float* __restrict n = counts;
  float* __restrict to = sums;
  sim::on_lanes(state.isa, [=, lanes = state.count, half = static_cast<float>(0.5 * hours_ * factor)]() SIM_LANES {
    for (std::size_t i = 0; i < lanes; ++i) to[i] += half * n[i] * (n[i] - 1.0f);
  });
}

double Complexity::expected(const Expectation& e) const {
  double sum = 0.0, squares = 0.0;
  for (const double weight : e.weight) {
    sum += weight;
    squares += weight * weight;
  }
  return 0.5 * hours_ * (sum * sum - squares);
}

}  // namespace partnersim
