// Economy: a Markov chain over named regimes, each of which multiplies leads, close odds, deal values
// and churn hazards (MODEL.md, section 1). Month 1 is lived in the start regime; the chain steps
// between months. One word a month (rng/monthly_word.h), entity "economy"; a stationary start takes word
// 0 of call 0, month 0. All from stream 2.
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "models/processes/entries.h"
#include "sim/base/suggest.h"
#include "sim/rng/monthly_word.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kStream = 2;
constexpr std::string_view kStationary = "stationary";

constexpr std::array kParameters{
    sim::ParameterSpec{.path = "economy.start", .kind = sim::Kind::text, .fallback_text = kStationary,
                       .doc = "regime of month 1, or \"stationary\"", .source = "neutral"},
    sim::ParameterSpec{.path = "economy.regime.*.label", .kind = sim::Kind::text, .doc = "what figures call it", .source = "neutral"},
    sim::ParameterSpec{.path = "economy.regime.*.to", .kind = sim::Kind::number_map, .unit = "1 a month", .range = {0, 1},
                       .doc = "monthly probabilities of changing to other regimes; with mean_months: shares of destinations",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "economy.regime.*.mean_months", .unit = "months", .range = {1, 1e6},
                       .doc = "mean duration, instead of probabilities"},
    sim::ParameterSpec{.path = "economy.regime.*.multiply", .kind = sim::Kind::number_map, .unit = "1", .range = {0, 1000},
                       .doc = "factors on leads, close (odds), value, churn (hazard)", .source = "neutral"},
};

constexpr std::array<std::string_view, 4> kQuantities{"leads", "close", "value", "churn"};

using Rows = std::vector<std::vector<double>>;

// The law pi = pi P of an irreducible chain, by elimination with the normalisation as last equation.
std::vector<double> stationary_law(const Rows& transition) {
  const std::size_t n = transition.size();
  Rows a(n, std::vector<double>(n + 1, 0.0));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a[i][j] = transition[j][i] - (i == j ? 1.0 : 0.0);
  std::fill(a[n - 1].begin(), a[n - 1].end(), 1.0);
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c + 1; r < n; ++r)
      if (std::abs(a[r][c]) > std::abs(a[pivot][c])) pivot = r;
    std::swap(a[c], a[pivot]);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c || a[c][c] == 0.0) continue;
      const double f = a[r][c] / a[c][c];
      for (std::size_t k = c; k <= n; ++k) a[r][k] -= f * a[c][k];
    }
  }
  std::vector<double> law(n);
  for (std::size_t i = 0; i < n; ++i) law[i] = a[i][n] / a[i][i];
  return law;
}

// Thresholds of a cumulative law: the outcome is the number of thresholds at or below the coin.
std::vector<std::uint32_t> cumulative_thresholds(const std::vector<double>& law) {
  std::vector<std::uint32_t> thresholds;
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < law.size(); ++i) thresholds.push_back(sim::threshold(sum += law[i]));
  return thresholds;
}

// Reads and checks the regimes of a scenario.
class Regimes {
 public:
  Regimes(const sim::Scenario& scenario, sim::Problems& problems) : scenario_(scenario), problems_(problems) {
    const auto ids = scenario.ids("economy.regime");
    names.assign(ids.begin(), ids.end());
    for (const std::string& name : names) {
      transition.push_back(row(name));
      factors.push_back(multipliers(name));
    }
    start = start_regime();
    if (!start) start_law = stationary_start();
  }

  std::vector<std::string> names;
  Rows transition;
  Rows factors;  // [regime][quantity]
  std::optional<std::size_t> start;  // none: the stationary law
  std::vector<double> start_law;     // empty with a named start

