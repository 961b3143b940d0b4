#include "models/sources/source_sampler.h"

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

}  // namespace

SamplerScratch::SamplerScratch(std::size_t sources, std::size_t lanes)
    : rates(lanes),
      words(4, lanes),
      sums(sim::padded(lanes)),
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
      count_leads_(setup.wants_outcome("leads")),
      rates_(setup, where.path, where.firm, std::move(leads), follows_market),
      values_(DealValues::by_date(setup.laws(where.path + ".deal_value"))),
      customers_(CustomerBase::of(setup, where.path)),
      expected_wins_(static_cast<std::size_t>(setup.months) + 1) {
  const sim::Law& lag = setup.scenario.law(where.path + ".lag");
  if (!lag.is_constant() || lag.number("value") > 0.0)
    lag_.emplace(address_.entity, stream::kDecisionLag, WholeMonths::lag(lag, setup.months), setup.months, setup.lanes);
}

void SourceSampler::begin(const State& state) {
  rates_.begin(state);
  if (lag_) lag_->begin(state);
  if (customers_) customers_->begin(state);
}

void SourceSampler::step(State& state, const SourceMonth& month, const sim::LaneList& list, SamplerScratch& s,
                         float* leads) {
  sim::StageTimer timer(state.profile);
  address_.month = static_cast<std::uint32_t>(state.month);
  const bool lost_too = leads != nullptr || (count_leads_ && state.pass != Pass::twin);
  rates_.step(state, month, list, lost_too, s.rates);
  if (state.counts_intensity) rates_.add_intensity(state, list, values_.in(state.month).mean(), s.rates);
  timer.mark("> rates");
  if (state.skips_money() && !state.counts_wins && !lost_too) return;
  const sim::Philox::Batch batch = state.batch(list);
  state.philox->words(state.isa, batch, address_, sim::Philox::Words::in(s.words));
  timer.mark("> words");
  const float top_rate = sim::poisson_counts(
      state.isa, {s.words.row(0), s.rates.win.data(), s.wins.data(), s.positions.data(), list.size()},
      {state.philox, batch, address_, kWinAttempts});
  timer.mark("> wins");
  if (lost_too) {
    sim::poisson_counts(state.isa,
                        {s.words.row(1), s.rates.lost.data(), s.lost.data(), s.positions.data(), list.size()},
                        {state.philox, batch, address_, kLostAttempts});
    count(state, list, s, leads);
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
  state.philox->words(state.isa, state.batch(s.closing), address_, sim::Philox::Words::in(s.words));
  value(state, s.closing, s.closings.data(), false, s);
  timer.mark("> totals");
}

// Leads of the month, of the firm and of this source.
void SourceSampler::count(State& state, const sim::LaneList& list, SamplerScratch& s, float* leads) const {
  // The rates have been used up: their space takes the counts as floats.
  float* __restrict received = s.rates.lost.data();
  const std::uint32_t* __restrict wins = s.wins.data();
  const std::uint32_t* __restrict lost = s.lost.data();
  sim::on_lanes(state.isa, [=, n = sim::overrun(list.size())]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i)
      received[i] = static_cast<float>(static_cast<std::int32_t>(wins[i])) +
                    static_cast<float>(static_cast<std::int32_t>(lost[i]));
  });
  sim::expand_add(state.isa, received, list, state.leads_received.data());
  if (leads != nullptr) sim::expand(state.isa, received, list, leads);
}

void SourceSampler::count_closings(State& state, const sim::LaneList& list, const std::uint32_t* closings,
                                   SamplerScratch& s) const {
  if (state.counts_wins) {
    float* __restrict won = s.rates.win.data();
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
  for (std::size_t k = 0; state.counts_wins && k < cells.size; ++k)
    state.wins[cells.lanes[k]] += static_cast<float>(cells.counts[k]);
  if (state.closings.rows() == 0) return;
  std::uint32_t* row = state.closings.row(source_);
  std::fill_n(row, state.count, 0u);
  for (std::size_t k = 0; k < cells.size; ++k) row[cells.lanes[k]] = cells.counts[k];
}

// Deals closed this month; words of call 0 of these lanes are in scratch.
void SourceSampler::value(State& state, const sim::LaneList& list, const std::uint32_t* closings, bool are_rare,
                          SamplerScratch& s) {
  const DealValues& values = values_.in(state.month);
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
void SourceSampler::value_rare(State& state, const sim::LaneList& list, const std::uint32_t* closings,
                               SamplerScratch& s) const {
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
  const DealValues& values = values_.in(state.month);
  std::uint32_t* const words[4] = {s.words.row(0), s.words.row(1), s.words.row(2), s.words.row(3)};
  values.first_deals(state.isa, cells.counts, words, cells.size, s.sums.data());
  s.deals.add(state.isa, values, address_.entity, cells, static_cast<std::uint32_t>(source_ * state.sales.stride()));
}

void SourceSampler::finish_month(State& state, std::span<SourceSampler> sources, SamplerScratch& s) {
  s.rates.market.reset();
  if (sources.empty() || state.skips_money()) return;
  sim::StageTimer timer(state.profile);
  s.deals.draw(state.isa, *state.philox, sources.front().address_, state.first_replication, state.sales.data());
  s.deals.clear();
  const std::size_t n = state.count;
  const float* __restrict factor = state.deal_value.value.data();
  for (SourceSampler& source : sources) {
    const float unit = source.values_.in(state.month).unit();
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
    if (source.customers_)
      source.customers_->step(state, state.closings.row(source.source_), state.sales.row(source.source_));
}

void SourceSampler::expect_fees(Expectation& e) {
  if (!customers_) return;
  const double fees = customers_->expect(e.month, e.closings[source_]);
  e.sales[source_] += fees;
  e.recurring += fees;
}

double SourceSampler::expect(Expectation& e, double weight, double scale, double further) {
  const auto [intensity, closing] = rates_.expect(e, weight, scale, further);
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
  e.sales[source_] = closed * values_.in(e.month).mean() * e.deal_value;
  return intensity;
}

}  // namespace partnersim
