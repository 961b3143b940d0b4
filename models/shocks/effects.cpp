#include "models/shocks/effects.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace partnersim {
namespace {

constexpr std::array<std::string_view, 7> kChannels{"functionality", "leads", "close", "capacity",
                                                    "churn",         "cash",  "cost"};

}  // namespace

std::span<const std::string_view> shock_channels() { return kChannels; }

Channel shock_channel(const sim::Scenario& scenario, const std::string& path) {
  if (!scenario.given(path + ".affects")) return Channel::none;
  const auto found = std::find(kChannels.begin(), kChannels.end(), scenario.text(path + ".affects"));
  return static_cast<Channel>(found - kChannels.begin() + 1);
}

ShockEffects::ShockEffects(Setup& setup, const std::string& path, const Target& target)
    : firms_(target.firms),
      channel_(shock_channel(setup.scenario, path)),
      profile_(setup, path),
      factor_(static_cast<float>(setup.scenario.number(path + ".factor"))),
      amount_(setup.scenario.number(path + ".amount")) {
  if (takes_money(channel_)) setup.need(Need::shock_costs);
  if (channel_ == Channel::capacity) setup.changes(Common::capacity);
}

void ShockEffects::Active::copy_lane(const sim::LaneCopy& copy) {
  const auto of = [&](std::size_t lane) { return [lane](const Effect& effect) { return effect.lane == lane; }; };
  effects.erase(std::remove_if(effects.begin(), effects.end(), of(copy.to)), effects.end());
  std::vector<Effect> copies;
  std::copy_if(effects.begin(), effects.end(), std::back_inserter(copies), of(copy.from));
  for (Effect& effect : copies) effect.lane = static_cast<std::uint32_t>(copy.to);
  effects.insert(effects.end(), copies.begin(), copies.end());
}

void ShockEffects::act(State& state, Active& active) const {
  auto& [effects, felt] = active;
  std::size_t kept = 0;
  felt.clear();
  for (const Effect& effect : effects) {
    const auto k = static_cast<std::uint32_t>(state.month) - effect.month;
    const float u = channel_ == Channel::cash ? (k == 0 ? 1.0f : 0.0f) : profile_.strength(k, effect.duration);
    if (u == 0.0f) continue;
    effects[kept++] = effect;
    const float strength = effect.severity * u;
    if (takes_money(channel_)) {
      state.shock_costs[effect.lane] += amount_ * static_cast<double>(strength);
    } else if (effect.target != kAll) {
      weaken(state, firms_[effect.target], effect.lane, strength);
    } else {
      felt.push_back({effect.lane, left_of(strength)});
    }
  }
  effects.resize(kept);
  if (!felt.empty()) weaken_all(state, felt);
}

void ShockEffects::expect(Expectation& e, const ShockArrivals& arrivals, double severity, const Target& target) const {
  const double share = takes_money(channel_) ? target.chance() : target.share();
  double left = 1.0, added = 0.0;
  for (int k = 0; k < e.month; ++k) {
    const double strength = share * severity * profile_.mean_strength(k);
    if (strength == 0.0) continue;
    const double change = channel_ == Channel::churn ? (static_cast<double>(factor_) - 1.0) * strength : -strength;
    left *= arrivals.expected_product(e.month - k, 1.0 + change);
    added += arrivals.expected(e.month - k) * strength;
  }
  if (channel_ == Channel::cash) e.shock_costs += amount_ * share * severity * arrivals.expected(e.month);
  if (channel_ == Channel::cost) e.shock_costs += amount_ * added;
  for (const Firm firm : firms_) {
    if (channel_ == Channel::functionality) e.function[index(firm)] *= left;
    if (channel_ == Channel::leads) e.leads_of[index(firm)] *= left;
    if (channel_ == Channel::close) e.close_of[index(firm)] *= left;
    if (channel_ == Channel::churn) e.churn_of[index(firm)] *= left;
    if (channel_ == Channel::capacity && firm == kFocalFirm) e.capacity *= left;
  }
}

// The factor that a strength leaves.
float ShockEffects::left_of(float strength) const {
  return channel_ == Channel::churn ? 1.0f + (factor_ - 1.0f) * strength : 1.0f - strength;
}

// What the shock multiplies; null for capacity, which only the focal firm has.
FirmFactor* ShockEffects::weakens(State& state) const {
  switch (channel_) {
    case Channel::churn:
      return &state.churn_of;
    case Channel::functionality:
      return &state.function;
    case Channel::leads:
      return &state.leads_of;
    case Channel::close:
      return &state.close_of;
    default:
      return nullptr;
  }
}

void ShockEffects::weaken(State& state, Firm firm, std::uint32_t lane, float strength) const {
  if (FirmFactor* factors = weakens(state))
    factors->touch(firm)[lane] *= left_of(strength);
  else if (firm == kFocalFirm)
    state.capacity.value[lane] *= left_of(strength);
}

void ShockEffects::weaken_all(State& state, const std::vector<Felt>& felt) const {
  const auto weaken_row = [&](float* row) {
    for (const auto& [lane, left] : felt) row[lane] *= left;
  };
  if (FirmFactor* factors = weakens(state))
    for (float* row : factors->touch(firms_)) weaken_row(row);
  else if (std::find(firms_.begin(), firms_.end(), kFocalFirm) != firms_.end())
    weaken_row(state.capacity.value.data());
}

}  // namespace partnersim
