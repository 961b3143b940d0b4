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
draw_split (two-level runs); draw_distributions, draw_exceedances (of a list of points); draw_differences (variants). All
take (axes, results, …, point=0) and return nothing; draw_contribution and draw_ran_out also take a list of points.
draw_heat_map and draw_along draw arrays along axes of a sweep, such as on_grid(results, "profit", "p05") gives;
draw_convergence one precision target; draw_input one of what strongest gives. FIGURES says which figure needs what.
"""

import os
from dataclasses import dataclass
from typing import Callable

import matplotlib.pyplot as plt
import numpy as np

from partnersim_results import NotModelled, ResultError

from .common import CHARACTERS, GREY, STYLE, TITLE_PAD, plain, shortened, ticks, wrapped
from .doubt import draw_conditional, draw_split
from .inputs import draw_input, inputs_figure, no_inputs, strongest
from .monthly import draw_active_partners, draw_cash, draw_fan, draw_performance
from .partners import MOST_OF_SEVERAL, draw_contribution, draw_ends, groups_of
from .precision import convergence_figure, draw_convergence, no_convergence
from .recovery import draw_recovery
from .several import draw_distributions, draw_exceedances, draw_ran_out, names_of, shown_points
from .spread import draw_distribution, draw_exceedance
from .sweeps import Axis, axes_of, draw_along, draw_heat_map, heat_maps, no_heat_map, no_sweep, sweep_lines
from .variants import draw_differences, no_variants, variants_figure
from .worst import MOST_OF_SEVERAL as MOST_CAUSES, draw_worst

__all__ = ["Axis", "FIGURES", "Figure", "STYLE", "Sheet", "axes_of", "draw_active_partners", "draw_along", "draw_cash",
           "draw_conditional", "draw_contribution", "draw_convergence", "draw_differences", "draw_distribution",
           "draw_distributions", "draw_ends", "draw_exceedance", "draw_exceedances", "draw_fan", "draw_figure",
           "draw_heat_map", "draw_input",
           "draw_performance", "draw_ran_out", "draw_recovery", "draw_split", "draw_worst", "plain",
           "shown_points", "strongest", "ticks", "title_and_source", "why_not"]

# Which monthly quantity belongs to which outcome, where the names differ.
TRAJECTORY_OF = {"active_partners_end": "active_partners"}

NO_CASH = "running out of cash is off (give firm.cash) or not recorded"
NO_TWIN = "resilience is off (add [resilience]) or not recorded"
NO_INNER = "not a two-level run (scenario.inner), or the outcome is not recorded"
NO_PARTNERS = "the scenario has no partners, or output.partners = false"


@dataclass(frozen=True)
class Panel:
    """draw(axes, results, outcome, point), and what it needs: there(results, outcome) or else the reason.

    Where several points stand together each has its own axes, unless `together` (axes, results, outcome, points) draws
    all of them on one.
    """

    draw: Callable
    there: Callable
    reason: str
    together: Callable = None
    same: str = ""              # axes on which points are drawn to one scale: x, y or both
    columns: int = 3            # at most so many points side by side


@dataclass(frozen=True)
class Figure:
    """A figure of one panel or two; those whose data the file lacks are left out."""

    shows: str
    panels: tuple
    of_outcome: bool = False    # about the outcome asked for, else about the whole run
    widths: tuple = (1, 1)
    rows: bool = False          # a row for each partner or cause: the more, the taller
    fewest: int = 1             # points that it needs
    of_experiment: bool = False     # needs several points, two levels or targets: most files have none


@dataclass(frozen=True)
class Sheet:
    """A figure which decides by itself how many panels it needs: draw(results, outcome, point)."""

    shows: str
    draw: Callable              # returns the figure, without its title
    why_not: Callable           # (results, outcome): the reason, empty when there is none
    of_outcome: bool = True
    of_experiment: bool = True
    of_point: bool = False      # about the point asked for, else always about all


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


def _ends(axes, results, _, point, points):
    """Points that stand together have the same rows."""
    draw_ends(axes, results, point, groups_of(results, points, MOST_OF_SEVERAL) if len(points) > 1 else None)


def _worst(axes, results, outcome, point, points):
    draw_worst(axes, results, outcome, point, *([MOST_CAUSES] if len(points) > 1 else []))


def _exceedance(axes, results, outcome, point, _):
    draw_exceedance(axes, results, outcome, point)


NOT_RECORDED = "the outcome is not modelled or not recorded"
FIGURES = {
    "overview": Figure("fan chart and distribution of the outcome", (
        Panel(lambda axes, results, outcome, point, _: draw_fan(axes, results, _monthly(outcome), point),
              lambda results, outcome: _outcome(results, outcome) and _monthly(outcome) in results.trajectories,
              "the outcome is not recorded month by month", same="both"),
        Panel(lambda axes, results, outcome, point, _: draw_distribution(axes, results, outcome, point), _outcome,
              NOT_RECORDED, together=draw_distributions)), of_outcome=True, widths=(1.25, 1)),
    "exceedance": Figure("probability that the outcome exceeds x; of up to six points together", (
        Panel(_exceedance, _outcome, NOT_RECORDED, together=draw_exceedances),), of_outcome=True),
    "points": Figure("distributions of up to six points, one below the other", (
        Panel(None, lambda results, outcome: _outcome(results, outcome) and len(shown_points(results, outcome)) > 1,
              "two points or more that model the outcome are needed", together=draw_distributions),), of_outcome=True,
        rows=True, fewest=2, of_experiment=True),
    "active": Figure("active partners month by month", (
        Panel(lambda axes, results, _, point, __: draw_active_partners(axes, results, point), _series("active_partners"),
              "the scenario has no partners, or active_partners is not recorded", same="both"),)),
    "resilience": Figure("performance against the twin without shocks, and time to recovery", (
        Panel(lambda axes, results, _, point, __: draw_performance(axes, results, point), _series("performance"), NO_TWIN,
              same="both"),
        Panel(lambda axes, results, _, point, __: draw_recovery(axes, results, point),
              _columns("disrupted", "unrecovered", "recovery_observed"), NO_TWIN, same="x")), widths=(1.25, 1)),
    "cash": Figure("cash month by month, and the share that has run out of it", (
        Panel(lambda axes, results, _, point, __: draw_cash(axes, results, point), _series("cash"), NO_CASH, same="both"),
        Panel(lambda axes, results, _, point, __: draw_ran_out(axes, results, point), _columns("out_of_cash_month"),
              NO_CASH, together=lambda axes, results, _, points: draw_ran_out(axes, results, points))), widths=(1.15, 1)),
    "contribution": Figure("revenue and net value by partner", (
        Panel(lambda axes, results, _, point, __: draw_contribution(axes, results, "revenue", point), _partners("revenue"),
              NO_PARTNERS, together=lambda axes, results, _, points: draw_contribution(axes, results, "revenue", points)),
        Panel(lambda axes, results, _, point, __: draw_contribution(axes, results, "net_value", point, labels=False),
              _partners("net_value"), NO_PARTNERS,
              together=lambda axes, results, _, points: draw_contribution(axes, results, "net_value", points))),
        rows=True),
    "ends": Figure("how partnerships end, by partner", (
        Panel(_ends, _partners("ended_by_churn"), NO_PARTNERS, columns=1),), rows=True),
    "worst": Figure("what the worst 5 % in the outcome share", (
        Panel(_worst, _outcome, NOT_RECORDED, same="x", columns=1),), of_outcome=True, rows=True),
    "inputs": Sheet("inputs against the outcome: those that go with it most, with their rank correlation", inputs_figure,
                    no_inputs, of_experiment=False, of_point=True),
    "sweep": Sheet("mean and P5 to P95 along the axes of a sweep", sweep_lines, no_sweep),
    "heatmap": Sheet("mean and P5 (P95 where less is better) over two axes, a column for each variant", heat_maps,
                     no_heat_map),
    "variants": Sheet("paired differences of variants to the base", variants_figure, no_variants),
    "convergence": Sheet("half-widths of precision targets against replications", convergence_figure, no_convergence,
                         of_outcome=False),
    "doubt": Figure("luck and ignorance in a two-level run", (
        Panel(lambda axes, results, outcome, point, _: draw_conditional(axes, results, outcome, point),
              lambda results, outcome: results.inner > 1 and _outcome(results, outcome) and not results.yes_no(outcome),
              NO_INNER, same="x", columns=2),
        Panel(lambda axes, results, outcome, point, _: draw_split(axes, results, outcome, point),
              lambda results, _: results.inner > 1, NO_INNER, columns=2)), of_outcome=True, widths=(1.2, 1),
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

    Without a point, up to six points stand together: all of them, or the variants in the first row of a sweep.
    """
    reason = why_not(results, name, outcome)
    if reason:
        raise NotModelled(f"no figure {name} of {results.path}: {reason}")
    kind, point = FIGURES[name], None if point is None else results.point_number(point)
    if isinstance(kind, Sheet):
        figure = kind.draw(results, outcome, point)
        points = None if not kind.of_point else [point] if point is not None else shown_points(results, outcome)
        title_and_source(figure, results, points)
        return figure
    panels = [panel for panel in kind.panels if panel.there(results, outcome)]
    points = shown_points(results, outcome if kind.of_outcome else None) if point is None or kind.fewest > 1 else [point]
    draw = _draw_one if len(points) == 1 else _draw_several
    return draw(results, kind, panels, outcome, points)


