// What arrivals of a shock do as long as they are felt (MODEL.md, section 2): at strength S u(k), k months after the
// arrival,
//
//   functionality, leads, close, capacity   times 1 - S u              cash   amount S, in the month of the arrival
//   churn (of cumulative hazards)           times 1 + (factor - 1) S u   cost   amount S u a month
//
// Several that overlap multiply. Oracle: step shocks in equilibrium leave E[q] = exp(-nu D S).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/setup.h"
#include "models/shocks/arrivals.h"
#include "models/shocks/profile.h"
#include "models/shocks/targets.h"

namespace partnersim {

enum class Channel : std::uint8_t { none, functionality, leads, close, capacity, churn, cash, cost };

// The words of `affects`, in the order of Channel after none.
std::span<const std::string_view> shock_channels();
// That of <path>.affects.
Channel shock_channel(const sim::Scenario& scenario, const std::string& path);
// Of the focal firm, whoever else is struck.
constexpr bool takes_money(Channel channel) { return channel == Channel::cash || channel == Channel::cost; }

class ShockEffects {
 public:
  // Reads <path>.affects, factor, amount, duration and recovery.
  ShockEffects(Setup& setup, const std::string& path, const Target& target);

  Channel channel() const { return channel_; }
  double amount() const { return amount_; }  // of money
  std::uint32_t duration(std::uint32_t word) const { return profile_.duration(word); }

  // An arrival in a lane, felt by all of the pool, or by the firm at a position of it.
  static constexpr std::uint32_t kAll = 0xffffffffu;
  struct Effect {
    std::uint32_t lane;
    std::uint32_t month, duration;
    float severity;
    std::uint32_t target = kAll;
  };
  // Those of one worker, and what all of the pool feel alike this month.
  struct Felt {
    std::uint32_t lane;
    float left;
  };
  struct Active {
    std::vector<Effect> effects;
    std::vector<Felt> felt;
    void copy_lane(const sim::LaneCopy& copy);
  };
  // Applies what is still felt this month and forgets what is over.
  void act(State& state, Active& active) const;
  // The same in expectation, at a mean severity. Money is taken once an arrival that strikes anybody.
  void expect(Expectation& e, const ShockArrivals& arrivals, double severity, const Target& target) const;

 private:
  float left_of(float strength) const;
  FirmFactor* weakens(State& state) const;
  void weaken(State& state, Firm firm, std::uint32_t lane, float strength) const;
  void weaken_all(State& state, const std::vector<Felt>& felt) const;

  std::vector<Firm> firms_;  // the pool
  Channel channel_;
  ShockProfile profile_;
  float factor_;
  double amount_;
};

}  // namespace partnersim
