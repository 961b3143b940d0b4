#include "sim/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/missing.h"
#include "sim/base/problem.h"
#include "sim/output/netcdf_file.h"
#include "sim/output/result_figures.h"

namespace sim::report {

DifferenceRow difference_row(const collect::ComparedLabels& labels, const Column& outcome,
                             const collect::OutcomeComparison& found) {
  return {labels.point, labels.baseline, outcome.label(), outcome.unit, found.pairs, found.words};
}

namespace {

std::vector<MemberRow> members_of(const collect::Collector& collector, std::size_t point, const std::string& label) {
  std::vector<MemberRow> rows;
  const OutputPlan& own = collector.plan().points[point].model->outputs();
  if (std::none_of(own.member_totals.begin(), own.member_totals.end(), [](const auto& t) { return t.in_report; }))
    return rows;
  const Accumulators sums = collector.sums(point);
  for (std::size_t t = 0; t < own.member_totals.size(); ++t) {
    const MemberTotal& total = own.member_totals[t];
    for (std::size_t m = 0; total.in_report && m < own.members.size(); ++m)
      if (const ExactMoments& moments = sums.member_totals[t * own.members.size() + m]; total.holds(m))
        rows.push_back({label, own.members[m].id, total.name, total.unit, moments.mean(total.resolutions[m]),
                        moments.standard_error(total.resolutions[m])});
  }
  return rows;
}

}  // namespace

Report report_of(const collect::Results& results, const collect::Collector& collector,
                 const output::ResultHeader& header) {
  const std::vector<std::string> point_labels(
      header.point_labels.begin(), header.point_labels.begin() + static_cast<std::ptrdiff_t>(results.points.size()));
  Report report;
  report.nouns = collector.outputs().nouns;
  report.question = header.question;
  report.complete = header.complete;
  report.seed = header.seed;
  report.digest = results.digest;
  report.doubles = collector.outputs().doubles;
  report.points = point_labels;
  report.worst_outcome = results.worst_outcome;
  for (std::size_t p = 0; p < results.points.size(); ++p)
    for (std::size_t v = 0; v < results.worst_variables.size(); ++v)
      report.shared.push_back({point_labels[p], results.worst_variables[v], results.points[p].worst[v],
                               results.worst_cautions[v], results.worst_cautions_with[v]});
  const auto& outcomes = collector.outputs().outcomes;
  for (std::size_t p = 0; p < point_labels.size(); ++p) {
    report.replications.push_back(collector.replications(p));
    for (MemberRow& row : members_of(collector, p, point_labels[p])) report.members.push_back(std::move(row));
    for (std::size_t c = 0; c < outcomes.size() && !results.comparisons[p].empty(); ++c) {
      const collect::OutcomeComparison& found = results.comparisons[p][c];
      if (found.pairs.count > 1)
        report.differences.push_back(
            difference_row({point_labels[header.baselines[p]], point_labels[p]}, outcomes[c], found));
    }
    for (std::size_t c = 0; c < results.points[p].splits.size(); ++c) {
      const VarianceSplit& split = results.points[p].splits[c];
      report.splits.push_back({point_labels[p], outcomes[c].label(), split, advice(split)});
    }
    const ExpectedValues& expected = collector.plan().points[p].model->expected();
    for (std::size_t c = 0; c < outcomes.size(); ++c)
      report.rows.push_back({point_labels[p], outcomes[c].label(), outcomes[c].unit, results.points[p].summaries[c],
                             expected.outcome(outcomes[c].label())});
  }
  return report;
}

namespace {

void read_shared(const output::NetcdfReader& file, Report& report) {
  if (!file.exists("/worst/mean_all")) return;
  report.worst_outcome = file.text_attribute("/worst", "outcome").value_or("");
  const auto variables = file.read<std::string>("/worst/variable");
  const auto contrasts = output::read_figures<Contrast>(file, report.points.size() * variables.size());
  const auto later = [&](const std::string& name) {  // files of earlier versions lack these
    return file.exists(name) ? file.read<std::string>(name) : std::vector<std::string>(variables.size());
  };
  const auto caution = later("/worst/caution"), with = later("/worst/caution_with");
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t v = 0; v < variables.size(); ++v, ++k)
      report.shared.push_back({report.points[p], variables[v], contrasts[k], caution[v], with[v]});
}

void read_differences(const output::NetcdfReader& file, Report& report) {
  if (!file.exists("/comparison/difference")) return;
  const auto outcomes = file.read<std::string>("/comparison/outcome");
  const auto units = file.read<std::string>("/summary/unit");
  const auto baseline = file.read<std::int32_t>("/comparison/baseline");
  const auto words = file.read<std::string>("/comparison/in_words");
  const auto pairs = output::read_figures<Comparison>(file, report.points.size() * outcomes.size());
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t c = 0; c < outcomes.size(); ++c, ++k)
      if (baseline[p] >= 0 && !std::isnan(pairs[k].difference.value))
        report.differences.push_back({report.points[p], report.points[static_cast<std::size_t>(baseline[p])],
                                      outcomes[c], units[c], pairs[k], words[k]});
}

