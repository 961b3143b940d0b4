#include "models/source_sampler.h"

#include <algorithm>

#include "sim/lanes/compact.h"
#include "sim/rng/poisson.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kWinAttempts = sim::kFirstAttempt;
constexpr std::uint32_t kLostAttempts = sim::kFirstAttempt + 0x4000;

}  // namespace

SamplerScratch::SamplerScratch(std::size_t sources, std::size_t lanes)
    : words(4, lanes),
      win_rate(sim::padded(lanes)),
      lost_rate(sim::padded(lanes)),
      factor(sim::padded(lanes)),
      odds(sim::padded(lanes)),
      sums(sim::padded(lanes)),
      wins(sim::padded(lanes)),
      lost(sim::padded(lanes)),
      positions(sim::padded(lanes)),
      deals(sources * sim::padded(lanes)) {}

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
  float* __restrict factor = s.factor.data();
  sim::gather(state.isa, state.leads.value.data(), list, n, factor);
  if (!state.close_odds.used) {
    sim::gather(state.isa, win_base_.data(), list, n, win);
    if (count_leads_) sim::gather(state.isa, lost_base_.data(), list, n, lost);
    const bool both = count_leads_;
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) win[i] *= factor[i];
      for (std::size_t i = 0; both && i < n; ++i) lost[i] *= factor[i];
    });
    return;
  }
  float* __restrict odds = s.odds.data();
  sim::gather(state.isa, state.close_odds.value.data(), list, n, odds);
  sim::gather(state.isa, close_.data(), list, n, win);
  sim::gather(state.isa, lambda_.data(), list, n, lost);
  sim::on_lanes(state.isa, [=]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i) {
      const float p = win[i];
      const float up = p * odds[i];
      const float closing = up / ((1.0f - p) + up);
      const float intensity = lost[i] * factor[i];
      win[i] = intensity * closing;
      lost[i] = intensity * (1.0f - closing);
    }
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
  values_.first_deals(state.isa, s.wins.data(), words.out, n, s.sums.data());
  s.deals.add(state.isa, values_, address_.entity, list, s.wins.data(), n,
              static_cast<std::uint32_t>(source_ * state.sales.stride()));
  timer.mark("> deal values");
  book(state, list, n, s);
  timer.mark("> totals");
}

void SourceSampler::book(State& state, const std::uint32_t* list, std::size_t n, SamplerScratch& s) const {
  float* __restrict row = state.sales.row(source_);
  const std::size_t all = state.count;
  std::fill_n(row, all, 0.0f);
  sim::scatter(state.isa, s.sums.data(), list, n, row);
  if (!state.counts_wins && !count_leads_) return;
  // The rates have been used up: their space takes the counts as floats.
  float* __restrict won = s.win_rate.data();
  float* __restrict received = s.lost_rate.data();
  const std::uint32_t* __restrict wins = s.wins.data();
  const std::uint32_t* __restrict lost = s.lost.data();
  sim::on_lanes(state.isa, [=, count_leads = count_leads_]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i) won[i] = static_cast<float>(static_cast<std::int32_t>(wins[i]));
    for (std::size_t i = 0; count_leads && i < n; ++i)
      received[i] = won[i] + static_cast<float>(static_cast<std::int32_t>(lost[i]));
  });
  sim::scatter_add(state.isa, won, list, n, state.wins.data());
  if (count_leads_) sim::scatter_add(state.isa, received, list, n, state.leads_received.data());
}

void SourceSampler::finish_month(State& state, std::span<SourceSampler> sources, SamplerScratch& s) {
  if (sources.empty()) return;
  sim::StageTimer timer(state.profile);
  s.deals.draw(state.isa, *state.philox, sources.front().address_, state.first_replication, state.sales.data());
  s.deals.clear();
  const std::size_t n = state.count;
  const float* __restrict factor = state.deal_value.value.data();
  for (const SourceSampler& source : sources) {
    const float unit = source.values_.unit();
    float* __restrict row = state.sales.row(source.source_);
    sim::on_lanes(state.isa, [=, priced = state.deal_value.used]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) row[i] *= unit;
      for (std::size_t i = 0; priced && i < n; ++i) row[i] *= factor[i];
    });
  }
  timer.mark("> further deals");
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
