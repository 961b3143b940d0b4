// Reading of axes: axis.h.
#include "sim/plan/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "sim/base/suggest.h"
#include "sim/config/number.h"
#include "sim/config/text.h"
#include "sim/config/value.h"
#include "sim/plan/experiment_parameters.h"

namespace sim {
namespace {

Node number_node(double value, bool whole, const Mark& mark) {
  if (whole && std::abs(value) <= 0x1p53) return {mark, static_cast<std::int64_t>(value)};
  return {mark, value};
}

// The values of one axis, from the node under its path.
class AxisReader {
 public:
  AxisReader(Axis& axis, DesignKind design, Problems& problems)
      : axis_(axis), design_(design), problems_(problems), name_("sweep.vary." + shown_text(axis.path)) {}

  void read(const Node& node) {
    const TableNode* members = node.table();
    if (members == nullptr) {
      read_values(node);
      return;
    }
    report_unknown(*members);
    const Node* factor = node.find("factor");
    if (factor == nullptr) {
      read_range(node);
      return;
    }
    axis_.factor = true;
    name_ += ".factor";
    if (members->size() > 1) {
      problems_.add(node.mark, name_ + " stands beside other keys", "they belong to the factor",
                    "Write { factor = { from = 0.5, to = 2, count = 3 } }");
    }
    if (factor->table() != nullptr) {
      report_unknown(*factor->table());
      read_range(*factor);
    } else {
      read_values(*factor);
    }
  }

 private:
  bool whole() const { return !axis_.factor && axis_.parameter != nullptr && axis_.parameter->kind == Kind::integer; }

  void report_unknown(const TableNode& members) {
    const std::vector<std::string_view> keys(kAxisKeys.begin(), kAxisKeys.end());
    for (const Member& member : members) {
      if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) continue;
      problems_.add(member.mark, name_ + ": " + shown_key(member.key) + " is not a key of an axis", {},
                    did_you_mean(member.key, keys, "Keys here"));
    }
  }

  void read_values(const Node& node) {
    const auto* elements = std::get_if<ArrayNode>(&node.value);
    if (elements == nullptr || elements->empty()) {
      const std::string one = elements == nullptr ? toml_text(node) : std::string("1, 2");
      add_wrong_kind(node, name_, "an array of values or { from, to }", "Write [" + one + "]", problems_);
      return;
    }
    for (const Node& element : *elements) {
      if (axis_.factor ? read_factor(element) : read_listed(element)) axis_.values.push_back(element);
    }
  }

  bool read_factor(const Node& element) {
    return read_number(element, {.path = name_, .unit = "1", .preferred = 1.0}, problems_).has_value();
  }

  // Against the range of its parameter, so that a wrong value is found once, not at each of its points.
  bool read_listed(const Node& element) {
    if (axis_.parameter == nullptr || axis_.parameter->kind == Kind::tree) return true;
    return read_value(element, *axis_.parameter, axis_.path, problems_).has_value();
  }

  void read_range(const Node& node) {
    const std::optional<double> from = read_end(node, "from");
    const std::optional<double> to = read_end(node, "to");
    const std::optional<bool> logarithmic = read_scale(node);
    if (!from || !to || !logarithmic) return;
    axis_.range = AxisRange{*from, *to, *logarithmic, whole()};
    if (*from == *to) {
      problems_.add(node.mark, name_ + " goes from " + number_text(*from) + " to itself", "an axis has two ends",
                    axis_.factor ? "Write { factor = [" + number_text(*from) + "] } for one value"
                                 : "Write [" + number_text(*from) + "] for one value");
    } else if (*logarithmic && (*from <= 0.0 || *to <= 0.0)) {
      problems_.add(node.mark, name_ + " reaches " + number_text(std::min(*from, *to)) + " on a log scale",
                    "its ends must be positive", "Leave scale = \"log\" out, or begin above 0");
    } else if (is_spread(design_)) {
      check_spread(node);
    } else {
      read_counted(node);
    }
  }

