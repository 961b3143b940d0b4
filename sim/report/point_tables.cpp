// Reports of several points for people: a line each, differences to baselines, luck and ignorance.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sim/report/parts.h"
#include "sim/report/point_labels.h"

namespace sim::report {
namespace {

constexpr std::size_t kMostLines = 40;

double smaller_error(double a, double b) { return !(a > 0.0) || b < a ? (b > 0.0 ? b : a) : a; }

// A column of one outcome has one style: that of its best known figure.
void share_style(Errors& errors, const Errors& other) {
  for (double Errors::*const part :
       {&Errors::mean, &Errors::sd, &Errors::p05, &Errors::p50, &Errors::p95, &Errors::worst})
    errors.*part = smaller_error(errors.*part, other.*part);
}

std::string cut_note(std::size_t lines) {
  return lines <= kMostLines ? ""
                             : fmt::format("… and {} more: --format csv has them all.\n", whole(lines - kMostLines));
}

// The labels of a row's points: what the point is, and in what the baseline differs from it.
std::pair<std::string, std::string> short_labels(const DifferenceRow& row) {
  const PointLabels labels = taken_apart({row.point, row.baseline});
  std::string other = labels.text_against(1, 0);
  return {labels.text(0), other.empty() ? row.baseline : std::move(other)};
}

}  // namespace

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
  header.insert(header.end(), std::begin(kOutcomeColumns), std::end(kOutcomeColumns));
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

std::string difference_table(const std::vector<DifferenceRow>& rows) {
  TextTable table({"difference in", "of", "to", "", "mean", "", "95 % interval", "more in", "ratio", "pairing removed"},
                  "lll");
  const std::size_t shown = std::min(rows.size(), kMostLines);
  const bool one_outcome =
      std::all_of(rows.begin(), rows.end(), [&](const DifferenceRow& row) { return row.outcome == rows[0].outcome; });
  double error = 0.0, ratio_error = 0.0;  // of the best known, for one style in a column
  for (std::size_t k = 0; k < shown && one_outcome; ++k) {
    error = smaller_error(error, rows[k].pairs.difference.error);
    ratio_error = smaller_error(ratio_error, rows[k].pairs.ratio.error);
  }
  for (std::size_t k = 0; k < shown; ++k) {
    const DifferenceRow& row = rows[k];
    const Estimate& d = row.pairs.difference;
    const double style = one_outcome ? error : d.error;
    const auto [point, baseline] = short_labels(row);
    table.add({row.outcome, point, baseline, row.unit == "1" ? "" : row.unit, rounded(d.value, style),
               "± " + (std::isfinite(d.error) ? rounded(d.error, style) : kNoFigure),
               fmt::format("{} … {}", rounded(d.low, style), rounded(d.high, style)), percent(row.pairs.larger),
               rounded(row.pairs.ratio.value, one_outcome ? ratio_error : row.pairs.ratio.error),
               percent(row.pairs.variance_removed)});
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
                         rounded(100.0 * row.split.share.value, 100.0 * row.split.share.error),
                         rounded_error(100.0 * row.split.share.error), row.outcome, row.advice);
  return out;
}

}  // namespace sim::report
