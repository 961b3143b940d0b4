// What the deals of cells are worth together, whichever way their law is drawn: at once from a table, each by
// inversion, or in pairs, of which those of cells with many deals wait for others. Totals are in units of their source
// until the month is finished.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/sources/deal_inverter.h"
#include "models/sources/deal_sums.h"
#include "models/sources/deal_values.h"
#include "models/state.h"

namespace partnersim {

class DealTotals {
 public:
  // For tiles of so many cells.
  explicit DealTotals(std::size_t cells);

  // The next source, in their order: where its sales are, a row of State::sales.
  void add_source(std::size_t row) { sources_.push_back({static_cast<std::uint32_t>(row)}); }
  // Laws from this month on: values_of(source).
  template <class ValuesOf>
  void open(const State& state, const ValuesOf& values_of) {
    laws_.clear();
    for (std::size_t s = 0; s < sources_.size(); ++s) set(state, s, values_of(s));
    join_rows();
  }
  // A number that sources share whose deals have one law, units apart.
  std::uint32_t law(std::size_t source) const { return sources_[source].law; }
  // sums[k] = the deals of cell k, of sources of one law; of those in pairs the first ones. `address` gives process and
  // month; words[j] are words j of call 0, by cell.
  void sum(State& state, std::uint32_t law, const sim::Address& address, const DealCells& cells,
           std::uint32_t* const words[4], float* sums);
  // Adds what waits, and turns sales into currency.
  void finish_month(State& state, const sim::Address& address);

 private:
  struct Source {
    std::uint32_t row;
    float unit = 1.0f;
    std::uint32_t law = 0;
  };
  struct Law {
    const DealValues* values;
    std::uint32_t table;  // where they are summed at once
  };
  // Rows of sales that follow each other, and come in the same unit.
  struct Rows {
    std::uint32_t first, count;
    float unit;
  };
  void set(const State& state, std::size_t source, const DealValues& values);
  void join_rows();
  void draw_queue(State& state, const sim::Address& address);
  static void in_units(State& state, const Rows& rows);

  sim::Lane<Source> sources_;
  std::vector<Law> laws_;
  std::vector<Rows> rows_;
  DealSums summed_;
  DealInverter inverter_;
  DealQueue queue_;
};

}  // namespace partnersim
