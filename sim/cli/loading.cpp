#include "sim/cli/loading.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/config/spec_tree.h"
#include "sim/config/text.h"
#include "sim/engine/runner.h"
#include "sim/plan/experiment_parameters.h"
#include "sim/rng/draws.h"
#include "sim/stats/precision.h"

namespace sim::cli {
namespace {

// The path a problem is about: "shock.scandal" of "shock.scandal: evry is not a parameter".
std::string subject(const Problem& problem) { return problem.problem.substr(0, problem.problem.find_first_of(" :=")); }

bool same_or_inside(const std::string& path, const std::string& table) {
  return path == table || path.starts_with(table + ".");
}

// Copies are named by their count: while that is wrong, whoever names a copy would be called wrong too.
bool is_about_a_count(const Problem& problem) {
  return subject(problem).ends_with(".count") || problem.hint == "Did you mean count?";
}

// All problems at once: the model looks at a scenario even when some values could not be read, and what it
// finds is added unless it is about something that is in trouble already.
void add_model_problems(const Domain& domain, const std::shared_ptr<const Scenario>& scenario, Problems& problems) {
  const std::vector<Problem> known = problems.list();
  if (std::any_of(known.begin(), known.end(), is_about_a_count)) return;
  const auto follows = [&](const Problem& p) {
    return std::any_of(known.begin(), known.end(), [&](const Problem& k) {
      return same_or_inside(subject(p), subject(k)) || same_or_inside(subject(k), subject(p));
    });
  };
  try {
    domain.make_model(scenario);
  } catch (const ConfigurationError& error) {
    for (const Problem& p : error.problems())
      if (p.mark.line > 0 && !follows(p)) problems.add(p.mark, p.problem, p.reason, p.hint);
  } catch (const std::exception&) {
    // The scenario is not whole: what is known already comes first.
  }
}

constexpr std::array<std::string_view, 3> kOfTheRun{"scenario", "output", "stop"};

void check_not_of_the_run(const ValuePath& path, const Mark& mark, const std::string& what, Problems& problems) {
  const bool refused = !path.empty() && std::find(kOfTheRun.begin(), kOfTheRun.end(), path.front().key) != kOfTheRun.end();
  if (refused)
    problems.add(mark, fmt::format("{} cannot differ between points", path_text(path)),
                 fmt::format("{}, and all points are simulated together", what), "Run the scenario once for each, with --set");
}

// Points may differ in what happens, not in how it is simulated and kept.
void check_axes(const Experiment& experiment, Problems& problems) {
  for (const Axis& axis : experiment.axes()) check_not_of_the_run(axis.levels, axis.mark, "it belongs to the run as a whole", problems);
  for (const Variant& variant : experiment.variants())
    for (const Assignment& setting : variant.settings)
      check_not_of_the_run(setting.path, setting.origin.mark, "it belongs to the run as a whole", problems);
}

std::string node_text(const Node& node) { return toml_text(node); }

// What the points differ in, a line each: goes into the fingerprint.
std::string experiment_text(const Experiment& experiment) {
  if (experiment.is_single()) return {};
  std::string text = fmt::format("points {}, shared random numbers {}\n", experiment.points().size(), experiment.shared_random_numbers());
  for (const Variant& variant : experiment.variants()) {
    text += "variant " + variant.name + ":";
    for (const Assignment& setting : variant.settings) text += fmt::format(" {} = {};", path_text(setting.path), node_text(setting.value));
    text += "\n";
  }
  const std::size_t rows = experiment.points().size() / experiment.variants().size();
  for (std::size_t a = 0; a < experiment.axes().size(); ++a) {
    text += fmt::format("{} {}:", experiment.axes()[a].factor ? "factor" : "value", experiment.axes()[a].path);
    for (std::size_t row = 0; row < rows; ++row) text += " " + node_text(experiment.value(row, a));
    text += "\n";
  }
  return text;
}

std::vector<output::SweptParameter> swept_parameters(const Experiment& experiment, const std::string& currency) {
  std::vector<output::SweptParameter> swept;
  const std::size_t points = experiment.points().size();
  for (std::size_t a = 0; a < experiment.axes().size(); ++a) {
    const Axis& axis = experiment.axes()[a];
    output::SweptParameter parameter{axis.path, axis.factor, {}, {}, {}};
    if (axis.factor) parameter.unit = "1";
    else if (axis.parameter != nullptr) parameter.unit = axis.parameter->unit == "currency" ? currency : std::string(axis.parameter->unit);
    bool numbers = true;
    for (std::size_t p = 0; p < points && numbers; ++p) {
      const std::optional<double> number = experiment.number(p, a);
      numbers = number.has_value();
      parameter.numbers.push_back(number.value_or(0.0));
    }
    if (!numbers) {
      parameter.numbers.clear();
      for (std::size_t p = 0; p < points; ++p) parameter.texts.push_back(node_text(experiment.value(p, a)));
    }
    swept.push_back(std::move(parameter));
  }
  return swept;
}

// Own random numbers for a point: another seed, within what a seed may be. It follows from what the point is, not from
// its number, so that a point keeps its futures when others come.
std::uint64_t seed_of_point(std::uint64_t seed, const Experiment& experiment, std::size_t point) {
  std::string text = experiment.variants()[experiment.points()[point].variant].name;
  for (std::size_t a = 0; a < experiment.axes().size(); ++a) text += fmt::format("\n{} {}", experiment.axes()[a].path, node_text(experiment.value(point, a)));
  std::uint64_t x = seed + 0x9e3779b97f4a7c15u + entity_hash(text);
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9u;  // SplitMix64 (Steele, Lea, Flood 2014)
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebu;
  return (x ^ (x >> 31U)) >> 11U;
}

class Loader {
 public:
  Loader(const LoadRequest& request, const Domain& domain) : request_(request), domain_(domain) {}

