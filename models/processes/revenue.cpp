// The focal firm's books: deals closed this month are this month's revenue. Draws nothing.
#include <array>
#include <algorithm>
#include <numeric>

#include "models/setup.h"

namespace partnersim {
namespace {

class Revenue final : public Process {
 public:
  explicit Revenue(Setup& setup)
      : months_(setup.months),
        has_direct_(setup.has_direct),
        month_(sim::padded(setup.lanes)),
        total_(month_),
        before_year_(month_),
        wins_(month_),
        leads_(month_) {
    const std::string& money = setup.currency;
    const double resolution = setup.money_resolution;
    revenue_ = setup.outcome({"revenue", money, "Revenue", "Value of all deals closed within the horizon."});
    const auto years = static_cast<std::size_t>((months_ + 11) / 12);
    for (std::size_t y = 0; y < years; ++y)
      by_year_.push_back(setup.outcome({"revenue_by_year", money, "Revenue by year",
                                        "Value of deals closed in months 12(y-1)+1 to 12y; the last year may be shorter.",
                                        false, "year", y, years}));
    if (has_direct_)
      direct_ = setup.outcome({"direct_revenue", money, "Direct revenue", "Value of deals won without partners."});
    leads_column_ = setup.outcome({"leads", "1", "Leads", "Customers referred or come by themselves within the horizon."});
    wins_column_ = setup.outcome({"wins", "1", "Deals closed", "Leads that became deals within the horizon."});
    trajectory_ = setup.trajectory({"revenue", money, "Revenue a month", "Value of deals closed in the month.", resolution});
    wins_trajectory_ = setup.trajectory({"wins", "1", "Deals closed a month", "Deals closed in the month.", 1.0, true});
    std::vector<double> resolutions;
    for (const Partner& partner : setup.partners) resolutions.push_back(partner.money_resolution);
    if (!setup.partners.empty())
      partner_total_ = setup.member_total({"revenue", money, "Revenue by partner",
                                           "Mean value of the partner's deals within the horizon.", resolutions});
    const bool per_source = partner_total_ >= 0 || (has_direct_ && direct_ >= 0);
    sources_ = sim::Grid<double>(per_source ? setup.sources() : 0, setup.lanes);
  }

  void begin(State& state) override {
    state.counts_wins = wins_column_ >= 0 || wins_trajectory_ >= 0;
    for (sim::Lane<double>* lane : {&total_, &before_year_, &wins_, &leads_}) std::fill(lane->begin(), lane->end(), 0.0);
    for (std::size_t s = 0; s < sources_.rows(); ++s) std::fill_n(sources_.row(s), state.count, 0.0);
  }

  void step(State& state, int) override {
    add_up(state);
    if (trajectory_ >= 0) state.record(trajectory_, month_);
    if (wins_trajectory_ >= 0) {
      for (std::size_t i = 0; i < state.count; ++i) month_[i] = static_cast<double>(state.wins[i]);
      state.record(wins_trajectory_, month_);
    }
    if (state.month % 12 == 0 || state.month == months_) close_year(state);
  }

  void finish(State& state) override {
    if (revenue_ >= 0) state.write(revenue_, total_.data());
    if (wins_column_ >= 0) state.write(wins_column_, wins_.data());
    if (leads_column_ >= 0) state.write(leads_column_, leads_.data());
    if (direct_ >= 0) state.write(direct_, sources_.row(0));
    if (partner_total_ < 0) return;
    const std::size_t first = has_direct_ ? 1 : 0;
    for (std::size_t s = first; s < sources_.rows(); ++s) {
      std::copy_n(sources_.row(s), state.count, month_.begin());
      state.add_member_total(partner_total_, s - first, month_);
    }
  }

  void expect_begin(Expectation& e) override {
    e.values.member_totals["revenue"].assign(e.weight.size(), 0.0);
    expected_year_ = 0.0;
  }

  void expect(Expectation& e, int) override {
    const double revenue = std::accumulate(e.sales.begin(), e.sales.end(), 0.0);
    auto& outcomes = e.values.outcomes;
    outcomes["revenue"] += revenue;
    outcomes["wins"] += e.wins;
    outcomes["leads"] += e.leads_received;
    if (has_direct_) outcomes["direct_revenue"] += e.sales[0];
    for (std::size_t p = 0; p < e.weight.size(); ++p)
      e.values.member_totals["revenue"][p] += e.sales[p + (has_direct_ ? 1 : 0)];
    e.record("revenue", revenue);
    e.record("wins", e.wins);
    expected_year_ += revenue;
    if (e.month % 12 == 0 || e.month == months_) {
      outcomes["revenue_by_year[" + std::to_string((e.month + 11) / 12) + "]"] = expected_year_;
      expected_year_ = 0.0;
    }
  }

 private:
  void add_up(State& state) {
    const std::size_t n = state.count;
    const bool keep = sources_.rows() != 0;
    double* __restrict month = month_.data();
    double* __restrict total = total_.data();
    double* __restrict wins = wins_.data();
    double* __restrict leads = leads_.data();
    std::fill_n(month, n, 0.0);
    for (std::size_t s = 0; s < state.sales.rows(); ++s) {
      const float* __restrict sales = state.sales.row(s);
      double* __restrict source = keep ? sources_.row(s) : nullptr;
      sim::on_lanes(state.isa, [=]() SIM_LANES {
        for (std::size_t i = 0; i < n; ++i) month[i] += static_cast<double>(sales[i]);
        if (source == nullptr) return;
        for (std::size_t i = 0; i < n; ++i) source[i] += static_cast<double>(sales[i]);
      });
    }
    const float* __restrict month_wins = state.wins.data();
    const float* __restrict month_leads = state.leads_received.data();
    sim::on_lanes(state.isa, [=]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i) {
        total[i] += month[i];
        wins[i] += static_cast<double>(month_wins[i]);
        leads[i] += static_cast<double>(month_leads[i]);
      }
    });
  }

  void close_year(State& state) {
    const int column = by_year_[static_cast<std::size_t>((state.month - 1) / 12)];
    for (std::size_t i = 0; i < state.count; ++i) month_[i] = total_[i] - before_year_[i];
    if (column >= 0) state.write(column, month_.data());
    before_year_ = total_;
  }

  const int months_;
  const bool has_direct_;
  int revenue_ = -1, direct_ = -1, leads_column_ = -1, wins_column_ = -1;
  int trajectory_ = -1, wins_trajectory_ = -1, partner_total_ = -1;
  std::vector<int> by_year_;
  sim::Lane<double> month_, total_, before_year_, wins_, leads_;
  sim::Grid<double> sources_;
  double expected_year_ = 0.0;
};

}  // namespace

const Entry& revenue_entry() {
  static const Entry entry{"revenue", 7, {kRecord}, "Deals become revenue.", {},
                           [](Setup& setup) -> std::unique_ptr<Process> { return std::make_unique<Revenue>(setup); }};
  return entry;
}

}  // namespace partnersim
