// The focal firm's books: what is booked this month is this month's revenue. Draws nothing.
//
// Trailing revenue is that of the last twelve months, from month 12 on; the largest drawdown is the largest relative
// fall of it from a peak; growth compares the last twelve months with the first.
#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "models/money/resolution.h"
#include "models/setup.h"
#include "models/story.h"
#include "models/streams.h"
#include "sim/base/counted.h"
#include "sim/base/missing.h"
#include "sim/lanes/row_sums.h"

namespace partnersim {
namespace {

constexpr std::size_t kYear = 12;

class Revenue final : public ProcessOf<Revenue> {
 public:
  explicit Revenue(Setup& setup)
      : months_(setup.months), has_direct_(setup.has_direct), partners_(setup.partners.size()) {
    add_outcomes(setup);
    std::vector<double> resolutions;
    for (const Partner& partner : setup.partners) resolutions.push_back(money_resolution(partner.typical_sale, 0.0));
    if (!setup.partners.empty())
      partner_total_ =
          setup.member_total({"revenue", setup.currency, "Revenue by partner",
                              "Mean of what was booked of the partner's customers within the horizon.", resolutions});
    if (wins_column_ >= 0 || wins_trajectory_ >= 0) setup.need(Need::wins);
    for (const char* name : {"revenue", "revenue_trailing12", "wins", "leads"}) setup.offer_figure(name);
  }

  void bind(Setup& setup) override {
    if (partner_total_ >= 0 || (has_direct_ && direct_ >= 0) || !channels_.empty() || setup.needs(Need::by_source))
      kept_sources_ = setup.sources();
    trails_ = trailing_column_ >= 0 || growth_ >= 0 || drawdown_column_ >= 0 || setup.is_watched("revenue_trailing12");
  }

  void expect_begin(Expectation& e) override {
    e.values.member_totals["revenue"].assign(e.weight.size(), 0.0);
    expected_year_ = 0.0;
    expected_months_.clear();
    for (const std::string& id : channel_ids_) e.values.outcomes["acquisition_revenue_" + id] = 0.0;
  }

  void expect(Expectation& e, int) override {
    const double revenue = std::accumulate(e.sales.begin(), e.sales.end(), 0.0);
    auto& outcomes = e.values.outcomes;
    outcomes["revenue"] += revenue;
    outcomes["wins"] += e.wins;
    outcomes["leads"] += e.leads_received;
    outcomes["recurring_revenue"] += e.recurring;
    outcomes["recurring_revenue_end"] = e.recurring;
    if (has_direct_) outcomes["direct_revenue"] += e.sales[0];
    for (std::size_t p = 0; p < e.weight.size(); ++p)
      e.values.member_totals["revenue"][p] += e.sales[first_partner() + p];
    for (std::size_t c = 0; c < channel_ids_.size(); ++c)
      outcomes["acquisition_revenue_" + channel_ids_[c]] += e.sales[first_partner() + partners_ + c];
    e.record("revenue", revenue);
    e.record("wins", e.wins);
    expected_year_ += revenue;
    expected_months_.push_back(revenue);
    expect_trailing(e);
    if (e.month % 12 == 0 || e.month == months_) {
      outcomes["revenue_by_year[" + std::to_string((e.month + 11) / 12) + "]"] = expected_year_;
      expected_year_ = 0.0;
    }
  }

  class Share;

 private:
  std::size_t first_partner() const { return has_direct_ ? 1 : 0; }

  void add_outcomes(Setup& setup) {
    const std::string& money = setup.currency;
    const double resolution = money_resolution(setup.typical_sale, 0.0);
    revenue_ =
        setup.outcome({"revenue", money, "Revenue", "What is booked within the horizon: deals when served, and fees."});
    const auto years = static_cast<std::size_t>((months_ + 11) / 12);
    for (std::size_t y = 0; y < years; ++y)
      by_year_.push_back(setup.outcome({"revenue_by_year", money, "Revenue by year",
                                        "What is booked in months 12(y-1)+1 to 12y; the last year may be shorter.",
                                        false, "year", y, years}));
    if (has_direct_)
      direct_ = setup.outcome({"direct_revenue", money, "Direct revenue",
                               "What was booked of customers won without partners, fees included."});
    leads_column_ = setup.outcome(
        {"leads", "1", "Leads", "Customers referred, paid for, or come by themselves within the horizon."});
    wins_column_ = setup.outcome({"wins", "1", "Deals closed", "Leads that became deals within the horizon."});
    channel_ids_ = setup.channels;
    for (const std::string& id : channel_ids_)
      channels_.push_back(setup.outcome({"acquisition_revenue_" + id, money,
                                         "Revenue through " + setup.scenario.label("acquisition", id),
                                         "What was booked of customers won through this paid channel."}));
    trajectory_ = setup.trajectory({"revenue", money, "Revenue a month", "What is booked in the month.", resolution});
    wins_trajectory_ = setup.trajectory({"wins", "1", "Deals closed a month", "Deals closed in the month.", 1.0, true});
    if (months_ >= 12) {
      trailing_column_ = setup.outcome({"revenue_trailing12", money, "Revenue of the last twelve months",
                                        "Revenue of the last twelve months of the horizon."});
      trailing_trajectory_ =
          setup.wants_series("revenue_trailing12")
              ? setup.trajectory({"revenue_trailing12", money, "Revenue of twelve months",
                                  "Revenue of the twelve months up to this one; of fewer in the first year.",
                                  resolution})
              : -1;
    }
    if (months_ > 12)
      drawdown_column_ = setup.outcome(
          {"max_drawdown", "1", "Largest drawdown",
           "Largest fall of trailing-12 revenue from a peak, from month 12 on, as a share of the peak.", true});
    if (months_ >= 24) {
      sim::Column growth{"growth", "1", "Growth",
                         "Revenue of the last twelve months over that of the first twelve, less 1; missing when the "
                         "first year brought nothing."};
      growth.may_be_missing = true;
      growth_ = setup.outcome(growth);
    }
    if (!setup.has_recurring) return;
    recurring_column_ =
        setup.outcome({"recurring_revenue", money, "Recurring revenue", "Monthly fees paid within the horizon."});
    recurring_end_ = setup.outcome(
        {"recurring_revenue_end", money, "Recurring revenue a month at the end", "Fees of the last month."});
  }

