// Resilience (MODEL.md, section 14): the firm against its twin of the same replication, on the same draws without
// shocks ("no_shocks"), or also in the starting regime throughout ("calm"). Both on the conditional revenue intensity
//
//   mu_t = sum of rate * close probability * mean value,   Q_t = mu_t / mu_t(twin),
//
// 1 where both are 0, left out where only the twin's is, so that no Poisson noise stands between them. The twin runs
// after the block, in the lanes a shock struck (all lanes when calm). It draws only what feeds back into rates; where
// cash is modelled that is everything, for a firm out of cash has no business, and the twin may run out too.
//
//   loss area  sum (1 - Q)+          index  1 - area / T          residual performance  min Q
//   recovery   from the first Q < 1 - eps to the first of three months at or above it, eps = .05
// What is not recovered at the horizon is missing, and counted in `unrecovered`; `recovery_observed` holds the months
// it was watched for, for Kaplan-Meier.
#include <algorithm>
#include <array>
#include <cmath>

#include "models/counterfactual.h"
#include "models/setup.h"
#include "models/streams.h"
#include "sim/base/missing.h"

namespace partnersim {
namespace {

constexpr float kTolerance = 0.05f;  // eps of MODEL.md
constexpr int kSteadyMonths = 3;

constexpr std::array<std::string_view, 2> kTwins{"no_shocks", "calm"};
// clang-format off
constexpr std::array kParameters{
    sim::ParameterSpec{.path = "resilience.twin", .kind = sim::Kind::choice, .fallback_text = "no_shocks",
                       .choices = kTwins,
                       .doc = "what the firm is compared with: no shocks, or \"calm\": also the starting regime "
                              "throughout", .source = "neutral"},
};
// clang-format on

// Measures of one replication's performance Q over the months.
struct Measures {
  double area = 0.0, least = 1.0, overshoot = 0.0;
  double recovery = sim::kMissing, observed = sim::kMissing, rapidity = sim::kMissing;
  bool disrupted = false;

  void read(const std::vector<float>& q) {
    int first = -1, steady = 0, began = 0, lowest = 0;
    for (int t = 0; t < static_cast<int>(q.size()); ++t) {
      const float now = q[static_cast<std::size_t>(t)];
      if (std::isnan(now)) continue;
      area += std::max(0.0, 1.0 - static_cast<double>(now));
      overshoot = std::max(overshoot, static_cast<double>(now) - 1.0);
      if (static_cast<double>(now) < least) {
        least = static_cast<double>(now);
        lowest = t;
      }
      if (!std::isnan(recovery)) continue;
      if (now < 1.0f - kTolerance) {
        if (first < 0) first = t;
        steady = 0;
      } else if (first >= 0) {
        if (++steady == 1) began = t;  // missing months between the three are left out
        if (steady < kSteadyMonths) continue;
        recovery = observed = began - first;
        // From the lowest month so far to the first steady one.
        if (const int rise = began - lowest; rise > 0)
          rapidity = (static_cast<double>(q[static_cast<std::size_t>(began)]) - least) / rise;
      }
    }
    disrupted = first >= 0;
    // The last duration that could have been seen: three good months have to follow.
    if (disrupted && std::isnan(recovery)) observed = std::max(0, static_cast<int>(q.size()) - kSteadyMonths - first);
  }
};

class Resilience final : public ProcessOf<Resilience> {
 public:
  explicit Resilience(Setup& setup) : months_(setup.months), calm_(setup.scenario.text("resilience.twin") == "calm") {
    setup.need(Need::intensity);
    if (calm_) setup.need(Need::calm);
    check_twin(setup);
    const auto add = [&](std::size_t k, sim::Column column, bool may_be_missing = false) {
      column.may_be_missing = may_be_missing;
      column.yes_or_no = column.name == "disrupted" || column.name == "unrecovered";
      columns_[k] = setup.outcome(std::move(column));
    };
    add(0,
        {"resilience_loss", "months", "Loss area",
         "Months of full performance lost to shocks: sum of (1 - Q)+, Q the revenue intensity over that of the twin.",
         true});
    add(1, {"resilience_index", "1", "Resilience index", "1 less loss area over the horizon."});
    add(2, {"residual_performance", "1", "Residual performance", "Lowest performance Q of a month."});
    add(3, {"disrupted", "1", "Disrupted", "1 when performance fell below 0.95: the mean is its probability.", true});
    add(4,
        {"recovery_months", "months", "Time to recovery",
         "From the first month below 0.95 to the first of three at or above it; missing when never below, or not "
         "recovered at the horizon.",
         true},
        true);
    add(5, {"unrecovered", "1", "Not recovered", "1 when performance fell below 0.95 and was not back at the horizon.",
            true});
    add(6,
        {"recovery_observed", "months", "Time under observation",
         "Time to recovery, or the longest one that could have been seen when not recovered; missing when never below "
         "0.95.",
         true},
        true);
    add(7,
        {"recovery_rapidity", "1 a month", "Rapidity",
         "Rise of performance a month from its minimum to recovery; missing without one."},
        true);
    add(8, {"overshoot", "1", "Overshoot", "Highest performance above 1."});
    series_ = setup.trajectory(
        {"performance", "1", "Performance", "Revenue intensity over that of the twin without shocks.", 0x1p-20});
  }

