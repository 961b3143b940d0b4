#include "models/partnership_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "models/scenario/load_limit.h"
#include "models/scenario/notes.h"
#include "models/scenario/parameter_draws.h"
#include "models/sources/deal_sums.h"
#include "models/story.h"
#include "sim/base/suggest.h"
#include "sim/engine/model_refused.h"
#include "sim/engine/month_loop.h"

namespace partnersim {
namespace {

// What a scenario says, made once and shared by all workers.
struct Plan {
  Plan(std::span<const Entry> table, std::shared_ptr<const sim::Scenario> the_scenario)
      : scenario(std::move(the_scenario)),
        setup(*scenario),
        philox(static_cast<std::uint64_t>(scenario->integer("scenario.seed"))) {
    for (const Entry& entry : table)
      if (entry.given(setup)) entries.push_back(&entry);
    for (const Entry* entry : entries) processes.add(entry->name, entry->stream, entry->phases, entry->make(setup));
    for (const auto& process : processes.parts()) process->bind(setup);
  }

  std::shared_ptr<const sim::Scenario> scenario;
  Setup setup;
  sim::Philox philox;
  std::vector<const Entry*> entries;  // of the active processes
  sim::MonthLoop<Process> processes;  // in the same order
  std::optional<ParameterDraws> draws;
};

class NetworkSimulation final : public sim::Simulation {
 public:
  // `sums_deals`: what the experiment has decided.
  NetworkSimulation(const Plan& plan, bool sums_deals, const sim::WorkerOptions& options, sim::Profile* profile)
      : plan_(plan), state_(plan.setup, options.lanes, options.chronicle), scratch_(*plan.draws, options.lanes) {
    for (std::size_t k = 0; k < plan.entries.size(); ++k) {
      auto work = plan.processes.parts()[k]->make_work(options.lanes);
      if (Counterfactual* counterfactual = work->counterfactual()) counterfactuals_.push_back(counterfactual);
      loop_.add(plan.entries[k]->name, plan.entries[k]->stream, plan.entries[k]->phases, std::move(work));
    }
    state_.philox = &plan.philox;
    state_.sums_deals = sums_deals;
    state_.isa = options.isa;
    state_.profile = profile;
  }

  void run(const sim::Block& block, sim::BlockResult& result) override {
    prepare(block, result);
    simulate(Loop::Nobody{});
  }

  // The same, watched from between the processes; blocks of one replication.
  sim::Chronicle tell(std::uint32_t replication) {
    sim::BlockResult result(plan_.setup.outputs(), sim::kLanePadding);
    prepare({0, replication, 1}, result);
    Story story(plan_.setup);
    simulate([&](Work& work, int phase) {
      const auto stopped = static_cast<int>(state_.stopped_in[0]);
      if (stopped == 0 || stopped >= state_.month) work.tell(state_, phase, story);
    });
    sim::Chronicle chronicle{story.take(), {}};
    for (std::size_t c = 0; c < plan_.setup.outputs().columns(); ++c) chronicle.columns.push_back(result.value(c, 0));
    return chronicle;
  }

 private:
  using Loop = sim::MonthLoop<Work>;

  void prepare(const sim::Block& block, sim::BlockResult& result) {
    result.block = block;
    result.sums.clear();
    result.sums.replications = block.replications;
    state_.first_replication = block.first_replication;
    state_.count = block.replications;
    state_.result = &result;
  }

  template <class Observer>
  void simulate(const Observer& observe) {
    open_actual();
    draw_inputs();
    loop_.live(state_, plan_.setup.months, state_.profile, observe);
    loop_.finish(state_, state_.profile);
    for (Counterfactual* counterfactual : counterfactuals_) counterfactual->after_actual(state_);
    for (Counterfactual* counterfactual : counterfactuals_)
      for (std::size_t pass = 0; pass < counterfactual->passes(); ++pass) {
        if (!counterfactual->open(state_, pass)) continue;
        sim::StageTimer timer(state_.profile);
        loop_.live(state_, plan_.setup.months, nullptr, Loop::Nobody{});
        counterfactual->close(state_, pass);
        timer.mark("counterfactuals");
      }
  }

