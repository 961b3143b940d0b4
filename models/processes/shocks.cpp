// Shocks that may end partnerships (MODEL.md, section 2). Arrivals are Poisson a month: one word a
// month for each shock (rng/monthly_word.h), heavy tail at small words. Each targeted partnership meets a
// coin of its own for each arrival: entity "<shock>><partnership>", month t, arrival j takes word
// j % 4 of call j / 4; drawn only in the lanes the shock struck. All from stream 3.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "models/setup.h"
#include "sim/base/elementary.h"
#include "sim/lanes/compact.h"
#include "sim/rng/monthly_word.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kStream = 3;

constexpr std::array kParameters{
    sim::ParameterSpec{.path = "shock.*.label", .kind = sim::Kind::text, .doc = "what figures call it", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.enabled", .kind = sim::Kind::boolean, .fallback = 1.0, .doc = "false leaves it out", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.rate", .unit = "arrivals a month", .range = {0, 10}, .doc = "mean arrivals a month"},
    sim::ParameterSpec{.path = "shock.*.every", .unit = "months", .range = {0.1, 1e9}, .doc = "mean months between arrivals, instead of rate"},
    sim::ParameterSpec{.path = "shock.*.months", .kind = sim::Kind::numbers, .unit = "month", .range = {1, sim::kMaxMonths},
                       .doc = "scheduled arrivals, instead of rate"},
    sim::ParameterSpec{.path = "shock.*.target", .kind = sim::Kind::tree,
                       .doc = "whom it strikes: \"partners\", { tag = \"x\" } or { partners = [\"acme\", \"b*\"] }", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.kill", .unit = "1", .range = {0, 1}, .required = true,
                       .doc = "probability that an arrival ends a targeted partnership"},
};

// P(N > k) of a Poisson law as words, k = 0, 1, … until it vanishes: N is the number of them above the coin.
std::vector<std::uint32_t> arrival_thresholds(double rate) {
  std::vector<std::uint32_t> thresholds;
  // Tail sums from the far end keep their relative precision.
  std::vector<double> terms{sim::math::exp(-rate)};
  while (terms.size() < 200) terms.push_back(terms.back() * rate / static_cast<double>(terms.size()));
  double tail = 0.0;
  for (std::size_t k = terms.size() - 1; k > 0; --k) {
    tail += terms[k];
    if (const std::uint32_t t = sim::threshold(tail); t != 0) thresholds.push_back(t);
  }
  std::reverse(thresholds.begin(), thresholds.end());
  return thresholds;
}

struct Arrivals {
  double rate = 0.0;
  std::vector<int> months;  // scheduled; then the rate is 0
};

Arrivals read_arrivals(const sim::Scenario& scenario, const std::string& path, sim::Problems& problems) {
  const bool rate = scenario.given(path + ".rate");
  const bool every = scenario.given(path + ".every");
  const bool months = scenario.given(path + ".months");
  if (rate + every + months != 1)
    problems.add(scenario.mark(path + ".kill"), fmt::format("{} needs exactly one of rate, every and months", path),
                 rate + every + months == 0 ? "it says nothing of when it arrives" : "more than one is given",
                 "For example: every = 100");
  Arrivals arrivals;
  if (rate) arrivals.rate = scenario.number(path + ".rate");
  if (every) arrivals.rate = 1.0 / scenario.number(path + ".every");
  if (months)
    for (const double m : scenario.numbers(path + ".months")) {
      if (m != static_cast<double>(static_cast<int>(m))) {
        problems.add(scenario.mark(path + ".months"), fmt::format("{}.months holds {}", path, m), "months are whole numbers",
                     fmt::format("Use {}.", static_cast<int>(m)));
      }
      arrivals.months.push_back(static_cast<int>(m));
    }
  return arrivals;
}

class Shock {
 public:
  Shock(Setup& setup, const std::string& path)
      : arrivals_(read_arrivals(setup.scenario, path, setup.problems)),
        thresholds_(arrivals_.rate > 0.0 ? arrival_thresholds(arrivals_.rate) : std::vector<std::uint32_t>{}),
        kill_(setup.scenario.number(path + ".kill")),
        kill_threshold_(sim::threshold(kill_)),
        targets_(targeted_partners(setup, path + ".target")),
        word_(setup.entity(path), kStream, setup.lanes) {
    for (const std::size_t p : targets_) coins_.push_back(setup.entity(path + ">" + setup.partners[p].path));
  }

