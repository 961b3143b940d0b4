// Paid customers (MODEL.md, section 4): leads ~ Poisson((spend / cost per lead)/(1 + spend/s)), s the half saturation,
// whatever the season or the economy does to demand; regimes still act on closing and values. The spend is a cost of
// the month (processes/cash.cpp). Draws as direct business does, under the id of the channel.
#include <array>

#include "models/scenario/source_parameters.h"
#include "models/sources/source_sampler.h"
#include "models/streams.h"

namespace partnersim {
namespace {

// clang-format off
const std::array kParameters{
    sim::label_spec("acquisition.*.label"),
    sim::enabled_spec("acquisition.*.enabled"),
    sim::ParameterSpec{.path = "acquisition.*.spend", .unit = "currency", .range = {0, 1e12}, .required = true,
                       .doc = "spent a month"},
    sim::ParameterSpec{.path = "acquisition.*.cost_per_lead", .unit = "currency", .range = {0, 1e12, true},
                       .required = true, .doc = "what one lead costs"},
    sim::ParameterSpec{.path = "acquisition.*.half_saturation", .unit = "currency", .range = {0, 1e12, true},
                       .doc = "spend a month at which leads cost twice as much; none: any spend finds customers"},
    close_rate_spec("acquisition.*.close_rate"),
    deal_value_spec("acquisition.*.deal_value"),
    lag_spec("acquisition.*.lag"),
    fee_spec("acquisition.*.recurring.fee"),
    retention_spec("acquisition.*.recurring.retention"),
    customers_spec("acquisition.*.recurring.customers"),
};
// clang-format on

// From each month in which something in it changes.
Parameter intensity(Setup& setup, const std::string& path) {
  const DatedNumber spend(setup.laws(path + ".spend"));
  const DatedNumber cost(setup.laws(path + ".cost_per_lead"));
  const bool saturates = setup.scenario.given(path + ".half_saturation");
  const DatedNumber half = saturates ? DatedNumber(setup.laws(path + ".half_saturation")) : DatedNumber();
  std::vector<Parameter::Piece> pieces;
  for (int month = 1; month <= setup.months; ++month) {
    double leads = spend.in(month) / cost.in(month);
    if (saturates) leads /= 1.0 + spend.in(month) / half.in(month);
    if (pieces.empty() || pieces.back().constant != leads) pieces.push_back({month, leads, -1});
  }
  return Parameter(std::move(pieces));
}

class Acquisition final : public ProcessOf<Acquisition> {
 public:
  explicit Acquisition(Setup& setup) {
    for (std::size_t c = 0; c < setup.channels.size(); ++c) {
      const std::string path = "acquisition." + setup.channels[c];
      sources_.emplace_back(setup, SourceAddress{path, stream::kAcquisition, setup.source_of_channel(c), kFocalFirm},
                            intensity(setup, path), false);
    }
  }

  void expect(Expectation& e, int phase) override {
    for (Source& source : sources_) {
      if (phase == kCash)
        source.expect_fees(e);
      else
        source.expect(e, 1.0, 1.0, 0.0);
    }
  }

  class Share;

 private:
  std::vector<Source> sources_;
};

class Acquisition::Share final : public Work {
 public:
  Share(const Acquisition& plan, std::size_t lanes) : plan_(plan), sampler_(plan.sources_, lanes) {}

  void begin(State& state) override { sampler_.begin(state); }

  void step(State& state, int phase) override {
    if (phase == kCash) return sampler_.collect_fees(state);
    for (std::size_t c = 0; c < plan_.sources_.size(); ++c) sampler_.step(state, c, {}, {&state.lanes, 1});
    sampler_.finish_month(state);
  }

  void copy_lane(const sim::LaneCopy& copy) override { copy(sampler_); }

 private:
  const Acquisition& plan_;
  SourceSampler sampler_;
};

}  // namespace

const Entry& acquisition_entry() {
  static const Entry entry{.name = "acquisition",
                           .stream = stream::kAcquisition,
                           .phases = {kReferrals, kCash},
                           .doc = "Customers paid for, by advertising and the like.",
                           .parameters = kParameters,
                           .given = [](const Setup& setup) { return !setup.channels.empty(); },
                           .make = make<Acquisition>};
  return entry;
}

}  // namespace partnersim
