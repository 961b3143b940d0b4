// Reports as text: tables, CSV, JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/missing.h"
#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/report.h"

namespace sim::cli {
namespace {

std::string percent(double share) { return std::isnan(share) ? "-" : fmt::format("{:.1f} %", 100.0 * share); }

std::string quantile_name(double p) { return fmt::format("p{:02.0f}", p * 100); }

struct Statistic {
  std::string name;
  double value;
  double error;  // NaN when none is known
};

std::vector<Statistic> statistics(const ReportRow& row) {
  const Summary& s = row.summary;
  std::vector<Statistic> list{
      {"count", static_cast<double>(s.count), kMissing}, {"mean", s.mean, s.mean_error}, {"sd", s.sd, s.sd_error}};
  for (std::size_t i = 0; i < kProbabilities.size(); ++i) {
    const QuantileEstimate& q = s.quantiles[i];
    list.push_back({quantile_name(kProbabilities[i]), q.value, q.error});
  }
  list.push_back({"cvar05", s.cvar, s.cvar_error});
  list.push_back({"value_at_risk", s.value_at_risk, s.value_at_risk_error});
  list.push_back({"minimum", s.minimum, kMissing});
  list.push_back({"maximum", s.maximum, kMissing});
  list.push_back({"expected", row.expected, kMissing});
  return list;
}

std::string differences_csv(const std::vector<DifferenceRow>& rows);
std::string differences_json(const std::vector<DifferenceRow>& rows, const char* indent);

std::string as_csv(const Report& report) {
  std::string out = "point,outcome,statistic,value,standard_error\n";
  for (const ReportRow& row : report.rows)
    for (const Statistic& s : statistics(row)) {
      if (row.summary.count == 0 || !std::isfinite(s.value)) continue;
      out += fmt::format("{},{},{},{},{}\n", csv_text(row.point), csv_text(row.outcome), s.name, s.value,
                         std::isfinite(s.error) ? fmt::format("{}", s.error) : "");
    }
  for (const MemberRow& row : report.members)
    out += fmt::format("{},{},mean,{},{}\n", csv_text(row.point),
                       csv_text(fmt::format("{}[{}]", row.total, row.member)), row.mean, row.error);
  return out + differences_csv(report.differences);
}

std::string members_json(const Report& report, const std::string& point) {
  std::string out;
  for (const MemberRow& row : report.members)
    if (row.point == point)
      out += fmt::format("{}\n      {}: {{\"unit\": {}, \"mean\": {}, \"mean_standard_error\": {}}}",
                         out.empty() ? "" : ",", json_text(fmt::format("{}[{}]", row.total, row.member)),
                         json_text(row.unit), json_number(row.mean), json_number(row.error));
  return out.empty() ? out : ", \"partners\": {" + out + "\n    }";
}

std::string as_json(const Report& report) {
  std::string out = fmt::format(
      "{{\n  \"question\": {},\n  \"seed\": {},\n  \"complete\": {},\n  \"outcomes_hash\": {},\n  \"points\": [",
      json_text(report.question), report.seed, report.complete, json_text(report.digest));
  std::size_t next = 0;
  for (std::size_t p = 0; p < report.points.size(); ++p) {
    out += fmt::format("{}\n    {{\"label\": {}, \"replications\": {}, \"outcomes\": {{", p == 0 ? "" : ",",
                       json_text(report.points[p]), report.replications[p]);
    const std::size_t per_point = report.rows.size() / report.points.size();
    for (std::size_t k = 0; k < per_point; ++k, ++next) {
      const ReportRow& row = report.rows[next];
      out +=
          fmt::format("{}\n      {}: {{\"unit\": {}", k == 0 ? "" : ",", json_text(row.outcome), json_text(row.unit));
      for (const Statistic& s : statistics(row)) {
        out += fmt::format(", {}: {}", json_text(s.name), json_number(s.value));
        if (std::isfinite(s.error))
          out += fmt::format(", {}: {}", json_text(s.name + "_standard_error"), json_number(s.error));
      }
      out += "}";
    }
    out += "\n    }" + members_json(report, report.points[p]) + "}";
  }
  out += "\n  ]";
  if (!report.differences.empty()) out += ",\n  \"differences\": " + differences_json(report.differences, "  ");
  return out + "\n}\n";
}

// Each figure of a row is rounded to its own error; the gap to the spreadsheet in per cent of the mean.
std::vector<std::string> table_row(const ReportRow& row) {
  const Summary& s = row.summary;
  const auto quantile = [&](std::size_t i) {
    const QuantileEstimate& q = s.quantiles[i];
    return rounded(q.value, q.error);
  };
  std::string gap = "-";
  if (std::isfinite(row.expected) && s.mean != 0.0)
    gap = fmt::format("{:+.1f} %", 100.0 * (row.expected - s.mean) / std::abs(s.mean));
  if (gap == "-0.0 %") gap = "+0.0 %";
  // The spreadsheet's figure has no simulation error; it is shown as finely as the mean.
  return {row.outcome,
          row.unit == "1" ? "" : row.unit,
          rounded(s.mean, s.mean_error),
          std::isfinite(s.mean_error) ? "± " + rounded_error(s.mean_error) : "-",
          rounded(s.sd, s.sd_error),
          quantile(1),
          quantile(4),
          quantile(7),
          rounded(s.cvar, s.cvar_error),
          std::isfinite(row.expected) ? rounded(row.expected, s.mean_error) : "-",
          gap};
}

// The variables that set the worst futures of a point apart, the most telling first.
std::string shared_table(const Report& report, const std::string& point) {
  constexpr double kTelling = 3.0;  // standard errors: less may be chance
  constexpr std::size_t kMost = 8;  // rows
  const auto apart = [](const SharedRow& row) {
    return std::abs(row.contrast.worst - row.contrast.all) / row.contrast.sd;
  };
  std::vector<SharedRow> rows;
  for (const SharedRow& row : report.shared)
    if (row.point == point && std::abs(row.contrast.worst - row.contrast.all) > kTelling * row.contrast.worst_error &&
        row.contrast.sd > 0.0)
      rows.push_back(row);
  if (rows.empty()) return {};
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const SharedRow& a, const SharedRow& b) { return apart(a) > apart(b); });
  if (rows.size() > kMost) rows.resize(kMost);
  TextTable table({"the worst 5 % in " + report.worst_outcome + " share", "their mean", "", "of all"});
  for (const SharedRow& row : rows)
    table.add({row.variable, rounded(row.contrast.worst, row.contrast.worst_error),
               "± " + rounded_error(row.contrast.worst_error), rounded(row.contrast.all, row.contrast.worst_error)});
  return "\n" + table.text();
}

