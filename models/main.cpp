// Joins the command line and the partnership model.
#include "models/partnership_model.h"
#include "sim/cli/application.h"

namespace {

// Every process in one scenario: what `describe outcomes` shows.
constexpr std::string_view kComplete = R"(
[firm.direct]
leads = 1
close_rate = 0.5
deal_value = 1
[economy]
start = "good"
[economy.regime.good]
to = { bad = 0.1 }
[economy.regime.bad]
to = { good = 0.1 }
[partner.acme]
leads = 1
close_rate = 0.5
deal_value = 1
churn = 0.1
[shock.scandal]
every = 100
kill = 0.1
)";

}  // namespace

int main(int argc, char** argv) {
  sim::cli::Domain domain;
  domain.parameters = partnersim::parameter_specs();
  for (const auto& entry : partnersim::processes()) domain.processes.push_back({entry.name, entry.doc});
  domain.types = {{"referral", "the partner sends customers; some of them become deals of the focal firm"}};
  domain.make_model = partnersim::make_model;
  domain.complete_scenario = kComplete;
  return sim::cli::run_application(argc, argv, domain);
}
