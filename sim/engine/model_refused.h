// What is wrong with a scenario that was read well, and what its model would have told of all the same.
#pragma once

#include <utility>
#include <vector>

#include "sim/base/problem.h"
#include "sim/engine/outputs.h"

namespace sim {

// A Domain's make_model may throw it in place of a plain ConfigurationError: then names of outcomes can be checked in
// the same round.
class ModelRefused : public ConfigurationError {
 public:
  ModelRefused(std::vector<Problem> problems, std::vector<Column> outcomes)
      : ConfigurationError(std::move(problems)), outcomes_(std::move(outcomes)) {}
  const std::vector<Column>& outcomes() const { return outcomes_; }

 private:
  std::vector<Column> outcomes_;
};

}  // namespace sim
