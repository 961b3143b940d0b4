// read_experiment of experiment.h: the tables [sweep] and [variant] read, checked and made into points.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "sim/base/counted.h"
#include "sim/base/suggest.h"
#include "sim/config/assignment.h"
#include "sim/config/number.h"
#include "sim/config/scenario.h"
#include "sim/config/text.h"
#include "sim/config/value.h"
#include "sim/plan/experiment.h"
#include "sim/plan/experiment_parameters.h"
#include "sim/plan/factor.h"
#include "sim/plan/sobol.h"
#include "sim/plan/vary.h"

namespace sim {

class ExperimentReader {
 public:
  ExperimentReader(Document& document, std::span<const ParameterSpec> specs, Problems& problems)
      : document_(document), specs_(specs), problems_(problems) {
    plan_.specs_ = std::make_shared<const SpecNode>(make_spec_tree(specs));
  }

  Experiment read(std::span<const std::string> vary) {
    const Document tables = take_tables();
    Problems found;
    const Scenario own = resolve(tables, experiment_parameters(), found);
    const bool sound = found.empty();
    pass_on(found);
    plan_.base_ = document_;
    design_ = design_name(own, tables);
    const Node* sweep = tables.root.find("sweep");
    points_written_ = sweep != nullptr && sweep->find("points") != nullptr;
    plan_.design_ = design_named(design_).value_or(DesignKind::grid);
    plan_.shared_random_numbers_ = own.flag("sweep.shared_random_numbers");
    plan_.variants_ = read_variants(own, *plan_.specs_, problems_);
    read_sweep(own, vary, sound);
    return std::move(plan_);
  }

 private:
  // The tables of the experiment in a document of their own, misspelt ones with them.
  Document take_tables() {
    Document tables{document_.file, {}, Node{document_.root.mark, TableNode{}}};
    TableNode& members = *document_.root.table();
    for (auto it = members.begin(); it != members.end();) {
      const bool ours = it->key == "sweep" || it->key == "variant";
      const std::string near = plan_.specs_->child(it->key) != nullptr || it->node.table() == nullptr
                                   ? std::string()
                                   : nearest(it->key, {"sweep", "variant"});
      const bool others = !nearest(it->key, plan_.specs_->keys()).empty();
      if (!ours && (near.empty() || others)) {
        ++it;
        continue;
      }
      if (ours) {
        tables.root.table()->push_back(std::move(*it));
      } else {
        problems_.add(it->mark, it->key + " is not a table of a scenario", {}, "Did you mean " + near + "?");
      }
      it = members.erase(it);
    }
    return tables;
  }

  void pass_on(const Problems& found) {
    for (const Problem& problem : found.list())
      problems_.add(problem.mark, problem.problem, problem.reason, problem.hint);
  }

  // The design that is written, or that was probably meant; else empty.
  static std::string design_name(const Scenario& own, const Document& tables) {
    const Node* sweep = tables.root.find("sweep");
    const Node* design = sweep != nullptr ? sweep->find("design") : nullptr;
    if (design == nullptr || own.given("sweep.design")) return own.text("sweep.design");
    const auto* name = std::get_if<std::string>(&design->value);
    const auto& names = own.spec("sweep.design").choices;
    return name != nullptr ? nearest(*name, {names.begin(), names.end()}) : std::string();
  }

  // Every problem that can be known; points only when there is none. `sound`: the tables have all they need.
  void read_sweep(const Scenario& own, std::span<const std::string> vary, bool sound) {
    Problems typed, of_axes;
    const Node texts = read_vary_texts(vary, *plan_.specs_, typed);
    plan_.axes_ = read_all_axes(own, texts, plan_.design_, of_axes);
    const bool known = !design_.empty();
    if (known) {
      check_keys(own, of_axes.empty() && typed.empty(), of_axes);
      pass_on(of_axes);
    } else {
      // Without a name of the design, what any design would complain of.
      Problems of_spread;
      read_all_axes(own, texts, DesignKind::sobol, of_spread);
      pass_on_common(of_axes, of_spread);
    }
    pass_on(typed);
    const bool whole = sound && known && typed.empty() && of_axes.empty();
    const std::optional<std::uint64_t> rows = whole ? count_rows(own) : std::nullopt;
    const bool fits = check_variants();
    if (rows && fits) make_points(static_cast<std::size_t>(*rows), own);
    check_effects();
  }

