// What the texts of a report share (report.h). Private to sim/report.
#pragma once

#include <string>
#include <vector>

#include "sim/report/report.h"

namespace sim::report {

// For people (outcome_tables.cpp).
std::string as_table(const Report& report);
std::string as_table(const std::vector<ExpectedPoint>& points, const std::string& question);

inline constexpr std::size_t kPointsInFull = 3;  // more points get a line each

// A row of a table of outcomes (outcome_tables.cpp): what its figures are rounded to, two digits of these, and the
// cells.
inline constexpr const char* kOutcomeColumns[] = {"",    "mean", "",          "sd",          "P5",
                                                  "P50", "P95",  "worst 5 %", "spreadsheet", "gap"};
struct Errors {
  double mean, sd, p05, p50, p95, worst;
};
Errors errors_of(const ReportRow& row);
std::vector<std::string> table_row(const ReportRow& row, const Errors& errors);  // the outcome, then kOutcomeColumns

// The outcome that tables of many points are about.
std::string headline(const Report& report);
// "2,000 replications", of a point.
std::string replications_of(const Report& report, std::size_t point);
std::string percent(double share);

// Points and differences (point_tables.cpp).
std::string table_of_points(const Report& report);
std::string differences_text(const Report& report);
std::string split_text(const Report& report);
std::string difference_table(const std::vector<DifferenceRow>& rows);

}  // namespace sim::report
