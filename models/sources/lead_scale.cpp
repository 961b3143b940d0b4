#include "models/sources/lead_scale.h"

#include <fmt/format.h>

#include <array>

#include "models/scenario/calendar.h"
#include "sim/base/elementary.h"

namespace partnersim {
namespace {

double ramp(double tau, int age) { return tau == 0.0 ? 1.0 : -sim::math::expm1(-age / tau); }

// The power of the commission in effect in a month.
class Incentive {
 public:
  Incentive(Setup& setup, const std::string& partner) {
    if (!setup.scenario.has_table(partner + ".incentive")) return;
    reference_ = setup.scenario.number(partner + ".incentive.reference");
    elasticity_ = setup.scenario.number(partner + ".incentive.elasticity");
    commission_ = DatedNumber(setup.laws(partner + ".commission"));
    if (setup.scenario.given(partner + ".commission") && commission_.in(1) == 0.0 && elasticity_ > 0.0)
      setup.warnings.push_back(partner + " sends nobody: its incentive makes nothing of a commission of 0");
    if (!setup.scenario.given(partner + ".commission"))
      setup.report_idle(partner + ".incentive", "the partner gets no commission",
                        "Add a line such as commission = 0.1 to it.");
  }
  double factor(int month) const {
    return elasticity_ == 0.0 ? 1.0 : sim::math::pow(commission_.in(month) / reference_, elasticity_);
  }

 private:
  double reference_ = 1.0, elasticity_ = 0.0;
  DatedNumber commission_;
};

}  // namespace

std::span<const sim::ParameterSpec> lead_scale_parameters() {
  // clang-format off
  static const std::array kParameters{
      sim::ParameterSpec{.path = "partner.*.ramp", .unit = "months", .range = {0, 1000}, .fallback = 0.0,
                         .doc = "time constant tau of the start: month a brings 1 - exp(-a/tau) of the leads",
                         .source = "neutral"},
      sim::ParameterSpec{.path = "partner.*.overlap", .unit = "1", .range = {0, 1}, .fallback = 0.0,
                         .doc = "share of the leads that would have come anyway", .source = "neutral"},
      season_spec("partner.*.season", "multipliers on the partner's leads by calendar month, January to December"),
      trend_spec("partner.*.trend", "monthly growth of the partner's leads, from month 1 on"),
      sim::ParameterSpec{.path = "partner.*.incentive.reference", .unit = "1", .range = {0.001, 1}, .required = true,
                         .doc = "commission at which the partner sends `leads`"},
      sim::ParameterSpec{.path = "partner.*.incentive.elasticity", .unit = "1", .range = {0, 10}, .usual = {0, 3},
                         .required = true, .doc = "leads go with (commission / reference) to this power"},
      sim::ParameterSpec{.path = "partner.*.drift", .unit = "1 a month", .range = {0, 10}, .usual = {0, 0.3},
                         .fallback = 0.0, .doc = "rate at which leads fade when nobody keeps track of them",
                         .source = "neutral"},
      sim::ParameterSpec{.path = "partner.*.tracked", .unit = "1", .range = {0, 1}, .fallback = 0.0,
                         .doc = "how well leads and results are tracked: 1 stops the drift", .source = "neutral"},
  };
  // clang-format on
  return kParameters;
}

LeadScale lead_scale(Setup& setup, const Partner& partner, Giver giver, const LeadScale& before) {
  const sim::Scenario& scenario = setup.scenario;
  const double tau = scenario.number(partner.path + ".ramp"), overlap = scenario.number(partner.path + ".overlap");
  std::vector<double> scale(static_cast<std::size_t>(setup.months) + 1, 0.0);
  for (int month = partner.start; month <= setup.months; ++month)
    scale[static_cast<std::size_t>(month)] = ramp(tau, month - partner.start + 1) * (1.0 - overlap);
  if (giver == Giver::partner) {
    if (scenario.given(partner.path + ".tracked") && !scenario.given(partner.path + ".drift"))
      setup.report_idle(partner.path + ".tracked", "nothing drifts without drift", "Add a line such as drift = 0.02.");
    const Calendar calendar(setup, partner.path);
    const Incentive incentive(setup, partner.path);
    const double drift = scenario.number(partner.path + ".drift") * (1.0 - scenario.number(partner.path + ".tracked"));
    for (int month = partner.start; month <= setup.months; ++month)
      scale[static_cast<std::size_t>(month)] *=
          calendar.factor(month) * incentive.factor(month) *
          (drift == 0.0 ? 1.0 : sim::math::exp(-drift * (month - partner.start + 1)));
  }
  return before != nullptr && *before == scale ? before : std::make_shared<const std::vector<double>>(std::move(scale));
}

}  // namespace partnersim
