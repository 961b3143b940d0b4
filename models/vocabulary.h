// Types of partners and words of partnerships that tables and scenarios use, for `describe`.
#pragma once

#include <span>
#include <string_view>

#include "sim/engine/outputs.h"

namespace partnersim {

inline constexpr sim::MemberNouns kMemberNouns{"partner", "partners", "partnership"};
inline constexpr std::string_view kHeadline = "revenue";

struct Word {
  std::string_view name;  // of a term: its names, the first first
  std::string_view meaning;
};

std::span<const Word> partner_types();  // all that partner.*.type takes
std::span<const Word> vocabulary();

}  // namespace partnersim