  std::vector<Axis> read_all_axes(const Scenario& own, const Node& typed, DesignKind design, Problems& problems) const {
    std::vector<Axis> axes;
    if (own.given("sweep.vary")) axes = read_axes(own.tree("sweep.vary"), design, *plan_.specs_, problems);
    return merged(std::move(axes), read_axes(typed, design, *plan_.specs_, problems));
  }

  void pass_on_common(const Problems& one, const Problems& other) {
    for (const Problem& problem : one.list())
      for (const Problem& same : other.list())
        if (to_string(problem) == to_string(same)) {
          problems_.add(problem.mark, problem.problem, problem.reason, problem.hint);
          break;
        }
  }

  void check_keys(const Scenario& own, bool all_axes, Problems& problems) {
    const bool spread = is_spread(plan_.design_);
    const std::string& design = design_;
    if (plan_.axes_.empty()) {
      if (!all_axes) return;
      for (const std::string key : {"sweep.design", "sweep.points", "sweep.seed", "sweep.vary"}) {
        if (!own.given(key)) continue;
        problems.add(own.mark(key), key + " has no effect", "the sweep has no axis",
                     "Add [sweep.vary] with a line such as " + factors_example(*plan_.specs_));
        return;
      }
      return;
    }
    for (const std::string key : {"sweep.points", "sweep.seed"}) {
      if (spread || !own.given(key)) continue;
      problems.add(own.mark(key), key + " has no effect", "the rows of a " + design + " are those of its axes",
                   "Leave it out, or write design = \"sobol\"");
    }
    if (spread && !points_written_) {
      problems.add(own.mark("sweep"), "sweep lacks points", "how many rows a " + design + " has",
                   "Add a line such as points = 512");
    }
    if (spread && plan_.axes_.size() > Sobol::kMostDimensions) {
      problems.add(own.mark("sweep.vary"), fmt::format("sweep.vary has {} axes", plan_.axes_.size()),
                   fmt::format("at most {}", Sobol::kMostDimensions), "Use fewer axes");
    }
  }

  // The rows of the design; nothing when there are too many points or none.
  std::optional<std::uint64_t> count_rows(const Scenario& own) {
    const std::vector<Axis>& axes = plan_.axes_;
    double rows = 1.0;  // exact up to 2^53, far beyond the limit
    if (is_spread(plan_.design_)) {
      if (!axes.empty()) rows = static_cast<double>(own.integer("sweep.points"));
    } else if (plan_.design_ == DesignKind::list) {
      if (!axes.empty()) rows = static_cast<double>(axes[0].values.size());
      bool even = true;
      for (const Axis& axis : axes) {
        if (axis.values.size() == axes[0].values.size()) continue;
        problems_.add(axis.mark, fmt::format("{} has {}", shown_text(axis.path), counted(axis.values.size(), "value")),
                      fmt::format("{} has {}, and a list takes them side by side", shown_text(axes[0].path),
                                  axes[0].values.size()),
                      "Give them equally many values, or write design = \"grid\"");
        even = false;
      }
      if (!even) return std::nullopt;
    } else {
      for (const Axis& axis : axes) {
        plan_.sizes_.push_back(axis.values.size());
        rows *= static_cast<double>(axis.values.size());
      }
    }
    const double points = rows * static_cast<double>(plan_.variants_.size());
    if (points <= kMostPoints) return static_cast<std::uint64_t>(rows);
    const std::string count = points < 0x1p53 ? fmt::format("{:.0f}", points) : fmt::format("{:.3g}", points);
    problems_.add(axes.empty() ? plan_.variants_.back().mark : axes[0].mark, "the experiment has " + count + " points",
                  fmt::format("{}, base included, × {:.6g} rows; at most {:.0f}",
                              counted(plan_.variants_.size(), "variant"), rows, kMostPoints),
                  "Use fewer values, or design = \"sobol\" with points = 512");
    return std::nullopt;
  }

  // Whether every path is there, in the scenario and in each variant. Each complaint once.
  bool check_variants() {
    std::set<std::string> seen;
    for (std::size_t v = 0; v < plan_.variants_.size(); ++v) {
      Problems found;
      Document document{document_.file, {}, document_.root};
      for (const Assignment& setting : plan_.variants_[v].settings) assign(document, setting, *plan_.specs_, found);
      if (!found.empty()) faulty_.insert(v);
      if (found.empty()) check_axes(document, found);
      if (v == 0) check_inside_laws(document, found);
      for (const Problem& problem : found.list()) {
        if (seen.insert(to_string(problem)).second) {
          problems_.add(problem.mark, problem.problem, problem.reason, problem.hint);
        }
      }
    }
    return seen.empty();
  }

