#include "models/partnership_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "models/chronicler.h"
#include "models/dependence.h"
#include "models/scenario/idle_keys.h"
#include "models/scenario/load_limit.h"
#include "models/scenario/notes.h"
#include "models/scenario/parameter_draws.h"
#include "sim/base/counted.h"
#include "sim/base/suggest.h"
#include "sim/engine/model_refused.h"
#include "sim/engine/month_loop.h"

namespace partnersim {
namespace {

using Loop = sim::MonthLoop<State, Expectation>;

// Makes all processes of a scenario, in the table's order, so that handles agree between workers.
void add_processes(Setup& setup, Loop& loop) {
  for (const Entry& entry : processes())
    if (entry.given(setup)) loop.add(entry.name, entry.stream, entry.phases, entry.make(setup));
}

std::unique_ptr<Dependence> make_dependence(Setup& setup) {
  if (!asks_for_losses(setup.scenario) || setup.partners.empty()) return nullptr;
  auto dependence = std::make_unique<Dependence>(setup);
  setup.counterfactuals.push_back(dependence.get());
  return dependence;
}

class NetworkSimulation final : public sim::Simulation {
 public:
  using Sets = std::shared_ptr<const ParameterDraws::Sets>;
  NetworkSimulation(const sim::Scenario& scenario, Sets correlated, const sim::WorkerOptions& options,
                    sim::Profile* profile)
      : setup_(scenario, options.lanes), philox_(static_cast<std::uint64_t>(scenario.integer("scenario.seed"))) {
    add_processes(setup_, loop_);
    dependence_ = make_dependence(setup_);
    state_ = std::make_unique<State>(setup_.partners.size(), setup_.sources(), setup_.inputs().size(), options.lanes);
    state_->philox = &philox_;
    state_->isa = options.isa;
    state_->profile = profile;
    state_->plan = &setup_.outputs();
    if (setup_.needs_closings || options.chronicle)
      state_->closings = sim::Grid<std::uint32_t>(setup_.sources(), options.lanes);
    if (setup_.needs_referred) state_->referred = sim::Grid<float>(setup_.partners.size(), options.lanes);
    if (setup_.needs_returned) state_->returned = sim::Grid<float>(setup_.partners.size(), options.lanes);
    state_->suspendable = setup_.suspendable;
    state_->suspended = sim::Grid<std::uint32_t>(setup_.suspendable.size(), options.lanes);
    draws_ = std::make_unique<ParameterDraws>(setup_, philox_, std::move(correlated));
  }

  void run(const sim::Block& block, sim::BlockResult& result) override {
    prepare(block, result);
    simulate([](std::uint32_t, int) {});
  }

  // The same, watched from between the processes; blocks of one replication.
  sim::Chronicle tell(std::uint32_t replication) {
    sim::BlockResult result(setup_.outputs(), sim::kLanePadding);
    prepare({0, replication, 1}, result);
    Chronicler chronicler(setup_);
    simulate([&](std::uint32_t stream, int phase) { chronicler.after(*state_, stream, phase); });
    sim::Chronicle chronicle{chronicler.take(), {}};
    for (std::size_t c = 0; c < setup_.outputs().columns(); ++c) chronicle.columns.push_back(result.value(c, 0));
    return chronicle;
  }

 private:
  void prepare(const sim::Block& block, sim::BlockResult& result) {
    result.block = block;
    result.sums.clear();
    result.sums.replications = block.replications;
    state_->first_replication = block.first_replication;
    state_->count = block.replications;
    state_->result = &result;
  }

  template <class Observer>
  void simulate(const Observer& observe) {
    open_actual();
    draw_inputs();
    loop_.live(*state_, setup_.months, state_->profile, observe);
    loop_.finish(*state_, state_->profile);
    for (Counterfactual* counterfactual : setup_.counterfactuals) counterfactual->after_actual(*state_);
    for (Counterfactual* counterfactual : setup_.counterfactuals)
      for (std::size_t pass = 0; pass < counterfactual->passes(); ++pass) {
        if (!counterfactual->open(*state_, pass)) continue;
        sim::StageTimer timer(state_->profile);
        loop_.live(*state_, setup_.months, nullptr, Loop::Nobody{});
        counterfactual->close(*state_, pass);
        timer.mark("counterfactuals");
      }
  }

  void open_actual() {
    state_->pass = Pass::actual;
    state_->lanes.all(state_->count);
    state_->stopped_count = 0;
    std::fill(state_->shocked.begin(), state_->shocked.end(), 0u);
    std::fill(state_->stopped_in.begin(), state_->stopped_in.end(), 0u);
  }

  void draw_inputs() {
    draws_->draw(*state_);
    const std::size_t outcomes = setup_.outputs().outcomes.size();
    for (std::size_t k = 0; k < setup_.inputs().size(); ++k)
      state_->result->write(outcomes + k, state_->inputs.row(k), state_->count);
  }

