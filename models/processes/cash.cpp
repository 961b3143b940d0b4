// Money (MODEL.md, section 6): profit, cash and running out of it. Draws nothing.
//
//   profit  = booked (1 - variable share) - commissions - fixed - partnership costs - set-up - hours wage
//             - paid acquisition - what shocks cost
//   cash'   = cash + profit - booked + collections + injections - draws
//
// Collections follow bookings by the payment lag, its fraction split linearly over the two months around it. NPV is of
// the cash flow before injections and draws, at an annual rate: (1 + r)^(-t/12).
//
// With `cash` given, a firm whose cash is below -credit for more than `grace` months has run out: its books stop with
// that month, its partnerships end. The path of cash goes on in `funded_` as if somebody paid, so that the funding
// need, the opening cash with which a future would not have run out, is exact unless the owner draws what is above a
// level: then opening cash may be drawn before it is needed, and the need is larger.
// Oracle: burn 1 a month, income Poisson(m), absorbed after u units: rho^u, rho the smallest root of rho = e^(m(rho-1)).
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "models/setup.h"
#include "models/source_parameters.h"
#include "models/streams.h"
#include "sim/base/elementary.h"
#include "sim/lanes/compact.h"

namespace partnersim {
namespace {

constexpr double kNever = std::numeric_limits<double>::quiet_NaN();

sim::ParameterSpec money(std::string_view path, std::string_view doc, std::string_view needs = {}) {
  return {.path = path, .unit = "currency", .range = {0, 1e12}, .fallback = 0.0, .doc = doc, .source = "neutral", .needs = needs};
}

const std::array kParameters{
    drawn_spec("firm.cash", "currency", {-1e12, 1e12}, "opening cash; given: running out of cash is modelled"),
    drawn_spec("firm.fixed_cost", "currency", {0, 1e12}, "a month"),
    drawn_spec("firm.variable_cost_share", "1", {0, 10}, "cost of what is sold, as a share of revenue"),
    money("firm.credit", "cash may fall to minus this", "firm.cash"),
    sim::ParameterSpec{.path = "firm.grace", .kind = sim::Kind::integer, .unit = "months", .range = {0, sim::kMaxMonths}, .fallback = 0.0,
                       .doc = "months below -credit that are survived", .source = "neutral", .needs = "firm.cash"},
    sim::ParameterSpec{.path = "firm.pay_lag", .unit = "months", .range = {0, 120}, .fallback = 0.0,
                       .doc = "from booking to payment; 41 days are 1.35", .source = "neutral"},
    money("firm.wage", "an hour that partnerships take"),
    sim::ParameterSpec{.path = "firm.discount_rate", .unit = "1 a year", .range = {-0.99, 100}, .fallback = 0.0,
                       .doc = "of the net present value", .source = "neutral"},
    money("firm.draw_above", "cash above this is drawn by the owner at the end of a month; none: it stays", "firm.cash"),
    sim::ParameterSpec{.path = "firm.injections", .kind = sim::Kind::number_map, .unit = "currency", .range = {0, 1e12},
                       .doc = "money put in, by month: { \"6\" = 20000 }", .source = "neutral", .needs = "firm.cash"},
    sim::ParameterSpec{.path = "partner.*.commission", .unit = "1", .range = {0, 1}, .fallback = 0.0,
                       .doc = "share of the partner's booked revenue paid to it", .source = "neutral"},
    money("partner.*.cost", "a month while the partnership works"),
    money("partner.*.setup", "once, in its first month"),
    sim::ParameterSpec{.path = "partner.*.hours", .unit = "hours a month", .range = {0, 10000}, .fallback = 0.0,
                       .doc = "that the partnership takes while it works", .source = "neutral"},
};

struct PartnerTerms {
  std::size_t source;
  int start;
  std::vector<DatedLaw> commission, cost, setup, hours;
};

class Cash final : public Process {
 public:
  explicit Cash(Setup& setup)
      : months_(setup.months),
        has_cash_(setup.scenario.given("firm.cash")),
        opening_(setup.parameter("firm.cash")),
        fixed_(setup.parameter("firm.fixed_cost")),
        variable_(setup.parameter("firm.variable_cost_share")),
        credit_(setup.scenario.number("firm.credit")),
        grace_(static_cast<std::size_t>(setup.scenario.integer("firm.grace"))),
        wage_(setup.laws("firm.wage")),
        pay_lag_(setup.scenario.number("firm.pay_lag")),
        draws_(setup.scenario.given("firm.draw_above")),
        draw_above_(setup.scenario.number("firm.draw_above")),
        discount_(setup.scenario.number("firm.discount_rate")) {
    for (std::size_t p = 0; p < setup.partners.size(); ++p) {
      const std::string& path = setup.partners[p].path;
      partners_.push_back({setup.source_of_partner(p), setup.partners[p].start, setup.laws(path + ".commission"), setup.laws(path + ".cost"),
                           setup.laws(path + ".setup"), setup.laws(path + ".hours")});
    }
    for (const std::string& id : setup.channels) spend_.push_back(setup.laws("acquisition." + id + ".spend"));
    read_injections(setup);
    add_outputs(setup);
    for (auto* lane : {&booked_, &profit_now_, &flow_, &funded_, &cash_, &lowest_, &need_, &profit_, &npv_, &broke_even_, &costs_}) lane->resize(sim::padded(setup.lanes));
    for (auto* lane : {&opening_lane_, &fixed_lane_, &variable_lane_, &below_, &upkeep_, &amounts_}) lane->resize(sim::padded(setup.lanes));
    past_bookings_ = sim::Grid<double>(static_cast<std::size_t>(pay_lag_) + 2, setup.lanes);
    shortfalls_ = sim::Grid<double>(grace_ + 1, setup.lanes);
    net_ = sim::Grid<double>(net_total_ >= 0 ? partners_.size() : 0, setup.lanes);
    spent_ = hours_ = sim::Grid<float>(net_.rows(), setup.lanes);
    if (has_cash_) {
      frozen_net_ = net_;
      frozen_hours_ = hours_;
    }
  }

