// Labels of points taken apart, so that a table says once what its points differ in and each row only how.
//
//   "spare, machine.*.wear × 0.5, shock.outage.every = 24"
//     names    "", "machine.*.wear ×", "shock.outage.every"      the same of every point
//     values   "sign", "0.5", "24"
//
// Promise: labels that are not built alike stay whole, as one part without a name. Knows labels as text only, since a
// result file holds no more.
#pragma once

#include <string>
#include <vector>

namespace sim::report {

struct PointLabels {
  std::vector<std::string> names;                // [part]
  std::vector<std::vector<std::string>> values;  // [point][part]

  // The ends of the names that tell them apart: "wear ×", "every".
  std::vector<std::string> short_names() const;
  // What a point's values are, but for those it shares with another: "sign" of "sign, 0.5" against "base, 0.5".
  std::string text(std::size_t point) const;
  std::string text_against(std::size_t point, std::size_t other) const;
};

PointLabels taken_apart(const std::vector<std::string>& labels);

}  // namespace sim::report