  void check_axes(Document& document, Problems& problems) const {
    for (const Axis& axis : plan_.axes_) {
      if (axis.factor) continue;
      const bool valued = axis.range || !axis.values.empty();
      Document tried{document_.file, {}, document.root};
      Document& place = valued ? document : tried;  // where no value is good, the path may be all the same
      assign(place, {axis.levels, valued ? sample(axis) : Node{axis.mark, 0.0}, {axis.mark, {}}, name_of(axis)},
             *plan_.specs_, problems);
    }
    for (const Axis& axis : plan_.axes_) {
      if (axis.factor) check_factors(document, axis, problems);
    }
  }

  static Node sample(const Axis& axis) { return axis.range ? axis.at(0.5) : axis.values[0]; }
  static std::string name_of(const Axis& axis) { return "sweep.vary: " + shown_text(axis.path); }

  // Whether there is something to multiply, and every product is one that its parameter takes.
  void check_factors(Document& document, const Axis& axis, Problems& problems) const {
    std::vector<double> factors;
    if (axis.range) factors = {axis.range->from, axis.range->to};
    for (const Node& value : axis.values) factors.push_back(number_of(value).value());
    if (factors.empty()) factors = {1.0};
    // A range of factors never meets whole numbers, so its ends need no trying.
    const bool whole = axis.range && axis.parameter != nullptr && axis.parameter->kind == Kind::integer;
    for (std::size_t k = 0; k < factors.size(); ++k) {
      const std::vector<Product> all = products(document, axis, whole ? 1.0 : factors[k], *plan_.specs_, problems);
      if (k == 0 && all.empty()) return;
      // Where another axis sets what this one multiplies, it is up to the rows which products there are.
      if (axis.parameter != nullptr && !shares(axis)) check_products(axis, factors[k], all, problems);
    }
  }

  // Whether another axis moves the value that this one does, or a part of it.
  bool shares(const Axis& axis) const {
    return std::any_of(plan_.axes_.begin(), plan_.axes_.end(), [&](const Axis& other) {
      if (&other == &axis) return false;
      const auto levels = static_cast<std::ptrdiff_t>(std::min(depth_of_value(axis), depth_of_value(other)));
      return std::equal(axis.levels.begin(), axis.levels.begin() + levels, other.levels.begin(),
                        [](const PathLevel& a, const PathLevel& b) { return a.any || b.any || a.key == b.key; });
    });
  }

  // Levels of the path down to the value, without those inside a law.
  std::size_t depth_of_value(const Axis& axis) const {
    for (std::size_t depth = 1; depth < axis.levels.size(); ++depth) {
      const ValuePath above(axis.levels.begin(), axis.levels.begin() + static_cast<std::ptrdiff_t>(depth));
      const SpecNode* spec = find_spec(*plan_.specs_, above);
      if (spec != nullptr && spec->spec != nullptr) return depth;
    }
    return axis.levels.size();
  }

  // The first that is out of range tells enough.
  static void check_products(const Axis& axis, double factor, const std::vector<Product>& all, Problems& problems) {
    Problems found;
    for (const Product& product : all) {
      read_value(product.value, *axis.parameter, product.place.path, found);
      if (found.empty()) continue;
      const Problem& problem = found.list().front();
      problems.add(problem.mark, name_of(axis) + " × " + number_text(factor) + ": " + problem.problem, problem.reason,
                   "Use factors that keep it there");
      return;
    }
  }

  // Of an axis inside a law, where no spec tells what its values may be: the ends of them, one by one, in a whole
  // scenario. What is wrong elsewhere in it is for others to say.
  void check_inside_laws(const Document& document, Problems& problems) const {
    for (const Axis& axis : plan_.axes_) {
      if (axis.parameter != nullptr || shares(axis)) continue;
      for (const Node& value : ends_of(axis)) {
        Document tried = document;
        Problems found;
        if (axis.factor)
          multiply(tried, axis, number_of(value).value(), *plan_.specs_, found);
        else
          assign(tried, {axis.levels, value, {axis.mark, {}}, name_of(axis)}, *plan_.specs_, found);
        if (!found.empty()) continue;
        resolve(tried, specs_, found);
        const std::string place = to_string(axis.factor ? axis.mark : value.mark);
        for (const Problem& problem : found.list())
          if (to_string(problem.mark) == place)
            problems.add(problem.mark, problem.problem, problem.reason, problem.hint);
      }
    }
  }

