"""Partner by partner: what each is worth, and how partnerships end. Copies that are alike make one row."""

import re
from typing import NamedTuple

import numpy as np

from partnersim_results import ResultError

from .common import (BLACK, BLUE, BLUE_25, BLUE_50, COLOURS, PALE_GREY, TITLE_PAD, VERMILION, VERMILION_50, legend_above,
                     panel_inches, percent, plain, round_ticks, short, shortened, ticks, with_error)

MOST_ROWS, MOST_OF_SEVERAL = 12, 8      # of one point, and where several points stand together


class Group(NamedTuple):
    """A row of a figure: one partner, copies of one, or the others."""

    label: str
    members: list               # places among the partners
    alike: bool = False         # whether nothing but luck tells the members apart


def groups_of(results, points=(0,), most=MOST_ROWS):
    """Partners as rows, largest revenue first: all of them up to `most`; of several points, those of any.

    Copies (referrer_1, referrer_2 …) that are alike are one row: their order would be made by noise. With more rows than
    `most`, all copies become one row; with still more, the `most` largest stay and the rest are "others". Partners that
    only points not asked for have are left out.
    """
    partners, points = results.partners, [results.point_number(point) for point in points]
    revenue = partners.revenue[points]
    there = np.flatnonzero(~np.isnan(revenue).all(axis=0)).tolist()
    if not there:
        names = ", ".join(f"point {p} ({results.points[p]})" for p in points)
        raise ResultError(f"{results.path}: no partners at {names}")
    groups = together(partners, there, alike_at(results, points))
    if len(groups) > most:
        groups = together(partners, there)
    worth = np.nan_to_num(revenue).mean(axis=0)
    groups.sort(key=lambda group: -worth[group.members].sum())
    if len(groups) > most:
        rest = [k for group in groups[most:] for k in group.members]
        groups = groups[:most] + [Group(f"others ({len(rest)})", rest)]
    return groups


def alike_at(results, points):
    """Copies that are alike at every one of the points that has them: lists of two or more places."""
    kinds = {}
    for p in points:
        found = {k: g for g, group in enumerate(results.alike(p)) for k in group}
        for k in np.flatnonzero(~np.isnan(results.partners.revenue[p])).tolist():
            kinds.setdefault(k, []).append((p, found.get(k, f"alone {k}")))
    groups = {}
    for k, kind in kinds.items():
        groups.setdefault(tuple(kind), []).append(k)
    return [group for group in groups.values() if len(group) > 1]


def together(partners, there, alike=None):
    """One group for the copies that are alike, or for all with ids that differ in their last number; one for each other."""
    if alike is None:
        kind = {k: re.sub(r"_\d+$", "", partners.ids[k]) for k in there}
    else:
        kind = {k: g for g, group in enumerate(alike) for k in group}
    members, bases = {}, {}
    for k in there:
        members.setdefault(kind.get(k, f"alone {k}"), []).append(k)
        bases.setdefault(re.sub(r"_\d+$", "", partners.ids[k]), set()).add(kind.get(k, k))
    groups = []
    for places in members.values():
        label = partners.labels[places[0]]
        if len(places) > 1 and len(bases[re.sub(r"_\d+$", "", partners.ids[places[0]])]) > 1:
            label = f"{label} and {len(places) - 1} like it"        # some copies, not all
        elif len(places) > 1:
            label = f"{re.sub(r'[ _][0-9]+$', '', label)} ({len(places)} copies)"
        groups.append(Group(label, places, alike is not None and len(places) > 1))
    return groups


