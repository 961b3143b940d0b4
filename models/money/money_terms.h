// What money costs and when it moves (MODEL.md, section 6), as written in a scenario: the terms that the simulated
// books and the expected ones share. Values may change at dates. Draws nothing and keeps nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "models/money/complexity.h"
#include "models/setup.h"

namespace partnersim {

// Keys of [firm], and of partners, that cost or move money.
std::span<const sim::ParameterSpec> money_parameters();
// Whether a scenario gives any of them, or a paid channel.
bool models_money(const Setup& setup);

class MoneyTerms {
 public:
  // Reports months of injections that are none.
  explicit MoneyTerms(Setup& setup);

  Parameter opening, fixed, variable;  // cash; cost a month; cost of what is sold, as a share of revenue
  bool has_cash;                       // running out of it is modelled
  double credit;                       // cash may fall to minus this …
  std::size_t grace;                   // … and stay below for so many months
  double draw_above;                   // what is above is drawn by the owner; infinite: nothing is
  // Less than rounding may leave of amounts that cancel: shares and costs are single-precision numbers in the lanes, so
  // that 70 % of 3,000 less 2,100 is not 0. Cash and profit as near to a level as that are at it.
  double tie;
  // Whatever moves besides sales, within the horizon: costs, injections, what shocks take; and with it opening cash and
  // credit.
  double spent, at_hand;

  Complexity complexity;
  double wage(int month) const { return wage_.in(month); }

  std::size_t partners() const { return partners_.size(); }
  // Where the partner's sales are: a row of State::sales.
  std::size_t source(std::size_t partner) const { return partners_[partner].source; }
  // The part of the partner's booked revenue that is paid to it.
  double commission(std::size_t partner, int month) const { return partners_[partner].commission.in(month); }
  double hours(std::size_t partner, int month) const { return partners_[partner].hours.in(month); }
  // What a working partnership costs in a month: cost, hours at the wage, set-up in its first month.
  double upkeep(std::size_t partner, int month) const;
  double spent_on(std::size_t partner, int months) const;  // upkeep, up to a month
  // Of all paid channels.
  double spend(int month) const;

  // The month that a key of firm.injections names; 0 when it is none.
  static int month_of(const std::string& text);
  double injected(int month) const { return injections_[static_cast<std::size_t>(month)]; }
  double discount_factor(int month) const;  // (1 + r)^(-t/12)

  // Bookings are paid `lag` months later, the fraction split linearly over the two months around it, but for a share
  // that never is: a cost in the month in which it would have been.
  struct Payment {
    double lag = 0.0, unpaid = 0.0;
    std::size_t whole() const { return static_cast<std::size_t>(lag); }  // months …
    double late() const { return lag - static_cast<double>(whole()); }   // … and the share that takes one more
    double on_time() const { return 1.0 - late(); }
    bool operator==(const Payment&) const = default;
  };
  // Sources whose customers pay alike, and are all there are where there is one such group.
  struct Payers {
    Payment payment;
    std::vector<std::size_t> sources;
  };
  const std::vector<Payers>& payers() const { return payers_; }
  double unpaid(std::size_t partner) const { return partners_[partner].payment.unpaid; }

 private:
  struct Terms {
    std::size_t source;
    int start;
    DatedNumber commission, cost, setup, hours;
    Payment payment;
  };
  void read_injections(Setup& setup);
  void group_payers(const Setup& setup);
  void check_idle(Setup& setup) const;
  double planned_spending(int months) const;

  DatedNumber wage_;
  double discount_;
  std::vector<Payers> payers_;
  std::vector<Terms> partners_;
  std::vector<DatedNumber> spend_;
  std::vector<double> injections_;  // [month]
};

}  // namespace partnersim
