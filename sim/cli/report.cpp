#include "sim/cli/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/missing.h"
#include "sim/base/problem.h"
#include "sim/output/netcdf_file.h"

namespace sim::cli {

DifferenceRow difference_row(const collect::ComparedLabels& labels, const Column& outcome,
                             const collect::OutcomeComparison& found) {
  return {labels.point,
          labels.baseline,
          outcome.label(),
          outcome.unit,
          static_cast<double>(found.pairs.count),
          found.pairs.difference,
          found.pairs.ratio,
          found.pairs.larger,
          found.pairs.equal,
          found.pairs.variance_removed,
          found.words};
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
      report.splits.push_back({point_labels[p], outcomes[c].label(), split.luck.value, split.ignorance.value,
                               split.share.value, split.share.error, advice(split)});
    }
    for (std::size_t c = 0; c < outcomes.size(); ++c) {
      const auto& expected = collector.plan().points[p].model->expected().outcomes;
      const auto found = expected.find(outcomes[c].label());
      report.rows.push_back({point_labels[p], outcomes[c].label(), outcomes[c].unit, results.points[p].summaries[c],
                             found == expected.end() ? kMissing : found->second});
    }
  }
  return report;
}

namespace {

void read_shared(const output::NetcdfReader& file, Report& report) {
  if (!file.exists("/worst/mean_all")) return;
  report.worst_outcome = file.text_attribute("/worst", "outcome").value_or("");
  const auto variables = file.read<std::string>("/worst/variable");
  const auto all = file.read<double>("/worst/mean_all"), sd = file.read<double>("/worst/sd_all"),
             worst = file.read<double>("/worst/mean_worst"),
             error = file.read<double>("/worst/mean_worst_standard_error");
  const auto later = [&](const std::string& name) {  // files of earlier versions lack these
    return file.exists(name) ? file.read<std::string>(name) : std::vector<std::string>(variables.size());
  };
  const auto caution = later("/worst/caution"), with = later("/worst/caution_with");
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t v = 0; v < variables.size(); ++v, ++k)
      report.shared.push_back(
          {report.points[p], variables[v], {all[k], sd[k], worst[k], error[k]}, caution[v], with[v]});
}

void read_differences(const output::NetcdfReader& file, Report& report) {
  if (!file.exists("/comparison/difference")) return;
  const auto outcomes = file.read<std::string>("/comparison/outcome");
  const auto units = file.read<std::string>("/summary/unit");
  const auto baseline = file.read<std::int32_t>("/comparison/baseline");
  const auto words = file.read<std::string>("/comparison/in_words");
  const auto all = [&](const std::string& name) { return file.read<double>("/comparison/" + name); };
  const auto estimates = [&](const std::string& name) {
    const auto value = all(name), error = all(name + "_standard_error"), low = all(name + "_low"),
               high = all(name + "_high");
    std::vector<Estimate> list;
    for (std::size_t k = 0; k < value.size(); ++k) list.push_back({value[k], error[k], low[k], high[k]});
    return list;
  };
  const auto difference = estimates("difference"), ratio = estimates("ratio");
  const auto pairs = file.exists("/comparison/pairs") ? all("pairs") : std::vector<double>(difference.size(), kMissing);
  const auto larger = all("larger"), equal = all("equal"), removed = all("variance_removed");
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t c = 0; c < outcomes.size(); ++c, ++k)
      if (baseline[p] >= 0 && !std::isnan(difference[k].value))
        report.differences.push_back({report.points[p], report.points[static_cast<std::size_t>(baseline[p])],
                                      outcomes[c], units[c], pairs[k], difference[k], ratio[k], larger[k], equal[k],
                                      removed[k], words[k]});
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
  const auto all = [&](const std::string& name) { return file.read<double>("/uncertainty/" + name); };
  const auto luck = all("luck"), ignorance = all("ignorance"), share = all("share"),
             error = all("share_standard_error");
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t c = 0; c < outcomes.size(); ++c, ++k)
      report.splits.push_back({report.points[p], outcomes[c], luck[k], ignorance[k], share[k], error[k], advice[k]});
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
  const auto statistic = [&](const std::string& name) { return file.read<double>("/summary/" + name); };
  const auto mean = statistic("mean"), mean_error = statistic("standard_error"), sd = statistic("sd"),
             sd_error = statistic("sd_standard_error"), minimum = statistic("minimum"), maximum = statistic("maximum"),
             cvar = statistic("cvar05"), cvar_error = statistic("cvar05_standard_error"),
             expected = statistic("expected"), value = statistic("quantile_value"), low = statistic("quantile_low"),
             high = statistic("quantile_high");
  // Files of earlier versions lack these.
  const auto later = [&](const std::string& name, std::size_t size) {
    return file.exists("/summary/" + name) ? statistic(name) : std::vector<double>(size, kMissing);
  };
  const auto error = later("quantile_standard_error", value.size()), at_risk = later("value_at_risk", mean.size()),
             at_risk_error = later("value_at_risk_standard_error", mean.size()), count = later("count", mean.size());
  for (std::size_t p = 0, k = 0; p < report.points.size(); ++p)
    for (std::size_t c = 0; c < outcomes.size(); ++c, ++k) {
      Summary s{std::isnan(count[k]) ? report.replications[p] : static_cast<std::size_t>(count[k]),
                mean[k],
                mean_error[k],
                sd[k],
                sd_error[k],
                minimum[k],
                maximum[k],
                cvar[k],
                cvar_error[k],
                at_risk[k],
                at_risk_error[k],
                {}};
      for (std::size_t q = 0; q < kProbabilities.size(); ++q) {
        const std::size_t at = k * kProbabilities.size() + q;
        s.quantiles[q] = {value[at], low[at], high[at], error[at]};
      }
      report.rows.push_back({report.points[p], outcomes[c], units[c], s, expected[k]});
    }
  read_shared(file, report);
  read_differences(file, report);
  read_splits(file, report);
  read_members(file, report);
  return report;
}

}  // namespace sim::cli
