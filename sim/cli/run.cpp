#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include "sim/base/problem.h"
#include "sim/cli/destination.h"
#include "sim/cli/forecast.h"
#include "sim/cli/goal_seek.h"
#include "sim/cli/options.h"
#include "sim/cli/precision.h"
#include "sim/cli/process.h"
#include "sim/cli/run_log.h"
#include "sim/cli/shard.h"
#include "sim/cli/simulation.h"
#include "sim/cli/space.h"
#include "sim/cli/terminal.h"
#include "sim/report/report.h"

namespace sim::cli {
namespace {

std::string example(const Domain& domain) {
  return fmt::format("partnersim run configs/{}.toml -o results/twelve.h5 -n 1_000_000 --set '{}'",
                     domain.examples.scenario, domain.examples.setting);
}

options::options_description described(const Domain& domain) {
  options::options_description description("Options");
  auto add = description.add_options();
  add("output,o", options::value<std::string>()->value_name("FILE.h5|none"), "default: results/<scenario>.h5");
  add("format", options::value<std::string>()->default_value("table")->value_name("table|csv|json"),
      "of the summary on stdout");
  add("resume", "go on with an interrupted run");
  add("force", "overwrite another run's file, start over instead of going on");
  add("accept-imprecise", "exit with 0 though the precision asked for was not reached");
  add("shard", options::value<std::string>()->value_name("I/N"), "simulate part I of N alone, for merge");
  add("solve", options::value<std::string>()->value_name("PATH"), "search the value of a number …");
  add("so-that", options::value<std::string>()->value_name("'OUTCOME.STATISTIC >= VALUE'"),
      "… for which this just holds");
  add("between", options::value<std::string>()->value_name("LO:HI"),
      "where to search; default: a bracket that grows from the value in the scenario");
  add("profile", "print where the time goes");
  add_run_options(description, domain);
  return description;
}

// Where the result goes; empty for "none".
std::filesystem::path output_path(const options::variables_map& values, const std::string& stem,
                                  const std::string& extension) {
  const std::string name = values.count("output") != 0
                               ? values["output"].as<std::string>()
                               : (std::filesystem::path("results") / (stem + extension)).string();
  return name == "none" ? std::filesystem::path{} : result_path(name);
}

std::string scenario_path(const options::variables_map& values) {
  if (values.count("scenario") == 0)
    throw UsageError("run needs a scenario. For example: partnersim run configs/arithmetic.toml");
  return values["scenario"].as<std::vector<std::string>>().front();
}

class RunCommand {
 public:
  RunCommand(const Words& words, const options::variables_map& values, LoadedExperiment loaded,
             std::chrono::steady_clock::time_point start)
      : words_(words),
        values_(values),
        start_(start),
        format_(parse_format(values["format"].as<std::string>())),
        loaded_(std::move(loaded)),
        path_(output_path(values, loaded_.stem, ".h5")),
        simulation_(loaded_, threads(values), values.count("quiet") != 0) {
    simulation_.profile(values_.count("profile") != 0);
  }

  int operator()() {
    for (const std::string& warning : loaded_.warnings) message("Note: " + warning + ".");
    if (loaded_.scenario->text("scenario.mode") == "expected") return answer_expected();
    if (path_.empty()) {
      if (values_.count("resume") != 0)
        throw UsageError("--resume goes on with a file, and -o none writes none. Leave out one of them");
      finish_work_on_signals();
      collect::Collector collector(loaded_.plan, nullptr, simulation_.collecting());
      simulation_.run(collector);
      if (saved(collector) == 0) return nothing_done();
      collect::Results results = collect::summarise(collector, simulation_.threads());
      results.comparisons.resize(results.points.size());
      if (loaded_.header.samples)
        results.comparisons = collect::compare_to_baselines(collector, loaded_.header.baselines,
                                                            loaded_.header.point_labels, simulation_.threads());
      return answer(collector, results);
    }
    refuse_own_scenario();
    const Destination destination(path_, identity_of(loaded_),
                                  {values_.count("force") != 0, values_.count("resume") != 0, false},
                                  [this](const std::string& text) { message(text); });
    if (destination.holds_result()) return answer_from_file();
    return simulate_to_file(destination);
  }

 private:
  // --force overwrites results, not what they are made from.
  void refuse_own_scenario() const {
    std::error_code not_there;
    if (std::filesystem::equivalent(scenario_path(values_), path_, not_there))
      throw Refusal(
          fmt::format("{} is the scenario itself. Choose another name for the result with -o", path_.string()));
  }
  void message(const std::string& text) const {
    if (values_.count("quiet") == 0) print_message(text);
  }

  int answer_expected() const {
    if (values_.count("output") != 0 && !path_.empty())
      throw UsageError("mode = \"expected\" has one figure an outcome and no result file. Leave out -o, or the mode");
    std::vector<ExpectedPoint> points;
    for (std::size_t p = 0; p < loaded_.plan.points.size(); ++p) {
      const Model& model = *loaded_.plan.points[p].model;
      points.push_back({loaded_.header.point_labels[p], model.expected(), &model.outputs()});
    }
    print_result(formatted(points, loaded_.header.question, format_));
    return kDone;
  }

  int nothing_done() const {
    message("Interrupted before the first block; nothing was saved.");
    return kInterrupted;
  }

  int answer_from_file() const {
    message(fmt::format("{} already holds this run: same scenario, seed and version.", path_.string()));
    print_result(formatted(read_report(path_, loaded_.model->outputs().nouns), format_));
    return simulation_.watch() == nullptr || output::is_precise(path_) || values_.count("accept-imprecise") != 0
               ? kDone
               : kImprecise;
  }

