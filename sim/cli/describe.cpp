#include <fmt/format.h>

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
    case Kind::number: return "number";
    case Kind::integer: return "whole number";
    case Kind::boolean: return "true or false";
    case Kind::text: return "text";
    case Kind::choice: return "choice";
    case Kind::numbers: return "list of numbers";
    case Kind::texts: return "list of texts";
    case Kind::number_map: return "table of numbers";
    case Kind::tree: return "value";
  }
  return "";
}

std::string default_text(const ParameterSpec& spec) {
  if (spec.required) return "required";
  if (spec.kind == Kind::boolean) return spec.fallback != 0.0 ? "true" : "false";
  if (spec.kind == Kind::number || spec.kind == Kind::integer) return spec.source.empty() ? "none" : plain(spec.fallback);
  return spec.fallback_text.empty() ? "none" : std::string(spec.fallback_text);
}

std::string frequency_text(const ParameterSpec& spec) {
  if (spec.laws.empty()) return "constant";
  return spec.frequency == Frequency::per_event ? "per event" : "once a replication";
}

std::string parameters_text(const Domain& domain) {
  TextTable table({"key", "unit", "range", "default", "may be drawn", "what it is"}, "llllll");
  for (const ParameterSpec& spec : all_parameters(domain))
    table.add({std::string(spec.path), std::string(spec.unit), range_text(spec), default_text(spec), frequency_text(spec), std::string(spec.doc)});
  return table.text();
}

std::string laws_text(std::span<const LawSpec> laws) {
  std::string out;
  for (const LawSpec& law : laws) {
    std::string arguments;
    for (const ArgumentSpec& a : law.arguments) arguments += (arguments.empty() ? "" : ", ") + std::string(a.name) + (a.required ? "" : "?");
    out += law.flat ? fmt::format("  {{ {} }}\n", arguments) : fmt::format("  {{ {} = {{ {} }} }}\n", law.name, arguments);
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
  if (!spec.laws.empty()) out += fmt::format("  instead of a number, drawn {}:\n{}", frequency_text(spec), laws_text(spec.laws));
  return out;
}

std::string outcomes_text(const Domain& domain) {
  Problems problems;
  const Document document = parse_document("complete scenario", std::string(domain.complete_scenario));
  const auto scenario = std::make_shared<const Scenario>(resolve(document, domain.parameters, problems));
  problems.raise();
  const auto model = domain.make_model(scenario);
  TextTable table({"outcome", "unit", "definition"}, "lll");
  for (const Column& c : model->outputs().outcomes)
    if (c.index == 0) table.add({c.name, c.unit == "1" ? "" : c.unit == scenario->text("scenario.currency") ? "currency" : c.unit, c.definition});
  TextTable series({"monthly series", "unit", "definition"}, "lll");
  for (const Trajectory& t : model->outputs().trajectories)
    series.add({t.name, t.unit == "1" ? "" : t.unit == scenario->text("scenario.currency") ? "currency" : t.unit, t.definition});
  return table.text() + "\n" + series.text() + "\nAn outcome whose process a scenario does not use is absent from its results.\n";
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

std::string path_text(const Domain& domain, const std::string& path) {
  std::string out;
  std::vector<std::string_view> known{"parameters", "types", "distributions", "outcomes", "processes"};
  for (const ParameterSpec& spec : all_parameters(domain)) {
    known.push_back(spec.path);
    if (describes(spec.path, path) || spec.path.starts_with(path + ".")) out += one_text(spec);
  }
  if (out.empty()) throw UsageError(fmt::format("nothing is called {}. {}", path, did_you_mean(path, known, "There are")));
  return out;
}

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
    print_help("partnersim describe [parameters|types|distributions|outcomes|processes|PATH]", "partnersim describe partner.acme.churn", description);
    return kDone;
  }
  const std::string what = values.count("what") != 0 ? values["what"].as<std::vector<std::string>>().front() : "parameters";
  if (what == "parameters") print_result(parameters_text(domain));
  else if (what == "distributions") print_result("Instead of a number, where `describe PATH` says so:\n" + laws_text(distribution_laws()));
  else if (what == "outcomes") print_result(outcomes_text(domain));
  else if (what == "processes") print_result(processes_text(domain));
  else if (what == "types") print_result(types_text(domain));
  else print_result(path_text(domain, what));
  return kDone;
}

}  // namespace sim::cli
