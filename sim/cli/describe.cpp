#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/loading.h"
#include "sim/cli/options.h"
#include "sim/cli/table.h"
#include "sim/cli/terminal.h"
#include "sim/rng/distribution.h"

namespace sim::cli {
namespace {

std::string range_text(const ParameterSpec& spec) {
  if (spec.kind == Kind::choice) {
    std::string text;
    for (const std::string_view choice : spec.choices) text += (text.empty() ? "" : " | ") + std::string(choice);
    return text;
  }
  const Range& r = spec.range;
  if (r.low == -kInfinity && r.high == kInfinity) return "";
  const std::string low = r.low == -kInfinity ? "(-inf" : fmt::format("{}{}", r.open_low ? '(' : '[', r.low);
  const std::string high = r.high == kInfinity ? "inf)" : fmt::format("{}{}", r.high, r.open_high ? ')' : ']');
  return low + ", " + high;
}

std::string_view kind_text(Kind kind) {
  switch (kind) {
    case Kind::number:
      return "number";
    case Kind::integer:
      return "whole number";
    case Kind::boolean:
      return "true or false";
    case Kind::text:
      return "text";
    case Kind::choice:
      return "choice";
    case Kind::numbers:
      return "list of numbers";
    case Kind::texts:
      return "list of texts";
    case Kind::number_map:
      return "table of numbers";
    case Kind::tree:
      return "value";
  }
  return "";
}

std::string default_text(const ParameterSpec& spec) {
  if (spec.required) return "required";
  if (spec.kind == Kind::boolean) return spec.fallback != 0.0 ? "true" : "false";
  if (spec.kind == Kind::number || spec.kind == Kind::integer)
    return spec.source.empty() ? "none" : plain(spec.fallback);
  return spec.fallback_text.empty() ? "none" : std::string(spec.fallback_text);
}

std::string frequency_text(const ParameterSpec& spec) {
  if (spec.laws.empty()) return "constant";
  return spec.frequency == Frequency::per_event ? "per event" : "once a replication";
}

std::string parameters_text(const Domain& domain) {
  TextTable table({"key", "unit", "range", "default", "may be drawn", "what it is"}, "llllll");
  for (const ParameterSpec& spec : all_parameters(domain))
    table.add({std::string(spec.path), std::string(spec.unit), range_text(spec), default_text(spec),
               frequency_text(spec), std::string(spec.doc)});
  return table.text();
}

std::string laws_text(std::span<const LawSpec> laws) {
  std::string out;
  for (const LawSpec& law : laws) {
    std::string arguments;
    for (const ArgumentSpec& a : law.arguments)
      arguments += (arguments.empty() ? "" : ", ") + std::string(a.name) + (a.required ? "" : "?");
    out +=
        law.flat ? fmt::format("  {{ {} }}\n", arguments) : fmt::format("  {{ {} = {{ {} }} }}\n", law.name, arguments);
    if (!law.doc.empty()) out += fmt::format("      {}\n", law.doc);
  }
  return out;
}

std::string one_text(const ParameterSpec& spec) {
  std::string out = fmt::format("{}\n  {}\n  {}", spec.path, spec.doc, kind_text(spec.kind));
  if (!spec.unit.empty()) out += fmt::format(", unit {}", spec.unit);
  if (const std::string range = range_text(spec); !range.empty()) out += fmt::format(", range {}", range);
  out += fmt::format("\n  default: {}", default_text(spec));
  if (!spec.source.empty()) out += fmt::format(" (source: {})", spec.source);
  out += "\n";
  if (!spec.laws.empty())
    out += fmt::format("  instead of a number, drawn {}:\n{}", frequency_text(spec), laws_text(spec.laws));
  return out;
}

struct Definition {
  std::string name, unit, definition;
};

struct Definitions {
  std::vector<Definition> outcomes, series;
};

// Of a model in which every process runs.
Definitions definitions(const Domain& domain) {
  Problems problems;
  const Document document = parse_document("complete scenario", std::string(domain.complete_scenario));
  const auto scenario = std::make_shared<const Scenario>(resolve(document, domain.parameters, problems));
  problems.raise();
  const auto model = domain.make_model(scenario);
  const auto unit = [&](const std::string& text) {
    return text == "1" ? "" : text == scenario->text("scenario.currency") ? "currency" : text;
  };
  Definitions found;
  for (const Column& c : model->outputs().outcomes)
    if (c.index == 0) found.outcomes.push_back({c.name, unit(c.unit), c.definition});
  for (const Trajectory& t : model->outputs().trajectories)
    found.series.push_back({t.name, unit(t.unit), t.definition});
  return found;
}

std::string outcomes_text(const Domain& domain) {
  const Definitions known = definitions(domain);
  TextTable outcomes({"outcome", "unit", "definition"}, "lll"), series({"monthly series", "unit", "definition"}, "lll");
  for (const Definition& d : known.outcomes) outcomes.add({d.name, d.unit, d.definition});
  for (const Definition& d : known.series) series.add({d.name, d.unit, d.definition});
  return outcomes.text() + "\n" + series.text() +
         "\nAn outcome whose process a scenario does not use is absent from its results.\n";
}

// "partner.acme.leads" is described by "partner.*.leads".
bool describes(std::string_view spec, std::string_view path) {
  while (true) {
    const std::size_t a = spec.find('.'), b = path.find('.');
    if (spec.substr(0, a) != "*" && spec.substr(0, a) != path.substr(0, b)) return false;
    if (a == std::string_view::npos || b == std::string_view::npos) return a == b;
    spec.remove_prefix(a + 1);
    path.remove_prefix(b + 1);
  }
}

// Everything of that name: keys by their path, the table they stand in or their last part; laws; outcomes and series.
class Named {
 public:
  Named(const Domain& domain, std::string_view name) : name_(name) {
    for (const ParameterSpec& spec : all_parameters(domain)) {
      const std::string_view key = spec.path.substr(spec.path.rfind('.') + 1);
      known_.insert(known_.end(), {spec.path, key});
      if (describes(spec.path, name) || spec.path.starts_with(std::string(name) + ".") || key == name)
        text_ += one_text(spec);
    }
    for (const ParameterSpec& spec : all_parameters(domain))
      for (const LawSpec& law : spec.laws) add(law, spec.path);
    for (const auto& [law, keys] : laws_)
      text_ += fmt::format("{}, a law for {}{}\n{}", name_, keys.front(),
                           keys.size() > 1 ? fmt::format(" and {} more", keys.size() - 1) : "", law);
    outputs_ = definitions(domain);
    add(outputs_.outcomes, "outcome");
    add(outputs_.series, "monthly series");
  }

