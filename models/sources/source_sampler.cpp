#include "models/sources/source_sampler.h"

#include <algorithm>

#include "models/streams.h"
#include "sim/lanes/cells.h"
#include "sim/lanes/compact.h"
#include "sim/rng/poisson.h"

namespace partnersim {
namespace {

constexpr std::uint32_t kWinAttempts = sim::kFirstAttempt;
constexpr std::uint32_t kLostAttempts = sim::kFirstAttempt + 0x4000;
// Wins a month up to which fewer than half of the cells have a deal, so that packing them pays.
constexpr float kRareRate = 0.7f;
constexpr std::size_t kTile = 1024;      // cells
constexpr std::size_t kWideBlock = 256;  // lanes from which a source is a tile of its own

}  // namespace

Source::Source(Setup& setup, const SourceAddress& where, Parameter leads, bool follows_market)
    : address_{setup.entity(where.path), where.stream, 0, 0},
      source_(where.source),
      count_leads_(setup.wants_outcome("leads")),
      rates_(setup, where.path, where.firm, std::move(leads), follows_market),
      values_(setup.deal_values(where.path)),
      customers_(CustomerBase::of(setup, where.path)) {
  const sim::Law& lag = setup.scenario.law(where.path + ".lag");
  if (lag.is_constant() && lag.number("value") == 0.0) return;
  lag_ = std::make_unique<const Delay>(Delay{{address_.entity, stream::kDecisionLag, 0, 0},
                                             WholeMonths::lag(lag, setup.months),
                                             static_cast<std::size_t>(setup.months)});
  expected_wins_.resize(lag_->horizon + 1);
}

bool Source::moves_like(const Source& other) const {
  return rates_.moves_like(other.rates_) && lag_ == nullptr && other.lag_ == nullptr && source_ + 1 == other.source_ &&
         !values_.ever_changes() && !other.values_.ever_changes() && values_.in(1).is_like(other.values_.in(1));
}

double Source::expect(Expectation& e, double weight, double scale, double further) {
  const auto [intensity, closing] = rates_.expect(e, weight, scale, further);
  double closed = intensity * closing;
  if (lag_) {
    const auto now = static_cast<std::size_t>(e.month);
    expected_wins_[now] = closed;
    closed = 0.0;
    for (std::size_t s = 1; s <= now; ++s) closed += expected_wins_[s] * lag_->law.probability(now - s);
  }
  e.wins += closed;
  e.closings[source_] = closed;
  e.leads_received += intensity;
  e.sales[source_] = closed * values_.in(e.month).mean() * e.deal_value;
  return intensity;
}

void Source::expect_fees(Expectation& e) {
  if (!customers_) return;
  const double fees = customers_->expect(e.month, e.closings[source_]);
  e.sales[source_] += fees;
  e.recurring += fees;
}

SourceSampler::SourceSampler(const std::vector<Source>& sources, std::size_t lanes, bool has_further)
    : sources_(sources),
      rates_(sources.size(), lanes, has_further),
      win_(kTile + 2 * sim::padded(lanes)),
      lost_(win_),
      lane_(win_.size()),
      owner_(lane_),
      low_(lane_),
      high_(lane_),
      words_(4, lane_.size()),
      sums_(win_),
      wins_(lane_),
      lost_leads_(lane_),
      positions_(lane_),
      closings_(sim::padded(lanes)),
      closing_(lanes),
      closing_words_(4, lanes),
      packed_(lane_),
      packed_counts_(lane_),
      packed_owner_(lane_),
      packed_a_(lane_),
      packed_b_(lane_),
      deals_(lane_.size()) {
  hot_.reserve(sources.size());
  entities_.reserve(sources.size());
  owners_.reserve(sources.size());
  for (const Source& source : sources) {
    count_leads_ = source.count_leads_;
    any_dated_ |= source.values_.ever_changes();
    stream_ = source.address_.process;
    hot_.push_back({static_cast<std::uint32_t>(source.source_), source.lag_ != nullptr});
    entities_.push_back(source.address_.entity);
    owners_.push_back({source.address_.entity, static_cast<std::uint32_t>(source.source_ * sim::padded(lanes))});
    rates_.add(source.rates_);
    deals_.add_source(source.source_);
    lags_.push_back(source.lag_ ? std::make_unique<Schedule>(*source.lag_, lanes) : nullptr);
    customers_.push_back(source.customers_ ? std::make_unique<CustomerWork>(*source.customers_, lanes) : nullptr);
  }
}

void SourceSampler::begin(const State& state) {
  rates_.begin(state);
  for (const auto& lag : lags_)
    if (lag) lag->begin(state);
  for (const auto& customers : customers_)
    if (customers) customers->begin(state);
}

void SourceSampler::step(State& state, std::size_t source, const SourceMonth& month,
                         std::span<const sim::LaneList> lists, float* leads) {
  if (state.month != month_) open_month(state);
  const bool lost_too = leads != nullptr || (count_leads_ && state.pass != Pass::twin);
  if (lost_too != lost_too_) draw_tile(state);
  lost_too_ = lost_too;
  tiled_ = state.count < kWideBlock;
  if (tiled_ && lists.size() > 1 && !state.counts_intensity)
    step_together(state, month, {source, size_, lists, leads});
  else
    for (std::size_t k = 0; k < lists.size(); ++k)
      step_alone(state, month, {source + k, size_, lists.subspan(k, 1), leads});
}

void SourceSampler::step_alone(State& state, const SourceMonth& month, const Part& part) {
  sim::StageTimer timer(state.profile);
  const sim::LaneList& list = part.lists.front();
  const RateWork::Out out{win_.data() + size_, lost_.data() + size_};
  rates_.step(state, part.source, month, list, lost_too_, out);
  if (state.counts_intensity)
    rates_.add_intensity(state, list, sources_[part.source].values_.in(month_).mean(), out.win);
  timer.mark("> rates");
  if (state.skips_money() && !state.counts_wins && !lost_too_) return;
  if (tiled_) {
    sim::on_lanes(state.isa,
                  [=, n = sim::overrun(list.size()), from = list.data(), lane = lane_.data() + size_,
                   owner = owner_.data() + size_, low = low_.data() + size_, high = high_.data() + size_,
                   source = static_cast<std::uint32_t>(part.source), entity = entities_[part.source]]() SIM_LANES {
                    SIM_INDEPENDENT
                    for (std::size_t i = 0; i < n; ++i) {
                      lane[i] = from[i];
                      owner[i] = source;
                      low[i] = static_cast<std::uint32_t>(entity);
                      high[i] = static_cast<std::uint32_t>(entity >> 32);
                    }
                  });
  }
  parts_.push_back(part);
  size_ += list.size();
  if (!tiled_ || size_ >= kTile) draw_tile(state);
}

// As many as have rates that can be told alike, of these as many as a tile has room for; then those left.
void SourceSampler::step_together(State& state, const SourceMonth& month, Part part) {
  for (std::size_t k = 0, alike = 0; k < part.lists.size(); k += alike) {
    sim::StageTimer rates_timer(state.profile);
    const RateWork::Rows rates = rates_.rows(state, part.source + k, part.lists.size() - k, month);
    rates_timer.mark("> rates");
    alike = rates.sources;
    for (std::size_t done = 0, taken = 0; done < alike; done += taken) {
      sim::StageTimer timer(state.profile);
      taken = std::min(alike - done, 1 + (kTile - 1 - size_) / state.count);
      const Part own{part.source + k + done, size_, part.lists.subspan(k + done, taken), part.leads};
      const std::size_t row = done * rates.stride;
      size_ += sim::append_cells(state.isa, own.lists, static_cast<std::uint32_t>(own.source),
                                 {entities_.data() + own.source, rates.win + row,
                                  lost_too_ ? rates.lost + row : nullptr, rates.stride, rates.factor},
                                 {lane_.data() + size_, owner_.data() + size_, low_.data() + size_,
                                  high_.data() + size_, win_.data() + size_, lost_.data() + size_});
      parts_.push_back(own);
      timer.mark("> rates");
      if (size_ >= kTile) draw_tile(state);
    }
  }
}

void SourceSampler::open_month(const State& state) {
  const bool first = month_ == 0;
  month_ = state.month;
  if (!first && !any_dated_) return;
  deals_.open(state, [&](std::size_t s) -> const DealValues& { return sources_[s].values_.in(month_); });
}

sim::Address SourceSampler::address(const State& state, std::size_t source) const {
  return {entities_[source], stream_, static_cast<std::uint32_t>(state.month), 0};
}

void SourceSampler::draw_tile(State& state) {
  if (parts_.empty()) return;
  sim::StageTimer timer(state.profile);
  draw_words(state);
  timer.mark("> words");
  const sim::Philox::Entities entities{low_.data(), high_.data()};
  sim::PoissonAttempts attempts{state.philox,
                                {lanes(), size_, state.first_replication},
                                address(state, parts_.front().source),
                                kWinAttempts,
                                tiled_ ? &entities : nullptr};
  const float top_rate =
      sim::poisson_counts(state.isa, {words_.row(0), win_.data(), wins_.data(), positions_.data(), size_}, attempts);
  timer.mark("> wins");
  if (lost_too_) {
    attempts.first_attempt = kLostAttempts;
    sim::poisson_counts(state.isa, {words_.row(1), lost_.data(), lost_leads_.data(), positions_.data(), size_},
                        attempts);
    count_leads(state);
    timer.mark("> lost leads");
  }
  close_deals(state, top_rate);
  timer.mark("> totals");
  parts_.clear();
  size_ = 0;
}

// Call 0 of all cells.
void SourceSampler::draw_words(const State& state) {
  const sim::Address first = address(state, parts_.front().source);
  const sim::Philox::Batch cells{lanes(), size_, state.first_replication};
  if (tiled_)
    state.philox->words(state.isa, cells, {low_.data(), high_.data()}, first, sim::Philox::Words::in(words_));
  else
    state.philox->words(state.isa, cells, first, sim::Philox::Words::in(words_));
}

// Leads of the month, of the firm and of those sources that are asked for.
void SourceSampler::count_leads(State& state) {
  // The rates have been used up: their space takes the counts as floats.
  float* __restrict received = lost_.data();
  const std::uint32_t* __restrict wins = wins_.data();
  const std::uint32_t* __restrict lost = lost_leads_.data();
  sim::on_lanes(state.isa, [=, n = sim::overrun(size_)]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i)
      received[i] = static_cast<float>(static_cast<std::int32_t>(wins[i])) +
                    static_cast<float>(static_cast<std::int32_t>(lost[i]));
  });
  for (const Part& part : parts_) {
    sim::expand_add(state.isa, received + part.begin, part.lists, state.leads_received.data());
    if (part.leads != nullptr) sim::expand(state.isa, received + part.begin, part.lists.front(), part.leads);
  }
}

