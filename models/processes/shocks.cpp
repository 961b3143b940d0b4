// Shocks (MODEL.md, section 2): events that weaken firms for a while, cost money, or end partnerships. All from stream 3.
//
// Arrivals are Poisson a month, one word a month for each shock (rng/monthly_word.h), or scheduled. Sequences:
//   "<shock>"             the monthly word
//   "<shock>>size"        month t, arrival j: call j, word 0 severity, word 1 duration
//   "<shock>><target>"    month t, arrival j: word j % 4 of call j / 4, the coin of `kill`
//   "<shock>~<target>"    month t, arrival j: call j, word 0 selection (fraction, count), word 1 its own severity
// with targets "partner.acme" and "firm"; drawn only in the lanes the shock struck, heavy tail at small words.
//
// An arrival that lasts is kept as an Effect until its recovery is over; several multiply. Oracle: overlapping step
// shocks in equilibrium leave E[q] = exp(-nu D S).
#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "models/shock_arrivals.h"
#include "models/shock_profile.h"
#include "models/shock_selection.h"
#include "models/streams.h"
#include "models/targets.h"
#include "sim/base/elementary.h"
#include "sim/lanes/compact.h"

namespace partnersim {
namespace {

enum class Channel : std::uint8_t { none, functionality, leads, close, capacity, churn, cash, cost };
constexpr std::array<std::string_view, 7> kChannels{"functionality", "leads", "close", "capacity", "churn", "cash", "cost"};
constexpr std::array<std::string_view, 2> kSeverityPer{"shock", "target"};
constexpr std::array<std::string_view, 2> kKills{"partnership", "firm"};

const std::array kParameters{
    sim::ParameterSpec{.path = "shock.*.label", .kind = sim::Kind::text, .doc = "what figures call it", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.enabled", .kind = sim::Kind::boolean, .fallback = 1.0, .doc = "false leaves it out", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.rate", .unit = "arrivals a month", .range = {0, 10}, .doc = "mean arrivals a month"},
    sim::ParameterSpec{.path = "shock.*.every", .unit = "months", .range = {0.1, 1e9}, .doc = "mean months between arrivals, instead of rate"},
    sim::ParameterSpec{.path = "shock.*.months", .kind = sim::Kind::numbers, .unit = "month", .range = {1, sim::kMaxMonths},
                       .doc = "scheduled arrivals, instead of rate"},
    sim::ParameterSpec{.path = "shock.*.target", .kind = sim::Kind::tree,
                       .doc = "whom it strikes: \"partners\", \"everyone\", \"firm\", { tag = \"x\" }, { partners = [\"acme\", \"b*\"] }, { fraction = 0.2 }, { count = 2 }, { top = 3, by = \"revenue\" }",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.kill", .unit = "1", .range = {0, 1}, .fallback = 0.0,
                       .doc = "probability that an arrival ends a targeted partnership", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.kills", .kind = sim::Kind::choice, .fallback_text = "partnership", .choices = kKills,
                       .doc = "what ends; the same as long as each firm has one partnership", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.affects", .kind = sim::Kind::choice, .choices = kChannels,
                       .doc = "what it weakens, or the money it takes"},
    sim::ParameterSpec{.path = "shock.*.severity", .unit = "1", .range = {0, 1}, .fallback = 1.0, .frequency = sim::Frequency::per_event,
                       .laws = sim::distribution_laws(), .check = sim::distribution_problem, .doc = "share S that is lost, or of the amount", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.severity_per", .kind = sim::Kind::choice, .fallback_text = "shock", .choices = kSeverityPer,
                       .doc = "whether all targets suffer alike", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.duration", .unit = "months", .range = {1, 1e6}, .fallback = 1.0, .frequency = sim::Frequency::per_event,
                       .laws = duration_laws(), .check = whole_months_problem, .doc = "months at full strength", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.recovery", .kind = sim::Kind::tree, .doc = "afterwards: \"step\", { exponential = 0.3 } or { linear = 6 }", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.factor", .unit = "1", .range = {0, 1000}, .fallback = 1.0,
                       .doc = "with affects = \"churn\": the hazard is multiplied by 1 + (factor - 1) S u", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.amount", .unit = "currency", .range = {0, 1e12}, .fallback = 0.0,
                       .doc = "with affects = \"cash\": lost once, times S; with \"cost\": a month, times S u", .source = "neutral"},
};

Channel channel_of(const sim::Scenario& scenario, const std::string& path) {
  if (!scenario.given(path + ".affects")) return Channel::none;
  const auto found = std::find(kChannels.begin(), kChannels.end(), scenario.text(path + ".affects"));
  return static_cast<Channel>(found - kChannels.begin() + 1);
}

bool takes_money(Channel channel) { return channel == Channel::cash || channel == Channel::cost; }

class Shock {
 public:
  Shock(Setup& setup, const std::string& path, std::uint32_t number)
      : path_(path),
        number_(number),
        channel_(channel_of(setup.scenario, path)),
        arrivals_(setup, path),
        kill_(setup.scenario.number(path + ".kill")),
        kill_threshold_(sim::threshold(kill_)),
        target_(read_target(setup, path + ".target", takes_money(channel_) || channel_ == Channel::capacity ? "firm" : "partners")),
        selection_(setup, path, target_),
        severity_(sim::make_quantile(setup.scenario.law(path + ".severity"), {0.0, 1.0})),
        own_severity_(setup.scenario.text(path + ".severity_per") == "target"),
        profile_(setup, path),
        factor_(static_cast<float>(setup.scenario.number(path + ".factor"))),
        amount_(setup.scenario.number(path + ".amount")),
        size_entity_(setup.entity(path + ">size")) {
    for (const std::size_t firm : target_.firms) coins_.push_back(setup.entity(path + ">" + setup.firm_path(firm)));
    check(setup);
  }

