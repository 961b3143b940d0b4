// Economy: a Markov chain over named regimes, each of which multiplies leads, close odds, deal values
// and churn hazards (MODEL.md, section 1). Month 1 is lived in the start regime; the chain steps
// between months. One word a month (rng/monthly_word.h), entity "economy"; a stationary start takes word
// 0 of call 0, month 0. All from stream 2.
// models/scenario/regimes.h reads the chain and its factors.
#include <algorithm>
#include <array>
#include <optional>

#include "models/scenario/regimes.h"
#include "models/setup.h"
#include "models/story.h"
#include "models/streams.h"
#include "sim/rng/monthly_word.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kStream = stream::kEconomy;

// clang-format off
constexpr std::array kParameters{
    sim::ParameterSpec{.path = "economy.start", .kind = sim::Kind::text, .fallback_text = kStationaryStart,
                       .doc = "regime of month 1, or \"stationary\"", .source = "neutral", .needs = "economy.regime"},
    sim::ParameterSpec{.path = "economy.path", .kind = sim::Kind::tree,
                       .doc = "the regime of every month, fixed: [\"expansion\", \"recession\"], or { recession = [13, "
                              "14] }", .source = "neutral", .needs = "economy.regime"},
    sim::label_spec("economy.regime.*.label"),
    sim::enabled_spec("economy.regime.*.enabled"),
    sim::ParameterSpec{.path = "economy.regime.*.to", .kind = sim::Kind::number_map, .unit = "1 a month",
                       .range = {0, 1},
                       .doc = "monthly probabilities of changing to other regimes; with mean_months: shares of "
                              "destinations", .source = "neutral", .yearly = sim::Yearly::probability},
    sim::ParameterSpec{.path = "economy.regime.*.mean_months", .unit = "months", .range = {1, 1e6},
                       .doc = "mean duration, instead of probabilities"},
    sim::ParameterSpec{.path = "economy.regime.*.multiply", .kind = sim::Kind::number_map, .unit = "1",
                       .range = {0, 1000}, .doc = "factors on leads, close (odds), value, churn (hazard)",
                       .source = "neutral"},
};
// clang-format on

// Thresholds of a cumulative law: the outcome is the number of thresholds at or below the coin.
std::vector<std::uint32_t> cumulative_thresholds(const std::vector<double>& law) {
  std::vector<std::uint32_t> thresholds;
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < law.size(); ++i) thresholds.push_back(sim::threshold(sum += law[i]));
  return thresholds;
}

// What regimes multiply, in the order of kRegimeQuantities.
constexpr std::array kChanged{Common::leads, Common::close_odds, Common::deal_value, Common::churn};

class Economy final : public ProcessOf<Economy> {
 public:
  explicit Economy(Setup& setup)
      : regimes_(read_regimes(setup.scenario, setup.problems)),
        start_thresholds_(cumulative_thresholds(regimes_.start_law)),
        entity_(setup.entity("economy")) {
    for (const auto& row : regimes_.transition) {
      const auto thresholds = cumulative_thresholds(row);
      thresholds_.insert(thresholds_.end(), thresholds.begin(), thresholds.end());
    }
    add_outcomes(setup);
    for (std::size_t q = 0; q < kRegimeQuantities.size(); ++q) {
      auto& table = factors_[q];
      for (const auto& factors : regimes_.factors) table.push_back(static_cast<float>(factors[q]));
      if (std::any_of(table.begin(), table.end(), [](float f) { return f != 1.0f; })) setup.changes(kChanged[q]);
    }
  }

  void bind(Setup& setup) override { calm_twin_ = setup.needs(Need::calm); }

  void expect_begin(Expectation& e) override {
    for (std::size_t r = 0; r < columns_.size(); ++r)
      if (columns_[r] >= 0) e.values.outcomes["months_in_" + regimes_.names[r]] = 0.0;
    law_ = regimes_.start_law;
    if (!regimes_.start) return;
    law_.assign(regimes_.names.size(), 0.0);
    law_[*regimes_.start] = 1.0;
  }

