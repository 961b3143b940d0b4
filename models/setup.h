// What processes are made with: the scenario, the roster, and the registers in which they declare what they draw once a
// replication, what they record, and what they need of others. Made once for a point; when all processes are bound it
// is const and shared by all workers.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/counterfactual.h"
#include "models/expectation.h"
#include "models/scenario/dated_changes.h"
#include "models/sources/deal_values.h"
#include "models/state.h"
#include "sim/config/scenario.h"
#include "sim/engine/outputs.h"
#include "sim/engine/process.h"
#include "sim/rng/distribution.h"

namespace partnersim {

class Setup;
class Story;

// One worker's share of a process.
class Work : public sim::Work<State> {
 public:
  // Not null where the process asks for further passes of each block.
  virtual Counterfactual* counterfactual() { return nullptr; }
  // After a step, in a block of one replication that is told.
  virtual void tell(const State&, int, Story&) {}
};
using Process = sim::Process<State, Expectation, Setup, Work>;

// What a process may ask others to keep in State; nobody takes the time otherwise.
enum class Need : std::uint8_t {
  closings,      // deals closed, by source
  referred,      // leads received, by partner
  direct_leads,  // the same of direct business
  by_source,     // revenue to date, by source
  returned,      // leads given, by partner
  wins,          // deals closed, of all sources
  intensity,     // conditional revenue intensity
  shock_costs,   // money that shocks take
  calm,          // a twin that stays in the regime it all starts from
  money,         // in the twin too: a firm out of cash has no intensity, and neither has its twin
  kCount,
};
// Factors on all firms alike; kernels skip those that nobody changes.
enum class Common : std::uint8_t { leads, close_odds, deal_value, churn, capacity, direct, kCount };

// A number that is constant or drawn once a replication, and may be another one from a dated change on.
class Parameter {
 public:
  struct Piece {
    int from = 1;           // month
    double constant = 0.0;  // the value, or the mean of the draw
    int input = -1;         // row of State::inputs, or -1
    double factor = 1.0;    // times the draw
    float of(float drawn) const { return factor == 1.0 ? drawn : static_cast<float>(factor) * drawn; }
    bool operator==(const Piece&) const = default;
  };
  Parameter() = default;
  bool operator==(const Parameter&) const = default;
  explicit Parameter(const std::vector<Piece>& pieces)
      : first_(pieces.front()), later_(pieces.begin() + 1, pieces.end()) {}

  // Writes the value of every lane in state.month (before month 1: that of month 1).
  void fill(const State& state, float* out) const;
  float in(const State& state, std::size_t lane) const;
  double expected(int month) const { return at(month).constant; }
  bool ever_changes() const { return !later_.empty(); }
  bool changes_in(int month) const;
  bool is_drawn() const;
  bool is_zero() const;  // throughout
  const Piece& at(int month) const;

 private:
  template <class Predicate>
  bool any(const Predicate& holds) const;

  Piece first_;
  std::vector<Piece> later_;  // by month
};

class Setup {
 public:
  explicit Setup(const sim::Scenario& scenario);

  const sim::Scenario& scenario;
  const int months;
  const std::string currency;
  std::vector<Partner> partners;
  std::vector<std::string> channels;  // ids of paid acquisition
  bool has_direct = false;
  double typical_sale = 0.0;   // the largest of all sources'
  bool has_recurring = false;  // some source's customers pay a monthly fee
  double money_tie = 0.0;      // MoneyTerms::tie, where money is modelled

  // What processes find wrong with the scenario; raised when all of them have been made.
  sim::Problems problems;
  std::vector<std::string> warnings;

  // The hash of a dotted id; two ids with one hash are refused.
  std::uint64_t entity(const std::string& dotted_id);
  // A number that may change at a date. A law is drawn once a replication (for `inner` of them: parameter_draws.h).
  Parameter parameter(const std::string& path);
  // The same for what is only looked at when a replication begins: it cannot change at a date.
  Parameter opening(const std::string& path);
  // The same as parameter() for a key whose law its process reads by itself and hands over.
  Parameter uncertain(const std::string& path, const sim::Quantile& quantile, const std::string& unit,
                      const std::string& doc);
  // The same for a number drawn per event, or never: its laws with the months they begin in.
  std::vector<DatedLaw> laws(const std::string& path);
  // A number drawn once a replication that no key of the scenario gives: luck, but an input all the same.
  Parameter drawn(const std::string& id, const sim::Quantile& quantile, const std::string& unit,
                  const std::string& doc);
  // A key that does nothing.
  void report_idle(const std::string& path, const std::string& reason, const std::string& hint);
  // Dated changes whose path no process asked for.
  void report_idle_changes() { changes_.report_idle(problems); }

  // The largest value that a piece of a parameter may take.
  double largest(const Parameter::Piece& piece) const {
    return piece.input < 0 ? piece.constant
                           : piece.factor * inputs_[static_cast<std::size_t>(piece.input)].quantile.upper();
  }