// Wins that close at once are valued in runs of sources whose deals have one law.
void SourceSampler::close_deals(State& state, float top_rate) {
  const auto same = [&](const Part& a, const Part& b) {
    return deals_.law(a.source) == deals_.law(b.source) && !hot_[a.source].has_lag && !hot_[b.source].has_lag;
  };
  for (std::size_t first = 0, last = 0; first < parts_.size(); first = last) {
    const Part& part = parts_[first];
    for (last = first + 1; last < parts_.size() && same(part, parts_[last]);) ++last;
    if (hot_[part.source].has_lag) {
      close_later(state, part);
      continue;
    }
    const std::size_t begin = part.begin, size = (last < parts_.size() ? parts_[last].begin : size_) - begin;
    const DealCells::Owner* owners = owners_.data() + (tiled_ ? 0 : part.source);
    value(state, {&part,
                  last - first,
                  {lanes() + begin, wins_.data() + begin, size, owners, tiled_ ? owner_.data() + begin : nullptr},
                  {words_.row(0) + begin, words_.row(1) + begin, words_.row(2) + begin, words_.row(3) + begin},
                  top_rate <= kRareRate});
  }
}

// Wins that close after a lag: what is due now is valued.
void SourceSampler::close_later(State& state, const Part& part) {
  Schedule& lag = *lags_[part.source];
  lag.add(state, part.lists.front(), wins_.data() + part.begin);
  const std::uint32_t* due = lag.due(state);
  closing_.above(state.isa, due, state.count, 0);
  sim::compress(state.isa, due, closing_, closings_.data());
  state.philox->words(state.isa, state.batch(closing_), address(state, part.source),
                      sim::Philox::Words::in(closing_words_));
  const Part closing{part.source, 0, {&closing_, 1}, nullptr};
  value(state, {&closing,
                1,
                {closing_.data(), closings_.data(), closing_.size(), &owners_[part.source], nullptr},
                {closing_words_.row(0), closing_words_.row(1), closing_words_.row(2), closing_words_.row(3)},
                false});
}

