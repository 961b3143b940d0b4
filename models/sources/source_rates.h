// How many wins and lost leads a month brings a source on average, lane by lane (MODEL.md, sections 4 and 5):
//
//   mu = A lambda g xi + m A [event] + rest      wins a month mu p', lost leads mu (1 - p')
//   p' = c p o / (1 - p + p o)                   odds multiplier o, close multiplier c
//
// A holds what the month does to all leads: season, trend, regime, shocks, and what the caller gives as `scale`.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/setup.h"
#include "models/sources/arrival_mixing.h"
#include "models/state.h"

namespace partnersim {

// What a month adds to a source: a factor of A that is the same in all lanes, and a further intensity by lane
// (null for none), times a constant.
struct SourceMonth {
  double scale = 1.0;
  const float* further = nullptr;
  float further_factor = 0.0f;
};

// Work space one worker shares among its sources.
struct RateScratch {
  explicit RateScratch(std::size_t lanes);
  sim::Lane<float> win, lost;  // out: by position in the list
  sim::Lane<float> factor, packed, worth, extra, surprise, all_wins, all_losses;
  // What the row of A now in `market_row`, until the month ends, was made of.
  struct Market {
    bool follows;
    const float *function, *leads;
    float scale;
    bool operator==(const Market&) const = default;
  };
  std::optional<Market> market;
  const float* market_row = nullptr;
};

class SourceRates {
 public:
  // `leads` is the intensity lambda a month; reads <path>.close_rate. `firm`: whose factors act on it.
  SourceRates(Setup& setup, const std::string& path, std::size_t firm, Parameter leads, bool follows_market);

  // On lambda, once a replication: g.
  void mix(Parameter spread) { spread_ = std::move(spread); }
  void add(std::unique_ptr<ArrivalMixing> mixing) { mixing_ = std::move(mixing); }

  void begin(const State& state);
  // The rates of the month in the lanes of `list`; those of lost leads only if asked for.
  void step(const State& state, const SourceMonth& month, const sim::LaneList& list, bool lost_too, RateScratch& s);
  // Adds to state.intensity what these wins are worth at a mean value of deals. After step, before its rates are used
  // up.
  void add_intensity(State& state, const sim::LaneList& list, double deal_mean, RateScratch& s) const;

  // In expectation; `weight` is the probability that the source works, `further` an intensity beside lambda, weighted
  // already.
  struct Expected {
    double intensity, closing;
  };
  Expected expect(const Expectation& e, double weight, double scale, double further) const;

 private:
  void refresh(const State& state);
  const float* market(const State& state, float scale, RateScratch& s) const;
  const float* factor(const State& state, const SourceMonth& month, const sim::LaneList& list, RateScratch& s);
  void base_rates(const State& state, const float* factor, bool lost_too, const sim::LaneList& list,
                  RateScratch& s) const;
  void further_rates(const State& state, const sim::LaneList& list, RateScratch& s) const;

  std::size_t firm_;
  bool follows_market_;
  bool has_further_ = false;  // scratch.extra holds intensities this month
  bool has_events_ = false;   // and scratch.surprise by how much events differ from their mean
  bool changed_ = false;      // since the block began: lanes below are not those of month 1
  Parameter leads_, close_rate_;
  std::optional<Parameter> spread_;
  std::unique_ptr<ArrivalMixing> mixing_;
  sim::Lane<float> lambda_, close_, win_base_, lost_base_;  // of each lane of the block
};

}  // namespace partnersim
