// Reports as text: tables, CSV, JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/base/missing.h"
#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/point_labels.h"
#include "sim/cli/report.h"

namespace sim::cli {
namespace {

std::string percent(double share) { return std::isnan(share) ? kNoFigure : fmt::format("{:.1f} %", 100.0 * share); }

constexpr std::size_t kP05 = 1, kP50 = 4, kP95 = 7;  // of kProbabilities
constexpr std::size_t kFewestForTail = 72;           // .95^72 < .025: the binomial tail below the lowest value

std::string quantile_name(double p) { return fmt::format("p{:02.0f}", p * 100); }

struct Statistic {
  std::string name;
  double value;
  std::optional<double> error = {};  // nothing where the statistic has none, NaN where it is not known
};

std::vector<Statistic> statistics(const ReportRow& row) {
  const Summary& s = row.summary;
  std::vector<Statistic> list{
      {"count", static_cast<double>(s.count)}, {"mean", s.mean, s.mean_error}, {"sd", s.sd, s.sd_error}};
  for (std::size_t i = 0; i < kProbabilities.size(); ++i) {
    const QuantileEstimate& q = s.quantiles[i];
    list.push_back({quantile_name(kProbabilities[i]), q.value, q.error});
  }
  list.push_back({"cvar05", s.cvar, s.cvar_error});
  list.push_back({"value_at_risk", s.value_at_risk, s.value_at_risk_error});
  list.push_back({"minimum", s.minimum});
  list.push_back({"maximum", s.maximum});
  list.push_back({"expected", row.expected});
  return list;
}

// Empty where it is not known.
std::string csv_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

std::string differences_csv(const std::vector<DifferenceRow>& rows);
std::string differences_json(const std::vector<DifferenceRow>& rows, const char* indent);

std::string as_csv(const Report& report) {
  std::string out = "point,outcome,statistic,value,standard_error\n";
  for (const ReportRow& row : report.rows)
    for (const Statistic& s : statistics(row)) {
      if (row.summary.count == 0 || !std::isfinite(s.value)) continue;
      out += fmt::format("{},{},{},{},{}\n", csv_text(row.point), csv_text(row.outcome), s.name, s.value,
                         csv_number(s.error.value_or(kMissing)));
    }
  for (const MemberRow& row : report.members)
    out += fmt::format("{},{},mean,{},{}\n", csv_text(row.point),
                       csv_text(fmt::format("{}[{}]", row.total, row.member)), row.mean, csv_number(row.error));
  return out + differences_csv(report.differences);
}

std::string members_json(const Report& report, const std::string& point) {
  std::string out;
  for (const MemberRow& row : report.members)
    if (row.point == point)
      out += fmt::format("{}\n      {}: {{\"unit\": {}, \"mean\": {}, \"mean_standard_error\": {}}}",
                         out.empty() ? "" : ",", json_text(fmt::format("{}[{}]", row.total, row.member)),
                         json_text(row.unit), json_number(row.mean), json_number(row.error));
  return out.empty() ? out : fmt::format(", {}: {{{}\n    }}", json_text(std::string(report.nouns.many)), out);
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
        if (s.error) out += fmt::format(", {}: {}", json_text(s.name + "_standard_error"), json_number(*s.error));
      }
      out += "}";
    }
    out += "\n    }" + members_json(report, report.points[p]) + "}";
  }
  out += "\n  ]";
  if (!report.differences.empty()) out += ",\n  \"differences\": " + differences_json(report.differences, "  ");
  return out + "\n}\n";
}

// What the figures of a row are rounded to: two digits of these.
struct Errors {
  double mean, sd, p05, p50, p95, worst;
};

Errors errors_of(const ReportRow& row) {
  const Summary& s = row.summary;
  return {s.mean_error, s.sd_error, s.quantiles[kP05].error, s.quantiles[kP50].error, s.quantiles[kP95].error,
          s.cvar_error};
}

double smaller_error(double a, double b) { return !(a > 0.0) || b < a ? (b > 0.0 ? b : a) : a; }

// A column of one outcome has one style: that of its best known figure.
void share_style(Errors& errors, const Errors& other) {
  for (double Errors::*const part :
       {&Errors::mean, &Errors::sd, &Errors::p05, &Errors::p50, &Errors::p95, &Errors::worst})
    errors.*part = smaller_error(errors.*part, other.*part);
}

