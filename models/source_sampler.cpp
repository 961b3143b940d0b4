#include "models/source_sampler.h"

#include <cstring>

#include "sim/lanes/dispatch.h"
#include "sim/rng/poisson.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kWinAttempts = sim::kFirstAttempt;
constexpr std::uint32_t kLostAttempts = sim::kFirstAttempt + 0x4000;

}  // namespace

SamplerScratch::SamplerScratch(std::size_t lanes)
    : words(4, lanes),
      win_rate(sim::padded(lanes)),
      lost_rate(sim::padded(lanes)),
      sums(sim::padded(lanes)),
      wins(sim::padded(lanes)),
      lost(sim::padded(lanes)),
      positions(sim::padded(lanes)),
      deals(lanes) {}

SourceSampler::SourceSampler(Setup& setup, const std::string& path, std::uint32_t stream, std::size_t source,
                             bool count_leads)
    : address_{setup.entity(path), stream, 0, 0},
      source_(source),
      count_leads_(count_leads),
      leads_(setup.parameter(path + ".leads")),
      close_rate_(setup.parameter(path + ".close_rate")),
      values_(setup.scenario.law(path + ".deal_value")),
      lambda_(sim::padded(setup.lanes)),
      close_(lambda_),
      win_base_(lambda_),
      lost_base_(lambda_) {}

void SourceSampler::begin(const State& state) {
  leads_.fill(state, lambda_.data());
  close_rate_.fill(state, close_.data());
  for (std::size_t i = 0; i < state.count; ++i) {
    win_base_[i] = lambda_[i] * close_[i];
    lost_base_[i] = lambda_[i] * (1.0f - close_[i]);
  }
}

void SourceSampler::rates(const State& state, const std::uint32_t* list, std::size_t n, SamplerScratch& s) const {
  float* __restrict win = s.win_rate.data();
  float* __restrict lost = s.lost_rate.data();
  const float* factor = state.leads.value.data();
  if (state.close_odds.used) {
    const float* odds = state.close_odds.value.data();
    sim::on_lanes(state.isa, [&]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t lane = list[i];
        const float p = close_[lane];
        const float up = p * odds[lane];
        const float closing = up / ((1.0f - p) + up);
        const float intensity = lambda_[lane] * factor[lane];
        win[i] = intensity * closing;
        lost[i] = intensity * (1.0f - closing);
      }
    });
    return;
  }
  const float* wins = win_base_.data();
  const float* losses = lost_base_.data();
  sim::on_lanes(state.isa, [&]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i) win[i] = wins[list[i]] * factor[list[i]];
  });
  if (!count_leads_) return;
  sim::on_lanes(state.isa, [&]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i) lost[i] = losses[list[i]] * factor[list[i]];
  });
}

void SourceSampler::step(State& state, const std::uint32_t* list, std::size_t n, SamplerScratch& s) {
  sim::StageTimer timer(state.profile);
  address_.month = static_cast<std::uint32_t>(state.month);
  rates(state, list, n, s);
  timer.mark("> rates");
  const sim::Philox::Batch batch{list, n, state.first_replication};
  const sim::Philox::Words words{{s.words.row(0), s.words.row(1), s.words.row(2), s.words.row(3)}};
  state.philox->words(state.isa, batch, address_, words);
  timer.mark("> words");
  sim::poisson_counts(state.isa, {words.out[0], s.win_rate.data(), s.wins.data(), s.positions.data(), n},
                      {state.philox, batch, address_, kWinAttempts});
  timer.mark("> wins");
  if (count_leads_) {
    sim::poisson_counts(state.isa, {words.out[1], s.lost_rate.data(), s.lost.data(), s.positions.data(), n},
                        {state.philox, batch, address_, kLostAttempts});
    timer.mark("> lost leads");
  }
  const DealValues::Cells cells{list, s.wins.data(), {words.out[0], words.out[1], words.out[2], words.out[3]}, n};
  values_.sum(state.isa, *state.philox, address_, state.first_replication, cells, s.deals, s.sums.data());
  timer.mark("> deal values");
  spread(state, list, n, s);
  timer.mark("> totals");
}

void SourceSampler::spread(State& state, const std::uint32_t* list, std::size_t n, const SamplerScratch& s) {
  float* __restrict row = state.sales.row(source_);
  std::memset(row, 0, state.count * sizeof(float));
  float* __restrict wins = state.wins.data();
  float* __restrict leads = state.leads_received.data();
  const float* factor = state.deal_value.value.data();
  const bool priced = state.deal_value.used;
  sim::on_lanes(state.isa, [&]() SIM_LANES {
    // A lane stands once in a list, so the scattered additions do not meet.
#pragma GCC ivdep
    for (std::size_t i = 0; i < n; ++i) row[list[i]] = s.sums[i];
#pragma GCC ivdep
    for (std::size_t i = 0; i < n; ++i) wins[list[i]] += static_cast<float>(static_cast<std::int32_t>(s.wins[i]));
    if (priced)
      for (std::size_t l = 0; l < state.count; ++l) row[l] *= factor[l];
    if (count_leads_) {
#pragma GCC ivdep
      for (std::size_t i = 0; i < n; ++i)
        leads[list[i]] += static_cast<float>(static_cast<std::int32_t>(s.wins[i] + s.lost[i]));
    }
  });
}

void SourceSampler::expect(Expectation& e, double weight) const {
  const double intensity = weight * leads_.constant * e.leads_factor;
  const double up = close_rate_.constant * e.close_odds;
  const double closing = up / (1.0 - close_rate_.constant + up);
  const double wins = intensity * closing;
  e.wins += wins;
  e.leads_received += intensity;
  e.sales[source_] = wins * values_.mean() * e.deal_value;
}

}  // namespace partnersim
