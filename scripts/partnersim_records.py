"""What partnersim_results hands out: rows, trajectories, figures by partner, and its errors."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class ResultError(Exception):
    """A result file is missing, is something else, or lacks what was asked for."""


class NotModelled(ResultError, LookupError):
    """The file holds no such outcome, input or trajectory."""


class SummaryRow(NamedTuple):
    """One statistic of one outcome at one point.

    standard_error is the simulation error, NaN where none is stored; low and high are the interval of a quantile,
    else NaN. value, standard_error, low and high are in `unit`: a currency code such as "EUR", or "1".
    """

    point: str
    outcome: str
    statistic: str              # count, mean, sd, minimum, maximum, cvar05, value_at_risk, expected, p05 …
    value: float
    standard_error: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True)
class Trajectory:
    """One quantity month by month at one point; M months, Q quantiles, B bins. All but counts are in `unit`.

    Quantiles and bins are empty (Q = B = 0) when only means were recorded (output.trajectories = "means").
    """

    name: str
    unit: str
    months: np.ndarray          # [M] 1..M
    labels: list                # [M] "Sep 2026" when the scenario has a start, else "1"
    mean: np.ndarray            # [M]
    standard_error: np.ndarray  # [M] simulation error of the mean
    expected: np.ndarray        # [M] the spreadsheet's figure, every draw replaced by its mean; NaN where unknown
    levels: np.ndarray          # [Q] such as .05
    quantiles: np.ndarray       # [M, Q]
    bins: np.ndarray            # [B] representative value of each bin
    counts: np.ndarray          # [M, B] replications in each bin

    def band(self, level):
        """The quantile `level` (such as .05) of each month: [M]."""
        nearest = int(np.argmin(np.abs(self.levels - level))) if len(self.levels) else None
        if nearest is None or abs(self.levels[nearest] - level) > 1e-9:
            raise ResultError(f"trajectory {self.name} has no quantile {level:g} (stored: "
                              + (", ".join(f"{q:g}" for q in self.levels) or "none, only means") + ")")
        return self.quantiles[:, nearest]


@dataclass(frozen=True)
class Partners:
    """What each partner was worth and how long it lasted; P points, N partners, M months."""

    ids: list                   # [N] as in parameter paths, "referrer_1"
    labels: list                # [N] as figures show them
    revenue: np.ndarray         # [P, N] mean over replications, in the currency
    revenue_standard_error: np.ndarray      # [P, N]
    revenue_expected: np.ndarray            # [P, N] the spreadsheet's figure; NaN where unknown
    survival: np.ndarray        # [P, N, M] probability that the partnership is alive after month t


class PartnerTotal(NamedTuple):
    """One figure for each of N partners at one point, in `unit`."""

    unit: str
    mean: np.ndarray            # [N] over replications
    standard_error: np.ndarray  # [N] simulation error of the mean
    expected: np.ndarray        # [N] the spreadsheet's figure; NaN where unknown


def quantile_name(level):
    """.05 → "p05", .5 → "p50", .025 → "p02.5": the names that `partnersim summary` uses."""
    percent = round(100 * float(level), 6)
    return "p" + (f"{percent:02.0f}" if percent == int(percent) else f"{percent:04.10g}")
