#include "sim/cli/run_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/config/text.h"
#include "sim/rng/distribution.h"

namespace sim::cli {
namespace {

// What the points differ in, a line each: goes into the fingerprint.
std::string experiment_text(const Experiment& experiment) {
  if (experiment.is_single()) return {};
  std::string text = fmt::format("points {}, shared random numbers {}\n", experiment.points().size(),
                                 experiment.shared_random_numbers());
  for (const Variant& variant : experiment.variants()) {
    text += "variant " + variant.name + ":";
    for (const Assignment& setting : variant.settings)
      text += fmt::format(" {} = {};", path_text(setting.path), toml_text(setting.value));
    text += "\n";
  }
  for (std::size_t a = 0; a < experiment.axes().size(); ++a) {
    text += fmt::format("{} {}:", experiment.axes()[a].factor ? "factor" : "value", experiment.axes()[a].path);
    for (std::size_t row = 0; row < experiment.rows(); ++row) text += " " + toml_text(experiment.value(row, a));
    text += "\n";
  }
  return text;
}

void add_files(const Node& node, std::set<std::string>& names) {
  if (const TableNode* members = node.table()) {
    for (const Member& member : *members) {
      const auto* name = std::get_if<std::string>(&member.node.value);
      if (name != nullptr && member.key == "file")
        names.insert(*name);
      else
        add_files(member.node, names);
    }
  } else if (const auto* elements = std::get_if<ArrayNode>(&node.value)) {
    for (const Node& element : *elements) add_files(element, names);
  }
}

// What the files of values hold, a comment each: of another content it is another run.
std::string files_text(const Scenario& scenario, const Experiment& experiment) {
  std::set<std::string> names;
  scenario.each_unlike([&](std::string_view, const Scenario::Entry& entry, std::size_t) {
    if (const auto* law = std::get_if<Law>(&entry.value); law != nullptr && law->has("file"))
      names.insert(law->text("file"));
    if (const auto* tree = std::get_if<Node>(&entry.value)) add_files(*tree, names);  // of dated changes
  });
  for (const Variant& variant : experiment.variants())
    for (const Assignment& setting : variant.settings) add_files(setting.value, names);
  for (const Axis& axis : experiment.axes())
    for (const Node& value : axis.values) add_files(value, names);
  std::string text;
  for (const std::string& name : names)
    text += fmt::format("# {}: {}\n", name, digest_of_values(name, scenario.file()));
  return text;
}

std::vector<output::SweptParameter> swept_parameters(const Experiment& experiment, const std::string& currency) {
  std::vector<output::SweptParameter> swept;
  const std::size_t points = experiment.points().size();
  for (std::size_t a = 0; a < experiment.axes().size(); ++a) {
    const Axis& axis = experiment.axes()[a];
    output::SweptParameter parameter{axis.path, axis.factor, {}, {}, {}};
    if (axis.factor)
      parameter.unit = "1";
    else if (axis.parameter != nullptr)
      parameter.unit = axis.parameter->unit == "currency" ? currency : std::string(axis.parameter->unit);
    bool numbers = true;
    for (std::size_t p = 0; p < points && numbers; ++p) {
      const std::optional<double> number = experiment.number(p, a);
      numbers = number.has_value();
      parameter.numbers.push_back(number.value_or(0.0));
    }
    if (!numbers) {
      parameter.numbers.clear();
      for (std::size_t p = 0; p < points; ++p) parameter.texts.push_back(toml_text(experiment.value(p, a)));
    }
    swept.push_back(std::move(parameter));
  }
  return swept;
}

}  // namespace

output::ResultHeader header_of(const Scenario& scenario, const Experiment& experiment,
                               const std::vector<std::string>& assignments, const std::vector<std::string>& vary) {
  output::ResultHeader header;
  header.question = question_of(scenario.source_text());
  header.currency = scenario.text("scenario.currency");
  header.start = scenario.text("scenario.start");
  header.seed = static_cast<std::uint64_t>(scenario.integer("scenario.seed"));
  header.source = {scenario.file(), scenario.source_text(), assignments, vary};
  header.resolved_text = scenario.resolved_text() + files_text(scenario, experiment);
  header.experiment_text = experiment_text(experiment);
  for (const ExperimentPoint& point : experiment.points()) {
    header.point_labels.push_back(point.label);
    if (!experiment.is_single()) header.variants.push_back(experiment.variants()[point.variant].name);
  }
  if (experiment.variants().size() > 1)
    for (const ExperimentPoint& point : experiment.points())
      header.baselines.push_back(static_cast<std::uint32_t>(point.row));
  header.swept = swept_parameters(experiment, header.currency);
  header.samples = scenario.text("output.samples") == "all";
  return header;
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

}  // namespace sim::cli
