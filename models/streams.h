// Stream numbers of the draws contract (sim/rng/draws.h): written once, never reused. A process names its own in its
// entry; helpers that draw for several processes have numbers of their own.
#pragma once

#include <cstdint>

namespace partnersim::stream {

inline constexpr std::uint32_t kPartnerships = 1;
inline constexpr std::uint32_t kEconomy = 2;
inline constexpr std::uint32_t kShocks = 3;
inline constexpr std::uint32_t kReferralFlow = 4;
inline constexpr std::uint32_t kDirectBusiness = 5;
inline constexpr std::uint32_t kChurn = 6;
inline constexpr std::uint32_t kRevenue = 7;
inline constexpr std::uint32_t kAcquisition = 8;
inline constexpr std::uint32_t kMonthMixing = 9;
inline constexpr std::uint32_t kEvents = 10;
inline constexpr std::uint32_t kReciprocity = 11;
inline constexpr std::uint32_t kDecisionLag = 12;
inline constexpr std::uint32_t kCustomerLife = 13;
inline constexpr std::uint32_t kDelivery = 14;
inline constexpr std::uint32_t kCash = 15;
inline constexpr std::uint32_t kCalendar = 16;
inline constexpr std::uint32_t kExclusivity = 17;
inline constexpr std::uint32_t kGoals = 18;
inline constexpr std::uint32_t kResilience = 19;
inline constexpr std::uint32_t kUnitEconomics = 20;
inline constexpr std::uint32_t kDependence = 21;
inline constexpr std::uint32_t kPools = 22;
inline constexpr std::uint32_t kFocus = 23;
inline constexpr std::uint32_t kStanding = 24;
inline constexpr std::uint32_t kBreakdown = 25;

}  // namespace partnersim::stream
