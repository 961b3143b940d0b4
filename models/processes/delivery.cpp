// Delivery (MODEL.md, section 6): at most K deals a month are served, oldest first; then each deal still waiting is
// abandoned with a probability. Revenue is booked when served, at the value of the closing month. Deals closed in one
// month queue in random order (models/sources/closed_deals.h).
//
// Lanes without a queue whose deals fit need nothing. Coins of abandonment: word j % 4 of call j / 4 for the j-th
// waiting deal, entity "firm.delivery". Oracle, all waiting abandoned: E min(N, K) = lambda F(K-2) + K (1 - F(K-1)).
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "models/scenario/source_parameters.h"
#include "models/setup.h"
#include "models/sources/closed_deals.h"
#include "models/streams.h"
#include "sim/lanes/lane_list.h"

namespace partnersim {
namespace {

// clang-format off
const std::array kParameters{
    without_default(drawn_spec("firm.capacity", "deals a month", sim::up_to(1e9),
                               "most deals served in a month; none: all of them")),
    sim::ParameterSpec{.path = "firm.abandonment", .unit = "1 a month", .range = {0, 1}, .fallback = 0.0,
                       .doc = "probability that a deal still waiting is abandoned, each month", .source = "neutral",
                       .needs = "firm.capacity", .yearly = sim::Yearly::probability},
};
// clang-format on

class Delivery final : public ProcessOf<Delivery> {
 public:
  explicit Delivery(Setup& setup)
      : capacity_(setup.parameter("firm.capacity")),
        abandonment_(setup.scenario.number("firm.abandonment")),
        entity_(setup.entity("firm.delivery")),
        laws_(deal_laws(setup)) {
    setup.need(Need::closings);
    setup.need(Need::wins);
    setup.couple();
    setup.sums.refused = "firm.capacity serves deals one by one";
    waiting_column_ =
        setup.outcome({"deals_waiting_end", "1", "Deals waiting at the end",
                       "Deals closed but neither served nor abandoned at the end, or when the firm stopped.", true});
    abandoned_column_ = setup.outcome(
        {"deals_abandoned", "1", "Deals abandoned", "Deals closed that were abandoned while waiting.", true});
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

  class Share;

 private:
  struct Cohort {
    double deals;
    std::vector<double> sales;  // [source]
  };

  static void shrink(Cohort& cohort, double factor) {
    cohort.deals *= factor;
    for (double& sales : cohort.sales) sales *= factor;
  }

  Parameter capacity_;
  double abandonment_;
  std::uint64_t entity_;
  std::vector<DealLaw> laws_;  // [source]
  int waiting_column_ = -1, abandoned_column_ = -1;
  std::deque<Cohort> expected_;
};

class Delivery::Share final : public Work {
 public:
  Share(const Delivery& plan, std::size_t lanes)
      : plan_(plan),
        capacity_of_(sim::padded(lanes)),
        room_(sim::padded(lanes)),
        busy_(sim::padded(lanes)),
        busy_lanes_(lanes),
        closed_(plan.laws_, lanes),
        queues_(lanes),
        abandoned_(sim::padded(lanes)),
        waiting_(abandoned_) {}

  void begin(State& state) override {
    for (auto& queue : queues_) queue.clear();
    std::fill(abandoned_.begin(), abandoned_.end(), 0.0f);
    std::fill(waiting_.begin(), waiting_.end(), 0.0f);
    plan_.capacity_.fill(state, capacity_of_.data());
  }

  void step(State& state, int) override {
    if (state.skips_money()) return;
    if (plan_.capacity_.changes_in(state.month)) plan_.capacity_.fill(state, capacity_of_.data());
    for (std::size_t i = 0; i < state.count; ++i) {
      // A hundred-thousandth above the product keeps 10 * (1 - 0.4) from serving five.
      room_[i] = std::floor(static_cast<double>(capacity_of_[i]) * static_cast<double>(state.capacity.value[i]) + 1e-5);
      busy_[i] = !queues_[i].empty() || static_cast<double>(state.wins[i]) > room_[i] ? 1u : 0u;
      if (state.stopped_in[i] == 0) waiting_[i] = 0.0f;
    }
    busy_lanes_.above(state.isa, busy_.data(), state.count, 0);
    if (busy_lanes_.empty()) return;
    closed_.value(state, busy_lanes_);
    for (const std::uint32_t i : busy_lanes_) {
      closed_.queue_up(state.isa, i, queues_[i]);
      serve(state, i, static_cast<std::size_t>(std::min(room_[i], 1e9)));
      if (plan_.abandonment_ > 0.0) abandon(state, i);
      if (state.stopped_in[i] == 0) waiting_[i] = static_cast<float>(queues_[i].size());
    }
  }

  void finish(State& state) override {
    state.write(plan_.abandoned_column_, abandoned_.data());
    state.write(plan_.waiting_column_, waiting_.data());
  }

  void copy_lane(const sim::LaneCopy& copy) override {
    copy(capacity_of_, abandoned_, waiting_);
    queues_[copy.to] = queues_[copy.from];
  }

 private:
  void serve(State& state, std::size_t lane, std::size_t room) {
    auto& queue = queues_[lane];
    const std::size_t served = std::min(room, queue.size());
    for (std::size_t k = 0; k < served; ++k) state.sales.row(queue[k].source)[lane] += queue[k].value;
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(served));
  }

  void abandon(const State& state, std::size_t lane) {
    auto& queue = queues_[lane];
    const std::uint32_t threshold = sim::threshold(plan_.abandonment_);
    std::array<std::uint32_t, 4> words{};
    std::size_t kept = 0;
    for (std::size_t j = 0; j < queue.size(); ++j) {
      if (j % 4 == 0)
        words = state.philox->words(state.first_replication + static_cast<std::uint32_t>(lane),
                                    {plan_.entity_, stream::kDelivery, static_cast<std::uint32_t>(state.month),
                                     static_cast<std::uint32_t>(j / 4)});
      if (sim::coin(words[j % 4]) < threshold) {
        if (state.stopped_in[lane] == 0) abandoned_[lane] += 1.0f;
      } else {
        queue[kept++] = queue[j];
      }
    }
    queue.resize(kept);
  }

  const Delivery& plan_;
  sim::Lane<float> capacity_of_;
  sim::Lane<double> room_;         // deals served this month
  sim::Lane<std::uint32_t> busy_;  // 1 where deals wait or do not fit
  sim::LaneList busy_lanes_;
  ClosedDeals closed_;
  std::vector<std::vector<ClosedDeals::Deal>> queues_;  // [lane], oldest first
  sim::Lane<float> abandoned_, waiting_;
};

}  // namespace

const Entry& delivery_entry() {
  static const Entry entry{
      .name = "delivery",
      .stream = stream::kDelivery,
      .phases = {kDelivery},
      .doc = "Deals wait until there is capacity to serve them.",
      .parameters = kParameters,
      .given = [](const Setup& setup) { return setup.scenario.given("firm.capacity") && setup.sources() != 0; },
      .make = make<Delivery>};
  return entry;
}

}  // namespace partnersim
