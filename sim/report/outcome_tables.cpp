// Reports for people: the tables of each point, and what stands below them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/report/parts.h"

namespace sim::report {
namespace {

constexpr std::size_t kP05 = 1, kP50 = 4, kP95 = 7;  // of kProbabilities
constexpr std::size_t kFewestForTail = 72;           // .95^72 < .025: the binomial tail below the lowest value

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

}  // namespace

std::string percent(double share) { return std::isnan(share) ? kNoFigure : fmt::format("{:.1f} %", 100.0 * share); }

Errors errors_of(const ReportRow& row) {
  const Summary& s = row.summary;
  return {s.mean_error, s.sd_error, s.quantiles[kP05].error, s.quantiles[kP50].error, s.quantiles[kP95].error,
          s.cvar_error};
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

// The outcome that tables of many points are about.
std::string headline(const Report& report) {
  return !report.worst_outcome.empty() ? report.worst_outcome : report.rows.empty() ? "" : report.rows.front().outcome;
}

std::string replications_of(const Report& report, std::size_t point) {
  const std::uint32_t count = report.replications[point];
  return fmt::format("{}{}", counted(count, "replication"),
                     report.complete ? "" : " (the finished part of an interrupted run)");
}

namespace {

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

std::string full_tables(const Report& report) {
  std::string out;
  const std::size_t per_point = report.points.empty() ? 0 : report.rows.size() / report.points.size();
  for (std::size_t p = 0; p < report.points.size(); ++p) {
    out += fmt::format("\n{}{}, seed {}\n\n", report.points.size() > 1 ? report.points[p] + ": " : "",
                       replications_of(report, p), report.seed);
    std::vector<std::string> header{"outcome"};
    header.insert(header.end(), std::begin(kOutcomeColumns), std::end(kOutcomeColumns));
    TextTable table(std::move(header));
    for (std::size_t k = 0; k < per_point; ++k)
      if (const ReportRow& row = report.rows[p * per_point + k];
          row.summary.count != 0 && !std::isnan(row.summary.mean))
        table.add(table_row(row, errors_of(row)));
    out += table.text() + partial_note(report, p) + shared_table(report, report.points[p]) +
           members_table(report, report.points[p]);
  }
  return out;
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

std::string as_table(const std::vector<ExpectedPoint>& points, const std::string& question) {
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
  return (question.empty() ? "" : question + "\n\n") + table.text() +
         "\nEvery draw is replaced by its mean: the spreadsheet's answer. It need not equal the mean of the possible "
         "futures.\n";
}

}  // namespace sim::report
