#include "models/sources/customer_base.h"

#include <algorithm>

#include "models/streams.h"

namespace partnersim {

std::unique_ptr<CustomerBase> CustomerBase::of(Setup& setup, const std::string& path) {
  if (!setup.scenario.has_table(path + ".recurring")) return nullptr;
  return std::unique_ptr<CustomerBase>(new CustomerBase(setup, path));
}

CustomerBase::CustomerBase(Setup& setup, const std::string& path)
    : fee_(setup.parameter(path + ".recurring.fee")),
      retention_(setup.scenario.number(path + ".recurring.retention")),
      leaving_(setup.entity(path), stream::kCustomerLife, WholeMonths::retained(retention_, setup.months), setup.months,
               setup.lanes),
      fees_(sim::padded(setup.lanes)),
      customers_(fees_),
      joining_(setup.lanes),
      counts_(sim::padded(setup.lanes)) {
  setup.needs_closings = true;
}

void CustomerBase::begin(const State& state) {
  leaving_.begin(state);
  std::fill(customers_.begin(), customers_.end(), 0.0f);
  fee_.fill(state, fees_.data());
}

void CustomerBase::step(State& state, const std::uint32_t* closings, float* sales) {
  if (fee_.changes_in(state.month)) fee_.fill(state, fees_.data());
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

double CustomerBase::expect(int month, double closings) {
  if (month == 1) expected_customers_ = 0.0;
  expected_customers_ = expected_customers_ * retention_ + closings;
  return expected_customers_ * fee_.expected(month);
}

}  // namespace partnersim
