#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>

#include "sim/base/problem.h"
#include "sim/cli/options.h"
#include "sim/cli/report.h"
#include "sim/cli/terminal.h"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExample =
    "partnersim run configs/twelve_partners.toml -o results/twelve.h5 -n 1_000_000 --set 'partner.*.churn=0.03'";

options::options_description described() {
  options::options_description description("Options");
  description.add_options()
      ("output,o", options::value<std::string>()->value_name("FILE.h5|none"), "default: results/<scenario>.h5")
      ("format", options::value<std::string>()->default_value("table")->value_name("table|csv|json"), "of the summary on stdout")
      ("force", "overwrite another run's file")
      ("profile", "print where the time goes");
  add_run_options(description);
  return description;
}

// Where the result goes; empty for "none".
fs::path output_path(const options::variables_map& values, const std::string& stem) {
  if (values.count("output") == 0) return fs::path("results") / (stem + ".h5");
  const std::string given = values["output"].as<std::string>();
  return given == "none" ? fs::path{} : fs::path(given);
}

enum class Existing { none, same, replace };

// Nothing is overwritten without --force.
Existing inspect_existing(const fs::path& path, const output::ResultHeader& header, bool force) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error)) return Existing::none;
  if (fs::is_directory(path, error))
    throw InputOutputError(fmt::format("{} is a folder. Name a file in it: -o {}", path.string(), (path / "result.h5").string()));
  const output::ExistingResult existing = output::examine(path);
  if (existing.complete && existing.fingerprint == output::fingerprint(header)) return Existing::same;
  if (force) return Existing::replace;
  const std::string reason = existing.fingerprint.empty()                                ? "it is not a partnersim result"
                             : existing.fingerprint == output::fingerprint(header) ? "it holds the finished part of an interrupted run"
                                                                                    : "it holds the result of another run";
  throw InputOutputError(fmt::format("{} exists ({}). Use --force to overwrite it, or -o to choose another name", path.string(), reason));
}

void prepare_folder(const fs::path& path) {
  const fs::path folder = path.parent_path();
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw InputOutputError(fmt::format("{}: cannot create the folder ({})", folder.string(), error.message()));
  if (access(folder.c_str(), W_OK) != 0)
    throw InputOutputError(fmt::format("{}: cannot write there ({})", path.string(), std::strerror(errno)));
}

// What differs from run to run stays out of the result, so that equal runs give equal files.
void write_log(const fs::path& result, const Words& words, const RunReport& report, const RunOptions& run_options,
               const std::string& digest, double total_seconds) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char time[32] = "";
  std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ", &utc);
  std::string command = "partnersim run";
  for (const std::string& word : words) command += " " + word;
  const std::string text = fmt::format(
      "{{\n  \"result\": {},\n  \"command\": {},\n  \"folder\": {},\n  \"host\": {},\n  \"finished\": {},\n"
      "  \"version\": {},\n  \"threads\": {},\n  \"instruction_set\": {},\n  \"block\": {},\n  \"replications\": {},\n"
      "  \"interrupted\": {},\n  \"seconds_simulating\": {},\n  \"seconds\": {},\n  \"outcomes_hash\": {}\n}}\n",
      json_text(result.filename().string()), json_text(command), json_text(fs::current_path().string()), json_text(host),
      json_text(time), json_text(PARTNERSIM_VERSION), run_options.threads, json_text(std::string(to_string(run_options.isa))),
      report.block, report.replications, report.interrupted, json_number(report.seconds), json_number(total_seconds), json_text(digest));
  const fs::path log = result.string() + ".log.json";
  std::ofstream file(log);
  file << text;
  file.close();
  if (!file) throw InputOutputError(fmt::format("{}: cannot write", log.string()));
}