  Setup setup_;
  sim::Philox philox_;
  Loop loop_;
  std::unique_ptr<Dependence> dependence_;
  std::unique_ptr<State> state_;
  std::unique_ptr<ParameterDraws> draws_;
};

class PartnershipModel final : public sim::Model {
 public:
  explicit PartnershipModel(std::shared_ptr<const sim::Scenario> scenario) : scenario_(std::move(scenario)) {
    Setup setup(*scenario_, sim::kLanePadding);
    Loop loop;
    add_processes(setup, loop);
    const auto dependence = make_dependence(setup);
    if (dependence) passes_ = dependence->passes();
    check_names(setup);
    check_scenario(setup);
    report_idle_keys(setup);
    setup.report_idle_changes();
    correlated_ = std::make_shared<const ParameterDraws::Sets>(read_correlations(setup));
    if (setup.problems.empty()) {
      Expectation e(setup.partners.size(), setup.sources());
      loop.expect(e, setup.months);
      check_load(setup, e.values);
      expected_ = std::move(e.values);
    }
    refuse(setup);
    // Rates, reach and spent hazard, lists, survival, sales and their double-precision totals.
    bytes_per_lane_ = setup.sources() * 40 + ParameterDraws::bytes_per_lane(setup, *correlated_) + 256;
    add_notes(setup);
    warnings_ = setup.warnings;
    if (passes_ > 0)
      warnings_.push_back(
          fmt::format("output.without simulates every future {} more, because what one partner does acts on others",
                      sim::counted(passes_, "time")));
    outputs_ = setup.take_outputs();
    outputs_.sampling = read_sampling(*scenario_);
  }

  const sim::OutputPlan& outputs() const override { return outputs_; }
  std::size_t bytes_per_lane() const override { return bytes_per_lane_; }
  const std::vector<std::string>& warnings() const override { return warnings_; }

  std::unique_ptr<sim::Simulation> make_simulation(const sim::WorkerOptions& options,
                                                   sim::Profile* profile) const override {
    return std::make_unique<NetworkSimulation>(*scenario_, correlated_, options, profile);
  }

  sim::Chronicle replay(std::uint32_t replication) const override {
    sim::WorkerOptions options;
    options.lanes = 1;
    options.chronicle = true;
    return NetworkSimulation(*scenario_, correlated_, options, nullptr).tell(replication);
  }

  const sim::ExpectedValues& expected() const override { return expected_; }

 private:
  static void refuse(Setup& setup) {
    try {
      setup.problems.raise();
    } catch (const sim::ConfigurationError& error) {
      throw sim::ModelRefused(error.problems(), setup.outputs().outcomes);
    }
  }

  // What only the whole scenario shows.
  static void check_scenario(Setup& setup) {
    check_units(setup);
    if (!setup.scenario.has_table("partner") && !setup.has_direct && setup.channels.empty())
      setup.problems.add({setup.scenario.file(), 0, 0}, "nothing to simulate",
                         "there is neither a partner nor direct business",
                         "Add [partner.acme] or [firm.direct] with leads, close_rate and deal_value.");
  }

  // Units are complete, so that all weigh the same.
  static void check_units(Setup& setup) {
    const std::int64_t inner = setup.scenario.integer("scenario.inner"),
                       replications = setup.scenario.integer("scenario.replications");
    if (replications % inner != 0) {
      const std::int64_t most = (std::int64_t{1} << 32) - 1;
      const std::int64_t nearest =
          std::min(std::max<std::int64_t>((replications + inner / 2) / inner, 1), most / inner) * inner;
      setup.problems.add(
          setup.scenario.mark("scenario.replications"),
          fmt::format("scenario.replications = {} is not a multiple of scenario.inner = {}", replications, inner),
          "that many replications share each draw of the parameters", fmt::format("Write replications = {}", nearest));
    }
    if (inner == 1 && setup.scenario.text("scenario.sampling") == "independent") return;
    const bool drawn = std::any_of(setup.inputs().begin(), setup.inputs().end(),
                                   [&](const Setup::Input& input) { return inner == 1 || !input.luck; });
    if (!drawn)
      setup.warnings.push_back(fmt::format("scenario.{} has no effect, because nothing is drawn once a replication",
                                           inner > 1 ? "inner" : "sampling"));
  }

  // Names in [output] that no active process offers.
  static void check_names(Setup& setup) {
    const auto check = [&](const char* path, const std::vector<std::string>& offered) {
      for (const std::string& name : setup.scenario.texts(path)) {
        if (std::find(offered.begin(), offered.end(), name) != offered.end()) continue;
        setup.problems.add(setup.scenario.mark(path, name), fmt::format("{}: {} is not modelled", path, name), {},
                           sim::did_you_mean(name, {offered.begin(), offered.end()}, "Modelled are"));
      }
    };
    check("output.outcomes", setup.offered_outcomes());
    check("output.series", setup.offered_series());
  }

  std::shared_ptr<const sim::Scenario> scenario_;
  std::shared_ptr<const ParameterDraws::Sets> correlated_;
  sim::OutputPlan outputs_;
  sim::ExpectedValues expected_;
  std::vector<std::string> warnings_;
  std::size_t passes_ = 0;
  std::size_t bytes_per_lane_ = 0;
};

}  // namespace

std::shared_ptr<const sim::Model> make_model(std::shared_ptr<const sim::Scenario> scenario) {
  return std::make_shared<PartnershipModel>(std::move(scenario));
}

}  // namespace partnersim
