// [correlation.<id>]: which parameters drawn once a replication depend on each other (MODEL.md, section 13).
//
//   of = ["firm.direct.close_rate", "partner.*.close_rate"], rank = 0.5: every pair of the values these patterns match
//
// A parameter is an identity of draws: copies of `count` are parameters of their own, copies that share are one.
// Tables may overlap; pairs that no table names have rank 0. Parameters joined by pairs with a rank other than 0 form
// a set, and each set has its own copula (sim/rng/copula.h) in the order of ids, whatever the order in the file: what
// is written outside a set never changes the draws within.
//
// '*' passes over constants, so that a variant may fix a value; a path written out must be drawn. Where a pattern
// matches nothing because tables are disabled, that is no mistake.
#pragma once

#include <cstdint>
#include <vector>

#include "models/setup.h"
#include "sim/rng/copula.h"

namespace partnersim {

struct CorrelatedSet {
  std::vector<std::uint64_t> entities;  // of the members, in the order of the copula
  sim::Copula copula;
};

// Every draw of a set costs (members)^2 / 2 multiplications; assumed: beyond, one common cause is the better model.
inline constexpr std::size_t kMostCorrelated = 1000;

// When all processes have been made. Adds to setup.problems and setup.warnings.
std::vector<CorrelatedSet> read_correlations(Setup& setup);

}  // namespace partnersim