  // Each multiplier is replaced by its mean over the regimes' probabilities.
  void expect(Expectation& e, int) override {
    if (!regimes_.path.empty()) {
      law_.assign(regimes_.names.size(), 0.0);
      law_[regimes_.path[static_cast<std::size_t>(e.month - 1)]] = 1.0;
    } else if (e.month > 1) {
      std::vector<double> next(law_.size(), 0.0);
      for (std::size_t i = 0; i < law_.size(); ++i)
        for (std::size_t j = 0; j < law_.size(); ++j) next[j] += law_[i] * regimes_.transition[i][j];
      law_ = next;
    }
    for (std::size_t r = 0; r < columns_.size(); ++r)
      if (columns_[r] >= 0) e.values.outcomes["months_in_" + regimes_.names[r]] += e.running * law_[r];
    double* const factors[] = {&e.leads_factor, &e.close_odds, &e.deal_value, &e.churn_factor};
    for (std::size_t q = 0; q < kRegimeQuantities.size(); ++q) {
      double mean = 0.0;
      for (std::size_t r = 0; r < law_.size(); ++r) mean += law_[r] * regimes_.factors[r][q];
      *factors[q] *= mean;
    }
  }

  class Share;

 private:
  // Months lived in each regime but the one it all starts from.
  void add_outcomes(Setup& setup) {
    columns_.assign(regimes_.names.size(), -1);
    for (std::size_t r = 0; r < regimes_.names.size(); ++r) {
      if (r == regimes_.start.value_or(0)) continue;
      const std::string& id = regimes_.names[r];
      const std::string label = setup.scenario.label("economy.regime", id);
      sim::Column column{"months_in_" + id, "months", "Months in " + label,
                         "Months lived in this regime; a firm that has run out of cash lives no further ones."};
      column.explains = true;
      const std::vector<double>& f = regimes_.factors[r];
      column.high_is_worse = f[0] * f[1] * f[2] < 1.0 || f[3] > 1.0;
      columns_[r] = setup.outcome(column);
    }
  }

  Regimes regimes_;
  std::vector<std::uint32_t> start_thresholds_;
  std::uint64_t entity_;
  bool calm_twin_ = false;
  std::vector<int> columns_;
  std::vector<std::uint32_t> thresholds_;  // [regime][regimes - 1]
  std::vector<float> factors_[kRegimeQuantities.size()];
  std::vector<double> law_;  // of the expected-value twin
};

class Economy::Share final : public Work {
 public:
  Share(const Economy& plan, std::size_t lanes)
      : plan_(plan),
        word_(plan.entity_, kStream, lanes),
        regime_(sim::padded(lanes)),
        next_(regime_),
        start_words_(4, lanes),
        counts_(plan.regimes_.names.size(), lanes) {}

  void begin(State& state) override {
    state.regime = &regime_;
    if (state.pass == Pass::actual) counts_.fill(0.0f);
    if (!plan_.regimes_.path.empty()) return;
    if (plan_.regimes_.start) {
      std::fill(regime_.begin(), regime_.end(), static_cast<std::uint32_t>(*plan_.regimes_.start));
      return;
    }
    state.philox->words(state.isa, state.all_lanes(), {plan_.entity_, kStream, 0, 0},
                        sim::Philox::Words::in(start_words_));
    for (std::size_t i = 0; i < state.count; ++i) {
      regime_[i] = 0;
      for (const std::uint32_t t : plan_.start_thresholds_)
        regime_[i] += sim::coin(start_words_.row(0)[i]) >= t ? 1u : 0u;
    }
  }

