// What a process is made with: the scenario, the roster, and the registers in which it declares what
// it draws once a replication and what it records. The same calls serve every worker, in the same
// order, so that handles agree.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/expectation.h"
#include "models/state.h"
#include "sim/config/scenario.h"
#include "sim/engine/outputs.h"
#include "sim/engine/process.h"
#include "sim/rng/distribution.h"

namespace partnersim {

using Process = sim::Process<State, Expectation>;

// A number that is constant or drawn once a replication.
struct Parameter {
  double constant = 0.0;  // the value, or the mean of the draw
  int input = -1;         // row of State::inputs, or -1

  bool is_drawn() const { return input >= 0; }
  // Writes the value of every lane.
  void fill(const State& state, float* out) const;
};

class Setup {
 public:
  Setup(const sim::Scenario& scenario, std::size_t lanes);

  const sim::Scenario& scenario;
  const std::size_t lanes;  // of the largest block
  const int months;
  const std::string currency;
  std::vector<Partner> partners;
  bool has_direct = false;
  // A power of two near a millionth of the largest typical deal: what money sums are exact in.
  double money_resolution = 1.0;

  // What processes find wrong with the scenario; raised when all of them have been made.
  sim::Problems problems;

  // The hash of a dotted id; two ids with one hash are refused.
  std::uint64_t entity(const std::string& dotted_id);
  Parameter parameter(const std::string& path);

  // Handles, or -1 when the scenario's [output] does not ask for it.
  int outcome(sim::Column column);
  int trajectory(sim::Trajectory trajectory);
  int member_total(sim::MemberTotal total);
  bool wants_outcome(std::string_view name) const;
  // Everything the active processes could record, for suggestions.
  const std::vector<std::string>& offered_outcomes() const { return offered_outcomes_; }
  const std::vector<std::string>& offered_series() const { return offered_series_; }

  // Sources of sales: direct business first, then partnerships.
  std::size_t sources() const { return partners.size() + (has_direct ? 1 : 0); }
  std::size_t source_of_partner(std::size_t partner) const { return partner + (has_direct ? 1 : 0); }

  const sim::OutputPlan& outputs() const { return outputs_; }
  sim::OutputPlan take_outputs() { return std::move(outputs_); }

  struct Input {
    sim::Quantile quantile;
    std::uint64_t entity;
  };
  const std::vector<Input>& inputs() const { return inputs_; }

 private:
  sim::OutputPlan outputs_;
  std::vector<std::string> offered_outcomes_, offered_series_;
  std::vector<Input> inputs_;
  std::map<std::string, int> input_of_;  // by draw id
  std::map<std::uint64_t, std::string> entities_;
};

// Partners a target names: "partners", "everyone", { tag = "x" }, { partners = ["a", "b*"] }.
std::vector<std::size_t> targeted_partners(Setup& setup, const std::string& path);

using Entry = sim::ProcessEntry<State, Expectation, Setup>;

}  // namespace partnersim
