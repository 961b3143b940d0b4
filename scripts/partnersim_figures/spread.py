"""One outcome over all replications: how it spreads, and how likely it is to be exceeded."""

import math

import numpy as np

from partnersim_results import ResultError, exceedance

from .common import (BLACK, BLUE, BLUE_50, TITLE_PAD, VERMILION, VERMILION_50, fitting, legend_above, percent, plain,
                     round_ticks, short, ticks, with_unit, wrapped)
from .flags import mark_values
from .probability import draw_probabilities

# A figure ends a little beyond these quantiles when the few values farther out would squeeze the rest into a corner; it
# says how many they are.
TAILS = (0.005, 0.995)
WIDENED, FAR = 0.05, 0.15   # assumed, shares of the distance between them: added to the axis; far beyond it
FEWEST_CUT = 200            # assumed: of fewer values, none is left out


def bin_edges(values, low, high):
    """Edges of equal bins over [low, high], at most 60; two different values must be in it.

    Values on a lattice (counts, or deals of one size) get bins that are whole steps wide: others would show a comb.
    Else the width is Freedman and Diaconis', with at least eight bins.
    """
    distinct = np.unique(values[(low <= values) & (values <= high)])
    step = np.diff(distinct).min()
    steps = (distinct - distinct[0]) / step
    if 3 * len(distinct) < len(values) and np.all(np.abs(steps - np.round(steps)) < 1e-3):
        low, high = distinct[0], distinct[-1]
        width = step * math.ceil((high - low) / step / 60)
        return low - step / 2 + width * np.arange(math.floor((high - low + step / 2) / width) + 2)
    width = 2 * np.subtract(*np.percentile(values, [75, 25])) / len(values) ** (1 / 3)
    bins = (high - low) / width if width > 0 else 60
    return np.linspace(low, high, int(min(60, max(8, bins))) + 1)


def values_of(results, outcome, point):
    """The column without missing values, in the outcome's unit: [at most replication]."""
    values = results.outcome(outcome, point)
    if values.ndim != 1:
        raise ResultError(f'{results.path}: outcome "{outcome}" has a value for each year: ask for one, "{outcome}[1]"')
    values = values[~np.isnan(values)].astype(float)
    if len(values) == 0:
        raise ResultError(f'{results.path}: outcome "{outcome}" is missing in every replication')
    return values


def described(results, outcome):
    """(unit, name) in words: "EUR", "Revenue by year, year 2"."""
    column, _, year = outcome.rstrip("]").partition("[")  # revenue_by_year[2] is described by revenue_by_year
    return results.unit(column), results.long_name(column) + (f", year {year}" if year else "")


def what_it_is(results, outcome):
    """"EUR over 36 months", or the outcome's name with its unit."""
    unit, name = described(results, outcome)
    year = outcome.rstrip("]").partition("[")[2]
    period = f"in year {year}" if year else f"over {results.months} months" if results.months > 1 else "over one month"
    return f"{unit} {period}" if unit == results.currency else name + ("" if unit in ("1", "month") else f", {unit}")


def bad_quantile(results, outcome):
    """P5, or P95 where the highest values are the worst: as the summary and as people call it."""
    return ("p95", "P95") if results.worst(outcome) == "highest" else ("p05", "P5")


def colours_of(results, outcome, good=BLUE):
    """Colours of P5 and P95: vermilion at the end where the worst values are."""
    return (VERMILION, good) if bad_quantile(results, outcome)[1] == "P5" else (good, VERMILION)


def above_label(results, outcome, points):
    """The axis of P(more than x), which is over the replications that have a value at all."""
    some = results.valued(outcome)[points] < results.replications[points]
    return "P(more than x), % of " + ("those with a value" if np.any(some) else "replications")


