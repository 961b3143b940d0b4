// The month loop: processes, or the work of processes, in the order (phase, stream number), month after month.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/profile.h"
#include "sim/lanes/lane_copy.h"

namespace sim {

// `Part` is what takes part: a Process, or its Work.
template <class Part>
class MonthLoop {
 public:
  void add(std::string_view name, std::uint32_t stream, const std::vector<int>& phases, std::unique_ptr<Part> part) {
    for (const int phase : phases) steps_.push_back({phase, stream, part.get(), std::string(name)});
    parts_.push_back(std::move(part));
    std::sort(steps_.begin(), steps_.end(),
              [](const Step& a, const Step& b) { return std::pair(a.phase, a.stream) < std::pair(b.phase, b.stream); });
  }

  const std::vector<std::unique_ptr<Part>>& parts() const { return parts_; }

  // All months of a block. state.month counts 1..months; `observe(part, phase)` is called after each step. A part is
  // timed under its own name unless it times stages itself.
  struct Nobody {
    void operator()(Part&, int) const {}
  };
  template <class State, class Observer>
  void live(State& state, int months, Profile* profile, const Observer& observe) {
    StageTimer timer(profile);
    state.month = 0;
    for (auto& part : parts_) part->begin(state);
    timer.mark("once a replication");
    for (state.month = 1; state.month <= months; ++state.month) {
      for (const Step& step : steps_) {
        step.part->step(state, step.phase);
        observe(*step.part, step.phase);
        timer.mark(step.name.c_str());
      }
    }
  }

  // Between two months.
  template <class State>
  void copy_lane(State& state, const LaneCopy& copy) {
    state.copy_lane(copy);
    for (auto& part : parts_) part->copy_lane(copy);
  }

  // Outcomes.
  template <class State>
  void finish(State& state, Profile* profile) {
    StageTimer timer(profile);
    for (auto& part : parts_) part->finish(state);
    timer.mark("outcomes");
  }

  template <class Expectation>
  void expect(Expectation& e, int months) {
    for (auto& part : parts_) part->expect_begin(e);
    for (e.month = 1; e.month <= months; ++e.month)
      for (const Step& step : steps_) step.part->expect(e, step.phase);
    for (auto& part : parts_) part->expect_finish(e);
  }

 private:
  struct Step {
    int phase;
    std::uint32_t stream;
    Part* part;
    std::string name;
  };
  std::vector<std::unique_ptr<Part>> parts_;
  std::vector<Step> steps_;
};

}  // namespace sim
