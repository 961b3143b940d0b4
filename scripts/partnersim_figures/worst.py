"""What the worst futures share: every input and possible cause, in the worst 5 % against all."""

import numpy as np

from partnersim_results import ResultError, worst_futures

from .common import BLUE, GREY, TITLE_PAD, VERMILION, legend_above, short
from .partners import rows_of

MOST_ROWS = 15
CONFIDENCE = 1.96  # standard errors on either side of 95 %


def draw_worst(axes, results, outcome="revenue", point=0):
    """Standardised differences, the largest first, with 95 % intervals; the means in words on the right."""
    every = worst_futures(results, outcome, point)
    if not every:
        raise ResultError(f"{results.path}: nothing recorded could explain {outcome}: no input and no cause varies")
    rows = every[:MOST_ROWS]
    places = np.arange(len(rows))
    differences, errors = (np.array([getattr(row, part) for row in rows]) for part in ("difference", "standard_error"))
    clear = np.abs(differences) > CONFIDENCE * errors
    for chosen, colour, words in ((clear & (differences > 0), VERMILION, "higher in the worst 5 %"),
                                  (clear & (differences < 0), BLUE, "lower"), (~clear, GREY, "no clear difference")):
        if chosen.any():
            axes.errorbar(differences[chosen], places[chosen], xerr=CONFIDENCE * errors[chosen], fmt="o", color=colour,
                          markersize=5.5, elinewidth=1.4, capsize=2.5, label=words)
    axes.axvline(0, color="#444444", linewidth=0.8)
    rows_of(axes, [name_of(row) for row in rows])
    write_means(axes, rows)
    column = outcome.partition("[")[0]
    axes.set_title(f"What the worst 5 % in {results.long_name(column).lower()} share", pad=TITLE_PAD)
    more = f"\nand {len(every) - len(rows)} more, smaller" if len(every) > len(rows) else ""
    axes.set_xlabel(f"mean of the worst 5 % less mean of all, in standard deviations (95 % intervals){more}")
    axes.set_ylabel("input or cause")
    legend_above(axes)


def name_of(row):
    """Inputs keep their path, for looking up; outcomes have a name for people."""
    return row.name.removeprefix("partner.") if row.name == row.long_name else row.long_name


def write_means(axes, rows):
    """"8.67 → 18.9 months" on the right of each row."""
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)))
    right.set_yticklabels([f"{short(row.mean, row.unit)} → {short(row.mean_worst, row.unit)}"
                           + ("" if row.unit == "1" else f" {row.unit}") for row in rows])
    right.tick_params(axis="y", length=0)
    right.spines["right"].set_visible(False)
    axes.text(1.01, 1.01, "mean of all → worst 5 %", transform=axes.transAxes, fontsize=9, color="#444444")
