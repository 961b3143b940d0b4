#!/usr/bin/python3
"""The reference workload as a competent numpy user would write it: a peer for the benchmark and a check on it.

Vectorised over replications in chunks. Three things make it fast, all exact in law:
- thinning: wins ~ Poisson(λp) at once instead of Binomial(Poisson(λ), p);
- living partnerships only: `living` holds the flat (replication, partner) cells still alive, so work shrinks with them;
- one uniform for each partnership and month, compared with (1 − h)^m (1 − k)^shocks.
Deals are drawn one by one, so sums of lognormals are exact. Draws come from one stream in the order of use: unlike
the simulator, another chunk size gives other numbers.

Prints one line of JSON. A partner-month is a cell of replications × partners × months, alive or not, as in the
simulator's own figure. Compare with reference_exact.py.
"""

import argparse
import json
import math
import time

import numpy as np

PARTNERS = 12
MONTHS = 60
LEADS = 5.0                                   # a month for each partner, in expansion
CLOSE_RATE_A, CLOSE_RATE_B = 10.0, 15.0       # beta: mean .4, concentration 25
DEAL_MEAN, DEAL_CV = 10_000.0, 0.8            # EUR, lognormal
CHURN = 0.02                                  # monthly probability, in expansion
SHOCK_RATE, KILL = 0.01, 0.2
LEADS_FACTOR = np.array([1.0, 0.7])           # expansion, recession
SURVIVAL = (1.0 - CHURN) ** np.array([1.0, 2.0])
LEAVE_REGIME = np.array([0.02, 0.10])         # monthly probability of changing to the other regime

DEAL_SIGMA = math.sqrt(math.log1p(DEAL_CV**2))
DEAL_MU = math.log(DEAL_MEAN) - DEAL_SIGMA**2 / 2

# Large enough to hide Python's overhead, small enough for a second-level cache; 250 to 16,000 differ by under 10 %.
CHUNK = 4_000


def simulate_chunk(rng, replications):
    """Returns revenue[replication], active partners at the end[replication], revenue[month] summed over replications."""
    close_rate = rng.beta(CLOSE_RATE_A, CLOSE_RATE_B, replications * PARTNERS)
    living = np.arange(replications * PARTNERS)
    regime = np.zeros(replications, dtype=np.intp)          # month 1 is lived in expansion
    revenue = np.zeros(replications)
    by_month = np.zeros(MONTHS)

    for month in range(MONTHS):
        replication = living // PARTNERS
        wins = rng.poisson((LEADS * LEADS_FACTOR)[regime][replication] * close_rate[living])
        deals = np.exp(DEAL_MU + DEAL_SIGMA * rng.standard_normal(wins.sum()))
        month_revenue = np.bincount(np.repeat(replication, wins), weights=deals, minlength=replications)
        revenue += month_revenue
        by_month[month] = month_revenue.sum()

        # Dissolution uses the regime of this month, and acts at its end: the month above was still worked.
        shocks = rng.poisson(SHOCK_RATE, replications)
        survival = SURVIVAL[regime] * (1.0 - KILL) ** shocks
        living = living[rng.random(living.size) < survival[replication]]
        regime ^= rng.random(replications) < LEAVE_REGIME[regime]

    return revenue, np.bincount(living // PARTNERS, minlength=replications), by_month


def main():
    parser = argparse.ArgumentParser(description="The reference workload in numpy, one thread.")
    parser.add_argument("--replications", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.replications < 2:
        parser.error("--replications: at least 2, for a standard error")

    began = time.perf_counter()
    rng = np.random.default_rng(args.seed)
    revenue = np.empty(args.replications)
    active = np.empty(args.replications)
    by_month = np.zeros(MONTHS)
    for first in range(0, args.replications, CHUNK):
        size = min(CHUNK, args.replications - first)
        part = slice(first, first + size)
        revenue[part], active[part], chunk_by_month = simulate_chunk(rng, size)
        by_month += chunk_by_month
    seconds = time.perf_counter() - began

    root_n = math.sqrt(args.replications)
    print(json.dumps({
        "peer": "numpy",
        "replications": args.replications,
        "threads": 1,
        "seconds": round(seconds, 4),
        "partner_months_per_second": round(args.replications * PARTNERS * MONTHS / seconds),
        "mean_revenue": revenue.mean(),
        "mean_revenue_standard_error": revenue.std(ddof=1) / root_n,
        "mean_active": active.mean(),
        "mean_active_standard_error": active.std(ddof=1) / root_n,
        "mean_last_month_revenue": by_month[-1] / args.replications,
    }))


if __name__ == "__main__":
    main()
