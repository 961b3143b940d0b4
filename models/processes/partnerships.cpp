// Partnerships begin, work and leave. All of month t uses the partnerships alive at its start; what
// ends them during the month takes effect when it closes (MODEL.md, section 0). Draws nothing.
#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "models/setup.h"
#include "models/story.h"
#include "models/streams.h"

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
    sim::ParameterSpec{.path = "partner.*.end", .kind = sim::Kind::integer, .unit = "month",
                       .range = {1, sim::kMaxMonths},
                       .doc = "last month the partnership works, by plan; none: it has no planned end"},
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
      : partners(setup.partners), beginning(static_cast<std::size_t>(setup.months) + 1), ending(beginning) {
    if (partners.empty()) return;
    for (std::size_t p = 0; p < partners.size(); ++p) {
      const auto [start, end] = std::pair(partners[p].start, partners[p].end);
      if (start <= setup.months) beginning[static_cast<std::size_t>(start)].push_back(p);
      if (end == 0) continue;
      has_ends = true;
      if (end <= setup.months) ending[static_cast<std::size_t>(end)].push_back(p);
      const std::string path = partners[p].path + ".end";
      if (end < start)
        setup.problems.add(setup.scenario.mark(path), fmt::format("{} = {} comes before the first month", path, end),
                           fmt::format("the partnership begins in month {}", start),
                           fmt::format("Write end = {} or later.", start));
    }
    active_column = setup.outcome(
        {"active_partners_end", "1", "Active partners at the end", "Partnerships still alive after the last month."});
    sim::Column lost{
        "partners_lost", "1", "Partners lost",
        has_ends
            ? "Partnerships that began and ended within the horizon, but for those that end as planned, or because "
              "the firm stops."
            : "Partnerships that began and ended within the horizon, but for those that end because the firm "
              "stops.",
        true};
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
    if (has_ends)
      by_plan = share("ended_as_planned", "Ended as planned",
                      "Share of the futures in which the partnership lasted until its planned end.");
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
      for (const std::size_t p : ending[static_cast<std::size_t>(e.month)]) {
        e.ended_as_planned += e.alive[p];
        e.alive[p] = 0.0;
      }
      e.last_weight = e.weight;
      e.weight = e.alive;
    } else {
      e.record("active_partners", total(e));
    }
  }

  void expect_finish(Expectation& e) override {
    e.values.outcomes["partners_lost_to_shocks"] = e.lost_to_shocks;
    e.values.outcomes["active_partners_end"] = total(e);
    e.values.outcomes["partners_lost"] = begun_by(e.month - 1) - total(e) - e.ended_with_firm - e.ended_as_planned;
  }

  // Partnerships that have begun up to a month.
  double begun_by(int month) const {
    std::size_t begun = 0;
    for (int m = 1; m <= month; ++m) begun += beginning[static_cast<std::size_t>(m)].size();
    return static_cast<double>(begun);
  }

  const std::vector<Partner>& partners;
  std::vector<std::vector<std::size_t>> beginning, ending;  // [month] partners
  bool has_ends = false;                                    // some partner's is planned
  int active_column = -1, lost_column = -1, trajectory = -1;
  bool watched = false;  // a goal looks at it
  int by_shock = -1, by_churn = -1, by_plan = -1, by_stop = -1, lost_to_shocks_column = -1;

 private:
  static double total(const Expectation& e) { return std::accumulate(e.alive.begin(), e.alive.end(), 0.0); }
};

class Partnerships::Share final : public Work {
 public:
  Share(const Partnerships& plan, std::size_t lanes)
      : plan_(plan),
        living_(sim::padded(lanes)),
        active_(living_),
        lost_(living_),
        lost_to_shocks_(living_),
        planned_(living_) {}

  void begin(State& state) override {
    state.lives.clear(state.count);
    if (state.pass != Pass::actual) return;
    state.running["active_partners"] = &active_;
    for (sim::Lane<double>* lane : {&living_, &lost_, &lost_to_shocks_, &planned_})
      std::fill(lane->begin(), lane->end(), 0.0);
    ended_.assign(plan_.partners.size(), Ends{});
  }

  void step(State& state, int phase) override {
    if (phase == kOpen) return open(state);
    if (phase == kClose) return close(state);
    if (state.pass != Pass::actual) return;
    if (plan_.watched || plan_.trajectory >= 0) show_active(state);
    if (plan_.trajectory >= 0) state.record(plan_.trajectory, active_);
  }

