#include "models/vocabulary.h"

#include <array>

namespace partnersim {

// In this version a type is a name that shocks can aim at ({ type = "channel" }): the mechanism is what the keys say.
std::span<const Word> partner_types() {
  static constexpr std::array kTypes{
      Word{"referral",
           "sends customers now and then; some of them become deals of the focal firm. Usually leads, "
           "close_rate, deal_value and a commission"},
      Word{"channel", "sells for the focal firm: many leads, a high commission, often exclusive"},
      Word{"enterprise_alliance", "a large firm that brings few but large deals, after long lags"},
      Word{"co_marketing",
           "events and campaigns together, which bring leads in batches: event = { probability, leads }"},
      Word{"joint_venture", "bids made together: rare, large, at a cost"},
      Word{"association", "a group whose members refer to each other: returns = { leads, … }"},
  };
  return kTypes;
}

std::span<const Word> vocabulary() {
  static constexpr std::array kWords{
      Word{"focal firm", "The firm whose owner asks: [firm]."},
      Word{"partner, partnership",
           "[partner.NAME]: one that sends customers to the focal firm. A partnership begins, works, and ends by churn "
           "or "
           "by a shock."},
      Word{"twin",
           "The same future spared its shocks, or with twin = \"calm\" its regimes too: what resilience compares the "
           "firm with."},
      Word{"performance", "What the firm can expect to sell in a month, over what its twin can."},
      Word{"regime",
           "A state of the economy, [economy.regime.NAME], that multiplies leads, close odds, values and churn."},
      Word{"shock", "[shock.NAME]: an event that weakens firms for a while, costs money, or ends partnerships."},
      Word{"churn, half-life",
           "Partnerships end by themselves, by a monthly probability or a law of their life; half of them "
           "within the half-life. Regimes and shocks multiply the hazard."},
      Word{"frailty", "Partnerships that differ: a gamma factor of mean 1 on the hazard, drawn once a partnership."},
      Word{"honeymoon", "Months at the beginning of a partnership without any risk of its end."},
      Word{"loss without, loss_without",
           "What the firm would earn less without a partner, on the same draws: output.without."},
      Word{"deal, lead, win",
           "A lead is a customer who may buy; a win is a lead that becomes a deal; a deal has a value."},
      Word{"booked", "Revenue counts when a deal is closed; cash comes firm.pay_lag later."},
      Word{"word of mouth", "Leads that customers won without partners bring later: firm.direct.word_of_mouth."},
      Word{"pool",
           "[pool.NAME]: customers whom partners share; who has been a lead of one is not soon one of another."},
      Word{"market", "[market.NAME]: what its customers spend a year, of which the firm has a share."},
      Word{"goal", "[goal.NAME]: a level to reach by a month; its mean is the probability of doing so."},
      Word{"out of cash", "Cash below what the bank bears, for longer than firm.grace: the firm stops."},
  };
  return kWords;
}

}  // namespace partnersim
