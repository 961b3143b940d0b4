#include "models/source_sampler.h"

#include <algorithm>

#include "models/streams.h"
#include "sim/lanes/compact.h"
#include "sim/rng/poisson.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kWinAttempts = sim::kFirstAttempt;
constexpr std::uint32_t kLostAttempts = sim::kFirstAttempt + 0x4000;
// Wins a month up to which fewer than half of the cells have a deal, so that packing them pays.
constexpr float kRareRate = 0.7f;

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

sim::Philox::Words words_of(SamplerScratch& s) { return {{s.words.row(0), s.words.row(1), s.words.row(2), s.words.row(3)}}; }

}  // namespace

SamplerScratch::SamplerScratch(std::size_t sources, std::size_t lanes)
    : words(4, lanes),
      win_rate(sim::padded(lanes)),
      lost_rate(win_rate),
      factor(win_rate),
      odds(win_rate),
      sums(win_rate),
      extra(win_rate),
      surprise(win_rate),
      wins(sim::padded(lanes)),
      lost(wins),
      positions(wins),
      closings(wins),
      closing(lanes),
      packed(wins),
      packed_counts(wins),
      inverter(lanes),
      deals(sources * sim::padded(lanes)) {}

SourceSampler::SourceSampler(Setup& setup, const SourceAddress& where, Parameter leads, bool follows_market)
    : address_{setup.entity(where.path), where.stream, 0, 0},
      source_(where.source),
      firm_(where.firm),
      follows_market_(follows_market),
      count_leads_(setup.wants_outcome("leads")),
      leads_(std::move(leads)),
      close_rate_(setup.parameter(where.path + ".close_rate")),
      customers_(CustomerBase::of(setup, where.path)),
      lambda_(sim::padded(setup.lanes)),
      close_(lambda_),
      win_base_(lambda_),
      lost_base_(lambda_),
      expected_wins_(static_cast<std::size_t>(setup.months) + 1) {
  for (const auto& [from, law] : setup.laws(where.path + ".deal_value")) pricing_.push_back({from, DealValues(law)});
  const sim::Law& lag = setup.scenario.law(where.path + ".lag");
  if (!lag.is_constant() || lag.number("value") > 0.0)
    lag_.emplace(address_.entity, stream::kDecisionLag, WholeMonths::lag(lag, setup.months), setup.months, setup.lanes);
}

const DealValues& SourceSampler::values(int month) const {
  return in_effect(pricing_, month).values;
}

void SourceSampler::begin(const State& state) {
  // A counterfactual starts from what the actual pass has filled in, unless that changed on the way.
  if (state.pass == Pass::actual || changed_) refresh(state);
  changed_ = false;
  if (lag_) lag_->begin(state);
  if (customers_) customers_->begin(state);
}