def beyond_words(values, low, high, unit):
    """A line that says how many values are not within [low, high]; empty when all are."""
    ends = [f"{side} {short(end, unit)}" for side, end, out in
            (("below", low, values < low), ("above", high, values > high)) if out.any()]
    count = np.sum((values < low) | (values > high))
    return f"\n{count:,} of {len(values):,} replications lie {' or '.join(ends)}" if ends else ""


def label_outcome(axes, results, outcome, point, low, high):
    """The axis of values: what, in which unit, and how many replications are missing or beyond `low` and `high`."""
    values, every = values_of(results, outcome, point), len(results.outcome(outcome, point))
    words = plain(what_it_is(results, outcome)) + beyond_words(values, low, high, described(results, outcome)[0])
    if len(values) < every:
        words += f"\nthe {len(values):,} of {every:,} replications where there is one"
    axes.set_xlabel(fitting(axes, words))


def drawn_range(values, marks=()):
    """(low, high) to draw: all values, or those within TAILS if those beyond would squeeze the rest; and the marks."""
    ends = [values.min(), values.max()]
    tails = [np.quantile(values, TAILS[0], method="lower"), np.quantile(values, TAILS[1], method="higher")]
    width = tails[1] - tails[0]
    for side, way in enumerate((-1, 1)):
        tail = tails[side] + way * WIDENED * width
        if len(values) > FEWEST_CUT and width > 0 and way * (ends[side] - tail) > FAR * width:
            ends[side] = tail
    return min([ends[0], *marks]), max([ends[1], *marks])


def draw_distribution(axes, results, outcome="revenue", point=0):
    """Histogram in shares of the replications; P5, P50, P95, means of all and of the worst 5 %, and the spreadsheet's.

    Of yes or no: how probable it is.
    """
    if results.yes_no(outcome):
        draw_probabilities(axes, results, outcome, [results.point_number(point)])
        return
    values = values_of(results, outcome, point)
    unit, name = described(results, outcome)
    low, high = drawn_range(values)
    if low == high:
        marks, top = draw_constant(axes, low, len(values)), 1.0
    else:
        marks, worst = spread_marks(results, outcome, point)
        mean = results.statistic(outcome, "mean", point)
        low, high = drawn_range(values, [x for x in (mean, *(mark[1] for mark in marks)) if not np.isnan(x)])
        top = draw_bars(axes, values, bin_edges(values, low, high), worst)
        axes.plot(mean, 0.02, "D", color=BLACK, markersize=5, markerfacecolor="white", zorder=5, linestyle="none",
                  transform=axes.get_xaxis_transform(), label=f"mean {with_unit(mean, unit)}")
        legend_above(axes)
        axes.xaxis.set_major_locator(round_ticks(6, whole=bool(np.all(values == np.round(values)))))
    axes.xaxis.set_major_formatter(ticks(unit))
    axes.yaxis.set_major_formatter(percent())
    axes.set_ylabel("share of replications")
    label_outcome(axes, results, outcome, point, low, high)
    axes.set_title(wrapped(f"{name}: how it spreads", 48), pad=TITLE_PAD)
    mark_values(axes, [(f"{text}\n{with_unit(value, unit)}", value, colour, style)
                       for text, value, colour, style in marks if not np.isnan(value)], top)


def spread_marks(results, outcome, point):
    """Marks (text, value, colour, line style) of a distribution, and the interval of its worst 5 %."""
    low, high = colours_of(results, outcome)
    wanted = [("mean of the\nworst 5 %", "cvar05", VERMILION, "-"), ("P5", "p05", low, "--"),
              ("P50", "p50", BLUE, "-"), ("P95", "p95", high, "--"),
              ("spreadsheet", "expected", BLACK, "--")]
    marks = [(text, results.statistic(outcome, statistic, point), colour, style)
             for text, statistic, colour, style in wanted]
    return marks, (marks[3][1], math.inf) if high == VERMILION else (-math.inf, marks[1][1])


