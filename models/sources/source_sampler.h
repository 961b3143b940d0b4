// Leads, wins and sales of one source: a partnership, a paid channel, or the focal firm's direct business.
//
// leads N ~ Poisson(mu), wins ~ Binomial(N, p'), both rates from source_rates.h. Thinning makes wins ~ Poisson(mu p')
// and lost leads ~ Poisson(mu (1 - p')), independent: wins take word 0 of the source's sequence, lost leads word 1,
// drawn only when somebody asks for leads, so that wins never depend on that.
//
// A win closes in its month, or after a decision lag; deals are valued in the month they close.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "models/setup.h"
#include "models/sources/customer_base.h"
#include "models/sources/deal_inverter.h"
#include "models/sources/deal_values.h"
#include "models/sources/schedule.h"
#include "models/sources/source_rates.h"
#include "models/state.h"

namespace partnersim {

// Work space one worker shares among its sources.
struct SamplerScratch {
  SamplerScratch(std::size_t sources, std::size_t lanes);
  RateScratch rates;
  sim::Grid<std::uint32_t> words;
  sim::Lane<float> sums;
  sim::Lane<std::uint32_t> wins, lost, positions, closings;
  sim::LaneList closing;
  sim::Lane<std::uint32_t> packed, packed_counts;  // lanes with deals where these are rare
  DealInverter inverter;
  DealQueue deals;  // of all sources of a month
};

struct SourceAddress {
  std::string path;  // of leads, close_rate, deal_value, lag, recurring
  std::uint32_t stream;
  std::size_t source;
  std::size_t firm = kFocalFirm;  // whose factors act on it
};

class SourceSampler {
 public:
  // `leads` is the intensity lambda a month.
  SourceSampler(Setup& setup, const SourceAddress& where, Parameter leads, bool follows_market);

  SourceRates& rates() { return rates_; }

  void begin(const State& state);
  // One month in the lanes of `list`. Overwrites state.sales of the source, adds to wins and leads. Sales
  // are complete after finish_month. `leads`: those of the month, 0 where the source does not work; null: not wanted.
  void step(State& state, const SourceMonth& month, const sim::LaneList& list, SamplerScratch& scratch,
            float* leads = nullptr);
  // Once for all sources that share a stream and scratch: deals that waited, units, regime.
  static void finish_month(State& state, std::span<SourceSampler> sources, SamplerScratch& scratch);
  // Fees of customers who pay by the month, after delivery.
  static void collect_fees(State& state, std::span<SourceSampler> sources);
  void expect_fees(Expectation& e);
  // The same in expectation; `weight` is the probability that the source works, `further` an intensity beside lambda,
  // weighted already. Returns the leads of the month.
  double expect(Expectation& e, double weight, double scale, double further);

 private:
  void count(State& state, const sim::LaneList& list, SamplerScratch& s, float* leads) const;
  void count_closings(State& state, const sim::LaneList& list, const std::uint32_t* closings, SamplerScratch& s) const;
  void count_closings(State& state, const DealCells& cells) const;
  void value(State& state, const sim::LaneList& list, const std::uint32_t* closings, bool are_rare, SamplerScratch& s);
  void value_rare(State& state, const sim::LaneList& list, const std::uint32_t* closings, SamplerScratch& s) const;
  void pair_up(const State& state, const DealCells& cells, SamplerScratch& s) const;

  sim::Address address_;
  std::size_t source_;
  bool count_leads_;
  SourceRates rates_;
  Dated<DealValues> values_;
  std::optional<Schedule> lag_;
  std::unique_ptr<CustomerBase> customers_;
  std::vector<double> expected_wins_;  // by month, of the expected-value twin
};

}  // namespace partnersim
