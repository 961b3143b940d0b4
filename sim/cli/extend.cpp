// partnersim extend: more replications, or more points, for a result that is there. What it holds is not simulated
// again, and the new result has the bytes that asking for everything at once would have given.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <sstream>

#include "sim/base/problem.h"
#include "sim/cli/count_option.h"
#include "sim/cli/destination.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/options.h"
#include "sim/cli/process.h"
#include "sim/cli/run_log.h"
#include "sim/cli/simulation.h"
#include "sim/cli/space.h"
#include "sim/cli/stored.h"
#include "sim/cli/terminal.h"
#include "sim/output/result_replications.h"
#include "sim/report/report.h"

namespace sim::cli {
namespace {

std::string example(const Domain& domain) {
  return fmt::format("partnersim extend results/{}.h5 -n 400_000", domain.examples.scenario);
}
constexpr std::string_view kReplications = "scenario.replications=";

options::options_description described() {
  options::options_description description("Options");
  auto add = description.add_options();
  add("replications,n", options::value<std::string>()->value_name("MORE"), "replications to add to each point");
  add("vary", options::value<std::vector<std::string>>()->composing()->value_name("'PATH=…'"),
      "other values of an axis, those that are there among them: new points");
  add("set", options::value<std::vector<std::string>>()->composing()->value_name("'PATH=VALUE'"),
      "the same for [sweep]: sweep.points=1024");
  add("output,o", options::value<std::string>()->value_name("FILE.h5"),
      "keep the old result, and write the new one here");
  add("format", options::value<std::string>()->default_value("table")->value_name("table|csv|json"),
      "of the summary on stdout");
  add("threads,t", options::value<std::string>()->value_name("N"), "worker threads");
  add("resume", "go on with an extension that was interrupted");
  add("force", "overwrite another run's file, start over instead of going on");
  add("quiet,q", "no progress and no messages");
  add_trust_option(description);
  add("help,h", "this help");
  return description;
}

std::uint64_t more_replications(const options::variables_map& values) {
  constexpr CountOption kMore{"-n", "100_000", {1, 4294967295.0}};
  if (values.count("replications") == 0) return 0;
  return static_cast<std::uint64_t>(read_count(kMore, values["replications"].as<std::string>()));
}

std::filesystem::path new_path(const options::variables_map& values, const std::filesystem::path& old_path) {
  if (values.count("output") == 0) return result_path(old_path.string());
  const std::string name = values["output"].as<std::string>();
  if (name == "none")
    throw UsageError("extend writes a result, and -o none writes none. Leave -o out to replace the old one");
  return result_path(name);
}

class ExtendCommand {
 public:
  ExtendCommand(const Words& words, const options::variables_map& values, const Domain& domain)
      : words_(words),
        values_(values),
        domain_(domain),
        old_path_(values["result"].as<std::vector<std::string>>().front()),
        path_(new_path(values, old_path_)),
        old_(read_stored(old_path_, domain, threads(values), trust(values))) {
    const std::uint64_t more = more_replications(values);
    if (more == 0 && values.count("vary") == 0 && values.count("set") == 0)
      throw UsageError(fmt::format("extend needs -n MORE, --vary or --set. For example: {}", example(domain)));
    if (const std::uint32_t inner = old_.loaded.model->outputs().sampling.inner; more % inner != 0)
      throw UsageError(
          fmt::format("-n {} is not a whole number of units of {} replications (scenario.inner). Use -n {}", more,
                      inner, (more / inner + 1) * inner));
    const auto there =
        static_cast<std::uint64_t>(*std::max_element(old_.replications.begin(), old_.replications.end()));
    const std::uint64_t all = is_resumed() ? std::max(there, resumed_replications(there, more)) : there + more;
    check_settings();
    LoadRequest request{old_.source.assignments, old_.source.vary, threads(values)};
    std::erase_if(request.assignments, [](const std::string& a) {
      return a.starts_with(kReplications) || a.starts_with("stop.precision=");
    });
    for (const std::string& text : given(values, "set")) request.assignments.push_back(text);
    if (!old_.loaded.precision.targets.empty()) request.assignments.push_back("stop.precision={}");
    if (all != static_cast<std::uint64_t>(old_.loaded.scenario->integer("scenario.replications")) ||
        has_assignment(old_.source.assignments))
      request.assignments.push_back(fmt::format("{}{}", kReplications, all));
    merge_vary(request.vary);
    loaded_ = load(parse_document(old_.source.file, old_.source.text), request, domain);
    if (loaded_.shortcuts->takes_all_of(*old_.loaded.shortcuts)) return;
    std::string why;
    for (const auto& [what, refused] : loaded_.shortcuts->notes())
      if (!refused.empty()) why += fmt::format("{}{}", why.empty() ? "" : "; ", refused);
    throw UsageError(fmt::format(
        "the points to be added cannot be drawn as those of {} are ({}). Run all of them as one experiment, "
        "with partnersim run",
        old_path_.string(), why));
  }

