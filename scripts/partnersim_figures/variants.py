"""Variants against the base on shared random numbers: differences with their errors, and how often each is better."""

import matplotlib.pyplot as plt
import numpy as np

from .common import (BLACK, BLUE, GREEN, GREY, TITLE_PAD, legend_above, percent, plain, points_of_percent, round_ticks,
                     ticks, wrapped)
from .spread import colours_of

MOST_POINTS = 6


def parts_of(results, outcome):
    """(name, words, colour, marker) of what is compared: of yes or no only how probable it is."""
    if results.yes_no(outcome):
        return [("mean", "probability", BLACK, "o")]
    low, high = colours_of(results, outcome, good=GREEN)
    return [("mean", "mean", BLACK, "o"), ("p05", "P5", low, "v"), ("p50", "median", BLUE, "s"),
            ("p95", "P95", high, "^")]


def chosen_points(results, point=None):
    """Points to compare, at most six: all of them, or with a sweep those in the row of `point` (the first one)."""
    points = results.compared
    if len(points) > MOST_POINTS:
        row = (point or 0) % max(1, results.variant_of.count("base"))
        points = [p for p in points if results.comparison(results.compared_outcomes[0], p).baseline == row]
    return points[:MOST_POINTS]


def draw_differences(axes, results, outcome="revenue", point=None):
    """Mean, P5, median and P95 of each variant less those of the base, with 95 % intervals; P(better) on the right."""
    every = [results.comparison(outcome, p) for p in chosen_points(results, point)]
    rows = [comparison for comparison in every if not np.isnan(comparison.mean.value)]
    parts, unit = parts_of(results, outcome), "%" if results.yes_no(outcome) else results.unit(outcome)
    open_ends = False
    shifts = np.linspace(-0.27, 0.27, len(parts)) if len(parts) > 1 else [0]
    for (part, words, colour, marker), shift in zip(parts, shifts):
        estimates = [getattr(row, part) for row in rows]
        value, low, high = (np.array([getattr(e, name) for e in estimates]) for name in ("value", "low", "high"))
        known, places = np.isfinite(low) & np.isfinite(high), np.arange(len(rows)) + shift
        open_ends |= bool(np.any(~known & ~np.isnan(value)))
        axes.errorbar(value[known], places[known], xerr=np.maximum(0, [value - low, high - value])[:, known], fmt=marker,
                      color=colour, markersize=5.5, elinewidth=1.4, capsize=2.5, label=words)
        axes.plot(value[~known], places[~known], marker, color=colour, markersize=5.5, markerfacecolor="white",
                  linestyle="none")
    axes.axvline(0, color=GREY, linewidth=1)
    axes.margins(x=0.06)
    axes.set_yticks(range(len(rows)))
    one_row = len({row.baseline for row in rows}) == 1      # of a sweep: the axis says which
    labels = [results.variant_labels[results.variant_of[row.point]] if one_row and results.swept
              else results.points[row.point] for row in rows]
    axes.set_yticklabels([wrapped(label if len(label) <= 56 else f"{label[:43]}…{label[-12:]}", 30) for label in labels])
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(round_ticks(6))
    axes.xaxis.set_major_formatter(points_of_percent() if unit == "%" else ticks(unit))
    name = results.long_name(outcome)
    what = plain(name if unit == "1" else "percentage points" if unit == "%" else unit)
    axes.set_xlabel(f"{what}, variant less base (95 % intervals of simulation error)"
                    + (f"\nat {plain(results.row_label(rows[0].baseline))}" if one_row and results.swept else "")
                    + ("\nhollow: too few futures for an interval" if open_ends else "")
                    + missing_words(results, outcome, every))
    axes.set_ylabel("variant")
    axes.set_title(wrapped(f"{name}: what each variant changes", 80), pad=TITLE_PAD)
    write_shares(axes, results, rows)
    legend_above(axes, len(parts))


def missing_words(results, outcome, every):
    """In how many futures each point has a value, 0 for one that is not compared; nothing when all have."""
    shown = list(dict.fromkeys(p for row in every for p in (row.baseline, row.point)))
    valued = results.valued(outcome)
    if (valued[shown] == results.replications[shown]).all():
        return ""
    counts = [f"{results.points[p]} {valued[p]:,}" for p in shown]
    return "\n" + wrapped(f"replications with a value, of {max(results.replications[shown]):,}: "
                                + ", ".join(counts), 100)


def write_shares(axes, results, rows):
    """"better in 63 % of the futures" on the right of each variant, and how much pairing saves."""
    def of_those(row):
        part = row.pairs < results.replications[row.point]
        return f"\nof the {row.pairs:,.0f} replications\nwhere both have a value" if part else ""

    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)))
    share = percent()
    right.set_yticklabels([f"better in {share(round(row.better, 3))}" +
                           (f", equal in {share(round(row.equal, 3))}" if row.equal >= 0.005 else "") + of_those(row) +
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
