#include "models/story.h"

#include <fmt/format.h>

#include <cmath>

namespace partnersim {

void Story::tell(const State& state, std::string kind, std::string subject, std::string cause, std::string text,
                 double amount, const std::string& unit) {
  events_.push_back(
      {state.month, std::move(kind), std::move(subject), std::move(cause), std::move(text), amount, unit});
}

std::string Story::money(double amount) const {
  std::string digits = fmt::format("{:.0f}", std::abs(amount));
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return fmt::format("{}{} {}", amount < 0.0 && digits != "0" ? "-" : "", digits, setup.currency);
}

}  // namespace partnersim
