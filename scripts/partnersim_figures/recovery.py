"""How long it takes to recover from a disruption, allowing for futures that were not watched to the end."""

import math

import numpy as np

from partnersim_results import kaplan_meier

from .common import BLUE, BLUE_25, GREY, TITLE_PAD, legend_above, percent, round_ticks


def draw_recovery(axes, results, point=0):
    """P(not yet recovered) against months since the disruption, by Kaplan and Meier, with Greenwood's 95 % interval."""
    months, observed = results.recovery_times(point)
    total = int(np.sum(~np.isnan(results.outcome("disrupted", point))))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(percent())
    axes.set_ylabel("not yet recovered, % of the disrupted")
    axes.set_title("Time to recovery", pad=TITLE_PAD)
    if len(months) == 0:
        axes.set_xticks([])
        axes.set_xlabel("months since performance fell below 95 %")
        axes.text(0.5, 0.5, "never below 95 % in any replication", transform=axes.transAxes, ha="center", color=GREY)
        return
    draw_estimate(axes, kaplan_meier(months, observed), months.max())
    axes.set_xlabel("months since performance fell below 95 %\n"
                    f"{len(months):,} of {total:,} replications disrupted,\n"
                    f"{np.sum(~observed):,} of them not back by the horizon")
    legend_above(axes)


def draw_estimate(axes, estimate, longest):
    """The curve from 1 down, until the longest time watched; the median where half have recovered."""
    places = np.concatenate([[0.0], estimate.times, [max(longest, 1.0)]])
    low, high = estimate.interval()

    def extended(values):
        return np.concatenate([[1.0], values, values[-1:] if len(values) else [1.0]])

    axes.fill_between(places, extended(low), extended(high), step="post", color=BLUE_25, linewidth=0,
                      label="95 % interval")
    axes.step(places, extended(estimate.survival), where="post", color=BLUE, label="Kaplan–Meier")
    axes.set_xlim(0, places[-1])
    axes.xaxis.set_major_locator(round_ticks(7, whole=True))
    if not math.isnan(estimate.median):
        axes.plot([0, estimate.median, estimate.median], [0.5, 0.5, 0], color=GREY, linestyle="--", linewidth=1)
        axes.annotate(f"median {estimate.median:g} months", (estimate.median, 0.5), xytext=(6, 6),
                      textcoords="offset points", color=GREY,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})
