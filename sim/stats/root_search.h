// Where a function crosses zero when each value is a whole simulation: few evaluations, and no derivative.
//
//   bracket     grows from a start in doubling steps to both sides, until two neighbours lie on different sides of
//               zero, and as far as the argument is allowed: up to its limits, where these are known
//   closing     regula falsi with the Illinois rule (Dowell & Jarratt 1971, "A modified regula falsi method"), and
//               every fourth step a bisection: statistics such as quantiles have steps
//
// Promise: the ends are on different sides of zero, or one of them is on it; in a search of whole numbers only those
// are evaluated, and neighbours end it. The function must give the same value for the same argument (shared random
// numbers do) and should remember what it has given: ends are asked for again. Deliberately no knowledge of what is
// simulated.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace sim {

class RootSearch {
 public:
  // Nothing where the argument is not allowed.
  using Function = std::function<std::optional<double>(double)>;
  struct Limits {  // of what is allowed, themselves allowed; infinite: not known
    double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  };
  RootSearch(Function function, bool whole,
             Limits limits = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()})
      : function_(std::move(function)), whole_(whole), limits_(limits) {}

  // Whether a bracket was found.
  bool bracket_from(double start);
  bool bracket_between(double low, double high);
  // Narrows the bracket until it is no wider than `tolerance()`, which may be asked anew at each step.
  void close(const std::function<double()>& tolerance);

  double low() const { return low_; }
  double high() const { return high_; }

 private:
  std::optional<double> at(double x) const;
  // `wanted`, or where that is not allowed the limit on its side, else the first place halfway, and halfway again, back
  // to `from`.
  double allowed(double from, double wanted) const;
  double next(double f_low, double f_high, bool bisect) const;

  Function function_;
  bool whole_;
  Limits limits_;
  double low_ = 0.0, high_ = 0.0;
};

}  // namespace sim
