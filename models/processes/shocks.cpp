// Shocks (MODEL.md, section 2): events that weaken firms for a while, cost money, or end partnerships. All from
// stream 3.
//
// Arrivals are Poisson a month, one word a month for each shock (rng/monthly_word.h), or scheduled. Sequences:
//   "<shock>"             the monthly word
//   "<shock>>size"        month t, arrival j: call j, word 0 severity, word 1 duration
//   "<shock>><target>"    the coin of `kill` (shock_kills.h)
//   "<shock>~<target>"    month t, arrival j: call j, word 0 selection (shock_selection.h), word 1 its own severity
// with targets "partner.acme" and "firm"; drawn only in the lanes the shock struck, heavy tail at small words.
//
// What an arrival does as long as it is felt: shock_effects.h.
#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "models/shocks/arrivals.h"
#include "models/shocks/effects.h"
#include "models/shocks/kills.h"
#include "models/shocks/selection.h"
#include "models/shocks/targets.h"
#include "models/story.h"
#include "models/streams.h"
#include "sim/base/counted.h"
#include "sim/lanes/compact.h"

namespace partnersim {
namespace {

constexpr std::array<std::string_view, 2> kSeverityPer{"shock", "target"};
constexpr std::array<std::string_view, 2> kKills{"partnership", "firm"};

// clang-format off
const std::array kParameters{
    sim::label_spec("shock.*.label"),
    sim::enabled_spec("shock.*.enabled"),
    sim::ParameterSpec{.path = "shock.*.rate", .unit = "arrivals a month", .range = {0, 10},
                       .doc = "mean arrivals a month"},
    sim::ParameterSpec{.path = "shock.*.every", .unit = "months", .range = {0.1, 1e9},
                       .doc = "mean months between arrivals, instead of rate"},
    sim::ParameterSpec{.path = "shock.*.months", .kind = sim::Kind::numbers, .unit = "month",
                       .range = {1, sim::kMaxMonths}, .doc = "scheduled arrivals, instead of rate"},
    sim::ParameterSpec{.path = "shock.*.target", .kind = sim::Kind::tree,
                       .doc = "whom it strikes: \"partners\", \"everyone\", \"firm\", { tag = \"x\" }, { partners = "
                              "[\"acme\", \"b*\"] }, { fraction = 0.2 }, { count = 2 }, { top = 3, by = \"revenue\" }",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.kill", .unit = "1", .range = {0, 1}, .fallback = 0.0,
                       .doc = "probability that an arrival ends a targeted partnership", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.kills", .kind = sim::Kind::choice, .fallback_text = "partnership",
                       .choices = kKills, .doc = "what ends; the same as long as each firm has one partnership",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.affects", .kind = sim::Kind::choice, .choices = shock_channels(),
                       .doc = "what it weakens, or the money it takes"},
    sim::ParameterSpec{.path = "shock.*.severity", .unit = "1", .range = {0, 1}, .fallback = 1.0,
                       .frequency = sim::Frequency::per_event, .laws = sim::distribution_laws(),
                       .check = sim::distribution_problem, .doc = "share S that is lost, or of the amount",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.severity_per", .kind = sim::Kind::choice, .fallback_text = "shock",
                       .choices = kSeverityPer, .doc = "whether all targets suffer alike", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.duration", .unit = "months", .range = {1, 1e6}, .fallback = 1.0,
                       .frequency = sim::Frequency::per_event, .laws = duration_laws(), .check = whole_months_problem,
                       .doc = "months at full strength", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.recovery", .kind = sim::Kind::tree,
                       .doc = "afterwards: \"step\", { exponential = 0.3 } or { linear = 6 }", .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.factor", .unit = "1", .range = {0, 1000}, .fallback = 1.0,
                       .doc = "with affects = \"churn\": the hazard is multiplied by 1 + (factor - 1) S u",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "shock.*.amount", .unit = "currency", .range = {0, 1e12}, .fallback = 0.0,
                       .doc = "with affects = \"cash\": lost once, times S; with \"cost\": a month, times S u",
                       .source = "neutral"},
};
// clang-format on

// Work space one worker shares among its shocks.
struct Scratch {
  Scratch(std::size_t lanes, std::size_t largest_pool)
      : arrivals(sim::padded(lanes)), struck(arrivals), words(4, lanes), kills(lanes), selection(largest_pool) {}
  sim::Lane<std::uint32_t> arrivals, struck;
  sim::Grid<std::uint32_t> words;
  KillScratch kills;
  SelectionScratch selection;
};

// One worker's share of a shock.
struct ShockWork {
  sim::MonthlyWord words;
  ShockEffects::Active active{};
  void copy_lane(const sim::LaneCopy& copy) { copy(active); }
};

class Shock {
 public:
  Shock(Setup& setup, const std::string& path, std::uint32_t number)
      : number_(number),
        arrivals_(setup, path),
        target_(read_target(setup, path + ".target",
                            is_the_firms(shock_channel(setup.scenario, path)) ? "firm" : "partners")),
        selection_(setup, path, target_),
        kills_(setup, path, number, target_),
        effects_(setup, path, target_),
        severity_(sim::make_quantile(setup.scenario.law(path + ".severity"), {0.0, 1.0})),
        own_severity_(setup.scenario.text(path + ".severity_per") == "target"),
        size_entity_(setup.entity(path + ">size")) {
    check(setup, path);
    if (needs_revenue() || target_.choice == Target::Choice::count) setup.couple();
  }

