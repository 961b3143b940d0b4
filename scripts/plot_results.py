#!/usr/bin/python3
"""Draws what a result file says about one outcome: month by month, and over the whole horizon.

    scripts/plot_results.py results/twelve_partners.h5                 # -> results/twelve_partners_revenue.png
    scripts/plot_results.py results/twelve_partners.h5 --outcome wins --format svg -o figures

Left: fan chart (bands P5-P95 and P25-P75 of all simulated futures, median, mean, and the spreadsheet's answer, in
which every draw is replaced by its mean). Right: the distribution of the total, with P5, P50, P95 and the mean of the
worst 5 %. A figure is derived from its file, so a figure of the same name is replaced.
"""

import argparse
import math
import os
import re
import sys
import textwrap

import matplotlib

matplotlib.use("Agg")  # no display needed; must come before pyplot
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from partnersim_results import ResultError, Results

STYLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "partnersim.mplstyle")
BLUE, VERMILION, GREEN, BLACK = "#0072B2", "#D55E00", "#009E73", "#000000"  # Okabe-Ito
BLUE_50, BLUE_25 = "#86BBDA", "#CFE3F0"  # BLUE mixed with white; opaque, so that the legend shows what the plot shows

# Which monthly quantity belongs to which outcome, where the names differ.
TRAJECTORY_OF = {"active_partners_end": "active_partners"}
# A histogram ends here when the few values beyond would squeeze the rest into a corner; the figure says how many.
TAIL = 0.995
TITLE_PAD = 24  # points; leaves a line for the legend


# --- Numbers and units ---

def scaled(value):
    """7385982.6 → (7.3859826, " M"): a number between 1 and 1000 and the suffix that goes with it."""
    for size, suffix in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= size * 0.9995:  # what rounds to 1.00 M is not called 1000 k
            return value / size, suffix
    return value, ""


def short(value, unit):
    """7385982.6 EUR → "7.39 M", 1041 deals → "1,041": for labels. Three significant digits; counts in full."""
    if unit == "1" and value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")
    number, suffix = scaled(value)
    whole = number == round(number) and not suffix
    decimals = 0 if whole else max(0, 2 - math.floor(math.log10(abs(number)) + 1e-3))
    return f"{number:.{decimals}f}{suffix}".replace("-", "\N{MINUS SIGN}")


def ticks(unit):
    """For axes: 1500000 EUR → "1.5 M", 1200 deals → "1,200"; no trailing zeros."""
    def text(value, _position=None):
        number, suffix = (value, "") if unit == "1" and abs(value) < 1e6 else scaled(value)
        return (f"{number:,.10g}" if suffix == "" else f"{number:.4g}{suffix}").replace("-", "\N{MINUS SIGN}")
    return FuncFormatter(text)


def with_unit(value, unit):
    return short(value, unit) if unit == "1" else f"{short(value, unit)} {unit}"


def round_ticks(count, whole=False):
    """Steps of 1, 2, 5 (2.5 unless only whole numbers occur), never of 3 or 4."""
    return MaxNLocator(count, integer=whole, steps=[1, 2, 5, 10] if whole else [1, 2, 2.5, 5, 10], min_n_ticks=1)


# --- Left: month by month ---

