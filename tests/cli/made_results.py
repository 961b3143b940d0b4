"""Result files made by hand, to the schema of results/README.md: sweeps, variants, two levels, precision targets.

They let figures and readers be tested against numbers that are known, and need no simulation. `make` writes one file;
its outcomes are formulas of the swept values, so that a test can say what belongs where.
"""

from itertools import product

import h5py
import numpy as np

LEVELS = np.array([.01, .05, .1, .25, .5, .75, .9, .95, .99])
MONTHS = 12
RESOLVED = """scenario.months = 12  # months, given
goal.enough.at_least = 60000  # that of the outcome, given
goal.enough.enabled = true  # neutral
goal.enough.label = "Enough to live on"  # given
goal.enough.outcome = "profit"  # given
"""
UNITS = {"goal_enough": "1", "break_even_month": "month"}      # others are in EUR
STATISTICS = ("difference", "difference_p05", "difference_p50", "difference_p95", "ratio")


def rows_of(axes, design):
    """Rows of values: every combination, the last axis fastest (grid), or side by side (anything else)."""
    values = list(axes.values())
    return list(product(*values)) if design == "grid" else list(zip(*values))


def profit_of(variant, row, noise):
    """The formula behind the files: [replication] from standard normal noise [replication]."""
    numbers = [value for value in row if not isinstance(value, str)]
    scale = float(np.prod(numbers)) if numbers else 1.0
    return 50_000 + 20_000 * variant * (scale - 1.2) + (30_000 + 8_000 * variant) * noise * np.sqrt(abs(scale))