void read_members(const output::NetcdfReader& file, Report& report) {
  const std::string group = output::members_group(report.nouns),
                    members = fmt::format("{}/{}", group, report.nouns.one);
  if (!file.exists(members)) return;
  const auto name = file.text_attribute(group, "in_report");
  if (!name) return;
  const auto ids = file.read<std::string>(members);
  const std::string total = group + "/" + *name;
  const auto mean = file.read<double>(total), error = file.read<double>(total + "_standard_error");
  const std::string unit = file.text_attribute(total, "units").value_or("1");
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t m = 0; m < ids.size(); ++m, ++k)
      if (!std::isnan(mean[k])) report.members.push_back({report.points[p], ids[m], *name, unit, mean[k], error[k]});
}

void read_splits(const output::NetcdfReader& file, Report& report) {
  if (!file.exists("/uncertainty/luck")) return;
  const auto outcomes = file.read<std::string>("/uncertainty/outcome"),
             advice = file.read<std::string>("/uncertainty/advice");
  const auto splits = output::read_figures<VarianceSplit>(file, report.points.size() * outcomes.size());
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t c = 0; c < outcomes.size(); ++c, ++k)
      report.splits.push_back({report.points[p], outcomes[c], splits[k], advice[k]});
}

}  // namespace

Report read_report(const std::filesystem::path& path, const MemberNouns& nouns, output::Trust trust) {
  output::refuse_journal(path);
  const output::NetcdfReader file(path, trust);
  if (!file.exists("/provenance/outcomes_hash") || !file.exists("/summary/mean"))
    throw InputOutputError(
        fmt::format("{}: not a partnersim result (it has no /provenance and /summary)", path.string()));
  Report report;
  report.nouns = nouns;
  report.question = file.text_attribute("/", "title").value_or("");
  report.digest = file.read_scalar<std::string>("/provenance/outcomes_hash");
  report.complete = file.read_scalar<std::int8_t>("/provenance/complete") != 0;
  report.doubles = file.text_attribute("/summary", "precision").value_or("") == "double";
  report.seed = file.read_scalar<std::uint64_t>("/provenance/seed");
  report.points = file.read<std::string>("/points/label");
  report.replications = file.read<std::uint32_t>("/points/replications");
  const auto outcomes = file.read<std::string>("/summary/outcome");
  const auto units = file.read<std::string>("/summary/unit");
  const std::size_t rows = report.points.size() * outcomes.size();
  auto summaries = output::read_figures<Summary>(file, rows);
  const auto quantiles = output::read_figures<QuantileEstimate>(file, rows * kProbabilities.size());
  const auto expected = file.read<double>(fmt::format("/summary/{}", kExpectedName));
  const bool counted = file.exists("/summary/count");  // files of earlier versions have a value in every replication
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t c = 0; c < outcomes.size(); ++c, ++k) {
      if (!counted) summaries[k].count = report.replications[p];
      std::copy_n(quantiles.begin() + static_cast<std::ptrdiff_t>(k * kProbabilities.size()), kProbabilities.size(),
                  summaries[k].quantiles.begin());
      report.rows.push_back({report.points[p], outcomes[c], units[c], summaries[k], expected[k]});
    }
  read_shared(file, report);
  read_differences(file, report);
  read_splits(file, report);
  read_members(file, report);
  return report;
}

}  // namespace sim::report