  void open_actual() {
    state_.pass = Pass::actual;
    state_.lanes.all(state_.count);
    state_.stopped_count = 0;
    std::fill(state_.shocked.begin(), state_.shocked.end(), 0u);
    std::fill(state_.stopped_in.begin(), state_.stopped_in.end(), 0u);
  }

  void draw_inputs() {
    plan_.draws->draw(state_, scratch_);
    const std::size_t outcomes = plan_.setup.outputs().outcomes.size();
    for (std::size_t k = 0; k < plan_.setup.inputs().size(); ++k)
      state_.result->write(outcomes + k, state_.inputs.row(k), state_.count);
  }

  const Plan& plan_;
  State state_;
  ParameterDraws::Scratch scratch_;
  Loop loop_;
  std::vector<Counterfactual*> counterfactuals_;
};

class PartnershipModel final : public sim::Model {
 public:
  PartnershipModel(std::span<const Entry> table, std::shared_ptr<const sim::Scenario> scenario,
                   std::shared_ptr<sim::Shortcuts> shortcuts)
      : plan_(table, std::move(scenario)), shortcuts_(std::move(shortcuts)) {
    Setup& setup = plan_.setup;
    check_names(setup);
    check_scenario(setup);
    setup.report_idle_changes();
    std::vector<CorrelatedSet> sets = read_correlations(setup);
    if (setup.problems.empty()) {
      Expectation e(setup.partners.size(), setup.sources());
      plan_.processes.expect(e, setup.months);
      check_load(setup, e.values);
      expected_ = std::move(e.values);
    }
    refuse(setup);
    if (!setup.sums.laws.empty()) shortcuts_->offer(kDealSums);
    if (!setup.sums.refused.empty()) shortcuts_->refuse(kDealSums, setup.sums.refused);
    plan_.draws.emplace(setup, plan_.philox, std::move(sets));
    // Rates, reach and spent hazard, lists, survival, sales and their double-precision totals.
    bytes_per_lane_ = setup.sources() * 40 + plan_.draws->bytes_per_lane() + 256;
    add_notes(setup);
  }

  const sim::OutputPlan& outputs() const override { return plan_.setup.outputs(); }
  std::size_t bytes_per_lane() const override { return bytes_per_lane_; }
  const std::vector<std::string>& warnings() const override { return plan_.setup.warnings; }

  std::unique_ptr<sim::Simulation> make_simulation(const sim::WorkerOptions& options,
                                                   sim::Profile* profile) const override {
    return std::make_unique<NetworkSimulation>(plan_, shortcuts_->taken(kDealSums), options, profile);
  }

  sim::Chronicle replay(std::uint32_t replication) const override {
    sim::WorkerOptions options;
    options.lanes = 1;
    options.chronicle = true;
    return NetworkSimulation(plan_, shortcuts_->taken(kDealSums), options, nullptr).tell(replication);
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
    if (setup.scenario.given("output.series") && setup.scenario.text("output.trajectories") == "none")
      setup.report_idle("output.series", "trajectories = \"none\" keeps no series", "Write trajectories = \"bands\".");
  }

  Plan plan_;
  std::shared_ptr<sim::Shortcuts> shortcuts_;
  sim::ExpectedValues expected_;
  std::size_t bytes_per_lane_ = 0;
};

}  // namespace

std::shared_ptr<const sim::Model> make_model_from(std::span<const Entry> table,
                                                  std::shared_ptr<const sim::Scenario> scenario,
                                                  std::shared_ptr<sim::Shortcuts> shortcuts) {
  return std::make_shared<PartnershipModel>(table, std::move(scenario), std::move(shortcuts));
}

std::shared_ptr<const sim::Model> make_model(std::shared_ptr<const sim::Scenario> scenario,
                                             std::shared_ptr<sim::Shortcuts> shortcuts) {
  return make_model_from(processes(), std::move(scenario), std::move(shortcuts));
}

}  // namespace partnersim