def rows_of(axes, labels):
    """Labels of horizontal bars, the first on top."""
    axes.set_yticks(range(len(labels)))
    axes.set_yticklabels([shortened(label) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)


class Bars(NamedTuple):
    """What the bars of one point show, [row] each, in the unit; NaN where the point does not have the partners."""

    mean: np.ndarray
    error: np.ndarray           # at most: the errors of several partners are added up
    expected: np.ndarray        # the spreadsheet's
    least: np.ndarray           # of the copies in a row
    greatest: np.ndarray


def bars_of(results, name, groups, point):
    """Bars of one point."""
    total = results.partner_total(name, point)
    there = ~np.isnan(results.partners.revenue[results.point_number(point)])

    def each(values, sum_up=np.sum):
        kept = [[k for k in group.members if there[k]] for group in groups]
        return np.array([sum_up(values[places]) if places else np.nan for places in kept])

    return Bars(each(total.mean), each(total.standard_error), each(total.expected), each(total.mean, np.min),
                each(total.mean, np.max))


def draw_contribution(axes, results, name="revenue", point=0, labels=True):
    """Mean of `name` (revenue, net_value) by partner, in the currency, with one standard error to either side.

    Several points (a list of them): a bar for each, in its own colour. The error of several partners together is the sum
    of theirs: not too small, however they depend on each other.
    """
    points = point if isinstance(point, (list, tuple)) else [point]
    groups = groups_of(results, points, MOST_ROWS if len(points) == 1 else MOST_OF_SEVERAL)
    unit, every = results.partner_total(name, points[0]).unit, [bars_of(results, name, groups, p) for p in points]
    height = 0.62 if len(points) == 1 else 0.84 / len(points)
    ends = []
    for k, (p, bars) in enumerate(zip(points, every)):
        places = np.arange(len(groups)) + (k - (len(points) - 1) / 2) * height
        colour = np.where(bars.mean < 0, VERMILION_50, BLUE_50) if len(points) == 1 else COLOURS[k]
        axes.barh(places, np.nan_to_num(bars.mean), height=height, color=colour, alpha=1 if len(points) == 1 else 0.6,
                  linewidth=0, label=None if len(points) == 1 else shortened(results.points[p], 40))
        known = ~np.isnan(bars.mean) & ~np.isnan(bars.error)
        axes.errorbar(bars.mean[known], places[known], xerr=bars.error[known], fmt="none", ecolor=BLACK, elinewidth=1.2,
                      capsize=2.5 if len(points) < 4 else 1.5, label="± one standard error" if k == 0 else None)
        if not np.isnan(bars.expected).all():
            axes.plot(bars.expected, places - height * 0.62, "v", color=BLACK, markersize=5 if len(points) < 3 else 3.5,
                      linestyle="none", label="spreadsheet" if k == 0 else None)
        ends.append(label_bars(axes, bars, places, groups, small=len(points) > 2))
    make_room(axes, every, ends)
    rows_of(axes, [group.label for group in groups] if labels else [""] * len(groups))
    if len(points) > 1:
        axes.set_ylim(len(groups) - 0.5 + 0.1, -0.6)
    axes.axvline(0, color=BLACK, linewidth=0.8)
    axes.xaxis.set_major_locator(round_ticks(4))
    axes.xaxis.set_major_formatter(ticks(unit))
    long_name = {"revenue": "Revenue", "net_value": "Net value"}.get(name, name)
    note = "\n± of several together: at most this" if any(len(group.members) > 1 for group in groups) else ""
    axes.set_xlabel(f"{plain(unit)} over {results.months} months{note}")
    axes.set_ylabel("partner" if labels else "")
    axes.set_title(f"{long_name} by partner", pad=TITLE_PAD)
    legend_above(axes, 4)


def label_bars(axes, bars, places, groups, small):
    """"84,330 ± 490" at the end of every bar and its error; of copies that are alike, what each of them brings."""
    texts = []
    for k, (place, group) in enumerate(zip(places, groups)):
        end, words = 0.0, "not there"
        if not np.isnan(bars.mean[k]):
            end = max(0.0, bars.mean[k] + np.nan_to_num(bars.error[k]))
            words = with_error(bars.mean[k], bars.error[k])
            if group.alike:
                words += f" ({short(bars.least[k], 'EUR')} to {short(bars.greatest[k], 'EUR')} each)"
        texts.append((end, axes.annotate(
            words, (end, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=7 if small else 8.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, zorder=2.5)))
    return texts


def make_room(axes, every, ends):
    """An axis on which every label, error and mark of the spreadsheet is within the panel."""
    numbers = np.concatenate([np.nan_to_num(np.concatenate([bars.mean - bars.error, bars.expected])) for bars in every])
    low = min(0.0, numbers.min())
    high = max([end for row in ends for end, _ in row] + [numbers.max()])
    width = (high - low) or 1.0
    low -= 0.04 * width if low < 0 else 0
    axes.set_xlim(low, high + 0.02 * width)
    figure = axes.figure
    figure.canvas.draw()        # only a drawn text has a width
    panel = axes.get_window_extent().width
    for end, text in (pair for row in ends for pair in row):
        room = panel - text.get_window_extent().width - 8 * figure.dpi / 72
        high = max(high, low + (end - low) * panel / max(room, 0.25 * panel))
    axes.set_xlim(low, high + 0.02 * width)


CAUSES = (("ended_by_shock", "by a shock", VERMILION, "white"), ("ended_by_churn", "by churn", BLUE, "white"),
          ("ended_as_planned", "as planned", "#6e6e6e", "white"), ("ended_by_stop", "with the firm", "#444444", "white"))


def ends_by_partner(results, point=0, groups=None):
    """(labels, {cause: share of replications [row]}) of the rows of draw_ends; the shares of a row add up to 1.

    A partnership ended by a shock, by churn, as planned or with the firm, is alive at the horizon, or never began. Copies:
    their mean. NaN where the point does not have the partner.
    """
    groups, p = groups or groups_of(results, [point]), results.point_number(point)
    shares = {words: results.partner_total(name, point).mean for name, words, *_ in CAUSES
              if name in results.partner_totals}
    shares["alive at the end"] = results.partners.survival[p, :, -1]
    rest = 1 - sum(shares.values())
    shares["never began"] = np.where(rest > 1e-9, rest, 0 * rest)       # no rounding, but missing stays missing
    there = ~np.isnan(results.partners.revenue[p])
    kept = [[k for k in group.members if there[k]] for group in groups]
    return [g.label for g in groups], {words: np.array([values[places].mean() if places else np.nan for places in kept])
                                       for words, values in shares.items()}


def rounded(shares):
    """Shares of one whole as texts that add up to 100 %: largest remainders; a tenth of a per cent where one is small."""
    known = np.asarray(shares, float)
    step = 0.1 if np.any((known > 0) & (known < 0.01)) else 1.0
    steps = 100 * known / step
    whole = np.floor(steps + 1e-9)
    for place in np.argsort(whole - steps, kind="stable")[:int(round(steps.sum() - whole.sum()))]:
        whole[place] += 1
    digits = 1 if step < 1 else 0
    return [f"{step * count:.{digits}f} %" if count or not share else f"< {step:g} %" for count, share in zip(whole, known)]


def draw_ends(axes, results, point=0, groups=None):
    """How each partnership ends, as shares of all replications. Slices too narrow for a figure have theirs on the right."""
    labels, shares = ends_by_partner(results, point, groups or groups_of(results, [point]))
    if np.isnan(shares["alive at the end"]).all():
        raise ResultError(f"{results.path}: no partners at point {results.points[results.point_number(point)]}")
    colours = {words: (colour, ink) for _, words, colour, ink in CAUSES}
    colours.update({"alive at the end": (BLUE_25, BLACK), "never began": (PALE_GREY, BLACK)})
    texts = [rounded(row) if not np.isnan(row).any() else [""] * len(row) for row in zip(*shares.values())]
    beside, left = [[] for _ in labels], np.zeros(len(labels))
    width = panel_inches(axes)
    for k, (words, share) in enumerate(shares.items()):
        known = np.nan_to_num(share)
        if words == "never began" and known.max() < 5e-4:
            continue
        colour, ink = colours[words]
        axes.barh(range(len(labels)), known, left=left, height=0.68, color=colour, edgecolor="white", linewidth=0.6,
                  label=words)
        for place in np.flatnonzero(known > 0):
            if known[place] * width > 0.08 * len(texts[place][k]):
                axes.text(left[place] + known[place] / 2, place, texts[place][k], ha="center", va="center", color=ink,
                          fontsize=8.5)
            else:
                beside[place].append(f"{texts[place][k]} {words}")
        left += known
    for place in np.flatnonzero(np.isnan(next(iter(shares.values())))):
        axes.text(0.01, place, "not there", va="center", fontsize=8.5, color="#666666")
    rows_of(axes, labels)
    if any(beside):
        right = axes.secondary_yaxis("right")
        right.set_yticks(range(len(labels)))
        right.set_yticklabels([",\n".join(words) for words in beside], fontsize=8)
        right.tick_params(axis="y", length=0)
        right.spines["right"].set_visible(False)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(percent())
    axes.set_xlabel(f"share of replications at the end of {results.months} months")
    axes.set_ylabel("partner")
    axes.set_title("How partnerships end", pad=TITLE_PAD)
    legend_above(axes)
