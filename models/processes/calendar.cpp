// Season and trend of all demand but paid leads (MODEL.md, section 4). Draws nothing.
#include <array>

#include "models/scenario/calendar.h"
#include "models/streams.h"

namespace partnersim {
namespace {

// clang-format off
const std::array kParameters{
    season_spec("economy.season", "multipliers on leads by calendar month, January to December"),
    trend_spec("economy.trend", "monthly growth of leads"),
};
// clang-format on

class MarketCalendar final : public ProcessOf<MarketCalendar> {
 public:
  explicit MarketCalendar(Setup& setup) : calendar_(setup, "economy") {}

  void expect(Expectation& e, int) override { e.calendar = calendar_.factor(e.month); }

  class Share;

 private:
  Calendar calendar_;
};

class MarketCalendar::Share final : public Work {
 public:
  Share(const MarketCalendar& plan, std::size_t) : plan_(plan) {}

  void step(State& state, int) override { state.calendar = static_cast<float>(plan_.calendar_.factor(state.month)); }

 private:
  const MarketCalendar& plan_;
};

}  // namespace

const Entry& calendar_entry() {
  static const Entry entry{.name = "calendar",
                           .stream = stream::kCalendar,
                           .phases = {kEconomy},
                           .doc = "Season and trend of demand.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return Calendar::is_given(setup.scenario, "economy"); },
                           .make = make<MarketCalendar>};
  return entry;
}

}  // namespace partnersim
