"""Variants against the base on shared random numbers: differences with their errors, and how often each is better."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np

from .common import BLACK, BLUE, GREEN, GREY, TITLE_PAD, VERMILION, legend_above, percent, round_ticks, ticks
from .partners import shortened

MOST_POINTS = 6
PARTS = (("mean", "mean", BLACK, "o"), ("p05", "P5", VERMILION, "v"), ("p50", "median", BLUE, "s"),
         ("p95", "P95", GREEN, "^"))


def chosen_points(results, point=None):
    """Points to compare, at most six: all of them, or with a sweep those in the row of `point` (the first one)."""
    points = results.compared
    if len(points) > MOST_POINTS:
        row = (point or 0) % max(1, results.variant_of.count("base"))
        points = [p for p in points if results.comparison(results.compared_outcomes[0], p).baseline == row]
    return points[:MOST_POINTS]


def draw_differences(axes, results, outcome="revenue", point=None):
    """Mean, P5, median and P95 of each variant less those of the base, with 95 % intervals; P(better) on the right."""
    points = chosen_points(results, point)
    rows = [comparison for comparison in (results.comparison(outcome, p) for p in points)
            if not np.isnan(comparison.mean.value)]
    unit = results.unit(outcome)
    shifts = np.linspace(-0.27, 0.27, len(PARTS))
    for (part, words, colour, marker), shift in zip(PARTS, shifts):
        estimates = [getattr(row, part) for row in rows]
        value, low, high = (np.array([getattr(e, name) for e in estimates]) for name in ("value", "low", "high"))
        axes.errorbar(value, np.arange(len(rows)) + shift, xerr=np.maximum(0, [value - low, high - value]), fmt=marker,
                      color=colour, markersize=5.5, elinewidth=1.4, capsize=2.5, label=words)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.margins(x=0.06)
    axes.set_yticks(range(len(rows)))
    one_row = len({row.baseline for row in rows}) == 1      # of a sweep: the axis says which
    axes.set_yticklabels([textwrap.fill(results.variant_of[row.point] if one_row and results.swept else
                                        shortened(results.points[row.point], 56), 30) for row in rows])
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(round_ticks(6))
    axes.xaxis.set_major_formatter(ticks(unit))
    name = results.long_name(outcome)
    axes.set_xlabel(f"{name if unit == '1' else unit}, variant less base (95 % intervals of simulation error)"
                    + (f"\nat {results.points[rows[0].baseline].partition(', ')[2]}" if one_row and results.swept else ""))
    axes.set_ylabel("variant")
    axes.set_title(f"{name}: what each variant changes", pad=TITLE_PAD)
    write_shares(axes, rows)
    legend_above(axes, len(PARTS))


def write_shares(axes, rows):
    """"better in 63 % of the futures" on the right of each variant, and how much pairing saves."""
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)))
    share = percent()
    right.set_yticklabels([f"better in {share(round(row.better, 3))}" +
                           (f", equal in {share(round(row.equal, 3))}" if row.equal >= 0.005 else "") +
                           f"\nvariance removed: {share(round(row.variance_removed, 2))}" for row in rows], fontsize=8.5)
    right.tick_params(axis="y", length=0)
    right.spines["right"].set_visible(False)


def variants_figure(results, outcome, point=None):
    """The whole figure: as tall as there are variants."""
    rows = len(chosen_points(results, point))
    figure, axes = plt.subplots(constrained_layout=True, figsize=(10.4, 2.6 + 0.95 * rows))
    draw_differences(axes, results, outcome, point)
    return figure


def no_variants(results, outcome):
    """Why nothing is compared; empty when something is."""
    if not results.compared:
        return "no variant to compare with the base (add [variant.<id>])"
    if outcome not in results.compared_outcomes or all(
            np.isnan(results.comparison(outcome, p).mean.value) for p in chosen_points(results)):
        return "the outcome is not modelled by the base and a variant"
    return ""
