// Delivery (MODEL.md, section 6): at most K deals a month are served, oldest first; then each deal still waiting is
// abandoned with a probability. Revenue is booked when served, at the value of the closing month. Deals closed in one
// month queue in random order: by word j % 4 of call j / 4 of (source, month) in the stream of delivery.
//
// Lanes without a queue whose deals fit need nothing; in the others every deal is valued for itself, from the same
// words as the sum it was part of. Coins of abandonment: word j % 4 of call j / 4 for the j-th waiting deal, entity
// "firm.delivery". Oracle, all waiting abandoned: E min(N, K) = lambda F(K-2) + K (1 - F(K-1)).
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "models/deal_values.h"
#include "models/setup.h"
#include "models/source_parameters.h"
#include "models/streams.h"
#include "sim/lanes/compact.h"
#include "sim/lanes/lane_list.h"
#include "sim/lanes/ranks.h"

namespace partnersim {
namespace {

const std::array kParameters{
    without_default(drawn_spec("firm.capacity", "deals a month", {0, 1e9}, "most deals served in a month; none: all of them")),
    sim::ParameterSpec{.path = "firm.abandonment", .unit = "1 a month", .range = {0, 1}, .fallback = 0.0,
                       .doc = "probability that a deal still waiting is abandoned, each month", .source = "neutral", .needs = "firm.capacity"},
};

class Delivery final : public Process {
 public:
  explicit Delivery(Setup& setup)
      : capacity_(setup.parameter("firm.capacity")),
        abandonment_(setup.scenario.number("firm.abandonment")),
        entity_(setup.entity("firm.delivery")),
        capacity_of_(sim::padded(setup.lanes)),
        room_(sim::padded(setup.lanes)),
        busy_(sim::padded(setup.lanes)),
        busy_lanes_(setup.lanes),
        cells_(setup.lanes),
        counts_(busy_),
        first_(busy_),
        open_(busy_),
        open_lanes_(busy_),
        open_counts_(busy_),
        values_(sim::padded(setup.lanes)),
        words_(4, setup.lanes),
        newcomers_(setup.lanes),
        queues_(setup.lanes),
        abandoned_(sim::padded(setup.lanes)),
        waiting_(abandoned_) {
    setup.needs_closings = true;
    const auto add = [&](const std::string& path, std::uint32_t stream) {
      sources_.push_back({{setup.entity(path), stream, 0, 0}, {}});
      for (const auto& [from, law] : setup.laws(path + ".deal_value")) sources_.back().pricing.push_back({from, DealValues(law)});
    };
    if (setup.has_direct) add("firm.direct", stream::kDirectBusiness);
    for (const Partner& partner : setup.partners) add(partner.path, stream::kReferralFlow);
    for (const std::string& id : setup.channels) add("acquisition." + id, stream::kAcquisition);
    waiting_column_ = setup.outcome({"deals_waiting_end", "1", "Deals waiting at the end", "Deals closed but neither served nor abandoned at the end, or when the firm stopped.", true});
    abandoned_column_ = setup.outcome({"deals_abandoned", "1", "Deals abandoned", "Deals closed that were abandoned while waiting.", true});
  }

  void begin(State& state) override {
    state.counts_wins = true;
    for (auto& queue : queues_) queue.clear();
    std::fill(abandoned_.begin(), abandoned_.end(), 0.0f);
    std::fill(waiting_.begin(), waiting_.end(), 0.0f);
    capacity_.fill(state, capacity_of_.data());
  }

  void step(State& state, int) override {
    if (state.skips_money()) return;
    if (capacity_.changes_in(state.month)) capacity_.fill(state, capacity_of_.data());
    for (std::size_t i = 0; i < state.count; ++i) {
      // A hundred-thousandth above the product keeps 10 * (1 - 0.4) from serving five.
      room_[i] = std::floor(static_cast<double>(capacity_of_[i]) * static_cast<double>(state.capacity.value[i]) + 1e-5);
      busy_[i] = !queues_[i].empty() || static_cast<double>(state.wins[i]) > room_[i] ? 1u : 0u;
      if (state.stopped_in[i] == 0) waiting_[i] = 0.0f;
    }
    busy_lanes_.above(state.isa, busy_.data(), state.count, 0);
    if (busy_lanes_.empty()) return;
    newcomers_.clear(busy_lanes_, state.wins.data());
    for (std::uint32_t s = 0; s < sources_.size(); ++s) receive(state, s);
    for (const std::uint32_t i : busy_lanes_) {
      enqueue(state.isa, i);
      serve(state, i, static_cast<std::size_t>(std::min(room_[i], 1e9)));
      if (abandonment_ > 0.0) abandon(state, i);
      if (state.stopped_in[i] == 0) waiting_[i] = static_cast<float>(queues_[i].size());
    }
  }

