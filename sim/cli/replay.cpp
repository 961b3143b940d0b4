// partnersim replay: one future of a result file as a chronicle. The scenario in the file is simulated again, one
// replication of it, and must give the outcomes that stand in the file.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "sim/base/problem.h"
#include "sim/base/suggest.h"
#include "sim/cli/count_option.h"
#include "sim/cli/file_kind.h"
#include "sim/cli/options.h"
#include "sim/cli/stored.h"
#include "sim/cli/terminal.h"
#include "sim/output/netcdf_file.h"
#include "sim/output/result_replications.h"
#include "sim/report/table.h"
#include "sim/stats/figures.h"

namespace sim::cli {
namespace {

std::string example(const Domain& domain) {
  return fmt::format("partnersim replay results/{}.h5 --near {}.p05", domain.examples.scenario, domain.headline);
}

options::options_description described(const Domain& domain) {
  options::options_description description("Options");
  auto add = description.add_options();
  add("replication,r", options::value<std::string>()->value_name("K"), "the future with this number, from 0");
  add("near", options::value<std::string>()->value_name("OUTCOME.STATISTIC"),
      fmt::format("the future nearest to a figure: {}", domain.examples.statistics).c_str());
  add("point", options::value<std::string>()->value_name("LABEL|VARIANT|NUMBER"),
      "of an experiment; the first unless given");
  add("format", options::value<std::string>()->default_value("text")->value_name("text|json"),
      "of the chronicle on stdout");
  add_trust_option(description);
  add("help,h", "this help");
  return description;
}

class Replay {
 public:
  Replay(const std::string& path, const std::string& point, const Domain& domain, output::Trust trust)
      : path_(path), file_(path, trust) {
    stored_ = read_stored(path, domain, 1, trust);
    if (!point.empty()) point_ = point_of(point, stored_.loaded.header, path);
    replications_ = stored_.replications[point_];
    if (!file_.exists("/outcomes"))
      throw InputOutputError(
          fmt::format("{}: keeps no samples (samples = \"none\"), so there is no future to compare with. Run its "
                      "scenario again with samples = \"all\"",
                      path));
  }

  // Turns to the future whose outcome is nearest to a statistic of it; the first of several.
  void seek(const std::string& wanted) {
    const std::size_t dot = wanted.rfind('.');
    const std::string outcome = wanted.substr(0, dot);
    const std::size_t column = column_of(outcome);
    const OwnValues values = read_column(model().outputs().outcomes[column]);
    const double target = statistic(outcome, dot == std::string::npos ? "" : wanted.substr(dot + 1));
    near_ = {wanted, model().outputs().outcomes[column].unit, target};
    double distance = kInfinity;
    for (std::uint64_t k = 0; k < replications_; ++k)
      if (const double d = std::abs(values.view()[k] - target); d < distance) {
        replication_ = k;
        distance = d;
      }
    if (distance == kInfinity)
      throw UsageError(fmt::format("--near {}: it is missing in every future of {}", wanted, path_));
  }

  void turn_to(std::int64_t replication) {
    replication_ = static_cast<std::uint64_t>(replication);
    if (replication < 0 || replication_ >= replications_)
      throw UsageError(
          fmt::format("--replication {} is out of range: there are futures 0 to {}", replication, replications_ - 1));
  }

  Chronicle tell() const {
    const std::uint64_t replication = replication_;
    Chronicle chronicle = model().replay(static_cast<std::uint32_t>(replication));
    const auto& outcomes = model().outputs().outcomes;
    for (std::size_t c = 0; c < outcomes.size(); ++c) {
      const double stored = read_one(outcomes[c], replication);
      if (stored == chronicle.columns[c] || (std::isnan(stored) && std::isnan(chronicle.columns[c]))) continue;
      throw InputOutputError(fmt::format(
          "{}: future {} has {} = {} there and {} when it is simulated again (the file was changed, or made "
          "by another build of this version). Run its scenario again",
          path_, replication, outcomes[c].label(), stored, chronicle.columns[c]));
    }
    return chronicle;
  }

  std::string as_text(const Chronicle& chronicle) const {
    std::string out = fmt::format("Future {} of {}", replication_, path_);
    if (!stored_.loaded.header.question.empty()) out += ": " + stored_.loaded.header.question;
    out += "\n";
    if (near_)
      out += fmt::format("It is nearest to {} = {}{}\n", near_->statistic, plain(near_->value),
                         near_->unit == "1" ? "" : " " + near_->unit);
    std::map<int, std::size_t> begun;  // by month
    for (const ChronicleEvent& event : chronicle.events)
      if (event.kind == "begun") ++begun[event.month];
    int month = 0, told = 0;
    for (const ChronicleEvent& event : chronicle.events) {
      if (event.month != month) out += fmt::format("\n{}\n", month_name(month = event.month));
      if (event.kind != "begun") {
        out += "  " + event.text + "\n";
      } else if (const std::size_t all = begun[month]; all <= kMostBegun) {
        out += "  " + event.text + "\n";
      } else if (event.month != told) {
        out += fmt::format("  {} {}s begin\n", all, model().outputs().nouns.tie);
        told = event.month;
      }
    }
    out += "\nWhat came of it\n";
    TextTable table({"outcome", "", "value"});
    const auto& outcomes = model().outputs().outcomes;
    for (std::size_t c = 0; c < outcomes.size(); ++c)
      table.add({outcomes[c].label(), outcomes[c].unit == "1" ? "" : outcomes[c].unit,
                 std::isnan(chronicle.columns[c]) ? kNoFigure : plain(chronicle.columns[c])});
    return out + table.text();
  }

