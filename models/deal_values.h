// Values of deals: the sum of n deals is drawn exactly in law, deal by deal.
//
// Deal j of a source and month takes word j + 2 of its sequence (words 0 and 1 are the counts of wins
// and of lost leads). Lognormal deals (2q, 2q+1) are a pair of normals from two words (rng/normal_pair.h).
#pragma once

#include <cstdint>
#include <string>

#include "sim/config/scenario.h"
#include "sim/lanes/lane.h"
#include "sim/rng/philox.h"

namespace partnersim {

// Laws a deal value may have, drawn per event.
std::span<const sim::LawSpec> deal_value_laws();

class DealValues {
 public:
  explicit DealValues(const sim::Law& law);

  double mean() const { return mean_; }

  // Cells of one source and month: lane[i] has counts[i] deals; words[k][i] is word k of call 0.
  struct Cells {
    const std::uint32_t* lane;
    const std::uint32_t* counts;
    const std::uint32_t* words[4];
    std::size_t count;
  };
  // Work space for the cells that need further calls.
  struct Scratch {
    explicit Scratch(std::size_t lanes);
    sim::Lane<std::uint32_t> position, lane, counts, chosen;
    sim::Lane<float> sums, second;
    sim::Grid<std::uint32_t> words;
  };
  // sums[i] = value of the deals of cell i.
  void sum(sim::Isa isa, const sim::Philox& philox, const sim::Address& address, std::uint32_t first_replication,
           const Cells& cells, Scratch& scratch, float* sums) const;

 private:
  void sum_lognormal(sim::Isa isa, const sim::Philox& philox, const sim::Address& address,
                     std::uint32_t first_replication, const Cells& cells, Scratch& scratch, float* sums) const;
  void add_second_pairs(sim::Isa isa, std::size_t open, std::uint32_t first, Scratch& scratch) const;

  enum class Kind { constant, lognormal } kind_ = Kind::constant;
  double mean_ = 0.0;
  float scale_ = 0.0f;        // the value, or the median of a lognormal
  float log2_spread_ = 0.0f;  // sigma * log2(e) of a lognormal
};

}  // namespace partnersim
