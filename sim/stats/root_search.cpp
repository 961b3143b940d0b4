#include "sim/stats/root_search.h"

#include <algorithm>
#include <cmath>

namespace sim {
namespace {

constexpr int kMostDoublings = 13;   // of the step to either side: a factor of several thousand; assumed
constexpr int kMostHalvings = 10;    // of a step that leads where the argument is not allowed; assumed
constexpr int kMostNarrowings = 60;  // assumed: bisection alone would take 53
constexpr double kNearest = 1e-9;    // relative: narrower brackets are noise of doubles

}  // namespace

std::optional<double> RootSearch::at(double x) const { return function_(whole_ ? std::round(x) : x); }

bool RootSearch::bracket_from(double start) {
  if (!at(start)) return false;
  double up = start, down = start, step = start != 0.0 ? std::abs(start) * 0.5 : 1.0;
  bool may_rise = true, may_fall = true;
  for (int k = 0; k < kMostDoublings && (may_rise || may_fall); ++k, step *= 2.0) {
    if (may_rise) {
      const double next = allowed(up, up + step);
      if (next > up && bracket_between(up, next)) return true;
      may_rise = next == up + step;
      up = next;
    }
    if (may_fall) {
      const double wanted = start > 0.0 ? down * 0.5 : down - step;  // numbers above 0 mostly have to stay there
      const double next = allowed(down, wanted);
      if (next < down && bracket_between(next, down)) return true;
      may_fall = next == wanted && std::abs(next) > kNearest * std::abs(start);
      down = next;
    }
  }
  // Halves of a number above 0 never come to 0.
  return limits_.low < down && std::isfinite(limits_.low) && at(limits_.low) && bracket_between(limits_.low, down);
}

double RootSearch::allowed(double from, double wanted) const {
  const double limit = wanted > from ? limits_.high : limits_.low;
  if (std::isfinite(limit) && (wanted > from ? wanted > limit : wanted < limit) && at(limit)) return limit;
  double next = wanted;
  for (int k = 0; k < kMostHalvings && !at(next); ++k) next = whole_ ? from : 0.5 * (from + next);
  return at(next) ? next : from;
}

bool RootSearch::bracket_between(double low, double high) {
  if (whole_) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  const auto a = at(low), b = at(high);
  if (!a || !b) return false;
  low_ = low;
  high_ = high;
  return (*a <= 0.0) != (*b <= 0.0) || *a == 0.0 || *b == 0.0;
}

double RootSearch::next(double f_low, double f_high, bool bisect) const {
  const double width = high_ - low_;
  double x = f_high != f_low ? (low_ * f_high - high_ * f_low) / (f_high - f_low) : 0.5 * (low_ + high_);
  if (bisect || !(x > low_ + 0.01 * width && x < high_ - 0.01 * width)) x = 0.5 * (low_ + high_);
  return whole_ ? std::clamp(std::round(x), low_ + 1.0, high_ - 1.0) : x;
}

void RootSearch::close(const std::function<double()>& tolerance) {
  const double f_first = *at(low_);
  double f_low = f_first, f_high = *at(high_);
  int side = 0;
  for (int k = 0; k < kMostNarrowings; ++k) {
    const double least = kNearest * std::max(std::abs(low_), std::abs(high_));
    if (high_ - low_ <= (whole_ ? 1.0 : std::max(tolerance(), least))) return;
    const double x = next(f_low, f_high, k % 4 == 3);
    const auto f = at(x);
    if (!f) return;
    if ((*f <= 0.0) == (f_first <= 0.0)) {
      low_ = x;
      f_low = *f;
      if (side == -1) f_high *= 0.5;  // an end that stays weighs half
      side = -1;
    } else {
      high_ = x;
      f_high = *f;
      if (side == 1) f_low *= 0.5;
      side = 1;
    }
  }
}

}  // namespace sim
