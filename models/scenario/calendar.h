// Season and trend (MODEL.md, section 0): twelve multipliers by calendar month, and (1 + growth)^(t-1).
// Month 1 is the calendar month of scenario.start, January when there is none.
#pragma once

#include <string>
#include <vector>

#include "models/setup.h"

namespace partnersim {

sim::ParameterSpec season_spec(std::string_view path, std::string_view doc);
sim::ParameterSpec trend_spec(std::string_view path, std::string_view doc);

class Calendar {
 public:
  // Reads <path>.season and <path>.trend.
  Calendar(Setup& setup, const std::string& path);
  static bool is_given(const sim::Scenario& scenario, const std::string& path) {
    return scenario.given(path + ".season") || scenario.given(path + ".trend");
  }
  double factor(int month) const;

 private:
  std::vector<double> season_;  // empty: flat
  double growth_;
  int first_ = 0;  // calendar month of month 1, January is 0
};

}  // namespace partnersim
