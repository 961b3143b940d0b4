// Leads, wins and sales of sources: partnerships, paid channels, the focal firm's direct business.
//
// leads N ~ Poisson(mu), wins ~ Binomial(N, p'), both rates from source_rates.h. Thinning makes wins ~ Poisson(mu p')
// and lost leads ~ Poisson(mu (1 - p')), independent: wins take word 0 of the source's sequence, lost leads word 1,
// drawn only when somebody asks for leads, so that wins never depend on that.
//
// A win closes in its month, or after a decision lag; deals are valued in the month they close.
//
// A *cell* is a source and a lane in which it works. Blocks of many lanes are drawn source by source; those of few,
// which large networks have, in tiles of about a thousand cells of several sources, so that vectors stay full and speed
// does not depend on the shape of the network. Neighbours that are alike go into a tile together. All give the same
// bits.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/setup.h"
#include "models/sources/customer_base.h"
#include "models/sources/deal_totals.h"
#include "models/sources/deal_values.h"
#include "models/sources/schedule.h"
#include "models/sources/source_rates.h"
#include "models/state.h"

namespace partnersim {

struct SourceAddress {
  std::string path;  // of leads, close_rate, deal_value, lag, recurring
  std::uint32_t stream;
  std::size_t source;
  Firm firm = kFocalFirm;  // whose factors act on it
};

// One source, as a scenario gives it.
class Source {
 public:
  // `leads` is the intensity lambda a month.
  Source(Setup& setup, const SourceAddress& where, Parameter leads, bool follows_market);

  SourceRates& rates() { return rates_; }
  // Whether a month of both may be drawn together.
  bool moves_like(const Source& other) const;

  // In expectation; `weight` is the probability that the source works, `further` an intensity beside lambda, weighted
  // already. Returns the leads of the month.
  double expect(Expectation& e, double weight, double scale, double further);
  void expect_fees(Expectation& e);

 private:
  friend class SourceSampler;

  sim::Address address_;
  std::size_t source_;
  bool count_leads_;
  SourceRates rates_;
  Dated<DealValues> values_;
  std::unique_ptr<const Delay> lag_;
  std::unique_ptr<CustomerBase> customers_;
  std::vector<double> expected_wins_;  // with a lag: by month, of the expected-value twin
};

// One worker's share of the sources of a process, which outlive it.
class SourceSampler {
 public:
  // `has_further`: some SourceMonth brings intensities.
  SourceSampler(const std::vector<Source>& sources, std::size_t lanes, bool has_further = false);

  void begin(const State& state);
  // One month of sources from `source` on, each in the lanes of its list, which stays as it is until the month is
  // finished; several only of those that move alike. Overwrites state.sales of the sources, adds to wins and leads;
  // complete after finish_month. `leads`, of one source: those of the month, 0 where it does not work; null: not
  // wanted.
  void step(State& state, std::size_t source, const SourceMonth& month, std::span<const sim::LaneList> lists,
            float* leads = nullptr);
  // Once all have stepped: cells and deals that waited, units, regime.
  void finish_month(State& state);
  // Fees of customers who pay by the month, after delivery.
  void collect_fees(State& state);
  void copy_lane(const sim::LaneCopy& copy) { copy(rates_, lags_, customers_); }

 private:
  // What each month needs of a source.
  struct Hot {
    std::uint32_t row;  // of State::sales
    bool has_lag;
  };
  struct Part {  // of a tile: the cells of sources that move alike
    std::size_t source, begin;
    std::span<const sim::LaneList> lists;
    float* leads;
  };
  // Cells whose deals are valued together.
  struct Closed {
    const Part* parts;
    std::size_t part_count;
    DealCells cells;
    std::uint32_t* words[4];  // of call 0; 2 and 3 are for deals
    bool are_rare;
    std::span<const Part> all() const { return {parts, part_count}; }
  };

  void open_month(const State& state);
  // Of a source's draws of the month; of many, whose entities are given apart, that of any.
  sim::Address address(const State& state, std::size_t source = 0) const;
  // Of the cells of the tile.
  const std::uint32_t* lanes() const { return tiled_ ? lane_.data() : parts_.front().lists.front().data(); }
  void step_alone(State& state, const SourceMonth& month, const Part& part);
  void step_together(State& state, const SourceMonth& month, Part part);
  void draw_tile(State& state);
  void draw_words(const State& state);
  void count_leads(State& state);
  void close_deals(State& state, float top_rate);
  void close_later(State& state, const Part& part);
  void count_closings(State& state, const Closed& closed);
  template <class T>
  void spread(const State& state, const Closed& closed, const T* values, sim::Grid<T>& rows) const;
  void value(State& state, const Closed& closed);
  void value_rare(State& state, const Closed& closed);
  void add_up(State& state, const Part& part, const DealCells& cells, std::uint32_t* const words[4]);

  const std::vector<Source>& sources_;
  bool count_leads_ = false, any_dated_ = false;
  int month_ = 0;                       // at hand
  sim::Lane<Hot> hot_;                  // [source]
  sim::Lane<std::uint64_t> entities_;   // [source]
  sim::Lane<DealCells::Owner> owners_;  // the same
  std::uint32_t stream_ = 0;            // of draws
  RateWork rates_;
  std::vector<std::unique_ptr<Schedule>> lags_;           // [source], null without
  std::vector<std::unique_ptr<CustomerWork>> customers_;  // the same
  // The tile.
  std::vector<Part> parts_;
  std::size_t size_ = 0;   // cells
  bool lost_too_ = false;  // lost leads are drawn as well
  bool tiled_ = false;     // the block has few lanes
  sim::Lane<float> win_, lost_;
  sim::Lane<std::uint32_t> lane_, owner_, low_, high_;  // of tiles; an owner is a source
  sim::Grid<std::uint32_t> words_;
  // Work space.
  sim::Lane<float> sums_;
  sim::Lane<std::uint32_t> wins_, lost_leads_, positions_, closings_;
  sim::LaneList closing_;
  sim::Grid<std::uint32_t> closing_words_;
  sim::Lane<std::uint32_t> packed_, packed_counts_, packed_owner_, packed_a_,
      packed_b_;  // cells with deals where these are rare
  DealTotals deals_;
};

}  // namespace partnersim