constexpr std::size_t kPointsInFull = 3;  // more points get a line each
constexpr std::size_t kMostLines = 40;

std::string cut_note(std::size_t lines) {
  return lines <= kMostLines ? ""
                             : fmt::format("… and {} more: --format csv has them all.\n", whole(lines - kMostLines));
}

// The outcome that tables of many points are about.
std::string headline(const Report& report) {
  return !report.worst_outcome.empty() ? report.worst_outcome : report.rows.empty() ? "" : report.rows.front().outcome;
}

// Figures of some futures only must not pass for figures of all.
std::string partial_note(const Report& report, std::size_t point) {
  const std::size_t per_point = report.rows.size() / report.points.size();
  const std::size_t all = report.replications[point];
  std::string some, none;
  for (std::size_t k = point * per_point; k < (point + 1) * per_point; ++k) {
    const ReportRow& row = report.rows[k];
    const std::size_t count = row.summary.count;
    if (count == 0)
      none += (none.empty() ? "" : ", ") + row.outcome;
    else if (count < all)
      some += fmt::format("  {:<26}{:>12} ({})\n", row.outcome, whole(count),
                          percent(static_cast<double>(count) / static_cast<double>(all)));
  }
  if (!some.empty()) some = "\nSome futures only have these, and their figures are of those:\n" + some;
  if (!none.empty()) none = "\nNo future has a value of " + none + ".\n";
  return some + none;
}