  void begin(State& state) override {
    const std::size_t n = state.count;
    state.twin_needs_money |= has_cash_;
    opening_.fill(state, opening_lane_.data());
    fixed_.fill(state, fixed_lane_.data());
    variable_.fill(state, variable_lane_.data());
    for (std::size_t i = 0; i < n; ++i) {
      cash_[i] = funded_[i] = static_cast<double>(opening_lane_[i]);
      lowest_[i] = std::numeric_limits<double>::infinity();
      need_[i] = -std::numeric_limits<double>::infinity();
      profit_[i] = npv_[i] = 0.0;
      broke_even_[i] = kNever;
      below_[i] = 0.0f;
      state.stopped_in[i] = 0;
    }
    past_bookings_.fill(0.0);
    net_.fill(0.0);
    spent_.fill(0.0f);
    hours_.fill(0.0f);
    state.stopped_count = 0;
    if (has_cash_) state.running["cash"] = &cash_;
    state.running["profit"] = &profit_;
  }

  void step(State& state, int phase) override {
    if (state.skips_money()) return;
    if (phase == kStop) return stop(state);
    if (fixed_.changes_in(state.month)) fixed_.fill(state, fixed_lane_.data());
    if (variable_.changes_in(state.month)) variable_.fill(state, variable_lane_.data());
    add_up(state);
    settle(state);
    if (has_cash_) watch(state);
  }

  void finish(State& state) override {
    const std::size_t n = state.count;
    state.write(profit_column_, profit_.data());
    state.write(npv_column_, npv_.data());
    state.write(break_even_column_, broke_even_.data());
    state.write(cash_column_, cash_.data());
    state.write(lowest_column_, lowest_.data());
    if (has_cash_) {
      for (std::size_t i = 0; i < n; ++i) flow_[i] = std::max(0.0, static_cast<double>(opening_lane_[i]) + need_[i]);
      state.write(need_column_, flow_.data());
      for (std::size_t i = 0; i < n; ++i) flow_[i] = state.stopped_in[i] != 0 ? 1.0 : 0.0;
      state.write(out_column_, flow_.data());
      for (std::size_t i = 0; i < n; ++i) flow_[i] = state.stopped_in[i] != 0 ? static_cast<double>(state.stopped_in[i]) : kNever;
      state.write(out_month_column_, flow_.data());
    }
    for (std::size_t p = 0; p < net_.rows(); ++p) {
      for (std::size_t i = 0; i < n; ++i)
        flow_[i] = state.stopped_in[i] != 0 ? frozen_net_.row(p)[i] : net_.row(p)[i] - static_cast<double>(spent_.row(p)[i]);
      state.add_member_total(net_total_, p, flow_);
      for (std::size_t i = 0; i < n; ++i) flow_[i] = static_cast<double>(state.stopped_in[i] != 0 ? frozen_hours_.row(p)[i] : hours_.row(p)[i]);
      state.add_member_total(hours_total_, p, flow_);
    }
  }