  static std::vector<Node> ends_of(const Axis& axis) {
    if (axis.range) return {Node{axis.mark, axis.range->from}, Node{axis.mark, axis.range->to}};
    if (axis.values.empty()) return {};
    if (!number_of(axis.values[0])) return {axis.values[0]};
    const auto less = [](const Node& a, const Node& b) {
      return number_of(a).value_or(0.0) < number_of(b).value_or(0.0);
    };
    const auto [low, high] = std::minmax_element(axis.values.begin(), axis.values.end(), less);
    return {*low, *high};
  }

  void make_points(std::size_t rows, const Scenario& own) {
    const auto seed = static_cast<std::uint64_t>(own.integer("sweep.seed"));
    if (plan_.design_ == DesignKind::latin_hypercube)
      plan_.fractions_ = latin_hypercube(rows, plan_.axes_.size(), seed);
    if (plan_.design_ == DesignKind::sobol) plan_.fractions_ = sobol_points(rows, plan_.axes_.size(), seed);
    plan_.points_.reserve(rows * plan_.variants_.size());
    for (std::size_t variant = 0; variant < plan_.variants_.size(); ++variant) {
      for (std::size_t row = 0; row < rows; ++row) {
        plan_.points_.push_back({variant, row, plan_.label_of(variant, row)});
      }
    }
  }

  // Every value in effect in a document. Left out is `enabled`, written or not: what is disabled has no values here.
  // That another value is written counts even where it is the default: firm.cash = 0 makes running out of cash matter.
  // Nothing when it has problems, which whoever runs it reports.
  std::optional<std::string> in_effect(const Document& document) const {
    Problems problems;
    const Scenario scenario = resolve(document, specs_, problems);
    if (!problems.empty()) return std::nullopt;
    std::string values;
    const std::string text = scenario.resolved_text();
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
      end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      if (!line.substr(0, line.find(" = ")).ends_with(".enabled")) values.append(line).append("\n");
    }
    return values;
  }

  // Of a point; where there are none, of the variant as far as its settings can be made.
  std::optional<std::string> in_effect(std::size_t variant, std::size_t row) const {
    if (plan_.points_.empty()) return in_effect(plan_.variant_document(variant));
    Problems problems;
    const Document document = plan_.document(variant * plan_.rows() + row, problems);
    return problems.empty() ? in_effect(document) : std::nullopt;
  }

  // A variant that is the base in its first row and in its last has no effect: the scenario has its values already, or
  // an axis sets them again.
  void check_effects() {
    if (plan_.variants_.size() == 1) return;
    const std::size_t last_row = plan_.points_.empty() ? 0 : plan_.rows() - 1;
    const std::optional<std::string> first = in_effect(0, 0);
    const std::optional<std::string> last = last_row > 0 ? in_effect(0, last_row) : first;
    if (!first || !last) return;
    for (std::size_t v = 1; v < plan_.variants_.size(); ++v) {
      const Variant& variant = plan_.variants_[v];
      if (!variant.whole || faulty_.contains(v) || in_effect(v, 0) != first ||
          (last_row > 0 && in_effect(v, last_row) != last))
        continue;
      problems_.add(variant.mark, "variant." + variant.name + " changes nothing",
                    plan_.axes_.empty() ? "the values it sets are in effect already"
                                        : "the values it sets are in effect already, or the sweep sets them again",
                    "Set another value, or add enabled = false");
    }
  }

  Document& document_;
  std::span<const ParameterSpec> specs_;
  Problems& problems_;
  std::string design_;            // its name; empty where none is near what is written
  bool points_written_ = false;   // rightly or not
  std::set<std::size_t> faulty_;  // variants with settings that cannot be made
  Experiment plan_;
};

Experiment read_experiment(Document& document, std::span<const std::string> vary, std::span<const ParameterSpec> specs,
                           Problems& problems) {
  return ExperimentReader(document, specs, problems).read(vary);
}

}  // namespace sim