  void step(State& state, int) override {
    // The word of month t moves the chain from month t-1 to t; that of month 1 stays unused.
    const std::uint32_t* word = word_.at(state.month, *state.philox, state.isa, state.all_lanes());
    if (!plan_.regimes_.path.empty()) {
      const bool calm = plan_.calm_twin_ && state.pass == Pass::twin;
      const std::size_t regime =
          calm ? plan_.regimes_.calm : plan_.regimes_.path[static_cast<std::size_t>(state.month - 1)];
      std::fill(regime_.begin(), regime_.end(), static_cast<std::uint32_t>(regime));
    } else if (state.month > 1 && !(plan_.calm_twin_ && state.pass == Pass::twin)) {
      move(state, word);
    }
    if (state.pass == Pass::actual) count_months(state);
    State::Factor* const factors[] = {&state.leads, &state.close_odds, &state.deal_value, &state.churn};
    const std::size_t n = state.count;
    const std::uint32_t* __restrict regime = regime_.data();
    for (std::size_t q = 0; q < kRegimeQuantities.size(); ++q) {
      if (!factors[q]->used) continue;
      float* __restrict value = factors[q]->value.data();
      for (std::uint32_t r = 0; r < plan_.factors_[q].size(); ++r)
        sim::on_lanes(state.isa, [=, factor = plan_.factors_[q][r]]() SIM_LANES {
          for (std::size_t i = 0; i < n; ++i) value[i] *= regime[i] == r ? factor : 1.0f;
        });
    }
  }

  void tell(const State& state, int, Story& story) override {
    const std::uint32_t now = regime_[0];
    if (now == told_) return;
    const std::string label = story.setup.scenario.label("economy.regime", plan_.regimes_.names[now]);
    story.tell(state, "regime", label, "economy",
               told_ == kNothingTold ? "the economy is in " + label : "the economy turns to " + label);
    told_ = now;
  }

  void finish(State& state) override {
    for (std::size_t r = 0; r < plan_.columns_.size(); ++r) state.write(plan_.columns_[r], counts_.row(r));
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(regime_, counts_); }

 private:
  void count_months(const State& state) {
    const std::uint32_t* __restrict regime = regime_.data();
    const std::uint32_t* __restrict stopped = state.stopped_in.data();
    const std::size_t n = state.count;
    for (std::size_t r = 0; r < plan_.columns_.size(); ++r) {
      if (plan_.columns_[r] < 0) continue;
      float* __restrict months = counts_.row(r);
      const auto wanted = static_cast<std::uint32_t>(r);
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) months[i] += regime[i] == wanted && stopped[i] == 0 ? 1.0f : 0.0f;
      });
    }
  }

  // The next regime is the number of thresholds of this one at or below the coin. Regime by regime, for there are few:
  // vector units compare many times faster than they look up.
  void move(const State& state, const std::uint32_t* __restrict word) {
    const std::size_t n = state.count, columns = plan_.regimes_.names.size() - 1;
    const std::uint32_t* __restrict regime = regime_.data();
    std::uint32_t* __restrict next = next_.data();
    std::fill_n(next, n, 0u);
    for (std::size_t k = 0; k < plan_.thresholds_.size(); ++k)
      sim::on_lanes(state.isa,
                    [=, from = static_cast<std::uint32_t>(k / columns), threshold = plan_.thresholds_[k]]() SIM_LANES {
                      for (std::size_t i = 0; i < n; ++i)
                        next[i] += regime[i] == from && sim::coin(word[i]) >= threshold ? 1u : 0u;
                    });
    regime_.swap(next_);
  }

  static constexpr std::uint32_t kNothingTold = 0xffffffffu;

  const Economy& plan_;
  std::uint32_t told_ = kNothingTold;  // regime
  sim::MonthlyWord word_;
  sim::Lane<std::uint32_t> regime_, next_;
  sim::Grid<std::uint32_t> start_words_;
  sim::Grid<float> counts_;  // [regime] months
};

}  // namespace

const Entry& economy_entry() {
  static const Entry entry{.name = "economy",
                           .stream = kStream,
                           .phases = {kEconomy},
                           .doc = "Regimes such as expansion and recession.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return !setup.scenario.ids("economy.regime").empty(); },
                           .make = make<Economy>};
  return entry;
}

}  // namespace partnersim
