// Economy: a Markov chain over named regimes, each of which multiplies leads, close odds, deal values
// and churn hazards (MODEL.md, section 1). Month 1 is lived in the start regime; the chain steps
// between months. One word a month (rng/monthly_word.h), entity "economy"; a stationary start takes word
// 0 of call 0, month 0. All from stream 2.
// models/regimes.h reads the chain and its factors.
#include <algorithm>
#include <array>
#include <optional>

#include "models/setup.h"
#include "models/regimes.h"
#include "sim/rng/monthly_word.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kStream = 2;

constexpr std::array kParameters{
    sim::ParameterSpec{.path = "economy.start",
                       .kind = sim::Kind::text,
                       .fallback_text = kStationaryStart,
                       .doc = "regime of month 1, or \"stationary\"",
                       .source = "neutral"},
    sim::ParameterSpec{
        .path = "economy.regime.*.label", .kind = sim::Kind::text, .doc = "what figures call it", .source = "neutral"},
    sim::ParameterSpec{
        .path = "economy.regime.*.to",
        .kind = sim::Kind::number_map,
        .unit = "1 a month",
        .range = {0, 1},
        .doc = "monthly probabilities of changing to other regimes; with mean_months: shares of destinations",
        .source = "neutral"},
    sim::ParameterSpec{.path = "economy.regime.*.mean_months",
                       .unit = "months",
                       .range = {1, 1e6},
                       .doc = "mean duration, instead of probabilities"},
    sim::ParameterSpec{.path = "economy.regime.*.multiply",
                       .kind = sim::Kind::number_map,
                       .unit = "1",
                       .range = {0, 1000},
                       .doc = "factors on leads, close (odds), value, churn (hazard)",
                       .source = "neutral"},
};

// Thresholds of a cumulative law: the outcome is the number of thresholds at or below the coin.
std::vector<std::uint32_t> cumulative_thresholds(const std::vector<double>& law) {
  std::vector<std::uint32_t> thresholds;
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < law.size(); ++i) thresholds.push_back(sim::threshold(sum += law[i]));
  return thresholds;
}

class Economy final : public Process {
 public:
  explicit Economy(Setup& setup)
      : regimes_(read_regimes(setup.scenario, setup.problems)),
        start_thresholds_(cumulative_thresholds(regimes_.start_law)),
        entity_(setup.entity("economy")),
        word_(entity_, kStream, setup.lanes),
        regime_(sim::padded(setup.lanes)),
        start_words_(4, setup.lanes) {
    for (const auto& row : regimes_.transition) {
      const auto thresholds = cumulative_thresholds(row);
      thresholds_.insert(thresholds_.end(), thresholds.begin(), thresholds.end());
    }
    for (std::size_t q = 0; q < kRegimeQuantities.size(); ++q) {
      auto& table = factors_[q];
      for (const auto& factors : regimes_.factors) table.push_back(static_cast<float>(factors[q]));
    }
  }

  void begin(State& state) override {
    State::Factor* const factors[] = {&state.leads, &state.close_odds, &state.deal_value, &state.churn};
    for (std::size_t q = 0; q < kRegimeQuantities.size(); ++q)
      factors[q]->used |= std::any_of(factors_[q].begin(), factors_[q].end(), [](float f) { return f != 1.0f; });
    if (regimes_.start) {
      std::fill(regime_.begin(), regime_.end(), static_cast<std::uint32_t>(*regimes_.start));
      return;
    }
    state.philox->words(state.isa, state.all_lanes(), {entity_, kStream, 0, 0},
                        {{start_words_.row(0), start_words_.row(1), start_words_.row(2), start_words_.row(3)}});
    for (std::size_t i = 0; i < state.count; ++i) {
      regime_[i] = 0;
      for (const std::uint32_t t : start_thresholds_) regime_[i] += sim::coin(start_words_.row(0)[i]) >= t ? 1u : 0u;
    }
  }

  void step(State& state, int) override {
    // The word of month t moves the chain from month t-1 to t; that of month 1 stays unused.
    const std::uint32_t* word = word_.at(state.month, *state.philox, state.isa, state.all_lanes());
    if (state.month > 1) move(state, word);
    State::Factor* const factors[] = {&state.leads, &state.close_odds, &state.deal_value, &state.churn};
    const std::size_t n = state.count;
    const std::uint32_t* __restrict regime = regime_.data();
    for (std::size_t q = 0; q < kRegimeQuantities.size(); ++q) {
      if (!factors[q]->used) continue;
      float* __restrict value = factors[q]->value.data();
      const float* __restrict table = factors_[q].data();
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        SIM_INDEPENDENT
        for (std::size_t i = 0; i < n; ++i) value[i] *= table[regime[i]];
      });
    }
  }

  void expect_begin(Expectation&) override {
    law_ = regimes_.start_law;
    if (!regimes_.start) return;
    law_.assign(regimes_.names.size(), 0.0);
    law_[*regimes_.start] = 1.0;
  }

  // Each multiplier is replaced by its mean over the regimes' probabilities.
  void expect(Expectation& e, int) override {
    if (e.month > 1) {
      std::vector<double> next(law_.size(), 0.0);
      for (std::size_t i = 0; i < law_.size(); ++i)
        for (std::size_t j = 0; j < law_.size(); ++j) next[j] += law_[i] * regimes_.transition[i][j];
      law_ = next;
    }
    double* const factors[] = {&e.leads_factor, &e.close_odds, &e.deal_value, &e.churn_factor};
    for (std::size_t q = 0; q < kRegimeQuantities.size(); ++q) {
      double mean = 0.0;
      for (std::size_t r = 0; r < law_.size(); ++r) mean += law_[r] * regimes_.factors[r][q];
      *factors[q] *= mean;
    }
  }

 private:
  void move(const State& state, const std::uint32_t* __restrict word) {
    const std::size_t n = state.count;
    const auto columns = static_cast<std::uint32_t>(regimes_.names.size() - 1);
    std::uint32_t* __restrict regime = regime_.data();
    const std::uint32_t* __restrict table = thresholds_.data();
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      SIM_INDEPENDENT
      for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t row = regime[i] * columns;
        std::uint32_t next = 0;
        for (std::uint32_t c = 0; c < columns; ++c) next += sim::coin(word[i]) >= table[row + c] ? 1u : 0u;
        regime[i] = next;
      }
    });
  }

  Regimes regimes_;
  std::vector<std::uint32_t> start_thresholds_;
  std::uint64_t entity_;
  sim::MonthlyWord word_;
  sim::Lane<std::uint32_t> regime_;
  sim::Grid<std::uint32_t> start_words_;
  std::vector<std::uint32_t> thresholds_;  // [regime][regimes - 1]
  std::vector<float> factors_[kRegimeQuantities.size()];
  std::vector<double> law_;  // of the expected-value twin
};

}  // namespace

const Entry& economy_entry() {
  static const Entry entry{"economy",
                           kStream,
                           {kEconomy},
                           "Regimes such as expansion and recession.",
                           kParameters,
                           [](Setup& setup) -> std::unique_ptr<Process> {
                             return setup.scenario.ids("economy.regime").empty() ? nullptr
                                                                                 : std::make_unique<Economy>(setup);
                           }};
  return entry;
}

}  // namespace partnersim
