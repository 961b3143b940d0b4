// The deals that some lanes closed in a month, each valued for itself from the words its source's sum was made of
// (models/sources/deal_values.h), in the random order in which they queue for delivery: deal j of a source by word j %
// 4 of call j / 4 of (source, month) in the stream of delivery.
//
// Most sources close deals in few lanes: cells of several sources are valued together, so that vectors stay full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/scenario/dated_changes.h"
#include "models/setup.h"
#include "models/sources/deal_values.h"
#include "models/state.h"
#include "sim/lanes/lane.h"
#include "sim/lanes/lane_list.h"

namespace partnersim {

// Where a source's deals are drawn from, and what they are worth.
struct DealLaw {
  sim::Address address;
  Dated<DealValues> values;
};
std::vector<DealLaw> deal_laws(Setup& setup);  // [source]

class ClosedDeals {
 public:
  struct Deal {
    float value;  // currency
    std::uint32_t source;
  };

  ClosedDeals(const std::vector<DealLaw>& sources, std::size_t lanes);

  // Values the month's deals of these lanes and takes them from their sales.
  void value(State& state, const sim::LaneList& lanes);
  // Appends those of one of the lanes in random order.
  void queue_up(sim::Isa isa, std::uint32_t lane, std::vector<Deal>& queue);

 private:
  void clear(const State& state, const sim::LaneList& lanes);
  void add(State& state, std::uint32_t source, const DealValues& values);
  void draw(const State& state);
  template <class Use>
  void each_deal(const State& state, const sim::Address& address, std::uint32_t before, const Use& use);
  std::size_t keep_above(sim::Isa isa, std::size_t open, std::uint32_t deals);

  const std::vector<DealLaw>& sources_;
  // The month's deals, lane by lane, in each in the order of sources: where a lane's begin and, so far, end.
  sim::Lane<std::uint32_t> begin_, end_;
  std::vector<Deal> deals_;
  // Of a deal: its word, then its place, so that words that tie keep the order of sources.
  std::vector<std::uint64_t> keys_;
  std::vector<std::uint32_t> ranks_;
  // Cells (source and lane with deals) that are to be valued together, all by inversion of one law or none.
  std::size_t room_, cells_ = 0;
  std::uint32_t process_ = 0;
  const DealValues* inverted_ = nullptr;
  sim::LaneList of_source_;
  sim::Lane<std::uint32_t> lane_, low_, high_, source_, counts_, first_;
  sim::Lane<float> unit_, log2_spread_;
  // Work space: of cells that have the deals at hand, their places among the cells, lanes, entities, words, terms.
  sim::Lane<std::uint32_t> open_, open_lane_, open_low_, open_high_, open_counts_;
  sim::Lane<float> open_unit_, open_spread_, value_;
  sim::Grid<std::uint32_t> words_;
};

}  // namespace partnersim