  void finish(State& state) override {
    state.write(abandoned_column_, abandoned_.data());
    state.write(waiting_column_, waiting_.data());
  }

  void expect_begin(Expectation& e) override {
    expected_.clear();
    e.values.outcomes["deals_abandoned"] = 0.0;
  }

  // Cohorts as fluids, oldest first.
  void expect(Expectation& e, int) override {
    double all = 0.0;
    for (const double n : e.closings) all += n;
    expected_.push_back({all, e.sales});
    std::fill(e.sales.begin(), e.sales.end(), 0.0);
    double room = std::floor(capacity_.expected(e.month) * e.capacity + 1e-5);
    for (Cohort& cohort : expected_) {
      const double share = cohort.deals <= room ? 1.0 : room / cohort.deals;
      room -= share * cohort.deals;
      for (std::size_t s = 0; s < e.sales.size(); ++s) e.sales[s] += share * cohort.sales[s];
      e.values.outcomes["deals_abandoned"] += (1.0 - share) * cohort.deals * abandonment_;
      shrink(cohort, (1.0 - share) * (1.0 - abandonment_));
    }
    while (!expected_.empty() && expected_.front().deals == 0.0) expected_.pop_front();
  }

  void expect_finish(Expectation& e) override {
    double waiting = 0.0;
    for (const Cohort& cohort : expected_) waiting += cohort.deals;
    e.values.outcomes["deals_waiting_end"] = waiting;
  }

 private:
  struct Pricing {
    int from;
    DealValues values;
  };
  struct Source {
    sim::Address address;
    std::vector<Pricing> pricing;
  };
  struct Deal {
    float value;
    std::uint32_t source;
  };
  // The deals a month brought, lane by lane, in each in the order of sources.
  struct Newcomers {
    explicit Newcomers(std::size_t lanes) : begin(sim::padded(lanes)), end(begin) {}

    // Room for what each lane of the list will bring.
    void clear(const sim::LaneList& lanes, const float* counts) {
      std::size_t room = 0;
      for (const std::uint32_t i : lanes) {
        begin[i] = end[i] = static_cast<std::uint32_t>(room);
        room += static_cast<std::size_t>(counts[i]);
      }
      deals.resize(std::max(deals.size(), room));
      keys.resize(deals.size());
    }

    sim::Lane<std::uint32_t> begin, end;  // [lane], among the deals
    std::vector<Deal> deals;
    std::vector<std::uint64_t> keys;  // of a deal: its word, then its place, so that words that tie keep the order of sources
  };
  struct Cohort {
    double deals;
    std::vector<double> sales;  // [source]
  };

  static void shrink(Cohort& cohort, double factor) {
    cohort.deals *= factor;
    for (double& sales : cohort.sales) sales *= factor;
  }

  // The month's deals of a source in busy lanes become newcomers; what is served of them comes back as sales.
  void receive(State& state, std::uint32_t s) {
    const std::uint32_t* closings = state.closings.row(s);
    cells_.flagged(state.isa, busy_lanes_, closings);
    sim::compress(state.isa, closings, cells_, counts_.data());
    for (std::size_t k = 0; k < cells_.size(); ++k) {
      const std::uint32_t lane = cells_[k];
      first_[k] = newcomers_.end[lane];
      newcomers_.end[lane] += counts_[k];
      state.sales.row(s)[lane] = 0.0f;
    }
    sim::Address address = sources_[s].address;
    address.month = static_cast<std::uint32_t>(state.month);
    const DealValues& values = in_effect(sources_[s].pricing, state.month).values;
    each_deal(state, address, 2, [&](std::uint32_t j, std::size_t n) {
      values.deals(state.isa, j, words_, n, values_.data());
      for (std::size_t k = 0; k < n; ++k) {
        const std::uint32_t cell = open_[k];
        const float value = state.deal_value.used ? values_[k] * state.deal_value.value[cells_[cell]] : values_[k];
        newcomers_.deals[first_[cell] + j] = {value, s};
      }
    });
    address.process = stream::kDelivery;
    each_deal(state, address, 0, [&](std::uint32_t j, std::size_t n) {
      const std::uint32_t* word = words_.row(j % 4);
      for (std::size_t k = 0; k < n; ++k) {
        const std::uint32_t place = first_[open_[k]] + j;
        newcomers_.keys[place] = std::uint64_t{word[k]} << 32 | place;
      }
    });
  }

