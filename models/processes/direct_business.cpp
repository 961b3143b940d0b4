// Customers the focal firm wins by itself (MODEL.md, section 4). Draws as a partnership does, under
// the id "firm.direct".
//
//   leads ~ Poisson(lambda q season trend regime + b W), W the deals all sources closed last month (word of mouth).
//   Each deal begets b p further deals on average: the total is a Borel cluster, finite when b p < 1.
#include <array>

#include <fmt/format.h>

#include "models/scenario/calendar.h"
#include "models/scenario/source_parameters.h"
#include "models/sources/source_sampler.h"
#include "models/streams.h"

namespace partnersim {
namespace {

const std::string kPath = "firm.direct";

// clang-format off
const std::array kParameters{
    required(drawn_spec("firm.direct.leads", "leads a month", kLeads, "customers who come without a partner")),
    close_rate_spec("firm.direct.close_rate"),
    deal_value_spec("firm.direct.deal_value"),
    lag_spec("firm.direct.lag"),
    fee_spec("firm.direct.recurring.fee"),
    retention_spec("firm.direct.recurring.retention"),
    customers_spec("firm.direct.recurring.customers"),
    drawn_spec("firm.direct.word_of_mouth", "leads", sim::up_to(1000),
               "direct leads that each deal of last month, from any source, brings"),
    season_spec("firm.direct.season", "multipliers on direct leads by calendar month, January to December"),
    trend_spec("firm.direct.trend", "monthly growth of direct leads"),
    month_shape_spec("firm.direct.month_shape"),
};
// clang-format on

class DirectBusiness final : public ProcessOf<DirectBusiness> {
 public:
  explicit DirectBusiness(Setup& setup)
      : sources_(own_source(setup)),
        calendar_(setup, kPath),
        close_rate_(setup.parameter(kPath + ".close_rate")),
        word_of_mouth_(setup.parameter(kPath + ".word_of_mouth")),
        talks_(!word_of_mouth_.is_zero()) {
    if (setup.scenario.given(kPath + ".word_of_mouth")) setup.couple();
    if (!talks_) return;
    setup.need(Need::wins);
    check_growth(setup);
  }

  void expect(Expectation& e, int phase) override {
    if (phase == kCash) return sources_.front().expect_fees(e);
    if (phase == kDelivery) {
      e.last_wins = e.wins;
      return;
    }
    if (e.month == 1) e.last_wins = 0.0;
    e.direct_leads = sources_.front().expect(e, 1.0, calendar_.factor(e.month) * e.calendar * e.direct,
                                             word_of_mouth_.expected(e.month) * e.last_wins);
  }

  class Share;

 private:
  static std::vector<Source> own_source(Setup& setup) {
    std::vector<Source> sources;
    sources.emplace_back(setup, SourceAddress{kPath, stream::kDirectBusiness, 0, kFocalFirm},
                         setup.parameter(kPath + ".leads"), true);
    sources.back().rates().add(ArrivalMixing::of_months(setup, kPath, kPath));
    return sources;
  }

  void check_growth(Setup& setup) const {
    const std::string path = kPath + ".word_of_mouth";
    const double mean = word_of_mouth_.expected(1) * close_rate_.expected(1);
    if (mean >= 1.0)
      setup.problems.add(setup.scenario.mark(path), fmt::format("{} times the mean close rate is {:.3g}", path, mean),
                         "each deal would bring more than one deal, without end",
                         fmt::format("Use less than {:.3g}.", 1.0 / close_rate_.expected(1)));
    else if (setup.largest(word_of_mouth_.at(1)) * setup.largest(close_rate_.at(1)) > 1.0)
      setup.warnings.push_back(
          fmt::format("{}: in some futures each deal brings more than one further deal, and business explodes", path));
  }

  std::vector<Source> sources_;  // one
  Calendar calendar_;
  Parameter close_rate_, word_of_mouth_;
  bool talks_;
};

class DirectBusiness::Share final : public Work {
 public:
  Share(const DirectBusiness& plan, std::size_t lanes)
      : plan_(plan), sampler_(plan.sources_, lanes, plan.talks_), told_(sim::padded(lanes)), begotten_(told_) {}

  void begin(State& state) override {
    sampler_.begin(state);
    if (!plan_.talks_) return;
    std::fill(state.last_wins.begin(), state.last_wins.end(), 0.0f);
    plan_.word_of_mouth_.fill(state, told_.data());
  }

  void step(State& state, int phase) override {
    if (phase == kCash) return sampler_.collect_fees(state);
    if (phase == kDelivery) {
      if (plan_.talks_) std::copy_n(state.wins.data(), state.count, state.last_wins.data());
      return;
    }
    SourceMonth month{plan_.calendar_.factor(state.month) * static_cast<double>(state.calendar)};
    if (state.direct.used) month.factor = state.direct.value.data();
    if (plan_.talks_) {
      if (plan_.word_of_mouth_.changes_in(state.month)) plan_.word_of_mouth_.fill(state, told_.data());
      for (std::size_t i = 0; i < state.count; ++i) begotten_[i] = told_[i] * state.last_wins[i];
      month.further = begotten_.data();
      month.further_factor = 1.0f;
    }
    sampler_.step(state, 0, month, {&state.lanes, 1}, state.direct_leads.empty() ? nullptr : state.direct_leads.data());
    sampler_.finish_month(state);
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(sampler_, told_); }

 private:
  const DirectBusiness& plan_;
  SourceSampler sampler_;
  sim::Lane<float> told_, begotten_;
};

}  // namespace

const Entry& direct_business_entry() {
  static const Entry entry{.name = "direct business",
                           .stream = stream::kDirectBusiness,
                           .phases = {kReferrals, kDelivery, kCash},
                           .doc = "Customers the focal firm wins without partners.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return setup.has_direct; },
                           .make = make<DirectBusiness>};
  return entry;
}

}  // namespace partnersim
