// sim/stats/worst_futures.h: what the worst futures share, and how well that is known.
#include "sim/stats/worst_futures.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

TEST_CASE("the worst 5 % are those with the lowest outcome, or the highest, and missing values are left out") {
  std::vector<float> outcome(40), cause(40);
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    outcome[i] = static_cast<float>((i * 7) % 40);  // 0 at 0, 1 at 23, 39 at 17, 38 at 34
    cause[i] = static_cast<float>(i);
  }
  const sim::Contrast low = sim::WorstFutures(outcome, false).contrast(cause);
  CHECK(low.all == 19.5);
  CHECK(low.worst == 11.5);  // of replications 0 and 23
  CHECK(low.worst_error == doctest::Approx(11.5));
  CHECK(sim::WorstFutures(outcome, true).contrast(cause).worst == 25.5);  // of 17 and 34
  cause[23] = std::nanf("");
  CHECK(sim::WorstFutures(outcome, false).contrast(cause).worst == 0.0);
  cause[0] = cause[23];
  CHECK(std::isnan(sim::WorstFutures(outcome, false).contrast(cause).worst));
}

TEST_CASE("errors of what the worst share come from independent units") {
  // A cause that all replications of a unit have in common, and an outcome that has nothing to do with it.
  constexpr std::uint32_t kInner = 100;
  constexpr std::size_t kReplications = 4000, kTrials = 400;
  std::mt19937_64 engine(11);
  std::normal_distribution<float> normal;
  std::vector<float> outcome(kReplications), cause(kReplications);
  double sum = 0.0, squares = 0.0, units = 0.0, alone = 0.0;
  for (std::size_t trial = 0; trial < kTrials; ++trial) {
    for (std::size_t i = 0; i < kReplications; ++i) {
      outcome[i] = normal(engine);
      cause[i] = i % kInner == 0 ? normal(engine) : cause[i - 1];
    }
    const sim::WorstFutures worst(outcome, false);
    const sim::Contrast contrast = worst.contrast(cause, sim::Sampling{kInner, 0});
    sum += contrast.worst;
    squares += contrast.worst * contrast.worst;
    units += contrast.worst_error * contrast.worst_error;
    alone += std::pow(worst.contrast(cause).worst_error, 2);
  }
  const double variance = (squares - sum * sum / kTrials) / (kTrials - 1);
  CHECK(units / kTrials == doctest::Approx(variance).epsilon(0.2));  // 2.8 standard errors of a variance of 400
  CHECK(alone / kTrials < 0.4 * variance);
}
