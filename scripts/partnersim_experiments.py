"""Several points of one result: which parameters differ, points as a grid, and how they compare.

    from partnersim_results import Results, grid

    with Results("results/sweep.h5") as results:
        p05 = grid(results, "revenue", "p05")                   # xarray.DataArray, a dimension for each swept parameter
        p05.sel({"variant": "base", "partner.*.churn": 0.02})
        futures = grid(results, "revenue", None)                # every replication: (…, replication)
        bands = grid(results, "trajectories/revenue_quantile")  # any variable over points, by its path in the file

A *point* is one set of parameter values: a variant (the first is "base") and a row of the design. What is swept as a
factor has factors as coordinates, not values. `Layout` is the same without xarray, for figures.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

__all__ = ["Comparison", "Convergence", "Estimate", "Layout", "Swept", "VarianceSplit", "grid", "layout_of", "on_grid"]

VARIANT = "variant"
FILLED = 0.5        # assumed: points that fill no more than this share of the combinations are no grid


class Swept(NamedTuple):
    """A parameter that differs from point to point by plan; P points."""

    path: str
    factor: bool            # the values multiply the scenario's own
    values: np.ndarray      # [P] float64, or str where some value is not a number
    unit: str = ""          # of the values; empty where the file does not say, "1" for pure numbers and factors

    @property
    def distinct(self):
        """Its values in order of appearance, each once."""
        return list(dict.fromkeys(self.values.tolist()))


class Estimate(NamedTuple):
    """A figure with its Monte Carlo standard error and 95 % interval."""

    value: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """One point against its baseline, the same row of the base, on shared random numbers. Differences: point − base."""

    point: int
    baseline: int
    outcome: str
    unit: str
    mean: Estimate              # difference of the means, in `unit`, as the next three
    p05: Estimate
    p50: Estimate
    p95: Estimate
    ratio: Estimate             # of the means
    larger: float               # share of the replications in which the point has more
    equal: float                # … exactly as much
    better: float               # … more, or less where the highest values are the worst
    variance_removed: float     # 1 − Var(difference) / (sum of both variances): what pairing saves
    dominance: str              # larger, smaller, crosses, no_difference, not_compared
    pairs: float = float("nan")     # replications in which both have a value; NaN where the file does not say


class VarianceSplit(NamedTuple):
    """Variance of an outcome = luck + ignorance, in squared units; each with its standard error."""

    luck: float
    luck_standard_error: float
    ignorance: float            # unbiased, hence below 0 now and then
    ignorance_standard_error: float
    share: float                # of ignorance
    share_standard_error: float


@dataclass(frozen=True)
class Convergence:
    """How intervals narrowed; K checkpoints, T targets such as "revenue.p05", P points. Half-widths: outcome's unit."""

    replications: np.ndarray    # [K] of each point
    targets: list               # [T]
    value: np.ndarray           # [K, T, P]
    half_width: np.ndarray      # [K, T, P]; infinite where too few values bound it
    wanted: np.ndarray          # [K, T, P]
    needed: np.ndarray          # [K, T, P] replications, a forecast; infinite where none can be made


# --- Points as a grid ---

@dataclass(frozen=True)
class Layout:
    """Where each of P points stands on a grid of D dimensions, the slowest first: variant, then swept parameters."""

    dimensions: tuple       # [D] names: "variant" where there are several, then paths
    values: tuple           # [D] lists of coordinates
    factors: tuple          # [D] whether a coordinate multiplies the scenario's own value
    place: np.ndarray       # [P, D] index along each dimension

    @property
    def shape(self):
        """Length of each dimension."""
        return tuple(len(values) for values in self.values)

    def spread(self, values):
        """[P, …] → [dimension 1, …, dimension D, …], float, NaN where no point stands."""
        values = np.asarray(values, float)
        cells = np.full(self.shape + values.shape[1:], np.nan)
        cells[tuple(self.place.T)] = values
        return cells

    def points(self):
        """Numbers of the points on the grid; -1 where none stands."""
        cells = np.full(self.shape, -1)
        cells[tuple(self.place.T)] = np.arange(len(self.place))
        return cells


