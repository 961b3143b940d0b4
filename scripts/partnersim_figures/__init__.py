"""Figures of a partnersim result. Each panel is a function that draws on axes you give:

    import matplotlib.pyplot as plt
    from partnersim_results import Results
    from partnersim_figures import STYLE, draw_exceedance, draw_figure

    plt.style.use(STYLE)
    with Results("results/twelve_partners.h5") as results:
        figure, axes = plt.subplots(constrained_layout=True)
        draw_exceedance(axes, results, "revenue")           # one panel, on your axes
        draw_figure(results, "resilience").savefig("x.png") # a whole figure as plot_results.py draws it

Panels: draw_fan, draw_active_partners, draw_performance, draw_cash, draw_ran_out (month by month); draw_distribution,
draw_exceedance, draw_worst (of an outcome); draw_recovery; draw_contribution, draw_ends (by partner). All take
(axes, results, …, point=0) and return nothing. FIGURES says which figure needs what.
"""

import os
import textwrap
from dataclasses import dataclass
from typing import Callable

import matplotlib.pyplot as plt

from partnersim_results import NotModelled

from .common import STYLE
from .monthly import draw_active_partners, draw_cash, draw_fan, draw_performance, draw_ran_out
from .partners import draw_contribution, draw_ends
from .recovery import draw_recovery
from .spread import draw_distribution, draw_exceedance
from .worst import draw_worst

__all__ = ["FIGURES", "STYLE", "draw_active_partners", "draw_cash", "draw_contribution", "draw_distribution",
           "draw_ends", "draw_exceedance", "draw_fan", "draw_figure", "draw_performance", "draw_ran_out",
           "draw_recovery", "draw_worst", "why_not"]

# Which monthly quantity belongs to which outcome, where the names differ.
TRAJECTORY_OF = {"active_partners_end": "active_partners"}

NO_CASH = "running out of cash is off (give firm.cash) or not recorded"
NO_TWIN = "resilience is off (add [resilience]) or not recorded"
NO_PARTNERS = "the scenario has no partners, or output.partners = false"


@dataclass(frozen=True)
class Panel:
    """draw(axes, results, outcome, point), and what it needs: there(results, outcome) or else the reason."""

    draw: Callable
    there: Callable
    reason: str


@dataclass(frozen=True)
class Figure:
    """A figure of one panel or two; those whose data the file lacks are left out."""

    shows: str
    panels: tuple
    of_outcome: bool = False    # about the outcome asked for, else about the whole run
    widths: tuple = (1, 1)
    rows: bool = False          # a row for each partner or cause: the more, the taller


def _series(name):
    return lambda results, _: name in results.trajectories


def _columns(*names):
    return lambda results, _: set(names) <= set(results.outcomes)


def _partners(name):
    return lambda results, _: name in results.partner_totals and len(results.partners.ids) > 0


def _outcome(results, outcome):
    return outcome.partition("[")[0] in results.outcomes


def _monthly(outcome):
    return TRAJECTORY_OF.get(outcome, outcome)


FIGURES = {
    "overview": Figure("fan chart and distribution of the outcome", (
        Panel(lambda axes, results, outcome, point: draw_fan(axes, results, _monthly(outcome), point),
              lambda results, outcome: _outcome(results, outcome) and _monthly(outcome) in results.trajectories,
              "the outcome is not recorded month by month"),
        Panel(draw_distribution, _outcome, "the outcome is not modelled or not recorded")),
        of_outcome=True, widths=(1.25, 1)),
    "exceedance": Figure("probability that the outcome exceeds x", (
        Panel(draw_exceedance, _outcome, "the outcome is not modelled or not recorded"),), of_outcome=True),
    "active": Figure("active partners month by month", (
        Panel(lambda axes, results, _, point: draw_active_partners(axes, results, point), _series("active_partners"),
              "the scenario has no partners, or active_partners is not recorded"),)),
    "resilience": Figure("performance against the twin without shocks, and time to recovery", (
        Panel(lambda axes, results, _, point: draw_performance(axes, results, point), _series("performance"), NO_TWIN),
        Panel(lambda axes, results, _, point: draw_recovery(axes, results, point),
              _columns("disrupted", "unrecovered", "recovery_observed"), NO_TWIN)), widths=(1.25, 1)),
    "cash": Figure("cash month by month, and the share that has run out of it", (
        Panel(lambda axes, results, _, point: draw_cash(axes, results, point), _series("cash"), NO_CASH),
        Panel(lambda axes, results, _, point: draw_ran_out(axes, results, point), _columns("out_of_cash_month"),
              NO_CASH)), widths=(1.15, 1)),
    "contribution": Figure("revenue and net value by partner", (
        Panel(lambda axes, results, _, point: draw_contribution(axes, results, "revenue", point), _partners("revenue"),
              NO_PARTNERS),
        Panel(lambda axes, results, _, point: draw_contribution(axes, results, "net_value", point, labels=False),
              _partners("net_value"), NO_PARTNERS)), rows=True),
    "ends": Figure("how partnerships end, by partner", (
        Panel(lambda axes, results, _, point: draw_ends(axes, results, point), _partners("ended_by_churn"),
              NO_PARTNERS),), rows=True),
    "worst": Figure("what the worst 5 % in the outcome share", (
        Panel(draw_worst, _outcome, "the outcome is not modelled or not recorded"),), of_outcome=True, rows=True),
}


def why_not(results, name, outcome="revenue"):
    """Why the figure `name` cannot be drawn from this file; empty when it can."""
    panels = FIGURES[name].panels
    return "" if any(panel.there(results, outcome) for panel in panels) else panels[-1].reason


def draw_figure(results, name, outcome="revenue", point=0):
    """A whole figure with its title and where it comes from: a matplotlib Figure. NotModelled when data are lacking."""
    reason = why_not(results, name, outcome)
    if reason:
        raise NotModelled(f"no figure {name} of {results.path}: {reason}")
    point = results.point_number(point)
    panels = [panel for panel in FIGURES[name].panels if panel.there(results, outcome)]
    two = len(panels) == 2
    figure, axes = plt.subplots(1, len(panels), squeeze=False, constrained_layout=True,
                                figsize=(11, 5.2) if two else (9.6, 5),
                                gridspec_kw={"width_ratios": FIGURES[name].widths} if two else None)
    _frame(figure, results, point)
    for panel, place in zip(panels, axes[0]):
        panel.draw(place, results, outcome, point)
    if FIGURES[name].rows:  # in inches; the layout is settled only when the figure is saved
        rows = max(len(place.get_yticks()) for place in axes[0])
        figure.set_figheight(max(3.2, 2.2 + 0.31 * rows))
    return figure


def _frame(figure, results, point):
    """The question on top, where the numbers come from at the bottom."""
    width = figure.get_size_inches()[0]
    title = results.question + (f" [{results.points[point]}]" if len(results.points) > 1 else "")
    figure.suptitle("\n".join(textwrap.wrap(title, int(9.1 * width))), x=0.012, ha="left")
    count = int(results.replications[point])
    figure.supxlabel(f"{count:,} replication{'' if count == 1 else 's'} · seed {results.provenance('seed_text')} · "
                     f"partnersim {results.provenance('version')} · {os.path.basename(results.path)}",
                     fontsize=8, color="#666666", x=0.988, ha="right")
