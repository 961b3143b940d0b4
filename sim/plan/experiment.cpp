#include "sim/plan/experiment.h"

#include <fmt/format.h>

#include "sim/base/printable.h"
#include "sim/config/assignment.h"
#include "sim/config/number.h"
#include "sim/config/text.h"
#include "sim/plan/factor.h"

namespace sim {
namespace {

constexpr std::size_t kMostNamedAxes = 4;  // assumed: a label with more is no name any longer
constexpr std::size_t kLongestNumber = 9;  // assumed; longer ones keep six digits
constexpr std::size_t kLongestValue = 60;  // assumed

std::string value_text(const Node& node) {
  if (const auto* number = std::get_if<double>(&node.value)) {
    const std::string text = number_text(*number);
    return text.size() <= kLongestNumber ? text : fmt::format("{:.6g}", *number);
  }
  return printable(toml_text(node), kLongestValue);
}

}  // namespace

Node Experiment::value_in_row(std::size_t row, std::size_t axis) const {
  if (is_spread(design_)) return axes_[axis].at(fractions_[row * axes_.size() + axis]);
  const std::size_t place = design_ == DesignKind::list ? row : grid_row(row, sizes_)[axis];
  return axes_[axis].values[place];
}

Node Experiment::value(std::size_t point, std::size_t axis) const { return value_in_row(points_.at(point).row, axis); }

std::optional<double> Experiment::number(std::size_t point, std::size_t axis) const {
  return number_of(value(point, axis));
}

// "spare, machine.*.wear × 0.5, shock.outage.every = 24"; the base is named when there is something to tell it from.
std::string Experiment::label_of(std::size_t variant, std::size_t row) const {
  std::string label = variants_.size() > 1 || axes_.empty() ? variants_[variant].label : std::string();
  const auto append = [&](const std::string& part) { label += (label.empty() ? "" : ", ") + part; };
  if (axes_.size() > kMostNamedAxes) {
    append(fmt::format("row {}", row + 1));
    return label;
  }
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    append(axes_[axis].path + (axes_[axis].factor ? " × " : " = ") + value_text(value_in_row(row, axis)));
  }
  return label;
}

Document Experiment::document(std::size_t point, Problems& problems) const {
  const ExperimentPoint& at = points_.at(point);
  std::vector<Node> values;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) values.push_back(value_in_row(at.row, axis));
  return document(at.variant, values, problems);
}

Document Experiment::variant_document(std::size_t variant) const {
  Document document = base_;
  Problems known;
  for (const Assignment& setting : variants_[variant].settings) assign(document, setting, *specs_, known);
  for (const Axis& axis : axes_) {
    if (axis.factor) continue;
    // Of an axis whose values are all wrong, at least that it sets something.
    const Node value = axis.range            ? axis.at(0.5)
                       : axis.values.empty() ? Node{axis.mark, BrokenNode{}}
                                             : axis.values.front();
    assign(document, {axis.levels, value, {axis.mark, {}}, shown_text(axis.path)}, *specs_, known);
  }
  return document;
}

Document Experiment::document(std::size_t variant, std::span<const Node> values, Problems& problems) const {
  Document document = base_;
  for (const Assignment& setting : variants_[variant].settings) assign(document, setting, *specs_, problems);
  for (const bool factors : {false, true}) {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      const Axis& axis = axes_[i];
      if (axis.factor != factors) continue;
      if (factors) {
        multiply(document, axis, number_of(values[i]).value(), *specs_, problems);
      } else {
        assign(document, {axis.levels, values[i], {axis.mark, {}}, "sweep.vary: " + shown_text(axis.path)}, *specs_,
               problems);
      }
    }
  }
  return document;
}

}  // namespace sim
