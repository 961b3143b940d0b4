// A stochastic process: something that happens in its phase of every month, to all replications of a block at once.
// Processes never include each other; they meet in the model's State alone.
//
// A Process is made once for a scenario, in two steps: its constructor *declares* (what it reads, draws, records and
// needs of others), `bind` looks at what all others have declared. From then on it is const and shared by all workers,
// but for its expected values, which the model asks for once, before it has workers. Work is one worker's share: what
// it keeps from month to month, lane by lane, and work space.
//
// To add one: write a file with a Process, its Work and a ProcessEntry, and add its line to the model's table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sim/config/spec.h"
#include "sim/lanes/lane_copy.h"

namespace sim {

template <class State>
class Work {
 public:
  virtual ~Work() = default;
  // A new block: what is drawn once a replication.
  virtual void begin(State&) {}
  // One month, in one of the entry's phases.
  virtual void step(State& state, int phase) = 0;
  // After the last month: outcomes.
  virtual void finish(State&) {}
  // Between months: what is kept of a lane.
  virtual void copy_lane(const LaneCopy&) {}
};

template <class State, class Expectation, class Setup, class WorkType>
class Process {
 public:
  virtual ~Process() = default;
  // When all processes have declared.
  virtual void bind(Setup&) {}
  // For blocks of up to so many replications.
  virtual std::unique_ptr<WorkType> make_work(std::size_t lanes) const = 0;
  // The three of Work with every draw replaced by its mean.
  virtual void expect_begin(Expectation&) {}
  virtual void expect(Expectation& expectation, int phase) = 0;
  virtual void expect_finish(Expectation&) {}
};

template <class ProcessType, class Setup>
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
  std::unique_ptr<ProcessType> (*make)(Setup& setup);
};

}  // namespace sim
