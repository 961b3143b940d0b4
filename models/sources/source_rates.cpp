#include "models/sources/source_rates.h"

#include <algorithm>

#include "sim/lanes/lane_list.h"

namespace partnersim {
namespace {

// p' of the header, without c. Stays within [0, 1] in float: numerator <= denominator. Odds of 0 close nothing, not
// even what is certain to close.
template <class Real>
SIM_INLINE Real closing_probability(Real p, Real odds) {
  const Real up = p * odds, all = (Real(1) - p) + up;
  return all > Real(0) ? up / all : Real(0);
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

SourceRates::SourceRates(Setup& setup, const std::string& path, Firm firm, Parameter leads, bool follows_market)
    : firm_(firm),
      follows_market_(follows_market),
      leads_(std::move(leads)),
      close_rate_(setup.parameter(path + ".close_rate")) {}

RateWork::RateWork(std::size_t sources, std::size_t lanes, bool has_further)
    : lanes_(lanes),
      keeps_parts_(has_further),
      factor_(sim::padded(lanes)),
      packed_(factor_),
      worth_(factor_),
      extra_(factor_),
      surprise_(factor_),
      ones_(factor_.size(), 1.0f),
      all_wins_(factor_),
      all_losses_(factor_) {
  sources_.reserve(sources);
}

void RateWork::add(const SourceRates& rates) {
  if (sources_.empty() || !rates.is_like(*sources_.back().plan)) ++rows_;
  keeps_parts_ |= rates.mixing_ != nullptr;
  sources_.push_back({&rates, MixingWork::of(rates.mixing_.get(), lanes_), rates.firm_,
                      static_cast<std::uint32_t>(rows_ - 1), rates.follows_market_,
                      rates.leads_.ever_changes() || rates.close_rate_.ever_changes(), false, 1, 1});
  any_dated_ |= sources_.back().dated;
}

void RateWork::begin(const State& state) {
  if (win_base_.rows() < rows_) {
    keeps_parts_ |= state.close_odds.used;
    win_base_ = lost_base_ = sim::Grid<float>(rows_, lanes_);
    lambda_ = close_ = sim::Grid<float>(keeps_parts_ ? rows_ : 1, lanes_);
    for (std::size_t s = sources_.size(); s-- > 1;) {
      if (sources_[s].row == sources_[s - 1].row)
        sources_[s - 1].sharers = sources_[s].sharers + 1;
      else if (sources_[s].sharers == 1)
        sources_[s - 1].loners = sources_[s].loners + 1;
    }
  }
  std::size_t filled = 0;  // rows
  for (std::size_t s = 0; s < sources_.size(); ++s) {
    // A counterfactual starts from what the actual pass has filled in, unless that changed on the way.
    if (sources_[s].row == filled) {
      if (state.pass == Pass::actual || sources_[s].changed) refresh(state, s);
      ++filled;
    }
    sources_[s].changed = false;
  }
}

void RateWork::refresh(const State& state, std::size_t source) {
  const Source& own = sources_[source];
  const SourceRates& plan = *own.plan;
  float *lambda = lambda_.row(part_row(own)), *close = close_.row(part_row(own));
  float *win = win_base_.row(own.row), *lost = lost_base_.row(own.row);
  plan.leads_.fill(state, lambda);
  if (plan.spread_) {
    plan.spread_->fill(state, close);
    for (std::size_t i = 0; i < state.count; ++i) lambda[i] *= close[i];
  }
  plan.close_rate_.fill(state, close);
  for (std::size_t i = 0; i < state.count; ++i) {
    win[i] = lambda[i] * close[i];
    lost[i] = lambda[i] * (1.0f - close[i]);
  }
}

// A of every lane of the block, before mixing. Copies of a partner share all of it, until a shock strikes one alone.
const float* RateWork::market(const State& state, const Source& source, float scale) {
  const float *function = state.function.row(source.firm), *leads = state.leads_of.row(source.firm);
  const Market key{source.follows_market, function, leads, scale};
  if (market_ == key) return market_row_;
  float* own = factor_.data();
  const float* a = state.leads.value.data();
  if (source.follows_market) {
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
  market_ = key;
  return market_row_ = a;
}

// A by lane; what comes beside lambda by position in the list.
const float* RateWork::factor(const State& state, Source& source, const SourceMonth& month, const sim::LaneList& list) {
  const float* a = market(state, source, static_cast<float>(month.scale));
  if (month.factor != nullptr) {
    multiply(state.isa, a, month.factor, state.count, factor_.data());
    market_.reset();
    a = factor_.data();
  }
  has_further_ = month.further != nullptr;
  has_events_ = false;
  if (!has_further_ && !source.mixing) return a;
  std::fill_n(extra_.data(), list.size(), 0.0f);
  if (source.mixing) {
    sim::compress(state.isa, a, list, packed_.data());
    has_events_ = source.mixing->apply(state, list, packed_.data(), extra_.data(), surprise_.data());
    has_further_ |= has_events_;
    sim::expand(state.isa, packed_.data(), list, factor_.data());
    market_.reset();
    a = factor_.data();
  }
  if (month.further == nullptr) return a;
  sim::compress(state.isa, month.further, list, packed_.data());
  for (std::size_t k = 0; k < list.size(); ++k) extra_[k] += month.further_factor * packed_[k];
  return a;
}

// Rates of wins and lost leads in all lanes of the block, into all_wins_ and all_losses_; `factor` is A by lane.
void RateWork::block_rates(const State& state, const Source& source, const float* factor, bool weakened) {
  float* __restrict wins = all_wins_.data(), * __restrict losses = all_losses_.data();
  const std::size_t n = sim::overrun(state.count), row = source.row;
  if (state.close_odds.used) {
    sim::on_lanes(state.isa, [=, a = factor, odds = state.close_odds.value.data(), close = close_.row(row),
                              lambda = lambda_.row(row)]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        const float closing = closing_probability(close[i], odds[i]);
        const float intensity = lambda[i] * a[i];
        wins[i] = intensity * closing;
        losses[i] = intensity * (1.0f - closing);
      }
    });
  } else {
    multiply(state.isa, win_base_.row(row), factor, n, wins);
    multiply(state.isa, lost_base_.row(row), factor, n, losses);
  }
  if (weakened) weaken_closing(state.isa, state.close_of.row(source.firm), n, wins, losses);
}

// The same by position in the list, of lost leads where somebody needs them. Shocks on closing weaken what comes beside
// lambda too: where there is any, further_rates sees to both.
void RateWork::base_rates(const State& state, const Source& source, const float* factor, bool lost_too,
                          const sim::LaneList& list, const Out& out) {
  const bool weakened = state.close_of.used(source.firm) && !has_further_;
  if (!state.close_odds.used && !weakened) {
    sim::compress_product(state.isa, win_base_.row(source.row), factor, list, out.win);
    if (lost_too) sim::compress_product(state.isa, lost_base_.row(source.row), factor, list, out.lost);
    return;
  }
  // In all lanes first: packing two rows costs less than packing what they are made of.
  block_rates(state, source, factor, weakened);
  sim::compress(state.isa, all_wins_.data(), list, out.win);
  if (lost_too) sim::compress(state.isa, all_losses_.data(), list, out.lost);
}

// Intensities beside lambda, and shocks on the probability of closing these and those.
void RateWork::further_rates(const State& state, std::size_t source, const sim::LaneList& list, const Out& out) {
  const std::size_t n = list.size();
  const Firm firm = sources_[source].firm;
  float* __restrict win = out.win;
  float* __restrict lost = out.lost;
  const float* __restrict odds = state.close_odds.value.data();  // 1 unless used
  const float* __restrict close = close_.row(sources_[source].row);
  for (std::size_t k = 0; k < n; ++k) {
    const float closing = closing_probability(close[list[k]], odds[list[k]]);
    win[k] += extra_[k] * closing;
    lost[k] += extra_[k] * (1.0f - closing);
    surprise_[k] = has_events_ ? surprise_[k] * closing : 0.0f;
  }
  if (!state.close_of.used(firm)) return;
  sim::compress(state.isa, state.close_of.row(firm), list, packed_.data());
  weaken_closing(state.isa, packed_.data(), n, win, lost);
  for (std::size_t k = 0; k < n; ++k) surprise_[k] *= packed_[k];
}

// mu carries no surprise of counts: events enter by their mean. Values are worth their mean too.
void RateWork::add_intensity(State& state, const sim::LaneList& list, double deal_mean, const float* rates) {
  const std::size_t n = sim::overrun(list.size());
  const auto mean = static_cast<float>(deal_mean);
  const float* __restrict win = rates;
  const float* __restrict surprise = surprise_.data();
  float* __restrict worth = worth_.data();
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

// A parameter of the source changes with this month.
void RateWork::look_at_dates(const State& state, std::size_t number) {
  Source& source = sources_[number];
  if (!source.dated ||
      (!source.plan->leads_.changes_in(state.month) && !source.plan->close_rate_.changes_in(state.month)))
    return;
  refresh(state, number);
  source.changed = true;
}

void RateWork::step(const State& state, std::size_t number, const SourceMonth& month, const sim::LaneList& list,
                    bool lost_too, const Out& out) {
  look_at_dates(state, number);
  Source& source = sources_[number];
  const float* a = factor(state, source, month, list);
  base_rates(state, source, a, lost_too || has_further_, list, out);
  if (has_further_) further_rates(state, number, list, out);
}

RateWork::Rows RateWork::rows(const State& state, std::size_t number, std::size_t count, const SourceMonth& month) {
  const Source& first = sources_[number];
  // Rows of their own, or one for all of them.
  const std::size_t step = first.sharers > 1 ? 0 : 1;
  const bool is_plain = !state.close_odds.used && !state.close_of.used(first.firm);
  std::size_t alike = std::min<std::size_t>(count, step == 0 ? first.sharers : first.loners);
  if (!is_plain && step != 0) alike = 1;
  if (state.function.any_used() || state.leads_of.any_used() || state.close_of.any_used()) {
    const auto joins = [&](const Source& source) {
      const auto same = [&](const FirmFactor& factor) { return factor.row(source.firm) == factor.row(first.firm); };
      return same(state.function) && same(state.leads_of) && same(state.close_of);
    };
    const auto begin = sources_.begin() + static_cast<std::ptrdiff_t>(number),
               end = begin + static_cast<std::ptrdiff_t>(alike);
    alike = static_cast<std::size_t>(std::find_if_not(begin, end, joins) - begin);
  }
  for (std::size_t k = 0; k < alike && any_dated_; ++k) look_at_dates(state, number + k);
  has_further_ = false;
  const float* a = market(state, first, static_cast<float>(month.scale));
  if (is_plain) return {win_base_.row(first.row), lost_base_.row(first.row), step * win_base_.stride(), a, alike};
  block_rates(state, first, a, state.close_of.used(first.firm));
  return {all_wins_.data(), all_losses_.data(), 0, ones_.data(), alike};
}

SourceRates::Expected SourceRates::expect(const Expectation& e, double weight, double scale, double further) const {
  const double closing = closing_probability(close_rate_.expected(e.month), e.close_odds) * e.close_of[index(firm_)];
  double a = scale;
  if (follows_market_) a *= e.leads_factor * e.function[index(firm_)] * e.leads_of[index(firm_)];
  double intensity = leads_.expected(e.month) * a;
  if (mixing_) intensity += a * mixing_->expected_event(e.month);
  return {intensity * weight + further, closing};
}

}  // namespace partnersim
