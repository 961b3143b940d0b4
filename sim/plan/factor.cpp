#include "sim/plan/factor.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "sim/config/assignment.h"
#include "sim/config/number.h"
#include "sim/config/text.h"
#include "sim/config/value.h"

namespace sim {
namespace {

constexpr double kWholeEnough = 1e-9;  // assumed; 60 × 1.1 = 66.00000000000001 is meant to be whole

bool is_whole(double value) {
  return std::abs(value - std::round(value)) <= kWholeEnough * std::max(1.0, std::abs(value));
}

// The way down to a number inside a law: ".beta.mean".
std::string way_to_number(const Node& node) {
  const TableNode* members = node.table();
  if (members == nullptr) return {};
  for (const Member& member : *members) {
    if (number_of(member.node)) return "." + key_text(member.key);
    const std::string below = way_to_number(member.node);
    if (!below.empty()) return "." + key_text(member.key) + below;
  }
  return {};
}

class Multiplier {
 public:
  Multiplier(Document& document, const Axis& axis, double factor, const SpecNode& specs, Problems& problems)
      : document_(document), axis_(axis), factor_(factor), specs_(specs), problems_(problems) {}

  std::vector<Product> run() {
    const std::vector<PathPlace> places = find_places(document_, axis_.levels);
    for (const PathPlace& place : places) take(place);
    if (failed_) return {};
    if (products_.empty()) report_nothing();
    return std::move(products_);
  }

 private:
  void take(const PathPlace& place) {
    const bool star = has_star(axis_.levels);
    // Under '*' the original is multiplied too, and its copies follow.
    const Node* source = place.node != nullptr || star ? place.node : place.inherited;
    if (source == nullptr) {
      const bool zero = axis_.parameter == nullptr || (axis_.parameter->fallback == 0.0 && !axis_.parameter->required);
      if (star && !place.disabled && place.inherited == nullptr && !zero) report_unwritten(place.path);
      return;
    }
    const std::optional<double> number = number_of(*source);
    if (!number) {
      if (!place.disabled || !star) report_no_number(place.path, *source);
      return;
    }
    const double product = *number * factor_;
    // Beyond 2^53 a double stays one, and `resolve` says what is wrong with it.
    if (axis_.parameter == nullptr || axis_.parameter->kind != Kind::integer || !(std::abs(product) <= 0x1p53)) {
      products_.push_back({place, Node{axis_.mark, product}});
    } else if (is_whole(product)) {
      products_.push_back({place, Node{axis_.mark, static_cast<std::int64_t>(std::round(product))}});
    } else {
      report_fraction(place.path, *number, product);
    }
  }

  std::string named(const std::string& path) const { return "sweep.vary." + shown_text(axis_.path) + ": " + path; }

  void add(std::string problem, std::string reason, std::string hint) {
    failed_ = true;
    problems_.add(axis_.mark, std::move(problem), std::move(reason), std::move(hint));
  }

  void report_unwritten(const std::string& path) {
    std::string hint = "Give values in place of factors";
    if (axis_.parameter != nullptr) {
      const std::size_t dot = path.rfind('.');
      std::string table = dot == std::string::npos ? std::string() : path.substr(0, dot);
      if (const std::size_t star = table.find("*"); star != std::string::npos) table.replace(star, 1, "NAME");
      hint = "Add a line such as " + example_line(*axis_.parameter) + " to [" + table + "], or give values";
    }
    add(named(path) + " is not written", "a factor multiplies a number of the scenario", hint);
  }

  void report_no_number(const std::string& path, const Node& node) {
    const std::string way = way_to_number(node);
    const std::string hint = way.empty() ? "Give values in place of factors"
                                         : "Write a number there, or vary " + quoted(path + way) + " by factors";
    add(named(path) + " is " + found_text(node), "a factor multiplies a number", hint);
  }

  void report_fraction(const std::string& path, double number, double product) {
    // Between the whole products on both sides, the factor that is nearer; never 0, which would switch something off.
    const double near = std::round(product) != 0.0 ? std::round(product) : std::copysign(1.0, product);
    add(named(path) + " = " + number_text(number) + " × " + number_text(factor_) + " is " + number_text(product),
        "it takes whole numbers", "The nearest factor is " + number_text(near / number) + "; or give values");
  }

  // Nothing there: because the path is wrong, or because nobody writes the number.
  void report_nothing() {
    Document copy{document_.file, {}, document_.root};
    const Assignment attempt{
        axis_.levels, Node{axis_.mark, 0.0}, {axis_.mark, {}}, "sweep.vary." + shown_text(axis_.path)};
    if (assign(copy, attempt, specs_, problems_)) report_unwritten(axis_.path);
  }

  Document& document_;
  const Axis& axis_;
  double factor_;
  const SpecNode& specs_;
  Problems& problems_;
  bool failed_ = false;
  std::vector<Product> products_;
};

}  // namespace

std::vector<Product> products(Document& document, const Axis& axis, double factor, const SpecNode& specs,
                              Problems& problems) {
  return Multiplier(document, axis, factor, specs, problems).run();
}

bool multiply(Document& document, const Axis& axis, double factor, const SpecNode& specs, Problems& problems) {
  const std::vector<Product> all = products(document, axis, factor, specs, problems);
  for (const Product& product : all) {
    if (product.place.node != nullptr) *product.place.node = product.value;
  }
  // A copy's own value, beside what it inherited: made last, since it moves what places point to.
  for (const Product& product : all) {
    if (product.place.node == nullptr) {
      assign(document, {axis.levels, product.value, {axis.mark, {}}, shown_text(axis.path)}, specs, problems);
    }
  }
  return !all.empty();
}

}  // namespace sim