// How far the spreadsheet is from the mean, in per cent of it; nothing where that may be simulation error.
std::string gap_text(const ReportRow& row) {
  const Summary& s = row.summary;
  const double gap = row.expected - s.mean;
  if (!(std::abs(gap) > kNormal975 * s.mean_error) || s.mean == 0.0) return kNoFigure;
  const std::string text = fmt::format("{:+.1f} %", 100.0 * gap / std::abs(s.mean));
  return text.substr(1) == "0.0 %" ? kNoFigure : text;
}

// Of an outcome that is counted, quantiles are counts too.
bool counts(const Summary& s) {
  return std::all_of(s.quantiles.begin(), s.quantiles.end(),
                     [](const QuantileEstimate& q) { return q.value == std::round(q.value); });
}

// Figures without the interval that would say how well they are known are not shown: of a few futures the lowest is
// no P5.
std::vector<std::string> table_row(const ReportRow& row, const Errors& errors) {
  const Summary& s = row.summary;
  constexpr double kWhole = 10.0;  // an error whose two digits end at whole numbers
  const double least = counts(s) ? kWhole : 0.0;
  const auto quantile = [&](std::size_t i, double error) {
    return std::isnan(s.quantiles[i].low) ? kNoFigure : rounded(s.quantiles[i].value, std::max(error, least));
  };
  // The spreadsheet's figure has no simulation error; it is shown as finely as the mean.
  return {row.outcome,
          row.unit == "1" ? "" : row.unit,
          rounded(s.mean, errors.mean),
          std::isfinite(s.mean_error) ? "± " + rounded(s.mean_error, errors.mean) : kNoFigure,
          rounded(s.sd, errors.sd),
          quantile(kP05, errors.p05),
          quantile(kP50, errors.p50),
          quantile(kP95, errors.p95),
          std::isnan(s.cvar_error) ? kNoFigure : rounded(s.cvar, errors.worst),
          std::isfinite(row.expected) ? rounded(row.expected, errors.mean) : kNoFigure,
          gap_text(row)};
}

