// Money (MODEL.md, section 6): profit, cash and running out of it. Draws nothing.
//
//   profit  = booked (1 - variable share) - commissions - fixed - partnership costs - set-up - hours wage
//             - complexity wage - paid acquisition - what shocks cost
//   cash'   = cash + profit - booked + collections + injections - draws
//
// Collections follow bookings by the payment lag of their source, its fraction split linearly over the two months
// around it, less a share that is never paid: a cost in the month in which it would have been. NPV is of the cash flow
// before injections and draws, at an annual rate: (1 + r)^(-t/12).
//
// With `cash` given, a firm whose cash is below -credit for more than `grace` months has run out: its books stop with
// that month, its partnerships end. The path of cash goes on in `funded_` as if somebody paid, so that the funding
// need, the opening cash with which a future would not have run out, is exact unless the owner draws what is above a
// level: then opening cash may be drawn before it is needed, and the need is larger.
// Oracle: burn 1 a month, income Poisson(m), absorbed after u units: rho^u, rho the smallest root of rho =
// e^(m(rho-1)).
//
// What things cost is in money_terms.h, partners' books in partner_ledger.h, the spreadsheet's in expected_cash.h.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "models/money/expected_cash.h"
#include "models/money/money_terms.h"
#include "models/money/partner_ledger.h"
#include "models/money/resolution.h"
#include "models/setup.h"
#include "models/story.h"
#include "models/streams.h"
#include "sim/base/missing.h"
#include "sim/lanes/row_sums.h"

namespace partnersim {
namespace {

class Cash final : public ProcessOf<Cash> {
 public:
  explicit Cash(Setup& setup) : terms_(setup), expected_(terms_), books_(setup, terms_) {
    add_outputs(setup);
    if (!terms_.has_cash) return;
    setup.need(Need::money);
    setup.couple();
  }

  void expect_begin(Expectation& e) override { expected_.begin(e); }

  void expect(Expectation& e, int phase) override { phase == kStop ? expected_.stop(e) : expected_.month(e); }

  class Share;

 private:
  void add_outputs(Setup& setup) {
    const std::string& money_unit = setup.currency;
    profit_column_ =
        setup.outcome({"profit", money_unit, "Profit", "Revenue less all costs, when booked, within the horizon."});
    if (setup.scenario.given("firm.discount_rate"))
      npv_column_ = setup.outcome({"npv", money_unit, "Net present value",
                                   "Cash flow before injections and draws, discounted at the annual rate."});
    sim::Column break_even{"break_even_month", "month", "Break-even month",
                           "First month at whose end all profit so far is not negative; missing when there is none.",
                           true};
    break_even.may_be_missing = true;
    break_even_column_ = setup.outcome(break_even);
    profit_series_ = setup.trajectory({"profit", money_unit, "Profit a month", "Revenue less all costs of the month.",
                                       money_resolution(setup.typical_sale, terms_.spent)});
    setup.offer_figure("profit");
    if (!terms_.has_cash) return;
    setup.offer_figure("cash");
    cash_column_ =
        setup.outcome({"cash_end", money_unit, "Cash at the end", "Cash after the last month, or when it ran out."});
    lowest_column_ = setup.outcome({"cash_min", money_unit, "Lowest cash", "Lowest cash at the end of a month."});
    need_column_ = setup.outcome({"funding_need", money_unit, "Funding need",
                                  "Opening cash with which this future would not run out, the owner drawing what was "
                                  "drawn: P95 keeps the probability of running out at 5 %.",
                                  true});
    sim::Column out{"out_of_cash", "1", "Out of cash", "1 when the firm runs out of cash: the mean is its probability.",
                    true};
    out.explains = out.yes_or_no = true;
    out_column_ = setup.outcome(out);
    sim::Column month{"out_of_cash_month", "month", "Month out of cash",
                      "Month in which the firm runs out of cash; missing when it does not."};
    month.may_be_missing = true;
    out_month_column_ = setup.outcome(month);
    cash_series_ = setup.trajectory({"cash", money_unit, "Cash", "Cash at the end of the month.",
                                     money_resolution(setup.typical_sale, terms_.at_hand)});
  }

