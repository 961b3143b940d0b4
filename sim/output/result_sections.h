// The sections of a result file: what they share, and one function for each. Private to sim/output.
//
// A section writes its groups of the open file at once and keeps nothing; result_file.cpp calls them in the order of
// the file, which is part of "the same scenario gives the same bytes". The schema is that of results/README.md.
// Not here: opening and committing the file, and the statistics of outcomes, which summarise() makes (results.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sim/collect/results.h"
#include "sim/output/netcdf_file.h"
#include "sim/output/result_file.h"

namespace sim::output {

using Names = std::vector<std::string>;
using Doubles = std::vector<double>;

// What every section works with: the open file and what goes into it. Looks at them, does not own them.
struct ResultContext {
  ResultContext(NetcdfWriter& file, const ResultHeader& header, const Collector& collector);

  // A group whose variables have the dimension "point"; a group inherits no dimension, so each defines its own, and
  // repeats the swept parameters beside it.
  void group_of_points(const std::string& group, const Attributes& attributes) const;
  void month_dimension(const std::string& group) const;
  void quantile_dimension(const std::string& group) const;  // the probabilities of stats/summary.h
  void outcome_dimension(const std::string& group) const;
  // A variable with all its cells.
  void add(const std::string& group, const std::string& name, const Names& dimensions, const Attributes& attributes,
           const Cells& cells) const {
    file.add({.group = group, .name = name, .dimensions = dimensions, .attributes = attributes}, cells);
  }
  // Writes the cells of one point.
  void write_point(Variable variable, std::size_t point, std::span<const std::uint64_t> extent,
                   const Cells& cells) const;

  NetcdfWriter& file;
  const ResultHeader& header;
  const Collector& collector;
  const OutputPlan& outputs;
  std::size_t points;
};

// What is known of a mean, cell by cell: itself, its Monte Carlo standard error and the spreadsheet's figure.
struct MeanFigures {
  Doubles mean, error, expected;
  void add(const ExactMoments& moments, double resolution, double spreadsheet);
  void add_missing();
  // As variables of `of`, a Trajectory or MemberTotal: the mean is NAME with `suffix`, and `called` behind its long
  // name.
  template <class Described>
  void write(const ResultContext& context, const Described& of, const std::string& group, const Names& dimensions,
             const std::string& suffix, const std::string& called) const {
    const auto add = [&](const std::string& ending, const std::string& meaning, const Doubles& values) {
      context.add(group, of.name + ending, dimensions, describe(of.unit, of.long_name + meaning, of.definition),
                  values);
    };
    add(suffix, called, mean);
    add("_standard_error", ", standard error of the mean", error);
    add("_expected", ", spreadsheet's figure", expected);
  }
};

// /outcomes and /inputs: one value a replication. Defined before the values come, written column by column. What copies
// of one table draw alike is one variable with a dimension of copies.
class ResultColumns {
 public:
  explicit ResultColumns(const ResultContext& context);
  void write(std::size_t first_point, std::size_t points, std::size_t column, const Values& values);

 private:
  struct Place {
    Variable variable;
    std::optional<std::uint64_t> copy;  // index along the dimension of copies
  };
  void define_group(const std::string& group, const std::string& name, const std::vector<Column>& columns);
  void define(const std::string& group, const Column& column);
  void define_copies(const std::string& group, const std::vector<Column>& columns);
  VariableSpec spec_of(const std::string& group, const std::string& name, const Column& column) const;
  bool uneven() const;

  const ResultContext& context_;
  std::uint64_t rows_ = 0;        // of the point with the most replications
  std::vector<Place> variables_;  // [column], outcomes first
  std::set<std::string> dimensions_;
};

// /trajectories, if asked for: told of each point's sums in order, then written. Counts of bins are written at once.
class ResultSeries {
 public:
  explicit ResultSeries(const ResultContext& context);
  void take(std::size_t point, const Accumulators& sums, const ExpectedValues& expected);
  void write();

 private:
  struct Series {
    MeanFigures figures;
    Doubles quantiles;
    std::int32_t low = 0, high = -1;  // bins
    std::optional<Variable> counts;
  };
  void define_counts(std::size_t series);
  const ResultContext& context_;
  std::vector<Series> series_;
};

// The group of members, if asked for: the same for totals and survival of each member of the network.
class ResultMembers {
 public:
  explicit ResultMembers(const ResultContext& context)
      : context_(context), totals_(context.outputs.member_totals.size()) {}
  void take(std::size_t point, const Accumulators& sums, const ExpectedValues& expected);
  void write();

 private:
  const ResultContext& context_;
  std::vector<MeanFigures> totals_;
  Doubles survival_;
};

// /state: what extend goes on from, the sums of each point as coded by sums_codec.h.
class ResultState {
 public:
  explicit ResultState(const ResultContext& context) : context_(context) {}
  void take(std::size_t point);
  void write();

 private:
  const ResultContext& context_;
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
};

void write_points(const ResultContext& context);                               // /points
void write_summary(const ResultContext& context, const Results& results);      // /summary
void write_worst(const ResultContext& context, const Results& results);        // /worst
void write_comparison(const ResultContext& context, const Results& results);   // /comparison, of variants
void write_uncertainty(const ResultContext& context, const Results& results);  // /uncertainty, of two-level runs
void write_convergence(const ResultContext& context);                          // /convergence, with precision goals
void write_provenance(const ResultContext& context, const Results& results);   // /provenance

}  // namespace sim::output