void SourceSampler::refresh(const State& state) {
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

bool SourceSampler::draws_leads(const State& state, const Month& month) const {
  return month.referred != nullptr || (count_leads_ && state.pass != Pass::twin);
}

// A of every lane of the block, before mixing. Copies of a partner share all of it, until a shock strikes one alone.
const float* SourceSampler::market(const State& state, float scale, SamplerScratch& s) const {
  const float *function = state.function.row(firm_), *leads = state.leads_of.row(firm_);
  const SamplerScratch::Market key{follows_market_, function, leads, scale};
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
const float* SourceSampler::factor(const State& state, const Month& month, const sim::LaneList& list, SamplerScratch& s) {
  const float* a = market(state, static_cast<float>(month.scale), s);
  has_further_ = month.further != nullptr;
  has_events_ = false;
  if (!has_further_ && !mixing_) return a;
  std::fill_n(s.extra.data(), list.size(), 0.0f);
  if (mixing_) {
    sim::compress(state.isa, a, list, s.odds.data());
    has_events_ = mixing_->apply(state, list, s.odds.data(), s.extra.data(), s.surprise.data());
    has_further_ |= has_events_;
    sim::expand(state.isa, s.odds.data(), list, s.factor.data());
    s.market.reset();
    a = s.factor.data();
  }
  if (month.further == nullptr) return a;
  sim::compress(state.isa, month.further, list, s.odds.data());
  for (std::size_t k = 0; k < list.size(); ++k) s.extra[k] += month.further_factor * s.odds[k];
  return a;
}

// Rates of wins, and of lost leads where somebody needs them, by position in the list; `factor` is A by lane. Shocks on
// closing weaken what comes beside lambda too: where there is any, further_rates sees to both.
void SourceSampler::rates(const State& state, const float* factor, bool lost_too, const sim::LaneList& list, SamplerScratch& s) const {
  float *win = s.win_rate.data(), *lost = s.lost_rate.data();
  const bool weakened = state.close_of.used(firm_) && !has_further_;
  if (!state.close_odds.used && !weakened) {
    sim::compress_product(state.isa, win_base_.data(), factor, list, win);
    if (lost_too) sim::compress_product(state.isa, lost_base_.data(), factor, list, lost);
    return;
  }
  // In all lanes of the block first: packing two rows costs less than packing what they are made of.
  float *__restrict wins = s.sums.data(), *__restrict losses = s.odds.data();
  const std::size_t n = sim::overrun(state.count);
  if (state.close_odds.used) {
    sim::on_lanes(state.isa, [=, a = factor, odds = state.close_odds.value.data(), close = close_.data(), lambda = lambda_.data()]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        const float p = close[i];
        const float up = p * odds[i];
        const float closing = up / ((1.0f - p) + up);
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
void SourceSampler::further_rates(const State& state, const sim::LaneList& list, SamplerScratch& s) const {
  const std::size_t n = list.size();
  float* __restrict win = s.win_rate.data();
  float* __restrict lost = s.lost_rate.data();
  const float* __restrict odds = state.close_odds.value.data();  // 1 unless used
  const float* __restrict close = close_.data();
  for (std::size_t k = 0; k < n; ++k) {
    const float p = close[list[k]];
    const float up = p * odds[list[k]];
    const float closing = up / ((1.0f - p) + up);
    win[k] += s.extra[k] * closing;
    lost[k] += s.extra[k] * (1.0f - closing);
    s.surprise[k] = has_events_ ? s.surprise[k] * closing : 0.0f;
  }
  if (!state.close_of.used(firm_)) return;
  sim::compress(state.isa, state.close_of.row(firm_), list, s.odds.data());
  weaken_closing(state.isa, s.odds.data(), n, win, lost);
  for (std::size_t k = 0; k < n; ++k) s.surprise[k] *= s.odds[k];
}

// mu carries no surprise of counts: events enter by their mean. Values are worth their mean too.
void SourceSampler::add_intensity(State& state, const sim::LaneList& list, SamplerScratch& s) const {
  const std::size_t n = sim::overrun(list.size());
  const auto mean = static_cast<float>(values(state.month).mean());
  const float* __restrict win = s.win_rate.data();
  const float* __restrict surprise = s.surprise.data();
  float* __restrict worth = s.sums.data();
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

void SourceSampler::step(State& state, const Month& month, const sim::LaneList& list, SamplerScratch& s) {
  sim::StageTimer timer(state.profile);
  address_.month = static_cast<std::uint32_t>(state.month);
  if (leads_.changes_in(state.month) || close_rate_.changes_in(state.month)) {
    refresh(state);
    changed_ = true;
  }
  const bool lost_too = draws_leads(state, month);
  const float* a = factor(state, month, list, s);
  rates(state, a, lost_too || has_further_, list, s);
  if (has_further_) further_rates(state, list, s);
  if (state.counts_intensity) add_intensity(state, list, s);
  timer.mark("> rates");
  if (state.skips_money() && !state.counts_wins && !lost_too) return;
  const sim::Philox::Batch batch = state.batch(list);
  state.philox->words(state.isa, batch, address_, words_of(s));
  timer.mark("> words");
  const float top_rate =
      sim::poisson_counts(state.isa, {s.words.row(0), s.win_rate.data(), s.wins.data(), s.positions.data(), list.size()},
                          {state.philox, batch, address_, kWinAttempts});
  timer.mark("> wins");
  if (lost_too) {
    sim::poisson_counts(state.isa, {s.words.row(1), s.lost_rate.data(), s.lost.data(), s.positions.data(), list.size()},
                        {state.philox, batch, address_, kLostAttempts});
    count(state, month, list, s);
    timer.mark("> lost leads");
  }
  if (!lag_) {
    value(state, list, s.wins.data(), top_rate <= kRareRate, s);
    timer.mark("> totals");
    return;
  }
  lag_->add(state, list, s.wins.data());
  const std::uint32_t* due = lag_->due(state);
  s.closing.above(state.isa, due, state.count, 0);
  sim::compress(state.isa, due, s.closing, s.closings.data());
  state.philox->words(state.isa, state.batch(s.closing), address_, words_of(s));
  value(state, s.closing, s.closings.data(), false, s);
  timer.mark("> totals");
}

// Leads of the month, of the firm and of this source.
void SourceSampler::count(State& state, const Month& month, const sim::LaneList& list, SamplerScratch& s) const {
  // The rates have been used up: their space takes the counts as floats.
  float* __restrict received = s.lost_rate.data();
  const std::uint32_t* __restrict wins = s.wins.data();
  const std::uint32_t* __restrict lost = s.lost.data();
  sim::on_lanes(state.isa, [=, n = sim::overrun(list.size())]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i)
      received[i] = static_cast<float>(static_cast<std::int32_t>(wins[i])) + static_cast<float>(static_cast<std::int32_t>(lost[i]));
  });
  sim::expand_add(state.isa, received, list, state.leads_received.data());
  if (month.referred != nullptr) sim::expand(state.isa, received, list, month.referred);
}

void SourceSampler::count_closings(State& state, const sim::LaneList& list, const std::uint32_t* closings, SamplerScratch& s) const {
  if (state.counts_wins) {
    float* __restrict won = s.win_rate.data();
    const std::uint32_t* __restrict counts = closings;
    sim::on_lanes(state.isa, [=, n = sim::overrun(list.size())]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) won[i] = static_cast<float>(static_cast<std::int32_t>(counts[i]));
    });
    sim::expand_add(state.isa, won, list, state.wins.data());
  }
  if (state.closings.rows() == 0) return;
  sim::expand(state.isa, closings, list, state.closings.row(source_));
}

// The same for cells that are few, with numbers of lanes.
void SourceSampler::count_closings(State& state, const DealCells& cells) const {
  for (std::size_t k = 0; state.counts_wins && k < cells.size; ++k) state.wins[cells.lanes[k]] += static_cast<float>(cells.counts[k]);
  if (state.closings.rows() == 0) return;
  std::uint32_t* row = state.closings.row(source_);
  std::fill_n(row, state.count, 0u);
  for (std::size_t k = 0; k < cells.size; ++k) row[cells.lanes[k]] = cells.counts[k];
}

// Deals closed this month; words of call 0 of these lanes are in scratch.
void SourceSampler::value(State& state, const sim::LaneList& list, const std::uint32_t* closings, bool are_rare, SamplerScratch& s) {
  const DealValues& values = this->values(state.month);
  if (are_rare && !values.by_inversion()) return value_rare(state, list, closings, s);
  count_closings(state, list, closings, s);
  if (state.skips_money()) return;
  if (values.by_inversion())
    s.inverter.sum(state, values, address_, {list.data(), closings, list.size()}, s.words, s.sums.data());
  else
    pair_up(state, {list.data(), closings, list.size()}, s);
  sim::expand(state.isa, s.sums.data(), list, state.sales.row(source_));
}

// The same where few lanes have any: these are packed first.
void SourceSampler::value_rare(State& state, const sim::LaneList& list, const std::uint32_t* closings, SamplerScratch& s) const {
  const std::size_t open = sim::move_above(state.isa, closings, list.size(), 0,
                                           {{list.data(), s.packed.data()},
                                            {closings, s.packed_counts.data()},
                                            {s.words.row(2), s.words.row(2)},
                                            {s.words.row(3), s.words.row(3)}});
  const DealCells cells{s.packed.data(), s.packed_counts.data(), open};
  count_closings(state, cells);
  if (state.skips_money()) return;
  pair_up(state, cells, s);
  float* sales = state.sales.row(source_);
  std::fill_n(sales, state.count, 0.0f);
  for (std::size_t k = 0; k < open; ++k) sales[s.packed[k]] = s.sums[k];
}

// Sums of the first deals of cells, whose words of call 0 are in scratch; those with more wait in the queue.
void SourceSampler::pair_up(const State& state, const DealCells& cells, SamplerScratch& s) const {
  const DealValues& values = this->values(state.month);
  std::uint32_t* const words[4] = {s.words.row(0), s.words.row(1), s.words.row(2), s.words.row(3)};
  values.first_deals(state.isa, cells.counts, words, cells.size, s.sums.data());
  s.deals.add(state.isa, values, address_.entity, cells, static_cast<std::uint32_t>(source_ * state.sales.stride()));
}

void SourceSampler::finish_month(State& state, std::span<SourceSampler> sources, SamplerScratch& s) {
  s.market.reset();
  if (sources.empty() || state.skips_money()) return;
  sim::StageTimer timer(state.profile);
  s.deals.draw(state.isa, *state.philox, sources.front().address_, state.first_replication, state.sales.data());
  s.deals.clear();
  const std::size_t n = state.count;
  const float* __restrict factor = state.deal_value.value.data();
  for (SourceSampler& source : sources) {
    const float unit = source.values(state.month).unit();
    float* __restrict row = state.sales.row(source.source_);
    sim::on_lanes(state.isa, [=, priced = state.deal_value.used]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) row[i] *= unit;
      for (std::size_t i = 0; priced && i < n; ++i) row[i] *= factor[i];
    });
  }
  timer.mark("> further deals");
}

