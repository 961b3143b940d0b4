// sim/stats/worst_futures.h: what the worst futures share, and how well that is known.
#include "sim/stats/worst_futures.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "sim/stats/summary.h"
#include "tests/support/about.h"

using partnersim::testing::about;

TEST_CASE("the worst 5 % are those with the lowest outcome, or the highest, and missing values are left out") {
  std::vector<float> outcome(40), cause(40);
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    outcome[i] = static_cast<float>((i * 7) % 40);  // 0 at 0, 1 at 23, 39 at 17, 38 at 34
    cause[i] = static_cast<float>(i);
  }
  const sim::Contrast low = sim::WorstFutures(outcome, false).contrast(cause);
  CHECK(low.all == 19.5);
  CHECK(low.worst == 11.5);                                               // of replications 0 and 23
  CHECK(sim::WorstFutures(outcome, true).contrast(cause).worst == 25.5);  // of 17 and 34
  cause[23] = std::nanf("");
  CHECK(sim::WorstFutures(outcome, false).contrast(cause).worst == 0.0);
  cause[0] = cause[23];
  CHECK(std::isnan(sim::WorstFutures(outcome, false).contrast(cause).worst));
}

TEST_CASE("errors of what the worst share come from independent units") {
  // A cause that all replications of a unit have in common, and an outcome that has nothing to do with it.
  constexpr std::uint32_t kInner = 100;
  constexpr std::size_t kReplications = 4000, kTrials = 1500;
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
  CHECK(std::abs(units / kTrials / variance - 1.0) <
        0.17);  // 0.05 for forty units being few, and 3.3 standard errors of a variance of 1500
  CHECK(alone / kTrials < 0.4 * variance);
}

TEST_CASE("errors of what the worst share know that their edge is estimated") {
  constexpr std::size_t kReplications = 2000, kTrials = 400;
  std::mt19937_64 engine(12);
  std::normal_distribution<double> normal;
  // How closely the cause follows the outcome; the outcome as it is, or in whole numbers, which tie.
  for (const double link : {0.0, 0.8, 0.99})
    for (const bool whole : {false, true}) {
      CAPTURE(link);
      CAPTURE(whole);
      std::vector<float> outcome(kReplications), cause(kReplications);
      double sum = 0.0, squares = 0.0, errors = 0.0;
      for (std::size_t trial = 0; trial < kTrials; ++trial) {
        for (std::size_t i = 0; i < kReplications; ++i) {
          const double x = normal(engine), y = link * x + std::sqrt(1.0 - link * link) * normal(engine);
          cause[i] = static_cast<float>(x);
          outcome[i] = static_cast<float>(whole ? std::round(4.0 * y) : y);
        }
        const sim::Contrast contrast = sim::WorstFutures(outcome, false).contrast(cause);
        sum += contrast.worst;
        squares += contrast.worst * contrast.worst;
        errors += contrast.worst_error;
      }
      const double spread = std::sqrt((squares - sum * sum / kTrials) / (kTrials - 1));
      CHECK(std::abs(errors / kTrials / spread - 1.0) < 0.12);  // 3.4 standard errors of a spread of 400
    }
}

TEST_CASE("the error of the outcome itself among its worst futures is that of the mean of the worst 5 %") {
  std::mt19937_64 engine(13);
  std::lognormal_distribution<float> law;
  std::vector<float> outcome(20000);
  for (float& v : outcome) v = law(engine);
  for (const bool high_is_worse : {false, true})
    for (const sim::Sampling sampling : {sim::Sampling{}, sim::Sampling{10, 0}}) {
      const sim::Contrast contrast = sim::WorstFutures(outcome, high_is_worse).contrast(outcome, sampling);
      const sim::Summary s = sim::summarise(outcome, sampling, high_is_worse);
      CHECK(contrast.worst == about(s.cvar, 1e-6));
      CHECK(std::abs(contrast.worst_error / s.cvar_error - 1.0) < 0.03);
    }
}
