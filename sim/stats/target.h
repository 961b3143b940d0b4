// What precision a user asks for, read from a key and an amount:
//
//   output = "1%"               the mean, to 1 % of its value to either side
//   "output.p05" = "0.5%"       a quantile of kProbabilities: p01 p05 p10 p25 p50 p75 p90 p95 p99
//   "output.cvar05" = "2%"      the mean of the worst 5 %
//   "output.sd" = "3%"          the standard deviation
//   "output.difference" = 500   the paired mean difference of every variant to the base
//   out_of_cash = 0.005         a probability, to half a percentage point
//
// Promise: a key is an outcome's label ("output_by_year[1]" is one), or a label, a point and a statistic; a label that
// itself ends in such a point wins. Shares are above 0 and up to 100 %; numbers are positive and finite. Anything else
// gives a Problem with a hint that works; its place is for the caller to fill in. Deliberately no knowledge of files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/base/problem.h"

namespace sim {

enum class Statistic : std::uint8_t { mean, quantile, worst_mean, sd, difference };

struct Target {
  std::string key;      // as written
  std::string outcome;  // its label
  Statistic statistic = Statistic::mean;
  double probability = 0.0;  // of the quantile
  double wanted = 0.0;       // half-width, as a share of the value where relative
  bool relative = false;
};

using ParsedTarget = std::variant<Target, Problem>;

ParsedTarget parse_target(std::string_view key, std::string_view amount, const std::vector<std::string_view>& outcomes);
ParsedTarget parse_target(std::string_view key, double amount, const std::vector<std::string_view>& outcomes);

}  // namespace sim
