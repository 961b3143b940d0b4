#include "sim/config/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "sim/config/text.h"

namespace sim {
namespace {

// Six digits read better than the rounding noise of the step; kept only if still inside.
double rounded(const Range& range, double value) {
  const double neat = std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
  return inside(range, neat) ? neat : value;
}

double step(const Range& range, double bound, bool whole) {
  if (whole) return 1.0;
  const double fine = bound == 0.0 ? 0.001 : std::abs(bound) / 1000.0;
  return std::isfinite(range.low) && std::isfinite(range.high) ? std::min(fine, (range.high - range.low) / 1000.0)
                                                               : fine;
}

}  // namespace

bool inside(const Range& range, double value) {
  if (std::isnan(value)) return false;
  const bool above = range.open_low ? value > range.low : value >= range.low;
  const bool below = range.open_high ? value < range.high : value <= range.high;
  return above && below;
}

std::string range_text(const Range& range) {
  const bool low = std::isfinite(range.low);
  const bool high = std::isfinite(range.high);
  const std::string from = number_text(range.low);
  const std::string to = number_text(range.high);
  if (low && high && range.open_low) return "above " + from + (range.open_high ? " and below " : ", up to ") + to;
  if (low && high) return "from " + from + " to " + (range.open_high ? "below " : "") + to;
  if (low) return (range.open_low ? "above " : "at least ") + from;
  if (high) return (range.open_high ? "below " : "at most ") + to;
  return "any number";
}

double lowest(const Range& range, bool whole) {
  const double bound = whole ? std::ceil(range.low) : range.low;
  if (!range.open_low || !std::isfinite(bound) || bound > range.low) return bound;
  return rounded(range, bound + step(range, bound, whole));
}

double highest(const Range& range, bool whole) {
  const double bound = whole ? std::floor(range.high) : range.high;
  if (!range.open_high || !std::isfinite(bound) || bound < range.high) return bound;
  return rounded(range, bound - step(range, bound, whole));
}

std::string range_hint(const Range& range, double value, bool whole) {
  const bool share = range.low >= 0.0 && range.high <= 1.0;
  if (share && !whole && value > 1.0 && value <= 100.0 && inside(range, value / 100.0)) {
    return "Did you mean " + number_text(rounded(range, value / 100.0)) + " (" + number_text(value) + " %)?";
  }
  const std::string what = whole ? "a whole number" : "a value";
  const double low = lowest(range, whole);
  const double high = highest(range, whole);
  if (low == high) return "Use " + number_text(low);
  if (std::isfinite(low) && std::isfinite(high))
    return "Use " + what + " from " + number_text(low) + " to " + number_text(high);
  if (std::isfinite(low)) return "Use " + what + " of at least " + number_text(low);
  if (std::isfinite(high)) return "Use " + what + " of at most " + number_text(high);
  return "Use " + what + ", such as 1";
}

double example_number(const Range& range, bool whole, double preferred) {
  if (preferred != 0.0 && std::isfinite(preferred) && inside(range, preferred)) return preferred;
  const std::array<double, 4> usual{1.0, whole ? 2.0 : 0.5, 10.0, 0.0};
  // A share of exactly one, the end of its range, would be an odd example.
  for (double value : usual) {
    if (inside(range, value) && value != range.high) return value;
  }
  return std::isfinite(lowest(range, whole)) ? lowest(range, whole) : highest(range, whole);
}

std::string range_reason(const Range& range, std::string_view unit) {
  std::string text = "must be " + range_text(range);
  if (!unit.empty()) text += ", unit \"" + std::string(unit) + "\"";
  return text;
}

}  // namespace sim
