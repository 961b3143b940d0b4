// Values of deals: the sum of n deals is drawn exactly in law, at once where the experiment sums (deal_sums.h), else
// deal by deal.
//
// Deal j of a source and month takes word j + 2 of its sequence (words 0 and 1 are the counts of wins
// and of lost leads). Lognormal deals (2q, 2q+1) are a pair of normals from two words (rng/normal_pair.h); deals of
// any other law are quantiles of their word (rng/distribution.h).
//
// The first pair comes with the words of call 0, source by source. Few cells have more deals: those of
// all sources of a month wait in a DealQueue and are drawn together, so that vectors stay full.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/scenario/dated_changes.h"
#include "sim/config/scenario.h"
#include "sim/lanes/lane.h"
#include "sim/rng/distribution.h"
#include "sim/rng/philox.h"
#include "sim/rng/sum_quantiles.h"

namespace partnersim {

// Cells of one month whose deals have one law: lanes, how many deals each has, and whose they are.
struct DealCells {
  struct Owner {
    std::uint64_t entity;
    std::uint32_t slot;  // of lane 0, among the totals
  };
  const std::uint32_t* lanes;
  const std::uint32_t* counts;
  std::size_t size;
  const Owner* owners;
  const std::uint32_t* owner;  // [cell]; null: all are of the first
  std::uint64_t entity(std::size_t cell) const { return owners[owner == nullptr ? 0 : owner[cell]].entity; }
};

// Of one deal. Assumed limit: beyond, single precision has grains of 100,000.
inline constexpr sim::Range kDealValues = sim::up_to(1e12);

class DealValues {
 public:
  explicit DealValues(const sim::Law& law);
  static Dated<DealValues> by_date(const std::vector<DatedLaw>& laws);
  static double mean_of(const sim::Law& law) { return DealValues(law).mean(); }

  double mean() const { return mean_; }
  // Sums come in units of this: the value itself, or the median of a lognormal; summed at once, the mean.
  float unit(bool at_once) const { return at_once && can_sum() ? static_cast<float>(mean_) : unit_; }
  // Whether there are tables of its sums, and of what.
  bool can_sum() const { return summed_cv_ > 0.0; }
  std::uint32_t table(sim::SumQuantiles& tables) const { return tables.add(summed_law_, summed_cv_); }
  // sigma * log2(e) of a lognormal; 0 for constant values, whose deals need no further words.
  float log2_spread() const { return log2_spread_; }
  // Whether sums of deals are made alike, units apart.
  bool is_like(const DealValues& other) const {
    return summed_cv_ == other.summed_cv_ && by_inversion_ == other.by_inversion_ &&
           log2_spread_ == other.log2_spread_ && (!by_inversion_ || quantile_ == other.quantile_);
  }
  // Any other law: each deal is the quantile of its word.
  bool by_inversion() const { return by_inversion_; }

  // sums[i] = the deals of a cell that call 0 pays for: all of them for constant values, the first two of
  // a lognormal. words[k][i] is word k of call 0 of the cell. Arrays have padding (lane.h), which may be written.
  void first_deals(sim::Isa isa, const std::uint32_t* counts, std::uint32_t* const words[4], std::size_t count,
                   float* sums) const;
  // values[i] = deal j of a cell, constant or lognormal, in currency, from the words of its call, (j + 2) / 4: the same
  // as in first_deals and DealQueue. words.row(k)[i] is word k of that call of the cell, terms are those of its law.
  struct Terms {
    const float* unit;
    const float* log2_spread;
  };
  static void deals(sim::Isa isa, std::uint32_t j, const sim::Grid<std::uint32_t>& words, const Terms& terms,
                    std::size_t count, float* values);
  // Deals of a law by inversion, in currency; sizes must agree.
  void fill(sim::Isa isa, std::span<const std::uint32_t> words, std::span<float> values) const {
    quantile_.fill(isa, words, values);
  }

 private:
  double mean_ = 0.0;
  float unit_ = 0.0f;
  float log2_spread_ = 0.0f;
  bool by_inversion_ = false;
  sim::SummedLaw summed_law_ = sim::SummedLaw::lognormal;
  double summed_cv_ = 0.0;
  sim::Quantile quantile_;
};

class DealQueue {
 public:
  // For so many cells.
  explicit DealQueue(std::size_t room);

  void clear() { size_ = 0; }
  bool takes(std::size_t cells) const { return size_ + cells <= room_; }
  // Those of the cells that have more than two deals. The total of lane l is at totals[slot of its owner + l].
  void add(sim::Isa isa, const DealValues& values, const DealCells& cells);
  // Draws what waits and adds it to `totals`, in units of each source. `address` gives process and month.
  void draw(sim::Isa isa, const sim::Philox& philox, const sim::Address& address, std::uint32_t first_replication,
            float* totals);

 private:
  void pairs(sim::Isa isa, std::size_t count, std::uint32_t first, const std::uint32_t* a, const std::uint32_t* b,
             const std::uint32_t* counts, const float* spread);
  void second_pairs(sim::Isa isa, std::uint32_t first, float* totals);
  void keep_above(sim::Isa isa, std::uint32_t limit);

  // One entry a cell: where it is, whose it is, how many deals it has.
  sim::Lane<std::uint32_t> lane_, slot_, counts_, entity_low_, entity_high_;
  sim::Lane<float> spread_;
  std::size_t room_, size_ = 0;
  // Work space.
  sim::Lane<std::uint32_t> chosen_a_, chosen_b_, chosen_counts_, chosen_slot_;
  sim::Lane<float> chosen_spread_, value_;
  sim::Grid<std::uint32_t> words_;
};

}  // namespace partnersim
