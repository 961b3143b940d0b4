"""What all figures share: colours, names that people gave, numbers with their units, months on an axis, legends."""

import math
import os
import re
import textwrap

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

STYLE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "partnersim.mplstyle")
BLUE, VERMILION, GREEN, BLACK = "#0072B2", "#D55E00", "#009E73", "#000000"  # Okabe-Ito
BLUE_50, BLUE_25 = "#86BBDA", "#CFE3F0"  # BLUE mixed with white; opaque, so that the legend shows what the plot shows
VERMILION_50, VERMILION_25 = "#EFAE7F", "#F7D9C5"
GREY, PALE_GREY = "#666666", "#DDDDDD"
COLOURS = (BLUE, VERMILION, GREEN, "#CC79A7", "#E69F00", BLACK)     # of points in one panel, as in the style
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))      # a second way to tell them apart
TITLE_PAD = 24  # points; leaves a line for the legend
CHARACTERS = 10.5   # of a panel's title that fit into an inch; assumed, for DejaVu Sans Bold at 10.5 points


def plain(text):
    """Text as it is: matplotlib would read what stands between two $ as a formula, and fail where it is none.

    For whatever people named (questions, labels, currencies, files), once, when it is drawn. No setting of the style:
    panels are drawn on axes of other styles too, and releases before 3.6 do not have one.
    """
    return str(text).replace("$", r"\$")


def wrapped(text, width):
    """Plain text in lines of at most `width` characters; long words are cut, dotted paths after a dot."""
    dotted = re.sub(r"(?<=[a-z_*])\.(?=[a-z_*])", ".\0", str(text))   # a place to break, no space
    lines, line = [], ""
    for piece in re.split(r"( +|\0)", dotted.replace("\n", " ")):
        if piece == "\0":
            continue
        if len(line) + len(piece.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
        while len(line.rstrip()) > width:
            lines.append(line[:width])
            line = line[width:]
    return plain("\n".join(lines + [line.rstrip()] if line.strip() else lines))


def shortened(label, most=28):
    """Plain text of at most `most` characters; long labels keep both ends: copies and numbered ones differ in the last."""
    tail = min(12, most // 2 - 1)
    if len(label) > most:
        label = f"{label[:most - tail - 1].rstrip()}…{label[-tail:].lstrip()}"
    return plain(label)


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
    """For axes: 1500000 EUR → "1.5 M", 1200 deals → "1,200"; no trailing zeros. Shares have the unit "%": 0.25."""
    if unit == "%":
        return percent()

    def text(value, _position=None):
        number, suffix = (value, "") if unit == "1" and abs(value) < 1e6 else scaled(value)
        return (f"{number:,.10g}" if suffix == "" else f"{number:.4g}{suffix}").replace("-", "\N{MINUS SIGN}")
    return FuncFormatter(text)


def with_error(value, error):
    """(503127, 4518) → "503,100 ± 4,500": the error to two digits, the value to as many places."""
    if not (error > 0 and math.isfinite(error) and math.isfinite(value)):
        return f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")
    places = 1 - math.floor(math.log10(error))
    return f"{round(value, places):,.{max(0, places)}f} ± {round(error, places):,.{max(0, places)}f}".replace(
        "-", "\N{MINUS SIGN}")


def points_of_percent():
    """For axes of differences between shares: -.05 → "−5", in percentage points."""
    return FuncFormatter(lambda share, _position=None: f"{100 * share:.10g}".replace("-", "\N{MINUS SIGN}"))


def percent(digits=0):
    """For axes and labels of shares: .25 → "25 %"."""
    return FuncFormatter(lambda share, _position=None: (
        f"{100 * share:.{digits}f} %" if digits else f"{100 * share:.10g} %").replace("-", "\N{MINUS SIGN}"))


def with_unit(value, unit):
    """"7.39 M EUR", "9 months", "month 9", plain; a pure number has no unit."""
    if unit == "month":
        return f"month {short(value, unit)}"
    return short(value, unit) if unit == "1" else f"{short(value, unit)} {plain(unit)}"


def round_ticks(count, whole=False):
    """Steps of 1, 2, 5 (2.5 unless only whole numbers occur), never of 3 or 4."""
    return MaxNLocator(count, integer=whole, steps=[1, 2, 5, 10] if whole else [1, 2, 2.5, 5, 10], min_n_ticks=1)


def label_months(axes, results, months):
    """Ticks at the start of every year (or less often on long horizons), as dates when the scenario has a start.

    Month 0 is the start itself.
    """
    count = int(months[-1])
    widest, inches = (12, 0.33) if results.start is None else (7, 0.6)     # numbers are narrower than dates
    room = max(2, min(widest, int(panel_inches(axes) / inches)))
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if count / s <= room or s == 1200)
    if results.start is None and step > 1:
        places = np.concatenate([[1] if step > 2 else [], np.arange(step, count + 1, step)])  # months 1, 12, 24 …
    else:
        places = np.arange(1, count + 1, step)
    labels = [results.month_label(month) for month in places]
    if months[0] == 0:
        beginning = "start" if results.start is None else f"start of\n{results.month_label(1)}"
        kept = [k for k, place in enumerate(places) if place > count / room]
        places, labels = [0] + [places[k] for k in kept], [beginning] + [labels[k] for k in kept]
    axes.set_xticks(places)
    axes.set_xticklabels(labels)
    axes.set_xlabel("month")


def panel_inches(axes):
    """The width of a panel, about: before the layout is settled."""
    return axes.get_position().width * axes.figure.get_size_inches()[0]


def fitting(axes, text):
    """Text at an axis, plain already, in lines no longer than the panel is wide."""
    most = max(24, int(13 * panel_inches(axes)))
    return "\n".join(textwrap.fill(line, most) for line in text.split("\n"))


def legend_above(axes, columns=5):
    """A legend above the plot, where no data can be underneath; not in the layout, which would shrink the panel.

    Moves the title up, and returns how far, for titles in the same row.
    """
    legend = axes.legend(loc="lower left", bbox_to_anchor=(-0.012, 1.0), ncol=columns, borderaxespad=0.2,
                         handlelength=1.5, columnspacing=1.0, handletextpad=0.5)
    legend.set_in_layout(False)
    lines = sum(max((text.get_text().count("\n") + 1 for text in row), default=1)
                for row in rows_of_legend(legend.get_texts(), columns))
    pad = TITLE_PAD + 14 * (lines - 1)
    axes.set_title(axes.get_title(loc="left"), pad=pad)
    return pad


def rows_of_legend(texts, columns):
    """What stands side by side: matplotlib fills a legend column by column, the first ones the longer."""
    rows = -(-len(texts) // columns)
    longer = len(texts) - (rows - 1) * columns      # columns that are full
    starts = np.cumsum([0] + [rows if k < longer else rows - 1 for k in range(columns)])
    return [[texts[start + k] for start, end in zip(starts, starts[1:]) if start + k < end] for k in range(rows)]
