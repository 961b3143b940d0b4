// Managing many partnerships costs more than the sum (MODEL.md, section 6): c hours a month for each of the n (n - 1)/2
// pairs that work.
#pragma once

#include "models/expectation.h"
#include "models/setup.h"

namespace partnersim {

class Complexity {
 public:
  explicit Complexity(const Setup& setup) : hours_(setup.scenario.number("firm.complexity")) {}
  static sim::ParameterSpec spec();

  bool any() const { return hours_ != 0.0; }
  // sums[i] += factor times the hours of the month, by lane; `counts` is work space.
  void add(const State& state, double factor, float* counts, float* sums) const;
  // Hours of so many partnerships.
  double of(double working) const { return 0.5 * hours_ * working * (working - 1.0); }
  // Exact where partnerships end independently.
  double expected(const Expectation& e) const;

 private:
  double hours_;
};

}  // namespace partnersim
