// What is drawn once a replication, for a block of replications: words, then their quantiles.
//
//   unit    u = r / inner: consecutive replications that share one draw of the parameters (scenario.inner)
//   word    independent: word 0 of Philox(u; id, parameter stream, month 0, call 0)
//           stratified:  the sequence of the id, point u (sim/rng/stratified.h)
//   set     the words of correlated parameters of a unit go through their copula (models/scenario/correlation.h)
//   value   the quantile of the word; the pieces of a dated parameter take the same word
//
// So Var = E[Var | parameters] + Var E[· | parameters] can be told apart: between units is doubt, within a unit luck.
//
// Luck that no key gives (how good a partner turns out, gamma mixing) belongs to the replication: it keeps drawing by r
// whatever `inner` is, and is stratified by r only when inner = 1, where r is u. With inner > 1 it stays independent,
// because strata within a unit would make the spread within units, which is to be measured, another one.
//
// Promise: a word is a function of (seed, id, r) and the ids of its set; blocks may begin anywhere, also within a
// unit. With neither inner, stratified nor correlations, words are those of every earlier version.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "models/scenario/correlation.h"
#include "models/setup.h"
#include "sim/rng/philox.h"
#include "sim/rng/stratified.h"

namespace partnersim {

// Reads scenario.inner and scenario.sampling.
sim::Sampling read_sampling(const sim::Scenario& scenario);

class ParameterDraws {
 public:
  using Sets = std::vector<CorrelatedSet>;
  // `setup` and the generator outlive it. Shared by all workers.
  ParameterDraws(const Setup& setup, const sim::Philox& philox, Sets sets);

  // One worker's space.
  class Scratch {
   public:
    Scratch(const ParameterDraws& draws, std::size_t lanes);

   private:
    friend class ParameterDraws;
    sim::Grid<std::uint32_t> words_;    // of each member of a set
    std::vector<std::uint32_t*> rows_;  // of words_
    sim::Grid<std::uint32_t> call_;     // words 1 to 3 of a call, which nobody reads
    sim::Lane<float> values_;
    std::vector<double> scores_;
  };
  // Fills state.inputs for the replications of the block.
  void draw(State& state, Scratch& scratch) const;
  // What a replication of a block adds to the memory of a worker.
  std::size_t bytes_per_lane() const;

 private:
  struct Word {
    std::uint64_t entity = 0;
    bool by_unit = true;
    std::unique_ptr<const sim::StratifiedWords> sequence;
    std::vector<std::size_t> rows;  // of State::inputs
  };
  struct Range {
    std::uint32_t first;
    std::size_t count;
  };

  Word word_of(const Setup::Input& input) const;
  Range units_of(const State& state, const Word& word) const;
  void fill_words(const State& state, const Word& word, std::uint32_t* out, Scratch& scratch) const;
  void fill_inputs(State& state, const Word& word, const std::uint32_t* words, Scratch& scratch) const;

  const std::vector<Setup::Input>& inputs_;
  const sim::Philox& philox_;
  sim::Sampling sampling_;
  Sets sets_;
  std::size_t largest_set_ = 0;
  std::vector<Word> alone_;
  std::vector<std::vector<Word>> together_;  // of each set, in its order
};

}  // namespace partnersim
