// Customers who pay a monthly fee: from the month they close on, each renewing with probability `retention` a month
// (MODEL.md, section 5). Oracle: with closings c a month the mean number of customers in month t is c (1 - r^t)/(1 -
// r).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/setup.h"
#include "models/sources/schedule.h"

namespace partnersim {

struct CustomerBase {
  // Reads <path>.recurring; null when it is not there.
  static std::unique_ptr<CustomerBase> of(Setup& setup, const std::string& path);

  // Fees expected from `closings` this month and those before.
  double expect(int month, double closings);

  Parameter fee;
  double retention;
  Delay leaving;
  std::uint32_t opening = 0;  // customers there from the start, who pay in month 1
  double expected_customers = 0.0;
};

// One worker's customers.
class CustomerWork {
 public:
  CustomerWork(const CustomerBase& plan, std::size_t lanes);

  void begin(const State& state);
  // Takes in this month's closings, lets others go, and adds the fees to `sales` and to state.recurring; all by lane.
  // `opens`: those there from the start count.
  void step(State& state, const std::uint32_t* closings, float* sales, bool opens);
  void copy_lane(const sim::LaneCopy& copy) { copy(leaving_, fees_, customers_); }

 private:
  const CustomerBase& plan_;
  Schedule leaving_;
  sim::Lane<float> fees_, customers_;
  sim::LaneList joining_;
  sim::Lane<std::uint32_t> counts_;
};

}  // namespace partnersim