  LoadedExperiment operator()(Document document) {
    Problems problems;
    const std::vector<ParameterSpec> specs = all_parameters(domain_);
    for (const std::string& assignment : request_.assignments) set_value(document, assignment, problems, specs);
    problems.raise();
    loaded_.experiment = read_experiment(document, request_.vary, domain_.parameters, problems);
    check_axes(loaded_.experiment, problems);
    first_point(document, problems);
    other_points();
    describe_run();
    return std::move(loaded_);
  }

 private:
  // The scenario as written comes first, with all that is wrong with it and with the experiment.
  void first_point(const Document& document, Problems& problems) {
    const bool readable = problems.empty();
    const Document point = readable ? loaded_.experiment.document(0, problems) : document;
    loaded_.scenario = std::make_shared<const Scenario>(resolve(point, tree_, problems));
    if (!problems.empty()) add_model_problems(domain_, loaded_.scenario, problems);
    problems.raise();
    loaded_.model = loaded_.experiment.shared_random_numbers() ? domain_.make_model(loaded_.scenario) : model_of(0);
    read_precision(problems);
    problems.raise();
  }

  void other_points() {
    const std::size_t points = loaded_.experiment.points().size();
    std::vector<std::shared_ptr<const Model>> models(points);
    models[0] = loaded_.model;
    std::mutex mutex;
    std::size_t first_wrong = points;
    std::exception_ptr error;
    parallel_for(points - 1, request_.threads, [&](std::size_t k) {
      try {
        models[k + 1] = model_of(k + 1);
      } catch (const ConfigurationError&) {
        const std::lock_guard lock(mutex);
        if (k + 1 >= first_wrong) return;
        first_wrong = k + 1;
        error = std::current_exception();
      }
    });
    if (error) std::rethrow_exception(error);
    const auto replications = static_cast<std::uint32_t>(replications_);
    for (auto& model : models) loaded_.plan.points.push_back({std::move(model), replications});
    if (!loaded_.precision.targets.empty())
      loaded_.plan.checkpoints = checkpoints(replications, loaded_.model->outputs().sampling.inner);
  }

  std::shared_ptr<const Model> model_of(std::size_t point) const {
    Problems problems;
    Document document = loaded_.experiment.document(point, problems);
    problems.raise();
    if (!loaded_.experiment.shared_random_numbers())
      set_value(document, fmt::format("scenario.seed={}", seed_of_point(static_cast<std::uint64_t>(loaded_.scenario->integer("scenario.seed")), loaded_.experiment, point)), problems);
    auto scenario = std::make_shared<const Scenario>(resolve(document, tree_, problems));
    problems.raise();
    return domain_.make_model(std::move(scenario));
  }

