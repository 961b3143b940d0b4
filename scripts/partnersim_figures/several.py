"""Several points in one figure: their distributions one below the other, and their curves together."""

import textwrap

import numpy as np
from matplotlib.patches import Patch

from partnersim_results import ResultError, exceedance, share_by_month, wilson

from .common import (BLACK, BLUE_50, COLOURS, GREY, STYLES, TITLE_PAD, VERMILION, label_months, legend_above, percent,
                     plain, round_ticks, short, shortened, ticks, wrapped)
from .probability import draw_probabilities
from .spread import (above_label, bad_quantile, beyond_words, bin_edges, colours_of, described, drawn_range, thinned,
                     values_of, what_it_is)

MOST_POINTS = 6
UNEVEN = 4          # assumed: how many times taller the tallest histogram may be until each gets a scale of its own


def shown_points(results, outcome=None):
    """Numbers of the points that stand together where none is asked for, at most six of those that model the outcome.

    All points if they are so few, else the variants in the first row of the sweep. The first point if there are none.
    """
    every = range(len(results.points))
    if len(every) > MOST_POINTS:
        variants = results.variant_of
        every = [variants.index(name) for name in results.variants]
    if outcome is not None:
        valued = results.valued(outcome)
        every = [p for p in every if valued[p]]
    return list(every)[:MOST_POINTS] or [0]


def names_of(results, points):
    """What to call points that stand together: variants where they share a row of the sweep, else their labels."""
    rows = {results.row_label(p) for p in points}
    if len(points) > 1 and len(rows) == 1 and "" not in rows:
        return [results.variant_labels[results.variant_of[p]] for p in points]
    return [results.points[p] for p in points]


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
        names = plain(textwrap.shorten(", ".join(none), 90, placeholder=" …"))
        axes.set_xlabel(f"{axes.get_xlabel()}\nno value in any replication: {names}")


def draw_distributions(axes, results, outcome="revenue", points=None):
    """Up to six points, a histogram each, on one scale: shares of replications, with P5, median, P95 and mean.

    Of yes or no: how probable it is at each. Where some are much taller than others, each has a height of its own.
    """
    points = points or shown_points(results, outcome)
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
    peaks = np.array([share.max() for share in shares])
    uneven = peaks.max() > UNEVEN * peaks.min()
    low_colour, high_colour = colours_of(results, outcome, good=BLACK)
    bad = bad_quantile(results, outcome)[1]
    others = "P50, P95" if bad == "P5" else "P5, P50"
    for row, (point, share, peak) in enumerate(zip(points, shares, peaks)):
        axes.bar(edges[:-1], -0.82 * share / ((peak if uneven else peaks.max()) or 1.0), bottom=row, width=np.diff(edges),
                 align="edge", color=BLUE_50, linewidth=0)
        axes.axhline(row, color="#999999", linewidth=0.8)
        for statistic, colour, width in (("p05", low_colour, 1.8), ("p95", high_colour, 1.8), ("p50", BLACK, 2.4)):
            value = results.statistic(outcome, statistic, point)
            words = bad if colour == VERMILION else others if statistic == "p50" else None
            axes.plot([value, value], [row, row - 0.3], color=colour, linewidth=width,
                      label=words if row == 0 else None)
        axes.plot(results.statistic(outcome, "mean", point), row - 0.08, "D", color=BLACK, markersize=5,
                  markerfacecolor="white", label="mean" if row == 0 else None)
    axes.set_yticks(range(len(points)))
    axes.set_yticklabels([f"{wrapped(name if len(name) <= 56 else name[:43] + '…' + name[-12:], 30)}\n"
                          f"{valued_words(results, outcome, p)}".rstrip()
                          for p, name in zip(points, names_of(results, points))], va="bottom")
    axes.set_ylim(len(points) - 0.85, -0.98)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    if high > low:
        axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(round_ticks(6))
    axes.xaxis.set_major_formatter(ticks(unit))
    axes.set_xlabel(plain(what_it_is(results, outcome)) + beyond_words(np.concatenate(columns), low, high, unit))
    label_missing(axes, results, outcome)
    axes.set_ylabel("point; bars: shares" + (",\nthe tallest of each alike" if uneven else ""))
    axes.set_title(wrapped(f"{name}: how it spreads at each point", 70), pad=TITLE_PAD)
    legend_above(axes)