  void expect_begin(Expectation& e) override {
    expected_ = {opening_.expected(1), std::numeric_limits<double>::infinity(), 0.0, -std::numeric_limits<double>::infinity(), {}, 0, kNever};
    for (const char* name : {"profit", "npv"}) e.values.outcomes[name] = 0.0;
    e.values.member_totals["net_value"].assign(partners_.size(), 0.0);
    e.values.member_totals["hours"].assign(partners_.size(), 0.0);
  }

  void expect(Expectation& e, int phase) override {
    if (phase == kStop) {
      if (e.running == 0.0 && !expected_.stopped_now) e.close_books();
      if (expected_.stopped_now) e.end_with_firm();
      expected_.stopped_now = false;
      return;
    }
    const double profit = expected_profit(e);
    const double booked = expected_bookings(e);
    expected_.bookings.push_back(booked);
    double flow = profit - booked + collected(expected_.bookings);
    auto& outcomes = e.values.outcomes;
    outcomes["profit"] += profit;
    outcomes["npv"] += flow * discount_factor(e.month);
    if (std::isnan(expected_.broke_even) && outcomes["profit"] >= 0.0) outcomes["break_even_month"] = expected_.broke_even = e.month;
    flow += injected(e.month);
    if (e.running == 0.0) flow = 0.0;
    expected_.cash += flow;
    if (draws_) expected_.cash = std::min(expected_.cash, draw_above_);
    expected_.lowest = std::min(expected_.lowest, expected_.cash);
    if (has_cash_) {
      expected_.months_below = expected_.cash < -credit_ ? expected_.months_below + 1 : 0;
      if (e.running != 0.0 && expected_.months_below > grace_) {
        e.running = 0.0;
        expected_.stopped_now = true;
        outcomes["out_of_cash_month"] = e.month;
      }
      outcomes["cash_end"] = expected_.cash;
      outcomes["cash_min"] = expected_.lowest;
      outcomes["out_of_cash"] = e.running == 0.0 ? 1.0 : 0.0;
      e.record("cash", expected_.cash);
    }
    e.record("profit", profit);
  }

 private:
  struct Expected {
    double cash, lowest, profit, need;
    std::vector<double> bookings;
    std::size_t months_below;
    double broke_even;
    bool stopped_now = false;
  };

  void read_injections(Setup& setup) {
    injections_.assign(static_cast<std::size_t>(months_) + 1, 0.0);
    for (const auto& [month, amount] : setup.scenario.number_map("firm.injections")) {
      int number = 0;
      for (const char c : month) number = c >= '0' && c <= '9' && number < 10000 ? number * 10 + (c - '0') : 100000;
      if (number < 1 || number > months_)
        setup.problems.add(setup.scenario.mark("firm.injections", month), fmt::format("firm.injections: {} is not a month", month),
                           fmt::format("months run from 1 to {}", months_), "For example: injections = { \"1\" = 20_000 }");
      else
        injections_[static_cast<std::size_t>(number)] = amount;
    }
  }

