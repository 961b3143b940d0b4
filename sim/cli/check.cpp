#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/base/problem.h"
#include "sim/cli/options.h"
#include "sim/cli/report.h"
#include "sim/cli/table.h"
#include "sim/cli/terminal.h"
#include "sim/output/disk_need.h"
#include "sim/rng/distribution.h"

namespace sim::cli {
namespace {

// Keeps the sums alone, whose size is part of the forecast, and the outcomes of the first block.
class SumsSink final : public ResultSink {
 public:
  explicit SumsSink(const OutputPlan& outputs) : sums(outputs), outcomes(outputs.outcomes.size()) {}
  void commit(const BlockResult& result) override {
    sums.merge(result.sums);
    if (result.block.first_replication != 0) return;
    for (std::size_t c = 0; c < outcomes.size(); ++c) {
      outcomes[c].clear();
      for (std::size_t i = 0; i < result.block.replications; ++i) outcomes[c].push_back(result.value(c, i));
    }
  }
  Accumulators sums;
  std::vector<std::vector<double>> outcomes;
};

struct Forecast {
  double seconds = 0.0;
  double memory_bytes = 0.0;
  double journal_bytes = 0.0;  // until the result is complete
  double result_bytes = 0.0;
  std::vector<std::string> blurred;  // outcomes
};

// Time by simulating a few blocks; fewer replications where even those take long (a hundred thousand deals a month),
// for a check answers at once. Sixteen-fold steps cost at most a fifteenth of the last one.
double seconds_for(const LoadedExperiment& loaded, std::uint32_t replications, const RunOptions& options,
                   std::size_t block, SumsSink& sink) {
  constexpr double kLongEnough = 0.2;  // seconds; assumed
  const auto most = std::min<std::uint32_t>(
      replications, static_cast<std::uint32_t>(block) * 4 * static_cast<std::uint32_t>(options.threads));
  for (std::uint32_t sample = 1;; sample = most / 16 < sample ? most : sample * 16) {
    sink.sums.clear();
    const RunReport report = run({{{loaded.model, sample}}, {}}, sink, options);
    if (sample >= most || report.seconds > kLongEnough)
      return report.seconds * static_cast<double>(replications) / sample;
  }
}

// Sizes by counting.
Forecast forecast(const LoadedExperiment& loaded, std::uint32_t replications, int thread_count) {
  RunOptions run_options;
  run_options.threads = thread_count;
  run_options.isa = default_isa();
  const std::size_t block = choose_block(*loaded.model);
  const OutputPlan& outputs = loaded.model->outputs();
  SumsSink sink(outputs);
  const auto n = static_cast<double>(replications);
  const double columns = static_cast<double>(outputs.stored_columns());
  Forecast f;
  f.seconds = seconds_for(loaded, replications, run_options, block, sink);
  f.journal_bytes = output::journal_bytes(outputs, sink.sums, n, f.seconds);
  f.result_bytes = output::result_bytes(outputs, sink.sums, n);
  for (std::size_t c = 0; c < sink.outcomes.size() && !outputs.doubles; ++c)
    if (summarise(sink.outcomes[c], Sampling{}).is_blurred()) f.blurred.push_back(outputs.outcomes[c].label());
  const double workers = thread_count;
  f.memory_bytes = 60e6 + workers * static_cast<double>(block * loaded.model->bytes_per_lane()) * 4.0 +
                   4.0 * columns * 65536.0 + 2.0 * workers * 4.0 * n;
  return f;
}

std::string value_text(const Value& value) {
  if (const Law* law = std::get_if<Law>(&value))
    return law->is_constant() ? plain(law->number("value")) : describe(*law);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  return {};
}

// Rows alike but for the entity (copies of a partner) are shown once.
class GroupedRows {
 public:
  void add(std::string_view path, const Scenario::Entry& entry, std::vector<std::string> rest) {
    std::string key(entry.spec->path);
    for (const std::string& cell : rest) key += "\n" + cell;
    const auto [found, is_new] = index_.emplace(key, rows_.size());
    if (is_new) rows_.push_back({std::string(path), 0, std::move(rest)});
    ++rows_[found->second].count;
  }
  bool empty() const { return rows_.empty(); }
  std::string text(std::vector<std::string> header, std::string alignment) const {
    TextTable table(std::move(header), std::move(alignment));
    for (const Row& row : rows_) {
      std::vector<std::string> cells{row.count == 1 ? row.path
                                                    : fmt::format("{} and {} more", row.path, row.count - 1)};
      cells.insert(cells.end(), row.rest.begin(), row.rest.end());
      table.add(std::move(cells));
    }
    return table.text();
  }

 private:
  struct Row {
    std::string path;
    int count;
    std::vector<std::string> rest;
  };
  std::vector<Row> rows_;
  std::map<std::string, std::size_t> index_;
};

// The points of an experiment, the first and the last of many; and what a run stops at.
std::string points_text(const LoadedExperiment& loaded) {
  std::string out;
  constexpr std::size_t kMost = 12;
  const auto& labels = loaded.header.point_labels;
  if (labels.size() > 1) out += "\nPoints:\n";
  for (std::size_t p = 0; p < labels.size() && labels.size() > 1; ++p) {
    if (labels.size() > kMost && p == kMost - 2) {
      out += fmt::format("  … {} more\n", whole(labels.size() - kMost + 1));
      p = labels.size() - 1;
    }
    out += fmt::format("  {} {}\n", p, labels[p]);
  }
  if (!loaded.precision.targets.empty()) {
    out += fmt::format("\nStops when, at {:.4g} % confidence, at every point, or after the replications above:\n",
                       100.0 * loaded.precision.confidence);
    for (const Target& target : loaded.precision.targets)
      out += fmt::format("  {} is known to ± {}\n", target.key,
                         target.relative ? fmt::format("{:.4g} %", 100.0 * target.wanted) : plain(target.wanted));
  }
  return out;
}

const LawSpec* law_spec(const ParameterSpec& spec, std::string_view name) {
  const auto found =
      std::find_if(spec.laws.begin(), spec.laws.end(), [&](const LawSpec& law) { return law.name == name; });
  return found != spec.laws.end() ? &*found : nullptr;
}

std::string how_often(const ParameterSpec& spec, const Law& law) {
  const LawSpec* known = law_spec(spec, law.name);
  if (known != nullptr && !known->how_often.empty()) return std::string(known->how_often);
  return spec.frequency == Frequency::per_event ? "per event" : "once a replication";
}

// What is drawn, and what looks like it but is not. Where a value means more than its number, that stands beside it.
class Draws {
 public:
  explicit Draws(const Scenario& scenario) {
    for (const auto& [path, entry] : scenario.entries())
      if (const Law* law = std::get_if<Law>(&entry.value)) add(path, entry, *law);
  }