// What each partner's absence costs, the dearest first.
std::string members_table(const Report& report, const std::string& point) {
  constexpr std::size_t kMost = 12;
  std::vector<MemberRow> rows;
  for (const MemberRow& row : report.members)
    if (row.point == point) rows.push_back(row);
  if (rows.empty()) return {};
  std::stable_sort(rows.begin(), rows.end(), [](const MemberRow& a, const MemberRow& b) { return a.mean > b.mean; });
  TextTable table({rows.front().total + ", by partner", "", "mean", ""});
  for (std::size_t k = 0; k < std::min(rows.size(), kMost); ++k)
    table.add(
        {rows[k].member, rows[k].unit, rounded(rows[k].mean, rows[k].error), "± " + rounded_error(rows[k].error)});
  std::string out = "\n" + table.text();
  if (rows.size() > kMost)
    out += fmt::format("… and {} more: --format csv has them all.\n", whole(rows.size() - kMost));
  return out;
}

std::string replications_of(const Report& report, std::size_t point) {
  const std::uint32_t count = report.replications[point];
  return fmt::format("{} replication{}{}", whole(count), count == 1 ? "" : "s",
                     report.complete ? "" : " (the finished part of an interrupted run)");
}

std::string full_tables(const Report& report) {
  std::string out;
  const std::size_t per_point = report.points.empty() ? 0 : report.rows.size() / report.points.size();
  for (std::size_t p = 0; p < report.points.size(); ++p) {
    out += fmt::format("\n{}{}, seed {}\n\n", report.points.size() > 1 ? report.points[p] + ": " : "",
                       replications_of(report, p), report.seed);
    TextTable table({"outcome", "", "mean", "", "sd", "P5", "P50", "P95", "worst 5 %", "spreadsheet", "gap"});
    for (std::size_t k = 0; k < per_point; ++k)
      if (const ReportRow& row = report.rows[p * per_point + k];
          row.summary.count != 0 && !std::isnan(row.summary.mean))
        table.add(table_row(row));
    out += table.text() + partial_note(report, p) + shared_table(report, report.points[p]) +
           members_table(report, report.points[p]);
  }
  return out;
}

std::string table_of_points(const Report& report) {
  const std::string outcome = headline(report);
  std::string out = fmt::format("\n{} points of {}, seed {}\n\n", whole(report.points.size()),
                                replications_of(report, 0), report.seed);
  TextTable table({outcome + " at", "", "mean", "", "sd", "P5", "P50", "P95", "worst 5 %", "spreadsheet", "gap"});
  std::size_t lines = 0;
  for (const ReportRow& row : report.rows) {
    if (row.outcome != outcome || lines++ >= kMostLines) continue;
    std::vector<std::string> cells = table_row(row);
    cells[0] = row.point;
    table.add(std::move(cells));
  }
  return out + table.text() + cut_note(lines);
}

std::string difference_table(const std::vector<DifferenceRow>& rows) {
  TextTable table({"difference in", "of", "to", "", "mean", "", "95 % interval", "more in", "ratio", "pairing removed"},
                  "lll");
  for (std::size_t k = 0; k < std::min(rows.size(), kMostLines); ++k) {
    const DifferenceRow& row = rows[k];
    const Estimate& d = row.difference;
    table.add({row.outcome, row.point, row.baseline, row.unit == "1" ? "" : row.unit, rounded(d.value, d.error),
               "± " + rounded_error(d.error), fmt::format("{} … {}", rounded(d.low, d.error), rounded(d.high, d.error)),
               percent(row.larger), rounded(row.ratio.value, row.ratio.error), percent(row.variance_removed)});
  }
  return table.text() + cut_note(rows.size());
}