  struct Scratch {
    explicit Scratch(std::size_t lanes)
        : arrivals(sim::padded(lanes)), struck(sim::padded(lanes)), words(4, lanes) {}
    sim::Lane<std::uint32_t> arrivals, struck;
    sim::Grid<std::uint32_t> words;
  };

  void step(State& state, Scratch& s) {
    count_arrivals(state, s.arrivals.data());
    for (std::uint32_t arrival = 0;; ++arrival) {
      const std::size_t n =
          sim::positions_above(state.isa, s.arrivals.data(), state.count, arrival, s.struck.data());
      if (n == 0) return;
      strike(state, arrival, n, s);
    }
  }

  void expect(Expectation& e) const {
    const auto scheduled = std::count(arrivals_.months.begin(), arrivals_.months.end(), e.month);
    // N ~ Poisson(rate) arrivals, each survived with probability 1 - kill: E[(1 - kill)^N].
    double survived = sim::math::exp(-arrivals_.rate * kill_);
    for (auto k = scheduled; k > 0; --k) survived *= 1.0 - kill_;
    for (const std::size_t p : targets_) e.alive[p] *= survived;
  }

 private:
  void count_arrivals(const State& state, std::uint32_t* __restrict arrivals) {
    const std::size_t n = state.count;
    const auto scheduled = static_cast<std::uint32_t>(std::count(arrivals_.months.begin(), arrivals_.months.end(), state.month));
    std::fill_n(arrivals, n, scheduled);
    if (thresholds_.empty()) return;
    const std::uint32_t* __restrict word = word_.at(state.month, *state.philox, state.isa, state.all_lanes());
    for (const std::uint32_t t : thresholds_)
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) arrivals[i] += sim::coin(word[i]) < t ? 1u : 0u;
      });
  }

  void strike(State& state, std::uint32_t arrival, std::size_t n, Scratch& s) const {
    const sim::Philox::Batch batch{s.struck.data(), n, state.first_replication};
    for (std::size_t k = 0; k < targets_.size(); ++k) {
      if (state.working_count[targets_[k]] == 0) continue;
      const sim::Address address{coins_[k], kStream, static_cast<std::uint32_t>(state.month), arrival / 4};
      state.philox->words(state.isa, batch, address, {{s.words.row(0), s.words.row(1), s.words.row(2), s.words.row(3)}});
      const std::uint32_t* words = s.words.row(arrival % 4);
      std::uint32_t* alive = state.alive.row(targets_[k]);
      for (std::size_t i = 0; i < n; ++i)
        if (sim::coin(words[i]) < kill_threshold_) alive[s.struck[i]] = 0;
    }
  }

  Arrivals arrivals_;
  std::vector<std::uint32_t> thresholds_;
  double kill_;
  std::uint32_t kill_threshold_;
  std::vector<std::size_t> targets_;
  std::vector<std::uint64_t> coins_;
  sim::MonthlyWord word_;
};

class Shocks final : public Process {
 public:
  explicit Shocks(Setup& setup) : scratch_(setup.lanes) {
    for (const std::string& id : setup.scenario.ids("shock")) shocks_.emplace_back(setup, "shock." + id);
  }
  void step(State& state, int) override {
    for (Shock& shock : shocks_) shock.step(state, scratch_);
  }
  void expect(Expectation& e, int) override {
    for (const Shock& shock : shocks_) shock.expect(e);
  }

 private:
  std::vector<Shock> shocks_;
  Shock::Scratch scratch_;
};

}  // namespace

const Entry& shocks_entry() {
  static const Entry entry{
      "shocks", kStream, {kShocks}, "Events that strike several partnerships at once.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return setup.scenario.ids("shock").empty() ? nullptr : std::make_unique<Shocks>(setup);
      }};
  return entry;
}

}  // namespace partnersim
