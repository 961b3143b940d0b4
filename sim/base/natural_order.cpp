#include "sim/base/natural_order.h"

#include <algorithm>
#include <cstddef>

namespace sim {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The run of digits at the start, without leading zeros.
std::string_view number_at(std::string_view text) {
  const std::size_t end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  const std::string_view digits = text.substr(0, end);
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

std::string_view without_number(std::string_view text) {
  return text.substr(static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin()));
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  std::string_view x = a, y = b;
  while (!x.empty() && !y.empty()) {
    if (is_digit(x.front()) && is_digit(y.front())) {
      const std::string_view m = number_at(x), n = number_at(y);
      if (m.size() != n.size()) return m.size() < n.size();
      if (m != n) return m < n;
      x = without_number(x);
      y = without_number(y);
      continue;
    }
    if (x.front() != y.front()) return static_cast<unsigned char>(x.front()) < static_cast<unsigned char>(y.front());
    x.remove_prefix(1);
    y.remove_prefix(1);
  }
  if (x.empty() != y.empty()) return x.empty();
  return a < b;
}

}  // namespace sim
