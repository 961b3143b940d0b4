#include "models/money/expected_cash.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/missing.h"

namespace partnersim {
namespace {

double total(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

}  // namespace

void ExpectedCash::begin(Expectation& e) {
  cash_ = terms_.opening.expected(1);
  lowest_ = std::numeric_limits<double>::infinity();
  broke_even_ = sim::kMissing;
  bookings_.assign(terms_.payers().size(), {});
  months_below_ = 0;
  stopped_now_ = false;
  for (const char* name : {"profit", "npv"}) e.values.outcomes[name] = 0.0;
  for (const char* name : {"net_value", "hours"}) e.values.member_totals[name].assign(terms_.partners(), 0.0);
}

void ExpectedCash::month(Expectation& e) {
  double earned = profit(e), due = 0.0;
  for (std::size_t k = 0; k < bookings_.size(); ++k) {
    const MoneyTerms::Payers& payers = terms_.payers()[k];
    bookings_[k].push_back(0.0);
    for (const std::size_t s : payers.sources) bookings_[k].back() += e.sales[s];
    const double payable = due_of(k);
    due += payable;
    if (e.running != 0.0) earned -= payers.payment.unpaid * payable;
  }
  double flow = earned - total(e.sales) + due;
  auto& outcomes = e.values.outcomes;
  outcomes["profit"] += earned;
  outcomes["npv"] += flow * terms_.discount_factor(e.month);
  if (std::isnan(broke_even_) && outcomes["profit"] >= -terms_.tie)
    outcomes["break_even_month"] = broke_even_ = e.month;
  flow += terms_.injected(e.month);
  if (e.running == 0.0) flow = 0.0;
  cash_ = std::min(cash_ + flow, terms_.draw_above);
  lowest_ = std::min(lowest_, cash_);
  if (terms_.has_cash) watch(e);
  e.record("profit", earned);
}

void ExpectedCash::watch(Expectation& e) {
  auto& outcomes = e.values.outcomes;
  months_below_ = cash_ < -terms_.credit - terms_.tie ? months_below_ + 1 : 0;
  if (e.running != 0.0 && months_below_ > terms_.grace) {
    e.running = 0.0;
    stopped_now_ = true;
    outcomes["out_of_cash_month"] = e.month;
  }
  outcomes["cash_end"] = cash_;
  outcomes["cash_min"] = lowest_;
  outcomes["out_of_cash"] = e.running == 0.0 ? 1.0 : 0.0;
  e.record("cash", cash_);
}

void ExpectedCash::stop(Expectation& e) {
  if (e.running == 0.0 && !stopped_now_) e.close_books();
  if (stopped_now_) e.end_with_firm();
  stopped_now_ = false;
}

double ExpectedCash::profit(Expectation& e) const {
  if (e.running == 0.0) return 0.0;
  const double margin = 1.0 - terms_.variable.expected(e.month);
  double profit = total(e.sales) * margin - terms_.fixed.expected(e.month) - e.shock_costs;
  for (std::size_t p = 0; p < terms_.partners(); ++p) {
    const double sales = e.sales[terms_.source(p)];
    const double cost = terms_.commission(p, e.month) * sales + e.weight[p] * terms_.upkeep(p, e.month);
    profit -= cost;
    e.values.member_totals["net_value"][p] += sales * (margin - terms_.unpaid(p)) - cost;
    e.values.member_totals["hours"][p] += e.weight[p] * terms_.hours(p, e.month);
  }
  if (terms_.complexity.any()) profit -= terms_.complexity.expected(e) * terms_.wage(e.month);
  return profit - terms_.spend(e.month);
}

double ExpectedCash::due_of(std::size_t group) const {
  const MoneyTerms::Payment& payment = terms_.payers()[group].payment;
  const std::vector<double>& bookings = bookings_[group];
  const auto from = [&](std::size_t lag) { return bookings.size() > lag ? bookings[bookings.size() - 1 - lag] : 0.0; };
  return payment.on_time() * from(payment.whole()) + payment.late() * from(payment.whole() + 1);
}

}  // namespace partnersim
