// What the months of a partnership do to its leads, the same in all futures (MODEL.md, section 4): of age a = 1 in its
// first month
//
//   ramp(a) (1 - overlap)                     both ways; ramp(a) = 1 - exp(-a / tau)
//   season trend                              of the partner alone, by calendar month and by (1 + growth)^(t - 1)
//   (commission / reference)^elasticity       partners send more to whom pays more
//   exp(-drift (1 - tracked) a)               without metrics a partnership fades
//
// The last three act on what the partner gives.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "models/setup.h"

namespace partnersim {

// Keys of partners that make it.
std::span<const sim::ParameterSpec> lead_scale_parameters();

enum class Giver : std::uint8_t { partner, focal_firm };

// [month]; 0 before the first. Shared with the one before where it is the same, as that of copies is.
using LeadScale = std::shared_ptr<const std::vector<double>>;
LeadScale lead_scale(Setup& setup, const Partner& partner, Giver giver, const LeadScale& before = nullptr);

}  // namespace partnersim