  // A twin compares futures, not means: nothing is expected.
  void expect(Expectation&, int) override {}

  class Share;

 private:
  // The twin differs by the shocks it is spared and, when calm, by the regimes.
  void check_twin(Setup& setup) const {
    const sim::Scenario& scenario = setup.scenario;
    if (!scenario.ids("shock").empty() || scenario.has_disabled("shock")) return;
    if (calm_ && scenario.ids("economy.regime").size() > 1) return;
    setup.report_idle("resilience",
                      calm_ ? "there are neither shocks nor regimes to be spared" : "there are no shocks to be spared",
                      calm_ ? "Add [shock.NAME] or [economy.regime.NAME]."
                            : "Add [shock.NAME], or write twin = \"calm\" to be spared regimes.");
  }

  static constexpr std::size_t kColumns = 9;

  std::array<double, kColumns> row_of(const Measures& m) const {
    const double unrecovered = m.disrupted && std::isnan(m.recovery) ? 1.0 : 0.0;
    return {m.area,     1.0 - m.area / months_,
            m.least,    m.disrupted ? 1.0 : 0.0,
            m.recovery, unrecovered,
            m.observed, m.rapidity,
            m.overshoot};
  }

  const int months_;
  const bool calm_;
  std::array<int, kColumns> columns_{};
  int series_ = -1;
};

class Resilience::Share final : public Work, public Counterfactual {
 public:
  Share(const Resilience& plan, std::size_t lanes)
      : plan_(plan),
        intensity_(static_cast<std::size_t>(plan.months_), lanes),
        performance_(static_cast<std::size_t>(plan.months_), lanes),
        lane_(sim::padded(lanes)),
        history_(static_cast<std::size_t>(plan.months_)) {
    values_.fill(lane_);
  }

  Counterfactual* counterfactual() override { return this; }

  void step(State& state, int) override {
    const auto month = static_cast<std::size_t>(state.month - 1);
    if (state.pass == Pass::actual) {
      for (std::size_t i = 0; i < state.count; ++i) intensity_.row(month)[i] = intensity(state, i);
      std::fill_n(performance_.row(month), state.count, 1.0f);
    }
    if (state.pass != Pass::twin) return;
    for (const std::uint32_t i : state.lanes) {
      const float twin = intensity(state, i);
      const float actual = intensity_.row(month)[i];
      if (twin > 0.0f)
        performance_.row(month)[i] = actual / twin;
      else if (actual > 0.0f)
        performance_.row(month)[i] = static_cast<float>(sim::kMissing);
    }
  }

  std::size_t passes() const override { return 1; }

  bool open(State& state, std::size_t) override {
    state.pass = Pass::twin;
    if (plan_.calm_)
      state.lanes.all(state.count);
    else
      state.lanes.above(state.isa, state.shocked.data(), state.count, 0);
    if (!state.lanes.empty()) return true;
    conclude(state);
    return false;
  }

  void close(State& state, std::size_t) override { conclude(state); }

  void copy_lane(const sim::LaneCopy& copy) override { copy(intensity_, performance_); }

 private:
  // A firm that has stopped has no business.
  static float intensity(const State& state, std::size_t lane) {
    const std::uint32_t stopped = state.stopped_in[lane];
    return stopped != 0 && static_cast<int>(stopped) < state.month ? 0.0f : state.intensity[lane];
  }

  void conclude(State& state) {
    const Measures undisturbed;
    for (std::size_t k = 0; k < kColumns; ++k)
      std::fill(values_[k].begin(), values_[k].end(), plan_.row_of(undisturbed)[k]);
    for (const std::uint32_t i : state.lanes) {
      for (std::size_t t = 0; t < history_.size(); ++t) history_[t] = performance_.row(t)[i];
      Measures m;
      m.read(history_);
      const std::array<double, kColumns> row = plan_.row_of(m);
      for (std::size_t k = 0; k < kColumns; ++k) values_[k][i] = row[k];
    }
    for (std::size_t k = 0; k < kColumns; ++k) state.write(plan_.columns_[k], values_[k].data());
    if (plan_.series_ < 0) return;
    for (state.month = 1; state.month <= plan_.months_; ++state.month) {
      const float* q = performance_.row(static_cast<std::size_t>(state.month - 1));
      for (std::size_t i = 0; i < state.count; ++i) lane_[i] = std::isnan(q[i]) ? 1.0 : static_cast<double>(q[i]);
      state.record(plan_.series_, lane_);
    }
  }

  const Resilience& plan_;
  sim::Grid<float> intensity_, performance_;  // [month]
  sim::Lane<double> lane_;
  std::array<sim::Lane<double>, kColumns> values_;
  std::vector<float> history_;
};

}  // namespace

const Entry& resilience_entry() {
  static const Entry entry{.name = "resilience",
                           .stream = stream::kResilience,
                           .phases = {kRecord},
                           .doc = "Performance against a twin without shocks.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return setup.scenario.has_table("resilience"); },
                           .make = make<Resilience>};
  return entry;
}

}  // namespace partnersim
