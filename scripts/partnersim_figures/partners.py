"""Partner by partner: what each is worth, and how partnerships end. Many copies make one row."""

import re
from typing import NamedTuple

import numpy as np

from partnersim_results import ResultError

from .common import (BLACK, BLUE, BLUE_25, BLUE_50, PALE_GREY, TITLE_PAD, VERMILION, VERMILION_50, legend_above,
                     percent, round_ticks, ticks, with_error)

MOST_ROWS = 12


class Group(NamedTuple):
    """A row of a figure: one partner, all copies of one, or the others."""

    label: str
    members: list               # places among the partners


def groups_of(results, point=0, most=MOST_ROWS):
    """Partners as rows, largest revenue first: all of them up to `most`.

    With more, copies (referrer_1, referrer_2 …) become one row; with still more, the `most` largest stay and the rest
    are "others". Partners that only other points have are left out.
    """
    partners, p = results.partners, results.point_number(point)
    revenue = partners.revenue[p]
    there = np.flatnonzero(~np.isnan(revenue)).tolist()
    if not there:
        raise ResultError(f"{results.path}: no partners at point {p} ({results.points[p]})")
    groups = [Group(partners.labels[k], [k]) for k in there]
    if len(groups) > most:
        groups = together(partners, there)
    groups.sort(key=lambda group: -revenue[group.members].sum())
    if len(groups) > most:
        rest = [k for group in groups[most:] for k in group.members]
        groups = groups[:most] + [Group(f"others ({len(rest)})", rest)]
    return groups


def together(partners, there):
    """One group for each partner with copies (ids that differ in their last number), one for each other partner."""
    members = {}
    for k in there:
        members.setdefault(re.sub(r"_\d+$", "", partners.ids[k]), []).append(k)
    groups = []
    for places in members.values():
        label = partners.labels[places[0]]
        if len(places) > 1:
            label = f"{re.sub(r'[ _]1$', '', label)} ({len(places)} copies)"
        groups.append(Group(label, places))
    return groups


def shortened(label, most=28):
    """Long labels keep both ends: copies and numbered partners differ in the last."""
    return label if len(label) <= most else f"{label[:most - 13].rstrip()}…{label[-12:].lstrip()}"


def rows_of(axes, labels):
    """Labels of horizontal bars, the first on top."""
    axes.set_yticks(range(len(labels)))
    axes.set_yticklabels([shortened(label) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)


def draw_contribution(axes, results, name="revenue", point=0, labels=True):
    """Mean of `name` (revenue, net_value) by partner, in the currency, with one standard error to either side.

    The error of several partners together is the sum of theirs: not too small, however they depend on each other.
    """
    total, groups = results.partner_total(name, point), groups_of(results, point)
    mean, expected = (np.array([values[g.members].sum() for g in groups]) for values in (total.mean, total.expected))
    error = np.array([total.standard_error[g.members].sum() for g in groups])
    places = np.arange(len(groups))
    axes.barh(places, mean, height=0.62, color=np.where(mean < 0, VERMILION_50, BLUE_50))
    axes.errorbar(mean, places, xerr=error, fmt="none", ecolor=BLACK, elinewidth=1.2, capsize=2.5,
                  label="± one standard error")
    if not np.isnan(expected).all():
        axes.plot(expected, places - 0.38, "v", color=BLACK, markersize=5, label="spreadsheet")
    rows_of(axes, [group.label for group in groups] if labels else [""] * len(groups))
    axes.axvline(0, color=BLACK, linewidth=0.8)
    label_bars(axes, mean, error, expected)
    axes.xaxis.set_major_locator(round_ticks(4))
    axes.xaxis.set_major_formatter(ticks(total.unit))
    long_name = {"revenue": "Revenue", "net_value": "Net value"}.get(name, name)
    note = "\n± of several together: at most this" if any(len(group.members) > 1 for group in groups) else ""
    axes.set_xlabel(f"{total.unit} over {results.months} months{note}")
    axes.set_ylabel("partner" if labels else "")
    axes.set_title(f"{long_name} by partner", pad=TITLE_PAD)
    legend_above(axes)


def label_bars(axes, mean, error, expected):
    """"84,330 ± 490" to the right of every bar, its error and the spreadsheet's mark; makes room for it."""
    ends = np.nanmax([mean + error, expected, np.zeros_like(mean)], axis=0)
    low = min(0.0, (mean - error).min(), np.nanmin(np.append(expected, 0.0)))
    width = (ends.max() - low) or 1.0
    for place, (value, spread, end) in enumerate(zip(mean, error, ends)):
        axes.annotate(with_error(value, spread), (end, place), xytext=(6, 0),
                      textcoords="offset points", va="center", fontsize=8.5,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    axes.set_xlim(low - (0.04 * width if low < 0 else 0), ends.max() + 0.42 * width)


CAUSES = (("ended_by_shock", "by a shock", VERMILION, "white"), ("ended_by_churn", "by churn", BLUE, "white"),
          ("ended_by_stop", "with the firm", "#444444", "white"))


def ends_by_partner(results, point=0):
    """(labels, {cause: share of replications [row]}) of the rows of draw_ends; the shares of a row add up to 1.

    A partnership ended by a shock, by churn or with the firm, is alive at the horizon, or never began. Copies:
    their mean.
    """
    groups, p = groups_of(results, point), results.point_number(point)
    shares = {words: results.partner_total(name, point).mean for name, words, *_ in CAUSES
              if name in results.partner_totals}
    shares["alive at the end"] = results.partners.survival[p, :, -1]
    shares["never began"] = np.maximum(0.0, 1 - sum(shares.values()))
    return [g.label for g in groups], {words: np.array([values[g.members].mean() for g in groups])
                                       for words, values in shares.items()}


def draw_ends(axes, results, point=0):
    """How each partnership ends, as shares of all replications."""
    labels, shares = ends_by_partner(results, point)
    colours = {words: (colour, ink) for _, words, colour, ink in CAUSES}
    colours.update({"alive at the end": (BLUE_25, BLACK), "never began": (PALE_GREY, BLACK)})
    left = np.zeros(len(labels))
    for words, share in shares.items():
        if words == "never began" and share.max() < 5e-4:
            continue
        colour, ink = colours[words]
        axes.barh(range(len(labels)), share, left=left, height=0.68, color=colour, edgecolor="white", linewidth=0.6,
                  label=words)
        for place in np.flatnonzero(share >= 0.045):
            axes.text(left[place] + share[place] / 2, place, f"{100 * share[place]:.0f} %", ha="center", va="center",
                      color=ink, fontsize=8.5)
        left += share
    rows_of(axes, labels)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(percent())
    axes.set_xlabel(f"share of replications at the end of {results.months} months")
    axes.set_ylabel("partner")
    axes.set_title("How partnerships end", pad=TITLE_PAD)
    legend_above(axes)
