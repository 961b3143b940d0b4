#include "sim/plan/point_scenarios.h"

#include <algorithm>
#include <utility>

#include "sim/config/number.h"
#include "sim/config/value.h"

namespace sim {
namespace {

constexpr double kProbe = 1.0;  // the factor that shows what is multiplied

// Whether a factor of one axis may multiply what the other has set or multiplied: then neither moves values by itself.
bool may_meet(const Axis& a, const Axis& b) {
  const bool same = a.parameter == nullptr || b.parameter == nullptr || a.parameter == b.parameter;
  return same && (a.factor || b.factor);
}

}  // namespace

PointScenarios::PointScenarios(const Experiment& experiment, const SpecNode& tree)
    : experiment_(experiment), tree_(tree) {
  const bool worth_it = experiment.rows() > 2 * (experiment.axes().size() + 2);
  for (std::size_t v = 0; v < experiment.variants().size(); ++v)
    variants_.push_back(worth_it ? prepare(v) : std::nullopt);
}

Scenario PointScenarios::at(std::size_t point, Problems& problems) const {
  if (const auto& variant = variants_[experiment_.points()[point].variant])
    if (auto scenario = patched(*variant, point)) return std::move(*scenario);
  const Document document = experiment_.document(point, problems);
  return resolve(document, tree_, problems);
}

std::optional<PointScenarios::Variant> PointScenarios::prepare(std::size_t variant) const {
  const std::size_t first = variant * experiment_.rows();
  Problems problems;
  auto scenario = resolved(experiment_.document(first, problems));
  if (!scenario || !problems.empty()) return std::nullopt;
  Variant prepared{std::move(*scenario), {}};
  const std::vector<Axis>& axes = experiment_.axes();
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const bool alone = std::none_of(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(axis),
                                    [&](const Axis& other) { return may_meet(other, axes[axis]); });
    if (!alone || !observe(prepared, first, axis)) return std::nullopt;
  }
  return prepared;
}

std::optional<Scenario> PointScenarios::resolved(const Document& document) const {
  Problems problems;
  Scenario scenario = resolve(document, tree_, problems);
  if (!problems.empty()) return std::nullopt;
  return scenario;
}

bool PointScenarios::observe(Variant& variant, std::size_t first, std::size_t axis) const {
  const bool factor = experiment_.axes()[axis].factor;
  std::vector<Node> values;
  for (std::size_t a = 0; a < experiment_.axes().size(); ++a) values.push_back(experiment_.value(first, a));
  const std::optional<double> here = number_of(values[axis]);
  if (!here) return false;

  // Another value of the axis alone; one that has no other moves nothing.
  const std::size_t end = first + experiment_.rows();
  std::size_t other = first;
  for (; other < end; ++other) {
    const std::optional<double> number = experiment_.number(other, axis);
    if (!number) return false;
    if (*number != *here) break;
  }
  if (other == end) return true;
  values[axis] = experiment_.value(other, axis);
  Problems problems;
  const auto probe = resolved(experiment_.document(experiment_.points()[first].variant, values, problems));
  values[axis].value = kProbe;
  const auto unscaled =
      factor ? resolved(experiment_.document(experiment_.points()[first].variant, values, problems)) : std::nullopt;
  if (!probe || (factor && !unscaled) || !problems.empty()) return false;

  const auto paths = Scenario::differing_values(variant.scenario, *probe);
  if (!paths) return false;
  for (const std::string& path : *paths) {
    const ParameterSpec& spec = variant.scenario.spec(path);
    if (spec.kind != Kind::number && (spec.kind != Kind::integer || factor)) return false;
    if (spec.kind == Kind::number && !variant.scenario.law(path).is_constant()) return false;  // an argument of a law
    variant.moved.push_back({axis, path, &spec, factor ? unscaled->number(path) : kProbe});
  }
  return true;
}

std::optional<Scenario> PointScenarios::patched(const Variant& variant, std::size_t point) const {
  std::vector<Scenario::NewValue> values;
  for (const Moved& moved : variant.moved) {
    const Axis& axis = experiment_.axes()[moved.axis];
    Node node = experiment_.value(point, moved.axis);
    if (!number_of(node)) return std::nullopt;
    if (axis.factor) node = {axis.mark, moved.times * *number_of(node)};
    Problems problems;
    std::optional<Value> value = read_value(node, *moved.spec, moved.path, problems);
    if (!value) return std::nullopt;  // reading the document says what is wrong with it
    values.push_back({moved.path, std::move(*value), node.mark});
  }
  return variant.scenario.with(std::move(values));
}

}  // namespace sim
