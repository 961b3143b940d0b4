// What each partner brought and took, lane by lane: net value and hours over the horizon. The books of a firm that has
// stopped stay as they were when it did. Keeps the actual pass only; records nothing unless the scenario asks for
// totals.
#pragma once

#include <cstddef>

#include "models/money/money_terms.h"
#include "models/setup.h"

namespace partnersim {

// The totals `net_value` and `hours`, as declared.
struct PartnerBooks {
  PartnerBooks(Setup& setup, const MoneyTerms& terms);
  int net_total = -1, hours_total = -1;
  std::size_t partners = 0;  // 0 where nobody asks for totals
  bool may_stop = false;     // running out of cash is modelled
};

class PartnerLedger {
 public:
  PartnerLedger(const PartnerBooks& books, std::size_t lanes);

  void begin();
  // A month of one partner: what was booked of it, less the shares that variable cost, commission, and customers who
  // never pay take.
  struct Month {
    const float* booked;    // [lane]
    const float* variable;  // [lane]
    double commission = 0.0;
    double upkeep = 0.0;  // where the partnership works
    double hours = 0.0;   // the same
  };
  void add(const State& state, std::size_t partner, const Month& month);
  // Keeps the books of firms that stop this month.
  void freeze(const State& state);
  void finish(State& state);
  void copy_lane(const sim::LaneCopy& copy) { copy(net_, frozen_net_, spent_, hours_, frozen_hours_); }

 private:
  bool keeps(const State& state) const { return net_.rows() != 0 && state.pass == Pass::actual; }

  const PartnerBooks& books_;
  sim::Grid<double> net_, frozen_net_;             // [partner] without what it costs; with it, where the firm stopped
  sim::Grid<float> spent_, hours_, frozen_hours_;  // [partner]
  sim::Lane<double> total_;
};

}  // namespace partnersim
