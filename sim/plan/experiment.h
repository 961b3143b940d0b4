// The points of an experiment: variants × the rows of a sweep, each a scenario of its own.
//
//   [sweep]           design, points, seed, shared_random_numbers, [sweep.vary] (axis.h, vary.h)
//   [variant.NAME]    label, enabled, set (variant.h)
//
// Promise: points stand with variants outermost, the scenario as written ("base") first; within a variant, rows in the
// order of the design (design.h). A point's document is the scenario with the variant's settings, then the axes that
// give values, then the axes that give factors, each kind in the order written: factors thus multiply what is there in
// the end. All problems are collected: misspelt keys, paths that match nothing, variants without an effect, more than
// 100,000 points. Deliberately no resolving of points and no running: whoever runs a point resolves its document, and
// its problems name the place in the sweep or variant that a wrong value came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/base/problem.h"
#include "sim/config/document.h"
#include "sim/config/spec.h"
#include "sim/config/spec_tree.h"
#include "sim/plan/axis.h"
#include "sim/plan/design.h"
#include "sim/plan/variant.h"

namespace sim {

struct ExperimentPoint {
  std::size_t variant = 0;  // of variants()
  std::size_t row = 0;      // of the design, the same in every variant
  std::string label;        // "spare, machine.*.wear × 0.5"
};

class Experiment {
 public:
  const std::vector<Axis>& axes() const { return axes_; }
  const std::vector<Variant>& variants() const { return variants_; }
  const std::vector<ExperimentPoint>& points() const { return points_; }
  // Of the design, the same in every variant.
  std::size_t rows() const { return points_.size() / variants_.size(); }
  // Neither sweep nor variants: one point, labelled "base".
  bool is_single() const { return axes_.empty() && variants_.size() == 1; }
  bool shared_random_numbers() const { return shared_random_numbers_; }
  DesignKind design() const { return design_; }

  // What an axis has at a point: a value, or a factor; and as a number, where it is one.
  Node value(std::size_t point, std::size_t axis) const;
  std::optional<double> number(std::size_t point, std::size_t axis) const;
  // The scenario of a point, without [sweep] and [variant]. Meaningful only when no problem was added.
  Document document(std::size_t point, Problems& problems) const;
  // The scenario with a variant's settings and one value of each axis, as far as they can be made, and without factors:
  // to look for more problems where there are some.
  Document variant_document(std::size_t variant) const;
  // The same with any values of the axes, in their order: numbers where an axis has factors.
  Document document(std::size_t variant, std::span<const Node> values, Problems& problems) const;

 private:
  friend class ExperimentReader;
  Node value_in_row(std::size_t row, std::size_t axis) const;
  std::string label_of(std::size_t variant, std::size_t row) const;

  Document base_;
  std::shared_ptr<const SpecNode> specs_;
  std::vector<Axis> axes_;
  std::vector<Variant> variants_;
  std::vector<ExperimentPoint> points_;
  DesignKind design_ = DesignKind::grid;
  std::vector<std::size_t> sizes_;  // of each axis, for a grid
  std::vector<double> fractions_;   // [row * axes + axis], for designs that spread
  bool shared_random_numbers_ = true;
};

// Reads the experiment of a document and takes its tables `sweep` and `variant` out of it; `vary` are the texts of
// `--vary`. `specs` are the scenario's and must live as long as the experiment. The experiment is meaningful only when
// no problem was added.
Experiment read_experiment(Document& document, std::span<const std::string> vary, std::span<const ParameterSpec> specs,
                           Problems& problems);

}  // namespace sim
