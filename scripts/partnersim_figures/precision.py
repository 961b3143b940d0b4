"""How intervals narrowed while a run with precision targets went on, and how many replications the targets need."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from .common import BLUE, GREY, VERMILION, legend_above, plain, shortened, ticks, wrapped

MOST_TARGETS = 6


def draw_convergence(axes, results, target=0):
    """Half-width of target `target` against replications, both logarithmic: wanted, reached or not, and the forecast.

    With several points, the one that is farthest off is drawn in colour and the others in grey. The forecast falls as
    one over the square root of the replications.
    """
    history = results.convergence
    half, wanted = history.half_width[:, target, :], history.wanted[:, target, :]
    known = np.isfinite(half) & (half > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(known[-1], half[-1] / wanted[-1], -1)
    worst, n = int(np.argmax(off)), history.replications.astype(float)
    unit = unit_of(results, history.targets[target])
    others = [p for p in range(half.shape[1]) if p != worst]
    for p in others:
        axes.plot(n[known[:, p]], half[known[:, p], p], color="#AAAAAA", linewidth=1,
                  label="other points" if p == others[0] else None)
    mine = known[:, worst]
    goal, needed = wanted[-1, worst], history.needed[-1, target, worst]
    axes.plot(n[mine], half[mine, worst], "o-", color=BLUE, markersize=4.5,
              label=(f"farthest off: {shortened(results.points[worst], 26)}" if others else "reached")
              + (f",\n± {number(half[-1, worst])} at {n[-1]:,.0f}" if mine.any() and mine[-1] else ""))
    axes.axhline(goal, color=VERMILION, linestyle="--", linewidth=1.4,
                 label=f"wanted: ± {number(goal)} {plain(unit)}".rstrip())
    axes.set_xscale("log")
    axes.set_yscale("log")
    if mine.any() and mine[-1]:
        if half[-1, worst] > goal and np.isfinite(needed):
            x = np.geomspace(n[-1], max(needed, n[-1] * 1.01), 20)
            axes.plot(x, half[-1, worst] * np.sqrt(n[-1] / x), color=GREY, linestyle=":", linewidth=1.6,
                      label=f"forecast: {number(needed)} replications")
    log_ticks(axes)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel("replications of each point")
    axes.set_ylabel(f"half-width of the interval{', ' + plain(unit) if unit else ''}")
    axes.set_title(plain(history.targets[target]))
    legend_above(axes, 2)


def log_ticks(axes):
    """At most five round ticks on either axis, and no others: matplotlib labels too many or none of short ranges."""
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        for steps in ((1, 2, 5), (1, 3), (1,)):
            decades = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
            places = [step * 10.0 ** d for d in decades for step in steps if low <= step * 10.0 ** d <= high]
            if len(places) <= 6:
                break
        axis.set_ticks(places)
        axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())


def number(value):
    """Half-widths and counts for labels: three digits."""
    return ticks("EUR")(float(f"{value:.3g}"))


def unit_of(results, target):
    """The unit of a target such as "revenue.p05"; empty for pure numbers."""
    outcome = target if target in results.summarised else target.rpartition(".")[0]
    unit = results.unit(outcome) if outcome in results.summarised else ""
    return "" if unit == "1" else unit


def convergence_figure(results, _outcome=None, _point=None):
    """A panel for each target, six at most; says which are left out."""
    targets = len(results.convergence.targets)
    count = min(targets, MOST_TARGETS)
    columns = 1 if count == 1 else 2
    figure, places = plt.subplots(-(-count // columns), columns, squeeze=False, constrained_layout=True,
                                  figsize=(3 + 4.2 * columns, 1.2 + 3.8 * -(-count // columns)))
    for target, axes in enumerate(places.flat):
        if target < count:
            draw_convergence(axes, results, target)
        else:
            axes.set_visible(False)
    if targets > count:
        last = places.flat[count - 1]
        last.set_xlabel(f"{last.get_xlabel()}\n" + wrapped(
            "targets not shown: " + ", ".join(results.convergence.targets[count:]), 60))
    return figure


def no_convergence(results, _outcome):
    """Why there is nothing to see; empty when there is."""
    return "" if results.has_convergence else "the run had no precision targets (--precision 'revenue=1%')"