  bool needs_revenue() const { return target_.choice == Target::Choice::top; }

  void begin(State& state) {
    effects_.clear();
    if (takes_money(channel_)) state.has_shock_costs = true;
    if (channel_ == Channel::capacity) state.capacity.used = true;
  }

  void step(State& state, ShockScratch& s, const sim::Grid<double>& revenue) {
    arrivals_.count(state, s.arrivals.data());
    for (std::uint32_t arrival = 0;; ++arrival) {
      const std::size_t n = sim::positions_above(state.isa, s.arrivals.data(), state.count, arrival, s.struck.data());
      if (n == 0) break;
      strike(state, arrival, n, s, revenue);
    }
    if (channel_ != Channel::none) act(state, s);
  }

  void expect(Expectation& e) const {
    const double share = target_.share();
    if (kill_ > 0.0) {
      const double survived = arrivals_.expected_product(e.month, 1.0 - kill_ * share);
      for (const std::size_t firm : target_.firms)
        if (firm != kFocalFirm) {
          e.lost_to_shocks += e.alive[firm - 1] * (1.0 - survived);
          e.alive[firm - 1] *= survived;
        }
    }
    if (channel_ == Channel::none) return;
    double left = 1.0, added = 0.0;
    for (int k = 0; k < e.month; ++k) {
      const double strength = share * severity_.mean() * profile_.mean_strength(k);
      if (strength == 0.0) continue;
      const double change = channel_ == Channel::churn ? (static_cast<double>(factor_) - 1.0) * strength : -strength;
      left *= arrivals_.expected_product(e.month - k, 1.0 + change);
      added += arrivals_.expected(e.month - k) * strength;
    }
    if (channel_ == Channel::cash) e.shock_costs += amount_ * share * severity_.mean() * arrivals_.expected(e.month);
    if (channel_ == Channel::cost) e.shock_costs += amount_ * added;
    for (const std::size_t firm : target_.firms) {
      if (channel_ == Channel::functionality) e.function[firm] *= left;
      if (channel_ == Channel::leads) e.leads_of[firm] *= left;
      if (channel_ == Channel::close) e.close_of[firm] *= left;
      if (channel_ == Channel::churn) e.churn_of[firm] *= left;
      if (channel_ == Channel::capacity && firm == kFocalFirm) e.capacity *= left;
    }
  }

