// The expected-value twin of State: one firm, real-numbered counts, survival as a weight, factors
// averaged over the regimes' probabilities. Double precision throughout.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/model.h"

namespace partnersim {

struct Expectation {
  Expectation(std::size_t partners, std::size_t sources) : weight(partners, 0.0), alive(partners, 0.0), sales(sources, 0.0) {}

  int month = 0;
  double leads_factor = 1.0;
  double close_odds = 1.0;
  double deal_value = 1.0;
  double churn_factor = 1.0;
  std::vector<double> weight;  // probability that the partnership works this month
  std::vector<double> alive;   // after what ends it this month
  std::vector<double> sales;   // [source]
  double wins = 0.0;
  double leads_received = 0.0;
  sim::ExpectedValues values;

  void record(std::string_view trajectory, double value) {
    values.trajectories[std::string(trajectory)].push_back(value);
  }
};

}  // namespace partnersim
