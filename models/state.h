// The state of a block of replications of the partnership network: everything processes share.
// One Lane is one value a replication; rows of a Grid are partnerships, firms or sources of sales.
//
// Numbering. Firms and links as in the topology; a partnership is a link, number p of the roster. A *source* is where
// sales come from: the focal firm's direct business (when there is any), each partnership, each paid channel.
//
// Passes. A block is simulated once as it is; a counterfactual on the same draws (the shock-free twin, the business
// without one partner) is another pass of the same processes over some of its lanes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/network/lives.h"
#include "models/network/topology.h"
#include "models/shocks/firm_factor.h"
#include "sim/engine/accumulators.h"
#include "sim/engine/model.h"
#include "sim/lanes/lane.h"
#include "sim/lanes/lane_list.h"
#include "sim/rng/philox.h"

namespace partnersim {

// Phases of a month, in order (MODEL.md, section 0).
enum Phase : int {
  kOpen,  // partnerships that start this month; factors back to 1
  kEconomy,
  kShocks,
  kPropagation,
  kReferrals,  // and conversion: leads and wins are drawn together
  kDelivery,
  kCash,
  kHealth,
  kReviews,
  kDissolution,
  kStop,   // a firm out of cash leaves the books
  kClose,  // ended partnerships leave the lists of the working ones
  kRecord,
  kWatch,  // goals look at what has been recorded
};

struct Partner {
  std::string id;
  std::string path;  // "partner.acme"
  std::string label;
  std::uint64_t entity = 0;
  int start = 1;
  int end = 0;                // last month by plan; 0 where there is none
  double typical_sale = 0.0;  // what one sale brings: what sums of its revenue are sized by
  std::vector<std::string> tags;
  std::string sector, region, type;
};

// What a pass of a block is for.
enum class Pass : std::uint8_t {
  actual,
  twin,     // no shocks, on the lanes that were shocked; only what the conditional intensity depends on
  without,  // one partner removed from month 1
};

class Setup;

struct State {
  // For blocks of up to so many replications. `told`: keeps what replay tells.
  State(const Setup& setup, std::size_t lanes, bool told = false);

  // Where and when.
  const sim::Philox* philox = nullptr;
  sim::Isa isa = sim::Isa::baseline;
  std::uint32_t first_replication = 0;
  std::size_t count = 0;  // replications in this block
  int month = 0;
  sim::Profile* profile = nullptr;
  sim::BlockResult* result = nullptr;
  Pass pass = Pass::actual;
  bool sums_deals = false;        // those of a source and month at once, where their law has a table
  bool twin_needs_money = false;  // Need::money
  bool skips_money() const { return pass == Pass::twin && !twin_needs_money; }
  std::size_t removed_partner = 0, removed_source = 0;  // of Pass::without

  sim::Philox::Batch all_lanes() const { return {nullptr, count, first_replication}; }
  sim::Philox::Batch batch(const sim::LaneList& list) const { return {list.data(), list.size(), first_replication}; }

  sim::LaneList lanes;  // of this pass: where the firm does business

  // Drawn once a replication: [input].
  sim::Grid<float> inputs;

  // A month begins: factors are 1 again, flows 0.
  void open_month();

  // Factors of the month on every source or partnership, 1 unless a process multiplies them. A flag
  // says that some process may: kernels skip the others.
  struct Factor {
    sim::Lane<float> value;
    bool used = false;
  };
  Factor leads;           // on intensities
  Factor close_odds;      // on the odds of closing
  Factor deal_value;      // on the value of deals closed this month
  Factor churn;           // on cumulative churn hazards
  Factor capacity;        // on deals delivered a month
  Factor direct;          // on direct leads alone
  float calendar = 1.0f;  // season and trend, on intensities

  // The same for one firm, or the partnership with it.
  FirmFactor function;                    // functionality q: on what a firm refers, and on direct leads
  FirmFactor leads_of;                    // on intensities
  FirmFactor close_of;                    // on the probability of closing
  FirmFactor churn_of;                    // on cumulative churn hazards
  sim::Grid<std::uint32_t> suspended;     // [partner] 1 while an exclusive partner works; empty when there is none
  std::vector<std::uint8_t> suspendable;  // [partner] 1 for those that may ever be; empty when there is none
  bool may_be_suspended(std::size_t partner) const { return !suspendable.empty() && suspendable[partner] != 0; }

  // Partnerships that shocks end this month.
  struct Kill {
    Link link;
    std::uint32_t lane, shock;
  };
  std::vector<Kill> kills;
  // Shocks that strike this month; a duration of 0 when they only end partnerships.
  struct Strike {
    std::uint32_t shock, lane, duration;
    float severity;
  };
  std::vector<Strike> strikes;

  Lives lives;  // of partnerships

  // Flows of the month.
  sim::Grid<float> sales;  // revenue booked: [source]
  sim::Lane<float> wins;   // deals closed, all sources; kept only if counts_wins (Need::wins)
  sim::Lane<float> leads_received;
  sim::Grid<std::uint32_t> closings;  // deals closed: [source]; empty unless somebody asked
  sim::Grid<float> referred;          // leads received of a partner: [partner]; empty unless somebody asked
  sim::Lane<float> direct_leads;      // direct leads received; empty unless somebody asked
  sim::Grid<float> returned;          // leads given to a partner last month: [partner]; empty unless there are any
  sim::Lane<float> last_wins;         // deals closed last month
  sim::Lane<double> recurring;        // fees of the month, part of sales
  sim::Lane<float> intensity;         // conditional revenue intensity mu; kept only if counts_intensity
  sim::Lane<double> shock_costs;      // money shocks take; kept only if has_shock_costs
  bool counts_wins = false;
  bool counts_intensity = false;
  bool has_shock_costs = false;

  // Since the block began.
  sim::Lane<std::uint32_t> shocked;     // 1 once a shock struck
  sim::Lane<std::uint32_t> stopped_in;  // month in which the firm ran out of cash; 0 while it runs
  sim::Lane<std::uint32_t> stopped;     // lanes that have stopped, ascending
  std::size_t stopped_count = 0;

  // What goals and rankings look at: "revenue" to date, "cash" and so on, by the process that keeps it.
  std::map<std::string, const sim::Lane<double>*> running;
  const sim::Lane<std::uint32_t>* regime = nullptr;      // null without an economy
  const sim::Grid<double>* revenue_by_source = nullptr;  // to date: [source]; where it is kept

  // Records a monthly series, by the handle Setup gave.
  void record(int trajectory, const sim::Lane<double>& values);
  // Writes an outcome, by the handle Setup gave.
  template <class T>
  void write(int column, const T* values) {
    if (column >= 0) result->write(static_cast<std::size_t>(column), values, count);
  }
  // Adds a total of one member.
  void add_member_total(int total, std::size_t member, const sim::Lane<double>& values);
  // Sets the lanes of firms that have stopped to 0.
  template <class T>
  void clear_stopped(T* values) const {
    for (std::size_t k = 0; k < stopped_count; ++k) values[stopped[k]] = T{};
  }

  const sim::OutputPlan* plan;

  // Between months, of what is kept of a lane, outcomes already written too. What has been added up over lanes, as
  // monthly series are, stays as it is.
  void copy_lane(const sim::LaneCopy& copy);

 private:
  sim::Lane<float> singles_;
  std::vector<std::int32_t> bins_;
};

}  // namespace partnersim
