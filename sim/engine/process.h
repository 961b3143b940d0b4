// A stochastic process: something that happens in its phase of every month, to all replications of a
// block at once. Processes never include each other; they meet in the model's State alone. A process
// belongs to one worker, so it may keep work space of its own.
//
// To add one: write a file with a Process and a ProcessEntry, and add its line to the model's table.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sim/config/spec.h"

namespace sim {

template <class State, class Expectation>
class Process {
 public:
  virtual ~Process() = default;
  // A new block: what is drawn once a replication.
  virtual void begin(State&) {}
  // One month, in one of the entry's phases.
  virtual void step(State& state, int phase) = 0;
  // After the last month: outcomes.
  virtual void finish(State&) {}
  // The same three with every draw replaced by its mean.
  virtual void expect_begin(Expectation&) {}
  virtual void expect(Expectation& expectation, int phase) = 0;
  virtual void expect_finish(Expectation&) {}
};

template <class State, class Expectation, class Setup>
struct ProcessEntry {
  std::string_view name;
  // Written once and never reused: names the process in the draws contract and orders processes
  // within a phase, so that a rename changes nothing.
  std::uint32_t stream;
  std::vector<int> phases;
  std::string_view doc;
  std::span<const ParameterSpec> parameters;
  // Whether the scenario uses the process: if not, its outcomes are absent.
  bool (*given)(const Setup& setup);
  std::unique_ptr<Process<State, Expectation>> (*make)(Setup& setup);
};

}  // namespace sim
