"""Yes or no in each future: how probable it is. Quantiles of zeros and ones would say nothing."""

import math

import numpy as np

from partnersim_results import wilson

from .common import BLACK, BLUE, TITLE_PAD, legend_above, percent, round_ticks, wrapped


def probabilities(results, outcome):
    """(share, low, high) of each point, [point] each: the probability with Wilson's 95 % interval.

    Its count is the one that gives the standard error of the file, which knows of futures that share a draw.
    """
    share = results.over_points(outcome, "mean")
    variance = results.over_points(outcome, "standard_error") ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.where(variance > 0, share * (1 - share) / variance, results.valued(outcome))
        return (share, *wilson(share * count, count))


def in_words(share, low, high):
    """"80.3 % (79.9 % to 80.6 %)": as many decimals as the interval deserves."""
    digits = max(0, math.ceil(-math.log10(50 * (high - low)))) if high > low else 0
    share, low, high = (f"{100 * value:.{digits}f} %" for value in (share, low, high))
    return f"{share} ({low} to {high})"


def draw_probabilities(axes, results, outcome, points):
    """A row for each point: the probability with its 95 % interval, on as much of the axis as they need."""
    share, low, high = (values[points] for values in probabilities(results, outcome))
    places = np.arange(len(points))
    axes.errorbar(share, places, xerr=np.maximum(0, [share - low, high - share]), fmt="o", color=BLUE, ecolor=BLACK,
                  elinewidth=1.2, capsize=3, label="probability, with its 95 % interval")
    reach = max(0.2 * (high.max() - low.min()), 0.005)
    left, right = max(0.0, low.min() - reach), min(1.0, high.max() + reach)
    axes.set_xlim(left - 0.01 * (right - left), right + 0.01 * (right - left))
    for place, figures in enumerate(zip(share, low, high)):
        side = (figures[0] - left) / (right - left)         # words stay within the panel
        axes.annotate(in_words(*figures), (figures[0], place), xytext=(0, 9), textcoords="offset points", fontsize=8.5,
                      ha="left" if side < 0.25 else "right" if side > 0.75 else "center")
    axes.set_yticks(places)
    axes.set_yticklabels([wrapped(results.points[p], 30) for p in points])
    axes.set_ylim(len(points) - 0.45, -0.7)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(round_ticks(6))
    axes.xaxis.set_major_formatter(percent())
    axes.set_xlabel("share of the replications")
    axes.set_ylabel("point")
    axes.set_title(wrapped(f"{results.long_name(outcome)}: how probable", 70), pad=TITLE_PAD)
    legend_above(axes)