  // Handles, or -1 when the scenario's [output] does not ask for it.
  int outcome(sim::Column column);
  int trajectory(sim::Trajectory trajectory);
  int member_total(sim::MemberTotal total);
  bool wants_outcome(std::string_view name) const;
  bool wants_series(std::string_view name) const;  // by name: series that are not recorded unasked
  // Everything the active processes could record, for suggestions.
  const std::vector<std::string>& offered_outcomes() const { return offered_outcomes_; }
  const std::vector<std::string>& offered_series() const { return offered_series_; }

  // Who is joined with whom: here a star, in which partner p is at the outer end of link p.
  const Topology& network() const { return network_; }
  static Link link_of(std::size_t partner) { return numbered<Link>(partner); }
  Firm firm_of(std::size_t partner) const { return network_.ends(link_of(partner)).first; }
  // The path of the scenario that a firm's draws are named after.
  std::string firm_path(Firm firm) const {
    return firm == kFocalFirm ? "firm" : partners[index(network_.links_of(firm).front())].path;
  }

  // Sources of sales: direct business first, then partnerships, then paid channels.
  std::size_t sources() const { return partners.size() + channels.size() + (has_direct ? 1 : 0); }
  std::size_t source_of_partner(std::size_t partner) const { return partner + (has_direct ? 1 : 0); }
  std::size_t source_of_channel(std::size_t channel) const { return source_of_partner(partners.size()) + channel; }
  std::string source_label(std::size_t source) const;

  // A source's; in the register of what can be summed at once, or makes single deals matter (sources/deal_sums.h).
  Dated<DealValues> deal_values(const std::string& source_path);
  struct Sums {
    std::set<std::pair<std::string, double>> laws;  // names and coefficients of variation
    std::string refused;                            // why single deals matter
  } sums;

  // What a process needs of others, and what it changes for them: said when it is declared, looked up from bind on.
  void need(Need what) { needs_.set(static_cast<std::size_t>(what)); }
  bool needs(Need what) const { return needs_.test(static_cast<std::size_t>(what)); }
  void changes(Common factor) { changed_.set(static_cast<std::size_t>(factor)); }
  bool is_changed(Common factor) const { return changed_.test(static_cast<std::size_t>(factor)); }
  // Some figure of one partner depends on what others do: losses without one are not its own revenue.
  void couple() { couples_ = true; }
  bool is_coupled() const { return couples_; }
  // Names in State::running: those kept, and those that a goal watches.
  void offer_figure(std::string name) { figures_.push_back(std::move(name)); }
  const std::vector<std::string>& figures() const { return figures_; }
  void watch(const std::string& figure) { watched_.insert(figure); }
  bool is_watched(const std::string& figure) const { return watched_.count(figure) != 0; }

  // [partner] 1 for those an exclusive partner may suspend; empty when there is none.
  std::vector<std::uint8_t> suspendable;

  const sim::OutputPlan& outputs() const { return outputs_; }

  struct Input {
    sim::Quantile quantile;
    std::uint64_t entity;
    bool luck;  // no key of the scenario gives it
  };
  const std::vector<Input>& inputs() const { return inputs_; }
  // Of each path whose value is drawn once a replication, the identity of its draws: copies may share it.
  const std::map<std::string, std::string>& draw_ids() const { return draw_ids_; }

 private:
  Parameter::Piece piece(const std::string& path, const DatedLaw& dated);
  // `chain`: the numbers that are shares of this one. Each is looked at once, so that mistakes are told once.
  std::vector<Parameter::Piece> pieces(const std::string& path, std::vector<std::string>& chain);
  std::vector<Parameter::Piece> share_of(const std::string& path, const sim::Law& law, std::vector<std::string>& chain);
  int input(const std::string& id, const sim::Quantile& quantile, sim::Column column, bool luck);

  Topology network_;
  std::bitset<static_cast<std::size_t>(Need::kCount)> needs_;
  std::bitset<static_cast<std::size_t>(Common::kCount)> changed_;
  bool couples_ = false;
  std::vector<std::string> figures_;
  std::set<std::string> watched_;
  sim::OutputPlan outputs_;
  std::vector<std::string> offered_outcomes_, offered_series_;
  std::vector<Input> inputs_;
  std::map<std::string, int> input_of_;          // by draw id
  std::map<std::string, std::string> draw_ids_;  // by path
  std::map<std::uint64_t, std::string> entities_;
  DatedChanges changes_;
  std::map<std::string, std::vector<Parameter::Piece>> shares_;  // by path
};

// A gamma law of mean 1: mixing and frailty.
sim::Quantile gamma_of_mean_one(double shape);

using Entry = sim::ProcessEntry<Process, Setup>;
// A process whose work is P::Share, made of the plan and a number of lanes.
template <class P>
class ProcessOf : public Process {
 public:
  std::unique_ptr<Work> make_work(std::size_t lanes) const final {
    return std::make_unique<typename P::Share>(static_cast<const P&>(*this), lanes);
  }
};
template <class P>
std::unique_ptr<Process> make(Setup& setup) {
  return std::make_unique<P>(setup);
}

}  // namespace partnersim
