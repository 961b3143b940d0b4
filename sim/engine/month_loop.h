// The month loop: processes in the order (phase, stream number), month after month.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/process.h"
#include "sim/engine/profile.h"

namespace sim {

template <class State, class Expectation>
class MonthLoop {
 public:
  using ProcessType = Process<State, Expectation>;

  void add(std::string_view name, std::uint32_t stream, const std::vector<int>& phases,
           std::unique_ptr<ProcessType> process) {
    for (const int phase : phases) steps_.push_back({phase, stream, process.get(), std::string(name)});
    processes_.push_back(std::move(process));
    std::sort(steps_.begin(), steps_.end(),
              [](const Step& a, const Step& b) { return std::pair(a.phase, a.stream) < std::pair(b.phase, b.stream); });
  }

  // state.month counts 1..months. A process is timed under its own name unless it times stages itself.
  void run(State& state, int months, Profile* profile) {
    live(state, months, profile, Nobody{});
    finish(state, profile);
  }

  void finish(State& state, Profile* profile) {
    StageTimer timer(profile);
    for (auto& process : processes_) process->finish(state);
    timer.mark("outcomes");
  }

  // The same without outcomes: a further pass of the block, which `state` tells apart. `observe(stream, phase)` is
  // called after each step of a process.
  struct Nobody {
    void operator()(std::uint32_t, int) const {}
  };
  template <class Observer>
  void live(State& state, int months, Profile* profile, const Observer& observe) {
    StageTimer timer(profile);
    state.month = 0;
    for (auto& process : processes_) process->begin(state);
    timer.mark("once a replication");
    for (state.month = 1; state.month <= months; ++state.month) {
      for (const Step& step : steps_) {
        step.process->step(state, step.phase);
        observe(step.stream, step.phase);
        timer.mark(step.name.c_str());
      }
    }
  }

  void expect(Expectation& e, int months) {
    for (auto& process : processes_) process->expect_begin(e);
    for (e.month = 1; e.month <= months; ++e.month)
      for (const Step& step : steps_) step.process->expect(e, step.phase);
    for (auto& process : processes_) process->expect_finish(e);
  }

 private:
  struct Step {
    int phase;
    std::uint32_t stream;
    ProcessType* process;
    std::string name;
  };
  std::vector<std::unique_ptr<ProcessType>> processes_;
  std::vector<Step> steps_;
};

}  // namespace sim
