#include "models/sources/deal_values.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "sim/base/elementary.h"
#include "sim/lanes/compact.h"
#include "sim/rng/normal_pair.h"

namespace partnersim {
namespace {

// out[i] = the values of deals `first` and `first + 1` of cell i in medians, 0 for those the cell does not have;
// spread(i) is sigma * log2(e). In stages over a few vectors: the chain of dependent operations from word to value is
// so long that a processor sees too few vectors at once to fill its units.
template <class Spread>
SIM_INLINE void pair_values(const std::uint32_t* __restrict a, const std::uint32_t* __restrict b,
                            const std::uint32_t* __restrict counts, std::uint32_t first, const Spread& spread,
                            std::size_t count, float* __restrict out) {
  alignas(sim::kCacheLine) float x[sim::kStage], y[sim::kStage];
  for (std::size_t begin = 0; begin < count; begin += sim::kStage) {
    const std::size_t n = sim::overrun(count - begin < sim::kStage ? count - begin : sim::kStage);
    for (std::size_t i = 0; i < n; ++i) x[i] = sim::normal_radius(a[begin + i], spread(begin + i));
    for (std::size_t i = 0; i < n; ++i) {
      const sim::NormalPair z = sim::normal_on_circle(x[i], b[begin + i]);
      x[i] = z.first;
      y[i] = z.second;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const float v0 = sim::exp2_lane(x[i]), v1 = sim::exp2_lane(y[i]);
      const std::uint32_t deals = counts[begin + i];
      out[begin + i] = (deals > first ? v0 : 0.0f) + (deals > first + 1 ? v1 : 0.0f);
    }
  }
}

}  // namespace

DealValues::DealValues(const sim::Law& law) {
  if (law.is_constant()) {
    mean_ = law.number("value");
    unit_ = static_cast<float>(mean_);
    return;
  }
  if (law.name == "gamma") summed_law_ = sim::SummedLaw::gamma;
  if (law.name == "lognormal" || law.name == "gamma")
    summed_cv_ = law.number("cv") <= sim::kMostSumCv ? law.number("cv") : 0.0;
  if (law.name != "lognormal") {
    quantile_ = sim::make_quantile(law, sim::support_of(kDealValues));
    mean_ = quantile_.mean();
    unit_ = 1.0f;
    by_inversion_ = true;
    return;
  }
  // Lognormal by mean m and coefficient of variation c: sigma^2 = ln(1 + c^2), median m / sqrt(1 + c^2).
  mean_ = law.number("mean");
  const double cv = law.number("cv");
  unit_ = static_cast<float>(mean_ / std::sqrt(1.0 + cv * cv));
  log2_spread_ = static_cast<float>(std::sqrt(sim::math::log1p(cv * cv)) * 1.44269504088896340736);
}

Dated<DealValues> DealValues::by_date(const std::vector<DatedLaw>& laws) {
  return {laws, [](const sim::Law& law) { return DealValues(law); }};
}

void DealValues::deals(sim::Isa isa, std::uint32_t j, const sim::Grid<std::uint32_t>& words, const Terms& terms,
                       std::size_t count, float* values) {
  const std::size_t word = (j + 2) % 4, pair = word & ~std::size_t{1};
  const std::uint32_t *a = words.row(pair), *b = words.row(pair + 1);
  const float* __restrict unit = terms.unit, * __restrict spread = terms.log2_spread;
  float* __restrict out = values;
  // The spread of constant values is 0, and 2^0 exactly 1.
  const auto each = [=](auto second) SIM_LANES {
    for (std::size_t i = 0; i < sim::overrun(count); ++i) {
      const sim::NormalPair z = sim::normal_pair(a[i], b[i], spread[i]);
      out[i] = sim::exp2_lane(second ? z.second : z.first) * unit[i];
    }
  };
  sim::on_lanes(isa,
                [=, second = word != pair]() SIM_LANES { second ? each(std::true_type{}) : each(std::false_type{}); });
}

void DealValues::first_deals(sim::Isa isa, const std::uint32_t* counts, std::uint32_t* const words[4],
                             std::size_t count, float* sums) const {
  const std::uint32_t* __restrict n = counts;
  const std::uint32_t *a = words[2], *b = words[3];
  float* __restrict out = sums;
  const float spread = log2_spread_;
  if (spread == 0.0f) {
    sim::on_lanes(isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < sim::overrun(count); ++i)
        out[i] = static_cast<float>(static_cast<std::int32_t>(n[i]));
    });
    return;
  }
  sim::on_lanes(isa, [=]() SIM_LANES {
    pair_values(
        a, b, n, 0, [=](std::size_t) SIM_LANES { return spread; }, count, out);
  });
}

