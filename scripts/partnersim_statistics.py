"""Estimates that figures and tables of results need beyond stored summaries; numpy only, no files, no plotting.

    from partnersim_results import Results, exceedance, kaplan_meier, worst_futures

Every estimate comes with the error of having simulated only so many futures.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

__all__ = ["Exceedance", "KaplanMeier", "RankCorrelation", "WorstRow", "exceedance", "kaplan_meier", "rank_correlation",
           "ranks", "share_by_month", "standardised_gap", "tail_weights", "wilson", "worst_futures"]


def _z(confidence):
    """Two-sided normal quantile: 1.96 for .95."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(count, n, confidence=0.95):
    """Wilson's interval (low, high) of a probability after `count` of `n`; count may be an array. Never empty at 0."""
    count = np.asarray(count, float)
    z2 = _z(confidence) ** 2
    centre = (count + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (count * (n - count) / n + z2 / 4)) / (n + z2)
    return np.maximum(0.0, centre - half), np.minimum(1.0, centre + half)


# --- P(outcome > x) ---

@dataclass(frozen=True)
class Exceedance:
    """P(outcome > x), constant from each value to the next; V distinct values among n replications."""

    values: np.ndarray      # [V] ascending, in the outcome's unit
    above: np.ndarray       # [V] share of replications above the value
    half_width: float       # of the band that holds the whole true curve with the confidence asked for

    def at(self, x):
        """P(outcome > x) for any x (number or array)."""
        place = np.searchsorted(self.values, x, side="right")
        return np.concatenate([[1.0], self.above])[place]

    @property
    def low(self):
        """[V] lower edge of the band."""
        return np.maximum(0.0, self.above - self.half_width)

    @property
    def high(self):
        """[V] upper edge of the band."""
        return np.minimum(1.0, self.above + self.half_width)


def exceedance(values, confidence=0.95):
    """The exceedance curve of a column, missing values left out, with a distribution-free band for all x at once.

    The band is that of Dvoretzky, Kiefer and Wolfowitz with Massart's constant: half-width sqrt(ln(2/alpha) / (2 n)).
    """
    values = np.asarray(values, float)
    distinct, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    n = counts.sum()
    if n == 0:
        raise ValueError("no value to estimate from")
    return Exceedance(distinct, (n - np.cumsum(counts)) / n, math.sqrt(math.log(2 / (1 - confidence)) / (2 * n)))


# --- Times, some of them censored ---

@dataclass(frozen=True)
class KaplanMeier:
    """P(longer than t) after each of the E distinct times at which something was observed to end."""

    times: np.ndarray           # [E] ascending, in the unit of the times
    at_risk: np.ndarray         # [E] watched until this time or longer
    events: np.ndarray          # [E] of them, how many ended at it
    survival: np.ndarray        # [E]
    standard_error: np.ndarray  # [E] Greenwood's; 0 where survival is 0

    def at(self, t):
        """P(longer than t) for any t (number or array) up to the longest watched."""
        return np.concatenate([[1.0], self.survival])[np.searchsorted(self.times, t, side="right")]

    def interval(self, confidence=0.95):
        """(low, high), [E] each: symmetric on the scale of log(-log survival), hence within 0 and 1."""
        inside = (self.survival > 0) & (self.survival < 1)
        survival = np.where(inside, self.survival, 0.5)
        spread = np.exp(_z(confidence) * self.standard_error / (survival * np.abs(np.log(survival))))
        return (np.where(inside, survival ** spread, self.survival),
                np.where(inside, survival ** (1 / spread), self.survival))

    @property
    def median(self):
        """First time by which at least half have ended; NaN when fewer ever do."""
        reached = np.flatnonzero(self.survival <= 0.5 + 1e-12)
        return float(self.times[reached[0]]) if len(reached) else float("nan")


