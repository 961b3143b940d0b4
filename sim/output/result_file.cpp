#include "sim/output/result_file.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "sim/base/problem.h"
#include "sim/output/netcdf_file.h"
#include "sim/rng/draws.h"

namespace sim::output {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kChunkRows = 1 << 16;  // 256 KiB of float32: between the .25 and 1 MiB that read well

using Names = std::vector<std::string>;
using Doubles = std::vector<double>;

Doubles probabilities() { return {kProbabilities.begin(), kProbabilities.end()}; }

class ResultWriter {
 public:
  ResultWriter(const std::filesystem::path& path, const ResultHeader& header, const Collector& collector)
      : file_(path), header_(header), collector_(collector), outputs_(collector.outputs()),
        points_(collector.plan().points.size()) {
    for (std::size_t p = 0; p < points_; ++p) rows_ = std::max<std::uint64_t>(rows_, collector.replications(p));
  }

  Results write(int threads) {
    Attributes root{{"title", header_.question}, {"currency", header_.currency}, {"source", "partnersim " PARTNERSIM_VERSION}};
    if (!header_.start.empty()) root.push_back({"start", header_.start});
    file_.attributes("/", root);
    write_points();
    define_columns();
    const Results results = summarise(collector_, threads, [&](std::size_t point, std::size_t column, std::span<const float> values) {
      write_column(point, column, values);
    });
    write_summary(results);
    write_trajectories(results);
    write_members(results);
    write_provenance(results);
    file_.commit();
    return results;
  }

 private:
  void scale_points(const std::string& group, const Attributes& attributes) {
    file_.group(group, attributes);
    std::vector<std::int32_t> numbers(points_);
    for (std::size_t p = 0; p < points_; ++p) numbers[p] = static_cast<std::int32_t>(p);
    file_.dimension(group, "point", numbers, describe("1", "point", "number of the point in the experiment"));
  }

  void write_points() {
    scale_points("/points", {{"long_name", "points of the experiment"}});
    std::vector<std::uint32_t> replications;
    for (std::size_t p = 0; p < points_; ++p) replications.push_back(collector_.replications(p));
    file_.add({.group = "/points", .name = "label", .dimensions = {"point"}, .attributes = describe("", "label")},
              header_.point_labels);
    file_.add({.group = "/points", .name = "replications", .dimensions = {"point"},
               .attributes = describe("1", "replications", "independent simulated futures")}, replications);
  }

  void define_columns() {
    define_group("/outcomes", "one value a replication", outputs_.outcomes);
    define_group("/inputs", "what was drawn once a replication", outputs_.inputs);
  }

  void define_group(const std::string& group, const std::string& name, const std::vector<Column>& columns) {
    scale_points(group, {{"long_name", name}});
    file_.dimension(group, "replication", rows_);
    for (const Column& column : columns) {
      if (column.index != 0) {  // a further slice of the variable defined before
        variables_.push_back(variables_.back());
        continue;
      }
      VariableSpec spec{.group = group, .name = column.name, .dimensions = {"point", "replication"},
                        .attributes = describe(column.unit, column.long_name, column.definition),
                        .chunk = {1, std::min(rows_, kChunkRows)}, .may_stay_unwritten = uneven()};
      if (!column.dimension.empty()) {
        if (dimensions_.insert(group + "/" + column.dimension).second) {
          std::vector<std::int32_t> numbers;
          for (std::size_t i = 1; i <= column.extent; ++i) numbers.push_back(static_cast<std::int32_t>(i));
          file_.dimension(group, column.dimension, numbers, describe("1", column.dimension));
        }
        spec.dimensions.push_back(column.dimension);
        spec.chunk.push_back(1);
      }
      variables_.push_back(file_.define(spec));
    }
  }

  bool uneven() const {
    for (std::size_t p = 0; p < points_; ++p)
      if (collector_.replications(p) != rows_) return true;
    return false;
  }

  void write_column(std::size_t point, std::size_t index, std::span<const float> values) {
    const std::size_t outcomes = outputs_.outcomes.size();
    const Column& column = index < outcomes ? outputs_.outcomes[index] : outputs_.inputs[index - outcomes];
    for (std::uint64_t row = 0; row < values.size(); row += kChunkRows) {
      const std::uint64_t count = std::min<std::uint64_t>(kChunkRows, values.size() - row);
      std::vector<std::uint64_t> start{point, row}, extent{1, count};
      if (!column.dimension.empty()) {
        start.push_back(column.index);
        extent.push_back(1);
      }
      file_.write_slab(variables_[index], start, extent, values.subspan(row, count));
    }
  }