 private:
  // An arrival still felt in a lane; `target` indexes the pool, kAll stands for all of it.
  struct Effect {
    static constexpr std::uint32_t kAll = 0xffffffffu;
    std::uint32_t lane;
    std::uint32_t target;
    std::uint32_t month, duration;
    float severity;
  };

  void check(Setup& setup) const {
    const sim::Scenario& scenario = setup.scenario;
    if (kill_ == 0.0 && channel_ == Channel::none && !scenario.given(path_ + ".kill"))
      setup.problems.add(scenario.mark(path_), fmt::format("{} does nothing", path_), "it has neither kill nor affects", "For example: kill = 0.2, or affects = \"leads\"");
    const auto idle = [&](const char* key, const char* with, bool wanted) {
      if (wanted || !scenario.given(path_ + "." + key)) return;
      setup.problems.add(scenario.mark(path_ + "." + key), fmt::format("{}.{} has no effect", path_, key), fmt::format("it belongs to {}", with), "Leave it out, or change affects.");
    };
    for (const char* key : {"severity", "severity_per"}) idle(key, "affects", channel_ != Channel::none);
    for (const char* key : {"duration", "recovery"}) idle(key, "affects (other than \"cash\")", channel_ != Channel::none && channel_ != Channel::cash);
    idle("factor", "affects = \"churn\"", channel_ == Channel::churn);
    idle("amount", "affects = \"cash\" or \"cost\"", takes_money(channel_));
    if (channel_ == Channel::churn && !scenario.given(path_ + ".factor"))
      setup.problems.add(scenario.mark(path_ + ".affects"), fmt::format("{} lacks factor", path_), "a shock on churn multiplies the hazard", "Add a line such as factor = 3");
    if (takes_money(channel_) && !scenario.given(path_ + ".amount"))
      setup.problems.add(scenario.mark(path_ + ".affects"), fmt::format("{} lacks amount", path_), "a shock on money takes some", "Add a line such as amount = 10_000");
  }

  void strike(State& state, std::uint32_t arrival, std::size_t n, ShockScratch& s, const sim::Grid<double>& revenue) {
    for (std::size_t i = 0; i < n; ++i) state.shocked[s.struck[i]] = 1;
    const bool lasts = channel_ != Channel::none;
    for (std::size_t i = 0; !lasts && i < n; ++i) state.strikes.push_back({number_, s.struck[i], 0, 1.0f});
    const bool all_alike = target_.choice == Target::Choice::all;
    if (kill_threshold_ != 0 && all_alike) kill_all(state, arrival, n, s);
    if (channel_ == Channel::none && all_alike) return;
    const auto month = static_cast<std::uint32_t>(state.month);
    state.philox->words(state.isa, {s.struck.data(), n, state.first_replication}, {size_entity_, stream::kShocks, month, arrival},
                        sim::Philox::Words::in(s.words));
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t lane = s.struck[i];
      Effect effect{lane, Effect::kAll, month, profile_.duration(s.words.row(1)[i]), static_cast<float>(severity_(s.words.row(0)[i]))};
      if (lasts) state.strikes.push_back({number_, lane, effect.duration, effect.severity});
      if (all_alike && (!own_severity_ || takes_money(channel_))) {
        effects_.push_back(effect);
        continue;
      }
      const std::span<const std::uint32_t> chosen = selection_.choose(state, {arrival, lane}, revenue);
      if (takes_money(channel_) && !chosen.empty()) effects_.push_back(effect);
      for (const std::uint32_t k : chosen) {
        if (kill_threshold_ != 0 && !all_alike) kill_one(state, arrival, lane, k);
        effect.target = k;
        if (own_severity_) effect.severity = static_cast<float>(severity_(selection_.words(state, {arrival, lane}, k)[1]));
        if (channel_ != Channel::none && !takes_money(channel_)) effects_.push_back(effect);
      }
    }
  }