  void add_outputs(Setup& setup) {
    const std::string& money_unit = setup.currency;
    const double resolution = setup.money_resolution;
    profit_column_ = setup.outcome({"profit", money_unit, "Profit", "Revenue less all costs, when booked, within the horizon."});
    if (setup.scenario.given("firm.discount_rate"))
      npv_column_ = setup.outcome({"npv", money_unit, "Net present value", "Cash flow before injections and draws, discounted at the annual rate."});
    sim::Column break_even{"break_even_month", "month", "Break-even month", "First month at whose end all profit so far is not negative; missing when there is none.", true};
    break_even.may_be_missing = true;
    break_even_column_ = setup.outcome(break_even);
    profit_series_ = setup.trajectory({"profit", money_unit, "Profit a month", "Revenue less all costs of the month.", resolution});
    if (!partners_.empty()) {
      std::vector<double> resolutions, hours(partners_.size(), 0x1p-16);
      for (const Partner& partner : setup.partners) resolutions.push_back(partner.money_resolution);
      net_total_ = setup.member_total({"net_value", money_unit, "Net value by partner",
                                       "Mean of the partner's revenue less variable cost, commission, cost, set-up and hours at the wage.", resolutions});
      hours_total_ = setup.member_total({"hours", "person-hours", "Hours by partner", "Mean number of hours the partnership took.", hours});
    }
    setup.running_names.push_back("profit");
    if (!has_cash_) return;
    setup.running_names.push_back("cash");
    cash_column_ = setup.outcome({"cash_end", money_unit, "Cash at the end", "Cash after the last month, or when it ran out."});
    lowest_column_ = setup.outcome({"cash_min", money_unit, "Lowest cash", "Lowest cash at the end of a month."});
    need_column_ = setup.outcome({"funding_need", money_unit, "Funding need",
                                  "Opening cash with which this future would not run out: P95 keeps the probability of running out at 5 %.", true});
    out_column_ = setup.outcome({"out_of_cash", "1", "Out of cash", "1 when the firm runs out of cash: the mean is its probability.", true});
    sim::Column month{"out_of_cash_month", "month", "Month out of cash", "Month in which the firm runs out of cash; missing when it does not."};
    month.may_be_missing = true;
    out_month_column_ = setup.outcome(month);
    cash_series_ = setup.trajectory({"cash", money_unit, "Cash", "Cash at the end of the month.", resolution});
  }

