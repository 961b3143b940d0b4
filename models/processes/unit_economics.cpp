// Unit economics of the focal firm's own customers (MODEL.md, section 14). Draws nothing.
//
//   acquisition cost   spend to date / deals closed through a paid channel; missing without deals
//   lifetime value     m (1 + d) / (1 + d - r): the fees of a customer who renews with probability r a month,
//   discounted
//                      at d a month, (1 + d)^12 = 1 + discount rate; m = fee (1 - variable share)
//   payback            fewest months n with  v (1 - variable share) + m (1 + r + … + r^(n-1)) >= acquisition cost,
//                      v the mean deal value; missing where fees never pay it back
//
// Partners have no spend a lead: what they cost and bring is in net_value and deals, by partner.
#include <array>
#include <cmath>
#include <optional>

#include "models/setup.h"
#include "models/sources/deal_values.h"
#include "models/streams.h"
#include "sim/base/elementary.h"
#include "sim/base/missing.h"

namespace partnersim {
namespace {

constexpr int kLongestPayback = 1200;  // months: a hundred years are never, assumed

struct Economics {
  double fee = 0.0, retention = 0.0;  // no fee without recurring customers
  double deal = 0.0;                  // mean value
  double variable = 0.0, discount = 0.0;

  double margin() const { return fee * (1.0 - variable); }
  double lifetime_value() const {
    const double leaving = 1.0 + discount - retention;
    return leaving > 0.0 ? margin() * (1.0 + discount) / leaving : sim::kMissing;
  }
  double payback(double cost) const {
    double earned = deal * (1.0 - variable), stays = 1.0;
    for (int months = 0; months <= kLongestPayback; ++months) {
      if (earned >= cost) return months;
      earned += margin() * stays;
      stays *= retention;
    }
    return sim::kMissing;
  }
};

// A source of the focal firm's own: direct business, or a paid channel.
struct OwnSource {
  std::string path;
  std::size_t source;
  Economics means;
  std::optional<Parameter> fee;  // of recurring customers
  DatedNumber spend;             // of a paid channel
  int cost_column = -1, value_column = -1, ratio_column = -1, payback_column = -1;
};

class UnitEconomics final : public ProcessOf<UnitEconomics> {
 public:
  explicit UnitEconomics(Setup& setup)
      : variable_(setup.parameter("firm.variable_cost_share")),
        first_partner_(setup.source_of_partner(0)),
        partners_(setup.partners.size()) {
    setup.need(Need::closings);
    discount_ = sim::math::pow(1.0 + setup.scenario.number("firm.discount_rate"), 1.0 / 12.0) - 1.0;
    if (setup.has_direct) add(setup, "firm.direct", "direct", 0);
    for (std::size_t c = 0; c < setup.channels.size(); ++c)
      add(setup, "acquisition." + setup.channels[c], setup.channels[c], setup.source_of_channel(c));
    if (!setup.partners.empty())
      deals_total_ = setup.member_total({"deals", "1", "Deals by partner",
                                         "Mean number of the partner's deals closed within the horizon.",
                                         std::vector<double>(setup.partners.size(), 1.0)});
  }

  void expect_begin(Expectation&) override {
    for (OwnSource& source : sources_) source.means.variable = variable_.expected(1);
    expected_deals_.assign(sources_.size(), 0.0);
    expected_spend_.assign(sources_.size(), 0.0);
    ran_last_month_ = 1.0;
  }

  void expect(Expectation& e, int) override {
    for (std::size_t k = 0; k < sources_.size(); ++k) {
      expected_deals_[k] += e.closings[sources_[k].source];
      if (sources_[k].spend.given()) expected_spend_[k] += ran_last_month_ * sources_[k].spend.in(e.month);
    }
    ran_last_month_ = e.running;
    auto& totals = e.values.member_totals["deals"];
    totals.resize(partners_, 0.0);
    for (std::size_t p = 0; p < totals.size(); ++p) totals[p] += e.closings[first_partner_ + p];
  }

  void expect_finish(Expectation& e) override {
    for (std::size_t k = 0; k < sources_.size(); ++k) {
      const OwnSource& source = sources_[k];
      Economics means = source.means;
      if (source.fee) means.fee = source.fee->expected(1);
      const double cost = expected_deals_[k] > 0.0 ? expected_spend_[k] / expected_deals_[k] : sim::kMissing;
      const auto put = [&](const char* name, double value) {
        if (!std::isnan(value)) e.values.outcomes[name + source_name(source)] = value;
      };
      if (source.spend.given()) put("acquisition_cost_", cost);
      if (source.fee) put("lifetime_value_", means.lifetime_value());
      if (source.fee && source.spend.given()) put("value_to_cost_", means.lifetime_value() / cost);
      if (source.spend.given()) put("payback_months_", means.payback(cost));
    }
  }

  class Share;

 private:
  static std::string source_name(const OwnSource& source) {
    return source.path == "firm.direct" ? "direct" : source.path.substr(source.path.find('.') + 1);
  }