def draw_constant(axes, value, count):
    """Nothing is uncertain, or only one of `count` replications known: one bar, and a scale around it. The marks."""
    margin = abs(value) / 2 or 1.0
    axes.bar([value], [1.0], width=margin / 5, color=BLUE_50)
    axes.set_xlim(value - margin, value + margin)
    axes.set_xticks([value])
    return [("the same in every\nreplication" if count > 1 else "the only replication", value, BLACK, "-")]


def draw_bars(axes, values, edges, worst):
    """The histogram, in shares; bars wholly in the interval `worst` in another colour. Returns the greatest height."""
    share = np.histogram(values, edges)[0] / len(values)
    colours = [VERMILION_50 if worst[0] <= left and right <= worst[1] else BLUE_50
               for left, right in zip(edges, edges[1:])]
    axes.bar(edges[:-1], share, width=np.diff(edges), align="edge", color=colours, edgecolor="white", linewidth=0.4)
    if len(values) <= 50:  # few enough to show each replication
        axes.plot(values, np.zeros_like(values), "|", color=BLACK, markersize=9, markeredgewidth=1, clip_on=False)
    return share.max()


# --- P(outcome > x) ---

MOST_POINTS = 2000  # of a drawn curve; more cannot be seen


def draw_exceedance(axes, results, outcome="revenue", point=0):
    """P(outcome > x) with a band that holds the whole true curve with 95 % confidence; P5, P50 and P95 marked.

    Of yes or no: how probable it is.
    """
    if results.yes_no(outcome):
        draw_probabilities(axes, results, outcome, [results.point_number(point)])
        return
    values = values_of(results, outcome, point)
    curve = exceedance(values)
    unit, name = described(results, outcome)
    low, high = drawn_range(values)
    margin = 0.03 * (high - low) or abs(low) / 2 or 1.0
    keep = thinned(len(curve.values))
    x = np.concatenate([[min(low, curve.values[0]) - margin], curve.values[keep],
                        [max(high, curve.values[-1]) + margin]])

    def from_one(shares, first=1.0):
        return np.concatenate([[first], shares[keep], shares[-1:]])

    axes.set_xlim(low - margin, high + margin)
    half_width = min(100, 100 * curve.half_width)
    axes.fill_between(x, from_one(curve.low, 1 - curve.half_width), from_one(curve.high), step="post", color=BLUE_50,
                      linewidth=0, label=f"95 % band for the whole curve, ± {half_width:.3g} percentage points")
    axes.step(x, from_one(curve.above), where="post", color=BLUE, linewidth=1.4, label="share of replications")
    axes.xaxis.set_major_locator(round_ticks(7, whole=bool(np.all(values == np.round(values)))))
    axes.xaxis.set_major_formatter(ticks(unit))
    axes.yaxis.set_major_formatter(percent())
    axes.set_ylabel(above_label(results, outcome, [results.point_number(point)]))
    label_outcome(axes, results, outcome, point, low, high)
    axes.set_title(wrapped(f"{name}: probability of more than x", 70), pad=TITLE_PAD)
    legend_above(axes)
    low_colour, high_colour = colours_of(results, outcome)
    marks = [(f"{text}\n{with_unit(value, unit)}", value, colour, "--")
             for text, value, colour in (
                 ("P5", results.statistic(outcome, "p05", point), low_colour),
                 ("P50", results.statistic(outcome, "p50", point), BLACK),
                 ("P95", results.statistic(outcome, "p95", point), high_colour))
             if not math.isnan(value)]
    if marks:
        mark_values(axes, marks, 1.0)
    for _, value, colour, _ in marks:
        axes.plot(value, curve.at(value), "o", color=colour, markersize=6)


def thinned(count, most=MOST_POINTS):
    """Which of `count` points to draw: all of them, or `most` evenly spaced ones and every one of the last hundreds."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.concatenate([np.linspace(0, count - 1, most).astype(int), np.arange(200),
                                     np.arange(count - 200, count)]))
