// Summaries as people and programs read them: a table, tidy CSV, or JSON. Filled from a run or from
// a result file alike.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/output/netcdf_file.h"
#include "sim/output/result_file.h"
#include "sim/report/table.h"

namespace sim::report {

struct ReportRow {
  std::string point;
  std::string outcome;
  std::string unit;
  Summary summary;
  double expected = 0.0;  // NaN when not known
};

// What to do about outcomes that single precision blurs; empty without any.
std::string blurred_note(const std::vector<std::string>& outcomes);

// What the worst 5 % of the futures in one outcome share.
struct SharedRow {
  std::string point, variable;
  Contrast contrast;
  std::string caution, caution_with;  // what misleads in it, and the outcome it takes for that (outputs.h)
};

// A point against its baseline, by paired replications.
struct DifferenceRow {
  std::string point, baseline, outcome, unit;
  Comparison pairs;
  std::string words;  // dominance
};

// Ignorance and luck in an outcome of a two-level run.
struct SplitRow {
  std::string point, outcome;
  VarianceSplit split;
  std::string advice;
};

// A total of one member that the scenario asked for.
struct MemberRow {
  std::string point, member, total, unit;
  double mean, error;
};

struct Report {
  std::string question;
  bool complete = true;           // false: the finished part of an interrupted run
  std::string worst_outcome;      // empty: nothing to explain it by
  std::vector<SharedRow> shared;  // points in order
  std::vector<DifferenceRow> differences;
  std::vector<SplitRow> splits;
  MemberNouns nouns;
  std::vector<MemberRow> members;  // points in order
  bool doubles = false;            // columns in double precision
  std::string digest;
  std::uint64_t seed = 0;
  std::vector<std::string> points;
  std::vector<std::uint32_t> replications;  // [point]
  std::vector<ReportRow> rows;              // points in order, outcomes in order
};

Report report_of(const collect::Results& results, const collect::Collector& collector,
                 const output::ResultHeader& header);
DifferenceRow difference_row(const collect::ComparedLabels& labels, const Column& outcome,
                             const collect::OutcomeComparison& found);
// Throws InputOutputError when the file is missing, damaged or not a result.
Report read_report(const std::filesystem::path& path, const MemberNouns& nouns,
                   output::Trust trust = output::Trust::checked);

std::string formatted(const Report& report, Format format);
// Differences alone, of every outcome.
std::string formatted(const std::vector<DifferenceRow>& differences, Format format);
// The spreadsheet's answer alone.
struct ExpectedPoint {
  std::string label;
  const ExpectedValues& values;
  const OutputPlan* outputs;
};
std::string formatted(const std::vector<ExpectedPoint>& points, const std::string& question, Format format);

}  // namespace sim::report