void SourceSampler::count_closings(State& state, const Closed& closed) {
  if (state.counts_wins) {
    float* __restrict won = sums_.data();
    const std::uint32_t* __restrict counts = closed.cells.counts;
    sim::on_lanes(state.isa, [=, n = sim::overrun(closed.cells.size)]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) won[i] = static_cast<float>(static_cast<std::int32_t>(counts[i]));
    });
    for (const Part& part : closed.all())
      sim::expand_add(state.isa, won + (part.begin - closed.parts->begin), part.lists, state.wins.data());
  }
  if (state.closings.rows() != 0) spread(state, closed, closed.cells.counts, state.closings);
}

// Values of the cells to the rows of their sources.
template <class T>
void SourceSampler::spread(const State& state, const Closed& closed, const T* values, sim::Grid<T>& rows) const {
  for (const Part& part : closed.all()) {
    const T* from = values + (part.begin - closed.parts->begin);
    for (std::size_t k = 0; k < part.lists.size(); from += part.lists[k++].size())
      sim::expand(state.isa, from, part.lists[k], rows.row(hot_[part.source + k].row));
  }
}

void SourceSampler::value(State& state, const Closed& closed) {
  if (closed.are_rare) return value_rare(state, closed);
  count_closings(state, closed);
  if (state.skips_money()) return;
  add_up(state, *closed.parts, closed.cells, closed.words);
  spread(state, closed, sums_.data(), state.sales);
}

