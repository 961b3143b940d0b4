// The body of a quantile function as 256 cubics in the word, so that a draw costs a few multiplications.
// A segment is used only where the cubic is within 1e-7 of the function (relative to the value and to
// its distance from the bounds); the tails, and whatever is not smooth, stay with the function itself.
//
// Cubics through four Chebyshev nodes of each segment, checked between them. Plain double arithmetic:
// the same bits everywhere.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace sim {

class QuantileBody {
 public:
  QuantileBody() = default;  // covers nothing
  // `at(word)` is the quantile; bounds may be infinite.
  template <class At>
  QuantileBody(const At& at, double low, double high) {
    for (std::uint32_t k = 0; k < kSegments; ++k) segments_[k] = fit(at, k << kShift, low, high);
  }

  bool covers(std::uint32_t word) const { return segments_[word >> kShift].fits; }
  // Only for words it covers.
  double operator()(std::uint32_t word) const {
    const Segment& c = segments_[word >> kShift];
    const double s = (static_cast<double>(word & kMask) + 0.5) * kStep;
    return ((c.c3 * s + c.c2) * s + c.c1) * s + c.c0;
  }

 private:
  struct Segment {
    double c0 = 0.0, c1 = 0.0, c2 = 0.0, c3 = 0.0;
    bool fits = false;
  };
  static constexpr int kShift = 24;
  static constexpr std::uint32_t kSegments = 256;
  static constexpr std::uint32_t kMask = (1u << kShift) - 1;
  static constexpr double kStep = 0x1p-24;
  static constexpr double kTolerance = 1e-7;

  template <class At>
  static Segment fit(const At& at, std::uint32_t first, double low, double high) {
    // cos((2j + 1) pi / 8), j = 0..3, moved to [0, 1].
    constexpr std::array<double, 4> kNodes{0.03806023374435663, 0.30865828381745514, 0.69134171618254486, 0.96193976625564337};
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
    Segment c;
    c.c3 = d[3];
    c.c2 = d[2] - d[3] * (x[0] + x[1] + x[2]);
    c.c1 = d[1] - d[2] * (x[0] + x[1]) + d[3] * (x[0] * x[1] + x[0] * x[2] + x[1] * x[2]);
    c.c0 = d[0] - d[1] * x[0] + d[2] * x[0] * x[1] - d[3] * x[0] * x[1] * x[2];
    c.fits = true;
    for (const double s : {0.0, 0.17, 0.5, 0.83, 1.0 - 0x1p-24}) {
      const std::uint32_t word = word_at(s);
      const double exact = at(word);
      const double t = place(word);
      const double error = std::abs(((c.c3 * t + c.c2) * t + c.c1) * t + c.c0 - exact);
      const double room = std::min({std::abs(exact), exact - low, high - exact});
      c.fits = c.fits && error <= kTolerance * room;
    }
    return c;
  }

  std::array<Segment, kSegments> segments_;
};

}  // namespace sim
