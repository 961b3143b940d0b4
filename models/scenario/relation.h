// Numbers that are a share of others: leads = { share = 0.42, of = "firm.direct.leads" } follows the drawn value of the
// other number, and its dated changes, in every future. Setup::parameter reads them; here are the law, and what has
// to be known of a number before it is read.
#pragma once

#include <span>
#include <string>

#include "sim/config/scenario.h"
#include "sim/config/spec.h"

namespace partnersim {

// Distributions, and shares of other numbers: laws of whatever Setup::parameter reads.
std::span<const sim::LawSpec> number_laws();
std::string number_problem(const sim::Law& law, const sim::Range& range);
inline bool is_share(const sim::Law& law) { return law.name == "share_of"; }

// Mean of a number in month 1, through shares. 0 for a share of what is not there, or of itself, which are mistakes
// that Setup reports.
double mean_of_number(const sim::Scenario& scenario, std::string path);

}  // namespace partnersim