 private:
  std::size_t number_of(const std::string& name, const sim::Mark& mark, const std::string& path) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      problems_.add(mark, fmt::format("{}: {} is not a regime", path, name), {},
                    sim::did_you_mean(name, {names.begin(), names.end()}, "Regimes"));
      return names.size();
    }
    return static_cast<std::size_t>(found - names.begin());
  }

  std::vector<double> row(const std::string& name) {
    const std::string path = "economy.regime." + name;
    std::vector<double> law(names.size(), 0.0);
    const auto self = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    double leaving = 0.0;
    for (const auto& [to, probability] : scenario_.number_map(path + ".to")) {
      const std::size_t j = number_of(to, scenario_.mark(path + ".to"), path + ".to");
      if (j == names.size()) continue;
      if (j == self) {
        problems_.add(scenario_.mark(path + ".to"), fmt::format("{}.to names {} itself", path, name), "staying is what is left over",
                      fmt::format("Remove {} from the table.", name));
        continue;
      }
      law[j] = probability;
      leaving += probability;
    }
    if (scenario_.given(path + ".mean_months")) {
      spread_duration(path, self, leaving, law);
    } else if (leaving > 1.0 + 1e-12) {
      problems_.add(scenario_.mark(path + ".to"), fmt::format("{}.to adds up to {}", path, leaving),
                    "probabilities of leaving in a month may not exceed 1", "Lower them, or give mean_months and shares.");
    }
    law[self] = 0.0;
    double others = 0.0;
    for (const double p : law) others += p;
    law[self] = std::max(0.0, 1.0 - others);
    return law;
  }

  // A mean duration of m months leaves with probability 1/m; `to` then holds shares of destinations.
  void spread_duration(const std::string& path, std::size_t self, double shares, std::vector<double>& law) {
    const double exit = 1.0 / scenario_.number(path + ".mean_months");
    if (shares == 0.0 && names.size() == 2) {
      law[1 - self] = exit;
      return;
    }
    if (names.size() == 1) return;
    if (shares == 0.0 || std::abs(shares - 1.0) > 1e-9) {
      problems_.add(scenario_.mark(path + ".mean_months"), fmt::format("{}: shares of destinations add up to {}", path, shares),
                    "with mean_months, `to` says where it leads and must add up to 1",
                    fmt::format("Write to = {{ {} = 1 }}.", names[self == 0 ? 1 : 0]));
      return;
    }
    for (double& p : law) p *= exit;
  }

  std::vector<double> multipliers(const std::string& name) {
    std::vector<double> result(kQuantities.size(), 1.0);
    const std::string path = "economy.regime." + name + ".multiply";
    for (const auto& [key, factor] : scenario_.number_map(path)) {
      const auto found = std::find(kQuantities.begin(), kQuantities.end(), key);
      if (found != kQuantities.end()) {
        result[static_cast<std::size_t>(found - kQuantities.begin())] = factor;
        continue;
      }
      problems_.add(scenario_.mark(path), fmt::format("{}: {} is not a quantity a regime multiplies", path, key), {},
                    sim::did_you_mean(key, {kQuantities.begin(), kQuantities.end()}, "Quantities"));
    }
    return result;
  }

  std::vector<double> stationary_start() {
    std::vector<double> law = stationary_law(transition);
    if (std::all_of(law.begin(), law.end(), [](double p) { return p >= 0.0 && p <= 1.0; })) return law;
    problems_.add(scenario_.mark("economy.start"), "economy.start: the regimes have no single stationary law",
                  "from some regimes others are never reached", fmt::format("Write start = \"{}\".", names.front()));
    return std::vector<double>(names.size(), 0.0);
  }

  std::optional<std::size_t> start_regime() {
    const std::string& name = scenario_.text("economy.start");
    if (name == kStationary) return std::nullopt;
    return number_of(name, scenario_.mark("economy.start"), "economy.start");
  }

  const sim::Scenario& scenario_;
  sim::Problems& problems_;
};

class Economy final : public Process {
 public:
  explicit Economy(Setup& setup)
      : regimes_(setup.scenario, setup.problems),
        start_thresholds_(cumulative_thresholds(regimes_.start_law)),
        entity_(setup.entity("economy")),
        word_(entity_, kStream, setup.lanes),
        regime_(sim::padded(setup.lanes)),
        start_words_(4, setup.lanes) {
    for (const auto& row : regimes_.transition) {
      const auto thresholds = cumulative_thresholds(row);
      thresholds_.insert(thresholds_.end(), thresholds.begin(), thresholds.end());
    }
    for (std::size_t q = 0; q < kQuantities.size(); ++q) {
      auto& table = factors_[q];
      for (const auto& factors : regimes_.factors) table.push_back(static_cast<float>(factors[q]));
    }
  }

  void begin(State& state) override {
    State::Factor* const factors[] = {&state.leads, &state.close_odds, &state.deal_value, &state.churn};
    for (std::size_t q = 0; q < kQuantities.size(); ++q)
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
    for (std::size_t q = 0; q < kQuantities.size(); ++q) {
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
    for (std::size_t q = 0; q < kQuantities.size(); ++q) {
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
  std::vector<float> factors_[kQuantities.size()];
  std::vector<double> law_;  // of the expected-value twin
};

}  // namespace

const Entry& economy_entry() {
  static const Entry entry{
      "economy", kStream, {kEconomy}, "Regimes such as expansion and recession.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return setup.scenario.ids("economy.regime").empty() ? nullptr : std::make_unique<Economy>(setup);
      }};
  return entry;
}

}  // namespace partnersim