  // One value for each point and outcome.
  void add_statistic(const std::string& name, const std::string& meaning, const Results& results, double (*get)(const Summary&)) {
    Doubles values;
    for (const auto& point : results.summaries)
      for (const Summary& s : point) values.push_back(get(s));
    file_.add({.group = "/summary", .name = name, .dimensions = {"point", "outcome"},
               .attributes = describe("", name, meaning)}, values);
  }

  void add_quantiles(const std::string& name, const std::string& meaning, const Results& results, double QuantileEstimate::*part) {
    Doubles values;
    for (const auto& point : results.summaries)
      for (const Summary& s : point)
        for (const QuantileEstimate& q : s.quantiles) values.push_back(q.*part);
    file_.add({.group = "/summary", .name = name, .dimensions = {"point", "outcome", "quantile"},
               .attributes = describe("", name, meaning)}, values);
  }

  void write_summary(const Results& results) {
    scale_points("/summary", {{"long_name", "statistics of the outcomes"}});
    Names labels, units, long_names, worst;
    for (const Column& column : outputs_.outcomes) {
      worst.push_back(column.high_is_worse ? "highest" : "lowest");
      labels.push_back(column.label());
      units.push_back(column.unit);
      long_names.push_back(column.long_name);
    }
    file_.dimension("/summary", "outcome", labels, describe("", "outcome"));
    file_.dimension("/summary", "quantile", probabilities(), describe("1", "probability"));
    file_.add({.group = "/summary", .name = "unit", .dimensions = {"outcome"}, .attributes = describe("", "unit of the outcome")}, units);
    file_.add({.group = "/summary", .name = "long_name", .dimensions = {"outcome"}, .attributes = describe("", "name of the outcome")}, long_names);
    file_.add({.group = "/summary", .name = "worst", .dimensions = {"outcome"}, .attributes = describe("", "which values are the worst ones")}, worst);
    add_statistic("mean", "mean over replications", results, [](const Summary& s) { return s.mean; });
    add_statistic("standard_error", "Monte Carlo standard error of the mean", results, [](const Summary& s) { return s.mean_error; });
    add_statistic("sd", "standard deviation over replications", results, [](const Summary& s) { return s.sd; });
    add_statistic("sd_standard_error", "Monte Carlo standard error of sd", results, [](const Summary& s) { return s.sd_error; });
    add_statistic("minimum", "smallest value", results, [](const Summary& s) { return s.minimum; });
    add_statistic("maximum", "largest value", results, [](const Summary& s) { return s.maximum; });
    add_statistic("cvar05", "mean of the worst 5 %: of the lowest or highest values, as `worst` says", results, [](const Summary& s) { return s.cvar; });
    add_statistic("cvar05_standard_error", "Monte Carlo standard error of cvar05", results, [](const Summary& s) { return s.cvar_error; });
    add_quantiles("quantile_value", "order statistic ceil(n p)", results, &QuantileEstimate::value);
    add_quantiles("quantile_low", "lower end of the 95 % interval from binomial order statistics", results, &QuantileEstimate::low);
    add_quantiles("quantile_high", "upper end of the 95 % interval from binomial order statistics", results, &QuantileEstimate::high);
    Doubles expected;
    for (const ExpectedValues& e : results.expected)
      for (const Column& column : outputs_.outcomes) {
        const auto found = e.outcomes.find(column.label());
        expected.push_back(found == e.outcomes.end() ? kMissing : found->second);
      }
    file_.add({.group = "/summary", .name = "expected", .dimensions = {"point", "outcome"},
               .attributes = describe("", "expected", "the spreadsheet's answer: every draw replaced by its mean")}, expected);
  }

  void write_trajectories(const Results& results) {
    if (outputs_.detail == TrajectoryDetail::none) return;
    const std::string group = "/trajectories";
    scale_points(group, {{"long_name", "monthly series"}});
    write_months(group);
    file_.dimension(group, "quantile", probabilities(), describe("1", "probability"));
    for (std::size_t t = 0; t < outputs_.trajectories.size(); ++t) {
      write_series(t, results);
      if (outputs_.detail == TrajectoryDetail::bands) write_band(t);
    }
  }

  void write_months(const std::string& group) {
    std::vector<std::int32_t> months;
    for (int m = 1; m <= outputs_.months; ++m) months.push_back(m);
    file_.dimension(group, "month", months, describe("1", "month", "month of the simulated future, from 1"));
  }

