// Partnerships begin, work and leave. All of month t uses the partnerships alive at its start; what
// ends them during the month takes effect when it closes (MODEL.md, section 0). Draws nothing.
#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "models/setup.h"
#include "models/story.h"
#include "models/streams.h"
#include "sim/lanes/row_sums.h"

namespace partnersim {
namespace {

// clang-format off
constexpr std::array kParameters{
    sim::label_spec("partner.*.label"),
    sim::enabled_spec("partner.*.enabled", "partner.bigco.enabled=true"),
    sim::ParameterSpec{.path = "partner.*.count", .kind = sim::Kind::integer, .unit = "partners", .range = {1, 100000},
                       .fallback = 1.0, .doc = "copies, drawn independently: acme_1, acme_2, ...", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.shared", .kind = sim::Kind::boolean, .fallback = 0.0,
                       .doc = "copies share what is drawn once a replication", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.start", .kind = sim::Kind::integer, .unit = "month",
                       .range = {1, sim::kMaxMonths}, .fallback = 1.0, .doc = "first month the partnership works",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.sector", .kind = sim::Kind::text,
                       .doc = "line of business, which shocks can target", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.region", .kind = sim::Kind::text,
                       .doc = "where it is, which shocks can target", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.tags", .kind = sim::Kind::texts, .doc = "names that shocks can target",
                       .source = "neutral"},
};
// clang-format on

class Partnerships final : public ProcessOf<Partnerships> {
 public:
  explicit Partnerships(Setup& setup)
      : partners(setup.partners), beginning(static_cast<std::size_t>(setup.months) + 1) {
    if (partners.empty()) return;
    for (std::size_t p = 0; p < partners.size(); ++p)
      if (partners[p].start <= setup.months) beginning[static_cast<std::size_t>(partners[p].start)].push_back(p);
    active_column = setup.outcome(
        {"active_partners_end", "1", "Active partners at the end", "Partnerships still alive after the last month."});
    sim::Column lost{
        "partners_lost", "1", "Partners lost",
        "Partnerships that began and ended within the horizon, but for those that end because the firm stops.", true};
    if (setup.scenario.given("firm.cash")) {
      lost.caution = "a firm that has run out of cash loses no more partners, so that such futures show fewer";
      lost.caution_with = "out_of_cash";
    }
    lost.explains = true;
    lost_column = setup.outcome(lost);
    trajectory =
        setup.trajectory({"active_partners", "1", "Active partners", "Partnerships alive after the month.", 1.0, true});
    setup.offer_figure("active_partners");
    const std::vector<double> resolutions(partners.size(), 0x1p-20);
    const auto share = [&](const char* name, const char* long_name, const char* definition) {
      return setup.member_total({name, "1", long_name, definition, resolutions});
    };
    if (!setup.scenario.ids("shock").empty())
      by_shock =
          share("ended_by_shock", "Ended by a shock", "Share of the futures in which a shock ended the partnership.");
    by_churn =
        share("ended_by_churn", "Ended by churn", "Share of the futures in which the partnership ended by itself.");
    if (setup.scenario.given("firm.cash"))
      by_stop = share("ended_by_stop", "Ended with the firm",
                      "Share of the futures in which the firm ran out of cash first.");
    if (setup.scenario.ids("shock").empty()) return;
    sim::Column to_shocks{"partners_lost_to_shocks", "1", "Partners lost to shocks",
                          "Partnerships that a shock ended within the horizon.", true};
    to_shocks.explains = true;
    lost_to_shocks_column = setup.outcome(to_shocks);
  }

  void bind(Setup& setup) override { watched = setup.is_watched("active_partners"); }
  class Share;

  void expect_begin(Expectation& e) override {
    std::fill(e.weight.begin(), e.weight.end(), 0.0);
    std::fill(e.last_weight.begin(), e.last_weight.end(), 0.0);
    std::fill(e.alive.begin(), e.alive.end(), 0.0);
  }

  void expect(Expectation& e, int phase) override {
    if (phase == kOpen) {
      e.open_month();
      for (const std::size_t p : beginning[static_cast<std::size_t>(e.month)]) e.weight[p] = e.alive[p] = e.running;
    } else if (phase == kClose) {
      e.last_weight = e.weight;
      e.weight = e.alive;
    } else {
      e.record("active_partners", total(e));
    }
  }