  int simulate_to_file(const Destination& destination) {
    finish_work_on_signals();
    std::unique_ptr<output::Journal> journal;
    std::unique_ptr<collect::Collector> collector;
    const auto results = with_advice([&] { return simulate_and_write(destination, journal, collector); },
                                     [&] { return Space(path_, loaded_.plan, collector.get()).advice(); });
    if (!results) return destination.holds_result() ? answer_from_file() : nothing_done();
    if (!simulation_.report().interrupted) destination.remove(*journal);
    write_log(path_, {words_, simulation_.report(), simulation_.options(), resumed_, results->digest, seconds()});
    return answer(*collector, *results);
  }

  // Nothing when the result was there in the end, or no replication was finished.
  std::optional<collect::Results> simulate_and_write(const Destination& destination,
                                                     std::unique_ptr<output::Journal>& journal,
                                                     std::unique_ptr<collect::Collector>& collector) {
    refuse_what_does_not_fit(path_, loaded_.plan, {loaded_.header.samples});
    journal = destination.open_journal();
    // While this process waited for the lock, the one that held it may have finished.
    if (destination.holds_result()) return std::nullopt;
    collector = std::make_unique<collect::Collector>(loaded_.plan, journal.get(), simulation_.collecting());
    destination.recover(*journal, *collector);
    resumed_ = saved(*collector);
    if (resumed_ != 0)
      message(fmt::format("Going on with {}: {} of {} replications are there.", journal->path().string(),
                          whole(resumed_), whole(loaded_.plan.total_replications())));
    if (const std::string warning = Space(path_, loaded_.plan, collector.get()).warning(); !warning.empty())
      message(warning);
    simulation_.run(*collector);
    if (saved(*collector) == 0) return std::nullopt;
    loaded_.header.complete = !simulation_.report().interrupted;
    if (simulation_.watch() != nullptr) loaded_.header.convergence = simulation_.watch()->history();
    return output::write_result_file(path_, loaded_.header, *collector, simulation_.threads());
  }

  int answer(const collect::Collector& collector, const collect::Results& results) const {
    const RunReport& report = simulation_.report();
    print_table(formatted(report_of(results, collector, loaded_.header), format_), path_);
    if (values_.count("profile") != 0) print_message(profile_table(report));
    if (report.interrupted)
      message(fmt::format("Interrupted after {}: the table is of those.{}", counted(saved(collector), "replication"),
                          path_.empty() ? "" : " --resume goes on from there."));
    message(fmt::format("{} in {:.2f} s, of which {:.2f} s simulating.{}", counted(report.replications, "replication"),
                        seconds(), report.seconds, path_.empty() ? "" : " Result: " + path_.string()));
    if (report.interrupted) return kInterrupted;
    return answer_precision();
  }

  int answer_precision() const {
    const PrecisionWatch* watch = simulation_.watch();
    if (watch == nullptr) return kDone;
    const std::string replications = counted(watch->history().replications.back(), "replication");
    if (simulation_.precise()) {
      message(fmt::format("Every precision target is reached after {}.", replications));
      return kDone;
    }
    message(
        fmt::format("The precision asked for was not reached in {}: {}. Allow more with --set "
                    "stop.max_replications=N, and -o for another name or --force.",
                    replications, watch->limiting()));
    return values_.count("accept-imprecise") != 0 ? kDone : kImprecise;
  }

  std::uint64_t saved(const collect::Collector& collector) const {
    return collector.order().index(collector.position());
  }

  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  const Words& words_;
  const options::variables_map& values_;
  const std::chrono::steady_clock::time_point start_;
  Format format_;
  LoadedExperiment loaded_;
  std::filesystem::path path_;  // of the result; empty for none
  ExperimentSimulation simulation_;
  std::uint64_t resumed_ = 0;  // replications of earlier runs
};

}  // namespace

int run_command(const Words& words, const Domain& domain) {
  const options::options_description description = described(domain);
  const options::variables_map values = parse(words, description, "scenario", 1);
  if (values.count("help") != 0) {
    print_help("partnersim run SCENARIO.toml|- [options]", example(domain), description);
    return kDone;
  }
  const auto start = std::chrono::steady_clock::now();  // points are made before the first is simulated
  LoadRequest request = request_of(values, domain);
  if (values.count("solve") != 0 || values.count("so-that") != 0)
    return solve(scenario_path(values), values, request, domain);
  request.before_models = [&](const Scenario& scenario, std::size_t points) {
    const std::string much = too_much_memory(size_of_run(domain, scenario, points, request.threads));
    if (!much.empty() && values.count("quiet") == 0) print_message(fmt::format("Warning: the run takes {}.", much));
    return much.empty();
  };
  LoadedExperiment loaded = load(scenario_path(values), request, domain);
  if (values.count("shard") != 0) {
    if (loaded.scenario->text("scenario.mode") == "expected")
      throw UsageError("mode = \"expected\" simulates nothing that could be parted. Leave out --shard, or the mode");
    const Shard shard = shard_of(values["shard"].as<std::string>(), loaded);
    const auto path = output_path(values, loaded.stem, fmt::format(".{}of{}.shard", shard.number, shard.of));
    return run_shard(loaded, shard, path, {values.count("force") != 0, values.count("resume") != 0, false},
                     threads(values), values.count("quiet") != 0);
  }
  return RunCommand(words, values, std::move(loaded), start)();
}

}  // namespace sim::cli
