#include "models/money/money_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "models/scenario/source_parameters.h"
#include "sim/base/elementary.h"

namespace partnersim {
namespace {

sim::ParameterSpec money(std::string_view path, std::string_view doc, std::string_view needs = {}) {
  return {.path = path,
          .unit = "currency",
          .range = {0, 1e12},
          .fallback = 0.0,
          .doc = doc,
          .source = "neutral",
          .needs = needs};
}

}  // namespace

std::span<const sim::ParameterSpec> money_parameters() {
  // clang-format off
  static const std::array kParameters{
      without_default(drawn_spec("firm.cash", "currency", sim::either_way(1e12),
                                 "opening cash; given: running out of cash is modelled")),
      drawn_spec("firm.fixed_cost", "currency", sim::up_to(1e12), "a month"),
      mostly({0, 1}, drawn_spec("firm.variable_cost_share", "1", sim::up_to(10),
                                "cost of what is sold, as a share of revenue")),
      money("firm.credit", "cash may fall to minus this", "firm.cash"),
      sim::ParameterSpec{.path = "firm.grace", .kind = sim::Kind::integer, .unit = "months",
                         .range = {0, sim::kMaxMonths}, .fallback = 0.0,
                         .doc = "months below -credit that are survived", .source = "neutral", .needs = "firm.cash"},
      sim::ParameterSpec{.path = "firm.pay_lag", .unit = "months", .range = {0, 120}, .usual = {0, 12}, .fallback = 0.0,
                         .doc = "from booking to payment; 41 days are 1.35", .source = "neutral"},
      sim::ParameterSpec{.path = "firm.unpaid", .unit = "1", .range = {0, 1}, .fallback = 0.0,
                         .doc = "share of what is booked that is never paid", .source = "neutral"},
      without_default(sim::ParameterSpec{.path = "partner.*.pay_lag", .unit = "months", .range = {0, 120},
                                         .usual = {0, 12},
                                         .doc = "of the partner's customers; none: firm.pay_lag"}),
      without_default(sim::ParameterSpec{.path = "partner.*.unpaid", .unit = "1", .range = {0, 1},
                                         .doc = "of what its customers owe; none: firm.unpaid"}),
      money("firm.wage", "an hour that partnerships take"),
      sim::ParameterSpec{.path = "firm.discount_rate", .unit = "1 a year", .range = {-0.99, 100}, .usual = {-0.5, 1},
                         .fallback = 0.0, .doc = "of the net present value", .source = "neutral"},
      without_default(money("firm.draw_above", "cash above this is drawn by the owner at the end of a month; none: it stays",
                            "firm.cash")),
      sim::ParameterSpec{.path = "firm.injections", .kind = sim::Kind::number_map, .unit = "currency",
                         .range = {0, 1e12}, .doc = "money put in, by month: { \"6\" = 20000 }", .source = "neutral",
                         .needs = "firm.cash"},
      sim::ParameterSpec{.path = "partner.*.commission", .unit = "1", .range = {0, 1}, .fallback = 0.0,
                         .doc = "share of the partner's booked revenue paid to it", .source = "neutral"},
      money("partner.*.cost", "a month while the partnership works"),
      money("partner.*.setup", "once, in its first month"),
      sim::ParameterSpec{.path = "partner.*.hours", .unit = "hours a month", .range = {0, 10000}, .fallback = 0.0,
                         .doc = "that the partnership takes while it works", .source = "neutral"},
      Complexity::spec(),
  };
  // clang-format on
  return kParameters;
}

bool models_money(const Setup& setup) {
  for (const char* key : {"cash", "fixed_cost", "variable_cost_share", "pay_lag", "unpaid", "wage", "discount_rate",
                          "draw_above", "injections", "valuation_multiple", "complexity"})
    if (setup.scenario.given(std::string("firm.") + key)) return true;
  for (const Partner& partner : setup.partners)
    for (const char* key : {".commission", ".cost", ".setup", ".pay_lag", ".unpaid"})
      if (setup.scenario.given(partner.path + key)) return true;
  return !setup.channels.empty();
}

MoneyTerms::MoneyTerms(Setup& setup)
    : opening(setup.opening("firm.cash")),
      fixed(setup.parameter("firm.fixed_cost")),
      variable(setup.parameter("firm.variable_cost_share")),
      has_cash(setup.scenario.given("firm.cash")),
      credit(setup.scenario.number("firm.credit")),
      grace(static_cast<std::size_t>(setup.scenario.integer("firm.grace"))),
      draw_above(setup.scenario.given("firm.draw_above") ? setup.scenario.number("firm.draw_above") : sim::kInfinity),
      complexity(setup),
      wage_(setup.laws("firm.wage")),
      discount_(setup.scenario.number("firm.discount_rate")) {
  partners_.reserve(setup.partners.size());
  for (std::size_t p = 0; p < setup.partners.size(); ++p) {
    const std::string& path = setup.partners[p].path;
    const auto dated = [&](const char* key) { return DatedNumber(setup.laws(path + key)); };
    const auto own_or_firms = [&](const std::string& key) {
      return setup.scenario.number((setup.scenario.given(path + key) ? path : "firm") + key);
    };
    partners_.push_back({setup.source_of_partner(p), setup.partners[p].start, dated(".commission"), dated(".cost"),
                         dated(".setup"), dated(".hours"), Payment{own_or_firms(".pay_lag"), own_or_firms(".unpaid")}});
  }
  for (const std::string& id : setup.channels) spend_.emplace_back(setup.laws("acquisition." + id + ".spend"));
  group_payers(setup);
  read_injections(setup);
  check_idle(setup);
  spent = planned_spending(setup.months);
  at_hand = std::abs(opening.expected(1)) + credit + spent;
  // 2^-22 of it, four times the rounding of single precision; nothing where that is not finite.
  tie = setup.money_tie = std::isfinite(at_hand) ? at_hand * 0x1p-22 : 0.0;
  double taken = 0.0;
  for (const std::string& id : setup.scenario.ids("shock"))
    taken += setup.scenario.number("shock." + id + ".amount") * setup.months;
  spent += taken;
  at_hand += taken;
}

// Wages need hours, a payment lag moves cash but no profit.
void MoneyTerms::check_idle(Setup& setup) const {
  const sim::Scenario& scenario = setup.scenario;
  // Written is enough: hours = 0 asks what a partner would be worth without them.
  const auto takes_hours = [&](const Partner& partner) {
    return scenario.given(partner.path + ".hours") || setup.laws(partner.path + ".hours").size() > 1;
  };
  if (scenario.given("firm.wage") && !scenario.has_disabled("partner") && !complexity.any() &&
      std::none_of(setup.partners.begin(), setup.partners.end(), takes_hours))
    setup.report_idle("firm.wage", "no partner takes hours", "Add a line such as hours = 4 to a partner.");
  if (complexity.any() && !scenario.given("firm.wage") && !scenario.given("firm.owner_hours"))
    setup.report_idle("firm.complexity", "hours neither cost anything nor keep the owner from selling",
                      "Add firm.wage, or firm.owner_hours and firm.focus.");
  if (has_cash || scenario.given("firm.discount_rate")) return;
  const auto idle_lag = [&](const std::string& path) {
    if (scenario.given(path))
      setup.report_idle(path, "neither cash nor net present value is modelled", "Add firm.cash or firm.discount_rate.");
  };
  idle_lag("firm.pay_lag");
  for (const Partner& partner : setup.partners) idle_lag(partner.path + ".pay_lag");
}

void MoneyTerms::group_payers(const Setup& setup) {
  const Payment usual{setup.scenario.number("firm.pay_lag"), setup.scenario.number("firm.unpaid")};
  for (std::size_t s = 0; s < setup.sources(); ++s) {
    const bool is_partners = s >= setup.source_of_partner(0) && s < setup.source_of_channel(0);
    const Payment& own = is_partners ? partners_[s - setup.source_of_partner(0)].payment : usual;
    const auto same = [&](const Payers& payers) { return payers.payment == own; };
    const auto found = std::find_if(payers_.begin(), payers_.end(), same);
    (found == payers_.end() ? payers_.emplace_back(Payers{own, {}}) : *found).sources.push_back(s);
  }
}

double MoneyTerms::planned_spending(int months) const {
  double all = 0.0;
  for (int month = 1; month <= months; ++month) all += fixed.expected(month) + spend(month) + injected(month);
  for (std::size_t p = 0; p < partners(); ++p) all += spent_on(p, months);
  const double most_hours = complexity.of(static_cast<double>(partners()));
  for (int month = 1; month <= months; ++month) all += most_hours * wage(month);
  return all;
}

double MoneyTerms::spent_on(std::size_t partner, int months) const {
  double all = 0.0;
  for (int month = 1; month <= months; ++month) all += upkeep(partner, month);
  return all;
}

void MoneyTerms::read_injections(Setup& setup) {
  injections_.assign(static_cast<std::size_t>(setup.months) + 1, 0.0);
  for (const auto& [month, amount] : setup.scenario.number_map("firm.injections")) {
    const int number = month_of(month);
    if (number == 0)
      setup.problems.add(
          setup.scenario.mark("firm.injections", month), fmt::format("firm.injections: {} is not a month", month),
          fmt::format("months run from 1 to {}", setup.months), "For example: injections = { \"1\" = 20_000 }");
    else if (number <= setup.months)
      injections_[static_cast<std::size_t>(number)] = amount;
  }
}

int MoneyTerms::month_of(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_month =
      error == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= sim::kMaxMonths;
  return is_month ? number : 0;
}

double MoneyTerms::upkeep(std::size_t partner, int month) const {
  const Terms& terms = partners_[partner];
  const double cost = terms.cost.in(month) + terms.hours.in(month)*wage_.in(month);
  return terms.start == month ? cost + terms.setup.in(month) : cost;
}

double MoneyTerms::spend(int month) const {
  double spend = 0.0;
  for (const DatedNumber& channel : spend_) spend += channel.in(month);
  return spend;
}

double MoneyTerms::discount_factor(int month) const {
  return discount_ == 0.0 ? 1.0 : sim::math::pow(1.0 + discount_, -month / 12.0);
}

}  // namespace partnersim