  // Coins of all targets together, for few lanes are struck at once.
  void kill_all(State& state, std::uint32_t arrival, std::size_t n, ShockScratch& s) const {
    for (std::size_t k = 0; k < target_.firms.size(); ++k) {
      if (target_.firms[k] == kFocalFirm) continue;
      const std::size_t partner = target_.firms[k] - 1;
      if (state.working[partner].empty()) continue;
      const std::uint32_t* alive = state.alive.row(partner);
      for (std::size_t i = 0; i < n; ++i) {
        if (alive[s.struck[i]] == 0) continue;
        if (s.coins.full()) toss(state, arrival, s);
        s.partners[s.coins.size()] = static_cast<std::uint32_t>(partner);
        s.coins.add(s.struck[i], coins_[k]);
      }
    }
    toss(state, arrival, s);
  }

  void toss(State& state, std::uint32_t arrival, ShockScratch& s) const {
    s.coins.draw(state, {0, stream::kShocks, static_cast<std::uint32_t>(state.month), arrival / 4});
    for (std::size_t i = 0; i < s.coins.size(); ++i)
      if (sim::coin(s.coins.word(arrival % 4)[i]) < kill_threshold_) end(state, s.partners[i], s.coins.lane(i));
    s.coins.clear();
  }

  void kill_one(State& state, std::uint32_t arrival, std::uint32_t lane, std::uint32_t k) const {
    if (target_.firms[k] == kFocalFirm) return;
    const sim::Address address{coins_[k], stream::kShocks, static_cast<std::uint32_t>(state.month), arrival / 4};
    const auto words = state.philox->words(state.first_replication + lane, address);
    if (sim::coin(words[arrival % 4]) < kill_threshold_) end(state, target_.firms[k] - 1, lane);
  }

  void end(State& state, std::size_t partner, std::uint32_t lane) const {
    std::uint32_t& alive = state.alive.row(partner)[lane];
    if (alive != 0) state.kills.push_back({static_cast<std::uint32_t>(partner), lane, number_});
    alive = 0;
  }

  // Applies what is still felt this month and forgets what is over.
  void act(State& state, ShockScratch& s) {
    std::size_t kept = 0;
    s.felt.clear();
    for (const Effect& effect : effects_) {
      const auto k = static_cast<std::uint32_t>(state.month) - effect.month;
      const float u = channel_ == Channel::cash ? (k == 0 ? 1.0f : 0.0f) : profile_.strength(k, effect.duration);
      if (u == 0.0f) continue;
      effects_[kept++] = effect;
      const float strength = effect.severity * u;
      if (takes_money(channel_)) {
        state.shock_costs[effect.lane] += amount_ * static_cast<double>(strength);
      } else if (effect.target != Effect::kAll) {
        weaken(state, target_.firms[effect.target], effect.lane, strength);
      } else {
        s.felt.push_back({effect.lane, left_of(strength)});
      }
    }
    effects_.resize(kept);
    if (s.felt.empty()) return;
    const auto weaken_row = [&](float* row) {
      for (const ShockScratch::Felt& felt : s.felt) row[felt.lane] *= felt.left;
    };
    if (FirmFactor* factors = weakens(state))
      for (float* row : factors->touch(target_.firms)) weaken_row(row);
    else if (std::find(target_.firms.begin(), target_.firms.end(), kFocalFirm) != target_.firms.end())
      weaken_row(state.capacity.value.data());
  }

