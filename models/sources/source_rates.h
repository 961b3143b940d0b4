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
#include <vector>

#include "models/setup.h"
#include "models/sources/arrival_mixing.h"
#include "models/state.h"

namespace partnersim {

// What a month adds to a source: factors of A, one that is the same in all lanes and one by lane; and a further
// intensity by lane, times a constant. Null for none.
struct SourceMonth {
  double scale = 1.0;
  const float* further = nullptr;
  float further_factor = 0.0f;
  const float* factor = nullptr;
};

class SourceRates {
 public:
  // `leads` is the intensity lambda a month; reads <path>.close_rate. `firm`: whose factors act on it.
  SourceRates(Setup& setup, const std::string& path, Firm firm, Parameter leads, bool follows_market);

  // On lambda, once a replication: g.
  void mix(Parameter spread) { spread_ = std::make_unique<const Parameter>(std::move(spread)); }
  void add(std::unique_ptr<const ArrivalMixing> mixing) { mixing_ = std::move(mixing); }

  // In expectation; `weight` is the probability that the source works, `further` an intensity beside lambda, weighted
  // already.
  struct Expected {
    double intensity, closing;
  };
  Expected expect(const Expectation& e, double weight, double scale, double further) const;

  // What a month does to these is what it does to those, but for shocks on firms.
  bool moves_like(const SourceRates& other) const {
    return follows_market_ == other.follows_market_ && mixing_ == nullptr && other.mixing_ == nullptr;
  }

 private:
  friend class RateWork;

  // Rates that are the same in every lane, but for what the month does to them.
  bool is_like(const SourceRates& other) const {
    return leads_ == other.leads_ && close_rate_ == other.close_rate_ && spread_ == nullptr && other.spread_ == nullptr;
  }

  Firm firm_;
  bool follows_market_;
  Parameter leads_, close_rate_;
  std::unique_ptr<const Parameter> spread_;
  std::unique_ptr<const ArrivalMixing> mixing_;
};

// One worker's rates of the sources of a process.
class RateWork {
 public:
  // `has_further`: some month brings a source intensities beside lambda.
  RateWork(std::size_t sources, std::size_t lanes, bool has_further);
  // Of the next source, in their order.
  void add(const SourceRates& rates);

  void begin(const State& state);
  // Where rates of the lanes of a list go, by position.
  struct Out {
    float *win, *lost;
  };
  // The rates of the month of a source; those of lost leads only if asked for.
  void step(const State& state, std::size_t source, const SourceMonth& month, const sim::LaneList& list, bool lost_too,
            const Out& out);
  // The same for all lanes of the block, as rows times a factor, of as many sources from `source` on, at most `count`,
  // as can be told so. Without mixing and further intensities. Valid until the next call.
  struct Rows {
    const float *win, *lost;  // of source k at k * stride
    std::size_t stride;
    const float* factor;
    std::size_t sources;
  };
  Rows rows(const State& state, std::size_t source, std::size_t count, const SourceMonth& month);
  // Adds to state.intensity what the wins of the last step are worth at a mean value of deals.
  void add_intensity(State& state, const sim::LaneList& list, double deal_mean, const float* win);
  // The month's factors are no longer those that were looked at.
  void end_month() { market_.reset(); }
  void copy_lane(const sim::LaneCopy& copy) { copy(win_base_, lost_base_, lambda_, close_); }

 private:
  struct Source {
    const SourceRates* plan;
    std::unique_ptr<MixingWork> mixing;
    Firm firm;
    std::uint32_t row;
    bool follows_market, dated;  // of the plan
    bool changed;                // since the block began: rows below are not those of month 1
    // From this source on: those that share its row; where there is no other, those that each have one of their own.
    std::uint32_t sharers, loners;
  };
  void refresh(const State& state, std::size_t source);
  void look_at_dates(const State& state, std::size_t source);
  const float* market(const State& state, const Source& source, float scale);
  const float* factor(const State& state, Source& source, const SourceMonth& month, const sim::LaneList& list);
  void block_rates(const State& state, const Source& source, const float* factor, bool weakened);
  void base_rates(const State& state, const Source& source, const float* factor, bool lost_too,
                  const sim::LaneList& list, const Out& out);
  void further_rates(const State& state, std::size_t source, const sim::LaneList& list, const Out& out);

  sim::Lane<Source> sources_;
  std::size_t lanes_, rows_ = 0;           // neighbours that are alike share a row
  sim::Grid<float> win_base_, lost_base_;  // [row]
  // What these are made of: [row], or one for all where nobody looks at them again.
  bool keeps_parts_;
  sim::Grid<float> lambda_, close_;
  std::size_t part_row(const Source& source) const { return keeps_parts_ ? source.row : 0; }
  // Work space.
  sim::Lane<float> factor_, packed_, worth_, extra_, surprise_, ones_, all_wins_, all_losses_;
  bool any_dated_ = false;
  bool has_further_ = false;  // extra_ holds intensities of the source at hand
  bool has_events_ = false;   // and surprise_ by how much events differ from their mean
  // What the row of A now in `market_row_`, until the month ends, was made of.
  struct Market {
    bool follows;
    const float *function, *leads;
    float scale;
    bool operator==(const Market&) const = default;
  };
  std::optional<Market> market_;
  const float* market_row_ = nullptr;
};

}  // namespace partnersim
