// Customers who will do something in a month still to come: decide (a lag), or leave (a customer's life).
//
// Each of the n customers of a cell draws a number of months from one word: customer j of (entity, month) takes word
// j % 4 of call j / 4 of the schedule's stream; those there from the start take the words of month 0. What falls behind
// the horizon is never looked at.
#pragma once

#include <cstdint>

#include "models/state.h"
#include "models/whole_months.h"

namespace partnersim {

// Who does something later, and how much later.
struct Delay {
  sim::Address address;  // entity and stream
  WholeMonths law;
  std::size_t horizon;  // months
};

class Schedule {
 public:
  Schedule(const Delay& delay, std::size_t lanes);

  void begin(const State& state);
  // counts[k] customers in lane list[k], now; their words are those of another month where it is given.
  void add(const State& state, const sim::LaneList& list, const std::uint32_t* counts) {
    add(state, list, counts, static_cast<std::uint32_t>(state.month));
  }
  void add(const State& state, const sim::LaneList& list, const std::uint32_t* counts, std::uint32_t words_of);
  void copy_lane(const sim::LaneCopy& copy) { copy(due_); }
  // How many are due this month: [lane].
  const std::uint32_t* due(const State& state) const { return due_.row(static_cast<std::size_t>(state.month)); }

 private:
  const Delay& delay_;
  sim::Grid<std::uint32_t> due_;  // [month]; the row behind the horizon takes what is never looked at
  // Work space: cells with customers left, and when these are due.
  sim::Grid<std::uint32_t> words_;
  sim::Lane<std::uint32_t> lanes_, counts_, chosen_, delays_;
};

}  // namespace partnersim