def make(path, axes=None, variants=("base",), design="grid", replications=400, inner=1, samples=True, targets=(),
         factors=(), drop=0, unmodelled=(), awkward=False):
    """Writes a file. `drop` leaves out the last points, `unmodelled` names points that have no profit.

    `awkward` adds a goal (yes or no) and a month of break-even, which is missing where profit is below 40,000, and at
    the second point altogether.
    """
    axes = axes or {}
    random = np.random.default_rng(5)
    rows = rows_of(axes, design) if axes else [()]
    points = [(v, row) for v in range(len(variants)) for row in rows]
    points = points[:len(points) - drop]
    outer = np.repeat(random.normal(size=-(-replications // inner)), inner)[:replications]
    noise = 0.6 * outer + 0.8 * random.normal(size=replications) if inner > 1 else random.normal(size=replications)
    profit = np.array([np.full(replications, np.nan) if p in unmodelled else profit_of(v, row, noise)
                       for p, (v, row) in enumerate(points)]).reshape(len(points), replications)
    revenue = np.array([np.exp(11 + 0.1 * v + 0.4 * noise) for v, _ in points])
    columns = {"revenue": revenue, "profit": profit}
    if awkward:
        columns["goal_enough"] = (profit >= 60_000).astype(float)
        columns["break_even_month"] = np.where(profit < 40_000, np.nan, np.ceil(6 + 5e5 / np.maximum(profit, 1)))
        columns["break_even_month"][1] = np.nan
    with h5py.File(path, "w", track_order=True) as file:
        file.attrs.update({"title": "Made by hand: does it fit?", "currency": "EUR", "source": "made"})
        # dict order of the axes is lost on purpose: the reader must not depend on it.
        swept = {name: [row[list(axes).index(name)] for _, row in points] for name in sorted(axes)}
        group = Groups(file, len(points), swept, set(factors))
        write_points(group("points"), points, variants, rows, replications)
        if samples:
            write_columns(group("outcomes"), columns)
        write_summary(group("summary"), columns)
        write_trajectories(group("trajectories"), revenue)
        if len(variants) > 1:
            write_comparison(group("comparison"), columns, points, len(rows))
        if inner > 1:
            write_uncertainty(group("uncertainty"), columns, inner)
        if targets:
            write_convergence(group("convergence"), targets, len(points))
        provenance = file.create_group("provenance")
        for name, text in (("resolved_scenario", RESOLVED), ("seed_text", "5"), ("version", "0.0.0"),
                           ("scenario_text", ""), ("outcomes_hash", "0")):
            provenance[name] = text
    return columns


class Groups:
    """Makes groups that have the dimension "point", each with the swept parameters repeated beside it."""

    def __init__(self, file, points, swept, factors):
        self.file, self.points, self.swept, self.factors = file, points, swept, factors

    def __call__(self, name):
        group = self.file.create_group(name, track_order=True)
        scale(group, "point", np.arange(self.points, dtype=np.int32))
        for path, values in self.swept.items():
            data = add(group, path, values, "point", long_name=path)
            data.attrs["definition"] = "swept as a factor on the scenario's own values" if path in self.factors \
                else "swept"
        return group


def scale(group, name, labels):
    """A dimension with its labels."""
    text = isinstance(labels[0], str) if len(labels) else False
    data = group.create_dataset(name, data=labels, dtype=h5py.string_dtype() if text else None)
    data.make_scale(name)


def add(group, name, values, *dimensions, units="1", long_name="", dtype=None):
    """A variable on dimensions of the group."""
    text = np.asarray(values).dtype.kind in "US"
    data = group.create_dataset(name, data=np.asarray(values, dtype=object) if text else values,
                                dtype=h5py.string_dtype() if text else dtype)
    for place, dimension in enumerate(dimensions):
        data.dims[place].attach_scale(group[dimension])
    data.attrs.update({"units": units, "long_name": long_name or name})
    return data


def write_points(group, points, variants, rows, replications):
    labels = [", ".join(([variants[v]] if len(variants) > 1 or len(rows) == 1 else []) + [str(value) for value in row])
              for v, row in points]
    add(group, "label", labels, "point")
    if len(points) > 1:
        add(group, "variant", [variants[v] for v, _ in points], "point")
    add(group, "replications", np.full(len(points), replications, dtype=np.uint32), "point")


def write_columns(group, columns):
    scale(group, "replication", np.arange(columns["profit"].shape[1], dtype=np.int32))
    for name, values in columns.items():
        add(group, name, values.astype(np.float32), "point", "replication", units=UNITS.get(name, "EUR"),
            long_name=name.capitalize())


def write_summary(group, columns):
    names = list(columns)
    scale(group, "outcome", names)
    scale(group, "quantile", LEVELS)
    stacked = np.array([columns[name] for name in names])           # [outcome, point, replication]
    add(group, "unit", [UNITS.get(name, "EUR") for name in names], "outcome")
    add(group, "long_name", [name.capitalize() for name in names], "outcome")
    add(group, "worst", ["highest" if name == "break_even_month" else "lowest" for name in names], "outcome")
    for name, statistic in (("mean", np.mean), ("sd", lambda x: x.std(ddof=1)),
                            ("standard_error", lambda x: x.std(ddof=1) / np.sqrt(len(x))),
                            ("cvar05", lambda x: np.sort(x)[:max(1, len(x) // 20)].mean()),
                            ("expected", lambda x: np.nan)):
        add(group, name, of_known(stacked, statistic).T, "point", "outcome")
    quantiles = np.stack([of_known(stacked, lambda x, level=level: np.quantile(x, level)) for level in LEVELS]).T
    for name, shift in (("value", 0), ("low", -500), ("high", 500)):
        add(group, f"quantile_{name}", quantiles + shift, "point", "outcome", "quantile")


def of_known(stacked, statistic):
    """A statistic of the values that are not missing: [outcome, point]."""
    return np.array([[statistic(x[~np.isnan(x)]) if not np.isnan(x).all() else np.nan for x in row] for row in stacked])


def write_trajectories(group, revenue):
    """Without counts, as large experiments are."""
    scale(group, "month", np.arange(1, MONTHS + 1, dtype=np.int32))
    scale(group, "quantile", LEVELS)
    monthly = np.repeat(revenue.mean(axis=1)[:, None] / MONTHS, MONTHS, axis=1)
    for part in ("mean", "standard_error", "expected"):
        add(group, f"revenue_{part}", monthly if part == "mean" else monthly / 100, "point", "month", units="EUR",
            long_name=f"Revenue a month, {part}")
    add(group, "revenue_quantile", monthly[:, :, None] * (0.5 + LEVELS), "point", "month", "quantile", units="EUR")


def write_comparison(group, columns, points, rows):
    names = list(columns)
    scale(group, "outcome", names)
    baseline = np.array([p - v * rows if v else -1 for p, (v, _) in enumerate(points)], dtype=np.int32)
    add(group, "baseline", baseline, "point")
    shape = (len(points), len(names))
    values = {f"{name}{part}": np.full(shape, np.nan) for name in STATISTICS
              for part in ("", "_standard_error", "_low", "_high")}
    values.update({name: np.full(shape, np.nan) for name in ("larger", "equal", "variance_removed")})
    verdicts = np.full(shape, "not_compared", dtype=object)
    for p, place in ((p, i) for p in range(len(points)) for i in range(len(names)) if baseline[p] >= 0):
        one, base = columns[names[place]][p], columns[names[place]][baseline[p]]
        both = ~np.isnan(one) & ~np.isnan(base)
        if not both.any():
            continue
        one, base = one[both], base[both]
        gap, error = one - base, (one - base).std(ddof=1) / np.sqrt(len(one))
        for name, value in (("difference", gap.mean()), ("ratio", one.mean() / base.mean()),
                            *((f"difference_p{q:02}", np.quantile(one, q / 100) - np.quantile(base, q / 100))
                              for q in (5, 50, 95))):
            spread = error / abs(base.mean()) if name == "ratio" else error
            for part, figure in (("", value), ("_standard_error", spread), ("_low", value - 1.96 * spread),
                                 ("_high", value + 1.96 * spread)):
                values[name + part][p, place] = figure
        values["larger"][p, place], values["equal"][p, place] = np.mean(gap > 0), np.mean(gap == 0)
        values["variance_removed"][p, place] = 1 - gap.var() / (one.var() + base.var())
        verdicts[p, place] = "crosses"
    for name, figures in values.items():
        add(group, name, figures, "point", "outcome")
    data = group.create_dataset("dominance", data=verdicts, dtype=h5py.string_dtype())
    for place, dimension in enumerate(("point", "outcome")):
        data.dims[place].attach_scale(group[dimension])


def write_uncertainty(group, columns, inner):
    group.attrs["inner"] = inner
    names = list(columns)
    scale(group, "outcome", names)
    luck, ignorance = [], []
    for values in columns.values():
        draws = values.reshape(len(values), -1, inner)
        within = draws.var(axis=2, ddof=1).mean(axis=1)
        luck.append(within)
        ignorance.append(draws.mean(axis=2).var(axis=1, ddof=1) - within / inner)
    luck, ignorance = np.array(luck).T, np.array(ignorance).T
    for name, values in (("luck", luck), ("ignorance", ignorance), ("share", ignorance / (luck + ignorance))):
        add(group, name, values, "point", "outcome")
        add(group, f"{name}_standard_error", np.abs(values) / 10, "point", "outcome")


def write_convergence(group, targets, points):
    """Half-widths fall as n^(-1/2); the first target is reached at the last checkpoint, the others are not."""
    checkpoints = np.array([1024, 1536, 2560, 4096], dtype=np.uint32)
    scale(group, "checkpoint", checkpoints)
    scale(group, "target", list(targets))
    shape = (len(checkpoints), len(targets), points)
    half = np.broadcast_to((3e5 / np.sqrt(checkpoints))[:, None, None], shape) * (1 + np.arange(points) / 10)
    wanted = np.broadcast_to(np.array([half[-1, 0].max() * 1.01] + [1000.0] * (len(targets) - 1))[None, :, None], shape)
    half = half.copy()
    half[0, -1] = np.inf            # too few values for an interval
    with np.errstate(invalid="ignore"):
        needed = checkpoints[:, None, None] * (half / wanted) ** 2
    for name, values in (("value", np.full(shape, 5e4)), ("half_width", half), ("wanted", wanted), ("needed", needed)):
        add(group, name, np.ascontiguousarray(values), "checkpoint", "target", "point")
