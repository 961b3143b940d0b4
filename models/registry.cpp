// The table of processes: a new one adds its line here and its declaration in processes/entries.h.
// Stream numbers are part of the draws contract: written once, never reused.
#include <array>
#include <vector>

#include "models/partnership_model.h"
#include "models/processes/entries.h"
#include "models/run_parameters.h"

namespace partnersim {

std::span<const Entry> processes() {
  static const std::array table{
      partnerships_entry(),     // 1
      economy_entry(),          // 2
      shocks_entry(),           // 3
      referral_flow_entry(),    // 4
      direct_business_entry(),  // 5
      churn_entry(),            // 6
      revenue_entry(),          // 7
  };
  return table;
}

std::vector<sim::ParameterSpec> parameter_specs() {
  std::vector<sim::ParameterSpec> specs(run_parameters().begin(), run_parameters().end());
  for (const Entry& entry : processes()) specs.insert(specs.end(), entry.parameters.begin(), entry.parameters.end());
  return specs;
}

}  // namespace partnersim