  void write_series(std::size_t t, const Results& results) {
    const Trajectory& spec = outputs_.trajectories[t];
    Doubles mean, error, expected;
    for (std::size_t p = 0; p < points_; ++p) {
      const auto& planned = results.expected[p].trajectories;
      const auto found = planned.find(spec.name);
      for (int m = 1; m <= outputs_.months; ++m) {
        const ExactMoments& moments = collector_.sums(p).moments(t, m);
        mean.push_back(moments.mean(spec.resolution));
        error.push_back(std::sqrt(moments.variance(spec.resolution) / static_cast<double>(std::max<std::uint64_t>(1, moments.count()))));
        expected.push_back(found == planned.end() ? kMissing : found->second[static_cast<std::size_t>(m - 1)]);
      }
    }
    const auto add = [&](const std::string& suffix, const std::string& meaning, const Doubles& values) {
      file_.add({.group = "/trajectories", .name = spec.name + suffix, .dimensions = {"point", "month"},
                 .attributes = describe(spec.unit, spec.long_name + ", " + meaning, spec.definition)}, values);
    };
    add("_mean", "mean", mean);
    add("_standard_error", "standard error of the mean", error);
    add("_expected", "spreadsheet's figure", expected);
  }

  void write_band(std::size_t t) {
    const Trajectory& spec = outputs_.trajectories[t];
    std::int32_t low = std::numeric_limits<std::int32_t>::max(), high = std::numeric_limits<std::int32_t>::min();
    const auto each = [&](auto&& visit) {
      for (std::size_t p = 0; p < points_; ++p)
        for (int m = 1; m <= outputs_.months; ++m) visit(p, m, collector_.sums(p).band(t, m));
    };
    each([&](std::size_t, int, const LogHistogram& band) {
      for (std::size_t i = 0; i < band.counts().size(); ++i) {
        if (band.counts()[i] == 0) continue;
        const std::int32_t bin = band.first_bin() + static_cast<std::int32_t>(i);
        low = std::min(low, bin);
        high = std::max(high, bin);
      }
    });
    Doubles centres, quantiles;
    for (std::int32_t bin = low; bin <= high; ++bin) centres.push_back(LogHistogram::value_of(bin, spec.whole));
    std::vector<std::uint32_t> counts(points_ * static_cast<std::size_t>(outputs_.months) * centres.size());
    std::size_t row = 0;
    each([&](std::size_t, int, const LogHistogram& band) {
      for (const double p : kProbabilities) quantiles.push_back(band.quantile(p, spec.whole));
      for (std::size_t i = 0; i < band.counts().size(); ++i)
        if (band.counts()[i] != 0)
          counts[row * centres.size() + static_cast<std::size_t>(band.first_bin() + static_cast<std::int32_t>(i) - low)] = band.counts()[i];
      ++row;
    });
    const std::string bins = spec.name + "_bin";
    file_.dimension("/trajectories", bins, centres,
                    describe(spec.unit, spec.long_name + ", bin", "representative value of a logarithmic bin, within 0.4 % of every value in it"));
    file_.add({.group = "/trajectories", .name = spec.name + "_quantile", .dimensions = {"point", "month", "quantile"},
               .attributes = describe(spec.unit, spec.long_name + ", quantiles", spec.definition + " Relative error at most 0.4 %, from bins.")}, quantiles);
    file_.add({.group = "/trajectories", .name = spec.name + "_counts", .dimensions = {"point", "month", bins},
               .attributes = describe("1", spec.long_name + ", replications in each bin", spec.definition)}, counts);
  }

  void write_members(const Results& results) {
    if (outputs_.members.empty() || (outputs_.member_totals.empty() && !outputs_.member_survival)) return;
    const std::string group = "/partners";
    scale_points(group, {{"long_name", "partners"}});
    Names ids, labels;
    for (const Entity& member : outputs_.members) {
      ids.push_back(member.id);
      labels.push_back(member.label);
    }
    file_.dimension(group, "partner", ids, describe("", "partner"));
    file_.add({.group = group, .name = "label", .dimensions = {"partner"}, .attributes = describe("", "label")}, labels);
    for (std::size_t t = 0; t < outputs_.member_totals.size(); ++t) write_member_total(t, results);
    if (!outputs_.member_survival) return;
    write_months(group);
    Doubles survival;
    for (std::size_t p = 0; p < points_; ++p)
      for (const std::uint64_t alive : collector_.sums(p).alive)
        survival.push_back(static_cast<double>(alive) / static_cast<double>(collector_.replications(p)));
    file_.add({.group = group, .name = "survival", .dimensions = {"point", "partner", "month"},
               .attributes = describe("1", "Survival", "share of replications in which the partnership is alive after the month")}, survival);
  }