  void read_precision(Problems& problems) {
    replications_ = loaded_.scenario->integer("scenario.replications");
    PrecisionGoal& goal = loaded_.precision;
    goal.confidence = loaded_.scenario->number("stop.confidence");
    std::vector<std::string> labels;
    for (const Column& column : loaded_.model->outputs().outcomes) labels.push_back(column.label());
    const std::vector<std::string_view> outcomes(labels.begin(), labels.end());
    const auto take = [&](ParsedTarget parsed, Mark mark) {
      if (mark.file == "--set") mark.file = "--precision";  // which is read as an assignment
      if (auto* problem = std::get_if<Problem>(&parsed)) {
        problems.add(mark, problem->problem, problem->reason, problem->hint);
      } else {
        check_target(std::get<Target>(parsed), mark, problems);
        goal.targets.push_back(std::get<Target>(std::move(parsed)));
      }
    };
    if (loaded_.scenario->given("stop.precision"))
      for (const Member& member : *loaded_.scenario->tree("stop.precision").table()) {
        if (const auto* text = std::get_if<std::string>(&member.node.value)) take(parse_target(member.key, *text, outcomes), member.mark);
        else if (const auto* number = std::get_if<double>(&member.node.value)) take(parse_target(member.key, *number, outcomes), member.mark);
        else if (const auto* whole = std::get_if<std::int64_t>(&member.node.value)) take(parse_target(member.key, static_cast<double>(*whole), outcomes), member.mark);
        else problems.add(member.mark, fmt::format("stop.precision.{} is neither a number nor a share", member.key), {}, "Write for example revenue = \"1%\"");
      }
    if (!goal.targets.empty() && loaded_.scenario->given("stop.max_replications")) replications_ = loaded_.scenario->integer("stop.max_replications");
  }

  void check_target(const Target& target, const Mark& mark, Problems& problems) const {
    if (target.statistic == Statistic::difference && loaded_.experiment.variants().size() < 2)
      problems.add(mark, fmt::format("{} has nothing to compare", target.key), "a difference is that of a variant to the base",
                   "Add [variant.NAME] with what it sets");
  }

  void describe_run() {
    output::ResultHeader& header = loaded_.header;
    const Scenario& scenario = *loaded_.scenario;
    header.question = question_of(scenario.source_text());
    header.currency = scenario.text("scenario.currency");
    header.start = scenario.text("scenario.start");
    header.seed = static_cast<std::uint64_t>(scenario.integer("scenario.seed"));
    header.source = {scenario.file(), scenario.source_text(), request_.assignments, request_.vary};
    header.resolved_text = scenario.resolved_text();
    header.experiment_text = experiment_text(loaded_.experiment);
    for (const ExperimentPoint& point : loaded_.experiment.points()) {
      header.point_labels.push_back(point.label);
      if (!loaded_.experiment.is_single()) header.variants.push_back(loaded_.experiment.variants()[point.variant].name);
    }
    if (loaded_.experiment.variants().size() > 1)
      for (const ExperimentPoint& point : loaded_.experiment.points()) header.baselines.push_back(static_cast<std::uint32_t>(point.row));
    header.swept = swept_parameters(loaded_.experiment, header.currency);
    header.samples = scenario.text("output.samples") == "all";
    loaded_.warnings = loaded_.model->warnings();
  }

  const LoadRequest& request_;
  const Domain& domain_;
  const SpecNode tree_ = make_spec_tree(domain_.parameters);
  LoadedExperiment loaded_;
  std::int64_t replications_ = 0;
};

}  // namespace

std::size_t LoadedExperiment::baseline(std::size_t point) const { return experiment.points()[point].row; }

std::string point_text(const LoadedExperiment& loaded, std::size_t point, const Domain& domain) {
  Problems problems;
  const Document document = loaded.experiment.document(point, problems);
  const std::string text = resolve(document, domain.parameters, problems).resolved_text();
  problems.raise();
  return text;
}

std::vector<ParameterSpec> all_parameters(const Domain& domain) {
  std::vector<ParameterSpec> specs = domain.parameters;
  const auto more = experiment_parameters();
  specs.insert(specs.end(), more.begin(), more.end());
  return specs;
}

std::string question_of(const std::string& text) {
  std::size_t at = 0;
  if (text.starts_with("\xEF\xBB\xBF")) at = 3;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    if (line[0] != '#') return {};
    const std::size_t first = line.find_first_not_of("# \t");
    if (first != std::string::npos) return line.substr(first);
  }
  return {};
}

LoadedExperiment load(Document document, const LoadRequest& request, const Domain& domain) {
  return Loader(request, domain)(std::move(document));
}

LoadedExperiment load(const std::string& path, const LoadRequest& request, const Domain& domain) {
  LoadedExperiment loaded = load(read_document(path), request, domain);
  loaded.stem = path == "-" ? "stdin" : std::filesystem::path(path).stem().string();
  return loaded;
}

}  // namespace sim::cli
