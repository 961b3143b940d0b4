// read_experiment of experiment.h: the tables [sweep] and [variant] read, checked and made into points.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "sim/base/suggest.h"
#include "sim/config/assignment.h"
#include "sim/config/number.h"
#include "sim/config/scenario.h"
#include "sim/config/text.h"
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
    plan_.design_ = design_named(own.text("sweep.design")).value_or(DesignKind::grid);
    plan_.shared_random_numbers_ = own.flag("sweep.shared_random_numbers");
    plan_.variants_ = read_variants(own, *plan_.specs_, problems_);
    // What a design wants of its axes is not known while the design is misspelt.
    const Node* sweep = tables.root.find("sweep");
    const Node* design = sweep != nullptr ? sweep->find("design") : nullptr;
    const auto* name = design != nullptr ? std::get_if<std::string>(&design->value) : nullptr;
    if (design == nullptr || (name != nullptr && design_named(*name))) read_sweep(own, vary, sound);
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

  void read_sweep(const Scenario& own, std::span<const std::string> vary, bool sound) {
    Problems found;
    std::vector<Axis> axes;
    if (own.given("sweep.vary")) axes = read_axes(own.tree("sweep.vary"), plan_.design_, *plan_.specs_, found);
    std::vector<Axis> typed = read_axes(read_vary_texts(vary, found), plan_.design_, *plan_.specs_, found);
    plan_.axes_ = merged(std::move(axes), std::move(typed));
    if (found.empty()) check_keys(own, found);
    pass_on(found);
    if (!sound || !found.empty()) {
      // Variants are checked all the same, so that their problems are reported in one go.
      plan_.axes_.clear();
      check_variants();
      return;
    }
    const std::optional<std::uint64_t> rows = count_rows(own);
    if (!check_variants() || !rows) return;
    make_points(static_cast<std::size_t>(*rows), own);
    check_effects();
  }

  void check_keys(const Scenario& own, Problems& problems) {
    const bool spread = is_spread(plan_.design_);
    const std::string design = own.text("sweep.design");
    if (plan_.axes_.empty()) {
      for (const std::string key : {"sweep.design", "sweep.points", "sweep.seed", "sweep.vary"}) {
        if (!own.given(key)) continue;
        problems.add(own.mark(key), key + " has no effect", "the sweep has no axis",
                     "Add [sweep.vary] with a line such as \"partner.*.churn\" = { factor = [0.5, 1, 2] }");
        return;
      }
      return;
    }
    for (const std::string key : {"sweep.points", "sweep.seed"}) {
      if (spread || !own.given(key)) continue;
      problems.add(own.mark(key), key + " has no effect", "the rows of a " + design + " are those of its axes",
                   "Leave it out, or write design = \"sobol\"");
    }
    if (spread && !own.given("sweep.points")) {
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
      for (const Axis& axis : axes) {
        if (axis.values.size() == axes[0].values.size()) continue;
        problems_.add(axis.mark, fmt::format("{} has {} values", shown_text(axis.path), axis.values.size()),
                      fmt::format("{} has {}, and a list takes them side by side", shown_text(axes[0].path),
                                  axes[0].values.size()),
                      "Give them equally many values, or write design = \"grid\"");
        return std::nullopt;
      }
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
                  fmt::format("{} variants, base included, × {:.6g} rows; at most {:.0f}", plan_.variants_.size(), rows,
                              kMostPoints),
                  "Use fewer values, or design = \"sobol\" with points = 512");
    return std::nullopt;
  }

  // Whether every path is there, in the scenario and in each variant. Each complaint once.
  bool check_variants() {
    std::set<std::string> seen;
    for (const Variant& variant : plan_.variants_) {
      Problems found;
      Document document{document_.file, {}, document_.root};
      for (const Assignment& setting : variant.settings) assign(document, setting, *plan_.specs_, found);
      if (found.empty()) check_axes(document, found);
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
      const Node value = axis.range ? axis.at(0.5) : axis.values[0];
      assign(document, {axis.levels, value, {axis.mark, {}}, "sweep.vary: " + shown_text(axis.path)}, *plan_.specs_,
             problems);
    }
    for (const Axis& axis : plan_.axes_) {
      if (!axis.factor) continue;
      // A range of factors never meets whole numbers, so its ends need no trying.
      const double first = axis.range ? axis.range->from : number_of(axis.values[0]).value();
      if (products(document, axis, first, *plan_.specs_, problems).empty()) continue;
      for (const Node& value : axis.values) products(document, axis, number_of(value).value(), *plan_.specs_, problems);
    }
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

  // Every value in effect at a point. Left out is `enabled`, written or not: what is disabled has no values here. That
  // another value is written counts even where it is the default: firm.cash = 0 makes running out of cash matter.
  // Nothing when it has problems, which whoever runs it reports.
  std::optional<std::string> in_effect(std::size_t point) const {
    Problems problems;
    const Document document = plan_.document(point, problems);
    if (!problems.empty()) return std::nullopt;
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

  // A variant that is the base in its first row and in its last has no effect: the scenario has its values already, or
  // an axis sets them again.
  void check_effects() {
    if (plan_.variants_.size() == 1) return;
    const std::size_t rows = plan_.points_.size() / plan_.variants_.size();
    const std::optional<std::string> first = in_effect(0);
    const std::optional<std::string> last = rows > 1 ? in_effect(rows - 1) : first;
    if (!first || !last) return;
    for (std::size_t v = 1; v < plan_.variants_.size(); ++v) {
      if (in_effect(v * rows) != first || (rows > 1 && in_effect(v * rows + rows - 1) != last)) continue;
      const Variant& variant = plan_.variants_[v];
      problems_.add(variant.mark, "variant." + variant.name + " changes nothing",
                    plan_.axes_.empty() ? "the values it sets are in effect already"
                                        : "the values it sets are in effect already, or the sweep sets them again",
                    "Set another value, or add enabled = false");
    }
  }

  Document& document_;
  std::span<const ParameterSpec> specs_;
  Problems& problems_;
  Experiment plan_;
};

Experiment read_experiment(Document& document, std::span<const std::string> vary, std::span<const ParameterSpec> specs,
                           Problems& problems) {
  return ExperimentReader(document, specs, problems).read(vary);
}

}  // namespace sim