bool happens(const Report& report, const std::string& point, const std::string& outcome) {
  return std::any_of(report.rows.begin(), report.rows.end(), [&](const ReportRow& row) {
    return row.point == point && row.outcome == outcome && row.summary.mean > 0.0;
  });
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
  std::string notes;
  for (const SharedRow& row : rows)
    if (!row.caution.empty() && happens(report, point, row.caution_with))
      notes += fmt::format("{}: {}.\n", row.variable, row.caution);
  return "\n" + table.text() + notes;
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

// Why figures of the tail are not there.
std::string few_note(const Report& report) {
  const bool all = report.points.size() <= kPointsInFull;
  const bool few = std::any_of(report.rows.begin(), report.rows.end(), [&](const ReportRow& row) {
    return row.summary.count != 0 && std::isnan(row.summary.cvar_error) && (all || row.outcome == headline(report));
  });
  return few ? fmt::format("\n\"{}\": too few independent futures to bound it. P5, P95 and the worst 5 % take {}.\n",
                           kNoFigure, kFewestForTail)
             : "";
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

// Outcomes whose spread is a matter of rounding.
std::string blur_of(const Report& report) {
  std::vector<std::string> outcomes;
  for (const ReportRow& row : report.rows)
    if (!report.doubles && row.summary.is_blurred() &&
        std::find(outcomes.begin(), outcomes.end(), row.outcome) == outcomes.end())
      outcomes.push_back(row.outcome);
  const std::string note = blurred_note(outcomes);
  return note.empty() ? note : "\nNote: " + note + ".\n";
}

// What each member's absence costs, the dearest first.
std::string members_table(const Report& report, const std::string& point) {
  constexpr std::size_t kMost = 12;
  std::vector<MemberRow> rows;
  for (const MemberRow& row : report.members)
    if (row.point == point) rows.push_back(row);
  if (rows.empty()) return {};
  std::stable_sort(rows.begin(), rows.end(), [](const MemberRow& a, const MemberRow& b) { return a.mean > b.mean; });
  TextTable table({fmt::format("{}, by {}", rows.front().total, report.nouns.one), "", "mean", ""});
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
  return fmt::format("{}{}", counted(count, "replication"),
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
        table.add(table_row(row, errors_of(row)));
    out += table.text() + partial_note(report, p) + shared_table(report, report.points[p]) +
           members_table(report, report.points[p]);
  }
  return out;
}

std::string table_of_points(const Report& report) {
  const std::string outcome = headline(report);
  const PointLabels labels = taken_apart(report.points);
  std::vector<const ReportRow*> rows;
  for (const ReportRow& row : report.rows)
    if (row.outcome == outcome) rows.push_back(&row);
  const std::size_t shown = std::min(rows.size(), kMostLines);
  std::string axes;
  for (const std::string& name : labels.names)
    if (!name.empty()) axes += (axes.empty() ? ", by " : ", ") + name;
  std::string out = fmt::format("\n{} points of {}, seed {}: {}{}\n\n", whole(report.points.size()),
                                replications_of(report, 0), report.seed, outcome, axes);
  std::vector<std::string> header = labels.short_names();
  const std::string alignment(header.size(), 'l');
  for (const char* name : {"", "mean", "", "sd", "P5", "P50", "P95", "worst 5 %", "spreadsheet", "gap"})
    header.push_back(name);
  TextTable table(std::move(header), alignment);
  Errors style = shown == 0 ? Errors{} : errors_of(*rows.front());
  for (std::size_t k = 0; k < shown; ++k) share_style(style, errors_of(*rows[k]));
  for (std::size_t p = 0; p < shown; ++p) {
    std::vector<std::string> cells = table_row(*rows[p], style);
    cells.erase(cells.begin());
    cells.insert(cells.begin(), labels.values[p].begin(), labels.values[p].end());
    table.add(std::move(cells));
  }
  return out + table.text() + cut_note(rows.size());
}

// The labels of a row's points: what the point is, and in what the baseline differs from it.
std::pair<std::string, std::string> short_labels(const DifferenceRow& row) {
  const PointLabels labels = taken_apart({row.point, row.baseline});
  std::string other = labels.text_against(1, 0);
  return {labels.text(0), other.empty() ? row.baseline : std::move(other)};
}

std::string difference_table(const std::vector<DifferenceRow>& rows) {
  TextTable table({"difference in", "of", "to", "", "mean", "", "95 % interval", "more in", "ratio", "pairing removed"},
                  "lll");
  const std::size_t shown = std::min(rows.size(), kMostLines);
  const bool one_outcome =
      std::all_of(rows.begin(), rows.end(), [&](const DifferenceRow& row) { return row.outcome == rows[0].outcome; });
  double error = 0.0, ratio_error = 0.0;  // of the best known, for one style in a column
  for (std::size_t k = 0; k < shown && one_outcome; ++k) {
    error = smaller_error(error, rows[k].difference.error);
    ratio_error = smaller_error(ratio_error, rows[k].ratio.error);
  }
  for (std::size_t k = 0; k < shown; ++k) {
    const DifferenceRow& row = rows[k];
    const Estimate& d = row.difference;
    const double style = one_outcome ? error : d.error;
    const auto [point, baseline] = short_labels(row);
    table.add({row.outcome, point, baseline, row.unit == "1" ? "" : row.unit, rounded(d.value, style),
               "± " + (std::isfinite(d.error) ? rounded(d.error, style) : kNoFigure),
               fmt::format("{} … {}", rounded(d.low, style), rounded(d.high, style)), percent(row.larger),
               rounded(row.ratio.value, one_outcome ? ratio_error : row.ratio.error), percent(row.variance_removed)});
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
  out += few_note(report) + blur_of(report);
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
                           statistic, value, csv_number(error));
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

std::string blurred_note(const std::vector<std::string>& outcomes) {
  if (outcomes.empty()) return {};
  std::string names;
  for (const std::string& name : outcomes) names += (names.empty() ? "" : ", ") + name;
  return fmt::format(
      "{} {} by less than a hundred-thousandth of {} size, which single precision blurs: sd, quantiles and differences "
      "are rounded. Write precision = \"double\" in [output]",
      names, outcomes.size() == 1 ? "varies" : "vary", outcomes.size() == 1 ? "its" : "their");
}

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
