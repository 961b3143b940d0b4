#include "models/scenario/calendar.h"

#include <fmt/format.h>

#include "sim/base/elementary.h"

namespace partnersim {

Calendar::Calendar(Setup& setup, const std::string& path)
    : season_(setup.scenario.numbers(path + ".season")), growth_(setup.scenario.number(path + ".trend")) {
  if (setup.scenario.given(path + ".season") && season_.size() != 12) {
    setup.problems.add(setup.scenario.mark(path + ".season"),
                       fmt::format("{}.season has {} numbers", path, season_.size()),
                       "one multiplier for each calendar month, from January to December", "Give twelve.");
    season_.clear();
  }
  const std::string& start = setup.scenario.text("scenario.start");
  if (start.size() == 7) first_ = (start[5] - '0') * 10 + (start[6] - '0') - 1;
}

double Calendar::factor(int month) const {
  const double trend = growth_ == 0.0 ? 1.0 : sim::math::pow(1.0 + growth_, month - 1);
  return season_.empty() ? trend : trend * season_[static_cast<std::size_t>((first_ + month - 1) % 12)];
}

}  // namespace partnersim
