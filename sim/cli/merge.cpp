// partnersim merge: the shards of a run to the result that one run would have given.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/base/problem.h"
#include "sim/cli/destination.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/options.h"
#include "sim/cli/process.h"
#include "sim/cli/run_log.h"
#include "sim/cli/space.h"
#include "sim/cli/terminal.h"
#include "sim/output/journal.h"
#include "sim/report/report.h"

namespace sim::cli {
namespace {

constexpr const char* kExample = "partnersim merge results/*.shard -o results/big.h5";

struct Interrupted {};

// The groups of several journals, one after the other. Whoever reads them can be interrupted: there is nothing that a
// second merge could go on from, but half a result should not stay.
class JoinedGroups final : public collect::GroupStore {
 public:
  void add(const output::Journal& journal, std::size_t groups) {
    for (std::size_t g = 0; g < groups; ++g) places_.push_back({&journal, g});
  }
  void append(std::span<const collect::Segment>, std::span<const float>) override {
    throw std::logic_error("shards are only read");
  }
  void read(std::size_t group, std::size_t column, std::size_t first_row, std::span<float> out) const override {
    if (stop_requested()) throw Interrupted{};
    places_[group].journal->read(places_[group].group, column, first_row, out);
  }
  collect::Segment segment(std::size_t group, std::size_t segment) const override {
    if (stop_requested()) throw Interrupted{};
    return places_[group].journal->segment(places_[group].group, segment);
  }
  bool due(std::chrono::duration<double>, std::size_t) const override { return false; }

 private:
  struct Place {
    const output::Journal* journal;
    std::size_t group;
  };
  std::vector<Place> places_;
};

using Shards = std::map<std::uint32_t, std::unique_ptr<output::Journal>>;  // by number

std::unique_ptr<output::Journal> open_shard(const std::string& path) {
  try {
    return output::Journal::open_any(path);
  } catch (const output::JournalRefused& error) {
    throw Refusal(fmt::format("{} is not a shard of partnersim run --shard ({})", path, error.reason()));
  }
}

// Opens all shards and refuses what does not belong together, by name.
Shards open_shards(const std::vector<std::string>& paths) {
  Shards shards;
  const output::RunIdentity* first = nullptr;
  for (std::size_t k = 0; k < paths.size(); ++k) {
    const std::string& path = paths[k];
    std::error_code ignored;
    for (std::size_t j = 0; j < k; ++j)
      if (std::filesystem::equivalent(paths[j], path, ignored))
        throw Refusal(fmt::format("{} and {} are the same shard. Leave one of them out", paths[j], path));
    auto journal = open_shard(path);
    const output::RunIdentity& run = journal->run();
    if (first == nullptr) first = &run;
    output::RunIdentity same = run;
    same.shard = first->shard;
    if (const std::string reason = output::difference(same, *first); !reason.empty())
      throw Refusal(fmt::format("{} does not belong to {}: {}", path, paths.front(), reason));
    if (run.shard.of != first->shard.of)
      throw Refusal(fmt::format("{} is shard {} of {}, and {} one of {}. Give the shards of one division", path,
                                run.shard.number, run.shard.of, paths.front(), first->shard.of));
    const auto there = shards.find(run.shard.number);
    if (there != shards.end())
      throw Refusal(fmt::format("{} and {} are both shard {} of {}. Leave one of them out",
                                there->second->path().string(), path, run.shard.number, run.shard.of));
    shards.emplace(run.shard.number, std::move(journal));
  }
  std::string missing;
  for (std::uint32_t k = 1; k <= first->shard.of; ++k)
    if (shards.find(k) == shards.end())
      missing += (missing.empty() ? "" : ", ") + fmt::format("{}/{}", k, first->shard.of);
  if (!missing.empty())
    throw Refusal(fmt::format(
        "shards are missing: {}. Make each with partnersim run … --shard, and merge them all at once", missing));
  return shards;
}

class MergeCommand {
 public:
  MergeCommand(const Words& words, const options::variables_map& values, const Domain& domain)
      : words_(words),
        values_(values),
        path_(result_path(values["output"].as<std::string>())),
        threads_(threads(values)),
        shards_(open_shards(values["shard"].as<std::vector<std::string>>())) {
    const output::RunIdentity& run = shards_.begin()->second->run();
    const LoadRequest request{run.source.assignments, run.source.vary, threads_};
    loaded_ = load(parse_document(run.source.file, run.source.text), request, domain);
    if (output::fingerprint(loaded_.header) != run.fingerprint)
      throw Refusal(fmt::format("{} was made by another version ({}), and cannot be merged by this one",
                                shards_.begin()->second->path().string(), run.version));
  }

