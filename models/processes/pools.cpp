// Pools of customers whom partners share (MODEL.md, section 4): leads of all members of a pool times its availability
//
//   a_1 = 1,   a_(t+1) = min(1, max(0, a_t + rho (1 - a_t) - N_t/M)),   N_t the members' leads of the month
//
// Draws nothing. Oracle: while nothing is clipped a is linear in N, so that means follow the recursion, and with
// b = 1 - rho - lambda/M  Var a' = b^2 Var a + lambda E[a]/M^2; in equilibrium a* = rho/(rho + lambda/M).
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "models/setup.h"
#include "models/story.h"
#include "models/streams.h"
#include "sim/base/suggest.h"

namespace partnersim {
namespace {

const std::array kParameters{
    sim::label_spec("pool.*.label"),
    sim::enabled_spec("pool.*.enabled"),
    sim::ParameterSpec{.path = "pool.*.customers",
                       .unit = "customers",
                       .range = {1, 1e12},
                       .required = true,
                       .doc = "that its members share"},
    sim::ParameterSpec{.path = "pool.*.renewal",
                       .unit = "1 a month",
                       .range = {0, 1},
                       .fallback = 0.0,
                       .doc = "share of those who have been leads that may be so again",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "pool.*.direct",
                       .kind = sim::Kind::boolean,
                       .fallback = 0.0,
                       .doc = "direct leads come from it too",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.pool", .kind = sim::Kind::text, .doc = "id of the pool its leads come from"},
};

class Pools final : public ProcessOf<Pools> {
 public:
  explicit Pools(Setup& setup) {
    const auto ids = setup.scenario.ids("pool");
    for (const std::string& id : ids) {
      const std::string path = "pool." + id;
      pools_.push_back({id,
                        setup.scenario.label("pool", id),
                        setup.scenario.number(path + ".customers"),
                        setup.scenario.number(path + ".renewal"),
                        setup.scenario.flag(path + ".direct"),
                        {},
                        {},
                        -1});
    }
    for (std::size_t p = 0; p < setup.partners.size(); ++p) join(setup, p);
    for (Pool& pool : pools_) declare(setup, pool);
    if (pools_.empty()) return;
    setup.need(Need::referred);
    setup.couple();
  }

  void expect_begin(Expectation&) override {
    for (Pool& pool : pools_) pool.expected = 1.0;
  }

  void expect(Expectation& e, int phase) override {
    for (Pool& pool : pools_) {
      if (phase == kPropagation) {
        for (const Firm firm : pool.firms) e.leads_of[index(firm)] *= pool.expected;
        if (pool.direct) e.direct *= pool.expected;
        continue;
      }
      double leads = pool.direct ? e.direct_leads : 0.0;
      for (const std::size_t p : pool.partners) leads += e.referred[p];
      pool.expected = pool.after(pool.expected, leads);
      e.values.outcomes[column_name(pool)] = pool.expected;
    }
  }

  class Share;

 private:
  struct Pool {
    std::string id, label;
    double customers, renewal;
    bool direct;
    std::vector<std::size_t> partners;
    std::vector<Firm> firms;  // theirs
    int column;
    double expected = 1.0;

    double after(double available, double leads) const {
      return std::clamp(available + renewal * (1.0 - available) - leads / customers, 0.0, 1.0);
    }
  };
  static std::string column_name(const Pool& pool) { return "pool_left_" + pool.id; }

  void join(Setup& setup, std::size_t p) {
    const std::string path = setup.partners[p].path + ".pool";
    if (!setup.scenario.given(path)) return;
    const std::string& id = setup.scenario.text(path);
    const auto found = std::find_if(pools_.begin(), pools_.end(), [&](const Pool& pool) { return pool.id == id; });
    if (found != pools_.end()) {
      found->partners.push_back(p);
      found->firms.push_back(setup.firm_of(p));
      return;
    }
    if (setup.scenario.has_disabled("pool")) return;
    std::vector<std::string_view> ids;
    for (const Pool& pool : pools_) ids.push_back(pool.id);
    setup.problems.add(setup.scenario.mark(path), fmt::format("{} = \"{}\" names no pool", path, id), {},
                       ids.empty() ? fmt::format("Add [pool.{}] with customers = 10_000.", id)
                                   : sim::did_you_mean(id, ids, "There are"));
  }

  static void declare(Setup& setup, Pool& pool) {
    const std::string path = "pool." + pool.id;
    if (pool.partners.empty() && !pool.direct && !setup.scenario.has_disabled("partner"))
      setup.problems.add(setup.scenario.mark(path), fmt::format("{} has no effect", path), "nobody is in it",
                         fmt::format("Add pool = \"{}\" to a partner.", pool.id));
    if (pool.direct && !setup.has_direct)
      setup.report_idle(path + ".direct", "there are no direct leads", "Add [firm.direct], or leave it out.");
    pool.direct &= setup.has_direct;
    if (pool.direct) {
      setup.need(Need::direct_leads);
      setup.changes(Common::direct);
    }
    pool.column = setup.outcome({column_name(pool), "1", "Left of " + pool.label,
                                 "Share of the pool's customers who may become leads, after the last month."});
  }

  std::vector<Pool> pools_;
};

class Pools::Share final : public Work {
 public:
  Share(const Pools& plan, std::size_t lanes)
      : plan_(plan), left_(plan.pools_.size(), lanes), leads_(sim::padded(lanes)), told_(plan.pools_.size(), 1.0f) {}

  void begin(State&) override { left_.fill(1.0f); }

  void step(State& state, int phase) override {
    for (std::size_t k = 0; k < plan_.pools_.size(); ++k) {
      const Pool& pool = plan_.pools_[k];
      phase == kPropagation ? thin_out(state, pool, left_.row(k)) : draw_down(state, pool, left_.row(k));
    }
  }

  void tell(const State& state, int phase, Story& story) override {
    if (phase == kPropagation) return;
    for (std::size_t k = 0; k < plan_.pools_.size(); ++k) {
      const float now = left_.row(k)[0];
      if (std::abs(now - told_[k]) < 0.1f) continue;
      told_[k] = now;
      const std::string& label = plan_.pools_[k].label;
      story.tell(state, "pool", label, "leads",
                 fmt::format("{}: {:.0f} % of its customers are left", label, 100.0 * static_cast<double>(now)),
                 static_cast<double>(now), "1");
    }
  }

  void finish(State& state) override {
    for (std::size_t k = 0; k < plan_.pools_.size(); ++k) state.write(plan_.pools_[k].column, left_.row(k));
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(left_); }

 private:
  static void multiply(const State& state, const float* left, float* by) {
    const float* __restrict from = left;
    float* __restrict to = by;
    sim::on_lanes(state.isa, [=, n = state.count]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) to[i] *= from[i];
    });
  }