// Every outcome of one comparison; the headline of several.
std::string differences_text(const Report& report) {
  if (report.differences.empty()) return {};
  const std::string outcome = headline(report);
  const bool single = std::all_of(report.differences.begin(), report.differences.end(), [&](const DifferenceRow& row) {
    return row.point == report.differences.front().point;
  });
  std::vector<DifferenceRow> rows;
  std::string words;
  std::size_t cut = 0;
  for (const DifferenceRow& row : report.differences) {
    if (single || row.outcome == outcome) rows.push_back(row);
    if (row.outcome != outcome || row.words.empty()) continue;
    if (rows.size() <= kPointsInFull * 4)
      words += "  " + row.words + "\n";
    else
      ++cut;
  }
  if (cut > 0)
    words += fmt::format("  … and {} more: /comparison/in_words of the result file has them all.\n", whole(cut));
  const bool others = std::any_of(report.differences.begin(), report.differences.end(),
                                  [&](const DifferenceRow& row) { return row.outcome != outcome; });
  if (!single && others) words += "  Other outcomes: compare the result file, with --outcome NAME for one of them.\n";
  return "\n" + difference_table(rows) +
         "\"more in\" is the share of futures in which the point has more, of those in which both have a value;\n"
         "\"pairing removed\" how much smaller the variance of the difference is for sharing random numbers.\n" +
         words;
}

std::string split_text(const Report& report) {
  std::string out;
  for (const SplitRow& row : report.splits)
    if (row.outcome == headline(report) && report.points.size() <= kPointsInFull)
      out += fmt::format("\n{}{} % ± {} of the variance of {} is ignorance of the parameters, the rest luck. {}\n",
                         report.points.size() > 1 ? row.point + ": " : "",
                         rounded(100.0 * row.share, 100.0 * row.share_error), rounded_error(100.0 * row.share_error),
                         row.outcome, row.advice);
  return out;
}

std::string as_table(const Report& report) {
  std::string out;
  if (!report.question.empty()) out += report.question + "\n";
  out += report.points.size() > kPointsInFull ? table_of_points(report) : full_tables(report);
  out += differences_text(report) + split_text(report);
  out +=
      "\n± is simulation error only (one standard error), not doubt about the inputs. \"worst 5 %\" is the mean\n"
      "over the worst futures in this outcome: the lowest, or the highest where less is better. \"spreadsheet\"\n"
      "replaces every draw by its mean; \"gap\" is how far that is from the true mean.\n";
  return out + fmt::format("hash of outcomes {}\n", report.digest);
}

std::string differences_csv(const std::vector<DifferenceRow>& rows) {
  std::string out;
  for (const DifferenceRow& row : rows) {
    const auto line = [&](const char* statistic, double value, double error) {
      if (std::isfinite(value))
        out += fmt::format("{},{},{},{},{}\n", csv_text(row.point + " - " + row.baseline), csv_text(row.outcome),
                           statistic, value, std::isfinite(error) ? fmt::format("{}", error) : "");
    };
    line("pairs", row.pairs, kMissing);
    line("difference", row.difference.value, row.difference.error);
    line("difference_low", row.difference.low, kMissing);
    line("difference_high", row.difference.high, kMissing);
    line("ratio", row.ratio.value, row.ratio.error);
    line("larger", row.larger, kMissing);
    line("equal", row.equal, kMissing);
    line("variance_removed", row.variance_removed, kMissing);
  }
  return out;
}