void SourceSampler::collect_fees(State& state, std::span<SourceSampler> sources) {
  if (state.skips_money()) return;
  for (SourceSampler& source : sources)
    if (source.customers_) source.customers_->step(state, state.closings.row(source.source_), state.sales.row(source.source_));
}

void SourceSampler::expect_fees(Expectation& e) {
  if (!customers_) return;
  const double fees = customers_->expect(e.month, e.closings[source_]);
  e.sales[source_] += fees;
  e.recurring += fees;
}

double SourceSampler::expect(Expectation& e, double weight, double scale, double further) {
  const double p = close_rate_.expected(e.month);
  const double up = p * e.close_odds;
  const double closing = up / (1.0 - p + up) * e.close_of[firm_];
  double a = scale;
  if (follows_market_) a *= e.leads_factor * e.function[firm_] * e.leads_of[firm_];
  double intensity = leads_.expected(e.month) * a;
  if (mixing_) intensity += a * mixing_->expected_event(e.month);
  intensity = intensity * weight + further;
  const auto now = static_cast<std::size_t>(e.month);
  expected_wins_[now] = intensity * closing;
  double closed = expected_wins_[now];
  if (lag_) {
    closed = 0.0;
    for (std::size_t s = 1; s <= now; ++s) closed += expected_wins_[s] * lag_->delay().probability(now - s);
  }
  e.wins += closed;
  e.closings[source_] = closed;
  e.leads_received += intensity;
  e.sales[source_] = closed * values(e.month).mean() * e.deal_value;
  return intensity;
}

}  // namespace partnersim
