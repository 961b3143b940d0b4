#include "models/deal_values.h"

#include <array>
#include <cmath>
#include <cstring>

#include "sim/base/elementary.h"
#include "sim/lanes/compact.h"
#include "sim/rng/normal_pair.h"

namespace partnersim {
namespace {

constexpr std::array kLognormalArguments{
    sim::ArgumentSpec{.name = "mean", .range = {0.0, 1e12, true}, .doc = "mean value of a deal"},
    sim::ArgumentSpec{.name = "cv", .range = {0.0, 20.0}, .doc = "standard deviation divided by the mean"},
};
constexpr std::array kLaws{
    sim::LawSpec{.name = "lognormal", .arguments = kLognormalArguments, .doc = "right-skewed, never negative"},
};

// The values of deals `first` and `first + 1`, 0 for those the cell does not have.
SIM_INLINE float pair_value(std::uint32_t a, std::uint32_t b, std::uint32_t count, std::uint32_t first, float spread) {
  const sim::NormalPair z = sim::normal_pair(a, b, spread);
  const float v0 = sim::exp2_lane(z.first);
  const float v1 = sim::exp2_lane(z.second);
  return (count > first ? v0 : 0.0f) + (count > first + 1 ? v1 : 0.0f);
}

}  // namespace

std::span<const sim::LawSpec> deal_value_laws() { return kLaws; }

DealValues::DealValues(const sim::Law& law) {
  if (law.is_constant()) {
    mean_ = law.number("value");
    scale_ = static_cast<float>(mean_);
    return;
  }
  // Lognormal by mean m and coefficient of variation c: sigma^2 = ln(1 + c^2), median m / sqrt(1 + c^2).
  kind_ = Kind::lognormal;
  mean_ = law.number("mean");
  const double cv = law.number("cv");
  scale_ = static_cast<float>(mean_ / std::sqrt(1.0 + cv * cv));
  log2_spread_ = static_cast<float>(std::sqrt(sim::math::log1p(cv * cv)) * 1.44269504088896340736);
}

DealValues::Scratch::Scratch(std::size_t lanes)
    : position(sim::padded(lanes)),
      lane(sim::padded(lanes)),
      counts(sim::padded(lanes)),
      chosen(sim::padded(lanes)),
      sums(sim::padded(lanes)),
      second(sim::padded(lanes)),
      words(4, lanes) {}

void DealValues::sum(sim::Isa isa, const sim::Philox& philox, const sim::Address& address,
                     std::uint32_t first_replication, const Cells& cells, Scratch& scratch, float* sums) const {
  if (kind_ == Kind::lognormal) return sum_lognormal(isa, philox, address, first_replication, cells, scratch, sums);
  const std::uint32_t* __restrict counts = cells.counts;
  float* __restrict out = sums;
  const float value = scale_;
  const std::size_t n = cells.count;
  sim::on_lanes(isa, [=]() SIM_LANES {
    SIM_INDEPENDENT
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<float>(static_cast<std::int32_t>(counts[i])) * value;
  });
}

// Deals `first` and `first + 1` of those open cells that have them, from words 2 and 3 of their call.
void DealValues::add_second_pairs(sim::Isa isa, std::size_t open, std::uint32_t first, Scratch& s) const {
  const std::size_t n = sim::positions_above(isa, s.counts.data(), open, first, s.chosen.data());
  // Words 0 and 1 and the list of lanes have been used up: their space takes the gathered values.
  sim::gather(isa, s.words.row(2), s.chosen.data(), n, s.words.row(0));
  sim::gather(isa, s.words.row(3), s.chosen.data(), n, s.words.row(1));
  sim::gather(isa, s.counts.data(), s.chosen.data(), n, s.lane.data());
  const std::uint32_t* __restrict a = s.words.row(0);
  const std::uint32_t* __restrict b = s.words.row(1);
  const std::uint32_t* __restrict counts = s.lane.data();
  float* __restrict value = s.second.data();
  const float spread = log2_spread_;
  sim::on_lanes(isa, [=]() SIM_LANES {
    SIM_INDEPENDENT
    for (std::size_t k = 0; k < n; ++k) value[k] = pair_value(a[k], b[k], counts[k], first, spread);
  });
  for (std::size_t k = 0; k < n; ++k) s.sums[s.chosen[k]] += value[k];
}

void DealValues::sum_lognormal(sim::Isa isa, const sim::Philox& philox, const sim::Address& address,
                               std::uint32_t first_replication, const Cells& cells, Scratch& s, float* sums) const {
  const float spread = log2_spread_;
  const float scale = scale_;
  const std::size_t n = cells.count;
  {
    const std::uint32_t* __restrict a = cells.words[2];
    const std::uint32_t* __restrict b = cells.words[3];
    const std::uint32_t* __restrict counts = cells.counts;
    float* __restrict out = sums;
    sim::on_lanes(isa, [=]() SIM_LANES {
      SIM_INDEPENDENT
      for (std::size_t i = 0; i < n; ++i) out[i] = pair_value(a[i], b[i], counts[i], 0, spread);
    });
  }
  // Call c >= 1 brings words 4c … 4c+3: deals 4c-2 … 4c+1. Only cells with that many deals ask for it,
  // and its second pair is worked out only where it is needed.
  for (std::uint32_t call = 1;; ++call) {
    const std::uint32_t first = 4 * call - 2;
    const std::size_t open = sim::positions_above(isa, cells.counts, n, first, s.position.data());
    if (open == 0) break;
    const std::uint32_t* const position = s.position.data();
    float* __restrict partial = s.sums.data();
    sim::gather(isa, cells.lane, position, open, s.lane.data());
    sim::gather(isa, cells.counts, position, open, s.counts.data());
    sim::gather(isa, sums, position, open, partial);
    const sim::Philox::Words words{{s.words.row(0), s.words.row(1), s.words.row(2), s.words.row(3)}};
    philox.words(isa, {s.lane.data(), open, first_replication}, address.at_call(call), words);
    const std::uint32_t* __restrict counts = s.counts.data();
    sim::on_lanes(isa, [=]() SIM_LANES {
      const std::uint32_t* __restrict w0 = words.out[0];
      const std::uint32_t* __restrict w1 = words.out[1];
      SIM_INDEPENDENT
      for (std::size_t k = 0; k < open; ++k) partial[k] += pair_value(w0[k], w1[k], counts[k], first, spread);
    });
    add_second_pairs(isa, open, first + 2, s);
    sim::scatter(isa, partial, position, open, sums);
  }
  sim::on_lanes(isa, [=]() SIM_LANES {
    SIM_INDEPENDENT
    for (std::size_t i = 0; i < n; ++i) sums[i] *= scale;
  });
}

}  // namespace partnersim
