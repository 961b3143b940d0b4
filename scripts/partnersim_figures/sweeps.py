"""Points of a sweep: a statistic over two axes as a map, and the spread of the outcome along one axis as lines."""

import itertools
import textwrap
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize, TwoSlopeNorm
from matplotlib.lines import Line2D

from partnersim_experiments import VARIANT, layout_of

from .common import (BLACK, BLUE, BLUE_25, CHARACTERS, COLOURS, GREY, VERMILION, legend_above, percent, plain,
                     round_ticks, short, shortened, ticks, wrapped)
from .probability import probabilities
from .spread import bad_quantile

MOST_COLUMNS, MOST_LINES = 8, 6     # panels side by side and one above the other; a figure says what it leaves out
MOST_MAPS = 6                       # variants that have a map
MOST_BARS = 60                      # points of no grid, drawn with their P5–P95
MOST_CELLS = 64                     # with a figure written in each
BAD_TO_GOOD = LinearSegmentedColormap.from_list("bad_to_good", [VERMILION, "#FBF3EE", BLUE])
WORDS = {"mean": "mean", "p05": "P5", "p50": "median", "p95": "P95", "sd": "standard deviation",
         "cvar05": "mean of the worst 5 %", "difference": "mean less that of the base",
         "difference_p05": "P5 less that of the base", "larger": "share of futures with more than the base"}


@dataclass(frozen=True)
class Axis:
    """A swept parameter along a side of a figure."""

    path: str
    values: list            # in the order of the file
    factor: bool
    unit: str = ""

    @property
    def numbers(self):
        """Whether the values are numbers; texts are drawn side by side."""
        return not any(isinstance(value, str) for value in self.values)

    @property
    def order(self):
        """Places of the values, the smallest first; texts as they come."""
        return np.argsort(self.values, kind="stable") if self.numbers else np.arange(len(self.values))

    def text(self, value):
        """One value as a tick says it."""
        if isinstance(value, str):
            return plain(textwrap.shorten(value, 16, placeholder=" …"))
        return ("× " if self.factor else "") + ticks(self.unit or "1")(float(f"{value:.4g}"))

    def label(self, width=46):
        """What stands at the axis: the parameter's path, its unit where the file says it, or that it is a factor."""
        unit = ", as a factor" if self.factor else f", {self.unit}" if self.unit not in ("", "1") else ""
        return wrapped(self.path + unit, width)


def short_path(path, others):
    """The last parts of a path that tell it from the others: cost_per_lead of acquisition.ads.cost_per_lead."""
    parts = path.split(".")
    for k in range(len(parts) - 1, -1, -1):
        name = ".".join(parts[k:])
        if parts[k] != "*" and not any(other != path and other.endswith(f".{name}") for other in others):
            return name
    return path


def not_shown(what, names):
    """A line that says what a figure leaves out; empty when nothing is."""
    return f"\n{what} not shown: " + plain(textwrap.shorten(", ".join(names), 70, placeholder=" …")) if names else ""


def axes_of(results, layout):
    """The swept axes of a layout, the slowest first, without the variant."""
    units = {parameter.path: parameter.unit for parameter in results.swept}
    return [Axis(name, values, factor, units[name])
            for name, values, factor in zip(layout.dimensions, layout.values, layout.factors) if name != VARIANT]