def draw_fan(axes, results, name, point):
    data = results.trajectory(name, point)
    long_name = results.trajectory_long_name(name)
    a_month = " a month" if long_name.endswith(" a month") else ""
    whole = data.unit == "1" and bool(np.all(data.quantiles == np.round(data.quantiles))) and data.quantiles.size > 0
    # Quantiles with few different values (counts, deals of one size) jump from month to month: slopes between them
    # would be invented. A single month has no width unless it is drawn as a step.
    steps = len(data.months) == 1 or 0 < len(np.unique(data.quantiles)) < len(data.months)

    def wide(values, before=0.0, after=0.0):
        """With steps, every month is as wide as any other: half a month is added at either end."""
        return np.concatenate([values[:1] - before, values, values[-1:] + after]) if steps else values

    months = wide(data.months.astype(float), 0.5, 0.5)
    if data.levels.size:
        for low, high, colour in ((0.05, 0.95, BLUE_25), (0.25, 0.75, BLUE_50)):
            axes.fill_between(months, wide(data.band(low)), wide(data.band(high)), step="mid" if steps else None,
                              color=colour, linewidth=0, label=f"P{100 * low:.0f}–P{100 * high:.0f}")
        axes.plot(months, wide(data.band(0.50)), drawstyle="steps-mid" if steps else "default", color=BLUE,
                  label="median")
    axes.plot(months, wide(data.mean), color=GREEN, linestyle=(0, (1, 1)), linewidth=2.2, label="mean")
    if not np.isnan(data.expected).all():
        axes.plot(months, wide(data.expected), color=BLACK, linestyle="--", linewidth=1.2, label="spreadsheet")

    axes.set_xlim(months[0], months[-1])
    lowest, highest = (data.band(0.05), data.band(0.95)) if data.levels.size else (data.mean, data.mean)
    axes.yaxis.set_major_locator(round_ticks(7, whole))
    if np.nanmin(lowest) >= 0:
        axes.set_ylim(bottom=0)
    if not np.any(highest) and not np.any(data.mean):
        axes.set_ylim(0, 1)
        axes.set_yticks([0])
    axes.yaxis.set_major_formatter(ticks(data.unit))
    axes.set_ylabel(data.unit + a_month if data.unit != "1" else long_name[0].lower() + long_name[1:])
    label_months(axes, results, data.months)
    axes.set_title(f"{long_name.removesuffix(a_month)} month by month", pad=TITLE_PAD)
    # Above the plot, where no data can be underneath; not in the layout, which would shrink the panel to make room.
    legend = axes.legend(loc="lower left", bbox_to_anchor=(-0.012, 1.0), ncol=5, borderaxespad=0.2, handlelength=1.5,
                         columnspacing=1.0, handletextpad=0.5)
    legend.set_in_layout(False)


def label_months(axes, results, months):
    """Ticks at the start of every year (or less often on long horizons), as dates when the scenario has a start."""
    count = len(months)
    room = 12 if results.start is None else 7  # numbers are narrower than dates
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if count / s <= room or s == 1200)
    if results.start is None and step > 1:
        places = np.concatenate([[1] if step > 2 else [], np.arange(step, count + 1, step)])  # months 1, 12, 24 …
    else:
        places = np.arange(1, count + 1, step)
    axes.set_xticks(places)
    axes.set_xticklabels([results.month_label(month) for month in places])
    axes.set_xlabel("month")


# --- Right: the distribution of the total ---

def bin_edges(values, low, high):
    """Edges of equal bins over [low, high], at most 60.

    Values on a lattice (counts, or deals of one size) get bins that are whole steps wide: others would show a comb.
    Else the width is Freedman and Diaconis', with at least eight bins.
    """
    distinct = np.unique(values[values <= high])
    step = np.diff(distinct).min()
    steps = (distinct - distinct[0]) / step
    if 3 * len(distinct) < len(values) and np.all(np.abs(steps - np.round(steps)) < 1e-3):
        width = step * math.ceil((high - low) / step / 60)
        return low - step / 2 + width * np.arange(math.floor((high - low + step / 2) / width) + 2)
    width = 2 * np.subtract(*np.percentile(values, [75, 25])) / len(values) ** (1 / 3)
    bins = (high - low) / width if width > 0 else 60
    return np.linspace(low, high, int(min(60, max(8, bins))) + 1)


