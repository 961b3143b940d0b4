#include "models/sources/source_rates.h"

#include <algorithm>

#include "sim/lanes/lane_list.h"

namespace partnersim {
namespace {

// p' of the header, without c. Stays within [0, 1] in float: numerator <= denominator.
template <class Real>
SIM_INLINE Real closing_probability(Real p, Real odds) {
  const Real up = p * odds;
  return up / ((Real(1) - p) + up);
}

// to[i] = a[i] * b[i]; `to` may be one of them.
void multiply(sim::Isa isa, const float* a, const float* b, std::size_t n, float* to) {
  sim::on_lanes(isa, [=]() SIM_LANES {
    SIM_INDEPENDENT
    for (std::size_t i = 0; i < sim::overrun(n); ++i) to[i] = a[i] * b[i];
  });
}

// Of the customers who would have closed, those kept do; the others are lost.
void weaken_closing(sim::Isa isa, const float* kept, std::size_t n, float* win, float* lost) {
  sim::on_lanes(isa, [=]() SIM_LANES {
    SIM_INDEPENDENT
    for (std::size_t i = 0; i < sim::overrun(n); ++i) {
      const float closing = win[i] * kept[i];
      lost[i] += win[i] - closing;
      win[i] = closing;
    }
  });
}

}  // namespace

RateScratch::RateScratch(std::size_t lanes)
    : win(sim::padded(lanes)),
      lost(win),
      factor(win),
      packed(win),
      worth(win),
      extra(win),
      surprise(win),
      all_wins(win),
      all_losses(win) {}

SourceRates::SourceRates(Setup& setup, const std::string& path, std::size_t firm, Parameter leads, bool follows_market)
    : firm_(firm),
      follows_market_(follows_market),
      leads_(std::move(leads)),
      close_rate_(setup.parameter(path + ".close_rate")),
      lambda_(sim::padded(setup.lanes)),
      close_(lambda_),
      win_base_(lambda_),
      lost_base_(lambda_) {}

void SourceRates::begin(const State& state) {
  // A counterfactual starts from what the actual pass has filled in, unless that changed on the way.
  if (state.pass == Pass::actual || changed_) refresh(state);
  changed_ = false;
}

void SourceRates::refresh(const State& state) {
  leads_.fill(state, lambda_.data());
  if (spread_) {
    spread_->fill(state, close_.data());
    for (std::size_t i = 0; i < state.count; ++i) lambda_[i] *= close_[i];
  }
  close_rate_.fill(state, close_.data());
  for (std::size_t i = 0; i < state.count; ++i) {
    win_base_[i] = lambda_[i] * close_[i];
    lost_base_[i] = lambda_[i] * (1.0f - close_[i]);
  }
}

// A of every lane of the block, before mixing. Copies of a partner share all of it, until a shock strikes one alone.
const float* SourceRates::market(const State& state, float scale, RateScratch& s) const {
  const float *function = state.function.row(firm_), *leads = state.leads_of.row(firm_);
  const RateScratch::Market key{follows_market_, function, leads, scale};
  if (s.market == key) return s.market_row;
  float* own = s.factor.data();
  const float* a = state.leads.value.data();
  if (follows_market_) {
    for (const float* row : {function, leads}) {
      if (row == nullptr) continue;
      multiply(state.isa, a, row, state.count, own);
      a = own;
    }
  } else {
    std::fill_n(own, sim::overrun(state.count), 1.0f);
    a = own;
  }
  if (scale != 1.0f) {
    sim::on_lanes(state.isa, [=, n = state.count]() SIM_LANES {
      SIM_INDEPENDENT
      for (std::size_t i = 0; i < sim::overrun(n); ++i) own[i] = a[i] * scale;
    });
    a = own;
  }
  s.market = key;
  return s.market_row = a;
}

// A by lane; what comes beside lambda by position in the list.
const float* SourceRates::factor(const State& state, const SourceMonth& month, const sim::LaneList& list,
                                 RateScratch& s) {
  const float* a = market(state, static_cast<float>(month.scale), s);
  has_further_ = month.further != nullptr;
  has_events_ = false;
  if (!has_further_ && !mixing_) return a;
  std::fill_n(s.extra.data(), list.size(), 0.0f);
  if (mixing_) {
    sim::compress(state.isa, a, list, s.packed.data());
    has_events_ = mixing_->apply(state, list, s.packed.data(), s.extra.data(), s.surprise.data());
    has_further_ |= has_events_;
    sim::expand(state.isa, s.packed.data(), list, s.factor.data());
    s.market.reset();
    a = s.factor.data();
  }
  if (month.further == nullptr) return a;
  sim::compress(state.isa, month.further, list, s.packed.data());
  for (std::size_t k = 0; k < list.size(); ++k) s.extra[k] += month.further_factor * s.packed[k];
  return a;
}

// Rates of wins, and of lost leads where somebody needs them, by position in the list; `factor` is A by lane. Shocks on
// closing weaken what comes beside lambda too: where there is any, further_rates sees to both.
void SourceRates::base_rates(const State& state, const float* factor, bool lost_too, const sim::LaneList& list,
                             RateScratch& s) const {
  float *win = s.win.data(), *lost = s.lost.data();
  const bool weakened = state.close_of.used(firm_) && !has_further_;
  if (!state.close_odds.used && !weakened) {
    sim::compress_product(state.isa, win_base_.data(), factor, list, win);
    if (lost_too) sim::compress_product(state.isa, lost_base_.data(), factor, list, lost);
    return;
  }
  // In all lanes of the block first: packing two rows costs less than packing what they are made of.
  float* __restrict wins = s.all_wins.data(), * __restrict losses = s.all_losses.data();
  const std::size_t n = sim::overrun(state.count);
  if (state.close_odds.used) {
    sim::on_lanes(state.isa, [=, a = factor, odds = state.close_odds.value.data(), close = close_.data(),
                              lambda = lambda_.data()]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        const float closing = closing_probability(close[i], odds[i]);
        const float intensity = lambda[i] * a[i];
        wins[i] = intensity * closing;
        losses[i] = intensity * (1.0f - closing);
      }
    });
  } else {
    multiply(state.isa, win_base_.data(), factor, n, wins);
    multiply(state.isa, lost_base_.data(), factor, n, losses);
  }
  if (weakened) weaken_closing(state.isa, state.close_of.row(firm_), n, wins, losses);
  sim::compress(state.isa, wins, list, win);
  if (lost_too) sim::compress(state.isa, losses, list, lost);
}

