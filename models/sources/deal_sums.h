// Sums of lognormal or gamma deals, a word for each block of them (sim/rng/sum_quantiles.h): word j + 2 of the source
// and month for block j. Nearly all cells have one block; what is left of the others is kept packed.
//
// An experiment sums so, or deal by deal, at all its points: where the laws of all sources have tables, and no capacity
// makes single deals matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "models/sources/deal_values.h"
#include "models/sources/open_cells.h"
#include "models/state.h"

namespace partnersim {

inline const std::string kDealSums = "sums of a source's lognormal or gamma deals of a month";  // the shortcut's name

class DealSums {
 public:
  explicit DealSums(std::size_t cells);

  // The number of the table of a law that has one.
  std::uint32_t table_of(const DealValues& values) { return values.table(tables_); }
  // sums[k] = the deals of cell k, in means of one. `address` gives process and month; `first` are words 2 and 3 of
  // call 0, by cell; those of further calls are made for the cells that need them.
  void sum(const State& state, std::uint32_t table, const sim::Address& address, const DealCells& cells,
           const std::uint32_t* const first[2], float* sums);

 private:
  void add(sim::Isa isa, std::uint32_t table, const std::uint32_t* words, float* sums);
  void take_blocks();

  sim::SumQuantiles tables_;
  // Cells with deals left, and their second words.
  OpenCells open_;
  sim::Lane<std::uint32_t> second_;
  sim::Grid<std::uint32_t> words_;
  sim::Lane<float> values_;
};

}  // namespace partnersim
