// Season and trend of all demand but paid leads (MODEL.md, section 4). Draws nothing.
#include <array>

#include "models/scenario/calendar.h"
#include "models/streams.h"

namespace partnersim {
namespace {

// clang-format off
constexpr std::array kParameters{
    sim::ParameterSpec{.path = "economy.season", .kind = sim::Kind::numbers, .unit = "1", .range = {0, 1000},
                       .usual = {0, 10}, .doc = "multipliers on leads by calendar month, January to December",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "economy.trend", .unit = "1 a month", .range = {-0.99, 10}, .usual = {-0.3, 0.3},
                       .fallback = 0.0, .doc = "monthly growth of leads", .source = "neutral"},
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
