// When a shock arrives: N ~ Poisson(nu) a month, from one word a month by inversion, or at scheduled months.
#pragma once

#include <string>
#include <vector>

#include "models/setup.h"
#include "sim/rng/monthly_word.h"

namespace partnersim {

class ShockArrivals {
 public:
  // Reads <path>.rate, every or months: exactly one of them.
  ShockArrivals(Setup& setup, const std::string& path);

  // Of this month, in each lane.
  void count(const State& state, std::uint32_t* arrivals);
  // E[N] and E[factor^N] of a month: exp(-nu (1 - factor)).
  double expected(int month) const;
  double expected_product(int month, double factor) const;

 private:
  double rate_ = 0.0;
  std::vector<int> months_;  // scheduled; then the rate is 0
  std::vector<std::uint32_t> thresholds_;
  sim::MonthlyWord word_;
};

}  // namespace partnersim
