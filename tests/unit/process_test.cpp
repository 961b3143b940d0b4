// A process stands by itself: a State, its plan and its work, and no engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "models/partnership_model.h"
#include "models/state.h"
#include "tests/support/harness.h"

namespace {

// Churn of one partner in a State without an engine.
class Churning {
 public:
  Churning(const std::string& churn, std::size_t lanes)
      : scenario_(partnersim::testing::scenario_of("[scenario]\nmonths = 24\n[partner.acme]\nleads = 1\nclose_rate = "
                                                   "0.5\ndeal_value = 100\nchurn = " +
                                                   churn + "\n")),
        setup_(*scenario_) {
    for (const auto& entry : partnersim::processes())
      if (entry.name == "churn") plan_ = entry.make(setup_);
    plan_->bind(setup_);
    work_ = plan_->make_work(lanes);
    state_ = std::make_unique<partnersim::State>(setup_, lanes);
    state_->philox = &philox_;
    state_->count = lanes;
    state_->lanes.all(lanes);
    state_->lives.clear(lanes);
    state_->month = 1;
    work_->begin(*state_);
    state_->lives.begin(kLink, state_->lanes, 1);
  }
  partnersim::State& state() { return *state_; }
  // The rest of the month.
  void dissolve() {
    work_->step(*state_, partnersim::kDissolution);
    state_->lives.close(state_->isa, [](partnersim::Link, const sim::LaneList&) {});
    ++state_->month;
  }
  static constexpr partnersim::Link kLink{0};

 private:
  std::shared_ptr<const sim::Scenario> scenario_;
  partnersim::Setup setup_;
  sim::Philox philox_{7};
  std::unique_ptr<partnersim::Process> plan_;
  std::unique_ptr<partnersim::Work> work_;
  std::unique_ptr<partnersim::State> state_;
};

}  // namespace

TEST_CASE("a link that begins anew lives again by the law of its age, and those that do not live as without it") {
  constexpr std::size_t kLanes = std::size_t{1} << 17;
  constexpr int kBirth = 5;
  struct Case {
    std::string churn;
    double (*survival)(int age);
  };
  const Case cases[] = {
      {"{ weibull = { scale = 6, shape = 2 } }", [](int age) { return std::exp(-std::pow(age / 6.0, 2.0)); }},
      {"{ probability = 0.2, honeymoon = 3 }", [](int age) { return std::pow(0.8, std::max(age - 3, 0)); }},
      {"{ probability = 0.2, frailty = 0.5 }",
       [](int age) { return std::pow(1.0 - 0.5 * age * std::log(0.8), -1.0 / 0.5); }},
  };
  for (const Case& one : cases) {
    CAPTURE(one.churn);
    Churning alone(one.churn, kLanes), anew(one.churn, kLanes);
    sim::LaneList reborn(kLanes);
    while (alone.state().month < 20) {
      const int month = anew.state().month;
      auto& lives = anew.state().lives;
      if (month == kBirth) {
        // Those that ended, which were short-lived: were their fates drawn no more, they would be so again.
        reborn.above(anew.state().isa, lives.fates(Churning::kLink), kLanes, 0);
        lives.begin(Churning::kLink, reborn, month);
        REQUIRE(lives.reborn().size() == reborn.size());
        REQUIRE(reborn.size() > kLanes / 20);
      }
      alone.dissolve();
      anew.dissolve();
      if (month < kBirth) continue;
      const int age = month - kBirth + 1;
      std::vector<bool> is_reborn(kLanes, false);
      for (const std::uint32_t lane : reborn) is_reborn[lane] = true;
      std::size_t left = 0, others = 0;
      for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
        REQUIRE(lives.generation(Churning::kLink, lane) == (is_reborn[lane] ? 1u : 0u));
        REQUIRE(lives.age(Churning::kLink, lane, month) == (is_reborn[lane] ? age : month));
        if (is_reborn[lane])
          left += lives.lives(Churning::kLink, lane) ? 1u : 0u;
        else
          others += lives.fate(Churning::kLink, lane) == alone.state().lives.fate(Churning::kLink, lane) ? 1u : 0u;
      }
      REQUIRE(others == kLanes - reborn.size());
      const double expected = one.survival(age), n = static_cast<double>(reborn.size());
      CHECK(std::abs(static_cast<double>(left) / n - expected) <= 4.5 * std::sqrt(expected * (1.0 - expected) / n));
    }
  }
}

TEST_CASE("churn ends partnerships in a State without an engine, with the law of a constant hazard") {
  constexpr std::size_t kLanes = std::size_t{1} << 17;  // a hazard that is off by a twentieth is seen
  constexpr double kHazard = 0.05;
  Churning one("0.05", kLanes), other("0.05", kLanes);
  const std::uint32_t *fates = one.state().lives.fates(Churning::kLink),
                      *others = other.state().lives.fates(Churning::kLink);
  for (int month = 1; month <= 12; ++month) {
    one.dissolve();
    other.dissolve();
    const auto left = static_cast<double>(std::count(fates, fates + kLanes, 0u));
    const double expected = std::pow(1.0 - kHazard, month);
    CHECK(std::abs(left / kLanes - expected) < 4.5 * std::sqrt(expected * (1.0 - expected) / kLanes));
  }
  CHECK(std::equal(fates, fates + kLanes, others));
}
