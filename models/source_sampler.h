// Leads and wins of one source of sales: a partnership, or the focal firm's direct business.
//
// leads N ~ Poisson(lambda A), wins ~ Binomial(N, p) with odds multiplier o: p' = p o / (1 - p + p o)
// (MODEL.md, sections 4 and 5). Thinning makes wins ~ Poisson(lambda A p') and lost leads ~
// Poisson(lambda A (1 - p')), independent: wins take word 0 of the source's sequence, lost leads word 1,
// drawn only when somebody asks for leads, so that wins never depend on that.
#pragma once

#include <string>

#include "models/deal_values.h"
#include "models/setup.h"
#include "models/state.h"

namespace partnersim {

// Work space one worker shares among its sources.
struct SamplerScratch {
  SamplerScratch(std::size_t sources, std::size_t lanes);
  sim::Grid<std::uint32_t> words;
  sim::Lane<float> win_rate, lost_rate, factor, odds, sums;
  sim::Lane<std::uint32_t> wins, lost, positions;
  DealQueue deals;  // of all sources of a month
};

class SourceSampler {
 public:
  // Reads <path>.leads, <path>.close_rate and <path>.deal_value.
  SourceSampler(Setup& setup, const std::string& path, std::uint32_t stream, std::size_t source, bool count_leads);

  void begin(const State& state);
  // One month in the lanes of `list`. Overwrites state.sales of the source, adds to wins and leads. Sales
  // are complete after finish_month.
  void step(State& state, const std::uint32_t* list, std::size_t count, SamplerScratch& scratch);
  // Once for all sources that share a stream and scratch: deals that waited, units, regime.
  static void finish_month(State& state, std::span<SourceSampler> sources, SamplerScratch& scratch);
  // The same in expectation; `weight` is the probability that the source works.
  void expect(Expectation& e, double weight) const;

 private:
  void rates(const State& state, const std::uint32_t* list, std::size_t count, SamplerScratch& scratch) const;
  void book(State& state, const std::uint32_t* list, std::size_t count, SamplerScratch& scratch) const;

  sim::Address address_;
  std::size_t source_;
  bool count_leads_;
  Parameter leads_;
  Parameter close_rate_;
  DealValues values_;
  sim::Lane<float> lambda_, close_, win_base_, lost_base_;  // of each lane of the block
};

}  // namespace partnersim
