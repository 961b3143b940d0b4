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
draw_exceedance, draw_worst (of an outcome); draw_recovery; draw_contribution, draw_ends (by partner); draw_conditional,
draw_split (two-level runs); draw_distributions, draw_exceedances (several points); draw_differences (variants). All take
(axes, results, …, point=0) and return nothing. draw_heat_map and draw_along draw arrays along axes of a sweep, such as
on_grid(results, "profit", "p05") gives; draw_convergence one precision target. FIGURES says which figure needs what.
"""

import os
import textwrap
from dataclasses import dataclass
from typing import Callable

import matplotlib.pyplot as plt

from partnersim_results import NotModelled

from .common import STYLE, ticks
from .doubt import draw_conditional, draw_split
from .monthly import draw_active_partners, draw_cash, draw_fan, draw_performance, draw_ran_out
from .partners import draw_contribution, draw_ends
from .precision import convergence_figure, draw_convergence, no_convergence
from .recovery import draw_recovery
from .several import draw_distributions, draw_exceedances, few_points
from .spread import draw_distribution, draw_exceedance
from .sweeps import Axis, axes_of, draw_along, draw_heat_map, heat_maps, no_heat_map, no_sweep, sweep_lines
from .variants import draw_differences, no_variants, variants_figure
from .worst import draw_worst

__all__ = ["Axis", "FIGURES", "Figure", "STYLE", "Sheet", "axes_of", "draw_active_partners", "draw_along", "draw_cash",
           "draw_conditional", "draw_contribution", "draw_convergence", "draw_differences", "draw_distribution",
           "draw_distributions", "draw_ends", "draw_exceedance", "draw_exceedances", "draw_fan", "draw_figure",
           "draw_heat_map", "draw_performance", "draw_ran_out", "draw_recovery", "draw_split", "draw_worst", "ticks",
           "title_and_source", "why_not"]

# Which monthly quantity belongs to which outcome, where the names differ.
TRAJECTORY_OF = {"active_partners_end": "active_partners"}

NO_CASH = "running out of cash is off (give firm.cash) or not recorded"
NO_TWIN = "resilience is off (add [resilience]) or not recorded"
NO_INNER = "not a two-level run (scenario.inner), or the outcome is not recorded"
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
    together: bool = False      # draws up to six points at once when no point is asked for
    of_experiment: bool = False     # needs several points, two levels or targets: most files have none


@dataclass(frozen=True)
class Sheet:
    """A figure of all points, which decides by itself how many panels it needs: draw(results, outcome, point)."""

    shows: str
    draw: Callable              # returns the figure, without its title
    why_not: Callable           # (results, outcome): the reason, empty when there is none
    of_outcome: bool = True
    of_experiment: bool = True


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
    "exceedance": Figure("probability that the outcome exceeds x; of up to six points together", (
        Panel(lambda axes, results, outcome, point: draw_exceedances(axes, results, outcome) if point is None
              else draw_exceedance(axes, results, outcome, point), _outcome,
              "the outcome is not modelled or not recorded"),), of_outcome=True, together=True),
    "points": Figure("distributions of up to six points, one below the other", (
        Panel(draw_distributions, lambda results, outcome: _outcome(results, outcome) and few_points(results, outcome),
              "two to six points that model the outcome are needed"),), of_outcome=True, rows=True, together=True,
        of_experiment=True),
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
    "sweep": Sheet("mean and P5 to P95 along the axes of a sweep", sweep_lines, no_sweep),
    "heatmap": Sheet("mean and P5 (P95 where less is better) over two axes, a column for each variant", heat_maps,
                     no_heat_map),
    "variants": Sheet("paired differences of variants to the base", variants_figure, no_variants),
    "convergence": Sheet("half-widths of precision targets against replications", convergence_figure, no_convergence,
                         of_outcome=False),
    "doubt": Figure("luck and ignorance in a two-level run", (
        Panel(draw_conditional, lambda results, outcome: results.inner > 1 and _outcome(results, outcome)
              and not results.yes_no(outcome), NO_INNER),
        Panel(draw_split, lambda results, _: results.inner > 1, NO_INNER)), of_outcome=True, widths=(1.2, 1),
        of_experiment=True),
}


def why_not(results, name, outcome="revenue"):
    """Why the figure `name` cannot be drawn from this file; empty when it can."""
    if isinstance(FIGURES[name], Sheet):
        return FIGURES[name].why_not(results, outcome)
    panels = FIGURES[name].panels
    return "" if any(panel.there(results, outcome) for panel in panels) else panels[-1].reason


def draw_figure(results, name, outcome="revenue", point=None):
    """A whole figure with its title and where it comes from: a matplotlib Figure. NotModelled when data are lacking.

    Without a point, figures of single points show up to six together where that is natural, else the first one.
    """
    reason = why_not(results, name, outcome)
    if reason:
        raise NotModelled(f"no figure {name} of {results.path}: {reason}")
    if isinstance(FIGURES[name], Sheet):
        figure = FIGURES[name].draw(results, outcome, None if point is None else results.point_number(point))
        title_and_source(figure, results)
        return figure
    together = FIGURES[name].together and (name == "points" or point is None and few_points(results, outcome))
    point = None if together else results.point_number(point or 0)
    panels = [panel for panel in FIGURES[name].panels if panel.there(results, outcome)]
    two = len(panels) == 2
    figure, axes = plt.subplots(1, len(panels), squeeze=False, constrained_layout=True,
                                figsize=(11, 5.2) if two else (9.6, 5),
                                gridspec_kw={"width_ratios": FIGURES[name].widths} if two else None)
    title_and_source(figure, results, point)
    for panel, place in zip(panels, axes[0]):
        panel.draw(place, results, outcome, point)
    if FIGURES[name].rows:  # in inches; the layout is settled only when the figure is saved
        rows = max(len(place.get_yticks()) for place in axes[0])
        figure.set_figheight(max(3.2, 2.2 + (0.8 if together else 0.31) * rows))
    return figure


def title_and_source(figure, results, point=None, title=""):
    """The question (or a title) on top, where the numbers come from at the bottom. No point: the figure is of all."""
    width = figure.get_size_inches()[0]
    several = len(results.points) > 1
    words = (title or results.question) + (f" [{results.points[point]}]" if several and point is not None else "")
    figure.suptitle("\n".join(textwrap.wrap(words, int(9.1 * width))), x=0.012, ha="left")
    counts = results.replications if point is None else results.replications[point:point + 1]
    each = f"{len(counts):,} points of " if len(counts) > 1 else ""
    low, high = int(min(counts)), int(max(counts))
    count = f"{low:,} to {high:,}" if low < high else f"{high:,}"
    source = [f"{each}{count} replication{'' if high == 1 else 's'}", f"seed {results.provenance('seed_text')}",
              f"partnersim {results.provenance('version')}", os.path.basename(results.path)]
    figure.supxlabel(" · ".join(source), fontsize=8, color="#666666", x=0.988, ha="right")
