// Joins the command line and the partnership model.
#include "generated/everything.h"
#include "models/model_size.h"
#include "models/partnership_model.h"
#include "models/vocabulary.h"
#include "sim/cli/application.h"

int main(int argc, char** argv) {
  sim::cli::Domain domain;
  domain.parameters = partnersim::parameter_specs();
  for (const auto& entry : partnersim::processes()) domain.processes.push_back({entry.name, entry.doc});
  for (const auto& word : partnersim::partner_types()) domain.types.push_back({word.name, word.meaning});
  for (const auto& word : partnersim::vocabulary()) domain.terms.push_back({word.name, word.meaning});
  domain.about = "simulates the possible futures of a partnership network";
  domain.nouns = partnersim::kMemberNouns;
  domain.headline = partnersim::kHeadline;
  domain.examples = {.scenario = "twelve_partners",
                     .path = "partner.acme.churn",
                     .setting = "partner.*.churn=0.03",
                     .statistics = "revenue.p05, profit.mean, cash_min.minimum",
                     .search = "--solve firm.direct.leads --so-that",
                     .condition = "revenue.p05 >= 200000"};
  domain.make_model = partnersim::make_model;
  domain.size_of = partnersim::model_size;
  domain.complete_scenario = partnersim::kEverything;
  return sim::cli::run_application(argc, argv, domain);
}
