// The beginning of a scenario as tests write it.
#pragma once

#include <string>

namespace partnersim::testing {

struct Head {
  int months = 12;
  int replications = 200'000;
  int seed = 1;
  std::string outcomes = "\"wins\", \"leads\", \"revenue\"";  // as inside the brackets
  std::string trajectories = "means";
  std::string output = "";  // further lines of [output]

  std::string text() const {
    return "[scenario]\nmonths = " + std::to_string(months) + "\nreplications = " + std::to_string(replications) +
           "\nseed = " + std::to_string(seed) + "\n[output]\noutcomes = [" + outcomes + "]\ntrajectories = \"" +
           trajectories + "\"\n" + output;
  }
};

}  // namespace partnersim::testing