  // use(j, n) for deal j of the n cells that have it: in work space are their places among the cells (open_) and the words
  // of the deal's call. The first `before` words of call 0 are not for deals.
  template <class Use>
  void each_deal(const State& state, const sim::Address& address, std::uint32_t before, const Use& use) {
    for (std::uint32_t call = 0;; ++call) {
      const std::uint32_t from = call == 0 ? 0 : 4 * call - before, to = 4 * call + 4 - before;
      std::size_t open = sim::positions_above(state.isa, counts_.data(), cells_.size(), from, open_.data());
      sim::gather(state.isa, cells_.data(), open_.data(), open, open_lanes_.data());
      sim::gather(state.isa, counts_.data(), open_.data(), open, open_counts_.data());
      state.philox->words(state.isa, {open_lanes_.data(), open, state.first_replication}, address.at_call(call), sim::Philox::Words::in(words_));
      for (std::uint32_t j = from; open != 0 && j < to;) {
        use(j, open);
        open = keep_above(state.isa, open, ++j);
      }
      if (open == 0) return;
    }
  }

  std::size_t keep_above(sim::Isa isa, std::size_t open, std::uint32_t deals) {
    const auto row = [this](std::size_t k) { return sim::MovedRow{words_.row(k), words_.row(k)}; };
    return sim::move_above(isa, open_counts_.data(), open, deals,
                           {row(0), row(1), row(2), row(3), {open_.data(), open_.data()}, {open_counts_.data(), open_counts_.data()}});
  }

  void enqueue(sim::Isa isa, std::size_t lane) {
    const Newcomers& month = newcomers_;
    const std::size_t begin = month.begin[lane], count = month.end[lane] - begin;
    auto& queue = queues_[lane];
    const std::size_t waiting = queue.size();
    ranks_.resize(std::max(ranks_.size(), count));
    sim::ranks(isa, month.keys.data() + begin, count, ranks_.data());
    queue.resize(waiting + count);
    for (std::size_t k = 0; k < count; ++k) queue[waiting + ranks_[k]] = month.deals[begin + k];
  }

  void serve(State& state, std::size_t lane, std::size_t room) {
    auto& queue = queues_[lane];
    const std::size_t served = std::min(room, queue.size());
    for (std::size_t k = 0; k < served; ++k) state.sales.row(queue[k].source)[lane] += queue[k].value;
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(served));
  }

  void abandon(const State& state, std::size_t lane) {
    auto& queue = queues_[lane];
    const std::uint32_t threshold = sim::threshold(abandonment_);
    std::array<std::uint32_t, 4> words{};
    std::size_t kept = 0;
    for (std::size_t j = 0; j < queue.size(); ++j) {
      if (j % 4 == 0)
        words = state.philox->words(state.first_replication + static_cast<std::uint32_t>(lane),
                                    {entity_, stream::kDelivery, static_cast<std::uint32_t>(state.month), static_cast<std::uint32_t>(j / 4)});
      if (sim::coin(words[j % 4]) < threshold) {
        if (state.stopped_in[lane] == 0) abandoned_[lane] += 1.0f;
      } else {
        queue[kept++] = queue[j];
      }
    }
    queue.resize(kept);
  }

  Parameter capacity_;
  double abandonment_;
  std::uint64_t entity_;
  std::vector<Source> sources_;
  sim::Lane<float> capacity_of_;
  sim::Lane<double> room_;          // deals served this month
  sim::Lane<std::uint32_t> busy_;   // 1 where deals wait or do not fit
  // Work space: busy lanes, those in which a source closed deals (its cells), how many, and where among the newcomers they
  // begin; of cells with deals still to be valued the places, lanes and deals.
  sim::LaneList busy_lanes_, cells_;
  sim::Lane<std::uint32_t> counts_, first_, open_, open_lanes_, open_counts_;
  sim::Lane<float> values_;
  sim::Grid<std::uint32_t> words_;
  Newcomers newcomers_;
  std::vector<std::uint32_t> ranks_;
  std::vector<std::vector<Deal>> queues_;  // [lane], oldest first
  sim::Lane<float> abandoned_, waiting_;
  int waiting_column_ = -1, abandoned_column_ = -1;
  std::deque<Cohort> expected_;
};

}  // namespace

const Entry& delivery_entry() {
  static const Entry entry{
      "delivery", stream::kDelivery, {kDelivery}, "Deals wait until there is capacity to serve them.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return setup.scenario.given("firm.capacity") && setup.sources() != 0 ? std::make_unique<Delivery>(setup) : nullptr;
      }};
  return entry;
}

}  // namespace partnersim