  static void thin_out(State& state, const Pool& pool, const float* left) {
    if (!pool.firms.empty())
      for (float* row : state.leads_of.touch(pool.firms)) multiply(state, left, row);
    if (pool.direct) multiply(state, left, state.direct.value.data());
  }

  void draw_down(const State& state, const Pool& pool, float* left) {
    std::fill_n(leads_.data(), state.count, 0.0);
    for (const std::size_t p : pool.partners) add(state, state.referred.row(p));
    if (pool.direct) add(state, state.direct_leads.data());
    for (std::size_t i = 0; i < state.count; ++i)
      left[i] = static_cast<float>(pool.after(static_cast<double>(left[i]), leads_[i]));
  }

  void add(const State& state, const float* leads) {
    for (std::size_t i = 0; i < state.count; ++i) leads_[i] += static_cast<double>(leads[i]);
  }

  const Pools& plan_;
  sim::Grid<float> left_;    // [pool]
  sim::Lane<double> leads_;  // of the pool at hand
  std::vector<float> told_;  // [pool]
};

}  // namespace

const Entry& pools_entry() {
  static const Entry entry{.name = "pools",
                           .stream = stream::kPools,
                           .phases = {kPropagation, kDelivery},
                           .doc = "Customers whom partners share.",
                           .parameters = kParameters,
                           .given =
                               [](const Setup& setup) {
                                 return !setup.scenario.ids("pool").empty() ||
                                        std::any_of(
                                            setup.partners.begin(), setup.partners.end(),
                                            [&](const Partner& p) { return setup.scenario.given(p.path + ".pool"); });
                               },
                           .make = make<Pools>};
  return entry;
}

}  // namespace partnersim