  // The factor that a strength leaves.
  float left_of(float strength) const {
    return channel_ == Channel::churn ? 1.0f + (factor_ - 1.0f) * strength : 1.0f - strength;
  }

  // What the shock multiplies; null for capacity, which only the focal firm has.
  FirmFactor* weakens(State& state) const {
    switch (channel_) {
      case Channel::churn: return &state.churn_of;
      case Channel::functionality: return &state.function;
      case Channel::leads: return &state.leads_of;
      case Channel::close: return &state.close_of;
      default: return nullptr;
    }
  }

  void weaken(State& state, std::size_t firm, std::uint32_t lane, float strength) const {
    if (FirmFactor* factors = weakens(state))
      factors->touch(firm)[lane] *= left_of(strength);
    else if (firm == kFocalFirm)
      state.capacity.value[lane] *= left_of(strength);
  }

  std::string path_;
  std::uint32_t number_;  // in the scenario's order
  Channel channel_;
  ShockArrivals arrivals_;
  double kill_;
  std::uint32_t kill_threshold_;
  Target target_;
  ShockSelection selection_;
  sim::Quantile severity_;
  bool own_severity_;
  ShockProfile profile_;
  float factor_;
  double amount_;
  std::uint64_t size_entity_;
  std::vector<std::uint64_t> coins_;  // [position in the pool]
  std::vector<Effect> effects_;
};

class Shocks final : public Process {
 public:
  explicit Shocks(Setup& setup) : scratch_(setup.lanes), has_direct_(setup.has_direct) {
    for (const std::string& id : setup.scenario.ids("shock")) shocks_.emplace_back(setup, "shock." + id, static_cast<std::uint32_t>(shocks_.size()));
    const bool ranks = std::any_of(shocks_.begin(), shocks_.end(), [](const Shock& s) { return s.needs_revenue(); });
    if (!ranks) return;
    trailing_ = sim::Grid<double>(firm_of_partner(setup.partners.size()), setup.lanes);
    last_year_ = sim::Grid<float>(12 * setup.partners.size(), setup.lanes);
  }

  void begin(State& state) override {
    for (Shock& shock : shocks_) shock.begin(state);
    trailing_.fill(0.0);
  }

  void step(State& state, int phase) override {
    if (state.pass == Pass::twin) return;
    if (phase == kRecord) return rank(state);
    for (Shock& shock : shocks_) shock.step(state, scratch_, trailing_);
  }

  void expect(Expectation& e, int phase) override {
    if (phase == kRecord) return;
    for (const Shock& shock : shocks_) shock.expect(e);
  }

 private:
  // Revenue of the last twelve months by partner.
  void rank(const State& state) {
    const std::size_t partners = last_year_.rows() / 12;
    for (std::size_t p = 0; p < partners; ++p) {
      const float* __restrict sales = state.sales.row(p + (has_direct_ ? 1 : 0));
      float* __restrict oldest = last_year_.row(12 * p + static_cast<std::size_t>((state.month - 1) % 12));
      double* __restrict sum = trailing_.row(firm_of_partner(p));
      const std::size_t n = state.count;
      sim::on_lanes(state.isa, [=, full = state.month > 12]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) {
          sum[i] += static_cast<double>(sales[i]) - (full ? static_cast<double>(oldest[i]) : 0.0);
          oldest[i] = sales[i];
        }
      });
    }
  }

  std::vector<Shock> shocks_;
  ShockScratch scratch_;
  bool has_direct_;
  sim::Grid<double> trailing_;   // [firm]; empty unless a shock ranks by revenue
  sim::Grid<float> last_year_;   // [12 partner + month]
};

}  // namespace

const Entry& shocks_entry() {
  static const Entry entry{
      "shocks", stream::kShocks, {kShocks, kRecord}, "Events that strike several firms at once.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return setup.scenario.ids("shock").empty() ? nullptr : std::make_unique<Shocks>(setup);
      }};
  return entry;
}

}  // namespace partnersim
