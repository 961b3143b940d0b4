"""Several points in one figure: their distributions one below the other, and their exceedance curves together."""

import textwrap

import numpy as np

from partnersim_results import exceedance

from .common import BLACK, BLUE_50, TITLE_PAD, VERMILION, legend_above, percent, round_ticks, short, ticks
from .partners import shortened
from .probability import draw_probabilities
from .spread import (above_label, bad_quantile, beyond_words, bin_edges, colours_of, described, drawn_range, thinned,
                     values_of, what_it_is)

MOST_POINTS = 6
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#000000")     # Okabe-Ito, as in the style
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))            # a second way to tell them apart


def modelled_points(results, outcome):
    """Numbers of the points that have a value of the outcome in some replication."""
    return np.flatnonzero(results.valued(outcome)).tolist()


def few_points(results, outcome):
    """Whether two to six points model the outcome: what fits into one figure."""
    return 2 <= len(results.points) <= 4 * MOST_POINTS and 2 <= len(modelled_points(results, outcome)) <= MOST_POINTS


def range_of(columns):
    """(low, high) over all columns: the farthest of their ends."""
    ends = [drawn_range(values) for values in columns]
    return min(low for low, _ in ends), max(high for _, high in ends)


def valued_words(results, outcome, point):
    """"5,851 of 30,000 replications" of a point where the outcome has no value in some, else nothing."""
    some, every = int(results.valued(outcome)[point]), int(results.replications[point])
    return f"{some:,} of {every:,} replications" if some < every else ""


def label_missing(axes, results, outcome):
    """Adds to the axis of values which points have none."""
    none = [results.points[p] for p in np.flatnonzero(results.valued(outcome) == 0)]
    if none:
        names = textwrap.shorten(", ".join(none), 90, placeholder=" …")
        axes.set_xlabel(f"{axes.get_xlabel()}\nno value in any replication: {names}")


def draw_distributions(axes, results, outcome="revenue", _point=None):
    """Up to six points, a histogram each, on one scale: shares of replications, with P5, median, P95 and mean.

    Of yes or no: how probable it is at each.
    """
    points = modelled_points(results, outcome)[:MOST_POINTS]
    if results.yes_no(outcome):
        draw_probabilities(axes, results, outcome, points)
        label_missing(axes, results, outcome)
        return
    columns = [values_of(results, outcome, p) for p in points]
    unit, name = described(results, outcome)
    low, high = range_of(columns)
    pooled = np.concatenate(columns)
    edges = bin_edges(pooled, low, high) if high > low else np.array([low - 0.5, low + 0.5])
    shares = [np.histogram(values, edges)[0] / len(values) for values in columns]
    tallest = max(share.max() for share in shares)
    for row, (point, share) in enumerate(zip(points, shares)):
        axes.bar(edges[:-1], -0.82 * share / tallest, bottom=row, width=np.diff(edges), align="edge", color=BLUE_50,
                 linewidth=0)
        axes.axhline(row, color="#999999", linewidth=0.8)
        low_colour, high_colour = colours_of(results, outcome, good=BLACK)
        bad = bad_quantile(results, outcome)[1]
        others = "P50, P95" if bad == "P5" else "P5, P50"
        for statistic, colour, width in (("p05", low_colour, 1.8), ("p95", high_colour, 1.8), ("p50", BLACK, 2.4)):
            value = results.statistic(outcome, statistic, point)
            words = bad if colour == VERMILION else others if statistic == "p50" else None
            axes.plot([value, value], [row, row - 0.3], color=colour, linewidth=width,
                      label=words if row == 0 else None)
        axes.plot(results.statistic(outcome, "mean", point), row - 0.08, "D", color=BLACK, markersize=5,
                  markerfacecolor="white", label="mean" if row == 0 else None)
    axes.set_yticks(range(len(points)))
    axes.set_yticklabels([f"{textwrap.fill(shortened(results.points[p], 56), 30)}\n{valued_words(results, outcome, p)}"
                          .rstrip() for p in points], va="bottom")
    axes.set_ylim(len(points) - 0.85, -0.98)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(round_ticks(6))
    axes.xaxis.set_major_formatter(ticks(unit))
    axes.set_xlabel(what_it_is(results, outcome) + beyond_words(np.concatenate(columns), low, high, unit))
    label_missing(axes, results, outcome)
    axes.set_ylabel("point; bars: shares")
    axes.set_title(textwrap.fill(f"{name}: how it spreads at each point", 70), pad=TITLE_PAD)
    legend_above(axes)


def draw_exceedances(axes, results, outcome="revenue", _point=None):
    """P(outcome > x) of up to six points; bands hold each whole true curve with 95 % confidence.

    Of yes or no: how probable it is at each.
    """
    points = modelled_points(results, outcome)[:MOST_POINTS]
    if results.yes_no(outcome):
        draw_probabilities(axes, results, outcome, points)
        label_missing(axes, results, outcome)
        return
    columns = [values_of(results, outcome, p) for p in points]
    unit, name = described(results, outcome)
    low, high = range_of(columns)
    margin = 0.02 * (high - low) or 1.0
    bad, called = bad_quantile(results, outcome)
    for point, values, colour, style in zip(points, columns, COLOURS, STYLES):
        curve = exceedance(values)
        keep = thinned(len(curve.values))
        x = np.concatenate([[min(low, curve.values[0]) - margin], curve.values[keep],
                            [max(high, curve.values[-1]) + margin]])

        def from_one(shares, first=1.0, keep=keep):
            return np.concatenate([[first], shares[keep], shares[-1:]])

        axes.fill_between(x, from_one(curve.low, 1 - curve.half_width), from_one(curve.high), step="post",
                          color=colour, alpha=0.18, linewidth=0)
        figure, counted = short(results.statistic(outcome, bad, point), unit), valued_words(results, outcome, point)
        axes.step(x, from_one(curve.above), where="post", color=colour, linestyle=style, linewidth=1.6,
                  label=f"{shortened(results.points[point], 44)}: {called} {figure}\n{counted}".rstrip())
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_locator(round_ticks(7))
    axes.xaxis.set_major_formatter(ticks(unit))
    axes.yaxis.set_major_formatter(percent())
    axes.set_xlabel(what_it_is(results, outcome) + beyond_words(np.concatenate(columns), low, high, unit))
    label_missing(axes, results, outcome)
    axes.set_ylabel(above_label(results, outcome, points))
    axes.set_title(textwrap.fill(f"{name}: probability of more than x at each point", 80))
    axes.legend(loc="upper right", handlelength=3)
