// partnersim compare: paired differences between points, variants or files that share random numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/destination.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/options.h"
#include "sim/cli/stored.h"
#include "sim/cli/terminal.h"
#include "sim/output/netcdf_file.h"
#include "sim/output/result_replications.h"
#include "sim/report/report.h"

namespace sim::cli {
namespace {

std::string example(const Domain& domain) {
  return fmt::format("partnersim compare results/with.h5 results/without.h5 --outcome {}", domain.headline);
}

// One result file, its points' columns at hand.
class ComparedFile {
 public:
  ComparedFile(const std::string& path, const Domain& domain, int threads, output::Trust trust)
      : path_(path),
        file_(path, trust),
        stored_(read_stored(path, domain, threads, trust)),
        catalogue_(stored_.loaded.plan) {
    if (!file_.exists("/outcomes"))
      throw InputOutputError(
          fmt::format("{}: keeps no samples (samples = \"none\"), and only replications can be paired. Run its "
                      "scenario again with samples = \"all\"",
                      path));
  }

  const std::string& path() const { return path_; }
  const LoadedExperiment& loaded() const { return stored_.loaded; }
  const output::ResultHeader& header() const { return stored_.loaded.header; }
  const std::vector<std::string>& labels() const { return stored_.loaded.header.point_labels; }
  std::size_t points() const { return stored_.replications.size(); }
  const Sampling& sampling() const { return stored_.loaded.model->outputs().sampling; }
  const std::vector<Column>& outcomes() const { return catalogue_.all().outcomes; }
  std::string_view headline() const { return catalogue_.all().headline; }
  std::string name(std::size_t point, bool with_file) const {
    const std::string stem = std::filesystem::path(path_).stem().string();
    return !with_file ? labels()[point] : points() == 1 ? stem : stem + "/" + labels()[point];
  }

  // Empty when the file has no such outcome.
  OwnValues column(std::size_t point, const Column& outcome) const {
    const auto place = collect::place_of(outcomes(), outcome.label());
    if (!place) return {};
    return output::read_column(file_, "/outcomes", outcomes()[*place], point, 0, stored_.replications[point]);
  }

 private:
  std::string path_;
  output::NetcdfReader file_;
  StoredExperiment stored_;
  collect::Catalogue catalogue_;
};

// Why two files cannot be paired; empty when they can.
std::string obstacle(const ComparedFile& a, const ComparedFile& b) {
  const auto differ = [](const char* what, const auto& x, const auto& y) {
    return fmt::format("{} is {} in the one and {} in the other", what, x, y);
  };
  const output::ResultHeader &h = a.loaded().header, &k = b.loaded().header;
  if (h.seed != k.seed) return differ("the seed", h.seed, k.seed);
  if (a.sampling().inner != b.sampling().inner) return differ("scenario.inner", a.sampling().inner, b.sampling().inner);
  if (a.sampling().batches != b.sampling().batches) return "one has stratified draws and the other independent ones";
  const int x = a.loaded().model->outputs().months, y = b.loaded().model->outputs().months;
  if (x != y) return differ("the number of months", x, y);
  if (h.currency != k.currency) return differ("the currency", h.currency, k.currency);
  return {};
}

class CompareCommand {
 public:
  CompareCommand(const options::variables_map& values, const Domain& domain)
      : values_(values), threads_(default_threads()) {
    for (const std::string& path : values["result"].as<std::vector<std::string>>())
      files_.push_back(std::make_unique<ComparedFile>(path, domain, threads_, trust(values)));
    for (const auto& file : files_)
      if (const std::string reason = obstacle(*files_.front(), *file); !reason.empty())
        throw Refusal(fmt::format("{} and {} cannot be compared future by future: {}. Run both with the same",
                                  files_.front()->path(), file->path(), reason));
    if (values.count("outcome") != 0) check_outcome(values["outcome"].as<std::string>());
    for (const auto& file : files_) note_other_draws(*files_.front(), *file);
  }

  int operator()() const {
    std::vector<DifferenceRow> rows;
    std::string words;
    for (std::size_t f = 0; f < files_.size(); ++f)
      for (std::size_t p = 0; p < files_[f]->points(); ++p) {
        const std::size_t baseline = baseline_of(f, p);
        if (f == 0 && baseline == p) continue;
        for (const auto& row : compare(f, p, baseline)) {
          if (!row.words.empty() && is_headline(row.outcome)) words += "  " + row.words + "\n";
          rows.push_back(row);
        }
      }
    if (rows.empty())
      throw UsageError(
          fmt::format("{} has one point: there is nothing to compare it with. Give a second file, or run with --vary "
                      "or [variant.NAME]",
                      files_.front()->path()));
    const Format format = parse_format(values_["format"].as<std::string>());
    std::string out = formatted(rows, format);
    if (format == Format::table)
      out +=
          "Differences future by future; ± is one standard error. \"more in\" is the share of futures in which the "
          "first\n"
          "has more; \"pairing removed\" how much smaller the variance is for sharing random numbers.\n" +
          words;
    print_result(out);
    return kDone;
  }

