#include "sim/cli/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/problem.h"
#include "sim/output/netcdf_file.h"

namespace sim::cli {
namespace {

std::string quantile_name(double p) { return fmt::format("p{:02.0f}", p * 100); }

struct Statistic {
  std::string name;
  double value;
  double error;  // NaN when none is known
};

std::vector<Statistic> statistics(const ReportRow& row) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const Summary& s = row.summary;
  std::vector<Statistic> list{{"mean", s.mean, s.mean_error}, {"sd", s.sd, s.sd_error}};
  for (std::size_t i = 0; i < kProbabilities.size(); ++i) {
    const QuantileEstimate& q = s.quantiles[i];
    list.push_back({quantile_name(kProbabilities[i]), q.value, (q.high - q.low) / (2.0 * kNormal975)});
  }
  list.push_back({"cvar05", s.cvar, s.cvar_error});
  list.push_back({"minimum", s.minimum, kNone});
  list.push_back({"maximum", s.maximum, kNone});
  list.push_back({"expected", row.expected, kNone});
  return list;
}

std::string as_csv(const Report& report) {
  std::string out = "point,outcome,statistic,value,standard_error\n";
  for (const ReportRow& row : report.rows)
    for (const Statistic& s : statistics(row)) {
      if (!std::isfinite(s.value)) continue;
      out += fmt::format("{},{},{},{},{}\n", csv_text(row.point), csv_text(row.outcome), s.name, s.value,
                         std::isfinite(s.error) ? fmt::format("{}", s.error) : "");
    }
  return out;
}

std::string as_json(const Report& report) {
  std::string out = fmt::format("{{\n  \"question\": {},\n  \"seed\": {},\n  \"outcomes_hash\": {},\n  \"points\": [",
                                json_text(report.question), report.seed, json_text(report.digest));
  std::size_t next = 0;
  for (std::size_t p = 0; p < report.points.size(); ++p) {
    out += fmt::format("{}\n    {{\"label\": {}, \"replications\": {}, \"outcomes\": {{", p == 0 ? "" : ",",
                       json_text(report.points[p]), report.replications[p]);
    const std::size_t per_point = report.rows.size() / report.points.size();
    for (std::size_t k = 0; k < per_point; ++k, ++next) {
      const ReportRow& row = report.rows[next];
      out += fmt::format("{}\n      {}: {{\"unit\": {}", k == 0 ? "" : ",", json_text(row.outcome), json_text(row.unit));
      for (const Statistic& s : statistics(row)) {
        out += fmt::format(", {}: {}", json_text(s.name), json_number(s.value));
        if (std::isfinite(s.error)) out += fmt::format(", {}: {}", json_text(s.name + "_standard_error"), json_number(s.error));
      }
      out += "}";
    }
    out += "\n    }}";
  }
  return out + "\n  ]\n}\n";
}

// Each figure of a row is rounded to its own error; the gap to the spreadsheet in per cent of the mean.
std::vector<std::string> table_row(const ReportRow& row) {
  const Summary& s = row.summary;
  const auto quantile = [&](std::size_t i) {
    const QuantileEstimate& q = s.quantiles[i];
    return rounded(q.value, (q.high - q.low) / (2.0 * kNormal975));
  };
  std::string gap = "-";
  if (std::isfinite(row.expected) && s.mean != 0.0) gap = fmt::format("{:+.1f} %", 100.0 * (row.expected - s.mean) / s.mean);
  if (gap == "-0.0 %") gap = "+0.0 %";
  // The spreadsheet's figure has no simulation error; it is shown as finely as the mean.
  return {row.outcome, row.unit == "1" ? "" : row.unit, rounded(s.mean, s.mean_error), "± " + rounded_error(s.mean_error),
          rounded(s.sd, s.sd_error), quantile(1), quantile(4), quantile(7), rounded(s.cvar, s.cvar_error),
          std::isfinite(row.expected) ? rounded(row.expected, s.mean_error) : "-", gap};
}

// The variables that set the worst futures of a point apart, the most telling first.
std::string shared_table(const Report& report, const std::string& point) {
  constexpr double kTelling = 3.0;   // standard errors: less may be chance
  constexpr std::size_t kMost = 8;   // rows
  const auto apart = [](const SharedRow& row) { return std::abs(row.contrast.worst - row.contrast.all) / row.contrast.sd; };
  std::vector<SharedRow> rows;
  for (const SharedRow& row : report.shared)
    if (row.point == point && std::abs(row.contrast.worst - row.contrast.all) > kTelling * row.contrast.worst_error && row.contrast.sd > 0.0) rows.push_back(row);
  if (rows.empty()) return {};
  std::stable_sort(rows.begin(), rows.end(), [&](const SharedRow& a, const SharedRow& b) { return apart(a) > apart(b); });
  if (rows.size() > kMost) rows.resize(kMost);
  TextTable table({"the worst 5 % in " + report.worst_outcome + " share", "their mean", "", "of all"});
  for (const SharedRow& row : rows)
    table.add({row.variable, rounded(row.contrast.worst, row.contrast.worst_error), "± " + rounded_error(row.contrast.worst_error),
               rounded(row.contrast.all, row.contrast.worst_error)});
  return "\n" + table.text();
}

std::string as_table(const Report& report) {
  std::string out;
  if (!report.question.empty()) out += report.question + "\n";
  std::size_t next = 0;
  for (std::size_t p = 0; p < report.points.size(); ++p) {
    const std::string replications = plain(static_cast<double>(report.replications[p]));
    out += fmt::format("\n{}{} replications, seed {}\n\n", report.points.size() > 1 ? report.points[p] + ": " : "", replications, report.seed);
    TextTable table({"outcome", "", "mean", "", "sd", "P5", "P50", "P95", "worst 5 %", "spreadsheet", "gap"});
    const std::size_t per_point = report.rows.size() / report.points.size();
    for (std::size_t k = 0; k < per_point; ++k, ++next) table.add(table_row(report.rows[next]));
    out += table.text() + shared_table(report, report.points[p]);
  }
  out += "\n± is simulation error only (one standard error), not doubt about the inputs. \"worst 5 %\" is the mean\n"
         "over the worst futures in this outcome: the lowest, or the highest where less is better. \"spreadsheet\"\n"
         "replaces every draw by its mean; \"gap\" is how far that is from the true mean.\n";
  return out + fmt::format("hash of outcomes {}\n", report.digest);
}

}  // namespace

