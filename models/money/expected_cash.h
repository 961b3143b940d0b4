// The spreadsheet's books: profit, cash and running out of it in expected mode, from the terms that the simulated books
// have (money_terms.h). A firm whose expected cash runs out stops in that month, as one future would.
#pragma once

#include <cstddef>
#include <vector>

#include "models/expectation.h"
#include "models/money/money_terms.h"
#include "sim/base/missing.h"

namespace partnersim {

class ExpectedCash {
 public:
  explicit ExpectedCash(const MoneyTerms& terms) : terms_(terms) {}

  void begin(Expectation& e);
  void month(Expectation& e);
  // Closes the books of a firm that has stopped, and ends its partnerships in the month in which it does.
  void stop(Expectation& e);

 private:
  double profit(Expectation& e) const;
  double due_of(std::size_t group) const;  // of all bookings of payers so far, what is to be paid in the last month
  void watch(Expectation& e);

  const MoneyTerms& terms_;
  double cash_ = 0.0, lowest_ = 0.0;
  double broke_even_ = sim::kMissing;
  std::vector<std::vector<double>> bookings_;  // [payers][month - 1]
  std::size_t months_below_ = 0;
  bool stopped_now_ = false;
};

}  // namespace partnersim
