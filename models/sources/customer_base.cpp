#include "models/sources/customer_base.h"

#include <algorithm>

#include "models/streams.h"

namespace partnersim {

std::unique_ptr<CustomerBase> CustomerBase::of(Setup& setup, const std::string& path) {
  if (!setup.scenario.has_table(path + ".recurring")) return nullptr;
  setup.need(Need::closings);
  const double retention = setup.scenario.number(path + ".recurring.retention");
  return std::make_unique<CustomerBase>(
      CustomerBase{setup.parameter(path + ".recurring.fee"),
                   retention,
                   {{setup.entity(path), stream::kCustomerLife, 0, 0},
                    WholeMonths::retained(retention, setup.months),
                    static_cast<std::size_t>(setup.months)},
                   static_cast<std::uint32_t>(setup.scenario.integer(path + ".recurring.customers"))});
}

double CustomerBase::expect(int month, double closings) {
  expected_customers = (month == 1 ? opening : expected_customers * retention) + closings;
  return expected_customers * fee.expected(month);
}

CustomerWork::CustomerWork(const CustomerBase& plan, std::size_t lanes)
    : plan_(plan),
      leaving_(plan.leaving, lanes),
      fees_(sim::padded(lanes)),
      customers_(fees_),
      joining_(lanes),
      counts_(sim::padded(lanes)) {}

void CustomerWork::begin(const State& state) {
  leaving_.begin(state);
  std::fill(customers_.begin(), customers_.end(), 0.0f);
  plan_.fee.fill(state, fees_.data());
}

void CustomerWork::step(State& state, const std::uint32_t* closings, float* sales, bool opens) {
  if (plan_.fee.changes_in(state.month)) plan_.fee.fill(state, fees_.data());
  if (state.month == 1 && opens && plan_.opening != 0) {
    joining_.all(state.count);
    std::fill_n(counts_.data(), state.count, plan_.opening);
    std::fill_n(customers_.data(), state.count, static_cast<float>(plan_.opening));
    leaving_.add(state, joining_, counts_.data(), 0);
  }
  joining_.above(state.isa, closings, state.count, 0);
  sim::compress(state.isa, closings, joining_, counts_.data());
  leaving_.add(state, joining_, counts_.data());
  for (std::size_t k = 0; k < joining_.size(); ++k) customers_[joining_[k]] += static_cast<float>(counts_[k]);
  const std::uint32_t* __restrict gone = leaving_.due(state);
  const float* __restrict fee = fees_.data();
  float* __restrict customers = customers_.data();
  float* __restrict row = sales;
  double* __restrict total = state.recurring.data();
  const std::size_t count = state.count;
  sim::on_lanes(state.isa, [=]() SIM_LANES {
    for (std::size_t i = 0; i < count; ++i) {
      customers[i] -= static_cast<float>(static_cast<std::int32_t>(gone[i]));
      const float paid = fee[i] * customers[i];
      row[i] += paid;
      total[i] += static_cast<double>(paid);
    }
  });
}

}  // namespace partnersim