  void tell(const State& state, int phase, Story& story) override {
    if (phase == kClose) {
      for (const std::size_t p : plan_.ending[static_cast<std::size_t>(state.month)])
        if (const std::string& who = plan_.partners[p].label;
            state.lives.fate(Setup::link_of(p), 0) == Cause::planned && state.stopped_in[0] == 0)
          story.tell(state, "ended", who, "planned", who + " ends (as planned)");
      return;
    }
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
    show_active(state);
    state.write(plan_.active_column, active_.data());
    const double begun = plan_.begun_by(state.plan->months);
    for (std::size_t i = 0; i < state.count; ++i)
      if (state.stopped_in[i] == 0) lost_[i] = begun - active_[i] - planned_[i];
    state.write(plan_.lost_column, lost_.data());
    state.write(plan_.lost_to_shocks_column, lost_to_shocks_.data());
    for (std::size_t p = 0; p < ended_.size(); ++p) {
      add_count(state, plan_.by_shock, p, ended_[p].by_shock);
      add_count(state, plan_.by_stop, p, ended_[p].with_firm);
      add_count(state, plan_.by_churn, p, ended_[p].by_churn);
      add_count(state, plan_.by_plan, p, ended_[p].by_plan);
    }
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(living_, lost_, lost_to_shocks_, planned_); }

 private:
  // Of a partnership, the lanes in which it ended.
  struct Ends {
    std::uint32_t by_shock, by_churn, by_plan, with_firm;
  };

  void open(State& state) {
    state.open_month();
    const std::vector<std::size_t>& starting = plan_.beginning[static_cast<std::size_t>(state.month)];
    for (const std::size_t p : starting) {
      if (state.pass == Pass::without && state.removed_partner == p) continue;
      state.lives.begin(Setup::link_of(p), state.lanes, state.month);
      if (state.pass == Pass::actual)
        add_survivors(state, p, static_cast<std::ptrdiff_t>(state.count - state.stopped_count));
    }
    for (std::size_t i = 0; state.pass == Pass::actual && i < state.count; ++i)
      living_[i] += static_cast<double>(starting.size());
  }

  void close(State& state) {
    const bool actual = state.pass == Pass::actual;
    if (actual) settle(state);
    for (const std::size_t p : plan_.ending[static_cast<std::size_t>(state.month)])
      for (const std::uint32_t lane : state.lives.working(Setup::link_of(p)))
        state.lives.end(Setup::link_of(p), lane, Cause::planned);
    state.lives.close(state.isa, [&](Link link, const sim::LaneList& lanes) {
      if (actual) end(state, link, lanes);
    });
    state.kills.clear();
    state.strikes.clear();
  }

  void end(const State& state, Link link, const sim::LaneList& lanes) {
    std::uint32_t lost = 0, to_shocks = 0, planned = 0;
    for (const std::uint32_t lane : lanes) {
      living_[lane] -= 1.0;
      if (state.stopped_in[lane] != 0) continue;
      const Cause cause = state.lives.fate(link, lane);
      if (cause == Cause::planned) {
        ++planned;
        planned_[lane] += 1.0;
        continue;
      }
      ++lost;
      if (cause != Cause::shock) continue;
      ++to_shocks;
      lost_to_shocks_[lane] += 1.0;
    }
    ended_[index(link)].by_shock += to_shocks;
    ended_[index(link)].by_churn += lost - to_shocks;
    ended_[index(link)].by_plan += planned;
    add_survivors(state, index(link), -static_cast<std::ptrdiff_t>(lost + planned));
  }

  // A firm that stops takes the partnerships it had this month with it: they end with the firm and are not lost,
  // whatever else would have ended them.
  void settle(const State& state) {
    const auto month = static_cast<std::uint32_t>(state.month);
    const std::uint32_t* stopped = state.stopped.data();
    if (std::none_of(stopped, stopped + state.stopped_count,
                     [&](std::uint32_t i) { return state.stopped_in[i] == month; }))
      return;
    const double begun = plan_.begun_by(state.month);
    for (std::size_t k = 0; k < state.stopped_count; ++k)
      if (state.stopped_in[stopped[k]] == month) lost_[stopped[k]] = begun - living_[stopped[k]] - planned_[stopped[k]];
    for (std::size_t p = 0; p < plan_.partners.size(); ++p)
      for (const std::uint32_t lane : state.lives.working(Setup::link_of(p))) {
        if (state.stopped_in[lane] != month) continue;
        ++ended_[p].with_firm;
        add_survivors(state, p, -1);
      }
  }

  static void add_survivors(const State& state, std::size_t p, std::ptrdiff_t more) {
    if (state.plan->member_survival) state.result->sums.add_survivors(p, state.month, more);
  }

  // `number` lanes of 1, the others 0: the order does not matter to a sum.
  void add_count(State& state, int total, std::size_t partner, std::size_t number) {
    if (total < 0) return;
    std::fill(active_.begin(), active_.end(), 0.0);
    std::fill_n(active_.begin(), number, 1.0);
    state.add_member_total(total, partner, active_);
  }

  void show_active(const State& state) {
    active_ = living_;
    state.clear_stopped(active_.data());
  }

  const Partnerships& plan_;
  sim::Lane<double> living_;                                    // partnerships, of firms that have stopped too
  sim::Lane<double> active_, lost_, lost_to_shocks_, planned_;  // planned_: ended as planned
  std::vector<Ends> ended_;                                     // [partner]
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