  void expect_finish(Expectation& e) override {
    e.values.outcomes["partners_lost_to_shocks"] = e.lost_to_shocks;
    e.values.outcomes["active_partners_end"] = total(e);
    e.values.outcomes["partners_lost"] = begun_by(e.month - 1) - total(e) - e.ended_with_firm;
  }

  // Partnerships that have begun up to a month.
  double begun_by(int month) const {
    return static_cast<double>(std::count_if(partners.begin(), partners.end(),
                                             [month](const Partner& partner) { return partner.start <= month; }));
  }

  const std::vector<Partner>& partners;
  std::vector<std::vector<std::size_t>> beginning;  // [month] partners
  int active_column = -1, lost_column = -1, trajectory = -1;
  bool watched = false;  // a goal looks at it
  int by_shock = -1, by_churn = -1, by_stop = -1, lost_to_shocks_column = -1;

 private:
  static double total(const Expectation& e) { return std::accumulate(e.alive.begin(), e.alive.end(), 0.0); }
};

class Partnerships::Share final : public Work {
 public:
  Share(const Partnerships& plan, std::size_t lanes)
      : plan_(plan), active_(sim::padded(lanes)), lost_(active_), lost_to_shocks_(sim::padded(lanes)) {}

  void begin(State& state) override {
    for (sim::LaneList& list : state.working) list.none(state.count);
    for (std::size_t p = 0; p < plan_.partners.size(); ++p) std::memset(state.alive.row(p), 0, 4 * state.count);
    if (state.pass != Pass::actual) return;
    state.running["active_partners"] = &active_;
    std::fill(lost_.begin(), lost_.end(), 0.0);
    std::fill(lost_to_shocks_.begin(), lost_to_shocks_.end(), 0.0f);
    for (auto* counts : {&begun_, &killed_, &stopped_}) counts->assign(plan_.partners.size(), 0);
    survivors_.assign(plan_.partners.size(), 0);
  }

  void step(State& state, int phase) override {
    if (phase == kOpen) return open(state);
    if (phase == kClose) return close(state);
    if (state.pass != Pass::actual) return;
    if (plan_.watched || plan_.trajectory >= 0 || (plan_.active_column >= 0 && state.month == state.plan->months)) {
      count_active(state);
      if (plan_.trajectory >= 0) state.record(plan_.trajectory, active_);
    }
  }

  void tell(const State& state, int phase, Story& story) override {
    if (phase != kOpen) return;
    const sim::Scenario& scenario = story.setup.scenario;
    for (const std::string& id : scenario.ids("change"))
      if (scenario.integer("change." + id + ".month") == state.month)
        story.tell(state, "change", scenario.label("change", id), "planned",
                   scenario.label("change", id) + " takes effect");
    for (const std::size_t p : plan_.beginning[static_cast<std::size_t>(state.month)])
      story.tell(state, "begun", plan_.partners[p].label, "planned", plan_.partners[p].label + " begins");
  }

  void finish(State& state) override {
    if (state.plan->member_survival) add_up_survivors(state);
    count_active(state);
    state.write(plan_.active_column, active_.data());
    const double begun = plan_.begun_by(state.plan->months);
    for (std::size_t i = 0; i < state.count; ++i)
      if (state.stopped_in[i] == 0) lost_[i] = begun - active_[i];
    state.write(plan_.lost_column, lost_.data());
    state.write(plan_.lost_to_shocks_column, lost_to_shocks_.data());
    if (plan_.by_churn < 0) return;
    for (std::size_t p = 0; p < plan_.partners.size(); ++p) share_out(state, p);
  }

 private:
  void open(State& state) {
    state.open_month();
    for (const std::size_t p : plan_.beginning[static_cast<std::size_t>(state.month)]) {
      if (state.pass == Pass::without && state.removed_partner == p) continue;
      state.working[p] = state.lanes;
      std::fill_n(state.alive.row(p), state.count, 1u);
      if (state.pass == Pass::actual) begun_[p] = state.count - state.stopped_count;
    }
  }