  std::string text() const {
    std::string out = drawn_.empty()
                          ? "\nNo value is drawn from a law of its own.\n"
                          : "\nWhat is drawn, and how often:\n" + drawn_.text({"value", "drawn", "law", ""}, "llll");
    if (!fixed_.empty())
      out +=
          "\nWhat is not drawn, but the same in every future:\n" + fixed_.text({"value", "is", "which means"}, "lll");
    return out;
  }

 private:
  void add(std::string_view path, const Scenario::Entry& entry, const Law& law) {
    const ParameterSpec& spec = *entry.spec;
    const std::string meaning = spec.meaning != nullptr && entry.given ? spec.meaning(law) : std::string();
    const std::string often = law.is_constant() ? std::string(kNeverDrawn) : how_often(spec, law);
    if (often != kNeverDrawn)
      drawn_.add(path, entry, {often, describe(law), meaning});
    else if (!law.is_constant() || !meaning.empty())
      fixed_.add(path, entry, {describe(law), meaning});
    if (law.is_constant() && entry.given) add_drawn_by(path, entry, spec.drawn, law.number("value"));
    for (const ArgumentSpec& companion : spec.companions)
      if (law.has(companion.name) && companion.kind == ArgumentSpec::Kind::number)
        add_drawn_by(fmt::format("{}.{}", path, companion.name), entry, companion.drawn, law.number(companion.name));
  }

  void add_drawn_by(std::string_view path, const Scenario::Entry& entry, const DrawnBy& drawn, double number) {
    if (drawn.how_often.empty() || number == 0.0) return;
    drawn_.add(path, entry, {std::string(drawn.how_often), fmt::format(fmt::runtime(drawn.law), number), ""});
  }

  GroupedRows drawn_, fixed_;
};

std::string defaults_text(const Scenario& scenario) {
  GroupedRows rows;
  for (const auto& [path, entry] : scenario.entries()) {
    if (entry.given || entry.spec->required || entry.spec->source.empty()) continue;
    const std::string text = value_text(entry.value);
    if (!text.empty()) rows.add(path, entry, {text, std::string(entry.spec->unit), std::string(entry.spec->source)});
  }
  return rows.empty() ? "" : "\nValues you did not give:\n" + rows.text({"value", "default", "unit", "source"}, "lrll");
}

}  // namespace

int check_command(const Words& words, const Domain& domain) {
  options::options_description description("Options");
  add_run_options(description);
  const options::variables_map values = parse(words, description, "scenario", 1);
  if (values.count("help") != 0) {
    print_help("partnersim check SCENARIO.toml|- [options]", "partnersim check configs/twelve_partners.toml",
               description);
    return kDone;
  }
  if (values.count("scenario") == 0)
    throw UsageError("check needs a scenario. For example: partnersim check configs/arithmetic.toml");
  const LoadedExperiment loaded =
      load(values["scenario"].as<std::vector<std::string>>().front(), request_of(values, domain), domain);
  const Scenario& scenario = *loaded.scenario;
  const OutputPlan& outputs = loaded.model->outputs();
  const std::uint32_t replications = loaded.plan.points.front().replications;
  const std::size_t points = loaded.plan.points.size();
  const int thread_count = threads(values);

  std::string out = scenario.file() + ": ok\n";
  if (!loaded.header.question.empty()) out += loaded.header.question + "\n";
  out += fmt::format("\n{}, {}, {}{}, seed {}, {}\n", counted(static_cast<std::uint64_t>(outputs.months), "month"),
                     counted(outputs.members.size(), "partner"), counted(replications, "replication"),
                     points > 1 ? " each" : "", loaded.header.seed, counted(points, "point"));
  out += points_text(loaded);
  for (const std::string& warning : loaded.warnings) out += "Note: " + warning + ".\n";
  out += Draws(scenario).text();
  out += defaults_text(scenario);
  Forecast f = forecast(loaded, replications, thread_count);
  f.seconds *= static_cast<double>(points);
  f.journal_bytes *= static_cast<double>(points);
  f.result_bytes *= static_cast<double>(points);
  if (const std::string note = blurred_note(f.blurred); !note.empty()) out += "\nNote: " + note + ".\n";
  out += fmt::format(
      "\nForecast on {}: {:.1f} s, {} of memory, {} of disk at most: {} for the result, and until it is\n"
      "complete {} for the journal that an interrupted run goes on from.\n",
      counted(static_cast<std::uint64_t>(thread_count), "thread"), f.seconds, bytes_text(f.memory_bytes),
      bytes_text(f.journal_bytes + f.result_bytes), bytes_text(f.result_bytes), bytes_text(f.journal_bytes));
  print_result(out);
  return kDone;
}

}  // namespace sim::cli
