// Runs a scenario text in memory, as `partnersim run` does, for tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/partnership_model.h"
#include "models/sources/deal_sums.h"
#include "sim/base/problem.h"
#include "sim/collect/results.h"
#include "sim/config/scenario.h"
#include "sim/engine/runner.h"

namespace partnersim::testing {

struct How {
  int threads = 2;
  std::size_t block = 0;  // 0: chosen by the engine
  sim::Isa isa = sim::default_isa();
  // Of the experiment that the run is a point of; one that ran before has had its say.
  std::shared_ptr<sim::Shortcuts> shortcuts = std::make_shared<sim::Shortcuts>();
  std::span<const Entry> table = processes();
};

// As in an experiment in which some point cannot sum deals.
inline How deal_by_deal() {
  How how;
  how.shortcuts->refuse(kDealSums, "a test looks at single deals");
  return how;
}

inline std::shared_ptr<const sim::Scenario> scenario_of(const std::string& toml) {
  const sim::Document document = sim::parse_document("test.toml", toml);
  sim::Problems problems;
  static const std::vector<sim::ParameterSpec> specs = parameter_specs();  // a Scenario points into them
  auto scenario = std::make_shared<const sim::Scenario>(sim::resolve(document, specs, problems));
  problems.raise();
  return scenario;
}

// A finished run: columns by label ("revenue", "revenue_by_year[1]", "partner.acme.close_rate"), in order
// of replication, and everything the engine sums.
class Run {
 public:
  explicit Run(const std::string& toml, const How& how = {})
      : scenario_(scenario_of(toml)), model_(make_model_from(how.table, scenario_, how.shortcuts)) {
    plan_.points.push_back({model_, static_cast<std::uint32_t>(scenario_->integer("scenario.replications"))});
    collector_ = std::make_unique<sim::collect::Collector>(plan_);
    sim::RunOptions options;
    options.threads = how.threads;
    options.block = how.block;
    options.isa = how.isa;
    sim::run(plan_, *collector_, options);
    results_ = sim::collect::summarise(*collector_, how.threads);
    sums_ = collector_->sums(0);
  }

  const sim::OutputPlan& outputs() const { return model_->outputs(); }
  const sim::Accumulators& sums() const { return *sums_; }
  const sim::collect::Results& results() const { return results_; }
  sim::ExpectedValues expected() const { return model_->expected(); }
  std::uint32_t replications() const { return collector_->replications(0); }

  std::vector<float> column(const std::string& label) const {
    const auto& outcomes = outputs().outcomes;
    for (std::size_t c = 0; c < outcomes.size(); ++c)
      if (outcomes[c].label() == label) return collector_->column(0, c).singles;
    for (std::size_t c = 0; c < outputs().inputs.size(); ++c)
      if (outputs().inputs[c].name == label) return collector_->column(0, outcomes.size() + c).singles;
    throw std::logic_error("no column " + label);
  }

  // Mean of a monthly series and its standard error.
  struct Estimate {
    double mean, error;
  };
  Estimate monthly(const std::string& series, int month) const {
    const auto& all = outputs().trajectories;
    for (std::size_t t = 0; t < all.size(); ++t) {
      if (all[t].name != series) continue;
      const sim::ExactMoments& m = sums().moments(t, month);
      return {m.mean(all[t].resolution), std::sqrt(m.variance(all[t].resolution) / static_cast<double>(m.count()))};
    }
    throw std::logic_error("no series " + series);
  }

  // Total of one member over the horizon, and its moments over the replications.
  const sim::ExactMoments& member_moments(const std::string& total, std::size_t member, double& resolution) const {
    const auto& all = outputs().member_totals;
    for (std::size_t t = 0; t < all.size(); ++t) {
      if (all[t].name != total) continue;
      resolution = all[t].resolutions[member];
      return sums().member_totals[t * outputs().members.size() + member];
    }
    throw std::logic_error("no total " + total);
  }
  Estimate member(const std::string& total, std::size_t member) const {
    double resolution = 1.0;
    const sim::ExactMoments& m = member_moments(total, member, resolution);
    return {m.mean(resolution), std::sqrt(m.variance(resolution) / static_cast<double>(m.count()))};
  }

  // Digest of everything, and of each column.
  const std::string& hash() const { return results_.digest; }
  std::map<std::string, std::string> hashes() const {
    std::map<std::string, std::string> map;
    for (const auto& h : results_.hashes) map[h.label] = h.digest;
    return map;
  }

 private:
  std::shared_ptr<const sim::Scenario> scenario_;
  std::shared_ptr<const sim::Model> model_;
  sim::ExperimentPlan plan_;
  std::unique_ptr<sim::collect::Collector> collector_;
  sim::collect::Results results_;
  std::optional<sim::Accumulators> sums_;
};

}  // namespace partnersim::testing