def _draw_one(results, kind, panels, outcome, points):
    """The panels of one point, side by side."""
    two = len(panels) == 2
    figure, axes = plt.subplots(1, len(panels), squeeze=False, constrained_layout=True,
                                figsize=(11, 5.2) if two else (9.6, 5),
                                gridspec_kw={"width_ratios": kind.widths} if two else None)
    title_and_source(figure, results, points)
    for panel, place in zip(panels, axes[0]):
        panel.draw(place, results, outcome, points[0], points)
    if kind.rows:  # in inches; the layout is settled only when the figure is saved
        figure.set_figheight(max(3.2, 2.2 + 0.31 * max(_rows(place) for place in axes[0])))
    return figure


def _draw_several(results, kind, panels, outcome, points):
    """Several points: panels one above the other, each a grid of small ones, one for each point, or one for all."""
    few = 2 if len(points) in (2, 4) else 3
    columns = max(1 if panel.together else min(panel.columns, few) for panel in panels)
    figure = plt.figure(constrained_layout=True, figsize=({1: 10.4, 2: 11, 3: 12.6}[columns], 8))
    title_and_source(figure, results, points)
    outer, inches = figure.add_gridspec(len(panels), 1), []
    for panel, cell in zip(panels, outer):
        wide = 1 if panel.together else min(columns, panel.columns)
        lines = 1 if panel.together else -(-len(points) // wide)
        grid = cell.subgridspec(lines, wide)
        if panel.together:
            places = [figure.add_subplot(grid[0])]
            panel.together(places[0], results, outcome, points)
        else:
            places = [figure.add_subplot(grid[k // wide, k % wide]) for k in range(len(points))]
            _draw_small(places, panel, results, outcome, points, wide)
        inches.append(lines * max(_height(axes, kind, len(points) if panel.together else 1) for axes in places))
    outer.set_height_ratios(inches)
    figure.set_figheight(1.0 + sum(inches))
    return figure


def _draw_small(places, panel, results, outcome, points, wide):
    """One panel for each point on `places`, `wide` to a row: one legend, one scale, and the point as its title."""
    drawn, known, reasons = [], set(), []
    letters = int(places[0].figure.get_size_inches()[0] / wide * 0.72 * CHARACTERS)
    for k, (axes, point, label) in enumerate(zip(places, points, names_of(results, points))):
        try:
            panel.draw(axes, results, outcome, point, points)
            drawn.append(axes)
        except ResultError as error:
            reasons.append(error)
            words = str(error).removeprefix(f"{results.path}: ")
            axes.cla()
            axes.set_xticks([])
            axes.set_yticks([])
            axes.text(0.5, 0.5, wrapped(words, 44), ha="center", va="center", transform=axes.transAxes, color=GREY)
        heading = axes.get_title(loc="left") + "\n" if drawn == [axes] else ""
        legend = axes.get_legend()
        said = {text.get_text() for text in legend.get_texts()} if legend else set()
        if legend and said <= known:
            legend.remove()
        axes.set_title(heading + shortened(label, letters), pad=TITLE_PAD if k < wide or not said <= known else 6)
        known |= said
    if not drawn:
        raise reasons[0]
    for way in {"both": "xy"}.get(panel.same, panel.same):
        low, high = zip(*(getattr(axes, f"get_{way}lim")() for axes in drawn))
        for axes in drawn:
            getattr(axes, f"set_{way}lim")(min(low), max(high))


def _rows(axes):
    """How many rows a panel has: lines of the labels at its side."""
    return sum(1 + label.get_text().count("\n") * 0.4 for label in axes.get_yticklabels())


def _height(axes, kind, points):
    """What a panel needs, in inches."""
    if kind.rows or points > 1 and len(axes.get_yticks()) == points and not axes.yaxis.get_gridlines()[0].get_visible():
        each = 0.8 if kind.fewest > 1 or not kind.rows else 0.31 * (1 if points == 1 else max(1, 0.62 * points))
        return 1.3 + each * (len(axes.get_yticks()) if points > 1 else _rows(axes))
    return 3.3


def title_and_source(figure, results, points=None, title=""):
    """The question (or a title) on top, where the numbers come from at the bottom.

    `points` are the numbers of those shown, None for all; what they share of several is in the title.
    """
    width, every = figure.get_size_inches()[0], len(results.points)
    points = list(range(every)) if points is None else np.atleast_1d(points).tolist()
    shared = results.points[points[0]] if len(points) == 1 else results.row_label(points[0]) \
        if len({results.row_label(p) for p in points}) == 1 else ""
    words = (title or results.question) + (f" [{shared}]" if every > 1 and shared else "")
    figure.suptitle(wrapped(words, int(9.1 * width)), x=0.012, ha="left")
    counts = results.replications[points]
    each = f"{len(points):,} of {every:,} points, " if 1 < len(points) < every else \
        f"{len(points):,} points of " if len(points) > 1 else ""
    low, high = int(min(counts)), int(max(counts))
    count = f"{low:,} to {high:,}" if low < high else f"{high:,}"
    source = [f"{each}{count} replication{'' if high == 1 else 's'}", f"seed {results.provenance('seed_text')}",
              f"partnersim {results.provenance('version')}", os.path.basename(results.path)]
    figure.supxlabel(plain(" · ".join(source)), fontsize=8, color="#666666", x=0.988, ha="right")