Report report_of(const collect::Results& results, const collect::Collector& collector,
                 const output::ResultHeader& header) {
  const std::vector<std::string> point_labels(header.point_labels.begin(), header.point_labels.begin() + static_cast<std::ptrdiff_t>(results.points.size()));
  Report report;
  report.question = header.question;
  report.seed = header.seed;
  report.digest = results.digest;
  report.points = point_labels;
  report.worst_outcome = results.worst_outcome;
  for (std::size_t p = 0; p < results.points.size(); ++p)
    for (std::size_t v = 0; v < results.worst_variables.size(); ++v)
      report.shared.push_back({point_labels[p], results.worst_variables[v], results.points[p].worst[v]});
  const auto& outcomes = collector.outputs().outcomes;
  for (std::size_t p = 0; p < point_labels.size(); ++p) {
    report.replications.push_back(collector.replications(p));
    for (std::size_t c = 0; c < outcomes.size(); ++c) {
      const auto& expected = results.expected[p].outcomes;
      const auto found = expected.find(outcomes[c].label());
      report.rows.push_back({point_labels[p], outcomes[c].label(), outcomes[c].unit, results.points[p].summaries[c],
                             found == expected.end() ? std::numeric_limits<double>::quiet_NaN() : found->second});
    }
  }
  return report;
}

