#include "models/scenario/idle_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "models/dependence.h"

namespace partnersim {
namespace {

void report(Setup& setup, const std::string& path, const std::string& reason, const std::string& hint) {
  setup.problems.add(setup.scenario.mark(path), fmt::format("{} has no effect", path), reason, hint);
}

// Money: wages need hours, a payment lag moves cash but no profit.
void check_firm(Setup& setup) {
  const sim::Scenario& scenario = setup.scenario;
  // Written is enough: hours = 0 asks what a partner would be worth without them.
  const auto takes_hours = [&](const Partner& partner) {
    return scenario.given(partner.path + ".hours") || setup.laws(partner.path + ".hours").size() > 1;
  };
  if (scenario.given("firm.wage") && !scenario.has_disabled("partner") &&
      std::none_of(setup.partners.begin(), setup.partners.end(), takes_hours))
    report(setup, "firm.wage", "no partner takes hours", "Add a line such as hours = 4 to a partner.");
  if (scenario.given("firm.pay_lag") && !scenario.given("firm.cash") && !scenario.given("firm.discount_rate"))
    report(setup, "firm.pay_lag", "neither cash nor net present value is modelled",
           "Add firm.cash or firm.discount_rate.");
}

void check_shocks(Setup& setup) {
  const sim::Scenario& scenario = setup.scenario;
  for (const std::string& id : scenario.ids("shock")) {
    const std::string path = "shock." + id;
    if (scenario.text(path + ".affects") == "capacity" && !scenario.given("firm.capacity"))
      report(setup, path + ".affects", "nothing limits capacity without firm.capacity",
             "Add a line such as capacity = 10 to [firm].");
    if (scenario.given(path + ".kills") && !scenario.given(path + ".kill"))
      report(setup, path + ".kills", "the shock ends no partnership without kill", "Add a line such as kill = 0.2.");
  }
}

// The twin differs by the shocks it is spared and, when calm, by the regimes.
void check_twin(Setup& setup) {
  const sim::Scenario& scenario = setup.scenario;
  if (!scenario.has_table("resilience") || !scenario.ids("shock").empty() || scenario.has_disabled("shock")) return;
  const bool calm = scenario.text("resilience.twin") == "calm";
  if (calm && scenario.ids("economy.regime").size() > 1) return;
  setup.problems.add(scenario.mark("resilience"), "resilience has no effect",
                     calm ? "there are neither shocks nor regimes to be spared" : "there are no shocks to be spared",
                     calm ? "Add [shock.NAME] or [economy.regime.NAME]."
                          : "Add [shock.NAME], or write twin = \"calm\" to be spared regimes.");
}

void check_output(Setup& setup) {
  const sim::Scenario& scenario = setup.scenario;
  const bool losses = asks_for_losses(scenario);
  if (losses && setup.partners.empty() && !scenario.has_disabled("partner"))
    report(setup, "output.without", "there are no partners", "Leave it out.");
  else if (losses && !scenario.flag("output.partners"))
    report(setup, "output.without", "it is a figure of each partner, and partners = false", "Write partners = true.");
  if (scenario.given("output.series") && scenario.text("output.trajectories") == "none")
    report(setup, "output.series", "trajectories = \"none\" keeps no series", "Write trajectories = \"bands\".");
}

}  // namespace

void report_idle_keys(Setup& setup) {
  check_firm(setup);
  check_shocks(setup);
  check_twin(setup);
  check_output(setup);
}

}  // namespace partnersim