def kaplan_meier(times, observed):
    """Kaplan and Meier's estimator. `times` [N]; `observed` [N] says where the end was seen, else it was censored.

    What is censored at a time counts as at risk at that time. Missing times are left out.
    """
    times, observed = np.asarray(times, float), np.asarray(observed, bool)
    known = ~np.isnan(times)
    times, observed = np.sort(times[known]), np.sort(times[known & observed])
    ends, events = np.unique(observed, return_counts=True)
    at_risk = len(times) - np.searchsorted(times, ends, side="left")
    survival = np.cumprod(1 - events / at_risk)
    left = at_risk - events
    greenwood = np.cumsum(events / (at_risk * np.maximum(left, 1)))  # only a last term can have none left
    return KaplanMeier(ends, at_risk, events, survival, survival * np.sqrt(greenwood))


def share_by_month(event_month, months):
    """Share of replications whose event came in or before month 1 … months: [months]. NaN: it never came."""
    event_month = np.asarray(event_month, float)
    ordered = np.sort(event_month[~np.isnan(event_month)])
    return np.searchsorted(ordered, np.arange(1, months + 1), side="right") / len(event_month)


# --- Inputs and outcomes ---

class RankCorrelation(NamedTuple):
    """Spearman's, with its standard error."""

    value: float            # NaN where either column is the same in every replication
    standard_error: float


