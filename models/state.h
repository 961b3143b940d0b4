// The state of a block of replications of the partnership network: everything processes share.
// One Lane is one value a replication; rows of a Grid are partnerships or sources of sales.
//
// Partnerships are numbered as in the roster. A *source* is where sales come from: the focal firm's
// direct business and each partnership.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/engine/accumulators.h"
#include "sim/engine/model.h"
#include "sim/lanes/lane.h"
#include "sim/rng/philox.h"

namespace partnersim {

// Phases of a month, in order (MODEL.md, section 0).
enum Phase : int {
  kOpen,         // partnerships that start this month; factors back to 1
  kEconomy,
  kShocks,
  kPropagation,
  kReferrals,    // and conversion: leads and wins are drawn together
  kDelivery,
  kCash,
  kHealth,
  kReviews,
  kDissolution,
  kClose,        // ended partnerships leave the lists of the working ones
  kRecord,
};

struct Partner {
  std::string id;
  std::string path;  // "partner.acme"
  std::string label;
  std::uint64_t entity = 0;
  int start = 1;
  double money_resolution = 1.0;  // what sums of its revenue are exact in
  std::vector<std::string> tags;
};

struct State {
  State(std::size_t partners, std::size_t sources, std::size_t inputs, std::size_t lanes);

  // Where and when.
  const sim::Philox* philox = nullptr;
  sim::Isa isa = sim::Isa::baseline;
  std::uint32_t first_replication = 0;
  std::size_t count = 0;  // replications in this block
  int month = 0;
  sim::Profile* profile = nullptr;
  sim::BlockResult* result = nullptr;

  sim::Philox::Batch all_lanes() const { return {nullptr, count, first_replication}; }

  // Drawn once a replication: [input].
  sim::Grid<float> inputs;

  // Factors of the month on every source or partnership, 1 unless a process multiplies them. A flag
  // says that some process may: kernels skip the others.
  struct Factor {
    sim::Lane<float> value;
    bool used = false;
  };
  Factor leads;         // on intensities
  Factor close_odds;    // on the odds of closing
  Factor deal_value;    // on the value of deals closed this month
  Factor churn;         // on cumulative churn hazards

  // Partnerships. `working` lists the lanes in which a partnership works this month; `alive` is 1 until
  // something ends it, which takes effect at the end of the month.
  sim::Grid<std::uint32_t> working;
  std::vector<std::size_t> working_count;
  sim::Grid<std::uint32_t> alive;

  // Flows of the month.
  sim::Grid<float> sales;  // value of deals closed: [source]
  sim::Lane<float> wins;   // deals closed, all sources; kept only if counts_wins
  sim::Lane<float> leads_received;
  bool counts_wins = false;

  // Records a monthly series, by the handle Setup gave.
  void record(int trajectory, const sim::Lane<double>& values);
  // Writes an outcome, by the handle Setup gave; the float nearest to each value.
  template <class T>
  void write(int column, const T* values) {
    float* out = result->columns.row(static_cast<std::size_t>(column));
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(values[i]);
  }
  // Adds a total of one member.
  void add_member_total(int total, std::size_t member, const sim::Lane<double>& values);

  const sim::OutputPlan* plan = nullptr;

 private:
  sim::Lane<float> singles_;
  std::vector<std::int32_t> bins_;
};

}  // namespace partnersim
