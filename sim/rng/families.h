// The makers of all families of laws: arguments in, quantile function out. Internal to sim/rng.
//
// A maker is called with arguments already checked one by one (law_arguments.h); what ties them together it checks
// itself and throws std::invalid_argument. `support` is where the parameter may lie: only percentiles adapt to it.
// A new family is a maker here and a row in the table of families.cpp. Not here: caching, and the words a user reads.
#pragma once

#include "sim/rng/distribution.h"

namespace sim::laws {

using Maker = Quantile (*)(const Law& law, Support support);

// The maker of a law that spec_of (law_arguments.h) found.
Maker maker_of(const LawSpec& spec);

// families_closed.cpp: closed forms
Quantile make_constant(const Law& law, Support support);
Quantile make_uniform(const Law& law, Support support);
Quantile make_triangular(const Law& law, Support support);
Quantile make_normal(const Law& law, Support support);
Quantile make_lognormal(const Law& law, Support support);
Quantile make_weibull(const Law& law, Support support);
Quantile make_exponential(const Law& law, Support support);
Quantile make_discrete(const Law& law, Support support);
Quantile make_pareto(const Law& law, Support support);

// empirical.cpp
Quantile make_empirical(const Law& law, Support support);

// truncated_normal.cpp
Quantile make_truncated_normal(const Law& law, Support support);

// families_tabulated.cpp: by tables of the beta and gamma quantiles
Quantile make_pert(const Law& law, Support support);
Quantile make_gamma(const Law& law, Support support);
Quantile make_beta(const Law& law, Support support);
Quantile make_observed(const Law& law, Support support);

// metalog.cpp
Quantile make_percentiles(const Law& law, Support support);

// What triangular and PERT share: refuses unless low <= mode <= high (families_closed.cpp).
void check_mode(const Law& law, double low, double mode, double high);

}  // namespace sim::laws
