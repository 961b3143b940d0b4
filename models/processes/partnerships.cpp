// Partnerships begin, work and leave. All of month t uses the partnerships alive at its start; what
// ends them during the month takes effect when it closes (MODEL.md, section 0). Draws nothing.
#include <array>
#include <cstring>
#include <numeric>

#include "models/setup.h"
#include "sim/lanes/compact.h"

namespace partnersim {
namespace {

constexpr std::array kParameters{
    sim::ParameterSpec{.path = "partner.*.label", .kind = sim::Kind::text, .doc = "what figures and tables call it", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.enabled", .kind = sim::Kind::boolean, .fallback = 1.0, .doc = "false leaves it out", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.count", .kind = sim::Kind::integer, .unit = "partners", .range = {1, 100000}, .fallback = 1.0,
                       .doc = "copies, drawn independently: acme_1, acme_2, ...", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.shared", .kind = sim::Kind::boolean, .fallback = 0.0,
                       .doc = "copies share what is drawn once a replication", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.start", .kind = sim::Kind::integer, .unit = "month", .range = {1, sim::kMaxMonths}, .fallback = 1.0,
                       .doc = "first month the partnership works", .source = "neutral"},
    sim::ParameterSpec{.path = "partner.*.tags", .kind = sim::Kind::texts, .doc = "names that shocks can target", .source = "neutral"},
};

class Partnerships final : public Process {
 public:
  explicit Partnerships(Setup& setup)
      : partners_(setup.partners), active_(sim::padded(setup.lanes)) {
    active_column_ = setup.outcome({"active_partners_end", "1", "Active partners at the end",
                                    "Partnerships still alive after the last month."});
    lost_column_ = setup.outcome({"partners_lost", "1", "Partners lost",
                                  "Partnerships that began and ended within the horizon, whatever the cause.", true});
    trajectory_ = setup.trajectory({"active_partners", "1", "Active partners",
                                    "Partnerships alive after the month.", 1.0, true});
  }

  void begin(State& state) override {
    std::fill(state.working_count.begin(), state.working_count.end(), 0);
    for (std::size_t p = 0; p < partners_.size(); ++p) std::memset(state.alive.row(p), 0, 4 * state.count);
  }

  void step(State& state, int phase) override {
    if (phase == kOpen) return open(state);
    if (phase == kClose) return close(state);
    if (trajectory_ >= 0 || (active_column_ >= 0 && state.month == state.plan->months)) {
      count_active(state);
      if (trajectory_ >= 0) state.record(trajectory_, active_);
    }
  }

  void finish(State& state) override {
    if (active_column_ < 0 && lost_column_ < 0) return;
    count_active(state);
    if (active_column_ >= 0) state.write(active_column_, active_.data());
    if (lost_column_ < 0) return;
    double begun = 0.0;
    for (const Partner& partner : partners_) begun += partner.start <= state.plan->months ? 1.0 : 0.0;
    for (std::size_t i = 0; i < state.count; ++i) active_[i] = begun - active_[i];
    state.write(lost_column_, active_.data());
  }

  void expect_begin(Expectation& e) override {
    std::fill(e.weight.begin(), e.weight.end(), 0.0);
    std::fill(e.alive.begin(), e.alive.end(), 0.0);
  }

  void expect(Expectation& e, int phase) override {
    if (phase == kOpen) {
      e.leads_factor = e.close_odds = e.deal_value = e.churn_factor = 1.0;
      e.wins = e.leads_received = 0.0;
      for (std::size_t p = 0; p < partners_.size(); ++p)
        if (partners_[p].start == e.month) e.weight[p] = e.alive[p] = 1.0;
    } else if (phase == kClose) {
      e.weight = e.alive;
    } else {
      e.record("active_partners", total(e));
    }
  }

  void expect_finish(Expectation& e) override {
    double begun = 0.0;
    for (const Partner& partner : partners_) begun += partner.start < e.month ? 1.0 : 0.0;
    e.values.outcomes["active_partners_end"] = total(e);
    e.values.outcomes["partners_lost"] = begun - total(e);
  }

 private:
  void open(State& state) {
    for (State::Factor* factor : {&state.leads, &state.close_odds, &state.deal_value, &state.churn})
      if (factor->used) std::fill(factor->value.begin(), factor->value.end(), 1.0f);
    std::fill(state.wins.begin(), state.wins.end(), 0.0f);
    std::fill(state.leads_received.begin(), state.leads_received.end(), 0.0f);
    for (std::size_t p = 0; p < partners_.size(); ++p) {
      if (partners_[p].start != state.month) continue;
      std::uint32_t* list = state.working.row(p);
      std::iota(list, list + state.count, 0u);
      state.working_count[p] = state.count;
      std::fill_n(state.alive.row(p), state.count, 1u);
    }
  }

  void close(State& state) {
    for (std::size_t p = 0; p < partners_.size(); ++p) {
      state.working_count[p] =
          sim::keep_flagged(state.isa, state.working.row(p), state.working_count[p], state.alive.row(p));
      if (state.plan->member_survival)
        state.result->sums.alive[p * static_cast<std::size_t>(state.plan->months) +
                                 static_cast<std::size_t>(state.month - 1)] += state.working_count[p];
    }
  }

  void count_active(const State& state) {
    double* __restrict total = active_.data();
    const std::size_t n = state.count;
    std::fill_n(total, n, 0.0);
    for (std::size_t p = 0; p < partners_.size(); ++p) {
      const std::uint32_t* __restrict alive = state.alive.row(p);
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) total[i] += static_cast<double>(static_cast<std::int32_t>(alive[i]));
      });
    }
  }

  double total(const Expectation& e) const { return std::accumulate(e.alive.begin(), e.alive.end(), 0.0); }

  const std::vector<Partner> partners_;
  sim::Lane<double> active_;
  int active_column_, lost_column_, trajectory_;
};

}  // namespace

const Entry& partnerships_entry() {
  static const Entry entry{
      "partnerships", 1, {kOpen, kClose, kRecord}, "Partnerships begin, work and leave.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> { return std::make_unique<Partnerships>(setup); }};
  return entry;
}

}  // namespace partnersim
