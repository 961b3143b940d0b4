// The body of a quantile function as 256 cubics in the word, so that a draw costs a few multiplications.
// A segment is used only where the cubic is within 1e-7 of the function (relative to the value and to
// its distance from the bounds); the tails, and whatever is not smooth, stay with the function itself: the cubic of
// such a segment is NaN, so that many words are looked up without a branch.
//
// Cubics through four Chebyshev nodes of each segment, checked between them. Plain double arithmetic:
// the same bits everywhere.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "sim/lanes/dispatch.h"

namespace sim {

class QuantileBody {
 public:
  QuantileBody() = default;  // covers nothing
  // `at(word)` is the quantile; bounds may be infinite.
  template <class At>
  QuantileBody(const At& at, double low, double high) {
    for (std::uint32_t k = 0; k < kSegments; ++k) cubics_[k] = fit(at, k << kShift, low, high);
  }

  // NaN for a word it does not cover.
  double operator()(std::uint32_t word) const { return evaluate(cubics_.data(), word); }

  // out[i] = operator()(words[i]), within the range of floats; sizes must agree.
  void fill(Isa isa, std::span<const std::uint32_t> words, std::span<float> out) const {
    const Cubic* __restrict cubics = cubics_.data();
    const std::uint32_t* __restrict word = words.data();
    float* __restrict value = out.data();
    on_lanes(isa, [=, n = words.size()]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) value[i] = float_within_range(evaluate(cubics, word[i]));
    });
  }

  // The nearest float, the largest ones for what is beyond them; NaN stays.
  SIM_INLINE static float float_within_range(double value) {
    constexpr double kMost = std::numeric_limits<float>::max();
    const double capped = value > kMost ? kMost : value;
    return static_cast<float>(capped < -kMost ? -kMost : capped);
  }

 private:
  struct Cubic {
    double c0 = std::numeric_limits<double>::quiet_NaN(), c1 = 0.0, c2 = 0.0, c3 = 0.0;
  };
  static constexpr int kShift = 24;
  static constexpr std::uint32_t kSegments = 256;
  static constexpr std::uint32_t kMask = (1u << kShift) - 1;
  static constexpr double kStep = 0x1p-24;
  static constexpr double kTolerance = 1e-7;

  SIM_INLINE static double evaluate(const Cubic* cubics, std::uint32_t word) {
    const Cubic& c = cubics[word >> kShift];
    const double s = (static_cast<double>(static_cast<std::int32_t>(word & kMask)) + 0.5) * kStep;
    return ((c.c3 * s + c.c2) * s + c.c1) * s + c.c0;
  }

  template <class At>
  static Cubic fit(const At& at, std::uint32_t first, double low, double high) {
    // cos((2j + 1) pi / 8), j = 0..3, moved to [0, 1].
    constexpr std::array<double, 4> kNodes{0.03806023374435663, 0.30865828381745514, 0.69134171618254486,
                                           0.96193976625564337};
    const auto word_at = [&](double s) { return first + static_cast<std::uint32_t>(s * 0x1p24); };
    const auto place = [&](std::uint32_t word) { return (static_cast<double>(word & kMask) + 0.5) * kStep; };
    std::array<double, 4> x{}, d{};
    for (std::size_t j = 0; j < 4; ++j) {
      x[j] = place(word_at(kNodes[j]));
      d[j] = at(word_at(kNodes[j]));
    }
    // Newton's divided differences, expanded to powers.
    for (std::size_t order = 1; order < 4; ++order)
      for (std::size_t j = 3; j >= order; --j) d[j] = (d[j] - d[j - 1]) / (x[j] - x[j - order]);
    Cubic c;
    c.c3 = d[3];
    c.c2 = d[2] - d[3] * (x[0] + x[1] + x[2]);
    c.c1 = d[1] - d[2] * (x[0] + x[1]) + d[3] * (x[0] * x[1] + x[0] * x[2] + x[1] * x[2]);
    c.c0 = d[0] - d[1] * x[0] + d[2] * x[0] * x[1] - d[3] * x[0] * x[1] * x[2];
    bool fits = true;
    for (const double s : {0.0, 0.17, 0.5, 0.83, 1.0 - 0x1p-24}) {
      const std::uint32_t word = word_at(s);
      const double exact = at(word);
      const double t = place(word);
      const double error = std::abs(((c.c3 * t + c.c2) * t + c.c1) * t + c.c0 - exact);
      const double room = std::min({std::abs(exact), exact - low, high - exact});
      fits = fits && error <= kTolerance * room;
    }
    return fits ? c : Cubic{};
  }

  std::array<Cubic, kSegments> cubics_;
};

}  // namespace sim
