// A process stands by itself: a State, its plan and its work, and no engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "models/partnership_model.h"
#include "models/state.h"
#include "tests/support/harness.h"

TEST_CASE("churn ends partnerships in a State without an engine, with the law of a constant hazard") {
  constexpr std::size_t kLanes = std::size_t{1} << 17;  // a hazard that is off by a twentieth is seen
  constexpr int kMonths = 12;
  constexpr double kHazard = 0.05;
  const auto scenario = partnersim::testing::scenario_of(
      "[scenario]\nmonths = 12\n[partner.acme]\nleads = 1\nclose_rate = 0.5\ndeal_value = 100\nchurn = 0.05\n");
  partnersim::Setup setup(*scenario);
  const auto table = partnersim::processes();
  const auto entry = std::find_if(table.begin(), table.end(), [](const auto& e) { return e.name == "churn"; });
  REQUIRE(entry != table.end());
  const auto process = entry->make(setup);
  process->bind(setup);
  const sim::Philox philox(7);
  partnersim::State state(setup, kLanes);
  state.philox = &philox;
  state.count = kLanes;
  state.lanes.all(kLanes);
  constexpr partnersim::Link kLink{0};
  state.lives.clear(kLanes);
  state.lives.begin(kLink, state.lanes);
  const auto work = process->make_work(kLanes);
  work->begin(state);
  for (state.month = 1; state.month <= kMonths; ++state.month) {
    work->step(state, partnersim::kDissolution);
    const auto left = static_cast<double>(std::count(state.lives.fates(kLink), state.lives.fates(kLink) + kLanes, 0u));
    const double expected = std::pow(1.0 - kHazard, state.month);
    CHECK(std::abs(left / kLanes - expected) < 4.5 * std::sqrt(expected * (1.0 - expected) / kLanes));
  }
  // Another worker of the same plan lives the same lives.
  const auto other = process->make_work(kLanes);
  const std::vector<std::uint32_t> first(state.lives.fates(kLink), state.lives.fates(kLink) + kLanes);
  state.lives.begin(kLink, state.lanes);
  other->begin(state);
  for (state.month = 1; state.month <= kMonths; ++state.month) other->step(state, partnersim::kDissolution);
  CHECK(std::equal(first.begin(), first.end(), state.lives.fates(kLink)));
}
