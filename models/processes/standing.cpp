// What a firm's figures amount to in the eyes of others (MODEL.md, section 14). Draws nothing.
//
//   valuation     multiple times the profit of the last twelve months
//   jobs          (annual revenue - that before month 1) / revenue a job
//   market share  revenue of the last twelve months / what the market's customers spend a year by then, size
//                 (1 + growth)^((t - 1)/12)
//
// In the first year the last twelve months are those so far; annual revenue is theirs times 12 / t.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "models/money/money_terms.h"
#include "models/setup.h"
#include "models/streams.h"
#include "sim/base/elementary.h"

namespace partnersim {
namespace {

constexpr int kYear = 12;

const std::array kParameters{
    sim::ParameterSpec{.path = "firm.valuation_multiple",
                       .unit = "years",
                       .range = {0, 1000},
                       .usual = {0, 30},
                       .doc = "the firm is worth so many times the profit of its last twelve months"},
    sim::ParameterSpec{.path = "firm.revenue_per_job",
                       .unit = "currency",
                       .range = {1, 1e12},
                       .doc = "annual revenue that sustains one job; 73,900 [seed]"},
    sim::ParameterSpec{.path = "firm.revenue_before",
                       .unit = "currency",
                       .range = {0, 1e15},
                       .fallback = 0.0,
                       .doc = "annual revenue before month 1, which has its jobs already",
                       .source = "neutral",
                       .needs = "firm.revenue_per_job"},
    sim::label_spec("market.*.label"),
    sim::enabled_spec("market.*.enabled"),
    sim::ParameterSpec{.path = "market.*.size",
                       .unit = "currency",
                       .range = {1, 1e18},
                       .required = true,
                       .doc = "what its customers spend a year, in month 1"},
    sim::ParameterSpec{.path = "market.*.growth",
                       .unit = "1 a year",
                       .range = {-0.99, 10},
                       .usual = {-0.3, 0.5},
                       .fallback = 0.0,
                       .doc = "yearly growth of its size",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "market.*.region",
                       .kind = sim::Kind::text,
                       .doc = "only revenue through partners of this region counts; none: all revenue"},
};

class Standing final : public ProcessOf<Standing> {
 public:
  explicit Standing(Setup& setup)
      : months_(setup.months),
        multiple_(setup.scenario.number("firm.valuation_multiple")),
        before_(setup.scenario.number("firm.revenue_before")) {
    setup.watch("revenue_trailing12");
    if (setup.scenario.given("firm.valuation_multiple")) value(setup);
    if (setup.scenario.given("firm.revenue_per_job")) {
      per_job_ = setup.scenario.number("firm.revenue_per_job");
      jobs_ = setup.outcome(
          {"jobs", "1", "Jobs", "Annual revenue at the end less firm.revenue_before, over firm.revenue_per_job."});
    }
    for (const std::string& id : setup.scenario.ids("market")) enter(setup, id);
  }

  void expect_begin(Expectation&) override {
    for (Market& market : markets_) market.expected.clear();
  }

  void expect(Expectation& e, int) override {
    const auto& revenue = e.values.trajectories["revenue"];
    const double annual = sum_of_year(revenue) * kYear / std::min(kYear, e.month);
    if (per_job_ > 0.0) e.values.outcomes["jobs"] = (annual - before_) / per_job_;
    if (values_) e.values.outcomes["valuation"] = multiple_ * sum_of_year(e.values.trajectories["profit"]);
    for (Market& market : markets_) {
      double own = sum_of_year(revenue);
      if (market.is_regional) {
        market.expected.push_back(0.0);
        for (const std::size_t s : market.sources) market.expected.back() += e.sales[s];
        own = sum_of_year(market.expected);
      }
      e.values.outcomes[market.figure] = own / market.size_in(e.month);
    }
  }

  class Share;

 private:
  struct Market {
    std::string figure;
    double size, growth;
    bool is_regional;
    std::vector<std::size_t> sources;  // of a region
    int column = -1;
    std::vector<double> expected{};  // revenue of the region, by month

    double size_in(int month) const {
      return growth == 0.0 ? size : size * sim::math::pow(1.0 + growth, (month - 1) / 12.0);
    }
  };

  static double sum_of_year(const std::vector<double>& months) {
    double sum = 0.0;
    for (std::size_t m = months.size() > kYear ? months.size() - kYear : 0; m < months.size(); ++m) sum += months[m];
    return sum;
  }

  void value(Setup& setup) {
    if (months_ < kYear) {
      setup.warnings.push_back("firm.valuation_multiple has no effect: the horizon has no twelve months");
      return;
    }
    values_ = true;
    valuation_ = setup.outcome({"valuation", setup.currency, "Valuation",
                                "firm.valuation_multiple times the profit of the last twelve months."});
  }

