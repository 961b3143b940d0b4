// Sums over replications that do not depend on the order of adding: integer counts and fixed-point
// sums in 128 bits. So threads, blocks, shards and resumed runs simply add, and give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sim/engine/outputs.h"
#include "sim/lanes/dispatch.h"

namespace sim {

// Sum and sum of squares of values rounded to multiples of a power of two. Exact while |value| < 2^95 resolutions and
// fewer than 2^32 values: money of very different sizes fits side by side, a cent in the sums of billions. Squares have
// 254 bits for that. A larger value, or one that is no number, throws std::overflow_error: nothing is ever clipped.
class ExactMoments {
 public:
  __extension__ using Int128 = __int128;
  __extension__ using Uint128 = unsigned __int128;
  // All there is to know, so that sums can be stored and come back.
  struct Parts {
    Int128 sum = 0;
    Int128 squares = 0;        // modulo 2^127, never negative …
    Uint128 squares_high = 0;  // … and how often 2^127
    std::uint64_t count = 0;
  };
  ExactMoments() = default;
  explicit ExactMoments(const Parts& parts) : parts_(parts) {}
  const Parts& parts() const { return parts_; }

  // inverse_resolution = 1 / Trajectory::resolution.
  void add(Isa isa, std::span<const double> values, double inverse_resolution);
  void merge(const ExactMoments& other);
  std::uint64_t count() const { return parts_.count; }
  double mean(double resolution) const;
  // Unbiased variance; 0 for fewer than two values.
  double variance(double resolution) const;
  // Of the mean of independent values; NaN for fewer than two.
  double standard_error(double resolution) const;

 private:
  // The usual case, in vector code: at most kRun values, all below 2^42 resolutions. False: nothing added.
  bool add_small(Isa isa, std::span<const double> values, double inverse_resolution);
  void add_any(std::span<const double> values, double inverse_resolution);
  void add_wide(double scaled);
  void add_squares(Uint128 low, Uint128 high = 0);  // low < 2^127
  double narrow_deviations() const;
  double wide_deviations() const;
  Parts parts_;
};

// Counts in signed logarithmic bins: 128 an octave, so that a bin's middle is within 0.39 % of every
// value in it; |value| < 2^-30 counts as 0. Bins are numbered in ascending order of value: 0 is bin 0.
//
// Of each sign only the window from the nearest to the farthest value is kept: between 0 and a sale of 10,000 lie five
// thousand bins, in which nothing is.
class LogHistogram {
 public:
  void add(Isa isa, std::span<const float> values, std::vector<std::int32_t>& scratch);
  void add(std::int32_t bin, std::uint32_t count);
  void merge(const LogHistogram& other);
  void clear();

  // Calls f(bin, count) for each bin that holds something, in ascending order.
  template <class F>
  void each(const F& f) const {
    negative_.each(f);
    if (zeros_ != 0) f(std::int32_t{0}, zeros_);
    positive_.each(f);
  }
  // The lowest and the highest bin that hold something; the first above the second when none does.
  std::pair<std::int32_t, std::int32_t> range() const;

  static std::int32_t bin_of(float value);
  // The middle of a bin; of the whole numbers in it, where there are only those (exact up to 256).
  static double value_of(std::int32_t bin, bool whole);

  // The smallest bin value v with at least `p` of all counts at or below it; 0 without counts.
  double quantile(double p, bool whole) const;
  // The same for several, which ascend, in one pass: as many values.
  void quantiles(std::span<const double> ascending, bool whole, std::span<double> out) const;

 private:
  // Bins of one sign: bin `first` + k - 1 at counts[k]. What stands at counts[0] means nothing: values of other bins
  // are counted there, which is quicker than to leave them out.
  struct Window {
    std::int32_t first = 0;
    std::vector<std::uint32_t> counts;

    void cover(std::int32_t low, std::int32_t high);
    std::uint32_t& at(std::int32_t bin) { return counts[static_cast<std::size_t>(bin - first) + 1]; }
    void merge(const Window& other);
    void clear();
    template <class F>
    void each(const F& f) const {
      for (std::size_t k = 1; k < counts.size(); ++k)
        if (counts[k] != 0) f(first + static_cast<std::int32_t>(k) - 1, counts[k]);
    }
  };
  Window negative_, positive_;
  std::uint32_t zeros_ = 0;
};

struct Accumulators {
  explicit Accumulators(const OutputPlan& plan);
  // Whether it was made for a plan with the same number of everything.
  bool fits(const OutputPlan& plan) const;
  void clear();
  void merge(const Accumulators& other);

  ExactMoments& moments(std::size_t trajectory, int month) {
    return trajectory_moments[trajectory * months + index(month)];
  }
  const ExactMoments& moments(std::size_t trajectory, int month) const {
    return trajectory_moments[trajectory * months + index(month)];
  }
  LogHistogram& band(std::size_t trajectory, int month) { return bands[trajectory * months + index(month)]; }
  const LogHistogram& band(std::size_t trajectory, int month) const {
    return bands[trajectory * months + index(month)];
  }

  // In so many more replications a member is alive after the month than after the one before.
  void add_survivors(std::size_t member, int month, std::ptrdiff_t more) {
    alive_changes[index(month) * members + member] += static_cast<std::uint32_t>(more);
  }
  // [month] replications in which a member is alive after it; empty without survival.
  std::vector<std::uint32_t> survivors(std::size_t member) const;
  void set_survivors(std::size_t member, const std::vector<std::uint32_t>& by_month);

  std::size_t months;
  std::size_t members;
  std::vector<ExactMoments> trajectory_moments;  // [trajectory][month]
  std::vector<LogHistogram> bands;               // [trajectory][month]; empty without bands
  std::vector<ExactMoments> member_totals;       // [total][member]
  std::vector<std::uint32_t> alive_changes;      // [month][member], modulo 2^32; empty without survival
  std::uint64_t replications = 0;

 private:
  static std::size_t index(int month) { return static_cast<std::size_t>(month - 1); }
};

}  // namespace sim
