#include "models/money/partner_ledger.h"

#include <algorithm>
#include <vector>

#include "models/money/resolution.h"

namespace partnersim {

PartnerBooks::PartnerBooks(Setup& setup, const MoneyTerms& terms) : may_stop(terms.has_cash) {
  if (setup.partners.empty()) return;
  std::vector<double> resolutions, hours(setup.partners.size(), 0x1p-16);
  for (std::size_t p = 0; p < setup.partners.size(); ++p)
    resolutions.push_back(money_resolution(setup.partners[p].typical_sale, terms.spent_on(p, setup.months)));
  net_total = setup.member_total({"net_value", setup.currency, "Net value by partner",
                                  "Mean of the partner's revenue less variable cost, commission, what is never paid, "
                                  "cost, set-up and hours at the wage.",
                                  resolutions});
  hours_total = setup.member_total(
      {"hours", "person-hours", "Hours by partner", "Mean number of hours the partnership took.", hours});
  if (net_total >= 0) partners = setup.partners.size();
}

PartnerLedger::PartnerLedger(const PartnerBooks& books, std::size_t lanes)
    : books_(books),
      net_(books.partners, lanes),
      frozen_net_(books.may_stop ? books.partners : 0, lanes),
      spent_(books.partners, lanes),
      hours_(books.partners, lanes),
      frozen_hours_(books.may_stop ? books.partners : 0, lanes),
      total_(sim::padded(lanes)) {}

void PartnerLedger::begin() {
  net_.fill(0.0);
  spent_.fill(0.0f);
  hours_.fill(0.0f);
}

void PartnerLedger::add(const State& state, std::size_t partner, const Month& month) {
  if (!keeps(state)) return;
  const sim::LaneList& working = state.lives.working(Setup::link_of(partner));
  if (month.upkeep != 0.0) sim::add_to(state.isa, static_cast<float>(month.upkeep), working, spent_.row(partner));
  if (month.hours != 0.0) sim::add_to(state.isa, static_cast<float>(month.hours), working, hours_.row(partner));
  const float* __restrict booked = month.booked;
  const float* __restrict variable = month.variable;
  double* __restrict net = net_.row(partner);
  const double commission = month.commission;
  const std::size_t n = state.count;
  sim::on_lanes(state.isa, [=]() SIM_LANES {
    for (std::size_t i = 0; i < n; ++i)
      net[i] += static_cast<double>(booked[i]) * (1.0 - static_cast<double>(variable[i]) - commission);
  });
}

void PartnerLedger::freeze(const State& state) {
  if (!keeps(state)) return;
  for (std::size_t p = 0; p < net_.rows(); ++p)
    for (std::size_t k = 0; k < state.stopped_count; ++k) {
      const std::uint32_t i = state.stopped[k];
      if (state.stopped_in[i] != static_cast<std::uint32_t>(state.month)) continue;
      frozen_net_.row(p)[i] = net_.row(p)[i] - static_cast<double>(spent_.row(p)[i]);
      frozen_hours_.row(p)[i] = hours_.row(p)[i];
    }
}

void PartnerLedger::finish(State& state) {
  for (std::size_t p = 0; p < net_.rows(); ++p) {
    for (std::size_t i = 0; i < state.count; ++i)
      total_[i] =
          state.stopped_in[i] != 0 ? frozen_net_.row(p)[i] : net_.row(p)[i] - static_cast<double>(spent_.row(p)[i]);
    state.add_member_total(books_.net_total, p, total_);
    for (std::size_t i = 0; i < state.count; ++i)
      total_[i] = static_cast<double>(state.stopped_in[i] != 0 ? frozen_hours_.row(p)[i] : hours_.row(p)[i]);
    state.add_member_total(books_.hours_total, p, total_);
  }
}

}  // namespace partnersim
