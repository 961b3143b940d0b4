#include "models/shocks/arrivals.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/elementary.h"
#include "sim/config/text.h"

namespace partnersim {
namespace {

// P(N > k) of a Poisson law as words, k = 0, 1, … until it vanishes: N is the number of them above the coin.
std::vector<std::uint32_t> arrival_thresholds(double rate) {
  std::vector<std::uint32_t> thresholds;
  // Tail sums from the far end keep their relative precision.
  std::vector<double> terms{sim::math::exp(-rate)};
  while (terms.size() < 200) terms.push_back(terms.back() * rate / static_cast<double>(terms.size()));
  double tail = 0.0;
  for (std::size_t k = terms.size() - 1; k > 0; --k) {
    tail += terms[k];
    if (const std::uint32_t t = sim::threshold(tail); t != 0) thresholds.push_back(t);
  }
  std::reverse(thresholds.begin(), thresholds.end());
  return thresholds;
}

}  // namespace

ShockArrivals::ShockArrivals(Setup& setup, const std::string& path) : entity_(setup.entity(path)) {
  const sim::Scenario& scenario = setup.scenario;
  const bool rate = scenario.given(path + ".rate");
  const bool every = scenario.given(path + ".every");
  const bool months = scenario.given(path + ".months");
  const char* key = every && (rate || months) ? ".every" : months ? ".months" : "";
  if (rate + every + months != 1)
    setup.problems.add(scenario.mark(path + key), fmt::format("{} needs exactly one of rate, every and months", path),
                       rate + every + months == 0 ? "it says nothing of when it arrives" : "more than one is given",
                       "For example: every = 100");
  if (rate) rate_ = scenario.number(path + ".rate");
  if (every) rate_ = 1.0 / scenario.number(path + ".every");
  if (months && scenario.numbers(path + ".months").empty())
    setup.problems.add(scenario.mark(path + ".months"), fmt::format("{}.months is empty", path),
                       "the shock would never arrive", "For example: months = [12]");
  if (months)
    for (const double m : scenario.numbers(path + ".months")) {
      if (m != static_cast<double>(static_cast<int>(m)))
        setup.problems.add(scenario.mark(path + ".months", sim::number_text(m)),
                           fmt::format("{}.months holds {}", path, m), "months are whole numbers",
                           fmt::format("Use {}.", static_cast<int>(m)));
      months_.push_back(static_cast<int>(m));
    }
  if (rate_ > 0.0) thresholds_ = arrival_thresholds(rate_);
}

void ShockArrivals::count(const State& state, sim::MonthlyWord& words, std::uint32_t* __restrict arrivals) const {
  const std::size_t n = state.count;
  std::fill_n(arrivals, n, static_cast<std::uint32_t>(std::count(months_.begin(), months_.end(), state.month)));
  if (thresholds_.empty()) return;
  const std::uint32_t* __restrict word = words.at(state.month, *state.philox, state.isa, state.all_lanes());
  for (const std::uint32_t t : thresholds_)
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < sim::overrun(n); ++i) arrivals[i] += sim::coin(word[i]) < t ? 1u : 0u;
    });
}

double ShockArrivals::expected(int month) const {
  return rate_ + static_cast<double>(std::count(months_.begin(), months_.end(), month));
}

double ShockArrivals::expected_product(int month, double factor) const {
  double product = sim::math::exp(-rate_ * (1.0 - factor));
  for (auto k = std::count(months_.begin(), months_.end(), month); k > 0; --k) product *= factor;
  return product;
}

}  // namespace partnersim
