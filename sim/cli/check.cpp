#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "sim/base/problem.h"
#include "sim/cli/forecast.h"
#include "sim/cli/options.h"
#include "sim/cli/terminal.h"
#include "sim/report/report.h"
#include "sim/report/table.h"
#include "sim/rng/distribution.h"

namespace sim::cli {
namespace {

std::string value_text(const Value& value) {
  if (const Law* law = std::get_if<Law>(&value))
    return law->is_constant() ? plain(law->number("value")) : describe(*law);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  return {};
}

// Rows alike but for the entity (copies of a table) are shown once.
class GroupedRows {
 public:
  void add(std::string_view path, const Scenario::Entry& entry, std::size_t count, std::vector<std::string> rest) {
    std::string key(entry.spec->path);
    for (const std::string& cell : rest) key += "\n" + cell;
    const auto [found, is_new] = index_.emplace(key, rows_.size());
    if (is_new) rows_.push_back({std::string(path), 0, std::move(rest)});
    rows_[found->second].count += count;
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
    std::size_t count;
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
    scenario.each_unlike([this](std::string_view path, const Scenario::Entry& entry, std::size_t count) {
      if (const Law* law = std::get_if<Law>(&entry.value)) add(path, entry, count, *law);
    });
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
  void add(std::string_view path, const Scenario::Entry& entry, std::size_t count, const Law& law) {
    const ParameterSpec& spec = *entry.spec;
    const std::string meaning = spec.meaning != nullptr && entry.given ? spec.meaning(law) : std::string();
    const std::string often = law.is_constant() ? std::string(kNeverDrawn) : how_often(spec, law);
    if (often != kNeverDrawn)
      drawn_.add(path, entry, count, {often, describe(law), meaning});
    else if (!law.is_constant() || !meaning.empty())
      fixed_.add(path, entry, count, {describe(law), meaning});
    if (law.is_constant() && entry.given) add_drawn_by(path, entry, count, spec.drawn, law.number("value"));
    for (const ArgumentSpec& companion : spec.companions)
      if (law.has(companion.name) && companion.kind == ArgumentSpec::Kind::number)
        add_drawn_by(fmt::format("{}.{}", path, companion.name), entry, count, companion.drawn,
                     law.number(companion.name));
  }

  void add_drawn_by(std::string_view path, const Scenario::Entry& entry, std::size_t count, const DrawnBy& drawn,
                    double number) {
    if (drawn.how_often.empty() || number == 0.0) return;
    drawn_.add(path, entry, count, {std::string(drawn.how_often), fmt::format(fmt::runtime(drawn.law), number), ""});
  }

  GroupedRows drawn_, fixed_;
};

std::string defaults_text(const Scenario& scenario) {
  GroupedRows rows;
  scenario.each_unlike([&](std::string_view path, const Scenario::Entry& entry, std::size_t count) {
    if (entry.given || entry.spec->required || entry.spec->source.empty()) return;
    const std::string text = value_text(entry.value);
    if (!text.empty())
      rows.add(path, entry, count, {text, std::string(entry.spec->unit), std::string(entry.spec->source)});
  });
  return rows.empty() ? "" : "\nValues you did not give:\n" + rows.text({"value", "default", "unit", "source"}, "lrll");
}

}  // namespace

int check_command(const Words& words, const Domain& domain) {
  options::options_description description("Options");
  add_run_options(description, domain);
  const options::variables_map values = parse(words, description, "scenario", 1);
  if (values.count("help") != 0) {
    print_help("partnersim check SCENARIO.toml|- [options]",
               fmt::format("partnersim check configs/{}.toml", domain.examples.scenario), description);
    return kDone;
  }
  if (values.count("scenario") == 0)
    throw UsageError("check needs a scenario. For example: partnersim check configs/arithmetic.toml");
  const auto start = std::chrono::steady_clock::now();
  const int thread_count = threads(values);
  LoadRequest request = request_of(values, domain);
  RunSize run;
  request.before_models = [&](const Scenario& scenario, std::size_t points) {
    run = size_of_run(domain, scenario, points, thread_count);
    if (const std::string much = too_much_memory(run); !much.empty())
      throw ConfigurationError({{{scenario.file(), 0, 0},
                                 "too large for this machine",
                                 "a run takes " + much,
                                 thread_count > 1 ? "Use smaller counts, fewer points, or fewer threads (-t 1)"
                                                  : "Use smaller counts, or fewer points"}});
    return true;
  };
  const LoadedExperiment loaded = load(values["scenario"].as<std::vector<std::string>>().front(), request, domain);
  const double loading = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const Scenario& scenario = *loaded.scenario;
  const OutputPlan& outputs = loaded.model->outputs();
  const std::uint32_t replications = loaded.plan.points.front().replications;
  const std::size_t points = loaded.plan.points.size();

  std::string out = scenario.file() + ": ok\n";
  if (!loaded.header.question.empty()) out += loaded.header.question + "\n";
  out += fmt::format("\n{}, {}, {}{}, seed {}, {}\n", counted(static_cast<std::uint64_t>(outputs.months), "month"),
                     counted(outputs.members.size(), outputs.nouns.one, outputs.nouns.many),
                     counted(replications, "replication"), points > 1 ? " each" : "", loaded.header.seed,
                     counted(points, "point"));
  out += points_text(loaded);
  for (const std::string& warning : loaded.warnings) out += "Note: " + warning + ".\n";
  for (const auto& [what, refused] : loaded.shortcuts->notes())
    out += refused.empty() ? fmt::format("\nDrawn at once: {}.\n", what)
                           : fmt::format("\nNot drawn at once: {}, because {}.\n", what, refused);
  out += Draws(scenario).text();
  out += defaults_text(scenario);
  run.model.columns = outputs.stored_columns();
  run.model.bands = outputs.trajectories.size() * run.model.months;
  Forecast f = forecast(loaded, replications, thread_count);
  f.seconds = loading + f.seconds_once + f.seconds * static_cast<double>(points);
  f.journal_bytes *= static_cast<double>(points);
  f.result_bytes = f.result_bytes * static_cast<double>(points) +
                   static_cast<double>(loaded.header.resolved_text.size() + loaded.header.source.text.size());
  if (const std::string note = blurred_note(f.blurred); !note.empty()) out += "\nNote: " + note + ".\n";
  out += fmt::format(
      "\nForecast on {}: {:.1f} s, {} of memory, {} of disk at most: {} for the result, and until it is\n"
      "complete {} for the journal that an interrupted run goes on from.\n",
      counted(static_cast<std::uint64_t>(thread_count), "thread"), f.seconds, bytes_text(memory_bytes(run)),
      bytes_text(f.journal_bytes + f.result_bytes), bytes_text(f.result_bytes), bytes_text(f.journal_bytes));
  print_result(out);
  return kDone;
}

}  // namespace sim::cli