  void expect_trailing(Expectation& e) {
    const auto year_to = [&](std::size_t end) {
      const std::size_t from = end > kYear ? end - kYear : 0;
      return std::accumulate(expected_months_.begin() + static_cast<std::ptrdiff_t>(from),
                             expected_months_.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
    };
    const std::size_t now = expected_months_.size();
    e.record("revenue_trailing12", year_to(now));
    if (now < kYear) return;
    double peak = 0.0, drawdown = 0.0;
    for (std::size_t end = kYear; end <= now; ++end) {
      peak = std::max(peak, year_to(end));
      if (peak > 0.0) drawdown = std::max(drawdown, 1.0 - year_to(end) / peak);
    }
    e.values.outcomes["revenue_trailing12"] = year_to(now);
    e.values.outcomes["max_drawdown"] = drawdown;
    if (year_to(kYear) > 0.0) e.values.outcomes["growth"] = year_to(now) / year_to(kYear) - 1.0;
  }

  const int months_;
  const bool has_direct_;
  const std::size_t partners_;
  std::vector<std::string> channel_ids_;
  int revenue_ = -1, direct_ = -1, leads_column_ = -1, wins_column_ = -1, trailing_column_ = -1, growth_ = -1,
      drawdown_column_ = -1, recurring_column_ = -1, recurring_end_ = -1;
  int trajectory_ = -1, wins_trajectory_ = -1, trailing_trajectory_ = -1, partner_total_ = -1;
  std::size_t kept_sources_ = 0;  // of which revenue to date is kept
  bool trails_ = false;
  std::vector<int> by_year_, channels_;
  double expected_year_ = 0.0;
  std::vector<double> expected_months_;
};

class Revenue::Share final : public Work {
 public:
  Share(const Revenue& plan, std::size_t lanes)
      : plan_(plan),
        month_(sim::padded(lanes)),
        total_(month_),
        before_year_(month_),
        wins_(month_),
        leads_(month_),
        trailing_(month_),
        first_year_(month_),
        peak_(month_),
        drawdown_(month_),
        recurring_(month_),
        sources_(plan.kept_sources_, lanes),
        last_year_(plan.trails_ ? kYear : 0, lanes) {}

  void begin(State& state) override {
    for (sim::Lane<double>* lane :
         {&total_, &before_year_, &wins_, &leads_, &trailing_, &peak_, &drawdown_, &recurring_})
      std::fill(lane->begin(), lane->end(), 0.0);
    last_year_.fill(0.0);
    sources_.fill(0.0);
    state.revenue_by_source = &sources_;
    state.running["revenue"] = &total_;
    state.running["revenue_trailing12"] = &trailing_;
    state.running["wins"] = &wins_;
    state.running["leads"] = &leads_;
  }

  void step(State& state, int) override {
    if (state.pass == Pass::twin) return;
    add_up(state);
    if (plan_.trails_) trail(state);
    if (state.pass != Pass::actual) return;
    if (plan_.trajectory_ >= 0) state.record(plan_.trajectory_, month_);
    if (plan_.wins_trajectory_ >= 0) {
      for (std::size_t i = 0; i < state.count; ++i) month_[i] = static_cast<double>(state.wins[i]);
      state.record(plan_.wins_trajectory_, month_);
    }
    if (plan_.trailing_trajectory_ >= 0) state.record(plan_.trailing_trajectory_, trailing_);
    if (state.month % 12 == 0 || state.month == plan_.months_) close_year(state);
  }

