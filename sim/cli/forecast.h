// What a run will take. Memory is told from the scenario before a model is made, so that one far too large is answered
// at once; time and disk by simulating a few blocks.
#pragma once

#include <cstdint>

#include "sim/cli/loading.h"

namespace sim::cli {

struct RunSize {
  ModelSize model;  // of the first point, which stands for all
  std::size_t points = 1;
  std::uint32_t replications = 1;  // of each point
  int threads = 1;
};
RunSize size_of_run(const Domain& domain, const Scenario& first, std::size_t points, int threads);
double memory_bytes(const RunSize& run);
// Of this machine, or what the control group allows of it.
double memory_there();
// "about 48 GB of memory on 2 threads, and there are 8.2 GB"; empty when it is enough.
std::string too_much_memory(const RunSize& run);

struct Forecast {
  double seconds = 0.0;        // of one point, beside what is made once
  double seconds_once = 0.0;   // until the first block
  double journal_bytes = 0.0;  // until the result is complete
  double result_bytes = 0.0;
  std::vector<std::string> blurred;  // outcomes that single precision spoils
};
Forecast forecast(const LoadedExperiment& loaded, std::uint32_t replications, int threads);

}  // namespace sim::cli
