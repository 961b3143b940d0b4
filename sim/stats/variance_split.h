// Ignorance and luck: what part of an outcome's variance comes from not knowing the parameters, and what part would be
// left if they were known.
//
//   Var Y = E[Var(Y | theta)] + Var E[Y | theta]           luck + ignorance
//   luck       mean over units of s_o^2, the variance inside unit o
//   ignorance  mean over units of K/(K-1) (m_o - m)^2 - s_o^2 / n_o, m_o the unit's mean, m the mean of the m_o
//              (analysis of variance with random effects: Searle, Casella, McCulloch, Variance Components, 1992, 3.2)
//   errors     from the same terms unit by unit (units.h)
//
// The squared error of the mean is ignorance / K + luck / (K inner). At fixed cost K inner = N it is
// (inner ignorance + luck) / N: for the mean alone, one replication a draw is best, and more inner replications pay
// only where a new parameter draw costs more than a replication. For the split itself, with normal laws and units of n,
//   Var(ignorance) = 2/K [(I + L/n)^2 + L^2 / (n^2 (n - 1))] = 2/N [n I^2 + 2 I L + L^2 / (n - 1)],
// smallest at n = 1 + L / I: as many inner replications as luck is larger than ignorance, and one.
//
// Promise: luck and ignorance are unbiased for independent units, so ignorance may come out below zero where it is
// small: it is reported as it is, with its error; only `share` and the parts of the error of the mean take a negative
// one for zero. NaN is left out, and so are units with fewer than two values; every other unit counts the same.
// Stratified batches bias ignorance by a share below 1 / K.
//
// Not here: which parameter the ignorance is about (that is sensitivity analysis), errors of the law of the drawn
// parameters themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "sim/engine/outputs.h"
#include "sim/stats/units.h"
#include "sim/stats/values.h"

namespace sim {

enum class SampleMore : std::uint8_t {
  unknown,          // fewer than two units of at least two values, or no variance at all
  parameter_draws,  // more than half the squared error of the mean comes from too few of them
  replications,     // it comes from luck: more inner replications help, though as many new draws help no less
};

struct VarianceSplit {
  std::size_t units = 0;
  double inner = 0.0;              // values a unit, on average
  Estimate luck;                   // E[Var(Y | theta)]
  Estimate ignorance;              // Var E[Y | theta]; may be negative
  Estimate share;                  // ignorance in the total, between 0 and 1
  double from_draws = 0.0;         // ignorance / K, of the squared error of the mean
  double from_replications = 0.0;  // luck / (K inner)
  SampleMore sample_more = SampleMore::unknown;
  std::uint32_t best_inner = 0;  // for the split at equal cost; 0 where ignorance is not above its error
};

// Of values in order of replication.
VarianceSplit split_variance(const Values& values, const Sampling& sampling);

// One or two sentences of plain words.
std::string advice(const VarianceSplit& split);

}  // namespace sim