def layout_of(results):
    """The Layout of a result's points. ValueError, with a way out, where the points are no grid."""
    swept = [parameter for parameter in results.swept if len(parameter.distinct) > 1]
    # Of a grid, the last axis changes from one point to the next: fewest changes is slowest.
    swept.sort(key=lambda parameter: np.sum(parameter.values[1:] != parameter.values[:-1]))
    names = [parameter.path for parameter in swept]
    columns = [parameter.values.tolist() for parameter in swept]
    factors = [parameter.factor for parameter in swept]
    if len(results.variants) > 1:
        names, columns, factors = [VARIANT] + names, [results.variant_of] + columns, [False] + factors
    count = len(results.points)
    if count > 1 and not names:
        raise ValueError(f"{results.path}: nothing tells its {count} points apart")
    values = [list(dict.fromkeys(column)) for column in columns]
    place = np.array([[known.index(value) for value in column] for column, known in zip(columns, values)],
                     dtype=int).T.reshape(count, len(names))
    cells = int(np.prod([len(known) for known in values], dtype=object))
    apart = len({tuple(row) for row in place.tolist()})
    if apart < count:
        raise ValueError(f"{results.path}: points share their values ({count} points, {apart} combinations), so that "
                         "they have no place of their own on a grid: use results.swept and results.statistic by point")
    if count > 1 and count <= FILLED * cells:
        raise ValueError(
            f"{results.path}: its {count} points do not fill a grid ({cells:,} combinations of "
            + ", ".join(names) + '): list, Latin hypercube and Sobol designs do not. For a grid sweep with design = "grid" '
            "or --vary; for these, put results.swept beside to_xarray(\"summary\"), which has one row a point")
    return Layout(tuple(names), tuple(values), tuple(factors), place)


def on_grid(results, outcome, statistic="mean"):
    """(Layout, numpy array of its shape): a statistic of an outcome, of /summary, /comparison or /uncertainty."""
    layout = layout_of(results)
    return layout, layout.spread(results.over_points(outcome, statistic))


def grid(results, name, statistic="mean"):
    """What is known of `name` as an xarray.DataArray with a dimension for each swept parameter, and for the variant.

    `statistic` is one of /summary (mean, sd, p05, cvar05, standard_error …), of /comparison (difference,
    difference_p05_low, larger …) or of /uncertainty (luck, ignorance, share); None: the column itself, with dimensions
    replication (and year). A `name` with a slash is any variable over points, by its path in the file. Missing
    combinations and replications are NaN. Units, long_name and definition stay; factors say so in their definition.
    """
    try:
        import xarray
    except ImportError as error:
        raise ImportError("grid needs xarray (Debian: python3-xarray python3-h5netcdf); on_grid needs numpy only") \
            from error
    layout = layout_of(results)
    if "/" in name:
        values, names, coordinates, attributes = results.variable(name)
    elif statistic is None:
        values, names, coordinates, attributes = results.variable(f"outcomes/{name}")
    else:
        values, names, coordinates = results.over_points(name, statistic), (), {}
        attributes = {"units": results.unit_of_statistic(name, statistic),
                      "long_name": f"{results.long_name(name)}, {statistic}", "statistic": statistic}
    array = xarray.DataArray(layout.spread(values), dims=layout.dimensions + tuple(names),
                             coords={**dict(zip(layout.dimensions, layout.values)), **coordinates}, name=name,
                             attrs=attributes)
    for dimension, factor in zip(layout.dimensions, layout.factors):
        array[dimension].attrs.update(
            {"long_name": dimension} if dimension == VARIANT else
            {"long_name": dimension, "definition": "swept as a factor on the scenario's own values" if factor else "swept"})
    return array
