#include <fmt/format.h>

#include <iostream>

#include "sim/base/problem.h"
#include "sim/cli/options.h"
#include "sim/cli/table.h"
#include "sim/cli/terminal.h"
#include "sim/rng/distribution.h"

namespace sim::cli {
namespace {

class DiscardSink final : public ResultSink {
 public:
  void commit(const BlockResult&) override {}
};

struct Forecast {
  double seconds = 0.0;
  double memory_bytes = 0.0;
  double disk_bytes = 0.0;
};

// Time by simulating a few blocks; sizes by counting.
Forecast forecast(const LoadedScenario& loaded, std::uint32_t replications, int thread_count) {
  RunOptions run_options;
  run_options.threads = thread_count;
  run_options.isa = default_isa();
  const std::size_t block = choose_block(*loaded.model);
  const auto sample = std::min<std::uint32_t>(replications, static_cast<std::uint32_t>(block) * 4 * static_cast<std::uint32_t>(thread_count));
  DiscardSink sink;
  const RunReport report = run({{{loaded.model, sample}}}, sink, run_options);
  const OutputPlan& outputs = loaded.model->outputs();
  const auto n = static_cast<double>(replications);
  const double columns = static_cast<double>(outputs.columns());
  Forecast f;
  f.seconds = report.seconds * n / sample;
  f.disk_bytes = 2.0 * 4.0 * n * columns;  // the spool and the result exist side by side for a moment
  const double workers = thread_count;
  f.memory_bytes = 60e6 + workers * static_cast<double>(block * loaded.model->bytes_per_lane()) * 4.0 +
                   4.0 * columns * 65536.0 + 2.0 * workers * 4.0 * n;
  return f;
}

std::string bytes_text(double bytes) {
  if (bytes < 1e6) return fmt::format("{:.0f} kB", bytes / 1e3);
  if (bytes < 1e9) return fmt::format("{:.0f} MB", bytes / 1e6);
  return fmt::format("{:.1f} GB", bytes / 1e9);
}

std::string law_text(const Law& law) { return describe(law); }

std::string drawn_text(const Scenario& scenario) {
  TextTable table({"drawn", "value", "law"});
  bool any = false;
  for (const auto& [path, entry] : scenario.entries()) {
    const Law* law = std::get_if<Law>(&entry.value);
    if (law == nullptr || law->is_constant()) continue;
    table.add({entry.spec->frequency == Frequency::per_event ? "per event" : "once a replication", path, law_text(*law)});
    any = true;
  }
  return any ? "\nWhat is drawn, and how often:\n" + table.text() : "\nNo parameter is uncertain.\n";
}

std::string defaults_text(const Scenario& scenario) {
  TextTable table({"value", "default", "unit", "source"});
  bool any = false;
  for (const auto& [path, entry] : scenario.entries()) {
    if (entry.given || entry.spec->required) continue;
    std::string text;
    if (const Law* law = std::get_if<Law>(&entry.value)) text = law->is_constant() ? plain(law->number("value")) : law_text(*law);
    else if (const auto* integer = std::get_if<std::int64_t>(&entry.value)) text = std::to_string(*integer);
    else if (const auto* flag = std::get_if<bool>(&entry.value)) text = *flag ? "true" : "false";
    else if (const auto* word = std::get_if<std::string>(&entry.value)) text = *word;
    if (text.empty() || entry.spec->source.empty()) continue;
    table.add({path, text, std::string(entry.spec->unit), std::string(entry.spec->source)});
    any = true;
  }
  return any ? "\nValues you did not give:\n" + table.text() : "";
}

}  // namespace

int check_command(const Words& words, const Domain& domain) {
  options::options_description description("Options");
  add_run_options(description);
  const options::variables_map values = parse(words, description, "scenario", 1);
  if (values.count("help") != 0) {
    print_help("partnersim check SCENARIO.toml|- [options]", "partnersim check configs/twelve_partners.toml", description);
    return kDone;
  }
  if (values.count("scenario") == 0) throw UsageError("check needs a scenario. For example: partnersim check configs/arithmetic.toml");
  const LoadedScenario loaded = load(values["scenario"].as<std::vector<std::string>>().front(), assignments(values), domain);
  const Scenario& scenario = *loaded.scenario;
  const OutputPlan& outputs = loaded.model->outputs();
  const auto replications = static_cast<std::uint32_t>(scenario.integer("scenario.replications"));
  const int thread_count = threads(values);

  std::string out = scenario.file() + ": ok\n";
  if (!loaded.header.question.empty()) out += loaded.header.question + "\n";
  out += fmt::format("\n{} months, {} partners, {} replications, seed {}, 1 point\n", outputs.months, outputs.members.size(),
                     plain(replications), loaded.header.seed);
  out += drawn_text(scenario);
  out += defaults_text(scenario);
  const Forecast f = forecast(loaded, replications, thread_count);
  out += fmt::format("\nForecast on {} threads: {:.1f} s, {} of memory, {} of disk at most.\n", thread_count, f.seconds,
                     bytes_text(f.memory_bytes), bytes_text(f.disk_bytes));
  print_result(out);
  return kDone;
}

}  // namespace sim::cli