// Intensities beside lambda, and shocks on the probability of closing these and those.
void SourceRates::further_rates(const State& state, const sim::LaneList& list, RateScratch& s) const {
  const std::size_t n = list.size();
  float* __restrict win = s.win.data();
  float* __restrict lost = s.lost.data();
  const float* __restrict odds = state.close_odds.value.data();  // 1 unless used
  const float* __restrict close = close_.data();
  for (std::size_t k = 0; k < n; ++k) {
    const float closing = closing_probability(close[list[k]], odds[list[k]]);
    win[k] += s.extra[k] * closing;
    lost[k] += s.extra[k] * (1.0f - closing);
    s.surprise[k] = has_events_ ? s.surprise[k] * closing : 0.0f;
  }
  if (!state.close_of.used(firm_)) return;
  sim::compress(state.isa, state.close_of.row(firm_), list, s.packed.data());
  weaken_closing(state.isa, s.packed.data(), n, win, lost);
  for (std::size_t k = 0; k < n; ++k) s.surprise[k] *= s.packed[k];
}

// mu carries no surprise of counts: events enter by their mean. Values are worth their mean too.
void SourceRates::add_intensity(State& state, const sim::LaneList& list, double deal_mean, RateScratch& s) const {
  const std::size_t n = sim::overrun(list.size());
  const auto mean = static_cast<float>(deal_mean);
  const float* __restrict win = s.win.data();
  const float* __restrict surprise = s.surprise.data();
  float* __restrict worth = s.worth.data();
  sim::on_lanes(state.isa, [=, surprises = has_further_]() SIM_LANES {
    if (surprises)
      for (std::size_t k = 0; k < n; ++k) worth[k] = (win[k] - surprise[k]) * mean;
    else
      for (std::size_t k = 0; k < n; ++k) worth[k] = win[k] * mean;
  });
  if (state.deal_value.used)
    sim::expand_add_product(state.isa, worth, state.deal_value.value.data(), list, state.intensity.data());
  else
    sim::expand_add(state.isa, worth, list, state.intensity.data());
}

void SourceRates::step(const State& state, const SourceMonth& month, const sim::LaneList& list, bool lost_too,
                       RateScratch& s) {
  if (leads_.changes_in(state.month) || close_rate_.changes_in(state.month)) {
    refresh(state);
    changed_ = true;
  }
  const float* a = factor(state, month, list, s);
  base_rates(state, a, lost_too || has_further_, list, s);
  if (has_further_) further_rates(state, list, s);
}

SourceRates::Expected SourceRates::expect(const Expectation& e, double weight, double scale, double further) const {
  const double closing = closing_probability(close_rate_.expected(e.month), e.close_odds) * e.close_of[firm_];
  double a = scale;
  if (follows_market_) a *= e.leads_factor * e.function[firm_] * e.leads_of[firm_];
  double intensity = leads_.expected(e.month) * a;
  if (mixing_) intensity += a * mixing_->expected_event(e.month);
  return {intensity * weight + further, closing};
}

}  // namespace partnersim