std::string profile_table(const RunReport& report) {
  std::uint64_t total = 0;
  for (const Profile::Stage& stage : report.profile.stages())
    if (!stage.name.starts_with("> ")) total += stage.ticks;
  TextTable table({"stage", "share"});
  for (const Profile::Stage& stage : report.profile.stages())
    table.add({stage.name, fmt::format("{:.1f} %", 100.0 * static_cast<double>(stage.ticks) / static_cast<double>(std::max<std::uint64_t>(1, total)))});
  return "\nWhere the time goes (stages marked > are parts of a process):\n" + table.text();
}

class RunCommand {
 public:
  RunCommand(const Words& words, const options::variables_map& values, const Domain& domain)
      : words_(words), values_(values), format_(parse_format(values["format"].as<std::string>())),
        loaded_(load(scenario_path(), assignments(values), domain)) {}

  int operator()() {
    if (loaded_.scenario->text("scenario.mode") == "expected") return answer_expected();
    const fs::path path = output_path(values_, loaded_.stem);
    const Existing existing = inspect_existing(path, loaded_.header, values_.count("force") != 0);
    if (existing == Existing::same) {
      if (!quiet()) print_message(fmt::format("{} already holds this run: same scenario, seed and version.", path.string()));
      print_result(formatted(read_report(path), format_));
      return kDone;
    }
    if (!path.empty()) prepare_folder(path);
    return simulate(path);
  }

 private:
  std::string scenario_path() const {
    if (values_.count("scenario") == 0) throw UsageError("run needs a scenario. For example: partnersim run configs/arithmetic.toml");
    return values_["scenario"].as<std::vector<std::string>>().front();
  }

  bool quiet() const { return values_.count("quiet") != 0; }

  int answer_expected() {
    if (values_.count("output") != 0)
      throw UsageError("mode = \"expected\" has one figure an outcome and no result file. Leave out -o, or the mode");
    print_result(formatted(loaded_.model->expected(), loaded_.model->outputs(), loaded_.header.question, format_));
    return kDone;
  }

  int simulate(const fs::path& path) {
    const auto start = std::chrono::steady_clock::now();
    const auto replications = static_cast<std::uint32_t>(loaded_.scenario->integer("scenario.replications"));
    const ExperimentPlan plan{{{loaded_.model, replications}}};
    ProgressLine progress(quiet());
    RunOptions run_options;
    run_options.threads = threads(values_);
    run_options.isa = default_isa();
    run_options.stop = &stop_requested();
    run_options.profile = values_.count("profile") != 0;
    run_options.progress = [&](const RunProgress& p) { progress.show(p); };

    output::Collector collector(plan, path.empty() ? fs::path{} : fs::path(path.string() + ".spool"));
    const RunReport report = run(plan, collector, run_options);
    progress.finish();
    if (report.interrupted && report.replications == 0) {
      print_message("Interrupted before the first block; nothing was saved.");
      return kInterrupted;
    }
    loaded_.header.complete = !report.interrupted;
    const output::Results results = path.empty() ? output::summarise(collector, run_options.threads)
                                                 : output::write_result_file(path, loaded_.header, collector, run_options.threads);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!path.empty()) write_log(path, words_, report, run_options, results.digest, seconds);
    print_result(formatted(report_of(results, collector, loaded_.header), format_));
    if (run_options.profile) print_message(profile_table(report));
    if (!quiet()) tell(path, report, seconds);
    return report.interrupted ? kInterrupted : kDone;
  }

  void tell(const fs::path& path, const RunReport& report, double seconds) const {
    if (report.interrupted)
      print_message(fmt::format("Interrupted after {} replications: the table is of those.", plain(static_cast<double>(report.replications))));
    print_message(fmt::format("{} replications in {:.2f} s, of which {:.2f} s simulating.{}", plain(static_cast<double>(report.replications)), seconds,
                              report.seconds, path.empty() ? "" : " Result: " + path.string()));
  }

  const Words& words_;
  const options::variables_map& values_;
  Format format_;
  LoadedScenario loaded_;
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
