// Reports for programs: tidy CSV, one value a line, and JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <span>

#include "sim/base/missing.h"
#include "sim/report/parts.h"
#include "sim/stats/figures.h"

namespace sim::report {
namespace {

constexpr const char* kCsvHeader = "point,outcome,statistic,value,standard_error\n";

struct Statistic {
  std::string name;
  double value;
  std::optional<double> error = {};  // nothing where the statistic has none, NaN where it is not known
};
using Statistics = std::vector<Statistic>;

template <class Row>
void add(const Figure<Row>& figure, const Row& row, Statistics& list) {
  const std::string name(figure.name);
  const auto error = figure.error ? std::optional(figure.error.get(row)) : std::nullopt;
  list.push_back({name, figure.value.get(row), error});
  if (!figure.has(kWithEnds)) return;
  list.push_back({name + "_low", figure.low.get(row)});
  list.push_back({name + "_high", figure.high.get(row)});
}

Statistics statistics(const ReportRow& row) {
  Statistics list;
  for (const bool last : {false, true})
    for (const Figure<Summary>& figure : kFigures<Summary>.figures) {
      if (figure.has(kToldLast) != last) continue;
      add(figure, row.summary, list);
      if (figure.name != "sd") continue;  // quantiles follow it
      for (std::size_t i = 0; i < kProbabilities.size(); ++i)
        list.push_back(
            {quantile_name(kProbabilities[i]), row.summary.quantiles[i].value, row.summary.quantiles[i].error});
    }
  list.push_back({std::string(kExpectedName), row.expected});
  return list;
}

Statistics statistics(const DifferenceRow& row) {
  Statistics list;
  for (const Figure<Comparison>& figure : kFigures<Comparison>.figures)
    if (!figure.has(kUntold)) add(figure, row.pairs, list);
  return list;
}

Statistics statistics(const MemberRow& row) { return {{"mean", row.mean, row.error}}; }

std::string name_of(const ReportRow& row) { return row.outcome; }
std::string name_of(const MemberRow& row) { return fmt::format("{}[{}]", row.total, row.member); }

// A value that is not known has no line, an error that is not known nothing in it.
std::string csv_lines(const std::string& point, const std::string& outcome, const Statistics& list) {
  std::string out;
  for (const Statistic& s : list)
    if (std::isfinite(s.value))
      out += fmt::format("{},{},{},{},{}\n", csv_text(point), csv_text(outcome), s.name, s.value,
                         std::isfinite(s.error.value_or(kMissing)) ? fmt::format("{}", *s.error) : "");
  return out;
}

std::string differences_csv(const std::vector<DifferenceRow>& rows) {
  std::string out;
  for (const DifferenceRow& row : rows)
    out += csv_lines(row.point + " - " + row.baseline, row.outcome, statistics(row));
  return out;
}

// Members of an object, each after a comma.
std::string json_members(const Statistics& list) {
  std::string out;
  for (const Statistic& s : list) {
    out += fmt::format(", {}: {}", json_text(s.name), json_number(s.value));
    if (s.error) out += fmt::format(", {}: {}", json_text(s.name + "_standard_error"), json_number(*s.error));
  }
  return out;
}

std::string differences_json(const std::vector<DifferenceRow>& rows, const char* indent) {
  std::string out = "[";
  for (const DifferenceRow& row : rows)
    out +=
        fmt::format("{}\n{}  {{\"point\": {}, \"baseline\": {}, \"outcome\": {}, \"unit\": {}{}, \"in_words\": {}}}",
                    out.size() > 1 ? "," : "", indent, json_text(row.point), json_text(row.baseline),
                    json_text(row.outcome), json_text(row.unit), json_members(statistics(row)), json_text(row.words));
  return out + "\n" + indent + "]";
}

// "NAME": { its unit and statistics }, of each row.
template <class Row>
std::string rows_json(std::span<const Row> rows) {
  std::string out;
  for (const Row& row : rows)
    out += fmt::format("{}\n      {}: {{\"unit\": {}{}}}", out.empty() ? "" : ",", json_text(name_of(row)),
                       json_text(row.unit), json_members(statistics(row)));
  return out;
}

std::string point_json(const Report& report, std::size_t p) {
  const std::size_t per_point = report.rows.size() / report.points.size();
  std::string out =
      fmt::format("{{\"label\": {}, \"replications\": {}, \"outcomes\": {{{}\n    }}", json_text(report.points[p]),
                  report.replications[p], rows_json(std::span(report.rows).subspan(p * per_point, per_point)));
  std::vector<MemberRow> members;
  std::copy_if(report.members.begin(), report.members.end(), std::back_inserter(members),
               [&](const MemberRow& row) { return row.point == report.points[p]; });
  if (!members.empty())
    out += fmt::format(", {}: {{{}\n    }}", json_text(std::string(report.nouns.many)),
                       rows_json(std::span<const MemberRow>(members)));
  return out + "}";
}

std::string expected_json(const ExpectedPoint& point, const std::string& indent) {
  std::string out = "{";
  for (const Column& column : point.outputs->outcomes)
    if (const auto found = point.values.outcomes.find(column.label()); found != point.values.outcomes.end())
      out += fmt::format("{}\n{}  {}: {}", out.size() > 1 ? "," : "", indent, json_text(column.label()),
                         json_number(found->second));
  return out + "\n" + indent + "}";
}

std::string as_csv(const Report& report) {
  std::string out = kCsvHeader;
  for (const ReportRow& row : report.rows)
    if (row.summary.count != 0) out += csv_lines(row.point, row.outcome, statistics(row));
  for (const MemberRow& row : report.members) out += csv_lines(row.point, name_of(row), statistics(row));
  return out + differences_csv(report.differences);
}

std::string as_json(const Report& report) {
  std::string out = fmt::format(
      "{{\n  \"question\": {},\n  \"seed\": {},\n  \"complete\": {},\n  \"outcomes_hash\": {},\n  \"points\": [",
      json_text(report.question), report.seed, report.complete, json_text(report.digest));
  for (std::size_t p = 0; p < report.points.size(); ++p) out += (p == 0 ? "\n    " : ",\n    ") + point_json(report, p);
  out += "\n  ]";
  if (!report.differences.empty()) out += ",\n  \"differences\": " + differences_json(report.differences, "  ");
  return out + "\n}\n";
}

std::string as_csv(const std::vector<ExpectedPoint>& points) {
  std::string out = kCsvHeader;
  for (const ExpectedPoint& point : points)
    for (const Column& column : point.outputs->outcomes)
      out +=
          csv_lines(point.label, column.label(), {{std::string(kExpectedName), point.values.outcome(column.label())}});
  return out;
}

std::string as_json(const std::vector<ExpectedPoint>& points, const std::string& question) {
  const std::string head = fmt::format("{{\n  \"question\": {},\n  ", json_text(question));
  if (points.size() == 1) return head + "\"expected\": " + expected_json(points.front(), "  ") + "\n}\n";
  std::string list;
  for (const ExpectedPoint& point : points)
    list += fmt::format("{}\n    {{\"label\": {}, \"expected\": {}}}", list.empty() ? "" : ",", json_text(point.label),
                        expected_json(point, "    "));
  return head + "\"points\": [" + list + "\n  ]\n}\n";
}

}  // namespace

std::string formatted(const Report& report, Format format) {
  return format == Format::csv ? as_csv(report) : format == Format::json ? as_json(report) : as_table(report);
}

std::string formatted(const std::vector<DifferenceRow>& differences, Format format) {
  if (format == Format::csv) return kCsvHeader + differences_csv(differences);
  if (format == Format::json) return "{\n  \"differences\": " + differences_json(differences, "  ") + "\n}\n";
  return difference_table(differences);
}

std::string formatted(const std::vector<ExpectedPoint>& points, const std::string& question, Format format) {
  if (format == Format::csv) return as_csv(points);
  return format == Format::json ? as_json(points, question) : as_table(points, question);
}

}  // namespace sim::report