  int operator()() {
    const Destination destination(path_, identity_of(loaded_), {values_.count("force") != 0, false, false},
                                  [this](const std::string& text) { message(text); });
    if (!destination.holds_result()) {
      destination.prepare_folder();
      return write();
    }
    message(fmt::format("{} already holds this run: same scenario, seed and version.", path_.string()));
    print_result(formatted(read_report(path_, loaded_.model->outputs().nouns),
                           parse_format(values_["format"].as<std::string>())));
    return kDone;
  }

 private:
  void message(const std::string& text) const {
    if (values_.count("quiet") == 0) print_message(text);
  }

  int write() {
    JoinedGroups store;
    collect::Collector::Options options;
    options.threads = threads_;
    collect::Collector collector(loaded_.plan, &store, options);
    const PlanOrder order(loaded_.plan);
    for (auto& [number, journal] : shards_) {
      std::size_t groups = 0;
      journal->recover(loaded_.plan, [&](std::span<const collect::Segment> segments) {
        ++groups;
        return collector.restore(segments);
      });
      store.add(*journal, groups);
      if (!(collector.position() == order.end_of(journal->run().shard)))
        throw Refusal(fmt::format("{} is not finished: run its shard again with --resume", journal->path().string()));
    }
    finish_work_on_signals();
    const collect::Results results = output::write_result_file(path_, loaded_.header, collector, threads_);
    write_log(path_, {words_, {}, {}, loaded_.plan.total_replications(), results.digest, 0.0, "merge"});
    print_table(
        formatted(report_of(results, collector, loaded_.header), parse_format(values_["format"].as<std::string>())),
        path_);
    message(fmt::format("Result: {}. The shards are no longer needed.", path_.string()));
    return kDone;
  }

  const Words& words_;
  const options::variables_map& values_;
  std::filesystem::path path_;
  int threads_;
  Shards shards_;
  LoadedExperiment loaded_;
};

}  // namespace

int merge_command(const Words& words, const Domain& domain) {
  options::options_description description("Options");
  auto add = description.add_options();
  add("output,o", options::value<std::string>()->value_name("FILE.h5"), "the result; required");
  add("format", options::value<std::string>()->default_value("table")->value_name("table|csv|json"),
      "of the summary on stdout");
  add("force", "overwrite another run's file");
  add("threads,t", options::value<std::string>()->value_name("N"), "worker threads");
  add("quiet,q", "no messages");
  add("help,h", "this help");
  const options::variables_map values = parse(words, description, "shard", -1);
  if (values.count("help") != 0) {
    print_help("partnersim merge SHARD... -o FILE.h5 [options]", kExample, description);
    return kDone;
  }
  if (values.count("shard") == 0) throw UsageError(fmt::format("merge needs shards. For example: {}", kExample));
  expect_results(values["shard"].as<std::vector<std::string>>(), "merge");
  if (values.count("output") == 0)
    throw UsageError(fmt::format("merge needs the name of the result. For example: {}", kExample));
  if (values["output"].as<std::string>() == "none")
    throw UsageError(fmt::format("merge writes a result, and -o none writes none. For example: {}", kExample));
  try {
    return MergeCommand(words, values, domain)();
  } catch (const Interrupted&) {
    return kInterrupted;
  }
}

}  // namespace sim::cli