  bool needs_revenue() const { return target_.choice == Target::Choice::top; }
  std::size_t pool() const { return selection_.pool(); }

  void tell(const State& state, const State::Strike& strike, Story& story) const {
    const std::string what = story.setup.scenario.label("shock", story.setup.scenario.ids("shock")[number_]);
    const auto severity = static_cast<double>(strike.severity);
    const std::string lasting = sim::counted(strike.duration, "month");
    std::string text = what + " strikes";
    if (effects_.channel() == Channel::cash)
      text += ": " + story.money(effects_.amount() * severity) + " at once";
    else if (effects_.channel() == Channel::cost)
      text += fmt::format(": {} a month for {}", story.money(effects_.amount() * severity), lasting);
    else if (strike.duration != 0)
      text += fmt::format(": {:.0f} % for {}", 100.0 * severity, lasting);
    story.tell(state, "shock", what, "chance", text, severity, strike.duration != 0 ? "1" : "");
  }
  ShockWork make_work(std::size_t lanes) const { return {arrivals_.words(lanes)}; }

  void step(State& state, ShockWork& work, Scratch& s, const sim::Grid<double>& revenue) const {
    arrivals_.count(state, work.words, s.arrivals.data());
    for (std::uint32_t arrival = 0;; ++arrival) {
      const std::size_t n = sim::positions_above(state.isa, s.arrivals.data(), state.count, arrival, s.struck.data());
      if (n == 0) break;
      strike(state, arrival, {s.struck.data(), n}, work, s, revenue);
    }
    if (lasts()) effects_.act(state, work.active);
  }

  void expect(Expectation& e) const {
    kills_.expect(e, arrivals_, target_.share());
    if (lasts()) effects_.expect(e, arrivals_, severity_.mean(), target_);
  }

 private:
  static bool is_the_firms(Channel channel) { return takes_money(channel) || channel == Channel::capacity; }
  bool lasts() const { return effects_.channel() != Channel::none; }

