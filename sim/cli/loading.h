// A scenario file as an experiment that can run: read, changed by the command line, resolved point by point, modelled.
//
// Promise: all problems that can be known are reported at once, with their places: those of the text, the options, the
// experiment, every variant, and of points that are wrong each kind once.
// What belongs to the run as a whole (scenario.*, output.*, stop.*) is the same at all points, or an error.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/application.h"
#include "sim/cli/precision_goal.h"
#include "sim/cli/usage_problems.h"
#include "sim/output/result_file.h"
#include "sim/plan/experiment.h"

namespace sim::cli {

struct LoadRequest {
  std::vector<std::string> assignments;  // PATH=VALUE, in order
  std::vector<std::string> vary;         // PATH=VALUES
  int threads = 1;
  UsageProblems usage{};                           // of the options that give them
  std::shared_ptr<Shortcuts> shortcuts = nullptr;  // of experiments that decide together; null: its own
  // Sees the first point before its model is made, and how many points there are; false where a model is too large to
  // be made only to look for further mistakes.
  std::function<bool(const Scenario&, std::size_t points)> before_models = nullptr;
};

struct LoadedExperiment {
  std::shared_ptr<const Scenario> scenario;  // of the first point
  std::shared_ptr<const Model> model;        // the same
  Experiment experiment;
  ExperimentPlan plan;
  std::shared_ptr<Shortcuts> shortcuts;
  PrecisionGoal precision;
  output::ResultHeader header;
  std::string stem;  // of the file, or "stdin"
  std::vector<std::string> warnings;

  // The point that a point is compared with: the same row of the base variant; itself when it is that.
  std::size_t baseline(std::size_t point) const;
};

// Throws ConfigurationError, or UsageError where options are wrong too. `found`: what is wrong with the text.
LoadedExperiment load(Document document, const LoadRequest& request, const Domain& domain, Problems found = {});
LoadedExperiment load(const std::string& path, const LoadRequest& request, const Domain& domain);

// The specs of a scenario file, those of experiments included.
std::vector<ParameterSpec> all_parameters(const Domain& domain);

// The scenario of one point, every value in effect.
std::string point_text(const LoadedExperiment& loaded, std::size_t point, const Domain& domain);

// What a journal or shard of it is known by.
output::RunIdentity identity_of(const LoadedExperiment& loaded, const Shard& shard = {});

}  // namespace sim::cli