// The same where few cells have any deals: these are packed first.
void SourceSampler::value_rare(State& state, const Closed& closed) {
  const DealCells& all = closed.cells;
  const sim::MovedRow lanes{all.lanes, packed_.data()}, counts{all.counts, packed_counts_.data()};
  const sim::MovedRow a{closed.words[2], packed_a_.data()}, b{closed.words[3], packed_b_.data()};
  const std::size_t open = all.owner == nullptr
                               ? sim::move_above(state.isa, all.counts, all.size, 0, {lanes, counts, a, b})
                               : sim::move_above(state.isa, all.counts, all.size, 0,
                                                 {lanes, counts, a, b, {all.owner, packed_owner_.data()}});
  const DealCells cells{packed_.data(), packed_counts_.data(), open, all.owners,
                        all.owner == nullptr ? nullptr : packed_owner_.data()};
  const auto slot = [&](std::size_t k) {
    return all.owners[cells.owner == nullptr ? 0 : cells.owner[k]].slot + cells.lanes[k];
  };
  for (std::size_t k = 0; state.counts_wins && k < open; ++k)
    state.wins[cells.lanes[k]] += static_cast<float>(cells.counts[k]);
  const bool priced = !state.skips_money();
  for (const Part& part : closed.all()) {
    const std::size_t row = hot_[part.source].row, rows = part.lists.size();
    if (state.closings.rows() != 0) std::fill_n(state.closings.row(row), rows * state.closings.stride(), 0u);
    if (priced) std::fill_n(state.sales.row(row), rows * state.sales.stride(), 0.0f);
  }
  if (state.closings.rows() != 0)
    for (std::size_t k = 0; k < open; ++k) state.closings.data()[slot(k)] = cells.counts[k];
  if (!priced) return;
  std::uint32_t* const words[4] = {nullptr, nullptr, packed_a_.data(), packed_b_.data()};
  add_up(state, *closed.parts, cells, words);
  for (std::size_t k = 0; k < open; ++k) state.sales.data()[slot(k)] = sums_[k];
}

void SourceSampler::add_up(State& state, const Part& part, const DealCells& cells, std::uint32_t* const words[4]) {
  deals_.sum(state, deals_.law(part.source), address(state, part.source), cells, words, sums_.data());
}

void SourceSampler::finish_month(State& state) {
  draw_tile(state);
  rates_.end_month();
  if (sources_.empty() || state.skips_money()) return;
  sim::StageTimer timer(state.profile);
  deals_.finish_month(state, address(state));
  timer.mark("> further deals");
}

void SourceSampler::collect_fees(State& state) {
  if (state.skips_money()) return;
  for (std::size_t s = 0; s < sources_.size(); ++s)
    if (customers_[s])
      customers_[s]->step(state, state.closings.row(sources_[s].source_), state.sales.row(sources_[s].source_),
                          !(state.pass == Pass::without && sources_[s].source_ == state.removed_source));
}

}  // namespace partnersim
