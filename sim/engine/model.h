// What the engine knows of a model: what it records, how to make a worker for it, and its
// expected-value twin. The engine knows nothing of what a model simulates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/halves.h"
#include "sim/base/missing.h"
#include "sim/engine/accumulators.h"
#include "sim/engine/chronicle.h"
#include "sim/engine/outputs.h"
#include "sim/engine/profile.h"
#include "sim/lanes/dispatch.h"
#include "sim/lanes/lane.h"

namespace sim {

// A range of replications of one point; the unit of work.
struct Block {
  std::uint32_t point = 0;
  std::uint32_t first_replication = 0;
  std::uint32_t replications = 0;
};

// What a block leaves behind. Buffers are reused from block to block.
struct BlockResult {
  BlockResult(const OutputPlan& plan, std::size_t lanes)
      : columns(plan.stored_columns(), lanes), doubles(plan.doubles), sums(plan) {}
  // Whether it can take the results of a model with these outputs: the same number of everything.
  bool fits(const OutputPlan& plan) const {
    return columns.rows() == plan.stored_columns() && doubles == plan.doubles && sums.fits(plan);
  }
  // A column's values, `count` of them: as the nearest floats, or in full.
  template <class T>
  void write(std::size_t column, const T* values, std::size_t count) {
    float* upper = columns.row(column);
    if (!doubles) {
      for (std::size_t i = 0; i < count; ++i) upper[i] = static_cast<float>(values[i]);
      return;
    }
    float* lower = columns.row(columns.rows() / 2 + column);
    for (std::size_t i = 0; i < count; ++i) {
      const Halves halves = halves_of(static_cast<double>(values[i]));
      upper[i] = halves.upper;
      lower[i] = halves.lower;
    }
  }
  double value(std::size_t column, std::size_t lane) const {
    const float upper = columns.row(column)[lane];
    return doubles ? from_halves(upper, columns.row(columns.rows() / 2 + column)[lane]) : static_cast<double>(upper);
  }
  Block block;
  Grid<float> columns;  // outcomes, then inputs, as they are kept: OutputPlan::stored_columns()
  bool doubles = false;
  Accumulators sums;
};

// One worker's instance: owns all work space, so that a block allocates nothing.
class Simulation {
 public:
  virtual ~Simulation() = default;
  // Simulates the block and overwrites `result`. The outcome of a replication depends on the model and
  // its number alone, never on the block it is part of.
  virtual void run(const Block& block, BlockResult& result) = 0;
};

// The spreadsheet's answer: every draw replaced by its mean.
struct ExpectedValues {
  std::map<std::string, double> outcomes;           // by Column::label()
  double outcome(const std::string& label) const {  // NaN where there is none
    const auto found = outcomes.find(label);
    return found == outcomes.end() ? kMissing : found->second;
  }
  std::map<std::string, std::vector<double>> trajectories;   // [month - 1]
  std::map<std::string, std::vector<double>> member_totals;  // [member]
};

struct WorkerOptions {
  Isa isa = Isa::baseline;
  std::size_t lanes = 512;  // the largest block
  bool profile = false;
  bool chronicle = false;  // keep what replay tells
};

// What a model of a scenario will take, told before it is made: a forecast.
struct ModelSize {
  std::size_t members = 0, months = 0, columns = 0;
  std::size_t sums = 0;            // exact sums: of monthly series, and of members
  std::size_t survivors = 0;       // counts of those alive: of each member and month
  std::size_t bands = 0;           // months of series of which values are counted
  double model_bytes = 0.0;        // once for each point
  double worker_bytes = 0.0;       // for each thread that simulates, beside lanes
  double worker_lane_bytes = 0.0;  // and for each of its lanes
  std::size_t bytes_per_lane = 0;  // as Model::bytes_per_lane
};

class Model {
 public:
  virtual ~Model() = default;
  virtual const OutputPlan& outputs() const = 0;
  virtual std::unique_ptr<Simulation> make_simulation(const WorkerOptions& options, Profile* profile) const = 0;
  virtual const ExpectedValues& expected() const = 0;
  // One replication again, from the same kernels, with its events. Empty for models that have nothing to tell.
  virtual Chronicle replay(std::uint32_t) const { return {}; }
  // What a user should know of this scenario though it can be run.
  virtual const std::vector<std::string>& warnings() const {
    static const std::vector<std::string> none;
    return none;
  }
  // Bytes of work space one lane needs: what the block size is chosen by.
  virtual std::size_t bytes_per_lane() const = 0;
};

}  // namespace sim