  // Keys that do nothing, or lack what they need.
  void check(Setup& setup, const std::string& path) const {
    const sim::Scenario& scenario = setup.scenario;
    const Channel channel = effects_.channel();
    if (!kills_.any() && channel == Channel::none && !scenario.given(path + ".kill"))
      setup.problems.add(scenario.mark(path), fmt::format("{} does nothing", path), "it has neither kill nor affects",
                         "For example: kill = 0.2, or affects = \"leads\"");
    const auto idle = [&](const char* key, const char* with, bool wanted) {
      if (wanted || !scenario.given(path + "." + key)) return;
      setup.problems.add(scenario.mark(path + "." + key), fmt::format("{}.{} has no effect", path, key),
                         fmt::format("it belongs to {}", with), "Leave it out, or change affects.");
    };
    for (const char* key : {"severity", "severity_per"}) idle(key, "affects", channel != Channel::none);
    for (const char* key : {"duration", "recovery"})
      idle(key, "affects (other than \"cash\")", channel != Channel::none && channel != Channel::cash);
    idle("factor", "affects = \"churn\"", channel == Channel::churn);
    idle("amount", "affects = \"cash\" or \"cost\"", takes_money(channel));
    if (channel == Channel::capacity && !scenario.given("firm.capacity"))
      setup.report_idle(path + ".affects", "nothing limits capacity without firm.capacity",
                        "Add a line such as capacity = 10 to [firm].");
    if (scenario.given(path + ".kills") && !scenario.given(path + ".kill"))
      setup.report_idle(path + ".kills", "the shock ends no partnership without kill",
                        "Add a line such as kill = 0.2.");
    if (channel == Channel::churn && !scenario.given(path + ".factor"))
      setup.problems.add(scenario.mark(path + ".affects"), fmt::format("{} lacks factor", path),
                         "a shock on churn multiplies the hazard", "Add a line such as factor = 3");
    if (takes_money(channel) && !scenario.given(path + ".amount"))
      setup.problems.add(scenario.mark(path + ".affects"), fmt::format("{} lacks amount", path),
                         "a shock on money takes some", "Add a line such as amount = 10_000");
  }

  void strike(State& state, std::uint32_t arrival, std::span<const std::uint32_t> struck, ShockWork& work, Scratch& s,
              const sim::Grid<double>& revenue) const {
    for (const std::uint32_t lane : struck) state.shocked[lane] = 1;
    if (!lasts())
      for (const std::uint32_t lane : struck) state.strikes.push_back({number_, lane, 0, 1.0f});
    const bool all_alike = target_.choice == Target::Choice::all;
    if (kills_.any() && all_alike) kills_.toss_all(state, arrival, struck, s.kills);
    if (!lasts() && all_alike) return;
    const auto month = static_cast<std::uint32_t>(state.month);
    state.philox->words(state.isa, {struck.data(), struck.size(), state.first_replication},
                        {size_entity_, stream::kShocks, month, arrival}, sim::Philox::Words::in(s.words));
    for (std::size_t i = 0; i < struck.size(); ++i) {
      const std::uint32_t lane = struck[i];
      const ShockEffects::Effect effect{lane, month, effects_.duration(s.words.row(1)[i]),
                                        static_cast<float>(severity_(s.words.row(0)[i]))};
      if (lasts()) state.strikes.push_back({number_, lane, effect.duration, effect.severity});
      if (all_alike && (!own_severity_ || takes_money(effects_.channel())))
        work.active.effects.push_back(effect);
      else
        strike_some(state, arrival, effect, selection_.choose(state, {arrival, lane}, revenue, s.selection), work);
    }
  }

  // Those of the pool that the arrival strikes in one lane, or all with severities of their own.
  void strike_some(State& state, std::uint32_t arrival, ShockEffects::Effect effect,
                   std::span<const std::uint32_t> chosen, ShockWork& work) const {
    const bool of_money = takes_money(effects_.channel());
    std::vector<ShockEffects::Effect>& effects = work.active.effects;
    if (of_money && !chosen.empty()) effects.push_back(effect);
    for (const std::uint32_t k : chosen) {
      if (kills_.any() && target_.choice != Target::Choice::all) kills_.toss_one(state, arrival, effect.lane, k);
      if (!lasts() || of_money) continue;
      effect.target = k;
      if (own_severity_)
        effect.severity = static_cast<float>(severity_(selection_.words(state, {arrival, effect.lane}, k)[1]));
      effects.push_back(effect);
    }
  }

