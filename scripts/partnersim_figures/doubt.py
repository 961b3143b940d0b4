"""Two-level runs: what luck does when the parameters are known, and what not knowing them adds."""

import numpy as np

from partnersim_results import ResultError

from .common import (BLACK, BLUE, BLUE_25, BLUE_50, TITLE_PAD, VERMILION_50, fitting, legend_above, percent, round_ticks,
                     ticks, wrapped)
from .spread import described, label_outcome, values_of

LEVELS = np.concatenate([np.linspace(0.005, 0.045, 9), np.linspace(0.05, 0.95, 91), np.linspace(0.955, 0.995, 9)])
FEWEST_DRAWS = 20           # assumed: fewer draws of the parameters make no band
MOST_ROWS = 10


def conditional_quantiles(results, outcome, point=0, levels=LEVELS):
    """Quantiles of the futures that share one draw of the parameters: [draw, level], in the outcome's unit.

    `inner` consecutive replications share a draw; draws with a missing value, and an unfinished last one, are left out.
    """
    values, inner = results.outcome(outcome, point).astype(float), results.inner
    if values.ndim != 1:
        raise ResultError(f'{results.path}: outcome "{outcome}" has a value for each year: ask for one, "{outcome}[1]"')
    draws = values[:len(values) // inner * inner].reshape(-1, inner)
    return np.quantile(draws[~np.isnan(draws).any(axis=1)], levels, axis=1).T


def draw_conditional(axes, results, outcome="revenue", point=0):
    """P(more than x) were the parameters known: the band of its curves over draws, and the pooled curve."""
    curves = conditional_quantiles(results, outcome, point)
    if len(curves) < FEWEST_DRAWS:
        raise ResultError(f"{results.path}: {len(curves)} draws of the parameters with {results.inner} futures each are "
                          f"too few for a band (at least {FEWEST_DRAWS}): more replications, or a smaller scenario.inner")
    values = values_of(results, outcome, point)
    unit, name = described(results, outcome)
    above, drawn = 1 - LEVELS, [np.quantile(values, LEVELS)]
    for low, high, colour in ((5, 95, BLUE_25), (25, 75, BLUE_50)):
        edges = np.percentile(curves, [low, high], axis=0)
        drawn += list(edges)
        axes.fill_betweenx(above, edges[0], edges[1], color=colour, linewidth=0,
                           label=f"{high - low} % of the draws")
    axes.plot(np.median(curves, axis=0), above, color=BLUE, label="their median")
    axes.plot(drawn[0], above, color=BLACK, linestyle="--", linewidth=1.6, label="all futures")
    low, high = np.min(drawn), np.max(drawn)        # all that is drawn, and no more
    margin = 0.02 * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(0, 1)
    axes.xaxis.set_major_locator(round_ticks(6))
    axes.xaxis.set_major_formatter(ticks(unit))
    axes.yaxis.set_major_formatter(percent())
    axes.set_ylabel("P(more than x),\n% of the futures of a draw")
    label_outcome(axes, results, outcome, point, low - margin, high + margin)
    draws = f"{len(curves):,} draws of the parameters, {results.inner:,} futures of each"
    axes.set_xlabel(f"{axes.get_xlabel()}\n{fitting(axes, draws)}")
    axes.set_title(wrapped(f"{name}: if the parameters were known", 48), pad=TITLE_PAD)
    legend_above(axes, 4)


def splits_of(results, outcome, point=0):
    """[(outcome, VarianceSplit)] of the outcome asked for and of others where the share is known, in their order."""
    names = results.summarised
    column = outcome.partition("[")[0]
    others = [name for name in names if name not in (outcome, column) and "[" not in name]
    rows = [(name, results.variance_split(name, point)) for name in [outcome] + others if name in names]
    return [(name, split) for name, split in rows if split.share_standard_error > 0]


def draw_split(axes, results, outcome="revenue", point=0):
    """Variance of each outcome as shares: ignorance of the parameters and luck, with 95 % intervals of the border."""
    every = splits_of(results, outcome, point)
    rows = every[:MOST_ROWS]
    share = np.array([split.share for _, split in rows])
    error = 1.96 * np.array([split.share_standard_error for _, split in rows])
    drawn, places = np.clip(share, 0, 1), np.arange(len(rows))
    axes.barh(places, drawn, height=0.62, color=VERMILION_50, label="ignorance")
    axes.barh(places, 1 - drawn, left=drawn, height=0.62, color=BLUE_50, label="luck")
    left, right = np.clip(share - error, 0, 1), np.clip(share + error, 0, 1)
    axes.errorbar(drawn, places, xerr=np.maximum(0, np.nan_to_num([drawn - left, right - drawn])), fmt="none",
                  ecolor=BLACK, elinewidth=1.2, capsize=2.5, label="95 % interval")
    for place, value, low, high in zip(places, share, left, right):
        beside = 0.015 if low > 0.13 else high + 0.015      # off the interval
        axes.text(beside, place, percent()(round(value, 2)), va="center", fontsize=8.5)
    axes.set_yticks(places)
    axes.set_yticklabels([wrapped(results.long_name(name), 24) for name, _ in rows], linespacing=0.95)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(percent())
    more = f"\nnot shown: {len(every) - len(rows)} more outcomes" if len(every) > len(rows) else ""
    axes.set_xlabel("share of the variance\n(in figures: of ignorance)" + more)
    axes.set_ylabel("outcome")
    axes.set_title("Luck, and what data could take away", pad=TITLE_PAD)
    legend_above(axes)
