// Joins the command line and the partnership model.
#include "generated/everything.h"
#include "models/partnership_model.h"
#include "sim/cli/application.h"

int main(int argc, char** argv) {
  sim::cli::Domain domain;
  domain.parameters = partnersim::parameter_specs();
  for (const auto& entry : partnersim::processes()) domain.processes.push_back({entry.name, entry.doc});
  domain.types = {{"referral", "the partner sends customers; some of them become deals of the focal firm"}};
  domain.make_model = partnersim::make_model;
  domain.complete_scenario = partnersim::kEverything;
  return sim::cli::run_application(argc, argv, domain);
}