  void add(Setup& setup, const std::string& path, const std::string& name, std::size_t number) {
    OwnSource source{path, number, {}, {}, {}};
    source.means.deal = DealValues::mean_of(setup.scenario.law(path + ".deal_value"));
    source.means.discount = discount_;
    const auto column = [&](const std::string& id, const std::string& unit, const char* long_name,
                            const char* definition, bool high_is_worse) {
      sim::Column c{id + name, unit, long_name, definition, high_is_worse};
      c.may_be_missing = true;
      return setup.outcome(c);
    };
    if (setup.scenario.has_table(path + ".recurring")) {
      source.fee = setup.parameter(path + ".recurring.fee");
      source.means.retention = setup.scenario.number(path + ".recurring.retention");
      source.value_column = column("lifetime_value_", setup.currency, "Lifetime value",
                                   "Margin of a customer's fees, discounted; missing where nobody ever leaves.", false);
    }
    if (path != "firm.direct") {
      source.spend = DatedNumber(setup.laws(path + ".spend"));
      source.cost_column = column("acquisition_cost_", setup.currency, "Acquisition cost",
                                  "Spent for each deal closed; missing where none was.", true);
      source.payback_column =
          column("payback_months_", "months", "Payback",
                 "Months until margin pays for the acquisition; missing where it never does.", true);
      if (source.fee)
        source.ratio_column = column("value_to_cost_", "1", "Lifetime value to acquisition cost",
                                     "Their ratio; missing where no deal closed.", false);
    }
    if (source.fee || source.spend.given()) sources_.push_back(std::move(source));
  }

  // Up to and with that month.
  static double spent(const OwnSource& source, int last) {
    double sum = 0.0;
    for (int month = 1; month <= last && source.spend.given(); ++month) sum += source.spend.in(month);
    return sum;
  }

  Parameter variable_;
  double discount_ = 0.0;
  std::size_t first_partner_, partners_;
  std::vector<OwnSource> sources_;
  int deals_total_ = -1;
  std::vector<double> expected_deals_, expected_spend_;  // [source], up to and with the month in which the firm stops
  double ran_last_month_ = 1.0;
};

class UnitEconomics::Share final : public Work {
 public:
  Share(const UnitEconomics& plan, std::size_t lanes)
      : plan_(plan),
        own_(plan.sources_.size(), lanes),
        deals_(plan.deals_total_ >= 0 ? plan.partners_ : 0, lanes),
        lane_(sim::padded(lanes)),
        fee_(sim::padded(lanes)),
        share_(fee_) {}

  void begin(State& state) override {
    if (state.pass != Pass::actual) return;
    own_.fill(0.0f);
    deals_.fill(0.0);
  }

  void step(State& state, int) override {
    if (state.pass != Pass::actual) return;
    for (std::size_t k = 0; k < own_.rows(); ++k) count(state, plan_.sources_[k].source, own_.row(k));
    for (std::size_t p = 0; p < deals_.rows(); ++p) count(state, plan_.first_partner_ + p, deals_.row(p));
  }

  void finish(State& state) override {
    for (std::size_t p = 0; p < deals_.rows(); ++p) {
      std::copy_n(deals_.row(p), state.count, lane_.begin());
      state.add_member_total(plan_.deals_total_, p, lane_);
    }
    for (std::size_t k = 0; k < own_.rows(); ++k) report(state, plan_.sources_[k], own_.row(k));
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(own_, deals_); }

 private:
  // Deals of firms that run, or stop this month.
  template <class T>
  static void count(const State& state, std::size_t source, T* __restrict deals) {
    const std::uint32_t* __restrict closed = state.closings.row(source);
    const std::uint32_t* __restrict stopped = state.stopped_in.data();
    sim::on_lanes(state.isa, [=, n = state.count, month = static_cast<std::uint32_t>(state.month)]() SIM_LANES {
      for (std::size_t i = 0; i < n; ++i)
        deals[i] += static_cast<T>(static_cast<std::int32_t>(stopped[i] == 0 || stopped[i] == month ? closed[i] : 0u));
    });
  }

  void report(State& state, const OwnSource& source, const float* deals) {
    const std::size_t n = state.count;
    const int horizon = state.month - 1;
    state.month = 1;  // fees and shares as they are at the beginning
    if (source.fee) source.fee->fill(state, fee_.data());
    plan_.variable_.fill(state, share_.data());
    state.month = horizon + 1;
    sim::Lane<double> cost(lane_.size()), value(lane_.size()), ratio(lane_.size()), payback(lane_.size());
    for (std::size_t i = 0; i < n; ++i) {
      Economics own = source.means;
      own.variable = static_cast<double>(share_[i]);
      own.fee = source.fee ? static_cast<double>(fee_[i]) : 0.0;
      const int last = state.stopped_in[i] != 0 ? static_cast<int>(state.stopped_in[i]) : horizon;
      cost[i] = deals[i] > 0.0f ? spent(source, last) / static_cast<double>(deals[i]) : sim::kMissing;
      value[i] = own.lifetime_value();
      ratio[i] = cost[i] > 0.0 ? value[i] / cost[i] : sim::kMissing;
      payback[i] = std::isnan(cost[i]) ? sim::kMissing : own.payback(cost[i]);
    }
    state.write(source.cost_column, cost.data());
    state.write(source.value_column, value.data());
    state.write(source.ratio_column, ratio.data());
    state.write(source.payback_column, payback.data());
  }

  const UnitEconomics& plan_;
  sim::Grid<float> own_;     // [source of the firm's own] deals
  sim::Grid<double> deals_;  // [partner]
  sim::Lane<double> lane_;
  sim::Lane<float> fee_, share_;
};

}  // namespace

const Entry& unit_economics_entry() {
  static const Entry entry{.name = "unit economics",
                           .stream = stream::kUnitEconomics,
                           .phases = {kRecord},
                           .doc = "What a customer costs and is worth.",
                           .parameters = {},
                           .given = [](const Setup& setup) { return !setup.channels.empty() || setup.has_recurring; },
                           .make = make<UnitEconomics>};
  return entry;
}

}  // namespace partnersim