def ranks(values):
    """Ranks from 1, ties share theirs: [N]."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]


def rank_correlation(x, y, inner=1):
    """Spearman's rank correlation of two columns, missing left out; `inner` consecutive replications share their draw.

    The error is that of the influence function, summed over the replications of a draw: with u and v the standardised
    ranks, psi = u v - rho (u² + v²) / 2 + E[dv(x') | x' above x] …, the ranks' own errors included.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    known = ~np.isnan(x) & ~np.isnan(y)
    draw = np.flatnonzero(known) // inner
    x, y, n = x[known], y[known], int(known.sum())
    if n < 4 or x.min() == x.max() or y.min() == y.max():
        return RankCorrelation(float("nan"), float("nan"))
    first, second = ranks(x), ranks(y)
    u, v = ((r - r.mean()) / r.std() for r in (first, second))
    rho = float(np.mean(u * v))
    # How much a replication moves the ranks of the others: by one of those above it, by a half of its ties.
    psi = u * v - rho * (u ** 2 + v ** 2) / 2 + _moved(x, v - rho * u) / first.std() + _moved(y, u - rho * v) / second.std()
    of_draws = np.bincount(draw, psi - psi.mean())
    count = len(np.unique(draw))
    return RankCorrelation(rho, float(np.sqrt(np.sum(of_draws ** 2) * count / max(1, count - 1)) / n))


def _moved(x, weights):
    """Sum over the others of weight × (1 where x is above this one's, ½ where equal), for each replication: [N]."""
    values, places = np.unique(x, return_inverse=True)
    of_value = np.bincount(places, weights, len(values))
    above = of_value.sum() - np.cumsum(of_value)
    return (above + of_value / 2)[places]


# --- What the worst futures share ---

class WorstRow(NamedTuple):
    """How one column differs in the worst futures; means are in `unit`."""

    name: str               # path of an input, or name of an outcome
    long_name: str
    unit: str
    mean: float             # over all replications
    mean_worst: float       # over the worst ones
    difference: float       # (mean_worst - mean) / standard deviation over all replications
    standard_error: float   # of difference: simulation error, the choice of the worst included


def tail_weights(values, highest=False, share=0.05):
    """Weights [N] that pick the worst `share` of the values; they add up to share × N.

    1 for what is worse than the value at the threshold, an equal fraction for all that equal it: the weighted mean of
    the values themselves is the "mean of the worst 5 %".
    """
    bad_first = -np.asarray(values, float) if highest else np.asarray(values, float)
    wanted = share * len(bad_first)
    threshold = np.sort(bad_first)[max(0, math.ceil(round(wanted, 9)) - 1)]
    weights = (bad_first < threshold).astype(float)
    ties = bad_first == threshold
    weights[ties] = (wanted - weights.sum()) / ties.sum()
    return weights


def standardised_gap(column, weights, around):
    """(mean of all, weighted mean, their difference in standard deviations, its standard error), missing left out.

    The error is that of the influence function: with w the weights, a their mean, m_w the weighted mean and m_q the
    mean at the threshold, psi = w (x - m_q) / a - (m_w - m_q) - (x - m), less what the sd adds. m_q is the mean over
    `around` [N], a mask of the replications about the threshold. So the threshold's own error is included. It is NaN
    where there are too few values for an interval of the threshold: a binomial tail above 2.5 % (5 % takes 72 values).
    """
    column = np.asarray(column, float)
    known = ~np.isnan(column)
    x, w, near = column[known], weights[known], around[known]
    nan = float("nan")
    if len(x) < 2 or w.sum() <= 0:
        return nan, nan, nan, nan
    mean, worst, sd = x.mean(), np.average(x, weights=w), x.std(ddof=1)
    if sd <= 1e-9 * abs(mean):
        return mean, worst, nan, nan
    at_threshold = x[near].mean() if near.any() else worst
    psi = w * (x - at_threshold) / w.mean() - (worst - at_threshold) - (x - mean)
    gap = (worst - mean) / sd
    if (1 - weights.mean()) ** len(weights) > 0.025:
        return mean, worst, gap, nan
    psi = psi / sd - gap * (((x - mean) / sd) ** 2 - 1) / 2
    return mean, worst, gap, math.sqrt(np.mean(psi ** 2) / len(x))


def _possible_causes(results, outcome, point, joined):
    """(name, long name, unit, column) of every input, and of the outcomes that may explain another one."""
    if joined:
        for path, words, unit, paths in results.joined_inputs(point):
            yield path, words, unit, results.mean_input(paths, point)
    else:
        for path in results.inputs:
            yield path, path, results.input_unit(path), results.input(path, point)
    there = results.outcomes
    lost, to_shocks = "partners_lost", "partners_lost_to_shocks"
    causes = [name for name in there if name.startswith("months_in_")] + \
        [to_shocks, "disrupted", "resilience_loss", "out_of_cash", "deals_abandoned"]
    for name in causes:
        if name in there and name != outcome:
            yield name, results.long_name(name), results.unit(name), results.outcome(name, point)
    if {lost, to_shocks} <= set(there):
        yield ("partners_lost_otherwise", "Partners lost otherwise", results.unit(lost),
               results.outcome(lost, point) - results.outcome(to_shocks, point))
    elif lost in there and lost != outcome:
        yield lost, results.long_name(lost), results.unit(lost), results.outcome(lost, point)


def _worst_of(values, highest, share):
    """(weights, the replications about the threshold) of the worst values, as standardised_gap takes them."""
    bad_first = -values if highest else values
    if np.isin(values, (0, 1)).all():       # no threshold is estimated: who is bad is known
        bad = bad_first == -1 if highest else bad_first == 0
        return bad.astype(float), bad
    rank, reach = share * len(values), share * len(values) / 4
    edges = np.sort(bad_first)[[max(0, math.floor(rank - reach)), min(len(values) - 1, math.ceil(rank + reach))]]
    return tail_weights(values, highest, share), (edges[0] <= bad_first) & (bad_first <= edges[1])


def worst_futures(results, outcome="revenue", point=0, share=0.05, joined=False):
    """What the worst `share` of the futures in `outcome` have in common: a list of WorstRow, largest difference first.

    Every input, and the outcomes that may explain another one: months in each regime, partners lost to shocks and
    otherwise, disruption, running out of cash. What is the same in every replication has no row. Of yes or no (1 or 0 in
    each future) the worst are all futures that have the bad one of the two, whatever `share`. `joined`: the inputs of
    copies that nothing but luck tells apart are one, their mean.
    """
    values = results.outcome(outcome, point).astype(float)
    if values.ndim != 1:
        raise ValueError(f'outcome "{outcome}" has a value for each year: ask for one, such as "{outcome}[1]"')
    known = ~np.isnan(values)
    values = values[known]
    if len(values) < 2:
        return []
    weights, around = _worst_of(values, results.worst(outcome) == "highest", share)
    rows = [WorstRow(name, long_name, unit, *standardised_gap(column[known], weights, around))
            for name, long_name, unit, column in _possible_causes(results, outcome, point, joined)]
    varied = [row for row in rows if not math.isnan(row.difference)]
    return sorted(varied, key=lambda row: (-abs(row.difference), row.name))
