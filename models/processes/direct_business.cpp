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
    drawn_spec("firm.direct.word_of_mouth", "leads", sim::up_to(1000),
               "direct leads that each deal of last month, from any source, brings"),
    sim::ParameterSpec{.path = "firm.direct.season", .kind = sim::Kind::numbers, .unit = "1", .range = {0, 1000},
                       .usual = {0, 10}, .doc = "multipliers on direct leads by calendar month, January to December",
                       .source = "neutral"},
    sim::ParameterSpec{.path = "firm.direct.trend", .unit = "1 a month", .range = {-0.99, 10}, .usual = {-0.3, 0.3},
                       .fallback = 0.0, .doc = "monthly growth of direct leads", .source = "neutral"},
};
// clang-format on

// The largest value a number may take.
double largest(const sim::Scenario& scenario, const std::string& path) {
  const sim::Law& law = scenario.law(path);
  if (law.is_constant()) return law.number("value");
  return sim::make_quantile(law, sim::support_of(scenario.spec(path).range)).upper();
}

class DirectBusiness final : public Process {
 public:
  explicit DirectBusiness(Setup& setup)
      : sampler_(setup, {kPath, stream::kDirectBusiness, 0, kFocalFirm}, setup.parameter(kPath + ".leads"), true),
        scratch_(1, setup.lanes),
        calendar_(setup, kPath),
        close_rate_(setup.parameter(kPath + ".close_rate")),
        word_of_mouth_(setup.parameter(kPath + ".word_of_mouth")),
        talks_(!word_of_mouth_.is_zero()),
        told_(sim::padded(setup.lanes)),
        begotten_(told_) {
    if (talks_) check_growth(setup);
  }

  void begin(State& state) override {
    sampler_.begin(state);
    if (!talks_) return;
    state.counts_wins = true;
    std::fill(state.last_wins.begin(), state.last_wins.end(), 0.0f);
    word_of_mouth_.fill(state, told_.data());
  }

  void step(State& state, int phase) override {
    if (phase == kCash) return SourceSampler::collect_fees(state, {&sampler_, 1});
    if (phase == kDelivery) {
      if (talks_) std::copy_n(state.wins.data(), state.count, state.last_wins.data());
      return;
    }
    SourceMonth month{calendar_.factor(state.month) * static_cast<double>(state.calendar)};
    if (talks_) {
      if (word_of_mouth_.changes_in(state.month)) word_of_mouth_.fill(state, told_.data());
      for (std::size_t i = 0; i < state.count; ++i) begotten_[i] = told_[i] * state.last_wins[i];
      month.further = begotten_.data();
      month.further_factor = 1.0f;
    }
    sampler_.step(state, month, state.lanes, scratch_);
    SourceSampler::finish_month(state, {&sampler_, 1}, scratch_);
  }

  void expect(Expectation& e, int phase) override {
    if (phase == kCash) return sampler_.expect_fees(e);
    if (phase == kDelivery) {
      e.last_wins = e.wins;
      return;
    }
    if (e.month == 1) e.last_wins = 0.0;
    sampler_.expect(e, 1.0, calendar_.factor(e.month) * e.calendar, word_of_mouth_.expected(e.month) * e.last_wins);
  }

 private:
  void check_growth(Setup& setup) const {
    const std::string path = kPath + ".word_of_mouth";
    const double mean = word_of_mouth_.expected(1) * close_rate_.expected(1);
    if (mean >= 1.0)
      setup.problems.add(setup.scenario.mark(path), fmt::format("{} times the mean close rate is {:.3g}", path, mean),
                         "each deal would bring more than one deal, without end",
                         fmt::format("Use less than {:.3g}.", 1.0 / close_rate_.expected(1)));
    else if (largest(setup.scenario, path) * largest(setup.scenario, kPath + ".close_rate") > 1.0)
      setup.warnings.push_back(
          fmt::format("{}: in some futures each deal brings more than one further deal, and business explodes", path));
  }

  SourceSampler sampler_;
  SamplerScratch scratch_;
  Calendar calendar_;
  Parameter close_rate_, word_of_mouth_;
  bool talks_;
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
