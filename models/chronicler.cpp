#include "models/chronicler.h"

#include <fmt/format.h>

#include <cmath>

#include "models/streams.h"
#include "sim/base/counted.h"

namespace partnersim {

Chronicler::Chronicler(const Setup& setup)
    : setup_(setup), alive_(setup.partners.size(), 0), suspended_(setup.partners.size(), 0) {
  if (setup.has_direct) source_labels_.push_back("direct business");
  for (const Partner& partner : setup.partners) source_labels_.push_back(partner.label);
  for (const std::string& id : setup.channels) source_labels_.push_back(setup.scenario.label("acquisition", id));
  for (const std::string& id : setup.scenario.ids("shock")) {
    const std::string path = "shock." + id;
    shock_labels_.push_back(setup.scenario.label("shock", id));
    shock_harms_.push_back({shock_channel(setup.scenario, path), setup.scenario.number(path + ".amount")});
  }
  for (const std::string& id : setup.scenario.ids("economy.regime"))
    regime_labels_.push_back(setup.scenario.label("economy.regime", id));
}

void Chronicler::after(const State& state, std::uint32_t stream, int phase) {
  if (state.pass != Pass::actual || (state.stopped_in[0] != 0 && static_cast<int>(state.stopped_in[0]) < state.month))
    return;
  if (stream == stream::kPartnerships && phase == kOpen) open(state);
  if (stream == stream::kExclusivity) suspensions(state);
  if (stream == stream::kEconomy) economy(state);
  if (stream == stream::kShocks && phase == kShocks) shocks(state);
  if (stream == stream::kChurn) endings(state);
  if (stream == stream::kCash && phase == kStop) stop(state);
  if (stream == stream::kRevenue) business(state);
}

void Chronicler::tell(const State& state, std::string kind, std::string subject, std::string cause, std::string text,
                      double amount, const std::string& unit) {
  events_.push_back(
      {state.month, std::move(kind), std::move(subject), std::move(cause), std::move(text), amount, unit});
}

std::string Chronicler::money(double amount) const {
  std::string digits = fmt::format("{:.0f}", std::abs(amount));
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return fmt::format("{}{} {}", amount < 0.0 && digits != "0" ? "-" : "", digits, setup_.currency);
}

void Chronicler::open(const State& state) {
  for (const std::string& id : setup_.scenario.ids("change"))
    if (setup_.scenario.integer("change." + id + ".month") == state.month)
      tell(state, "change", setup_.scenario.label("change", id), "planned",
           setup_.scenario.label("change", id) + " takes effect");
  for (std::size_t p = 0; p < alive_.size(); ++p) {
    const std::uint32_t now = state.alive.row(p)[0];
    if (now != 0 && alive_[p] == 0)
      tell(state, "begun", setup_.partners[p].label, "planned", setup_.partners[p].label + " begins");
    alive_[p] = now;
  }
}

void Chronicler::suspensions(const State& state) {
  for (std::size_t p = 0; p < suspended_.size(); ++p) {
    const std::uint32_t now = state.suspended.row(p)[0];
    if (now == suspended_[p] || alive_[p] == 0) continue;
    suspended_[p] = now;
    const std::string& who = setup_.partners[p].label;
    tell(state, now != 0 ? "suspended" : "resumed", who, "exclusivity",
         who + (now != 0 ? " is suspended by an exclusive partner" : " works again"));
  }
}

void Chronicler::economy(const State& state) {
  const std::uint32_t now = (*state.regime)[0];
  if (now != regime_)
    tell(state, "regime", regime_labels_[now], "economy",
         regime_ == 0xffffffffu ? "the economy is in " + regime_labels_[now]
                                : "the economy turns to " + regime_labels_[now]);
  regime_ = now;
}

void Chronicler::shocks(const State& state) {
  for (const State::Strike& strike : state.strikes) {
    const std::string& what = shock_labels_[strike.shock];
    const auto severity = static_cast<double>(strike.severity);
    const std::string lasting = sim::counted(strike.duration, "month");
    std::string text = what + " strikes";
    if (const auto& [channel, amount] = shock_harms_[strike.shock]; channel == Channel::cash)
      text += ": " + money(amount * severity) + " at once";
    else if (channel == Channel::cost)
      text += fmt::format(": {} a month for {}", money(amount * severity), lasting);
    else if (strike.duration != 0)
      text += fmt::format(": {:.0f} % for {}", 100.0 * severity, lasting);
    tell(state, "shock", what, "chance", text, severity, strike.duration != 0 ? "1" : "");
  }
}

void Chronicler::endings(const State& state) {
  for (std::size_t p = 0; p < alive_.size(); ++p) {
    const std::uint32_t now = state.alive.row(p)[0];
    if (now != 0 || alive_[p] == 0) continue;
    alive_[p] = 0;
    std::string cause = "churn";
    for (const State::Kill& kill : state.kills)
      if (kill.partner == p) cause = shock_labels_[kill.shock];
    const std::string& who = setup_.partners[p].label;
    tell(state, "ended", who, cause, fmt::format("{} ends ({})", who, cause));
  }
}

void Chronicler::stop(const State& state) {
  if (static_cast<int>(state.stopped_in[0]) != state.month) return;
  tell(state, "stopped", "the firm", "out of cash",
       fmt::format("the firm runs out of cash at {} and stops", money((*state.running.at("cash"))[0])),
       (*state.running.at("cash"))[0], setup_.currency);
}

void Chronicler::business(const State& state) {
  double revenue = 0.0;
  for (std::size_t s = 0; s < source_labels_.size(); ++s) {
    const auto booked = static_cast<double>(state.sales.row(s)[0]);
    const std::uint32_t deals = state.closings.row(s)[0];
    revenue += booked;
    if (deals == 0 && booked == 0.0) continue;
    const std::string what = deals == 0 ? "booked" : sim::counted(deals, "deal");
    tell(state, "deals", source_labels_[s], "", fmt::format("{}: {}, {}", source_labels_[s], what, money(booked)),
         booked, setup_.currency);
  }
  std::string text = fmt::format("revenue of the month {}", money(revenue));
  if (const auto cash = state.running.find("cash"); cash != state.running.end())
    text += fmt::format(", cash {}", money((*cash->second)[0]));
  tell(state, "month", "the firm", "", text, revenue, setup_.currency);
}

}  // namespace partnersim