 private:
  // They are compared all the same, less exactly than they could be.
  static void note_other_draws(const ComparedFile& a, const ComparedFile& b) {
    const std::vector<std::string> ours = a.loaded().shortcuts->all_taken(), theirs = b.loaded().shortcuts->all_taken();
    if (ours == theirs) return;
    const bool first = ours.size() > theirs.size();
    print_message(fmt::format(
        "Note: {} is made with {} drawn at once, and {} without, so that they share fewer random numbers. As variants "
        "of one experiment they would share all.",
        (first ? a : b).path(), (first ? ours : theirs).front(), (first ? b : a).path()));
  }

  void check_outcome(const std::string& wanted) const {
    const std::vector<std::string> labels = collect::labels_of(files_.front()->outcomes());
    if (std::find(labels.begin(), labels.end(), wanted) == labels.end())
      throw UsageError(fmt::format("--outcome {}: not in {}. {}", wanted, files_.front()->path(),
                                   did_you_mean(wanted, {labels.begin(), labels.end()}, "Outcomes")));
  }

  bool is_headline(const std::string& outcome) const {
    return values_.count("outcome") != 0 || outcome == files_.front()->headline() ||
           outcome == files_.front()->outcomes().front().label();
  }

  // The point of the first file that a point is compared with: as asked, else the same row of the base, else the first.
  std::size_t baseline_of(std::size_t file, std::size_t point) const {
    if (values_.count("baseline") != 0)
      return point_of(values_["baseline"].as<std::string>(), files_.front()->header(), files_.front()->path());
    const auto& baselines = files_.front()->loaded().header.baselines;
    return file == 0 && !baselines.empty() ? baselines[point] : 0;
  }

  std::vector<DifferenceRow> compare(std::size_t f, std::size_t point, std::size_t baseline) const {
    const ComparedFile &a = *files_.front(), &b = *files_[f];
    std::vector<Column> outcomes;
    for (const Column& column : a.outcomes())
      if (values_.count("outcome") == 0 || column.label() == values_["outcome"].as<std::string>())
        outcomes.push_back(column);
    const bool several = files_.size() > 1;
    const collect::ComparedLabels labels{a.name(baseline, several), b.name(point, several)};
    // HDF5 is used by one thread at a time.
    std::vector<OwnValues> first, second;
    for (const Column& column : outcomes) {
      first.push_back(a.column(baseline, column));
      second.push_back(b.column(point, column));
    }
    const collect::ColumnReader read = [&](std::size_t which, std::size_t c) {
      return which == 0 ? first[c] : second[c];
    };
    const auto found = collect::compare_points(read, outcomes, {0, 1}, labels, a.sampling(), threads_);
    std::vector<DifferenceRow> rows;
    for (std::size_t c = 0; c < outcomes.size(); ++c)
      if (found[c].pairs.count > 1) rows.push_back(difference_row(labels, outcomes[c], found[c]));
    return rows;
  }

  const options::variables_map& values_;
  int threads_;
  std::vector<std::unique_ptr<ComparedFile>> files_;
};

}  // namespace

int compare_command(const Words& words, const Domain& domain) {
  options::options_description description("Options");
  auto add = description.add_options();
  add("baseline", options::value<std::string>()->value_name("LABEL|VARIANT|NUMBER"),
      "the point of the first result that all others are compared with");
  add("outcome", options::value<std::string>()->value_name("NAME"), "one outcome; all unless given");
  add("format", options::value<std::string>()->default_value("table")->value_name("table|csv|json"),
      "of the comparison on stdout");
  add_trust_option(description);
  add("help,h", "this help");
  const options::variables_map values = parse(words, description, "result", -1);
  if (values.count("help") != 0) {
    print_help("partnersim compare RESULT.h5... [options]", example(domain), description);
    return kDone;
  }
  if (values.count("result") == 0)
    throw UsageError(fmt::format("compare needs results. For example: {}", example(domain)));
  expect_results(values["result"].as<std::vector<std::string>>(), "compare");
  return CompareCommand(values, domain)();
}

}  // namespace sim::cli
