#!/usr/bin/python3
"""Exact means of the reference workload: what every simulation of it must approach.

Twelve partners, 60 months, two regimes of the economy, churn, and shocks that all partnerships share
(configs/twelve_partners.toml). Means need no simulation: partnerships are alike, so one of them is followed
through the joint recursion of survival and regime. With a_t(r) = P(alive at the start of month t, regime r),

    E[revenue of month t] = n Σ_r a_t(r) λ_r p̄ v            λ_r = leads × regime multiplier
    a_{t+1}(s)            = Σ_r a_t(r) (1 − h)^{m_r} e^{−νk} P(r → s)

- Month 1 is lived in expansion; the dissolution of month t uses the regime of month t; the chain steps after
  it, between months. A partnership therefore works in its first month whatever happens.
- m_r multiplies the cumulative hazard, hence the exponent (MODEL.md section 0).
- Shocks arrive Poisson(ν) a month and each kills with probability k, so a partnership outlives a month's shocks
  with probability Σ_j Poisson(j; ν) (1 − k)^j = e^{−νk}. That shocks hit all partners at once makes their
  fates dependent, which moves variances but not means.
- The close rate is drawn once a replication; its mean p̄ is enough because neither survival nor regime looks at it.

Standard library only; the peers beside it restate the numbers so that a slip in one shows as a disagreement.
"""

import argparse
import json
import math

PARTNERS = 12
MONTHS = 60
LEADS = 5.0                       # a month for each partner, in expansion
CLOSE_RATE = 0.4                  # mean of Beta(10, 15)
DEAL_VALUE = 10_000.0             # EUR, mean of the lognormal
CHURN = 0.02                      # monthly probability, in expansion
SHOCK_RATE = 0.01                 # arrivals a month
KILL = 0.2                        # each partnership, each shock
LEADS_FACTOR = (1.0, 0.7)         # expansion, recession
HAZARD_FACTOR = (1.0, 2.0)
TRANSITION = ((0.98, 0.02), (0.10, 0.90))


def monthly_means():
    """Yields (month, expected revenue in EUR, expected partnerships alive after the month) for months 1..60."""
    survival = [(1.0 - CHURN) ** factor * math.exp(-SHOCK_RATE * KILL) for factor in HAZARD_FACTOR]
    alive = [1.0, 0.0]            # by regime: month 1 is lived in expansion
    for month in range(1, MONTHS + 1):
        leads = sum(a * LEADS * factor for a, factor in zip(alive, LEADS_FACTOR))
        revenue = PARTNERS * leads * CLOSE_RATE * DEAL_VALUE
        survivors = [a * s for a, s in zip(alive, survival)]
        alive = [sum(survivors[r] * TRANSITION[r][s] for r in range(2)) for s in range(2)]
        yield month, revenue, PARTNERS * sum(survivors)


def main():
    parser = argparse.ArgumentParser(description="Exact means of the reference workload.")
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text",
                        help="text: the two figures; json: one line, the peers' names; csv: month by month")
    choice = parser.parse_args().format

    rows = list(monthly_means())
    mean_revenue = math.fsum(revenue for _, revenue, _ in rows)
    mean_active = rows[-1][2]
    if choice == "csv":
        print("month,revenue,active_partners")
        for month, revenue, active in rows:
            print(f"{month},{revenue:.6f},{active:.9f}")
    elif choice == "json":
        print(json.dumps({"peer": "exact", "mean_revenue": mean_revenue, "mean_active": mean_active,
                          "mean_last_month_revenue": rows[-1][1]}))
    else:
        print(f"mean revenue over {MONTHS} months   {mean_revenue:,.1f} EUR")
        print(f"mean active partners at the end {mean_active:.6f}")


if __name__ == "__main__":
    main()
