// Goals (MODEL.md, section 14): the probability of having reached a level by a month. Draws nothing.
//
// at_least: reached when the figure is at or above the level at the end of any month up to `by`; at_most: kept when it
// is never above the level up to `by`. Figures run with time: revenue, wins, leads and profit to date, revenue of the
// last twelve months, active partners, cash.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "models/setup.h"
#include "models/streams.h"
#include "sim/base/suggest.h"

namespace partnersim {
namespace {

// clang-format off
constexpr std::array kParameters{
    sim::label_spec("goal.*.label"),
    sim::enabled_spec("goal.*.enabled"),
    sim::ParameterSpec{.path = "goal.*.outcome", .kind = sim::Kind::text, .required = true,
                       .doc = "revenue, revenue_trailing12, wins, leads, active_partners, profit or cash, as it stands "
                              "at the end of a month"},
    sim::ParameterSpec{.path = "goal.*.at_least", .unit = "that of the outcome", .range = {-1e15, 1e15},
                       .doc = "level to reach"},
    sim::ParameterSpec{.path = "goal.*.at_most", .unit = "that of the outcome", .range = {-1e15, 1e15},
                       .doc = "level never to exceed, instead of at_least"},
    sim::ParameterSpec{.path = "goal.*.by", .kind = sim::Kind::integer, .unit = "month", .range = {1, sim::kMaxMonths},
                       .fallback = sim::kMaxMonths, .doc = "the last month that counts; none: the horizon"},
};
// clang-format on

class Goals final : public ProcessOf<Goals> {
 public:
  explicit Goals(Setup& setup) {
    for (const std::string& id : setup.scenario.ids("goal")) add(setup, id);
  }

  void expect(Expectation& e, int) override {
    for (Goal& goal : goals_) {
      double& met = e.values.outcomes["goal_" + goal.id];
      if (e.month == 1) met = goal.keep ? 1.0 : 0.0;
      if (e.month > goal.by) continue;
      const double figure = expected(e, goal.figure);
      if (goal.keep && figure > goal.level) met = 0.0;
      if (!goal.keep && figure >= goal.level) met = 1.0;
    }
  }

  void bind(Setup& setup) override {
    for (Goal& goal : goals_) {
      check_figure(setup, goal);
      const double tie = goal.figure == "cash" || goal.figure == "profit" ? setup.money_tie : 0.0;
      goal.level += goal.keep ? tie : -tie;
    }
  }

  class Share;

 private:
  struct Goal {
    std::string id, figure;
    double level;
    bool keep;
    int by;
    int column;
  };

  void add(Setup& setup, const std::string& id) {
    const sim::Scenario& scenario = setup.scenario;
    const std::string path = "goal." + id;
    const bool least = scenario.given(path + ".at_least");
    if (least == scenario.given(path + ".at_most"))
      setup.problems.add(scenario.mark(path + (least ? ".at_most" : ".outcome")),
                         fmt::format("{} needs one of at_least and at_most", path),
                         least ? "both are given" : "neither is given",
                         least ? "Keep one of them." : "For example: at_least = 200_000");
    const std::string& figure = scenario.text(path + ".outcome");
    setup.watch(figure);
    if (figure == "wins") setup.need(Need::wins);
    const double level = scenario.number(path + (least ? ".at_least" : ".at_most"));
    sim::Column met{"goal_" + id, "1", "Goal: " + scenario.label("goal", id),
                    "1 in the futures that meet the goal: the mean is its probability."};
    met.yes_or_no = true;
    goals_.push_back(
        {id, figure, level, !least, static_cast<int>(scenario.integer(path + ".by")), setup.outcome(std::move(met))});
  }

  static void check_figure(Setup& setup, const Goal& goal) {
    const auto& names = setup.figures();
    const std::string path = "goal." + goal.id;
    const sim::Mark mark = setup.scenario.mark(path + ".outcome");
    if (goal.figure == "cash" && !setup.scenario.given("firm.cash"))
      setup.problems.add(mark, fmt::format("{}: cash is not modelled", path), "there is no firm.cash",
                         "Add a line such as cash = 50_000 to [firm]");
    else if (std::find(names.begin(), names.end(), goal.figure) == names.end())
      setup.problems.add(mark, fmt::format("{}: {} is not a figure a goal can watch here", path, goal.figure), {},
                         sim::did_you_mean(goal.figure, {names.begin(), names.end()}, "Figures"));
  }

  static double expected(const Expectation& e, const std::string& figure) {
    const auto series = e.values.trajectories.find(
        figure == "revenue_trailing12" || figure == "active_partners" || figure == "cash" ? figure : "");
    if (series != e.values.trajectories.end() && !series->second.empty()) return series->second.back();
    const auto outcome = e.values.outcomes.find(figure);
    return outcome == e.values.outcomes.end() ? 0.0 : outcome->second;
  }

  std::vector<Goal> goals_;
};

class Goals::Share final : public Work {
 public:
  Share(const Goals& plan, std::size_t lanes) : plan_(plan), met_(plan.goals_.size(), lanes) {}

  void begin(State& state) override {
    for (std::size_t g = 0; g < met_.rows(); ++g)
      std::fill_n(met_.row(g), state.count, plan_.goals_[g].keep ? 1.0f : 0.0f);
  }

  void step(State& state, int) override {
    if (state.pass != Pass::actual) return;
    for (std::size_t g = 0; g < met_.rows(); ++g) {
      const Goal& goal = plan_.goals_[g];
      if (state.month > goal.by) continue;
      float* met = met_.row(g);
      const sim::Lane<double>& figure = *state.running.at(goal.figure);
      for (std::size_t i = 0; i < state.count; ++i) {
        if (goal.keep && figure[i] > goal.level) met[i] = 0.0f;
        if (!goal.keep && figure[i] >= goal.level) met[i] = 1.0f;
      }
    }
  }

  void finish(State& state) override {
    for (std::size_t g = 0; g < met_.rows(); ++g) state.write(plan_.goals_[g].column, met_.row(g));
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(met_); }

 private:
  const Goals& plan_;
  sim::Grid<float> met_;  // [goal]
};

}  // namespace

const Entry& goals_entry() {
  static const Entry entry{.name = "goals",
                           .stream = stream::kGoals,
                           .phases = {kWatch},
                           .doc = "Levels to be reached by a month.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return !setup.scenario.ids("goal").empty(); },
                           .make = make<Goals>};
  return entry;
}

}  // namespace partnersim