namespace {

void read_shared(const output::NetcdfReader& file, Report& report) {
  if (!file.exists("/worst/mean_all")) return;
  report.worst_outcome = file.text_attribute("/worst", "outcome").value_or("");
  const auto variables = file.read<std::string>("/worst/variable");
  const auto all = file.read<double>("/worst/mean_all"), sd = file.read<double>("/worst/sd_all"), worst = file.read<double>("/worst/mean_worst"),
             error = file.read<double>("/worst/mean_worst_standard_error");
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t v = 0; v < variables.size(); ++v, ++k) report.shared.push_back({report.points[p], variables[v], {all[k], sd[k], worst[k], error[k]}});
}

}  // namespace

Report read_report(const std::filesystem::path& path) {
  const output::NetcdfReader file(path);
  if (!file.exists("/provenance/outcomes_hash") || !file.exists("/summary/mean"))
    throw InputOutputError(fmt::format("{}: not a partnersim result (it has no /provenance and /summary)", path.string()));
  Report report;
  report.question = file.text_attribute("/", "title").value_or("");
  report.digest = file.read_scalar<std::string>("/provenance/outcomes_hash");
  report.seed = file.read_scalar<std::uint64_t>("/provenance/seed");
  report.points = file.read<std::string>("/points/label");
  report.replications = file.read<std::uint32_t>("/points/replications");
  const auto outcomes = file.read<std::string>("/summary/outcome");
  const auto units = file.read<std::string>("/summary/unit");
  const auto statistic = [&](const std::string& name) { return file.read<double>("/summary/" + name); };
  const auto mean = statistic("mean"), mean_error = statistic("standard_error"), sd = statistic("sd"),
             sd_error = statistic("sd_standard_error"), minimum = statistic("minimum"), maximum = statistic("maximum"),
             cvar = statistic("cvar05"), cvar_error = statistic("cvar05_standard_error"), expected = statistic("expected"),
             value = statistic("quantile_value"), low = statistic("quantile_low"), high = statistic("quantile_high");
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t c = 0; c < outcomes.size(); ++c, ++k) {
      Summary s{report.replications[p], mean[k], mean_error[k], sd[k], sd_error[k], minimum[k], maximum[k], cvar[k], cvar_error[k], {}};
      for (std::size_t q = 0; q < kProbabilities.size(); ++q) {
        const std::size_t at = k * kProbabilities.size() + q;
        s.quantiles[q] = {value[at], low[at], high[at]};
      }
      report.rows.push_back({report.points[p], outcomes[c], units[c], s, expected[k]});
    }
  read_shared(file, report);
  return report;
}

std::string formatted(const Report& report, Format format) {
  if (format == Format::csv) return as_csv(report);
  if (format == Format::json) return as_json(report);
  return as_table(report);
}

std::string formatted(const ExpectedValues& expected, const OutputPlan& outputs, const std::string& question, Format format) {
  std::string out;
  if (format == Format::csv) out = "point,outcome,statistic,value,standard_error\n";
  if (format == Format::json) out = fmt::format("{{\n  \"question\": {},\n  \"expected\": {{", json_text(question));
  TextTable table({"outcome", "", "spreadsheet"});
  bool first = true;
  for (const Column& column : outputs.outcomes) {
    const auto found = expected.outcomes.find(column.label());
    if (found == expected.outcomes.end()) continue;
    if (format == Format::csv) out += fmt::format("base,{},expected,{},\n", csv_text(column.label()), found->second);
    if (format == Format::json) out += fmt::format("{}\n    {}: {}", first ? "" : ",", json_text(column.label()), json_number(found->second));
    table.add({column.label(), column.unit == "1" ? "" : column.unit, plain(found->second)});
    first = false;
  }
  if (format == Format::csv) return out;
  if (format == Format::json) return out + "\n  }\n}\n";
  return (question.empty() ? "" : question + "\n\n") + table.text() +
         "\nEvery draw is replaced by its mean: the spreadsheet's answer. It need not equal the mean of the possible futures.\n";
}

}  // namespace sim::cli