  const MoneyTerms terms_;
  ExpectedCash expected_;
  PartnerBooks books_;
  int profit_column_ = -1, npv_column_ = -1, break_even_column_ = -1, cash_column_ = -1, lowest_column_ = -1,
      need_column_ = -1, out_column_ = -1, out_month_column_ = -1, profit_series_ = -1, cash_series_ = -1;
};

class Cash::Share final : public Work {
 public:
  Share(const Cash& plan, std::size_t lanes)
      : plan_(plan), ledger_(plan.books_, lanes), shortfalls_(plan.terms_.grace + 1, lanes) {
    for (const MoneyTerms::Payers& payers : plan.terms_.payers())
      past_bookings_.emplace_back(payers.payment.whole() + 2, lanes);
    for (auto* lane : {&booked_, &due_, &profit_now_, &flow_, &funded_, &cash_, &lowest_, &need_, &profit_, &npv_,
                       &broke_even_, &costs_})
      lane->resize(sim::padded(lanes));
    for (auto* lane : {&opening_lane_, &fixed_lane_, &variable_lane_, &below_, &upkeep_, &counts_})
      lane->resize(sim::padded(lanes));
  }

  void begin(State& state) override {
    const std::size_t n = state.count;
    plan_.terms_.opening.fill(state, opening_lane_.data());
    plan_.terms_.fixed.fill(state, fixed_lane_.data());
    plan_.terms_.variable.fill(state, variable_lane_.data());
    for (std::size_t i = 0; i < n; ++i) {
      cash_[i] = funded_[i] = static_cast<double>(opening_lane_[i]);
      lowest_[i] = std::numeric_limits<double>::infinity();
      need_[i] = -std::numeric_limits<double>::infinity();
      profit_[i] = npv_[i] = 0.0;
      broke_even_[i] = sim::kMissing;
      below_[i] = 0.0f;
      state.stopped_in[i] = 0;
    }
    for (auto& past : past_bookings_) past.fill(0.0);
    ledger_.begin();
    state.stopped_count = 0;
    if (plan_.terms_.has_cash) state.running["cash"] = &cash_;
    state.running["profit"] = &profit_;
  }

  void step(State& state, int phase) override {
    if (state.skips_money()) return;
    if (phase == kStop) return stop(state);
    if (plan_.terms_.fixed.changes_in(state.month)) plan_.terms_.fixed.fill(state, fixed_lane_.data());
    if (plan_.terms_.variable.changes_in(state.month)) plan_.terms_.variable.fill(state, variable_lane_.data());
    add_up(state);
    settle(state);
    if (plan_.terms_.has_cash) watch(state);
  }

  void tell(const State& state, int phase, Story& story) override {
    if (phase != kStop || static_cast<int>(state.stopped_in[0]) != state.month) return;
    story.tell(state, "stopped", "the firm", "out of cash",
               fmt::format("the firm runs out of cash at {} and stops", story.money(cash_[0])), cash_[0],
               story.setup.currency);
  }

  void finish(State& state) override {
    const std::size_t n = state.count;
    state.write(plan_.profit_column_, profit_.data());
    state.write(plan_.npv_column_, npv_.data());
    state.write(plan_.break_even_column_, broke_even_.data());
    state.write(plan_.cash_column_, cash_.data());
    state.write(plan_.lowest_column_, lowest_.data());
    if (plan_.terms_.has_cash) {
      for (std::size_t i = 0; i < n; ++i) flow_[i] = std::max(0.0, static_cast<double>(opening_lane_[i]) + need_[i]);
      state.write(plan_.need_column_, flow_.data());
      for (std::size_t i = 0; i < n; ++i) flow_[i] = state.stopped_in[i] != 0 ? 1.0 : 0.0;
      state.write(plan_.out_column_, flow_.data());
      for (std::size_t i = 0; i < n; ++i)
        flow_[i] = state.stopped_in[i] != 0 ? static_cast<double>(state.stopped_in[i]) : sim::kMissing;
      state.write(plan_.out_month_column_, flow_.data());
    }
    ledger_.finish(state);
  }

  void copy_lane(const sim::LaneCopy& copy) override {
    copy(opening_lane_, fixed_lane_, variable_lane_, past_bookings_, funded_, cash_, lowest_, shortfalls_, below_,
         need_, profit_, npv_, broke_even_, ledger_);
  }