def draw_exceedances(axes, results, outcome="revenue", points=None):
    """P(outcome > x) of up to six points; bands hold each whole true curve with 95 % confidence.

    Of yes or no: how probable it is at each.
    """
    points = points or shown_points(results, outcome)
    if results.yes_no(outcome):
        draw_probabilities(axes, results, outcome, points)
        label_missing(axes, results, outcome)
        return
    columns = [values_of(results, outcome, p) for p in points]
    unit, name = described(results, outcome)
    low, high = range_of(columns)
    margin = 0.02 * (high - low) or 1.0
    bad, called = bad_quantile(results, outcome)
    half_widths = []
    for point, label, values, colour, style in zip(points, names_of(results, points), columns, COLOURS, STYLES):
        curve = exceedance(values)
        half_widths.append(curve.half_width)
        keep = thinned(len(curve.values))
        x = np.concatenate([[min(low, curve.values[0]) - margin], curve.values[keep],
                            [max(high, curve.values[-1]) + margin]])

        def from_one(shares, first=1.0, keep=keep):
            return np.concatenate([[first], shares[keep], shares[-1:]])

        axes.fill_between(x, from_one(curve.low, 1 - curve.half_width), from_one(curve.high), step="post",
                          color=colour, alpha=0.18, linewidth=0)
        figure, counted = short(results.statistic(outcome, bad, point), unit), valued_words(results, outcome, point)
        axes.step(x, from_one(curve.above), where="post", color=colour, linestyle=style, linewidth=1.6,
                  label=f"{shortened(label, 44)}: {called} {figure}\n{counted}".rstrip())
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_locator(round_ticks(7))
    axes.xaxis.set_major_formatter(ticks(unit))
    axes.yaxis.set_major_formatter(percent())
    axes.set_xlabel(plain(what_it_is(results, outcome)) + beyond_words(np.concatenate(columns), low, high, unit))
    label_missing(axes, results, outcome)
    axes.set_ylabel(above_label(results, outcome, points))
    axes.set_title(wrapped(f"{name}: probability of more than x at each point", 80))
    lines, labels = axes.get_legend_handles_labels()
    axes.legend([*lines, Patch(color=GREY, alpha=0.3, linewidth=0)], [*labels, band_words(half_widths)], loc="upper right",
                handlelength=3)


def band_words(half_widths):
    """What a band is, and how wide: "95 % band for a whole curve, ± 1.36 percentage points"."""
    ends = dict.fromkeys(f"{min(100, 100 * half):.3g}" for half in (min(half_widths), max(half_widths)))
    return f"95 % band for a whole curve,\n± {' to '.join(ends)} percentage points"


def draw_ran_out(axes, results, point=0):
    """Share of replications that have run out of cash by the end of each month, with Wilson's 95 % intervals.

    Of several points (a list of them): a curve each.
    """
    points = point if isinstance(point, (list, tuple)) else [point]
    months, top = np.arange(1, results.months + 1), 0.008
    for p, label, colour, style in zip(points, names_of(results, points), COLOURS, STYLES):
        column = results.outcome("out_of_cash_month", p)
        if len(column) == 0:
            raise ResultError(f"{results.path}: no replication")
        share = share_by_month(column, results.months)
        low, high = wilson(np.round(share * len(column)), len(column))
        alone, words = len(points) == 1, f"{100 * share[-1]:.3g} %" if share[-1] > 0 else "in no replication"
        colour = VERMILION if alone else colour
        axes.fill_between(months, low, high, step="mid", color=colour, alpha=0.22, linewidth=0,
                          label="95 % interval" if alone else None)
        axes.step(months, share, where="mid", color=colour, linestyle="-" if alone else style,
                  label="share of replications" if alone else f"{shortened(label, 40)}: {words}")
        top = max(top, high[-1])
        if alone:
            axes.annotate(words, (months[-1], high[-1]), xytext=(-2, 5), textcoords="offset points", ha="right",
                          color=VERMILION, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    axes.set_xlim(1, max(results.months, 2))
    axes.set_ylim(0, 1.25 * top if len(points) == 1 else min(1.02, (1.25 + 0.12 * len(points)) * top))
    axes.yaxis.set_major_locator(round_ticks(6))
    axes.yaxis.set_major_formatter(percent())
    axes.set_ylabel("have run out of cash, % of replications")
    label_months(axes, results, months)
    axes.set_title("Out of cash by the month", pad=TITLE_PAD if len(points) == 1 else 6)
    if len(points) == 1:
        legend_above(axes)
    else:
        lines, labels = axes.get_legend_handles_labels()
        axes.legend([*lines, Patch(color=GREY, alpha=0.3, linewidth=0)], [*labels, "95 % intervals"], loc="upper left",
                    handlelength=3)