def middle(axis):
    """Where an axis without a side of its own is held: at factor 1 if there is one, else in the middle."""
    if axis.factor and 1.0 in axis.values:
        return axis.values.index(1.0)
    return int(axis.order[(len(axis.values) - 1) // 2])


def pages(results, layout, kept):
    """(cells, held): how to cut [variant, kept axes in this order] out of spread values, and what the rest is held at.

    `kept` are places among the swept axes. cells(spread) is [variant, kept …], a variant axis of length 1 added where
    there is none.
    """
    axes = axes_of(results, layout)
    first = int(VARIANT in layout.dimensions)
    held = {k: middle(axis) for k, axis in enumerate(axes) if k not in kept}

    def cells(spread):
        spread = spread if first else spread[None]
        picked = spread[(slice(None),) + tuple(held.get(k, slice(None)) for k in range(len(axes)))]
        left = [k for k in range(len(axes)) if k not in held]
        return np.moveaxis(picked, [1 + left.index(k) for k in kept], range(1, 1 + len(kept)))

    words = ", ".join(f"{plain(axes[k].path)} = {axes[k].text(axes[k].values[place])}" for k, place in held.items())
    return cells, words


# --- A map over two axes ---

def draw_heat_map(axes, cells, down, across, unit, norm=None, levels=()):
    """A statistic [down, across] over two Axis; a line where it passes each of `levels` (label, value). The image."""
    rows, columns = down.order, across.order
    cells = cells[np.ix_(rows, columns)]
    norm = norm or norm_of(cells)
    image = axes.imshow(cells, origin="lower", aspect="auto", norm=norm, cmap=map_of(norm))
    axes.grid(False)
    for axis, places, order, set_ticks, set_labels in (
            (across, len(columns), columns, axes.set_xticks, axes.set_xticklabels),
            (down, len(rows), rows, axes.set_yticks, axes.set_yticklabels)):
        shown = np.arange(0, places, max(1, -(-places // 9)))
        set_ticks(shown)
        set_labels([axis.text(axis.values[order[place]]) for place in shown])
    axes.set_xlabel(across.label())
    axes.set_ylabel(down.label(34))
    if cells.size <= MOST_CELLS:
        write_cells(axes, cells, image, unit)
    draw_levels(axes, cells, levels)
    return image


def norm_of(cells):
    """Colours from the least to the largest value; with zero in the middle where values lie on both sides of it."""
    low, high = np.nanmin(cells), np.nanmax(cells)
    if low < 0 < high:
        reach = max(-low, high)
        return TwoSlopeNorm(0, -reach, reach)
    return Normalize(low, high if high > low else low + (abs(low) or 1.0))


def map_of(norm):
    """Cividis reads the same with every form of colour blindness; vermilion to blue tells losses from gains."""
    return BAD_TO_GOOD if isinstance(norm, TwoSlopeNorm) else "cividis"


def write_cells(axes, cells, image, unit):
    """The figure in each cell, in black or white, whichever can be read."""
    size = 8 if cells.shape[1] <= 6 else 6.5
    for (row, column), value in np.ndenumerate(cells):
        if np.isnan(value):
            words, ink = "–", GREY
        else:
            words = f"{100 * value:.0f} %" if unit == "%" else short(value, unit)
            red, green, blue, _ = image.cmap(image.norm(value))
            ink = BLACK if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"
        # In the colour of its cell, above the lines of levels: no line runs through a number.
        ground = {"facecolor": "white" if np.isnan(value) else image.cmap(image.norm(value)), "edgecolor": "none",
                  "pad": 1.2}
        axes.text(column, row, words, ha="center", va="center", fontsize=size, color=ink, zorder=3.5, bbox=ground)


def draw_levels(axes, cells, levels):
    """Lines where the map passes a level, named above the plot."""
    if min(cells.shape) < 2:
        return
    handles = []
    for (words, level), style in zip(levels, ("-", "--", ":")):
        if np.nanmin(cells) < level < np.nanmax(cells):
            axes.contour(cells, [level], colors=["white"], linewidths=3.4)      # seen on dark cells, too
            axes.contour(cells, [level], colors=[BLACK], linestyles=[style], linewidths=1.6)
            handles.append(Line2D([], [], color=BLACK, linestyle=style, linewidth=1.6, label=plain(words)))
    if handles:
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncol=2, borderaxespad=0.1,
                    handlelength=1.6).set_in_layout(False)


def levels_of(results, outcome, unit):
    """What a map of the outcome marks: zero and the goals."""
    zero = [("zero", 0.0)]
    return zero + [(f"{label}: {short(level, unit)}", level) for label, level in results.goals(outcome)]


def heat_maps(results, outcome, _point=None):
    """One panel for each statistic and variant, over the first two axes; others are held where the title says."""
    layout = layout_of(results)
    cells, held = pages(results, layout, (0, 1))
    down, across = axes_of(results, layout)[:2]
    unit, words, statistics = results.unit(outcome), WORDS, ("mean", bad_quantile(results, outcome)[0])
    if results.yes_no(outcome):
        unit, words, statistics = "%", {"mean": probability_words(results, outcome)}, ("mean",)
    maps = [cells(layout.spread(results.over_points(outcome, statistic))) for statistic in statistics]
    every = [v for v in range(len(results.variants)) if not all(np.isnan(each[v]).all() for each in maps)]
    variants, names = every[:MOST_MAPS], list(results.variant_labels.values())
    figure, places = plt.subplots(len(maps), len(variants), squeeze=False, constrained_layout=True,
                                  figsize=(max(6.4, 1.6 + 3.7 * len(variants)), 1.7 + 3.1 * len(maps)))
    named = results.long_name(outcome)
    for row, each, statistic in zip(places, maps, statistics):
        norm, what_is_drawn = norm_of(each[variants]), "probability" if unit == "%" else words[statistic]
        for place, v in zip(row, variants):
            image = draw_heat_map(place, each[v], down, across, unit, norm, levels_of(results, outcome, unit))
            place.set_title(wrapped(f"{named}, {what_is_drawn}", int(3.1 * CHARACTERS))
                            + (f"\n{shortened(names[v], int(3.1 * CHARACTERS))}" if len(names) > 1 else ""), pad=20)
        bar = figure.colorbar(image, ax=list(row), pad=0.015, fraction=0.05)
        bar.ax.yaxis.set_major_formatter(ticks(unit))
        bar.set_label(wrapped(named, 34) + (f", {plain(unit)}" if unit not in ("1", "%") else "") + f"\n{words[statistic]}"
                      + (f"\nat {held}" if held else "") + where_there_is_one(results, outcome), fontsize=9, labelpad=8)
        bar.outline.set_visible(False)
    left = not_shown("variants", [names[v] for v in every[MOST_MAPS:]])
    places[-1, 0].set_xlabel(places[-1, 0].get_xlabel() + left)
    return figure


def probability_words(results, outcome):
    """How far the probabilities of a map may be off."""
    _, low, high = probabilities(results, outcome)
    return f"probability\n(95 % intervals: at most ± {50 * np.nanmax(high - low):.2g} points)"


def no_heat_map(results, outcome):
    """Why there is no map; empty when there is one."""
    try:
        if len(axes_of(results, layout_of(results))) < 2:
            return "fewer than two parameters are swept"
    except ValueError as error:
        return str(error)
    return no_figures(results, outcome)


def no_figures(results, outcome):
    """Why there are no statistics of the outcome to draw; empty when there are."""
    if outcome not in results.summarised or np.isnan(results.over_points(outcome, "mean")).all():
        return "the outcome is not modelled or not recorded"
    return ""


# --- Lines along one axis ---

def band_of(results, outcome):
    """([mean, low, high], unit, what the band is): P5 to P95, of yes or no the 95 % interval of the probability."""
    if results.yes_no(outcome):
        return probabilities(results, outcome), "%", "95 % interval"
    return [results.over_points(outcome, name) for name in ("mean", "p05", "p95")], results.unit(outcome), "P5–P95"


def draw_along(axes, axis, mean, low, high, unit, band="P5–P95", highest=False, letters=34):
    """Mean with the band P5–P95 along an Axis; all [value], in the outcome's unit. Its bad end: P95 if `highest`.

    Of probabilities (unit "%") the band is what it is called, and has no bad end. `letters` to a line of the label.
    """
    order = axis.order
    x = np.asarray(axis.values, float)[order] if axis.numbers else np.arange(len(order))
    axes.fill_between(x, low[order], high[order], color=BLUE_25, linewidth=0, label=band)
    axes.plot(x, mean[order], "o-", color=BLUE, markersize=4, label="probability" if unit == "%" else "mean")
    if unit != "%":
        axes.plot(x, (high if highest else low)[order], color=VERMILION, linestyle="--", linewidth=1.2,
                  label="P95" if highest else "P5")
    place_values(axes, axis, x)
    axes.set_xlabel(axis.label(letters))
    axes.yaxis.set_major_locator(round_ticks(6))
    axes.yaxis.set_major_formatter(ticks(unit))


def place_values(axes, axis, x):
    """Ticks at the values where they have room; a logarithmic axis where the values are spaced like that."""
    if axis.numbers and x[0] > 0 and x[-1] / x[0] > 3 and np.ptp(np.diff(np.log(x))) < np.ptp(np.diff(x)) / np.mean(x):
        axes.set_xscale("log")
        axes.minorticks_off()
    margin = 0.03
    axes.margins(x=margin)
    spots = np.log(x) if axes.get_xscale() == "log" else x
    shown = [0]
    for k in range(1, len(x)):      # no label closer to the one before than an eighth of the axis
        if spots[k] - spots[shown[-1]] >= (spots[-1] - spots[0]) / 7.5:
            shown.append(k)
    values = [axis.values[place] for place in axis.order]
    axes.set_xticks(x[shown])
    axes.set_xticklabels([axis.text(values[k]) for k in shown])


def sweep_lines(results, outcome, _point=None):
    """Along the axis with most values; a column for each value of a second axis, a row for each variant."""
    try:
        layout = layout_of(results)
    except ValueError:
        return sweep_scatter(results, outcome)
    every = axes_of(results, layout)
    ranked = sorted(range(len(every)), key=lambda k: (not every[k].numbers, -len(every[k].values)))
    along, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    cells, held = pages(results, layout, (along,) if second is None else (along, second))
    figures, unit, band = band_of(results, outcome)
    mean, low, high = (cells(layout.spread(each)) for each in figures)
    if second is None:
        mean, low, high = (each[..., None] for each in (mean, low, high))
        columns, dropped = [0], []
    else:
        order = every[second].order
        columns = order[np.unique(np.linspace(0, len(order) - 1, MOST_COLUMNS).round().astype(int))].tolist()
        dropped = [every[second].text(every[second].values[k]) for k in order if k not in columns]
    there, names = [v for v in range(len(mean)) if not np.isnan(mean[v]).all()], list(results.variant_labels.values())
    variants = there[:MOST_LINES]
    turned = second is None and len(variants) > 1       # variants side by side when nothing else is
    shape = (1, len(variants)) if turned else (len(variants), len(columns))
    wide = 2.9 if shape[1] <= 4 else 2.3
    figure, places = plt.subplots(*shape, squeeze=False, constrained_layout=True, sharey=True,
                                  figsize=(max(6.4, 1.2 + wide * shape[1]), 2.4 + 2.7 * shape[0]))
    highest = bad_quantile(results, outcome)[0] == "p95"
    letters = int((wide - 0.35 if max(shape) > 1 else 4.5) * CHARACTERS)
    for place, (v, column) in zip(places.flat, ((v, column) for v in variants for column in columns)):
        draw_along(place, every[along], mean[v, :, column], low[v, :, column], high[v, :, column], unit, band, highest,
                   letters)
        words = [shortened(names[v], letters)] if len(names) > 1 else []
        if second is not None:
            axis = every[second]
            words.append(wrapped(f"{short_path(axis.path, [other.path for other in every])} {'' if axis.factor else '= '}"
                                 f"{axis.text(axis.values[column])}", letters))
        place.set_title("\n".join(words) or wrapped(f"{results.long_name(outcome)} along the sweep", letters))
        draw_goals(place, results, outcome)
    legend_of_first(places, 4)
    for row in places:
        row[0].set_ylabel(what(results, outcome, unit) + (f"\nat {held}" if held else ""))
    columns_are = f"\ncolumns: {wrapped(every[second].path, letters)}" if second is not None and \
        short_path(every[second].path, [other.path for other in every]) != every[second].path else ""
    places[-1, 0].set_xlabel(places[-1, 0].get_xlabel() + columns_are + not_shown("values", dropped)
                             + not_shown("variants", [names[v] for v in there[MOST_LINES:]]))
    return figure


def legend_of_first(places, columns):
    """One legend above the first panel; titles in its row make room."""
    pad = legend_above(places[0, 0], columns)
    for place in places[0]:
        place.set_title(place.get_title(loc="left"), pad=pad)


def what(results, outcome, unit):
    """The axis of an outcome: "Revenue, EUR over 36 months"."""
    named = wrapped(results.long_name(outcome) + (f", {unit}" if unit not in ("1", "%") else ""), 34)
    return f"{named}\nover {results.months} months{where_there_is_one(results, outcome)}"


def where_there_is_one(results, outcome):
    """Of how many futures the statistics are, when the outcome has no value in some."""
    share = results.valued(outcome) / results.replications
    if (share[share > 0] == 1).all():
        return ""
    words = percent()
    ends = dict.fromkeys(words(round(end, 2)) for end in (share.min(), share.max()))
    return f"\nin the {' to '.join(ends)} of replications\nwhere there is one"


def draw_goals(axes, results, outcome):
    """Zero where it is in sight, and the levels of goals."""
    low, high = axes.get_ylim()
    for level, style in [(0.0, "-")] + [(level, "--") for _, level in results.goals(outcome)]:
        if low < level < high:
            axes.axhline(level, color=GREY, linestyle=style, linewidth=0.9)


def sweep_scatter(results, outcome):
    """For points that are no grid: means against each axis, with P5–P95 or, of many points, the bad end below."""
    every = [parameter for parameter in results.swept if len(parameter.distinct) > 1]
    swept = every[:MOST_COLUMNS]
    many = len(results.points) > MOST_BARS
    two_rows = many and not results.yes_no(outcome)
    figure, places = plt.subplots(2 if two_rows else 1, len(swept), squeeze=False, constrained_layout=True,
                                  sharey="row", figsize=(max(6.4, 1.2 + 2.9 * len(swept)), 7 if two_rows else 4.8))
    (mean, low, high), unit, band = band_of(results, outcome)
    bad = bad_quantile(results, outcome)[1]
    rows = [(mean, "mean"), (low if bad == "P5" else high, bad)] if unit != "%" else [(mean, "probability")]
    for row, (values, words) in zip(places, rows):
        for place, parameter in zip(row, swept):
            scatter(place, results, parameter, values, None if many else (low, high, band), words)
            place.yaxis.set_major_locator(round_ticks(6))
            place.yaxis.set_major_formatter(ticks(unit))
            place.set_title(wrapped(f"{words} against {parameter.path}", int(2.5 * CHARACTERS)))
        row[0].set_ylabel(what(results, outcome, unit))
    legend_of_first(places, 3 if len(swept) > 1 else 2)
    places[-1, 0].set_xlabel(places[-1, 0].get_xlabel()
                             + not_shown("parameters", [parameter.path for parameter in every[MOST_COLUMNS:]]))
    return figure


def scatter(axes, results, parameter, values, band, words):
    """One statistic [point] against a Swept parameter, a colour and mark for each variant; band: (low, high, name)."""
    axis = Axis(parameter.path, parameter.distinct, parameter.factor, parameter.unit)
    x = parameter.values if axis.numbers else np.array([axis.values.index(v) for v in parameter.values.tolist()])
    colours, markers = itertools.cycle(COLOURS), itertools.cycle("osv^DX")
    for (name, called), colour, marker in zip(results.variant_labels.items(), colours, markers):
        mine = np.array(results.variant_of) == name
        if band:
            axes.vlines(x[mine], band[0][mine], band[1][mine], color=colour, linewidth=0.8, alpha=0.5)
        label = f"{words} and {band[2]}" if band else "one point"
        axes.plot(x[mine], values[mine], marker, color=colour, markersize=3.2 if band else 2.4, linestyle="none",
                  label=shortened(called, 24) if len(results.variants) > 1 else label)
    if axis.numbers:
        axes.xaxis.set_major_locator(round_ticks(5))
        axes.xaxis.set_major_formatter(ticks(axis.unit or "1"))
    else:
        axes.set_xticks(range(len(axis.values)))
        axes.set_xticklabels([axis.text(value) for value in axis.values])
    axes.set_xlabel(axis.label(34))


def no_sweep(results, outcome):
    """Why there are no lines; empty when there are."""
    if not any(len(parameter.distinct) > 1 for parameter in results.swept):
        return "nothing is swept (add --vary or [sweep])"
    return no_figures(results, outcome)