DealQueue::DealQueue(std::size_t room) : room_(room), words_(4, room) {
  const std::size_t padded = sim::padded(room) + sim::kLanePadding;  // add() may write padding behind the last cell
  for (auto* lane :
       {&lane_, &slot_, &counts_, &entity_low_, &entity_high_, &chosen_a_, &chosen_b_, &chosen_counts_, &chosen_slot_})
    lane->resize(padded);
  for (auto* lane : {&spread_, &chosen_spread_, &value_}) lane->resize(padded);
}

void DealQueue::add(sim::Isa isa, const DealValues& values, const DealCells& cells) {
  if (values.log2_spread() == 0.0f) return;
  // Padding behind may be written: the arrays end in room for it.
  std::uint32_t* lane = lane_.data() + size_;
  std::uint32_t *slot = slot_.data() + size_, *low = entity_low_.data() + size_, *high = entity_high_.data() + size_;
  const sim::MovedRow lanes{cells.lanes, lane}, counts{cells.counts, counts_.data() + size_};
  const bool alone = cells.owner == nullptr;
  const std::size_t open =
      alone ? sim::move_above(isa, cells.counts, cells.size, 2, {lanes, counts})
            : sim::move_above(isa, cells.counts, cells.size, 2, {lanes, {cells.owner, slot}, counts});
  float* spread = spread_.data() + size_;
  if (alone) {
    sim::on_lanes(isa, [=, first = cells.owners[0], each = values.log2_spread()]() SIM_LANES {
      SIM_INDEPENDENT
      for (std::size_t k = 0; k < sim::overrun(open); ++k) {
        slot[k] = first.slot + lane[k];
        low[k] = static_cast<std::uint32_t>(first.entity);
        high[k] = static_cast<std::uint32_t>(first.entity >> 32);
        spread[k] = each;
      }
    });
  } else {
    for (std::size_t k = 0; k < open; ++k) {
      const DealCells::Owner& owner = cells.owners[slot[k]];
      slot[k] = owner.slot + lane[k];
      low[k] = static_cast<std::uint32_t>(owner.entity);
      high[k] = static_cast<std::uint32_t>(owner.entity >> 32);
    }
    std::fill_n(spread, open, values.log2_spread());
  }
  size_ += open;
}

void DealQueue::draw(sim::Isa isa, const sim::Philox& philox, const sim::Address& address,
                     std::uint32_t first_replication, float* totals) {
  // Call c >= 1 brings words 4c … 4c+3: deals 4c-2 … 4c+1.
  for (std::uint32_t call = 1; size_ > 0; ++call) {
    const std::uint32_t first = 4 * call - 2;
    philox.words(isa, {lane_.data(), size_, first_replication}, {entity_low_.data(), entity_high_.data()},
                 address.at_call(call), sim::Philox::Words::in(words_));
    pairs(isa, size_, first, words_.row(0), words_.row(1), counts_.data(), spread_.data());
    sim::scatter_add(isa, value_.data(), slot_.data(), size_, totals);
    second_pairs(isa, first + 2, totals);
    keep_above(isa, first + 4);
  }
}

void DealQueue::pairs(sim::Isa isa, std::size_t count, std::uint32_t first, const std::uint32_t* a,
                      const std::uint32_t* b, const std::uint32_t* counts, const float* spread) {
  float* value = value_.data();
  sim::on_lanes(isa, [=]() SIM_LANES {
    pair_values(
        a, b, counts, first, [=](std::size_t k) SIM_LANES { return spread[k]; }, count, value);
  });
}

// Words 2 and 3 of the call, only for cells that have these deals.
void DealQueue::second_pairs(sim::Isa isa, std::uint32_t first, float* totals) {
  const std::size_t n = sim::move_above(isa, counts_.data(), size_, first,
                                        {{words_.row(2), chosen_a_.data()},
                                         {words_.row(3), chosen_b_.data()},
                                         {counts_.data(), chosen_counts_.data()},
                                         {slot_.data(), chosen_slot_.data()},
                                         {spread_.data(), chosen_spread_.data()}});
  pairs(isa, n, first, chosen_a_.data(), chosen_b_.data(), chosen_counts_.data(), chosen_spread_.data());
  sim::scatter_add(isa, value_.data(), chosen_slot_.data(), n, totals);
}

void DealQueue::keep_above(sim::Isa isa, std::uint32_t limit) {
  size_ = sim::move_above(isa, counts_.data(), size_, limit,
                          {{lane_.data(), lane_.data()},
                           {slot_.data(), slot_.data()},
                           {entity_low_.data(), entity_low_.data()},
                           {entity_high_.data(), entity_high_.data()},
                           {spread_.data(), spread_.data()},
                           {counts_.data(), counts_.data()}});
}

}  // namespace partnersim