  // Bookings and profit of the month.
  void add_up(State& state) {
    const std::size_t n = state.count;
    std::fill_n(booked_.data(), n, 0.0);
    std::fill_n(costs_.data(), n, 0.0);
    std::fill_n(upkeep_.data(), n, 0.0f);
    for (std::size_t s = 0; s < state.sales.rows(); ++s) add_lane(state, state.sales.row(s), 1.0, booked_.data());
    const double wage = number_in(wage_, state.month);
    for (std::size_t p = 0; p < partners_.size(); ++p) add_partner(state, p, wage);
    double spend = 0.0;
    for (const auto& laws : spend_) spend += number_in(laws, state.month);
    const double* __restrict booked = booked_.data();
    const double* __restrict costs = costs_.data();
    const float* __restrict upkeep = upkeep_.data();
    const float* __restrict fixed = fixed_lane_.data();
    const float* __restrict variable = variable_lane_.data();
    double* __restrict profit = profit_now_.data();
    const double* __restrict shocks = state.has_shock_costs ? state.shock_costs.data() : nullptr;
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i)
        profit[i] = booked[i] * (1.0 - static_cast<double>(variable[i])) - costs[i] - static_cast<double>(upkeep[i]) - (static_cast<double>(fixed[i]) + spend);
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
  void add_partner(State& state, std::size_t p, double wage) {
    const PartnerTerms& terms = partners_[p];
    const double commission = number_in(terms.commission, state.month);
    const double hours = number_in(terms.hours, state.month);
    double cost = number_in(terms.cost, state.month) + hours * wage;
    if (terms.start == state.month) cost += number_in(terms.setup, state.month);
    const float* sales = state.sales.row(terms.source);
    if (commission != 0.0) add_lane(state, sales, commission, costs_.data());
    if (cost != 0.0) add_working(state, p, cost, upkeep_.data());
    if (net_.rows() == 0 || state.pass != Pass::actual) return;
    if (cost != 0.0) add_working(state, p, cost, spent_.row(p));
    if (hours != 0.0) add_working(state, p, hours, hours_.row(p));
    const float* __restrict booked = sales;
    const float* __restrict variable = variable_lane_.data();
    double* __restrict net = net_.row(p);
    const std::size_t n = state.count;
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) net[i] += static_cast<double>(booked[i]) * (1.0 - static_cast<double>(variable[i]) - commission);
    });
  }

  // Adds an amount in the lanes in which a partnership works.
  void add_working(const State& state, std::size_t p, double amount, float* to) {
    const std::size_t n = state.working_count[p];
    std::fill_n(amounts_.data(), n, static_cast<float>(amount));
    sim::scatter_add(state.isa, amounts_.data(), state.working.row(p), n, to);
  }

  // The books of firms that have stopped stay as they were.
  void freeze_partners(State& state) {
    if (net_.rows() == 0 || state.pass != Pass::actual) return;
    for (std::size_t p = 0; p < net_.rows(); ++p)
      for (std::size_t k = 0; k < state.stopped_count; ++k) {
        const std::uint32_t i = state.stopped[k];
        if (state.stopped_in[i] != static_cast<std::uint32_t>(state.month)) continue;
        frozen_net_.row(p)[i] = net_.row(p)[i] - static_cast<double>(spent_.row(p)[i]);
        frozen_hours_.row(p)[i] = hours_.row(p)[i];
      }
  }

  // What of all bookings so far is paid in the last month of them.
  double collected(const std::vector<double>& bookings) const {
    const auto whole = static_cast<std::size_t>(pay_lag_);
    const double late = pay_lag_ - static_cast<double>(whole);
    const auto from = [&](std::size_t lag) { return bookings.size() > lag ? bookings[bookings.size() - 1 - lag] : 0.0; };
    return (1.0 - late) * from(whole) + late * from(whole + 1);
  }

  // Cash flow, cash, and what is made of them over time.
  void settle(State& state) {
    const std::size_t n = state.count;
    const std::size_t rows = past_bookings_.rows();
    const auto whole = static_cast<std::size_t>(pay_lag_);
    const double late = pay_lag_ - static_cast<double>(whole);
    const auto row = [&](std::size_t lag) { return past_bookings_.row((static_cast<std::size_t>(state.month) + rows - lag) % rows); };
    std::copy_n(booked_.data(), n, row(0));
    const double* on_time = row(whole);
    const double* behind = row(whole + 1);
    const double injection = injected(state.month);
    const double discount = discount_factor(state.month);
    for (std::size_t i = 0; i < n; ++i) {
      const double flow = profit_now_[i] - booked_[i] + ((1.0 - late) * on_time[i] + late * behind[i]);
      funded_[i] += flow + injection;
      if (draws_ && funded_[i] > draw_above_) funded_[i] = draw_above_;
      if (state.stopped_in[i] != 0) {
        profit_now_[i] = 0.0;
        continue;
      }
      cash_[i] = funded_[i];
      lowest_[i] = std::min(lowest_[i], cash_[i]);
      npv_[i] += flow * discount;
      profit_[i] += profit_now_[i];
      if (std::isnan(broke_even_[i]) && profit_[i] >= 0.0) broke_even_[i] = state.month;
    }
    if (state.pass != Pass::actual) return;
    if (profit_series_ >= 0) state.record(profit_series_, profit_now_);
    if (cash_series_ >= 0) state.record(cash_series_, cash_);
  }

  // Firms whose cash has been short for too long stop with this month.
  void watch(State& state) {
    const std::size_t window = grace_ + 1;
    double* newest = shortfalls_.row(static_cast<std::size_t>(state.month) % window);
    for (std::size_t i = 0; i < state.count; ++i) {
      newest[i] = -credit_ - funded_[i];
      below_[i] = newest[i] > 0.0 ? below_[i] + 1.0f : 0.0f;
      if (state.stopped_in[i] == 0 && below_[i] > static_cast<float>(grace_)) state.stopped_in[i] = static_cast<std::uint32_t>(state.month);
      if (static_cast<std::size_t>(state.month) < window) continue;
      double least = newest[i];
      for (std::size_t k = 0; k < window; ++k) least = std::min(least, shortfalls_.row(k)[i]);
      need_[i] = std::max(need_[i], least);
    }
  }

  // Books of firms that stopped before this month are closed; those that stop now join them.
  void stop(State& state) {
    if (!has_cash_) return;
    for (std::size_t s = 0; s < state.sales.rows(); ++s) state.clear_stopped(state.sales.row(s));
    state.clear_stopped(state.wins.data());
    state.clear_stopped(state.leads_received.data());
    state.clear_stopped(state.recurring.data());
    state.stopped_count = 0;
    for (std::uint32_t i = 0; i < state.count; ++i)
      if (state.stopped_in[i] != 0) state.stopped[state.stopped_count++] = i;
    freeze_partners(state);
  }

  double injected(int month) const { return injections_[static_cast<std::size_t>(month)]; }
  double discount_factor(int month) const { return discount_ == 0.0 ? 1.0 : sim::math::pow(1.0 + discount_, -month / 12.0); }

  static double expected_bookings(const Expectation& e) {
    double booked = 0.0;
    for (const double sales : e.sales) booked += sales;
    return booked;
  }

  double expected_profit(Expectation& e) const {
    if (e.running == 0.0) return 0.0;
    double profit = expected_bookings(e) * (1.0 - variable_.expected(e.month)) - fixed_.expected(e.month) - e.shock_costs;
    const double wage = number_in(wage_, e.month);
    for (std::size_t p = 0; p < partners_.size(); ++p) {
      const PartnerTerms& terms = partners_[p];
      const double hours = number_in(terms.hours, e.month);
      double cost = number_in(terms.cost, e.month) + hours * wage + (terms.start == e.month ? number_in(terms.setup, e.month) : 0.0);
      cost = number_in(terms.commission, e.month) * e.sales[terms.source] + e.weight[p] * cost;
      profit -= cost;
      e.values.member_totals["net_value"][p] += e.sales[terms.source] * (1.0 - variable_.expected(e.month)) - cost;
      e.values.member_totals["hours"][p] += e.weight[p] * hours;
    }
    for (const auto& laws : spend_) profit -= number_in(laws, e.month);
    return profit;
  }

  const int months_;
  const bool has_cash_;
  Parameter opening_, fixed_, variable_;
  const double credit_;
  const std::size_t grace_;
  std::vector<DatedLaw> wage_;
  const double pay_lag_;
  const bool draws_;
  const double draw_above_, discount_;
  std::vector<PartnerTerms> partners_;
  std::vector<std::vector<DatedLaw>> spend_;
  std::vector<double> injections_;  // [month]
  int profit_column_ = -1, npv_column_ = -1, break_even_column_ = -1, cash_column_ = -1, lowest_column_ = -1, need_column_ = -1,
      out_column_ = -1, out_month_column_ = -1, profit_series_ = -1, cash_series_ = -1, net_total_ = -1, hours_total_ = -1;
  sim::Lane<double> booked_, profit_now_, flow_, funded_, cash_, lowest_, need_, profit_, npv_, broke_even_, costs_;
  sim::Lane<float> opening_lane_, fixed_lane_, variable_lane_, below_, upkeep_, amounts_;
  sim::Grid<double> past_bookings_;  // [month modulo rows]
  sim::Grid<double> shortfalls_;     // [month modulo grace + 1]
  sim::Grid<double> net_, frozen_net_;             // [partner] without what it costs; with it, where the firm stopped
  sim::Grid<float> spent_, hours_, frozen_hours_;  // [partner]
  Expected expected_{};
};

bool models_money(const Setup& setup) {
  for (const char* key : {"cash", "fixed_cost", "variable_cost_share", "pay_lag", "wage", "discount_rate", "draw_above", "injections"})
    if (setup.scenario.given(std::string("firm.") + key)) return true;
  for (const Partner& partner : setup.partners)
    for (const char* key : {".commission", ".cost", ".setup"})
      if (setup.scenario.given(partner.path + key)) return true;
  return !setup.channels.empty();
}

}  // namespace

const Entry& cash_entry() {
  static const Entry entry{
      "cash", stream::kCash, {kCash, kStop}, "Costs, profit, cash and running out of it.", kParameters,
      [](Setup& setup) -> std::unique_ptr<Process> {
        return models_money(setup) ? std::make_unique<Cash>(setup) : nullptr;
      }};
  return entry;
}

}  // namespace partnersim
