#include "sim/cli/loading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string_view>

#include "sim/base/counted.h"
#include "sim/base/owen.h"
#include "sim/base/problem.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/run_header.h"
#include "sim/collect/catalogue.h"
#include "sim/config/spec_tree.h"
#include "sim/config/text.h"
#include "sim/engine/model_refused.h"
#include "sim/engine/runner.h"
#include "sim/plan/experiment_parameters.h"
#include "sim/plan/point_scenarios.h"
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

// "machine.*.wear" names machine.press.wear.
bool names(std::string_view pattern, std::string_view path) {
  if (pattern.find('.') == std::string_view::npos) return false;
  while (true) {
    const std::size_t a = pattern.find('.'), b = path.find('.');
    if (pattern.substr(0, a) != "*" && pattern.substr(0, a) != path.substr(0, b)) return false;
    if (a == std::string_view::npos || b == std::string_view::npos) return a == b;
    pattern.remove_prefix(a + 1);
    path.remove_prefix(b + 1);
  }
}

// "correlation.market: machine.*.wear is constant" speaks of machine.press.wear.
bool mentions(const Problem& problem, const std::string& path) {
  const auto is_path = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '*';
  };
  const std::string& text = problem.problem;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_path(text[end])) ++end;
    if (end > begin && names(std::string_view(text).substr(begin, end - begin), path)) return true;
    begin = std::max(end, begin + 1);
  }
  return false;
}

// Whether a problem only follows from what is known to be wrong.
bool follows(const Problem& problem, const std::vector<Problem>& known) {
  return std::any_of(known.begin(), known.end(), [&](const Problem& k) {
    const std::string path = subject(k);
    return same_or_inside(subject(problem), path) || same_or_inside(path, subject(problem)) || mentions(problem, path);
  });
}

// Values that are no TOML, by their paths.
void add_broken(const Node& node, const std::string& path, std::vector<Problem>& known) {
  if (std::holds_alternative<BrokenNode>(node.value)) known.push_back({node.mark, path, {}, {}});
  if (const TableNode* members = node.table())
    for (const Member& member : *members) add_broken(member.node, joined_path(path, member.key), known);
}

void add_all(const std::vector<Problem>& list, Problems& problems) {
  for (const Problem& p : list) problems.add(p.mark, p.problem, p.reason, p.hint);
}

constexpr std::array<std::string_view, 3> kOfTheRun{"scenario", "output", "stop"};

void check_not_of_the_run(const ValuePath& path, const Mark& mark, const std::string& what, Problems& problems) {
  const bool refused =
      !path.empty() && std::find(kOfTheRun.begin(), kOfTheRun.end(), path.front().key) != kOfTheRun.end();
  if (refused)
    problems.add(mark, fmt::format("{} cannot differ between points", path_text(path)),
                 fmt::format("{}, and all points are simulated together", what),
                 "Run the scenario once for each, with --set");
}

// Points may differ in what happens, not in how it is simulated and kept.
void check_axes(const Experiment& experiment, Problems& problems) {
  for (const Axis& axis : experiment.axes())
    check_not_of_the_run(axis.levels, axis.mark, "it belongs to the run as a whole", problems);
  for (const Variant& variant : experiment.variants())
    for (const Assignment& setting : variant.settings)
      check_not_of_the_run(setting.path, setting.origin.mark, "it belongs to the run as a whole", problems);
}

// Own random numbers for a point: another seed, within what a seed may be. It follows from what the point is, not from
// its number, so that a point keeps its futures when others come.
std::int64_t seed_of_point(std::int64_t seed, const Experiment& experiment, std::size_t point) {
  std::string text = experiment.variants()[experiment.points()[point].variant].name;
  for (std::size_t a = 0; a < experiment.axes().size(); ++a)
    text += fmt::format("\n{} {}", experiment.axes()[a].path, toml_text(experiment.value(point, a)));
  return static_cast<std::int64_t>(
      mix_bits(static_cast<std::uint64_t>(seed) + 0x9e3779b97f4a7c15u + entity_hash(text)) >> 11U);
}

class Loader {
 public:
  Loader(const LoadRequest& request, const Domain& domain) : request_(request), domain_(domain) {
    loaded_.shortcuts = request.shortcuts ? request.shortcuts : std::make_shared<Shortcuts>();
  }