  std::string text() const {
    if (!text_.empty()) return text_;
    const std::vector<std::string_view> words{"parameters", "types", "distributions", "outcomes", "processes"};
    std::vector<std::string_view> all = words;
    all.insert(all.end(), known_.begin(), known_.end());
    throw UsageError(
        fmt::format("nothing is called {}. {}", name_,
                    did_you_mean(name_, nearest(name_, all).empty() ? words : all, "describe answers to")));
  }

 private:
  void add(const LawSpec& law, std::string_view key) {
    known_.push_back(law.name);
    if (law.name != name_) return;
    const std::string text = laws_text({&law, 1});
    const auto place = std::find_if(laws_.begin(), laws_.end(), [&](const auto& known) { return known.first == text; });
    if (place != laws_.end())
      place->second.push_back(key);
    else
      laws_.push_back({text, {key}});
  }
  void add(const std::vector<Definition>& definitions, std::string_view kind) {
    for (const Definition& d : definitions) {
      known_.push_back(d.name);
      if (d.name == name_)
        text_ += fmt::format("{}, {}{}\n  {}\n", d.name, kind, d.unit.empty() ? "" : " in " + d.unit, d.definition);
    }
  }

  std::string_view name_;
  std::string text_;
  std::vector<std::string_view> known_;
  std::vector<std::pair<std::string, std::vector<std::string_view>>> laws_;  // of the name, and the keys that take them
  Definitions outputs_;                                                      // whose names are known
};

std::string processes_text(const Domain& domain) {
  TextTable table({"process", "what it does"}, "ll");
  for (const ProcessNote& note : domain.processes) table.add({std::string(note.name), std::string(note.doc)});
  return table.text();
}

std::string types_text(const Domain& domain) {
  TextTable table({"type", "mechanism"}, "ll");
  for (const TypeNote& note : domain.types) table.add({std::string(note.name), std::string(note.doc)});
  return table.text();
}

}  // namespace

int describe_command(const Words& words, const Domain& domain) {
  options::options_description description("Options");
  description.add_options()("help,h", "this help");
  const options::variables_map values = parse(words, description, "what", 1);
  if (values.count("help") != 0) {
    print_help("partnersim describe [parameters|types|distributions|outcomes|processes|NAME|PATH]",
               "partnersim describe partner.acme.churn", description);
    return kDone;
  }
  const std::string what =
      values.count("what") != 0 ? values["what"].as<std::vector<std::string>>().front() : "parameters";
  if (what == "parameters")
    print_result(parameters_text(domain));
  else if (what == "distributions")
    print_result("Instead of a number, where `describe PATH` says so:\n" + laws_text(distribution_laws()));
  else if (what == "outcomes")
    print_result(outcomes_text(domain));
  else if (what == "processes")
    print_result(processes_text(domain));
  else if (what == "types")
    print_result(types_text(domain));
  else
    print_result(Named(domain, what).text());
  return kDone;
}

}  // namespace sim::cli