std::string differences_json(const std::vector<DifferenceRow>& rows, const char* indent) {
  std::string out = "[";
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const DifferenceRow& row = rows[k];
    out += fmt::format(
        "{}\n{}  {{\"point\": {}, \"baseline\": {}, \"outcome\": {}, \"unit\": {}, \"pairs\": {}, \"difference\": {}, "
        "\"difference_standard_error\": {}, "
        "\"difference_low\": {}, \"difference_high\": {}, \"ratio\": {}, \"larger\": {}, \"equal\": {}, "
        "\"variance_removed\": {}, \"in_words\": {}}}",
        k == 0 ? "" : ",", indent, json_text(row.point), json_text(row.baseline), json_text(row.outcome),
        json_text(row.unit), json_number(row.pairs), json_number(row.difference.value),
        json_number(row.difference.error), json_number(row.difference.low), json_number(row.difference.high),
        json_number(row.ratio.value), json_number(row.larger), json_number(row.equal),
        json_number(row.variance_removed), json_text(row.words));
  }
  return out + "\n" + indent + "]";
}

}  // namespace

std::string formatted(const Report& report, Format format) {
  if (format == Format::csv) return as_csv(report);
  if (format == Format::json) return as_json(report);
  return as_table(report);
}

std::string formatted(const std::vector<DifferenceRow>& differences, Format format) {
  if (format == Format::csv) return "point,outcome,statistic,value,standard_error\n" + differences_csv(differences);
  if (format == Format::json) return "{\n  \"differences\": " + differences_json(differences, "  ") + "\n}\n";
  return difference_table(differences);
}

namespace {

std::string expected_json(const ExpectedPoint& point, const std::string& indent) {
  std::string out = "{";
  for (const Column& column : point.outputs->outcomes)
    if (const auto found = point.values.outcomes.find(column.label()); found != point.values.outcomes.end())
      out += fmt::format("{}\n{}  {}: {}", out.size() > 1 ? "," : "", indent, json_text(column.label()),
                         json_number(found->second));
  return out + "\n" + indent + "}";
}

std::string expected_table(const std::vector<ExpectedPoint>& points) {
  const bool single = points.size() == 1;
  TextTable table(single ? std::vector<std::string>{"outcome", "", "spreadsheet"}
                         : std::vector<std::string>{"outcome", "point", "", "spreadsheet"},
                  single ? "l" : "ll");
  for (const ExpectedPoint& point : points)
    for (const Column& column : point.outputs->outcomes) {
      const auto found = point.values.outcomes.find(column.label());
      if (found == point.values.outcomes.end()) continue;
      std::vector<std::string> cells{column.label(), column.unit == "1" ? "" : column.unit, plain(found->second)};
      if (!single) cells.insert(cells.begin() + 1, point.label);
      table.add(std::move(cells));
    }
  return table.text();
}

}  // namespace

std::string formatted(const std::vector<ExpectedPoint>& points, const std::string& question, Format format) {
  if (format == Format::csv) {
    std::string out = "point,outcome,statistic,value,standard_error\n";
    for (const ExpectedPoint& point : points)
      for (const Column& column : point.outputs->outcomes)
        if (const auto found = point.values.outcomes.find(column.label()); found != point.values.outcomes.end())
          out += fmt::format("{},{},expected,{},\n", csv_text(point.label), csv_text(column.label()), found->second);
    return out;
  }
  if (format == Format::json) {
    const std::string head = fmt::format("{{\n  \"question\": {},\n  ", json_text(question));
    if (points.size() == 1) return head + "\"expected\": " + expected_json(points.front(), "  ") + "\n}\n";
    std::string list;
    for (const ExpectedPoint& point : points)
      list += fmt::format("{}\n    {{\"label\": {}, \"expected\": {}}}", list.empty() ? "" : ",",
                          json_text(point.label), expected_json(point, "    "));
    return head + "\"points\": [" + list + "\n  ]\n}\n";
  }
  return (question.empty() ? "" : question + "\n\n") + expected_table(points) +
         "\nEvery draw is replaced by its mean: the spreadsheet's answer. It need not equal the mean of the possible "
         "futures.\n";
}

}  // namespace sim::cli
