"""Inputs against an outcome: those drawn parameters that go with it most, each future a point, or how dense they lie."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from partnersim_results import ResultError, rank_correlation, wilson

from .common import (BLACK, BLUE, BLUE_25, GREY, TITLE_PAD, VERMILION, legend_above, percent, round_ticks, shortened, ticks,
                     wrapped)
from .several import names_of, shown_points
from .spread import bin_edges, described, drawn_range, what_it_is

MOST_INPUTS, MOST_OF_SEVERAL = 6, 3
MOST_RANKED = 20_000        # replications by which inputs are chosen; what is said of those chosen is from all
MOST_DOTS = 1_500           # of more futures their density is drawn
GROUPS = 10                 # of equal size, along an input
FEWEST = 20                 # assumed: of fewer draws nothing is said
PALE_TO_BLUE = LinearSegmentedColormap.from_list("pale_to_blue", [BLUE_25, BLUE, "#00263D"])


def strongest(results, outcome, point=0, most=MOST_INPUTS):
    """[(words, unit, column [replication], RankCorrelation)] of the inputs that go with the outcome most, the first first.

    Copies that are alike are one input, their mean. And how many more inputs there are.
    """
    values = results.outcome(outcome, point).astype(float)
    known = np.flatnonzero(~np.isnan(values))
    if len(known) < FEWEST * results.inner:
        raise ResultError(f"{results.path}: {len(known) // results.inner} draws of the inputs are too few to say what goes "
                          f"with {outcome} (at least {FEWEST})")
    found = []
    for path, words, unit, paths in results.joined_inputs(point):
        column = results.mean_input(paths, point)
        first = rank_correlation(column[:MOST_RANKED], values[:MOST_RANKED], results.inner).value
        if not np.isnan(first):
            found.append((abs(first), path, words, unit, paths))
    if not found:
        raise ResultError(f"{results.path}: no input varies together with {outcome}, or {outcome} is always the same")
    found.sort(key=lambda row: (-row[0], row[1]))
    rows = []
    for _, _, words, unit, paths in found[:most]:
        column = results.mean_input(paths, point)
        rows.append((words, unit, column, rank_correlation(column, values, results.inner)))
    rows.sort(key=lambda row: -abs(row[3].value))
    return rows, len(found) - len(rows)


def correlation_words(correlation):
    """"rank correlation −0.68 ± 0.01": one standard error."""
    digits = 2 if correlation.standard_error >= 0.005 else 3
    return f"rank correlation {correlation.value:+.{digits}f} ± {correlation.standard_error:.{digits}f}".replace(
        "-", "\N{MINUS SIGN}")


def draw_input(axes, results, outcome, row, point=0):
    """One of `strongest`: an outcome against an input, with what it is on average along groups of equal size.

    Of yes or no: its share in each group, with Wilson's 95 % interval. Whole numbers keep a row each.
    """
    words, unit, column, correlation = row
    values = results.outcome(outcome, point).astype(float)
    known = ~np.isnan(values) & ~np.isnan(column)
    x, y = column[known], values[known]
    low, high = drawn_range(x)
    if results.yes_no(outcome):
        draw_shares(axes, x, y, np.flatnonzero(known) // results.inner)
    else:
        draw_cloud(axes, x, y, (low, high), described(results, outcome)[0])
        axes.set_ylabel(wrapped(what_it_is(results, outcome), 36))
    margin = 0.02 * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    axes.xaxis.set_major_locator(round_ticks(5))
    axes.xaxis.set_major_formatter(ticks(unit))
    beyond = np.sum((x < low) | (x > high))
    axes.set_xlabel(wrapped(words + (f", {unit}" if unit not in ("", "1") else ""), 40)
                    + (f"\n{beyond:,} of {len(x):,} replications lie beyond" if beyond else ""))
    axes.set_title(correlation_words(correlation))
    legend_above(axes, 3)


def equal_groups(x, count=GROUPS):
    """Masks of groups of about equal size by x; values that are equal stay together."""
    edges = np.unique(np.quantile(x, np.linspace(0, 1, count + 1)))
    place = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, max(0, len(edges) - 2))
    return [place == k for k in range(max(1, len(edges) - 1)) if np.any(place == k)]


def draw_shares(axes, x, y, draw):
    """The share of yes in groups of equal size; `draw` [replication] says which of them share a draw of the inputs."""
    groups = equal_groups(x)
    share = np.array([y[group].mean() for group in groups])
    count = np.array([independent(y[group], draw[group]) for group in groups])
    low, high = wilson(share * count, count)
    middle = [np.median(x[group]) for group in groups]
    axes.errorbar(middle, share, yerr=np.maximum(0, [share - low, high - share]), fmt="o-", color=BLUE, ecolor=BLACK,
                  elinewidth=1, capsize=2.5, markersize=4, label=f"share of yes in {len(groups)} equal groups, 95 %")
    axes.axhline(y.mean(), color=GREY, linestyle="--", linewidth=1, label="in all")
    axes.set_ylim(0, min(1.02, 1.15 * high.max()) or 1)
    axes.yaxis.set_major_locator(round_ticks(5))
    axes.yaxis.set_major_formatter(percent())
    axes.set_ylabel("share of the replications")


def independent(y, draw):
    """How many independent replications would know the share of yes as well as these do."""
    _, place, size = np.unique(draw, return_inverse=True, return_counts=True)
    if len(size) == len(y):
        return len(y)
    error = np.sqrt(np.sum((np.bincount(place, y) - size * y.mean()) ** 2)) / len(y)
    return y.mean() * (1 - y.mean()) / error ** 2 if error > 0 else len(size)


def draw_cloud(axes, x, y, across, unit):
    """Dots or, of many futures, how dense they lie; medians of groups of equal size."""
    low, high = drawn_range(y)
    if len(x) <= MOST_DOTS:
        axes.plot(x, y, "o", color=BLUE, alpha=0.35, markersize=3, markeredgewidth=0, linestyle="none", label="a future")
    else:
        edges = bin_edges(y, low, high) if high > low else np.array([low - 0.5, low + 0.5])
        counts = np.histogram2d(x, y, bins=(np.linspace(*across, 41), edges))[0].T
        axes.pcolormesh(np.linspace(*across, 41), edges, np.where(counts > 0, counts, np.nan), cmap=PALE_TO_BLUE,
                        linewidth=0, rasterized=True)
        axes.plot([], [], "s", color=BLUE, linestyle="none", label="futures: the darker, the more")
    groups = equal_groups(x)
    axes.plot([np.median(x[group]) for group in groups], [np.median(y[group]) for group in groups], "o-", color=VERMILION,
              markersize=4, linewidth=1.4, label=f"medians of {len(groups)} equal groups")
    axes.set_ylim(low - 0.03 * (high - low), high + 0.03 * (high - low)) if high > low else None
    axes.yaxis.set_major_locator(round_ticks(6, whole=bool(np.all(y == np.round(y)))))
    axes.yaxis.set_major_formatter(ticks(unit))


def inputs_figure(results, outcome, point=None):
    """The inputs that go with the outcome most: six of one point, or three of each of several that stand together."""
    points = shown_points(results, outcome) if point is None else [point]
    rows, notes, reasons = [], {}, []
    for p in points:
        try:
            found, notes[p] = strongest(results, outcome, p, MOST_INPUTS if len(points) == 1 else MOST_OF_SEVERAL)
            rows.append([(p, row) for row in found])
        except ResultError as error:
            reasons.append(error)
    if not rows:
        raise reasons[0]
    together = len(points) == 1 or max(map(len, rows)) == 1       # one point, or one input of each: three to a row
    if together:
        flat = [cell for row in rows for cell in row]
        rows = [flat[k:k + 3] for k in range(0, len(flat), 3)]
    columns = max(len(row) for row in rows)
    figure, places = plt.subplots(len(rows), columns, squeeze=False, constrained_layout=True,
                                  figsize=(max(6.4, 4.3 * columns), 1.4 + (3.4 if len(points) == 1 else 2.9) * len(rows)))
    names = dict(zip(points, names_of(results, points)))
    for k, (row, line) in enumerate(zip(rows, places)):
        for place, cell in zip(line, row + [None] * (columns - len(row))):
            if cell is None:
                place.set_visible(False)
                continue
            draw_input(place, results, outcome, cell[1], cell[0])
            name = f"{shortened(names[cell[0]], 36)}\n" if len(points) > 1 else ""
            place.set_title(name + place.get_title(loc="left"), pad=TITLE_PAD if k == 0 else 6)
            if place is not places[0, 0]:
                place.get_legend().remove()
        more = notes[row[-1][0]]
        if more and (not together or k == len(rows) - 1):
            line[0].set_xlabel(f"{line[0].get_xlabel()}\n({more} more, with a smaller correlation)")
    return figure


def no_inputs(results, outcome):
    """Why there is nothing to see; empty when there may be."""
    if outcome.partition("[")[0] not in results.outcomes:
        return "the outcome is not modelled or not recorded"
    return "" if results.inputs else "no input is drawn, or single replications were not kept"