  // `problems`: what is known to be wrong with the text of it.
  LoadedExperiment operator()(Document document, Problems problems) {
    const std::vector<ParameterSpec> specs = all_parameters(domain_);
    for (const std::string& assignment : request_.assignments) set_value(document, assignment, problems, specs);
    loaded_.experiment = read_experiment(document, request_.vary, domain_.parameters, problems);
    check_axes(loaded_.experiment, problems);
    if (problems.empty()) first_point(problems);
    if (problems.empty()) other_points(problems);
    if (!problems.empty()) look_further(problems);
    problems.raise();
    loaded_.header = header_of(*loaded_.scenario, loaded_.experiment, request_.assignments, request_.vary);
    return std::move(loaded_);
  }

 private:
  // The scenario as written.
  void first_point(Problems& problems) {
    const Document point = loaded_.experiment.document(0, problems);
    loaded_.scenario = std::make_shared<const Scenario>(resolve(point, tree_, problems));
    if (!problems.empty()) return;
    if (request_.before_models) request_.before_models(*loaded_.scenario, loaded_.experiment.points().size());
    try {
      loaded_.model = domain_.make_model(with_seed(loaded_.scenario, 0), loaded_.shortcuts);
    } catch (const ConfigurationError& error) {
      return add_all(error.problems(), problems);
    }
    loaded_.precision = read_precision_goal(*loaded_.scenario, loaded_.model->outputs(), loaded_.experiment, problems);
  }

  // Something is wrong, and the user has to write again in any case: what else would be wrong then? The model looks at
  // every variant, though some values could not be read; what it finds is added unless it follows from what is known.
  void look_further(Problems& problems) const {
    std::set<std::string> said;
    for (const Problem& problem : problems.list()) said.insert(to_string(problem));
    for (std::size_t v = 0; v < loaded_.experiment.variants().size(); ++v) {
      Problems found;
      const auto scenario =
          std::make_shared<const Scenario>(resolve(loaded_.experiment.variant_document(v), tree_, found));
      for (const Problem& problem : found.list())
        if (said.insert(to_string(problem)).second) add_all({problem}, problems);
      Problems further;
      look_at_model(scenario, further);
      std::vector<Problem> known = problems.list();
      if (std::any_of(known.begin(), known.end(), is_about_a_count)) continue;
      add_broken(loaded_.experiment.variant_document(v).root, {}, known);
      for (const Problem& problem : further.list()) {
        // Without a place it is about the whole, of which parts could not be read.
        const bool placed = problem.mark.line > 0 || problem.mark.file != scenario->file();
        if (placed && !follows(problem, known) && said.insert(to_string(problem)).second) add_all({problem}, problems);
      }
    }
  }

  void look_at_model(const std::shared_ptr<const Scenario>& scenario, Problems& found) const {
    OutputPlan outputs;
    outputs.headline = domain_.headline;
    std::vector<Column>& outcomes = outputs.outcomes;
    try {
      if (request_.before_models && !request_.before_models(*scenario, loaded_.experiment.points().size())) return;
      outcomes = domain_.make_model(scenario, std::make_shared<Shortcuts>())->outputs().outcomes;
    } catch (const ModelRefused& error) {
      add_all(error.problems(), found);
      outcomes = error.outcomes();
    } catch (const ConfigurationError& error) {
      return add_all(error.problems(), found);
    } catch (const std::exception&) {
      return;  // the scenario is not whole: what is known already comes first
    }
    // Where the choice of outcomes is wrong, those that are missing may not be.
    for (const std::string& name : scenario->texts("output.outcomes"))
      if (std::none_of(outcomes.begin(), outcomes.end(), [&](const Column& c) { return c.name == name; })) return;
    read_precision_goal(*scenario, outputs, loaded_.experiment, found);
  }

