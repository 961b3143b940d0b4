#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "sim/base/problem.h"
#include "sim/cli/destination.h"
#include "sim/cli/options.h"
#include "sim/cli/report.h"
#include "sim/cli/run_log.h"
#include "sim/cli/space.h"
#include "sim/cli/terminal.h"

namespace sim::cli {
namespace {

constexpr const char* kExample =
    "partnersim run configs/twelve_partners.toml -o results/twelve.h5 -n 1_000_000 --set 'partner.*.churn=0.03'";

options::options_description described() {
  options::options_description description("Options");
  description.add_options()
      ("output,o", options::value<std::string>()->value_name("FILE.h5|none"), "default: results/<scenario>.h5")
      ("format", options::value<std::string>()->default_value("table")->value_name("table|csv|json"), "of the summary on stdout")
      ("resume", "go on with an interrupted run")
      ("force", "overwrite another run's file, start over instead of going on")
      ("profile", "print where the time goes");
  add_run_options(description);
  return description;
}

// Where the result goes; empty for "none".
std::filesystem::path output_path(const options::variables_map& values, const std::string& stem) {
  if (values.count("output") == 0) return std::filesystem::path("results") / (stem + ".h5");
  const std::string given = values["output"].as<std::string>();
  return given == "none" ? std::filesystem::path{} : std::filesystem::path(given);
}

class RunCommand {
 public:
  RunCommand(const Words& words, const options::variables_map& values, const Domain& domain)
      : words_(words), values_(values), format_(parse_format(values["format"].as<std::string>())),
        loaded_(load(scenario_path(), assignments(values), domain)),
        plan_{{{loaded_.model, static_cast<std::uint32_t>(loaded_.scenario->integer("scenario.replications"))}}, {}},
        path_(output_path(values, loaded_.stem)) {
    run_options_.threads = threads(values_);
    run_options_.isa = default_isa();
    run_options_.stop = &stop_requested();
    run_options_.profile = values_.count("profile") != 0;
  }

  int operator()() {
    for (const std::string& warning : loaded_.model->warnings()) message("Note: " + warning + ".");
    if (loaded_.scenario->text("scenario.mode") == "expected") return answer_expected();
    if (path_.empty()) {
      if (values_.count("resume") != 0) throw UsageError("--resume goes on with a file, and -o none writes none. Leave out one of them");
      collect::Collector collector(plan_);
      simulate(collector);
      if (saved(collector) == 0) return nothing_done();
      return answer(collector, collect::summarise(collector, run_options_.threads));
    }
    const Destination destination(path_, output::identity(loaded_.header, plan_, static_cast<std::uint32_t>(collect::Catalogue(plan_).all().columns()), {}),
                                  {values_.count("force") != 0, values_.count("resume") != 0},
                                  [this](const std::string& text) { message(text); });
    if (destination.holds_result()) return answer_from_file();
    return simulate_to_file(destination);
  }

 private:
  std::string scenario_path() const {
    if (values_.count("scenario") == 0) throw UsageError("run needs a scenario. For example: partnersim run configs/arithmetic.toml");
    return values_["scenario"].as<std::vector<std::string>>().front();
  }

  void message(const std::string& text) const {
    if (values_.count("quiet") == 0) print_message(text);
  }

  int answer_expected() const {
    if (values_.count("output") != 0)
      throw UsageError("mode = \"expected\" has one figure an outcome and no result file. Leave out -o, or the mode");
    print_result(formatted(loaded_.model->expected(), loaded_.model->outputs(), loaded_.header.question, format_));
    return kDone;
  }

  int nothing_done() const {
    message("Interrupted before the first block; nothing was saved.");
    return kInterrupted;
  }

  int answer_from_file() const {
    message(fmt::format("{} already holds this run: same scenario, seed and version.", path_.string()));
    print_result(formatted(read_report(path_), format_));
    return kDone;
  }

  int simulate_to_file(const Destination& destination) {
    collect::Results results;
    std::unique_ptr<output::Journal> journal;
    std::unique_ptr<collect::Collector> collector;
    try {
      journal = destination.open_journal();
      // While this process waited for the lock, the one that held it may have finished.
      if (destination.holds_result()) return answer_from_file();
      collector = std::make_unique<collect::Collector>(plan_, *journal);
      destination.recover(*journal, *collector);
      resumed_ = saved(*collector);
      if (resumed_ != 0)
        message(fmt::format("Going on with {}: {} of {} replications are there.", journal->path().string(), whole(resumed_),
                            whole(plan_.total_replications())));
      if (const std::string warning = Space(path_, plan_, collector.get()).warning(); !warning.empty()) message(warning);
      simulate(*collector);
      if (saved(*collector) == 0) return nothing_done();
      loaded_.header.complete = !report_.interrupted;
      results = output::write_result_file(path_, loaded_.header, *collector, run_options_.threads);
    } catch (const output::FileBusy&) {
      throw;
    } catch (const Refusal&) {
      throw;
    } catch (const InputOutputError& error) {
      throw InputOutputError(error.what() + Space(path_, plan_, collector.get()).advice());
    }
    if (!report_.interrupted) destination.remove(*journal);
    write_log(path_, {words_, report_, run_options_, resumed_, results.digest, seconds()});
    return answer(*collector, results);
  }

  void simulate(collect::Collector& collector) {
    ProgressLine progress(values_.count("quiet") != 0);
    run_options_.progress = [&](const RunProgress& p) { progress.show(p); };
    run_options_.start = collector.position();
    report_ = run(plan_, collector, run_options_);
    collector.finish();
    progress.finish();
  }

  int answer(const collect::Collector& collector, const collect::Results& results) const {
    print_result(formatted(report_of(results, collector, loaded_.header), format_));
    if (run_options_.profile) print_message(profile_table(report_));
    if (report_.interrupted)
      message(fmt::format("Interrupted after {} replications: the table is of those.{}", whole(saved(collector)),
                          path_.empty() ? "" : " --resume goes on from there."));
    message(fmt::format("{} replications in {:.2f} s, of which {:.2f} s simulating.{}", whole(report_.replications), seconds(), report_.seconds,
                        path_.empty() ? "" : " Result: " + path_.string()));
    return report_.interrupted ? kInterrupted : kDone;
  }

  std::uint64_t saved(const collect::Collector& collector) const { return collector.order().index(collector.position()); }

  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  const Words& words_;
  const options::variables_map& values_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Format format_;
  LoadedScenario loaded_;
  ExperimentPlan plan_;
  std::filesystem::path path_;  // of the result; empty for none
  RunOptions run_options_;
  RunReport report_;
  std::uint64_t resumed_ = 0;  // replications of earlier runs
};

}  // namespace

int run_command(const Words& words, const Domain& domain) {
  const options::options_description description = described();
  const options::variables_map values = parse(words, description, "scenario", 1);
  if (values.count("help") != 0) {
    print_help("partnersim run SCENARIO.toml|- [options]", kExample, description);
    return kDone;
  }
  return RunCommand(words, values, domain)();
}

}  // namespace sim::cli