  int operator()() {
    std::error_code not_there;
    const bool replaces = std::filesystem::equivalent(path_, old_path_, not_there);
    const Destination destination(path_, identity_of(loaded_),
                                  {values_.count("force") != 0, values_.count("resume") != 0, replaces},
                                  [this](const std::string& text) { message(text); });
    if (destination.holds_result()) return answer_from_file();
    const auto done = with_advice([&] { return simulate(destination); },
                                  [&] { return fmt::format(". {} is as it was", old_path_.string()); });
    if (!done) return destination.holds_result() ? answer_from_file() : static_cast<int>(kInterrupted);
    write_log(path_, {words_, done->report, done->options, 0, done->digest, done->report.seconds, "extend"});
    print_table(done->table, path_);
    message(fmt::format("{} added. Result: {}", counted(done->added, "replication"), path_.string()));
    return kDone;
  }

 private:
  bool is_resumed() const { return values_.count("resume") != 0; }
  Format format() const { return parse_format(values_["format"].as<std::string>()); }
  void message(const std::string& text) const {
    if (values_.count("quiet") == 0) print_message(text);
  }
  static bool has_assignment(const std::vector<std::string>& list) {
    return std::any_of(list.begin(), list.end(), [](const std::string& a) { return a.starts_with(kReplications); });
  }

  void check_settings() const {
    for (const std::string& text : given(values_, "set"))
      if (!text.starts_with("sweep.") && !text.starts_with("variant."))
        throw UsageError(fmt::format(
            "--set {}: only [sweep] and [variant] can be extended. For another scenario: partnersim run … -o OTHER.h5",
            text));
  }

  // An extension killed between naming the result and removing its journal has nothing left to do: the journal tells.
  std::uint64_t resumed_replications(std::uint64_t there, std::uint64_t more) const {
    std::error_code ignored;
    const auto journal = output::Journal::path_for(path_);
    if (!std::filesystem::exists(journal, ignored))
      throw Refusal(
          fmt::format("Nothing to resume: there is no {}. The extension was finished or never begun; {} has {} "
                      "a point. Without --resume, -n adds to them",
                      journal.string(), old_path_.string(), counted(there, "replication")));
    const auto wanted = output::Journal::open_any(journal)->run().replications;
    return wanted.empty() ? there + more : *std::max_element(wanted.begin(), wanted.end());
  }

  void merge_vary(std::vector<std::string>& vary) const {
    for (const std::string& text : given(values_, "vary")) {
      const std::string path = text.substr(0, text.find('=') + 1);
      std::erase_if(vary, [&](const std::string& old) { return old.starts_with(path); });
      vary.push_back(text);
    }
  }

  // The old file's point of each new point: the one whose scenario is the same but for the number of replications.
  std::vector<std::optional<std::size_t>> match() const {
    std::vector<std::string> old_texts;
    for (std::size_t p = 0; p < old_.loaded.plan.points.size(); ++p) old_texts.push_back(scenario_text(old_.loaded, p));
    std::vector<std::optional<std::size_t>> matches;
    std::set<std::string> texts;  // several points may be the same
    for (std::size_t p = 0; p < loaded_.plan.points.size(); ++p) {
      const std::string text = scenario_text(loaded_, p);
      texts.insert(text);
      // In most extensions a point keeps its number.
      std::size_t found =
          p < old_texts.size() && old_texts[p] == text
              ? p
              : static_cast<std::size_t>(std::find(old_texts.begin(), old_texts.end(), text) - old_texts.begin());
      matches.push_back(found < old_texts.size() ? std::optional(found) : std::nullopt);
    }
    for (std::size_t p = 0; p < old_texts.size(); ++p)
      if (!texts.contains(old_texts[p]))
        throw Refusal(
            fmt::format("{}: its point {} is not among the new ones, and would be lost. Name the values that are there "
                        "too, or run the scenario with -o OTHER.h5",
                        old_path_.string(), old_.loaded.header.point_labels[p]));
    return matches;
  }