  // Of several points that are wrong, each kind of complaint once: at a place, about a value.
  void other_points(Problems& problems) {
    const std::size_t points = loaded_.experiment.points().size();
    std::vector<std::shared_ptr<const Model>> models(points);
    std::vector<std::string> texts(points);
    models[0] = loaded_.model;
    texts[0] = comparable_text(*with_seed(loaded_.scenario, 0));
    const PointScenarios scenarios(loaded_.experiment, tree_);
    std::mutex mutex;
    std::map<std::size_t, std::vector<Problem>> wrong;  // the first of them
    parallel_for(points - 1, request_.threads, [&](std::size_t k) {
      try {
        Problems found;
        auto scenario = std::make_shared<const Scenario>(scenarios.at(k + 1, found));
        found.raise();
        scenario = with_seed(std::move(scenario), k + 1);
        texts[k + 1] = comparable_text(*scenario);
        models[k + 1] = domain_.make_model(std::move(scenario), loaded_.shortcuts);
      } catch (const ConfigurationError& error) {
        const std::lock_guard lock(mutex);
        wrong.emplace(k + 1, error.problems());
        if (wrong.size() > kMostWrong) wrong.erase(std::prev(wrong.end()));
      }
    });
    std::set<std::string> said;
    for (const auto& [point, list] : wrong)
      for (const Problem& problem : list)
        if (said.insert(to_string(problem.mark) + " " + subject(problem)).second) add_all({problem}, problems);
    if (!problems.empty()) return;
    const auto replications = static_cast<std::uint32_t>(loaded_.precision.replications);
    for (auto& model : models) loaded_.plan.points.push_back({std::move(model), replications});
    find_same_points(texts);
    if (!loaded_.precision.targets.empty())
      loaded_.plan.checkpoints = checkpoints(replications, loaded_.model->outputs().sampling.inner);
    gather_warnings();
  }
  static constexpr std::size_t kMostWrong = 1000;  // assumed: points whose complaints are kept

  // What tells a point's futures from those of others, where an axis may move what is switched off and nothing else;
  // empty elsewhere.
  static std::string comparable_text(const Scenario& scenario) {
    return scenario.has_disabled() ? scenario.resolved_text() : std::string();
  }

  void find_same_points(const std::vector<std::string>& texts) {
    std::map<std::string_view, std::uint32_t> first;
    for (std::uint32_t p = 0; p < texts.size(); ++p) {
      if (texts[p].empty()) continue;
      const auto [found, is_new] = first.emplace(texts[p], p);
      if (!is_new) loaded_.plan.points[p].same_as = found->second;
    }
  }

  // Those of the first point, and what others have to say besides.
  void gather_warnings() {
    constexpr std::size_t kMostFurther = 3;  // assumed: ten thousand points must not hide the first one's
    std::size_t further = 0;
    const std::vector<std::string> first = loaded_.model->warnings();
    loaded_.warnings = first;
    for (std::size_t p = 1; p < loaded_.plan.points.size(); ++p)
      for (const std::string& warning : loaded_.plan.points[p].model->warnings())
        if (std::find(first.begin(), first.end(), warning) == first.end() && further++ < kMostFurther)
          loaded_.warnings.push_back(fmt::format("at {}: {}", loaded_.experiment.points()[p].label, warning));
    if (further > kMostFurther)
      loaded_.warnings.push_back(counted(further - kMostFurther, "more warning") + " at other points");
  }

  // Points that share random numbers share the seed.
  std::shared_ptr<const Scenario> with_seed(std::shared_ptr<const Scenario> scenario, std::size_t point) const {
    if (loaded_.experiment.shared_random_numbers()) return scenario;
    const std::int64_t seed = seed_of_point(loaded_.scenario->integer("scenario.seed"), loaded_.experiment, point);
    return std::make_shared<const Scenario>(scenario->with({{"scenario.seed", seed, scenario->mark("scenario.seed")}}));
  }

  const LoadRequest& request_;
  const Domain& domain_;
  const SpecNode tree_ = make_spec_tree(domain_.parameters);
  LoadedExperiment loaded_;
};

}  // namespace

output::RunIdentity identity_of(const LoadedExperiment& loaded, const Shard& shard) {
  const auto columns = static_cast<std::uint32_t>(collect::Catalogue(loaded.plan).all().stored_columns());
  return output::identity(loaded.header, loaded.plan, columns, shard);
}

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

LoadedExperiment load(Document document, const LoadRequest& request, const Domain& domain, Problems found) {
  try {
    LoadedExperiment loaded = Loader(request, domain)(std::move(document), std::move(found));
    request.usage.raise();
    return loaded;
  } catch (const ConfigurationError& error) {
    request.usage.raise(error.what());
    throw;
  }
}

LoadedExperiment load(const std::string& path, const LoadRequest& request, const Domain& domain) {
  expect_scenario(path);
  Problems found;
  Document document = read_document(path, found);
  LoadedExperiment loaded = load(std::move(document), request, domain, std::move(found));
  loaded.stem = path == "-" ? "stdin" : std::filesystem::path(path).stem().string();
  return loaded;
}

}  // namespace sim::cli