def draw_distribution(axes, results, outcome, point):
    values = results.outcome(outcome, point)
    values = values[~np.isnan(values)].astype(float)
    if len(values) == 0:
        raise ResultError(f'{results.path}: outcome "{outcome}" is missing in every replication')
    column, _, year = outcome.rstrip("]").partition("[")  # revenue_by_year[2] is described by revenue_by_year
    unit, name = results.unit(column), results.long_name(column) + (f", year {year}" if year else "")
    low, high, tail, middle = values.min(), values.max(), np.quantile(values, TAIL), np.median(values)
    clipped = len(values) > 200 and high - middle > 2 * (tail - middle) > 0
    if clipped:
        high = tail

    if low == high:
        marks, top = draw_constant(axes, low), 1.0
    else:
        bad_end = 1 if results.worst(outcome) == "highest" else 0
        wanted = [("mean of the\nworst 5 %", "cvar05", VERMILION, "-"), ("P5", "p05", (VERMILION, BLUE)[bad_end], "--"),
                  ("P50", "p50", BLUE, "-"), ("P95", "p95", (BLUE, VERMILION)[bad_end], "--"),
                  ("spreadsheet", "expected", BLACK, "--")]
        marks = [(text, results.statistic(outcome, statistic, point), colour, style)
                 for text, statistic, colour, style in wanted]
        worst = (marks[3][1], math.inf) if bad_end else (-math.inf, marks[1][1])
        top = draw_bars(axes, values, bin_edges(values, low, high), worst)
    if values.min() < values.max():
        axes.xaxis.set_major_locator(round_ticks(6, whole=bool(np.all(values == np.round(values)))))
    axes.xaxis.set_major_formatter(ticks(unit))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    axes.set_ylabel("share of replications")
    period = f"in year {year}" if year else f"over {results.months} months" if results.months > 1 else "over one month"
    beyond = ""
    if clipped:
        beyond = f"\n{np.sum(values > high):,} of {len(values):,} replications lie beyond {short(high, unit)}"
    axes.set_xlabel((name if unit == "1" else f"{unit} {period}") + beyond)
    axes.set_title(textwrap.fill(f"{name}: how it spreads", 48), pad=TITLE_PAD)
    mark_values(axes, [(f"{text}\n{with_unit(value, unit)}", value, colour, style)
                       for text, value, colour, style in marks if not np.isnan(value)], top)


def draw_constant(axes, value):
    """Nothing is uncertain: one bar, and a scale around it. Returns the marks."""
    margin = abs(value) / 2 or 1.0
    axes.bar([value], [1.0], width=margin / 5, color=BLUE_50)
    axes.set_xlim(value - margin, value + margin)
    axes.set_xticks([value])
    return [("the same in every\nreplication", value, BLACK, "-")]


def draw_bars(axes, values, edges, worst):
    """The histogram, in shares; bars wholly in the interval `worst` in another colour. Returns the greatest height."""
    share = np.histogram(values, edges)[0] / len(values)
    colours = ["#EFAE7F" if worst[0] <= left and right <= worst[1] else BLUE_50
               for left, right in zip(edges, edges[1:])]
    axes.bar(edges[:-1], share, width=np.diff(edges), align="edge", color=colours, edgecolor="white", linewidth=0.4)
    if len(values) <= 50:  # few enough to show each replication
        axes.plot(values, np.zeros_like(values), "|", color=BLACK, markersize=9, markeredgewidth=1, clip_on=False)
    return share.max()


def mark_values(axes, marks, top):
    """Vertical lines with their labels beside them like flags, above the bars.

    `marks` are (text, x, colour, line style).
    """
    axes.set_ylim(0, top)
    axes.margins(x=0.02)
    axes.figure.canvas.draw()  # the layout settles sizes only when drawn, and only a drawn text has a width
    frame = axes.get_window_extent()
    marks = sorted(marks, key=lambda mark: mark[1])
    labels = [axes.text(0, 0, text, color=colour, va="bottom", fontsize=8.5, linespacing=1.1, transform=axes.transAxes)
              for text, _, colour, _ in marks]
    sizes = [label.get_window_extent() for label in labels]
    lines = [axes.transData.transform((x, 0))[0] - frame.x0 for _, x, _, _ in marks]
    flags, rows = place_flags(lines, [size.width for size in sizes], frame.width)

    row_height = (max(size.height for size in sizes) + 6) / frame.height
    bars = max(0.35, 1 - rows * row_height)  # bars keep the height that the rows of labels leave
    axes.set_ylim(0, top / bars * 1.02)
    axes.set_yticks([t for t in round_ticks(5).tick_values(0, top) if 0 <= t <= top * 1.001])
    for label, size, (_, x, colour, style), (row, left) in zip(labels, sizes, marks, flags):
        foot = bars + row * row_height
        label.set_position((left / frame.width, foot + 2 / frame.height))
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # hides grid lines
        axes.plot([x, x], [0, foot + size.height / frame.height], color=colour, linestyle=style, linewidth=1.5,
                  transform=axes.get_xaxis_transform())


