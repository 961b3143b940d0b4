// When a shock arrives: N ~ Poisson(nu) a month, from one word a month by inversion, or at scheduled months.
#pragma once

#include <string>
#include <vector>

#include "models/setup.h"
#include "models/streams.h"
#include "sim/rng/monthly_word.h"

namespace partnersim {

class ShockArrivals {
 public:
  // Reads <path>.rate, every or months: exactly one of them.
  ShockArrivals(Setup& setup, const std::string& path);

  // One worker's words of the months.
  sim::MonthlyWord words(std::size_t lanes) const { return {entity_, stream::kShocks, lanes}; }
  // Of this month, in each lane.
  void count(const State& state, sim::MonthlyWord& words, std::uint32_t* arrivals) const;
  // E[N] and E[factor^N] of a month: exp(-nu (1 - factor)).
  double expected(int month) const;
  double expected_product(int month, double factor) const;

 private:
  double rate_ = 0.0;
  std::vector<int> months_;  // scheduled; then the rate is 0
  std::vector<std::uint32_t> thresholds_;
  std::uint64_t entity_;
};

}  // namespace partnersim