  void tell(const State& state, int, Story& story) override {
    double revenue = 0.0;
    for (std::size_t s = 0; s < state.sales.rows(); ++s) {
      const auto booked = static_cast<double>(state.sales.row(s)[0]);
      const std::uint32_t deals = state.closings.row(s)[0];
      revenue += booked;
      if (deals == 0 && booked == 0.0) continue;
      const std::string what = deals == 0 ? "booked" : sim::counted(deals, "deal"), who = story.setup.source_label(s);
      story.tell(state, "deals", who, "", fmt::format("{}: {}, {}", who, what, story.money(booked)), booked,
                 story.setup.currency);
    }
    std::string text = fmt::format("revenue of the month {}", story.money(revenue));
    if (const auto cash = state.running.find("cash"); cash != state.running.end())
      text += fmt::format(", cash {}", story.money((*cash->second)[0]));
    story.tell(state, "month", "the firm", "", text, revenue, story.setup.currency);
  }

  void finish(State& state) override {
    state.write(plan_.revenue_, total_.data());
    state.write(plan_.wins_column_, wins_.data());
    state.write(plan_.leads_column_, leads_.data());
    state.write(plan_.trailing_column_, trailing_.data());
    state.write(plan_.drawdown_column_, drawdown_.data());
    state.write(plan_.recurring_column_, recurring_.data());
    for (std::size_t i = 0; i < state.count; ++i)
      month_[i] = first_year_[i] > 0.0 ? trailing_[i] / first_year_[i] - 1.0 : sim::kMissing;
    state.write(plan_.growth_, month_.data());
    if (plan_.direct_ >= 0) state.write(plan_.direct_, sources_.row(0));
    for (std::size_t c = 0; c < plan_.channels_.size(); ++c)
      state.write(plan_.channels_[c], sources_.row(plan_.first_partner() + plan_.partners_ + c));
    state.write(plan_.recurring_end_, state.recurring.data());
    if (plan_.partner_total_ < 0) return;
    for (std::size_t p = 0; p < plan_.partners_; ++p) {
      std::copy_n(sources_.row(plan_.first_partner() + p), state.count, month_.begin());
      state.add_member_total(plan_.partner_total_, p, month_);
    }
  }

  void copy_lane(const sim::LaneCopy& copy) override {
    copy(total_, before_year_, wins_, leads_, trailing_, first_year_, peak_, drawdown_, recurring_, sources_,
         last_year_);
  }

 private:
  void add_up(State& state) {
    const std::size_t n = state.count;
    sim::sum_rows(state.isa, state.sales, n, month_.data());
    const double* __restrict month = month_.data();
    double* __restrict total = total_.data();
    double* __restrict wins = wins_.data();
    double* __restrict leads = leads_.data();
    double* __restrict recurring = recurring_.data();
    const float* __restrict sales = state.sales.data();
    double* __restrict sources = sources_.data();
    sim::on_lanes(state.isa, [=, rows = sources_.rows(), stride = sources_.stride()]() SIM_LANES {
      for (std::size_t row = 0; row < rows * stride; row += stride)
        for (std::size_t i = row; i < row + sim::overrun(n); ++i) sources[i] += static_cast<double>(sales[i]);
    });
    const float* __restrict month_wins = state.wins.data();
    const float* __restrict month_leads = state.leads_received.data();
    const double* __restrict fees = state.recurring.data();
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        total[i] += month[i];
        wins[i] += static_cast<double>(month_wins[i]);
        leads[i] += static_cast<double>(month_leads[i]);
        recurring[i] += fees[i];
      }
    });
  }

  void trail(const State& state) {
    const std::size_t n = state.count;
    const double* __restrict month = month_.data();
    double* __restrict oldest = last_year_.row(static_cast<std::size_t>(state.month) % kYear);
    double* __restrict trailing = trailing_.data();
    double* __restrict peak = peak_.data();
    double* __restrict drawdown = drawdown_.data();
    const bool full = state.month >= 12;
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        trailing[i] += month[i] - oldest[i];
        oldest[i] = month[i];
      }
      for (std::size_t i = 0; full && i < n; ++i) {
        peak[i] = peak[i] > trailing[i] ? peak[i] : trailing[i];
        const double fall = peak[i] > 0.0 ? 1.0 - trailing[i] / peak[i] : 0.0;
        drawdown[i] = drawdown[i] > fall ? drawdown[i] : fall;
      }
    });
    if (state.month == 12) first_year_ = trailing_;
  }

  void close_year(State& state) {
    const int column = plan_.by_year_[static_cast<std::size_t>((state.month - 1) / 12)];
    for (std::size_t i = 0; i < state.count; ++i) month_[i] = total_[i] - before_year_[i];
    state.write(column, month_.data());
    before_year_ = total_;
  }

  const Revenue& plan_;
  sim::Lane<double> month_, total_, before_year_, wins_, leads_, trailing_, first_year_, peak_, drawdown_, recurring_;
  sim::Grid<double> sources_;
  sim::Grid<double> last_year_;  // [month modulo 12]
};

}  // namespace

const Entry& revenue_entry() {
  static const Entry entry{.name = "revenue",
                           .stream = stream::kRevenue,
                           .phases = {kRecord},
                           .doc = "Deals become revenue.",
                           .parameters = {},
                           .given = [](const Setup&) { return true; },
                           .make = make<Revenue>};
  return entry;
}

}  // namespace partnersim