  std::optional<double> read_end(const Node& node, std::string_view key) {
    const Node* end = node.find(key);
    if (end == nullptr) {
      problems_.add(node.mark, name_ + " lacks " + std::string(key), "an axis is an array, or has two ends",
                    is_spread(design_) ? "Write for example { from = 1, to = 3 }"
                                       : "Write for example { from = 1, to = 3, count = 3 }");
      return std::nullopt;
    }
    Quantity quantity{.path = name_ + "." + std::string(key), .preferred = 1.0};
    if (!axis_.factor && axis_.parameter != nullptr) {
      quantity.range = axis_.parameter->range;
      quantity.unit = axis_.parameter->unit;
    }
    if (!whole()) return read_number(*end, quantity, problems_);
    quantity.whole = true;
    const std::optional<std::int64_t> value = read_integer(*end, quantity, problems_);
    return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
  }

  std::optional<bool> read_scale(const Node& node) {
    const Node* scale = node.find("scale");
    if (scale == nullptr) return false;
    const auto* text = std::get_if<std::string>(&scale->value);
    if (text != nullptr && (*text == "linear" || *text == "log")) return *text == "log";
    const std::string hint = text != nullptr ? did_you_mean(*text, {"linear", "log"}, "Scales are") : "Write \"log\"";
    add_wrong_kind(*scale, name_ + ".scale", "\"linear\" or \"log\"", hint, problems_);
    return std::nullopt;
  }

  void check_spread(const Node& node) {
    if (const Node* count = node.find("count")) {
      problems_.add(count->mark, name_ + ".count has no effect",
                    "this design has sweep.points rows and spreads them over the range", "Leave the count out");
    }
    if (axis_.range->whole && axis_.range->logarithmic) {
      problems_.add(node.mark, name_ + " has a log scale", axis_.path + " takes whole numbers, chosen equally",
                    "Leave scale = \"log\" out, or list the values");
    }
    if (axis_.factor && axis_.parameter != nullptr && axis_.parameter->kind == Kind::integer) {
      problems_.add(node.mark, name_ + " is a range of factors", axis_.path + " takes whole numbers only",
                    "List the factors, or leave factor out and give the ends themselves");
    }
  }

  void read_counted(const Node& node) {
    const Node* count = node.find("count");
    if (count == nullptr) {
      problems_.add(node.mark, name_ + " lacks count", "how many values there are from one end to the other",
                    "Add count = 3, or sweep.design = \"sobol\" with sweep.points");
      return;
    }
    const Quantity quantity{
        .path = name_ + ".count", .range = {2, kMostPoints}, .unit = "values", .preferred = 3, .whole = true};
    const std::optional<std::int64_t> number = read_integer(*count, quantity, problems_);
    if (!number) return;
    for (const double value : spaced(*axis_.range, static_cast<std::size_t>(*number))) {
      if (whole() && value != std::floor(value)) {
        report_fraction(*count, static_cast<double>(*number), value);
        axis_.values.clear();
        return;
      }
      axis_.values.push_back(number_node(value, whole(), axis_.mark));
    }
    axis_.range.reset();
  }

  void report_fraction(const Node& count, double asked, double value) {
    const std::string problem = fmt::format("{} gives {}", name_, number_text(value));
    if (axis_.range->logarithmic) {
      problems_.add(count.mark, problem, axis_.path + " takes whole numbers", "List the values");
      return;
    }
    // The largest count not above the one asked for whose steps divide the distance; 2 always does.
    const double distance = std::abs(axis_.range->to - axis_.range->from);
    double steps = std::min(asked - 1.0, distance);
    while (std::fmod(distance, steps) != 0.0) steps -= 1.0;
    problems_.add(count.mark, problem, axis_.path + " takes whole numbers", fmt::format("Use count = {}", steps + 1.0));
  }

  Axis& axis_;
  DesignKind design_;
  Problems& problems_;
  std::string name_;
};

}  // namespace

Node Axis::at(double fraction) const {
  if (!range) return values[pick(fraction, values.size())];
  return number_node(at_fraction(*range, fraction), range->whole, mark);
}

void read_axis(Axis& axis, const Node& node, DesignKind design, Problems& problems) {
  AxisReader(axis, design, problems).read(node);
}

}  // namespace sim
