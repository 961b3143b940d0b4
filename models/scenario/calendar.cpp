#include "models/scenario/calendar.h"

#include <fmt/format.h>

#include "sim/base/elementary.h"

namespace partnersim {

sim::ParameterSpec season_spec(std::string_view path, std::string_view doc) {
  return {.path = path,
          .kind = sim::Kind::numbers,
          .unit = "1",
          .range = {0, 1000},
          .usual = {0, 10},
          .doc = doc,
          .source = "neutral"};
}

sim::ParameterSpec trend_spec(std::string_view path, std::string_view doc) {
  return {.path = path,
          .unit = "1 a month",
          .range = {-0.99, 10},
          .usual = {-0.3, 0.3},
          .fallback = 0.0,
          .doc = doc,
          .source = "neutral"};
}

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
