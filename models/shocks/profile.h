// How strongly a shock acts k months after it arrived (MODEL.md, section 2): u(k) = 1 for k < D, then
//
//   step         0                       exponential r   exp(-r (k - D + 1))
//   linear R     (1 - (k - D + 1)/R)+    so that R = 1 and r -> infinity both equal the step
#pragma once

#include <string>
#include <vector>

#include "models/setup.h"
#include "models/whole_months.h"

namespace partnersim {

class ShockProfile {
 public:
  // Reads <path>.duration and <path>.recovery.
  ShockProfile(Setup& setup, const std::string& path);

  std::uint32_t duration(std::uint32_t word) const { return duration_(word); }
  // u(k); 0 once it no longer matters.
  float strength(std::uint32_t k, std::uint32_t duration) const {
    if (k < duration) return 1.0f;
    const std::size_t after = k - duration;
    return after < recovery_.size() ? recovery_[after] : 0.0f;
  }
  // E[u(k)] over durations.
  double mean_strength(int k) const;

 private:
  WholeMonths duration_;
  std::vector<float> recovery_;  // u(D), u(D + 1), …
};

}  // namespace partnersim
