#include "sim/cli/glossary.h"

#include <array>

namespace sim::cli {

std::span<const TermNote> glossary() {
  // clang-format off
  static constexpr std::array kTerms{
      // A summary.
      TermNote{"replication, future",
               "One possible future, simulated from its first month to its last. Of many, tables show means and quantiles."},
      TermNote{"count", "How many replications have a value of the outcome: statistics are of those."},
      TermNote{"mean", "The average over all replications, and ± its standard error."},
      TermNote{"±, standard_error, standard error, error",
               "One standard error: how far the figure may be off because only so many futures were simulated. It shrinks "
               "with the square root of their number, and says nothing of doubt about the inputs."},
      TermNote{"sd, standard deviation", "How far single futures lie from the mean: the square root of their variance."},
      TermNote{"quantile, P5, P50, P95, p01, p05, p10, p25, p50, p75, p90, p95, p99, median",
               "The value that so many per cent of the futures stay at or below: P5 (p05) is undercut in one of twenty, P50 "
               "is the median."},
      TermNote{"cvar05, worst 5 %, cvar, mean of the worst",
               "The mean over the worst twentieth of the futures in this outcome: the lowest, or the highest where less is "
               "better. Also called conditional value at risk or expected shortfall."},
      TermNote{"value_at_risk", "How far the edge of the worst twentieth lies below the mean: the mean less P5, or P95 less "
                                "the mean where less is better."},
      TermNote{"minimum", "The smallest value of any replication: more replications give a smaller one."},
      TermNote{"maximum", "The largest value of any replication: more replications give a larger one."},
      TermNote{"expected, spreadsheet",
               "The answer of a spreadsheet: every draw replaced by its mean. It need not equal the mean of the futures; "
               "scenario.mode = \"expected\" prints it alone."},
      TermNote{"gap", "How far the spreadsheet's figure is from the simulated mean, in per cent of that mean; – where that "
                      "may be simulation error alone."},
      TermNote{"worst, shared, mean_worst",
               "What the worst 5 % of the futures have in common: the variables whose mean among them differs most from "
               "the mean of all."},
      TermNote{"hash of outcomes, hash, outcomes_hash, digest",
               "A fingerprint of every value of every outcome. Two results with the same one hold the same futures, "
               "whatever machine or number of threads made them."},
      // Experiments and comparisons.
      TermNote{"point", "One scenario of an experiment: a variant with one row of the sweep."},
      TermNote{"base, baseline", "The scenario as written, without any variant; what points are compared with."},
      TermNote{"variant", "A named alternative, [variant.NAME], simulated beside the scenario as written."},
      TermNote{"sweep, axis", "[sweep.vary]: values that a parameter takes one after the other, each a point. Its axes are "
                              "combined as sweep.design says."},
      TermNote{"factor", "In a sweep, what multiplies the number that the scenario has there: { factor = [0.5, 1, 2] }."},
      TermNote{"difference", "A point less its baseline, future by future on shared random numbers; the mean of that."},
      TermNote{"95 % interval, interval, difference_low, difference_high, confidence",
               "Would hold the true value in 19 of 20 simulations like this one; of simulation error alone."},
      TermNote{"pairs", "How many replications have a value at both points."},
      TermNote{"larger, more in", "The share of the futures in which the point has more than its baseline."},
      TermNote{"equal", "The share of the futures in which both have the same."},
      TermNote{"ratio", "The mean at the point divided by the mean at its baseline."},
      TermNote{"pairing removed, variance_removed, pairing",
               "How much smaller the variance of the difference is because both points share their random numbers. The "
               "nearer to 100 %, the fewer replications a comparison takes."},
      TermNote{"shared random numbers, common random numbers",
               "The same luck at every point: what differs between points then comes from what was changed."},
      TermNote{"dominance, at every level, neither is better everywhere, in_words",
               "Whether one of two points is the better choice whatever level one wants to reach (first-order stochastic "
               "dominance). Where neither is, the level at which they change places is named."},
      TermNote{"ignorance, share",
               "The part of an outcome's variance that comes from not knowing the parameters, which are drawn once a "
               "replication. More data would reduce it."},
      TermNote{"luck", "The part of an outcome's variance that stays when all parameters are known: what is drawn per event."},
      // What check says.
      TermNote{"once a replication", "Drawn once for a whole future: doubt about a parameter."},
      TermNote{"per event", "Drawn anew for every arrival, value or month: luck."},
      TermNote{"constant", "Drawn never: the same in every future."},
      TermNote{"default, neutral", "A value that was not given. Its source tells where it comes from; neutral: it leaves the "
                                   "process out, or changes nothing."},
      TermNote{"source, seed story, literature, practitioner, assumption, solved",
               "Where a number comes from: published research, people of the trade, or nobody but us (assumption)."},
      TermNote{"forecast", "What a run will take, found by simulating a few blocks: time, memory, and disk at its peak."},
      TermNote{"precision, precision goal, half-width",
               "Half the width of the interval that a run stops at: --precision 'OUTCOME=1%'. A run that ends before has "
               "exit code 4."},
      TermNote{"correlation, rank correlation",
               "[correlation.NAME]: Spearman's rank correlation of values that are drawn once a replication."},
      TermNote{"stratified, independent", "How uncertain parameters are drawn: independent futures, or stratified ones that "
                                          "leave no gaps in the ranges, for smaller errors of means."},
      TermNote{"two-level, inner", "scenario.inner replications share one draw of the parameters, which tells ignorance from "
                                   "luck."},
      TermNote{"metalog", "A smooth law through given percentiles: { p10 = 3, p50 = 6, p90 = 12 } (Keelin 2016)."},
      TermNote{"law, distribution", "What a value is drawn from, in place of a plain number: `describe distributions` lists "
                                    "them."},
      TermNote{"month_shape, Poisson", "Arrivals are counts about a mean: Poisson, or wider where a shape says how months "
                                       "differ."},
      // Files and runs.
      TermNote{"seed", "Names the random numbers: the same scenario, seed and version give the same futures."},
      TermNote{"fingerprint", "Tells one run from another in a file: of the scenario, the seed, the points and the version."},
      TermNote{"draws contract", "The number of the rules by which random numbers are addressed. Results of another number "
                                 "cannot be extended or compared future by future."},
      TermNote{"journal", "RESULT.journal: the finished part of a run until its result is written. --resume goes on from it."},
      TermNote{"shard", "A part of a run that was simulated apart (--shard 1/4). merge joins them."},
      TermNote{"sample, samples", "The value of every outcome in every replication, which comparisons, extend and replay "
                                  "need; output.samples = \"none\" leaves them out."},
      TermNote{"trajectory, trajectories, band, bands, series",
               "Monthly figures over all futures: their mean, and bands between quantiles."},
      TermNote{"block, thread, threads", "Replications are simulated in blocks, side by side on so many threads; neither "
                                         "changes a result."},
      TermNote{"inputs", "What was drawn once a replication, stored beside the outcomes."},
      TermNote{"outcome", "A figure of a whole future: `describe outcomes` lists them."},
      TermNote{"headline", "The outcome that tables of many points are about, and whose worst futures are explained."},
      TermNote{"not modelled", "An outcome whose process the scenario does not use: absent, never 0."},
  };
  // clang-format on
  return kTerms;
}

}  // namespace sim::cli