  void enter(Setup& setup, const std::string& id) {
    const std::string path = "market." + id;
    Market market{"market_share_" + id,
                  setup.scenario.number(path + ".size"),
                  setup.scenario.number(path + ".growth"),
                  setup.scenario.given(path + ".region"),
                  {}};
    if (market.size_in(months_) < 1.0)
      setup.problems.add(setup.scenario.mark(path + ".growth"), fmt::format("{} shrinks to nothing", path),
                         fmt::format("it would have a size of {:.3g} in month {}", market.size_in(months_), months_),
                         "Use a growth nearer to 0: it is of a year.");
    if (market.is_regional) {
      setup.need(Need::by_source);
      const std::string& region = setup.scenario.text(path + ".region");
      for (std::size_t p = 0; p < setup.partners.size(); ++p)
        if (setup.partners[p].region == region) market.sources.push_back(setup.source_of_partner(p));
      if (market.sources.empty() && !setup.scenario.has_disabled("partner"))
        setup.problems.add(setup.scenario.mark(path + ".region"), fmt::format("{}: nobody is of {}", path, region),
                           "no partner has that region", fmt::format("Add region = \"{}\" to a partner.", region));
    }
    market.column =
        setup.outcome({market.figure, "1", "Share of " + setup.scenario.label("market", id),
                       "Revenue of the last twelve months over what the market's customers spend a year by then."});
    setup.offer_figure(market.figure);
    markets_.push_back(std::move(market));
  }

  int months_;
  double multiple_, before_, per_job_ = 0.0;
  bool values_ = false;
  int valuation_ = -1, jobs_ = -1;
  std::vector<Market> markets_;
};

class Standing::Share final : public Work {
 public:
  Share(const Standing& plan, std::size_t lanes)
      : plan_(plan), shares_(plan.markets_.size()), past_profit_(sim::padded(lanes)), lane_(past_profit_) {
    for (std::size_t m = 0; m < shares_.size(); ++m) {
      shares_[m].resize(sim::padded(lanes));
      past_.emplace_back(plan.markets_[m].is_regional ? kYear : 0, lanes);
    }
  }

  void begin(State& state) override {
    std::fill(past_profit_.begin(), past_profit_.end(), 0.0);
    for (auto& past : past_) past.fill(0.0);
    for (std::size_t m = 0; m < shares_.size(); ++m) state.running[plan_.markets_[m].figure] = &shares_[m];
  }

  void step(State& state, int) override {
    if (state.pass == Pass::twin) return;
    if (plan_.values_ && state.month == plan_.months_ - kYear)
      std::copy_n(state.running.at("profit")->data(), state.count, past_profit_.data());
    for (std::size_t m = 0; m < shares_.size(); ++m) share(state, m);
  }

  void finish(State& state) override {
    if (plan_.values_) {
      const double* profit = state.running.at("profit")->data();
      for (std::size_t i = 0; i < state.count; ++i) lane_[i] = plan_.multiple_ * (profit[i] - past_profit_[i]);
      state.write(plan_.valuation_, lane_.data());
    }
    if (plan_.per_job_ > 0.0) {
      const double* last_twelve = state.running.at("revenue_trailing12")->data();
      const double factor = static_cast<double>(kYear) / std::min(kYear, plan_.months_);
      for (std::size_t i = 0; i < state.count; ++i)
        lane_[i] = (factor * last_twelve[i] - plan_.before_) / plan_.per_job_;
      state.write(plan_.jobs_, lane_.data());
    }
    for (std::size_t m = 0; m < shares_.size(); ++m) state.write(plan_.markets_[m].column, shares_[m].data());
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(past_profit_, shares_, past_); }

 private:
  void share(const State& state, std::size_t m) {
    const Market& market = plan_.markets_[m];
    if (market.is_regional) {
      // Revenue to date, less that of a year ago.
      std::fill_n(lane_.data(), state.count, 0.0);
      for (const std::size_t s : market.sources)
        for (std::size_t i = 0; i < state.count; ++i) lane_[i] += state.revenue_by_source->row(s)[i];
      double* oldest = past_[m].row(static_cast<std::size_t>(state.month % kYear));
      for (std::size_t i = 0; i < state.count; ++i) {
        const double now = lane_[i];
        lane_[i] -= oldest[i];
        oldest[i] = now;
      }
    } else {
      lane_ = *state.running.at("revenue_trailing12");
    }
    const double size = market.size_in(state.month);
    for (std::size_t i = 0; i < state.count; ++i) shares_[m][i] = lane_[i] / size;
  }

  const Standing& plan_;
  std::vector<sim::Lane<double>> shares_;  // [market]
  std::vector<sim::Grid<double>> past_;    // [market] of a region, [month modulo 12] revenue to date
  sim::Lane<double> past_profit_;          // to date, twelve months before the end
  sim::Lane<double> lane_;
};

}  // namespace

const Entry& standing_entry() {
  static const Entry entry{.name = "standing",
                           .stream = stream::kStanding,
                           .phases = {kRecord},
                           .doc = "Valuation, jobs, and shares of markets.",
                           .parameters = kParameters,
                           .given =
                               [](const Setup& setup) {
                                 return setup.scenario.given("firm.valuation_multiple") ||
                                        setup.scenario.given("firm.revenue_per_job") ||
                                        !setup.scenario.ids("market").empty();
                               },
                           .make = make<Standing>};
  return entry;
}

}  // namespace partnersim