  void close(State& state) {
    if (state.pass == Pass::actual) settle(state);
    state.kills.clear();
    state.strikes.clear();
    const bool counts = state.plan->member_survival && state.pass == Pass::actual;
    for (std::size_t p = 0; p < plan_.partners.size(); ++p) {
      const std::uint32_t* alive = state.alive.row(p);
      state.working[p].flagged(state.isa, state.working[p], alive);
      if (counts) count_survivors(state, p);
    }
  }

  // Only what has changed since last month is written: the months of a partnership lie together, so that each of them
  // would take a line of the cache. finish() adds up.
  void count_survivors(State& state, std::size_t p) {
    auto surviving = static_cast<std::uint32_t>(state.working[p].size());
    for (std::size_t k = 0; k < state.stopped_count; ++k) surviving -= state.alive.row(p)[state.stopped[k]];
    if (surviving == survivors_[p]) return;
    const auto months = static_cast<std::size_t>(state.plan->months);
    state.result->sums.alive[p * months + static_cast<std::size_t>(state.month - 1)] = surviving - survivors_[p];
    survivors_[p] = surviving;
  }

  void add_up_survivors(State& state) const {
    std::vector<std::uint32_t>& alive = state.result->sums.alive;
    const auto months = static_cast<std::size_t>(state.plan->months);
    for (std::size_t first = 0; first < alive.size(); first += months)
      std::partial_sum(alive.data() + first, alive.data() + first + months, alive.data() + first);
  }

  // Causes of the month. A firm that stops takes the partnerships it had this month with it: they end with the firm and
  // are not lost, whatever else would have ended them.
  void settle(const State& state) {
    for (const State::Kill& kill : state.kills) {
      if (state.stopped_in[kill.lane] != 0) continue;
      lost_to_shocks_[kill.lane] += 1.0f;
      ++killed_[index(kill.link)];
    }
    const auto month = static_cast<std::uint32_t>(state.month);
    const std::uint32_t* stopped = state.stopped.data();
    if (std::none_of(stopped, stopped + state.stopped_count,
                     [&](std::uint32_t i) { return state.stopped_in[i] == month; }))
      return;
    const double begun = plan_.begun_by(state.month);
    for (std::size_t k = 0; k < state.stopped_count; ++k)
      if (state.stopped_in[stopped[k]] == month) lost_[stopped[k]] = begun;
    for (std::size_t p = 0; p < plan_.partners.size(); ++p)
      for (const std::uint32_t lane : state.working[p]) {
        if (state.stopped_in[lane] != month) continue;
        lost_[lane] -= 1.0;
        ++stopped_[p];
      }
  }

  // Of the replications in which the partnership began: ended by shocks, with the firm, else by itself.
  void share_out(State& state, std::size_t p) {
    std::uint64_t alive = 0;
    for (const std::uint32_t lane : state.working[p]) alive += state.stopped_in[lane] == 0 ? 1u : 0u;
    add_count(state, plan_.by_shock, p, killed_[p]);
    add_count(state, plan_.by_stop, p, stopped_[p]);
    add_count(state, plan_.by_churn, p, begun_[p] - alive - killed_[p] - stopped_[p]);
  }

  // `number` lanes of 1, the others 0: the order does not matter to a sum.
  void add_count(State& state, int total, std::size_t partner, std::uint64_t number) {
    if (total < 0) return;
    std::fill(active_.begin(), active_.end(), 0.0);
    std::fill_n(active_.begin(), number, 1.0);
    state.add_member_total(total, partner, active_);
  }

  void count_active(const State& state) {
    sim::sum_rows(state.isa, state.alive, state.count, active_.data());
    state.clear_stopped(active_.data());
  }

  const Partnerships& plan_;
  sim::Lane<double> active_, lost_;
  sim::Lane<float> lost_to_shocks_;
  std::vector<std::uint64_t> begun_, killed_, stopped_;  // [partner], lanes
  std::vector<std::uint32_t> survivors_;                 // the same, last month
};

}  // namespace

const Entry& partnerships_entry() {
  static const Entry entry{.name = "partnerships",
                           .stream = stream::kPartnerships,
                           .phases = {kOpen, kClose, kRecord},
                           .doc = "Partnerships begin, work and leave.",
                           .parameters = kParameters,
                           .given = [](const Setup&) { return true; },
                           .make = make<Partnerships>};
  return entry;
}

}  // namespace partnersim
