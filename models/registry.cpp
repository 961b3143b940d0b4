// The table of processes: a new one adds its declaration and its line here.
// Stream numbers are part of the draws contract: written once, never reused.
#include <array>
#include <vector>

#include "models/partnership_model.h"
#include "models/scenario/run_parameters.h"

namespace partnersim {

// Each defined in its own file in models/processes.
const Entry& partnerships_entry();
const Entry& economy_entry();
const Entry& shocks_entry();
const Entry& referral_flow_entry();
const Entry& direct_business_entry();
const Entry& churn_entry();
const Entry& revenue_entry();
const Entry& acquisition_entry();
const Entry& reciprocity_entry();
const Entry& delivery_entry();
const Entry& cash_entry();
const Entry& calendar_entry();
const Entry& exclusivity_entry();
const Entry& goals_entry();
const Entry& resilience_entry();
const Entry& unit_economics_entry();
const Entry& dependence_entry();
const Entry& pools_entry();
const Entry& focus_entry();
const Entry& standing_entry();
const Entry& breakdown_entry();

std::span<const Entry> processes() {
  static const std::array table{
      partnerships_entry(),     // 1
      economy_entry(),          // 2
      shocks_entry(),           // 3
      referral_flow_entry(),    // 4
      direct_business_entry(),  // 5
      churn_entry(),            // 6
      revenue_entry(),          // 7
      acquisition_entry(),      // 8
      reciprocity_entry(),      // 11
      delivery_entry(),         // 14
      cash_entry(),             // 15
      calendar_entry(),         // 16
      exclusivity_entry(),      // 17
      goals_entry(),            // 18
      resilience_entry(),       // 19
      unit_economics_entry(),   // 20
      dependence_entry(),       // 21
      pools_entry(),            // 22
      focus_entry(),            // 23
      standing_entry(),         // 24
      breakdown_entry(),        // 25
  };
  return table;
}

std::vector<sim::ParameterSpec> parameter_specs() {
  std::vector<sim::ParameterSpec> specs(run_parameters().begin(), run_parameters().end());
  for (const Entry& entry : processes()) specs.insert(specs.end(), entry.parameters.begin(), entry.parameters.end());
  return specs;
}

}  // namespace partnersim