def place_flags(lines, widths, width, gap=5):
    """Chooses for each label a row and a side of its line, so that no label covers another or another's line.

    Pixels: `lines` are positions, sorted, `widths` those of the labels, `width` that of the panel. A line rises to
    the row of its own label, hence through all rows below. Fewest rows win. Returns [(row, left)], number of rows.
    """
    def clash(i, j, placed):
        """Does the label of i cover the label or the line of j?"""
        (row, left), (other_row, other_left) = placed[i], placed[j]
        right = left + widths[i]
        covers_label = row == other_row and left < other_left + widths[j] + gap and other_left < right + gap
        return covers_label or (other_row >= row and left - gap < lines[j] < right + gap)

    def search(placed, rows):
        i = len(placed)
        if i == len(lines):
            return placed
        for row in range(rows):
            for left in (lines[i] - gap - widths[i], lines[i] + gap):
                trial = placed + [(row, left)]
                if left >= gap / 2 and left + widths[i] <= width + 2 * gap \
                        and not any(clash(i, j, trial) or clash(j, i, trial) for j in range(i)):
                    found = search(trial, rows)
                    if found:
                        return found
        return None

    for rows in range(1, len(lines) + 1):
        found = search([], rows)
        if found:
            return found, rows
    # Labels wider than the panel: one above the other, whatever they cover.
    return [(row, max(0, min(x + gap, width - w))) for row, (x, w) in enumerate(zip(lines, widths))], len(lines)


# --- The figure ---

def draw(results, outcome, point):
    """One figure; the left panel is left out when the outcome is not recorded month by month."""
    name = TRAJECTORY_OF.get(outcome, outcome)
    with_fan = name in results.trajectories
    figure, panels = plt.subplots(1, 2 if with_fan else 1, squeeze=False, constrained_layout=True,
                                  gridspec_kw={"width_ratios": [1.25, 1]} if with_fan else None)
    figure.set_constrained_layout_pads(w_pad=0.12, h_pad=0.08, wspace=0.05)
    label = results.points[point]
    title = results.question + (f" [{label}]" if len(results.points) > 1 else "")
    figure.suptitle("\n".join(textwrap.wrap(title, 100)), x=0.012, ha="left")
    count = int(results.replications[point])
    figure.supxlabel(f"{count:,} replication{'' if count == 1 else 's'} · seed {results.provenance('seed_text')} · "
                     f"partnersim {results.provenance('version')} · {os.path.basename(results.path)}",
                     fontsize=8, color="#666666", x=0.988, ha="right")
    if with_fan:
        draw_fan(panels[0][0], results, name, point)
    draw_distribution(panels[0][-1], results, outcome, point)
    return figure


def main():
    parser = argparse.ArgumentParser(
        description="Draws a partnersim result file: fan chart and distribution of one outcome.",
        epilog="example: plot_results.py results/twelve_partners.h5")
    parser.add_argument("result", metavar="RESULT.h5")
    parser.add_argument("-o", "--output", metavar="FOLDER",
                        help="where the figure goes (default: beside the result file)")
    parser.add_argument("--outcome", default="revenue", help="what to draw (default: revenue)")
    parser.add_argument("--point", default="0", help="number or label of the point (default: 0)")
    parser.add_argument("--format", choices=("png", "svg"), default="png")
    args = parser.parse_args()

    plt.style.use(STYLE)
    stem = os.path.splitext(os.path.basename(args.result))[0]
    folder = args.output or os.path.dirname(args.result) or "."
    try:
        with Results(args.result) as results:
            point = results.point_number(int(args.point) if args.point.isdigit() else args.point)
            figure = draw(results, args.outcome, point)
        suffix = f"_point{point}" if point else ""
        outcome = re.sub(r"[^A-Za-z0-9]+", "_", args.outcome).strip("_")  # no brackets in file names
        path = os.path.join(folder, f"{stem}_{outcome}{suffix}.{args.format}")
        os.makedirs(folder, exist_ok=True)
        figure.savefig(path, metadata={"Date": None} if args.format == "svg" else None)
    except (ResultError, OSError) as error:
        print(f"plot_results.py: {error}", file=sys.stderr)
        return 5  # input/output, as in partnersim itself
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
