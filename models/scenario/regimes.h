// The regimes of an economy as a scenario states them, read and checked: a Markov chain over months, and what each
// regime multiplies.
//
//   P_ij   monthly probability of changing from regime i to j (1 a month): to.j, or to.j / m with mean_months = m,
//          where `to` holds shares of destinations that add up to 1 (with two regimes not needed)
//   P_ii   = 1 - sum of the others: staying is what is left over, never written
//   path   fixes the regime of every month: ["expansion", "expansion", "recession"] (the last one goes on), or
//          { recession = [13, 14, 15] } (months; the start regime in the others)
//   pi     = pi P with sum pi = 1: the stationary law, from which month 1 is drawn when start = "stationary"
//
// Not here: time and draws (processes/economy.cpp), and the ranges of single values, which their ParameterSpecs check.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/scenario.h"

namespace partnersim {

inline constexpr std::string_view kStationaryStart = "stationary";

// What a regime multiplies: intensities of leads, odds of closing, values of deals, cumulative hazards of churn.
inline constexpr std::array<std::string_view, 4> kRegimeQuantities{"leads", "close", "value", "churn"};

struct Regimes {
  using Rows = std::vector<std::vector<double>>;

  std::vector<std::string> names;    // in order of their ids
  Rows transition;                   // P, [from][to], 1 a month
  Rows factors;                      // [regime][quantity], 1; neutral where not given
  std::optional<std::size_t> start;  // regime of month 1; none: drawn from start_law
  std::vector<double> start_law;     // pi; empty with a named start
  std::vector<std::size_t> path;     // regime of each month where it is fixed; else empty
  std::size_t calm = 0;              // with a path: the named start regime, else that of month 1
};

// Adds what is wrong to `problems`; the regimes are then complete in shape but not to be used.
Regimes read_regimes(const sim::Scenario& scenario, sim::Problems& problems);

}  // namespace partnersim