 private:
  // Bookings and profit of the month.
  void add_up(State& state) {
    const std::size_t n = state.count;
    sim::sum_rows(state.isa, state.sales, n, booked_.data());
    std::fill_n(costs_.data(), n, 0.0);
    std::fill_n(upkeep_.data(), n, 0.0f);
    for (std::size_t p = 0; p < plan_.terms_.partners(); ++p) add_partner(state, p);
    if (const Complexity& complexity = plan_.terms_.complexity; complexity.any())
      complexity.add(state, plan_.terms_.wage(state.month), counts_.data(), upkeep_.data());
    const double spend = plan_.terms_.spend(state.month);
    const double* __restrict booked = booked_.data();
    const double* __restrict costs = costs_.data();
    const float* __restrict upkeep = upkeep_.data();
    const float* __restrict fixed = fixed_lane_.data();
    const float* __restrict variable = variable_lane_.data();
    double* __restrict profit = profit_now_.data();
    const double* __restrict shocks = state.has_shock_costs ? state.shock_costs.data() : nullptr;
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i)
        profit[i] = booked[i] * (1.0 - static_cast<double>(variable[i])) - costs[i] - static_cast<double>(upkeep[i]) -
                    (static_cast<double>(fixed[i]) + spend);
      for (std::size_t i = 0; shocks != nullptr && i < n; ++i) profit[i] -= shocks[i];
    });
  }

  static void add_lane(const State& state, const float* from, double factor, double* to) {
    const float* __restrict values = from;
    double* __restrict sums = to;
    const std::size_t n = state.count;
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) sums[i] += factor * static_cast<double>(values[i]);
    });
  }

  // Commission on what was booked, and what a working partnership costs.
  void add_partner(State& state, std::size_t p) {
    const double commission = plan_.terms_.commission(p, state.month), upkeep = plan_.terms_.upkeep(p, state.month);
    const float* sales = state.sales.row(plan_.terms_.source(p));
    if (commission != 0.0) add_lane(state, sales, commission, costs_.data());
    if (upkeep != 0.0)
      sim::add_to(state.isa, static_cast<float>(upkeep), state.lives.working(Setup::link_of(p)), upkeep_.data());
    ledger_.add(state, p,
                {sales, variable_lane_.data(), commission + plan_.terms_.unpaid(p), upkeep,
                 plan_.terms_.hours(p, state.month)});
  }

  // What customers who pay alike are to pay this month; what they never will is a cost.
  void collect(const State& state, std::size_t group) {
    const MoneyTerms::Payers& payers = plan_.terms_.payers()[group];
    sim::Grid<double>& past = past_bookings_[group];
    const std::size_t n = state.count, rows = past.rows(), whole = payers.payment.whole();
    const auto row = [&](std::size_t lag) {
      return past.row((static_cast<std::size_t>(state.month) + rows - lag) % rows);
    };
    double* now = row(0);
    if (past_bookings_.size() == 1) {
      std::copy_n(booked_.data(), n, now);
    } else {
      std::fill_n(now, n, 0.0);
      for (const std::size_t s : payers.sources) add_lane(state, state.sales.row(s), 1.0, now);
    }
    const double* __restrict on_time = row(whole);
    const double* __restrict behind = row(whole + 1);
    double* __restrict due = due_.data();
    double* __restrict profit = profit_now_.data();
    sim::on_lanes(state.isa, [=, in_time = payers.payment.on_time(), late = payers.payment.late(),
                              unpaid = payers.payment.unpaid, first = group == 0]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        const double payable = in_time * on_time[i] + late * behind[i];
        due[i] = first ? payable : due[i] + payable;
        profit[i] -= unpaid * payable;
      }
    });
  }

  // Cash flow, cash, and what is made of them over time.
  void settle(State& state) {
    const std::size_t n = state.count;
    for (std::size_t k = 0; k < past_bookings_.size(); ++k) collect(state, k);
    const double* __restrict due = due_.data();
    const double* __restrict booked = booked_.data();
    const std::uint32_t* __restrict stopped = state.stopped_in.data();
    double* __restrict profit_now = profit_now_.data();
    double* __restrict flows = flow_.data();
    double* __restrict funded = funded_.data();
    double* __restrict cash = cash_.data(), * __restrict lowest = lowest_.data(), * __restrict npv = npv_.data();
    double* __restrict profit = profit_.data(), * __restrict broke_even = broke_even_.data();
    const double injection = plan_.terms_.injected(state.month), draw_above = plan_.terms_.draw_above;
    const double discount = plan_.terms_.discount_factor(state.month);
    sim::on_lanes(state.isa, [=, tie = plan_.terms_.tie, month = static_cast<double>(state.month)]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        const bool runs = stopped[i] == 0;
        flows[i] = profit_now[i] - booked[i] + due[i];
        const double sum = funded[i] + (flows[i] + injection);
        funded[i] = draw_above < sum ? draw_above : sum;
        profit_now[i] = runs ? profit_now[i] : 0.0;
        cash[i] = runs ? funded[i] : cash[i];
      }
      for (std::size_t i = 0; i < n; ++i) {
        const bool runs = stopped[i] == 0;
        lowest[i] = cash[i] < lowest[i] ? cash[i] : lowest[i];
        const double worth = npv[i] + flows[i] * discount;
        npv[i] = runs ? worth : npv[i];
        profit[i] += profit_now[i];
        const bool breaks_even = runs && profit[i] >= -tie && broke_even[i] != broke_even[i];  // NaN until then
        broke_even[i] = breaks_even ? month : broke_even[i];
      }
    });
    if (state.pass != Pass::actual) return;
    if (plan_.profit_series_ >= 0) state.record(plan_.profit_series_, profit_now_);
    if (plan_.cash_series_ >= 0) state.record(plan_.cash_series_, cash_);
  }

  // Firms whose cash has been short for too long stop with this month.
  void watch(State& state) {
    const std::size_t n = state.count, window = plan_.terms_.grace + 1;
    const double* __restrict funded = funded_.data();
    double* __restrict newest = shortfalls_.row(static_cast<std::size_t>(state.month) % window);
    double* __restrict least = flow_.data();
    float* __restrict below = below_.data();
    std::uint32_t* __restrict stopped = state.stopped_in.data();
    sim::on_lanes(state.isa, [=, credit = plan_.terms_.credit, tie = plan_.terms_.tie,
                              grace = static_cast<float>(plan_.terms_.grace),
                              month = static_cast<std::uint32_t>(state.month)]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        newest[i] = -credit - funded[i];
        least[i] = newest[i];
        below[i] = newest[i] > tie ? below[i] + 1.0f : 0.0f;
        stopped[i] = stopped[i] == 0 && below[i] > grace ? month : stopped[i];
      }
    });
    if (static_cast<std::size_t>(state.month) < window) return;
    for (std::size_t k = 0; k < window; ++k) {
      sim::on_lanes(state.isa, [=, shortfall = shortfalls_.row(k)]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) least[i] = shortfall[i] < least[i] ? shortfall[i] : least[i];
      });
    }
    double* __restrict need = need_.data();
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) need[i] = need[i] < least[i] ? least[i] : need[i];
    });
  }

  // Books of firms that stopped before this month are closed; those that stop now join them.
  void stop(State& state) {
    if (!plan_.terms_.has_cash) return;
    for (std::size_t s = 0; s < state.sales.rows(); ++s) state.clear_stopped(state.sales.row(s));
    state.clear_stopped(state.wins.data());
    state.clear_stopped(state.leads_received.data());
    state.clear_stopped(state.recurring.data());
    state.stopped_count = 0;
    for (std::uint32_t i = 0; i < state.count; ++i)
      if (state.stopped_in[i] != 0) state.stopped[state.stopped_count++] = i;
    ledger_.freeze(state);
  }

  const Cash& plan_;
  PartnerLedger ledger_;
  sim::Lane<double> booked_, due_, profit_now_, flow_, funded_, cash_, lowest_, need_, profit_, npv_, broke_even_,
      costs_;
  sim::Lane<float> opening_lane_, fixed_lane_, variable_lane_, below_, upkeep_, counts_;
  std::vector<sim::Grid<double>> past_bookings_;  // [payers][month modulo rows]
  sim::Grid<double> shortfalls_;                  // [month modulo grace + 1]
};

}  // namespace

const Entry& cash_entry() {
  static const Entry entry{.name = "cash",
                           .stream = stream::kCash,
                           .phases = {kCash, kStop},
                           .doc = "Costs, profit, cash and running out of it.",
                           .parameters = money_parameters(),
                           .given = [](const Setup& setup) { return models_money(setup); },
                           .make = make<Cash>};
  return entry;
}

}  // namespace partnersim