  std::string scenario_text(const LoadedExperiment& loaded, std::size_t point) const {
    std::string text = point_text(loaded, point, domain_);
    for (const std::string_view key : {"scenario.replications =", "stop."}) {
      for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at))
        if (at == 0 || text[at - 1] == '\n')
          text.erase(at, text.find('\n', at) + 1 - at);
        else
          ++at;
    }
    return text;
  }

  struct Done {
    RunReport report;
    RunOptions options;
    std::string digest, table;
    std::uint64_t added;  // replications, simulated now or earlier, or copied from a point that is the same
  };

  int answer_from_file() const {
    message(fmt::format("{} already holds all this.", path_.string()));
    print_result(formatted(read_report(path_, loaded_.model->outputs().nouns), format()));
    return kDone;
  }

  // Nothing when it was interrupted, or when another process has finished the same.
  std::optional<Done> simulate(const Destination& destination) {
    finish_work_on_signals();
    const OutputPlan outputs = collect::Catalogue(loaded_.plan).all();
    const output::ResultReplications known(old_path_, outputs, match(), trust(values_));
    for (std::size_t p = 0; p < known.counts().size(); ++p)
      if (known.counts()[p] > loaded_.plan.points[p].replications)
        throw Refusal(fmt::format("{} has {} replications a point, more than the {} asked for", old_path_.string(),
                                  known.counts()[p], loaded_.plan.points[p].replications));
    refuse_what_does_not_fit(path_, loaded_.plan, {});
    const auto journal = destination.open_journal();
    if (destination.holds_result()) return std::nullopt;
    ExperimentSimulation simulation(loaded_, threads(values_), values_.count("quiet") != 0);
    auto collecting = simulation.collecting();
    collecting.known = &known;
    collect::Collector collector(loaded_.plan, journal.get(), collecting);
    destination.recover(*journal, collector);
    if (const std::string warning = Space(path_, loaded_.plan, &collector).warning(); !warning.empty())
      message(warning);
    simulation.run(collector);
    if (simulation.report().interrupted) {
      const bool begun = PlanOrder(loaded_.plan).index(collector.position()) != 0;
      message(fmt::format("Interrupted. {} is as it was; {}", old_path_.string(),
                          begun ? "extend … --resume goes on." : "nothing was begun."));
      return std::nullopt;
    }
    const collect::Results results = output::write_result_file(path_, loaded_.header, collector, simulation.threads());
    destination.remove(*journal);
    return Done{simulation.report(), simulation.options(), results.digest,
                formatted(report_of(results, collector, loaded_.header), format()),
                loaded_.plan.total_replications() -
                    std::accumulate(known.counts().begin(), known.counts().end(), std::uint64_t{0})};
  }

  const Words& words_;
  const options::variables_map& values_;
  const Domain& domain_;
  std::filesystem::path old_path_, path_;
  StoredExperiment old_;
  LoadedExperiment loaded_;
};

}  // namespace

int extend_command(const Words& words, const Domain& domain) {
  const options::options_description description = described();
  const options::variables_map values = parse(words, description, "result", 1);
  if (values.count("help") != 0) {
    print_help("partnersim extend RESULT.h5 -n MORE [options]", example(domain), description);
    return kDone;
  }
  if (values.count("result") == 0)
    throw UsageError(fmt::format("extend needs a result. For example: {}", example(domain)));
  expect_results(values["result"].as<std::vector<std::string>>(), "extend");
  return ExtendCommand(words, values, domain)();
}

}  // namespace sim::cli
