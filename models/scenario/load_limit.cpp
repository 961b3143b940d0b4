#include "models/scenario/load_limit.h"

#include <algorithm>

#include <fmt/format.h>

namespace partnersim {
namespace {

constexpr double kMostDeals = 1e7;  // a month; assumed: a second or so in one replication
constexpr double kMostLeads = 4e9;  // within the horizon: counts have 32 bits
constexpr const char* kHint = "Lower leads, their trend and seasons, or word_of_mouth.";

}  // namespace

void check_load(Setup& setup, const sim::ExpectedValues& expected) {
  const sim::Mark whole{setup.scenario.file(), 0, 0};
  if (const auto wins = expected.trajectories.find("wins"); wins != expected.trajectories.end()) {
    const auto over =
        std::find_if(wins->second.begin(), wins->second.end(), [](double n) { return !(n <= kMostDeals); });
    if (over != wins->second.end()) {
      setup.problems.add(whole,
                         fmt::format("{:.3g} deals are expected in month {}", *over, over - wins->second.begin() + 1),
                         fmt::format("at most {:.0f} a month can be simulated", kMostDeals), kHint);
      return;
    }
  }
  const auto leads = expected.outcomes.find("leads");
  if (leads != expected.outcomes.end() && !(leads->second <= kMostLeads))
    setup.problems.add(whole, fmt::format("{:.3g} leads are expected", leads->second),
                       fmt::format("at most {:.0f} can be counted", kMostLeads), kHint);
}

}  // namespace partnersim