  std::uint32_t number_;  // in the order of ids
  ShockArrivals arrivals_;
  Target target_;
  ShockSelection selection_;
  ShockKills kills_;
  ShockEffects effects_;
  sim::Quantile severity_;
  bool own_severity_;
  std::uint64_t size_entity_;
};

class Shocks final : public ProcessOf<Shocks> {
 public:
  explicit Shocks(Setup& setup)
      : network_(setup.network()), partners_(setup.partners.size()), first_partner_(setup.source_of_partner(0)) {
    for (const std::string& id : setup.scenario.ids("shock"))
      shocks_.emplace_back(setup, "shock." + id, static_cast<std::uint32_t>(shocks_.size()));
    ranks_ = std::any_of(shocks_.begin(), shocks_.end(), [](const Shock& s) { return s.needs_revenue(); });
  }

  void expect(Expectation& e, int phase) override {
    if (phase == kRecord) return;
    for (const Shock& shock : shocks_) shock.expect(e);
  }

  class Share;

 private:
  std::size_t largest_pool() const {
    std::size_t largest = 0;
    for (const Shock& shock : shocks_) largest = std::max(largest, shock.pool());
    return largest;
  }

  const Topology& network_;
  std::vector<Shock> shocks_;
  std::size_t partners_, first_partner_;
  bool ranks_ = false;  // by revenue
};

class Shocks::Share final : public Work {
 public:
  Share(const Shocks& plan, std::size_t lanes)
      : plan_(plan),
        scratch_(lanes, plan.largest_pool()),
        trailing_(plan.ranks_ ? plan.network_.firms() : 0, lanes),
        last_year_(plan.ranks_ ? 12 * plan.partners_ : 0, lanes) {
    for (const Shock& shock : plan.shocks_) work_.push_back(shock.make_work(lanes));
  }

  void begin(State&) override {
    for (ShockWork& work : work_) work.active.effects.clear();
    trailing_.fill(0.0);
  }

  void step(State& state, int phase) override {
    if (state.pass == Pass::twin) return;
    if (phase == kRecord) return rank(state);
    for (std::size_t k = 0; k < work_.size(); ++k) plan_.shocks_[k].step(state, work_[k], scratch_, trailing_);
    ShockKills::carry_out(state);
  }

  void tell(const State& state, int phase, Story& story) override {
    if (phase == kRecord) return;
    for (const State::Strike& strike : state.strikes) plan_.shocks_[strike.shock].tell(state, strike, story);
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(work_, trailing_, last_year_); }

 private:
  // Revenue of the last twelve months by partner.
  void rank(const State& state) {
    const std::size_t partners = last_year_.rows() / 12;
    for (std::size_t p = 0; p < partners; ++p) {
      const float* __restrict sales = state.sales.row(plan_.first_partner_ + p);
      float* __restrict oldest = last_year_.row(12 * p + static_cast<std::size_t>((state.month - 1) % 12));
      double* __restrict sum = trailing_.row(index(plan_.network_.ends(Setup::link_of(p)).first));
      const std::size_t n = state.count;
      sim::on_lanes(state.isa, [=, full = state.month > 12]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) {
          sum[i] += static_cast<double>(sales[i]) - (full ? static_cast<double>(oldest[i]) : 0.0);
          oldest[i] = sales[i];
        }
      });
    }
  }

  const Shocks& plan_;
  Scratch scratch_;
  std::vector<ShockWork> work_;  // [shock]
  sim::Grid<double> trailing_;   // [firm]; empty unless a shock ranks by revenue
  sim::Grid<float> last_year_;   // [12 partner + month]
};

}  // namespace

const Entry& shocks_entry() {
  static const Entry entry{.name = "shocks",
                           .stream = stream::kShocks,
                           .phases = {kShocks, kRecord},
                           .doc = "Events that strike several firms at once.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return !setup.scenario.ids("shock").empty(); },
                           .make = make<Shocks>};
  return entry;
}

}  // namespace partnersim
