// The sections of a result file: what they share, and one function for each. Private to sim/output.
//
// A section writes its groups of the open file at once and keeps nothing; result_file.cpp calls them in the order of
// the file, which is part of "the same scenario gives the same bytes". The schema is that of results/README.md.
// Not here: opening and committing the file, and the statistics of outcomes, which summarise() makes (results.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sim/output/netcdf_file.h"
#include "sim/output/result_file.h"
#include "sim/output/results.h"

namespace sim::output {

using Names = std::vector<std::string>;
using Doubles = std::vector<double>;

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();  // the model has no such figure

// What every section works with: the open file and what goes into it. Looks at them, does not own them.
struct ResultContext {
  ResultContext(NetcdfWriter& file, const ResultHeader& header, const Collector& collector);

  // A group whose variables have the dimension "point"; a group inherits no dimension, so each defines its own.
  void group_of_points(const std::string& group, const Attributes& attributes) const;
  void month_dimension(const std::string& group) const;
  void quantile_dimension(const std::string& group) const;  // the probabilities of stats/summary.h

  NetcdfWriter& file;
  const ResultHeader& header;
  const Collector& collector;
  const OutputPlan& outputs;
  std::size_t points;
};

// Means, their Monte Carlo standard errors and the spreadsheet's figures, cell by cell of one variable each.
struct MeanFigures {
  Doubles mean, error, expected;
  void add(const ExactMoments& moments, double resolution, double spreadsheet);
};

// /outcomes and /inputs: one value a replication. Defined before the values come, written column by column.
class ResultColumns {
 public:
  explicit ResultColumns(const ResultContext& context);
  void write(std::size_t point, std::size_t column, std::span<const float> values);

 private:
  void define_group(const std::string& group, const std::string& name, const std::vector<Column>& columns);
  bool uneven() const;

  const ResultContext& context_;
  std::uint64_t rows_ = 0;           // of the point with the most replications
  std::vector<Variable> variables_;  // [column], outcomes first
  std::set<std::string> dimensions_;
};

void write_points(const ResultContext& context);                                // /points
void write_summary(const ResultContext& context, const Results& results);       // /summary
void write_trajectories(const ResultContext& context, const Results& results);  // /trajectories, if asked for
void write_members(const ResultContext& context, const Results& results);       // /partners, if asked for
void write_worst(const ResultContext& context, const Results& results);
void write_provenance(const ResultContext& context, const Results& results);    // /provenance

}  // namespace sim::output