  std::string as_json(const Chronicle& chronicle) const {
    const std::string near = near_ ? fmt::format("{{\"statistic\": {}, \"value\": {}}}", json_text(near_->statistic),
                                                 json_number(near_->value))
                                   : "null";
    std::string out =
        fmt::format("{{\n  \"result\": {},\n  \"replication\": {},\n  \"nearest_to\": {},\n  \"events\": [",
                    json_text(path_), replication_, near);
    bool first = true;
    for (const ChronicleEvent& e : chronicle.events) {
      out += fmt::format(
          "{}\n    {{\"month\": {}, \"kind\": {}, \"subject\": {}, \"cause\": {}, \"amount\": {}, \"unit\": {}, "
          "\"text\": {}}}",
          first ? "" : ",", e.month, json_text(e.kind), json_text(e.subject), json_text(e.cause),
          e.unit.empty() ? "null" : json_number(e.amount), json_text(e.unit), json_text(e.text));
      first = false;
    }
    out += "\n  ],\n  \"outcomes\": {";
    const auto& outcomes = model().outputs().outcomes;
    for (std::size_t c = 0; c < outcomes.size(); ++c)
      out += fmt::format("{}\n    {}: {}", c == 0 ? "" : ",", json_text(outcomes[c].label()),
                         json_number(chronicle.columns[c]));
    return out + "\n  }\n}\n";
  }

 private:
  const Model& model() const { return *stored_.loaded.plan.points[point_].model; }
  static constexpr std::size_t kMostBegun = 6;  // named one by one
  std::size_t column_of(const std::string& outcome) const {
    const auto& outcomes = model().outputs().outcomes;
    if (const auto place = collect::place_of(outcomes, outcome)) return *place;
    const std::vector<std::string> labels = collect::labels_of(outcomes);
    throw UsageError(fmt::format("--near {}: {} is not an outcome of {}. {}", outcome, outcome, path_,
                                 did_you_mean(outcome, {labels.begin(), labels.end()}, "Outcomes")));
  }

  double statistic(const std::string& outcome, const std::string& name) const {
    const auto labels = file_.read<std::string>("/summary/outcome");
    const auto row = point_ * labels.size() +
                     static_cast<std::size_t>(std::find(labels.begin(), labels.end(), outcome) - labels.begin());
    std::vector<std::string> names;
    for (const Figure<Summary>& figure : kFigures<Summary>.figures) {
      if (!figure.has(kIsLevel)) continue;
      names.emplace_back(figure.name);
      if (name == figure.name) return file_.read<double>("/summary/" + name)[row];
    }
    for (std::size_t q = 0; q < kProbabilities.size(); ++q) {
      names.push_back(quantile_name(kProbabilities[q]));
      if (name == names.back()) return file_.read<double>("/summary/quantile_value")[row * kProbabilities.size() + q];
    }
    if (name.empty()) throw UsageError(fmt::format("--near {0}: of what statistic? For example: {0}.p05", outcome));
    throw UsageError(fmt::format("--near {}.{}: there is no such statistic. {}", outcome, name,
                                 did_you_mean(name, {names.begin(), names.end()}, "Statistics")));
  }

  OwnValues read_column(const Column& column) const {
    return output::read_column(file_, "/outcomes", column, point_, 0, replications_);
  }
  double read_one(const Column& column, std::uint64_t replication) const {
    return output::read_column(file_, "/outcomes", column, point_, replication, 1).view()[0];
  }

  // "2027-02 (month 6)"
  std::string month_name(int month) const {
    const std::string& start = stored_.loaded.header.start;
    if (start.empty()) return fmt::format("month {}", month);
    int year = 0, first = 0;
    std::from_chars(start.data(), start.data() + 4, year);
    std::from_chars(start.data() + 5, start.data() + 7, first);
    const int at = first - 1 + month - 1;
    return fmt::format("{}-{:02} (month {})", year + at / 12, at % 12 + 1, month);
  }

  std::string path_;
  output::NetcdfReader file_;
  StoredExperiment stored_;
  std::size_t point_ = 0;
  std::uint64_t replications_ = 0, replication_ = 0;
  struct Near {
    std::string statistic, unit;
    double value;
  };
  std::optional<Near> near_;  // what was sought
};

}  // namespace

int replay_command(const Words& words, const Domain& domain) {
  const options::options_description description = described(domain);
  const options::variables_map values = parse(words, description, "result", 1);
  if (values.count("help") != 0) {
    print_help("partnersim replay RESULT.h5 --replication K | --near OUTCOME.STATISTIC [options]", example(domain),
               description);
    return kDone;
  }
  if (values.count("result") == 0)
    throw UsageError(fmt::format("replay needs a result file. For example: {}", example(domain)));
  expect_results(values["result"].as<std::vector<std::string>>(), "replay");
  if (values.count("replication") == values.count("near"))
    throw UsageError(fmt::format("replay needs one of --replication and --near. For example: {}", example(domain)));
  const std::string format = values["format"].as<std::string>();
  if (format != "text" && format != "json")
    throw UsageError(fmt::format("--format {} is neither text nor json", format));
  const std::string point = values.count("point") != 0 ? values["point"].as<std::string>() : "";
  Replay replay(values["result"].as<std::vector<std::string>>().front(), point, domain, trust(values));
  if (values.count("near") != 0)
    replay.seek(values["near"].as<std::string>());
  else
    replay.turn_to(read_count({"--replication", "17", {-0x1p53, 0x1p53}}, values["replication"].as<std::string>()));
  const Chronicle chronicle = replay.tell();
  print_result(format == "json" ? replay.as_json(chronicle) : replay.as_text(chronicle));
  return kDone;
}

}  // namespace sim::cli
