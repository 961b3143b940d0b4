#include "sim/cli/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/glossary.h"
#include "sim/cli/loading.h"
#include "sim/rng/distribution.h"
#include "sim/stats/figures.h"

namespace sim::cli {
namespace {

using Levels = std::vector<std::string_view>;

Levels levels_of(std::string_view path) {
  Levels levels;
  while (true) {
    const std::size_t dot = path.find('.');
    levels.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return levels;
    path.remove_prefix(dot + 1);
  }
}

bool same_level(std::string_view spec, std::string_view name) { return spec == name || spec == "*" || name == "*"; }

// How a name stands to the path of a key.
enum class Relation { none, inside, part, table, key };  // the later, the nearer

Relation relation(const Levels& spec, const Levels& name) {
  const std::size_t common = std::min(spec.size(), name.size());
  if (std::equal(spec.begin(), spec.begin() + static_cast<std::ptrdiff_t>(common), name.begin(), same_level)) {
    if (spec.size() == name.size()) return Relation::key;
    return spec.size() > name.size() ? Relation::table : Relation::inside;
  }
  // The end or the middle of the path, spelt out: "wear", "returns.speed", "regime".
  for (std::size_t from = 1; from + name.size() <= spec.size(); ++from)
    if (spec[from] != "*" && std::equal(name.begin(), name.end(), spec.begin() + static_cast<std::ptrdiff_t>(from)))
      return Relation::part;
  return Relation::none;
}

Definition definition_of(std::string name, const std::string& unit, std::string text, const std::string& currency) {
  return {std::move(name), unit == "1" ? "" : unit == currency ? "currency" : unit, std::move(text)};
}

// Of a model in which every process runs.
void add_outcomes(const Domain& domain, Answer& answer) {
  Problems problems;
  const Document document = parse_document("complete scenario", std::string(domain.complete_scenario));
  const auto scenario = std::make_shared<const Scenario>(resolve(document, domain.parameters, problems));
  problems.raise();
  const auto model = domain.make_model(scenario, std::make_shared<Shortcuts>());
  const std::string currency = scenario->text("scenario.currency");
  for (const Column& c : model->outputs().outcomes)
    if (c.index == 0) answer.outcomes.push_back(definition_of(c.name, c.unit, c.definition, currency));
  for (const Trajectory& t : model->outputs().trajectories)
    answer.series.push_back(definition_of(t.name, t.unit, t.definition, currency));
}

bool is_term(const std::vector<TermNote>& terms, std::string_view name) {
  return std::any_of(terms.begin(), terms.end(), [&](const TermNote& term) {
    const std::vector<std::string> names = names_of(term);
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

// What files call a figure, where the glossary does not say more of it.
template <class Row>
void add_figures(std::vector<TermNote>& terms) {
  for (const Figure<Row>& figure : kFigures<Row>.figures)
    if (!is_term(terms, figure.name)) terms.push_back({figure.name, figure.meaning});
}

// Everything there is.
Answer all_of(const Domain& domain) {
  Answer all;
  all.parameters = all_parameters(domain);
  for (const ParameterSpec& spec : all.parameters) {
    const auto add_argument = [&](const ArgumentSpec& argument, std::string_view law) {
      const auto known = std::find_if(all.arguments.begin(), all.arguments.end(), [&](const NamedArgument& a) {
        return a.argument->name == argument.name && a.argument->doc == argument.doc && a.law == law;
      });
      if (known != all.arguments.end())
        known->keys.push_back(spec.path);
      else
        all.arguments.push_back({&argument, std::string(law), {spec.path}});
    };
    for (const LawSpec& law : spec.laws) {
      const auto known = std::find_if(all.laws.begin(), all.laws.end(), [&](const NamedLaw& l) {
        return l.law->name == law.name && l.law->doc == law.doc;
      });
      if (known != all.laws.end())
        known->keys.push_back(spec.path);
      else
        all.laws.push_back({&law, {spec.path}});
      for (const ArgumentSpec& argument : law.arguments) add_argument(argument, law.name);
    }
    for (const ArgumentSpec& companion : spec.companions) add_argument(companion, {});
  }
  add_outcomes(domain, all);
  all.types = domain.types;
  all.processes = domain.processes;
  const auto own = glossary();
  all.terms.assign(own.begin(), own.end());
  all.terms.insert(all.terms.end(), domain.terms.begin(), domain.terms.end());
  add_figures<Summary>(all.terms);
  add_figures<QuantileEstimate>(all.terms);
  add_figures<Comparison>(all.terms);
  add_figures<Contrast>(all.terms);
  add_figures<VarianceSplit>(all.terms);
  return all;
}

class Finder {
 public:
  Finder(const Answer& all, std::string_view name) : all_(all), name_(name), levels_(levels_of(name)) {}

  Answer find() {
    add_parameters();
    if (levels_.size() == 1) add_names();
    return std::move(found_);
  }

 private:
  void add_parameters() {
    Relation nearest_relation = Relation::none;
    for (const ParameterSpec& spec : all_.parameters)
      nearest_relation = std::max(nearest_relation, relation(levels_of(spec.path), levels_));
    if (nearest_relation == Relation::none) return;
    for (const ParameterSpec& spec : all_.parameters) {
      const Levels path = levels_of(spec.path);
      if (relation(path, levels_) != nearest_relation) continue;
      if (nearest_relation == Relation::inside)
        add_inside(spec, {levels_.begin() + static_cast<std::ptrdiff_t>(path.size()), levels_.end()});
      else
        found_.parameters.push_back(spec);
    }
  }

  // machine.press.wear.weibull.shape: the law, the argument, and the key. Of a table of free keys, only the key.
  void add_inside(const ParameterSpec& spec, const Levels& rest) {
    if (spec.kind == Kind::number_map || spec.kind == Kind::tree) {
      found_.parameters.push_back(spec);
      return;
    }
    const std::size_t before = found_.arguments.size() + found_.laws.size();
    const auto add_argument = [&](std::span<const ArgumentSpec> arguments, std::string_view law,
                                  std::string_view name) {
      for (const ArgumentSpec& argument : arguments)
        if (argument.name == name) found_.arguments.push_back({&argument, std::string(law), {spec.path}});
    };
    add_argument(spec.companions, {}, rest[0]);
    for (const LawSpec& law : spec.laws) {
      if (law.flat) add_argument(law.arguments, law.name, rest[0]);
      if (law.name != rest[0]) continue;
      if (rest.size() == 1) found_.laws.push_back({&law, {spec.path}});
      if (rest.size() == 2) add_argument(law.arguments, law.name, rest[1]);
    }
    if (found_.arguments.size() + found_.laws.size() > before) found_.parameters.push_back(spec);
  }

  void add_names() {
    for (const ParameterSpec& spec : all_.parameters)
      if (std::find(spec.choices.begin(), spec.choices.end(), name_) != spec.choices.end())
        found_.parameters.push_back(spec);
    for (const NamedLaw& law : all_.laws)
      if (law.law->name == name_) found_.laws.push_back(law);
    for (const NamedArgument& argument : all_.arguments)
      if (argument.argument->name == name_) found_.arguments.push_back(argument);
    add(all_.outcomes, found_.outcomes);
    add(all_.series, found_.series);
    add(all_.types, found_.types);
    add(all_.processes, found_.processes);
    for (const TermNote& term : all_.terms)
      for (const std::string& known : names_of(term))
        if (known == name_) found_.terms.push_back(term);
  }

  template <class Note>
  void add(const std::vector<Note>& all, std::vector<Note>& found) const {
    for (const Note& note : all)
      if (note.name == name_) found.push_back(note);
  }

  const Answer& all_;
  std::string_view name_;
  Levels levels_;
  Answer found_;
};

// Terms have blanks and signs in them: "worst 5 %" is no path.
[[noreturn]] void raise_unknown(const Answer& all, const std::string& name) {
  if (kind_of(name) == FileKind::scenario)
    throw UsageError(
        fmt::format("describe takes names, and {0} is a scenario. To look at it: partnersim check {0}", name));
  std::vector<std::string> known;
  for (const std::string_view kind : kinds()) known.emplace_back(kind);
  const std::size_t count = known.size();
  for (const ParameterSpec& spec : all.parameters) {
    known.emplace_back(spec.path);
    known.emplace_back(spec.path.substr(spec.path.rfind('.') + 1));
  }
  for (const NamedLaw& law : all.laws) known.emplace_back(law.law->name);
  for (const NamedArgument& argument : all.arguments) known.emplace_back(argument.argument->name);
  for (const auto* list : {&all.outcomes, &all.series})
    for (const Definition& d : *list) known.push_back(d.name);
  for (const TypeNote& type : all.types) known.emplace_back(type.name);
  for (const ProcessNote& process : all.processes) known.emplace_back(process.name);
  for (const TermNote& term : all.terms)
    for (std::string& one : names_of(term)) known.push_back(std::move(one));
  std::vector<std::string_view> names(known.begin(), known.end());
  if (nearest(name, names).empty()) names.resize(count);
  throw UsageError(fmt::format("nothing is called {}. {}", name, did_you_mean(name, names, "describe answers to")));
}

}  // namespace

bool Answer::empty() const {
  return parameters.empty() && laws.empty() && arguments.empty() && outcomes.empty() && series.empty() &&
         types.empty() && processes.empty() && terms.empty();
}

std::vector<std::string_view> kinds() {
  return {"parameters", "types", "distributions", "outcomes", "processes", "terms"};
}

std::vector<std::string> names_of(const TermNote& term) {
  std::vector<std::string> names;
  for (std::string_view rest = term.names; !rest.empty();) {
    const std::size_t comma = rest.find(", ");
    names.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 2);
  }
  return names;
}

Answer answer_to(const Domain& domain, const std::string& name) {
  Answer all = all_of(domain);
  Answer found;
  if (name == "parameters") {
    found.parameters = std::move(all.parameters);
  } else if (name == "types") {
    found.types = std::move(all.types);
  } else if (name == "distributions") {
    for (const LawSpec& law : distribution_laws()) found.laws.push_back({&law, {}});
  } else if (name == "outcomes") {
    found.outcomes = std::move(all.outcomes);
    found.series = std::move(all.series);
  } else if (name == "processes") {
    found.processes = std::move(all.processes);
  } else if (name == "terms") {
    found.terms = std::move(all.terms);
  } else if (is_term(all.terms, name) && name.find_first_of(" %") != std::string::npos) {
    for (const TermNote& term : all.terms)
      if (is_term({term}, name)) found.terms.push_back(term);
  } else {
    found = Finder(all, name).find();
  }
  if (found.empty()) raise_unknown(all, name);
  found.type_of = fmt::format("a type of {}", domain.nouns.one);
  return found;
}

}  // namespace sim::cli
