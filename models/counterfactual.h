// A further pass of a block on the same draws: what would have been without a shock, or without a partner. Begins and
// months of all processes run again; outcomes of the actual pass stay as they are.
#pragma once

#include <cstddef>

#include "models/state.h"

namespace partnersim {

class Counterfactual {
 public:
  virtual ~Counterfactual() = default;
  // The actual pass is over; its outcomes stand in `state`.
  virtual void after_actual(State&) {}
  virtual std::size_t passes() const = 0;
  // Says in `state` which pass it is and in which lanes; false when there is nothing to do in this block.
  virtual bool open(State& state, std::size_t pass) = 0;
  // After the last month.
  virtual void close(State& state, std::size_t pass) = 0;
};

}  // namespace partnersim
