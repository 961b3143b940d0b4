#include "models/sources/closed_deals.h"

#include <algorithm>

#include "models/streams.h"
#include "sim/lanes/compact.h"
#include "sim/lanes/ranks.h"

namespace partnersim {

std::vector<DealLaw> deal_laws(Setup& setup) {
  std::vector<DealLaw> laws;
  const auto add = [&](const std::string& path, std::uint32_t stream) {
    laws.push_back({{setup.entity(path), stream, 0, 0}, DealValues::by_date(setup.laws(path + ".deal_value"))});
  };
  if (setup.has_direct) add("firm.direct", stream::kDirectBusiness);
  for (const Partner& partner : setup.partners) add(partner.path, stream::kReferralFlow);
  for (const std::string& id : setup.channels) add("acquisition." + id, stream::kAcquisition);
  return laws;
}

ClosedDeals::ClosedDeals(const std::vector<DealLaw>& sources, std::size_t lanes)
    : sources_(sources),
      begin_(sim::padded(lanes)),
      end_(begin_),
      room_(4 * sim::padded(lanes)),  // assumed: from a few full vectors on, more gain nothing
      of_source_(lanes),
      lane_(room_),
      low_(lane_),
      high_(lane_),
      source_(lane_),
      counts_(lane_),
      first_(lane_),
      unit_(room_),
      log2_spread_(unit_),
      open_(lane_),
      open_lane_(lane_),
      open_low_(lane_),
      open_high_(lane_),
      open_counts_(lane_),
      open_unit_(unit_),
      open_spread_(unit_),
      value_(unit_),
      words_(4, room_) {}

void ClosedDeals::value(State& state, const sim::LaneList& lanes) {
  clear(state, lanes);
  for (std::uint32_t s = 0; s < sources_.size(); ++s) {
    of_source_.flagged(state.isa, lanes, state.closings.row(s));
    if (of_source_.empty()) continue;
    const DealValues& values = sources_[s].values.in(state.month);
    const DealValues* inverted = values.by_inversion() ? &values : nullptr;
    const bool joins = inverted == nullptr && inverted_ == nullptr && sources_[s].address.process == process_ &&
                       cells_ + of_source_.size() <= room_;
    if (cells_ != 0 && !joins) draw(state);
    inverted_ = inverted;
    process_ = sources_[s].address.process;
    add(state, s, values);
  }
  if (cells_ != 0) draw(state);
}

void ClosedDeals::queue_up(sim::Isa isa, std::uint32_t lane, std::vector<Deal>& queue) {
  const std::size_t begin = begin_[lane], count = end_[lane] - begin, waiting = queue.size();
  ranks_.resize(std::max(ranks_.size(), count));
  sim::ranks(isa, keys_.data() + begin, count, ranks_.data());
  queue.resize(waiting + count);
  for (std::size_t k = 0; k < count; ++k) queue[waiting + ranks_[k]] = deals_[begin + k];
}

// Room for what each lane closed.
void ClosedDeals::clear(const State& state, const sim::LaneList& lanes) {
  std::size_t room = 0;
  for (const std::uint32_t i : lanes) {
    begin_[i] = end_[i] = static_cast<std::uint32_t>(room);
    room += static_cast<std::size_t>(state.wins[i]);
  }
  deals_.resize(std::max(deals_.size(), room));
  keys_.resize(deals_.size());
}

void ClosedDeals::add(State& state, std::uint32_t source, const DealValues& values) {
  const std::size_t n = of_source_.size();
  std::uint32_t *lane = lane_.data() + cells_, *counts = counts_.data() + cells_, *first = first_.data() + cells_;
  const std::uint32_t* closings = state.closings.row(source);
  float* sales = state.sales.row(source);
  for (std::size_t k = 0; k < n; ++k) {
    const std::uint32_t i = of_source_[k];
    lane[k] = i;
    counts[k] = closings[i];
    first[k] = end_[i];
    end_[i] += closings[i];
    sales[i] = 0.0f;
  }
  const std::uint64_t entity = sources_[source].address.entity;
  std::fill_n(low_.data() + cells_, n, static_cast<std::uint32_t>(entity));
  std::fill_n(high_.data() + cells_, n, static_cast<std::uint32_t>(entity >> 32));
  std::fill_n(source_.data() + cells_, n, source);
  std::fill_n(unit_.data() + cells_, n, values.unit(false));
  std::fill_n(log2_spread_.data() + cells_, n, values.log2_spread());
  cells_ += n;
}

// Values and keys of all cells; none are left.
void ClosedDeals::draw(const State& state) {
  const auto month = static_cast<std::uint32_t>(state.month);
  each_deal(state, {0, process_, month, 0}, 2, [&](std::uint32_t j, std::size_t n) {
    if (inverted_ != nullptr) {
      inverted_->fill(state.isa, {words_.row((j + 2) % 4), n}, {value_.data(), n});
    } else {
      sim::gather(state.isa, unit_.data(), open_.data(), n, open_unit_.data());
      sim::gather(state.isa, log2_spread_.data(), open_.data(), n, open_spread_.data());
      DealValues::deals(state.isa, j, words_, {open_unit_.data(), open_spread_.data()}, n, value_.data());
    }
    for (std::size_t k = 0; k < n; ++k) {
      const std::uint32_t cell = open_[k];
      const float value = state.deal_value.used ? value_[k] * state.deal_value.value[lane_[cell]] : value_[k];
      deals_[first_[cell] + j] = {value, source_[cell]};
    }
  });
  each_deal(state, {0, stream::kDelivery, month, 0}, 0, [&](std::uint32_t j, std::size_t n) {
    const std::uint32_t* word = words_.row(j % 4);
    for (std::size_t k = 0; k < n; ++k) {
      const std::uint32_t place = first_[open_[k]] + j;
      keys_[place] = std::uint64_t{word[k]} << 32 | place;
    }
  });
  cells_ = 0;
}

// use(j, n) for deal j of the n cells that have it: in work space are their places among the cells and the words of the
// deal's call. The first `before` words of call 0 are not for deals.
template <class Use>
void ClosedDeals::each_deal(const State& state, const sim::Address& address, std::uint32_t before, const Use& use) {
  for (std::uint32_t call = 0;; ++call) {
    const std::uint32_t from = call == 0 ? 0 : 4 * call - before, to = 4 * call + 4 - before;
    std::size_t open = sim::positions_above(state.isa, counts_.data(), cells_, from, open_.data());
    const auto of_open = [&](const sim::Lane<std::uint32_t>& row,
                             sim::Lane<std::uint32_t>& space) -> const std::uint32_t* {
      if (open == cells_) return row.data();
      sim::gather(state.isa, row.data(), open_.data(), open, space.data());
      return space.data();
    };
    sim::gather(state.isa, counts_.data(), open_.data(), open, open_counts_.data());
    state.philox->words(state.isa, {of_open(lane_, open_lane_), open, state.first_replication},
                        {of_open(low_, open_low_), of_open(high_, open_high_)}, address.at_call(call),
                        sim::Philox::Words::in(words_));
    for (std::uint32_t j = from; open != 0 && j < to;) {
      use(j, open);
      open = keep_above(state.isa, open, ++j);
    }
    if (open == 0) return;
  }
}

std::size_t ClosedDeals::keep_above(sim::Isa isa, std::size_t open, std::uint32_t deals) {
  const auto row = [this](std::size_t k) { return sim::MovedRow{words_.row(k), words_.row(k)}; };
  return sim::move_above(
      isa, open_counts_.data(), open, deals,
      {row(0), row(1), row(2), row(3), {open_.data(), open_.data()}, {open_counts_.data(), open_counts_.data()}});
}

}  // namespace partnersim
