"""What the worst futures share: every input and possible cause, in the worst 5 % against all; of yes or no in the bad."""

import numpy as np

from partnersim_results import ResultError, worst_futures

from .common import BLUE, GREY, TITLE_PAD, VERMILION, legend_above, plain, short, wrapped
from .partners import rows_of

MOST_ROWS, MOST_OF_SEVERAL = 15, 7      # of one point, and where several points stand together
SHARE = 0.05
FEWEST = 5          # assumed: fewer futures share nothing that could be told from chance
CONFIDENCE = 1.96  # standard errors on either side of 95 %


def group_words(results, outcome, point):
    """(title, who is compared with all, the same in full) of an outcome: the worst 5 %, or all that have the bad answer.

    ResultError where they are too few.
    """
    values = results.outcome(outcome, point)
    values = values[~np.isnan(values)]
    if not results.yes_no(outcome):
        count = SHARE * len(values)
        if count < FEWEST:
            raise ResultError(f"{results.path}: the worst 5 % of {len(values):,} replications are fewer than {FEWEST} "
                              f"futures: {FEWEST / SHARE:.0f} replications are needed")
        name = results.long_name(outcome.partition("[")[0])
        return f"What the worst 5 % in {name.lower()} share", "worst 5 %", "worst 5 %"
    bad = 1 if results.worst(outcome) == "highest" else 0
    count, answer = int(np.sum(values == bad)), "yes" if bad else "no"
    if count < FEWEST:
        raise ResultError(f"{results.path}: {results.long_name(outcome)} is {answer} in {count} of {len(values):,} "
                          f"replications, fewer than {FEWEST}: nothing that they share could be told from chance")
    return (f"What the futures share in which the answer is {answer}: {results.long_name(outcome)}",
            f"those with {answer}", f"the {count:,} of {len(values):,} with {answer}")


def draw_worst(axes, results, outcome="revenue", point=0, most=MOST_ROWS):
    """Standardised differences, the largest first, with 95 % intervals; the means in words on the right.

    Copies that are alike are one row, by their mean.
    """
    title, who, in_full = group_words(results, outcome, point)
    every = worst_futures(results, outcome, point, SHARE, joined=True)
    if not every:
        raise ResultError(f"{results.path}: nothing recorded could explain {outcome}: no input and no cause varies")
    rows = every[:most]
    places = np.arange(len(rows))
    differences, errors = (np.array([getattr(row, part) for row in rows]) for part in ("difference", "standard_error"))
    clear = np.abs(differences) > CONFIDENCE * errors
    for chosen, colour, words in ((clear & (differences > 0), VERMILION, f"higher in {who}"),
                                  (clear & (differences < 0), BLUE, "lower"), (~clear, GREY, "no clear difference")):
        if chosen.any():
            axes.errorbar(differences[chosen], places[chosen], xerr=CONFIDENCE * errors[chosen], fmt="o", color=colour,
                          markersize=5.5, elinewidth=1.4, capsize=2.5, label=words)
    axes.axvline(0, color="#444444", linewidth=0.8)
    rows_of(axes, [""] * len(rows))
    axes.set_yticklabels([wrapped(row.long_name.removeprefix("partner."), 30) for row in rows], linespacing=0.95)
    write_means(axes, rows, who)
    axes.set_title(wrapped(title, 90), pad=TITLE_PAD)
    more = f"\nand {len(every) - len(rows)} more, smaller" if len(every) > len(rows) else ""
    axes.set_xlabel(f"mean of {in_full} less mean of all, in standard deviations (95 % intervals){more}")
    axes.set_ylabel("input or cause")
    legend_above(axes)


def write_means(axes, rows, who):
    """"8.67 → 18.9 months" on the right of each row."""
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)))
    right.set_yticklabels([f"{short(row.mean, row.unit)} → {short(row.mean_worst, row.unit)}"
                           + ("" if row.unit == "1" else f" {plain(row.unit)}") for row in rows])
    right.tick_params(axis="y", length=0)
    right.spines["right"].set_visible(False)
    axes.text(1.01, 1.01, f"mean of all → {who}", transform=axes.transAxes, fontsize=9, color="#444444")