  void write_member_total(std::size_t t, const Results& results) {
    const MemberTotal& spec = outputs_.member_totals[t];
    Doubles mean, error, expected;
    for (std::size_t p = 0; p < points_; ++p) {
      const auto found = results.expected[p].member_totals.find(spec.name);
      for (std::size_t k = 0; k < outputs_.members.size(); ++k) {
        const ExactMoments& moments = collector_.sums(p).member_totals[t * outputs_.members.size() + k];
        mean.push_back(moments.mean(spec.resolution));
        error.push_back(std::sqrt(moments.variance(spec.resolution) / static_cast<double>(std::max<std::uint64_t>(1, moments.count()))));
        expected.push_back(found == results.expected[p].member_totals.end() ? kMissing : found->second[k]);
      }
    }
    const auto add = [&](const std::string& suffix, const std::string& meaning, const Doubles& values) {
      file_.add({.group = "/partners", .name = spec.name + suffix, .dimensions = {"point", "partner"},
                 .attributes = describe(spec.unit, spec.long_name + meaning, spec.definition)}, values);
    };
    add("", "", mean);
    add("_standard_error", ", standard error of the mean", error);
    add("_expected", ", spreadsheet's figure", expected);
  }

  void write_provenance(const Results& results) {
    const std::string group = "/provenance";
    file_.group(group, {{"long_name", "where these numbers come from"}});
    const auto text = [&](const std::string& name, const std::string& value, const std::string& meaning) {
      file_.add({.group = group, .name = name, .attributes = describe("", name, meaning)}, value);
    };
    text("scenario_text", header_.scenario_text, "the scenario as read");
    text("resolved_scenario", header_.resolved_text, "every value in effect");
    text("version", PARTNERSIM_VERSION, "version of partnersim");
    file_.add({.group = group, .name = "draws_contract",
               .attributes = describe("1", "draws_contract", "number of the layout of random numbers")}, std::int32_t{kDrawsContract});
    file_.add({.group = group, .name = "seed", .attributes = describe("1", "seed")}, header_.seed);
    text("seed_text", std::to_string(header_.seed), "the seed, for languages without 64-bit integers");
    text("fingerprint", fingerprint(header_), "of version, draws contract and every value in effect");
    file_.add({.group = group, .name = "complete", .attributes = with(describe("", "complete", "false: an interrupted run's finished part"), boolean_flags())},
              std::int8_t{header_.complete ? std::int8_t{1} : std::int8_t{0}});
    text("outcomes_hash", results.digest, "XXH3-128 of all column hashes; the same for any number of threads");
    Names labels, digests;
    for (const ColumnHash& h : results.hashes) {
      labels.push_back(h.label);
      digests.push_back(h.digest);
    }
    file_.dimension(group, "column", labels, describe("", "column"));
    file_.add({.group = group, .name = "column_hash", .dimensions = {"column"},
               .attributes = describe("", "column_hash", "XXH3-128 of the column's float32 values in order")}, digests);
  }

  static Attributes with(Attributes a, const Attributes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  NetcdfWriter file_;
  const ResultHeader& header_;
  const Collector& collector_;
  const OutputPlan& outputs_;
  std::size_t points_;
  std::uint64_t rows_ = 0;
  std::vector<Variable> variables_;
  std::set<std::string> dimensions_;
};

}  // namespace

std::string fingerprint(const ResultHeader& header) {
  const std::string text = fmt::format("{}\n{}\n{}", PARTNERSIM_VERSION, kDrawsContract, header.resolved_text);
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Results write_result_file(const std::filesystem::path& path, const ResultHeader& header, const Collector& collector,
                          int threads) {
  return ResultWriter(path, header, collector).write(threads);
}

ExistingResult examine(const std::filesystem::path& path) {
  try {
    const NetcdfReader file(path);
    if (!file.exists("/provenance/fingerprint")) return {};
    return {file.read_scalar<std::string>("/provenance/fingerprint"), file.read_scalar<std::int8_t>("/provenance/complete") != 0};
  } catch (const InputOutputError&) {
    return {};  // not a result of ours: never overwritten unasked
  }
}

}  // namespace sim::output
