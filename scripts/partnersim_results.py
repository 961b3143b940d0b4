"""Reads partnersim result files: the one module that knows their layout (results/README.md).

    from partnersim_results import Results

    with Results("results/twelve_partners.h5") as results:
        print(results.question)
        revenue = results.outcome("revenue")            # one number for each replication, in results.currency
        for row in results.summary(outcomes=["revenue"]):
            print(row.statistic, row.value, row.unit)
        wins = results.trajectory("wins")               # month by month: mean, bands, histogram counts

A *replication* is one possible future, a *point* one set of parameter values; most files have one point, number 0.
Wherever a point is asked for, its number, its label or, of a variant with one point, the variant's id will do. Missing
values are NaN. Sweeps and variants have several points: results.swept, results.variants, results.comparison, and grid (partnersim_experiments) for arrays over axes.

What is not modelled is absent, never 0: asking for it raises NotModelled, which names what there is. Every other
trouble with a file raises ResultError. Needs h5py and numpy; xarray only for Results.to_xarray.

Estimates from the columns, each with its simulation error, come along from partnersim_statistics:

    exceedance(revenue).at(5e6)                         # P(revenue > 5 M); .low and .high bound the whole curve
    kaplan_meier(*results.recovery_times()).median      # months until half have recovered, censoring allowed for
    for row in worst_futures(results, "revenue"):       # what the worst 5 % share, largest difference first
        print(row.name, row.mean, row.mean_worst, row.difference, row.standard_error)
"""

import difflib
import os
import re

import h5py
import numpy as np

from partnersim_experiments import (Comparison, Convergence, Estimate, Layout, Swept, VarianceSplit, grid, layout_of,
                                    on_grid)
from partnersim_points import SeveralPoints
from partnersim_records import (NotModelled, PartnerTotal, Partners, ResultError, SummaryRow, Trajectory,
                                quantile_name)
from partnersim_seal import MARK, check_seal, damaged
from partnersim_statistics import (Exceedance, KaplanMeier, RankCorrelation, WorstRow, exceedance, kaplan_meier,
                                   rank_correlation, share_by_month, tail_weights, wilson, worst_futures)

__all__ = ["Comparison", "Convergence", "Estimate", "Exceedance", "KaplanMeier", "Layout", "NotModelled", "PartnerTotal",
           "Partners", "RankCorrelation", "ResultError", "Results", "SummaryRow", "Swept", "Trajectory", "VarianceSplit",
           "WorstRow", "exceedance", "grid", "kaplan_meier", "layout_of", "on_grid", "quantile_name",
           "rank_correlation", "share_by_month", "tail_weights", "wilson", "worst_futures"]

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _text(value):
    """HDF5 strings reach h5py as str, bytes or numpy scalars, depending on the writer."""
    if isinstance(value, np.ndarray):
        value = value.item()
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _texts(values):
    """An array of texts of any shape as (nested) lists of str."""
    return [_texts(value) if isinstance(value, np.ndarray) and value.ndim else _text(value) for value in values]


class Results(SeveralPoints):
    """An open result file. Use it in a `with` statement, or call close().

    A file that does not match its checksums is refused; trust=True reads one that another program has changed.
    """

    def __init__(self, path, trust=False):
        self.path = os.fspath(path)
        self._cache = {}
        if not os.path.isfile(self.path):
            raise ResultError(f"{self.path}: no such file (make one with: partnersim run SCENARIO.toml -o {self.path})")
        sealed = trust or check_seal(self.path)
        try:
            self._file = h5py.File(self.path, "r")
        except OSError as error:
            raise ResultError(f"{self.path}: not a readable HDF5 file ({error})") from error
        if not sealed and MARK in self._file.attrs:
            self._file.close()
            raise damaged(self.path, "its checksums are gone: it was cut short, or another program wrote it")
        missing = [group for group in ("points", "provenance") if group not in self._file]
        if missing:
            self._file.close()
            raise ResultError(f"{self.path}: an HDF5 file, but not a partnersim result "
                              f"(no group {' or '.join(missing)})")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Closes the file; arrays already read stay valid."""
        self._file.close()

    # --- What the file is about ---

    @property
    def question(self):
        """The question that the scenario answers: its first comment line."""
        return _text(self._file.attrs.get("title", ""))

    @property
    def currency(self):
        """The currency code, such as "EUR"."""
        return _text(self._file.attrs.get("currency", ""))

    @property
    def start(self):
        """(year, month) of month 1, or None when the scenario is not tied to a calendar."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", _text(self._file.attrs.get("start", "")))
        return (int(match[1]), int(match[2])) if match else None

    @property
    def months(self):
        """Length of the simulated future in months."""
        match = re.search(r"^scenario\.months = (\d+)", self.provenance("resolved_scenario"), re.MULTILINE)
        if not match:
            raise ResultError(f"{self.path}: its resolved scenario does not say how many months were simulated")
        return int(match[1])

    @property
    def points(self):
        """Labels of the points, in order."""
        return self._kept("points/label")

    @property
    def replications(self):
        """Replications run, one whole number for each point: [point]."""
        return self._kept("points/replications")

    def provenance(self, name):
        """A scalar of /provenance as text: version, seed_text, draws_contract, scenario_text, outcomes_hash …"""
        return _text(self._dataset(f"provenance/{name}")[()])

    # --- Columns: one value for each replication ---

    @property
    def outcomes(self):
        """Names of the outcomes stored for every replication."""
        return self._columns("outcomes")

    @property
    def inputs(self):
        """Paths of the parameters drawn once a replication, such as "partner.referrer_1.close_rate"."""
        return list(self._inputs())

    def outcome(self, name, point=0):
        """One outcome: float [replication], or [replication, year] for revenue_by_year; see unit(name).

        "revenue_by_year[2]" is year 2 alone, the name that summaries use.
        """
        match = re.fullmatch(r"(.+)\[(\d+)\]", name)
        column = self._column("outcomes", match[1] if match else name, point)
        if not match:
            return column
        if column.ndim != 2 or not 1 <= int(match[2]) <= column.shape[1]:
            raise NotModelled(f'outcome "{name}" is not in {self.path}: {match[1]} has '
                              + (f"years 1 to {column.shape[1]}" if column.ndim == 2 else "no years"))
        return column[:, int(match[2]) - 1]

    def input(self, path, point=0):
        """One drawn parameter: float [replication]."""
        if path not in self._inputs():
            raise self._not_modelled("input", path, self.inputs)
        variable, copy = self._inputs()[path]
        data, rows = self._dataset(f"inputs/{variable}"), self._rows(point)
        return data[rows] if copy is None else data[rows[0], copy, rows[1]]

    def input_unit(self, path):
        """Unit of a drawn parameter: a currency code, "leads a month", or "1" for pure numbers."""
        if path not in self._inputs():
            raise self._not_modelled("input", path, self.inputs)
        return self._attribute(f"inputs/{self._inputs()[path][0]}", "units")

    def recovery_times(self, point=0):
        """(months [D], observed [D]) of the D disrupted replications, for kaplan_meier.

        Where recovery was not observed, `recovery_observed` is the longest duration that could have been.
        """
        months = self.outcome("recovery_observed", point).astype(float)
        disrupted = self.outcome("disrupted", point) == 1
        observed = self.outcome("unrecovered", point) == 0
        return months[disrupted], observed[disrupted]

    def unit(self, name):
        """Unit of an outcome: a currency code, or "1" for pure numbers."""
        return self._described(name, "units", "unit")

    def long_name(self, name):
        """An outcome's name for people."""
        return self._described(name, "long_name", "long_name") or name

    @staticmethod
    def yes_no(outcome):
        """Whether an outcome is 1 or 0 in each future, so that its mean is a probability."""
        return bool(re.fullmatch(r"goal_\w+|out_of_cash|disrupted|unrecovered", outcome))

    # --- Summaries ---

    def summary(self, outcomes=None, point=None):
        """Tidy rows (SummaryRow), one for each point, outcome and statistic; all of them unless narrowed.

        `pandas.DataFrame(results.summary())` makes a table. Statistics that are not stored, or NaN, have no row.
        """
        names = self._kept("summary/outcome")
        for name in outcomes or []:
            if name not in names:
                raise self._not_modelled("outcome", name, names)
        wanted = [i for i, name in enumerate(names) if outcomes is None or name in outcomes]
        points = range(len(self.points)) if point is None else [self.point_number(point)]
        units = self._kept("summary/unit")
        return [SummaryRow(self.points[p], names[i], statistic, *figures, units[i])
                for p in points for i in wanted for statistic, figures in self._statistics(p, i)]

    def statistic(self, outcome, statistic, point=0):
        """One figure of the summary, such as ("revenue", "p05"); NaN when it is not stored."""
        for row in self.summary([outcome], point):
            if row.statistic == statistic:
                return row.value
        return float("nan")

    def worst(self, outcome):
        """Which values of an outcome are the worst ones: "lowest" or, where less is better, "highest"."""
        return self._kept("summary/worst")[self._place("summary", outcome)]

    @property
    def summarised(self):
        """Outcomes that have statistics; also when single replications were not kept (output.samples = "none")."""
        return self._kept("summary/outcome") if "summary" in self._file else []

    def goals(self, outcome):
        """Levels that goals ask of an outcome at the horizon: [(label, level)]."""
        text, found = self.provenance("resolved_scenario"), []
        for goal in re.findall(r"^goal\.(\w+)\.outcome = \"%s\"" % re.escape(outcome), text, re.MULTILINE):
            def value(key, pattern):
                match = re.search(rf"^goal\.{goal}\.{key} = {pattern}", text, re.MULTILINE)
                return match[1] if match else ""
            level = value("at_least", r"([-\d.e+]+)") or value("at_most", r"([-\d.e+]+)")
            by = value("by", r"(\d+)")
            if level and value("enabled", r"(\w+)") != "false" and (not by or int(by) >= self.months):
                found.append((value("label", r'"([^"]*)"') or goal, float(level)))
        return found

    def _place(self, group, outcome):
        names = self._kept(f"{group}/outcome")
        if outcome not in names:
            raise self._not_modelled("outcome", outcome, names)
        return names.index(outcome)

    def _statistics(self, p, i):
        nan = float("nan")
        group = self._file["summary"]
        if "count" in group and not self._kept("summary/count")[p, i]:
            return
        for name in self._statistic_names("summary"):
            if name.endswith("standard_error") or np.isnan(value := float(self._kept(f"summary/{name}")[p, i])):
                continue
            error = f"{'' if name == 'mean' else name + '_'}standard_error"
            yield name, (value, float(self._kept(f"summary/{error}")[p, i]) if error in group else nan, nan, nan)
        if "quantile_value" not in group:
            return
        value, low, high = (self._kept(f"summary/quantile_{part}")[p, i] for part in ("value", "low", "high"))
        for q, level in enumerate(self._kept("summary/quantile")):
            if not np.isnan(value[q]):
                yield quantile_name(level), (float(value[q]), nan, float(low[q]), float(high[q]))

    # --- Month by month ---

    @property
    def trajectories(self):
        """Names of the quantities stored month by month."""
        return [name[:-len("_mean")] for name in self._columns("trajectories") if name.endswith("_mean")]

    def trajectory(self, name, point=0):
        """One quantity month by month (Trajectory)."""
        if name not in self.trajectories:
            raise self._not_modelled("trajectory", name, self.trajectories)
        p = self.point_number(point)
        months = self._array("trajectories/month")
        mean, error, expected = (self._dataset(f"trajectories/{name}_{part}")[p]
                                 for part in ("mean", "standard_error", "expected"))
        levels, bins = np.empty(0), np.empty(0)
        quantiles, counts = np.empty((len(months), 0)), np.empty((len(months), 0), dtype=np.uint32)
        if f"trajectories/{name}_quantile" in self._file:
            levels, quantiles = self._array("trajectories/quantile"), self._dataset(f"trajectories/{name}_quantile")[p]
        if f"trajectories/{name}_counts" in self._file:  # large experiments go without
            bins, counts = self._array(f"trajectories/{name}_bin"), self._dataset(f"trajectories/{name}_counts")[p]
        return Trajectory(name, self._attribute(f"trajectories/{name}_mean", "units"), months,
                          [self.month_label(month) for month in months], mean, error, expected,
                          levels, quantiles, bins, counts)

    def trajectory_long_name(self, name):
        """A monthly quantity's name for people."""
        return self._attribute(f"trajectories/{name}_mean", "long_name").removesuffix(", mean") or name

    def month_label(self, month):
        """Month 1, 2 … as "Sep 2026" when the scenario has a start, else as "1". English whatever the locale."""
        if self.start is None:
            return str(int(month))
        index = self.start[0] * 12 + self.start[1] - 1 + int(month) - 1
        return f"{_MONTH_NAMES[index % 12]} {index // 12}"

    @property
    def partners(self):
        """Revenue and survival by partner (Partners)."""
        return Partners(self._strings("partners/partner"), self._strings("partners/label"),
                        self._array("partners/revenue"), self._array("partners/revenue_standard_error"),
                        self._array("partners/revenue_expected"), self._array("partners/survival"))

    @property
    def partner_totals(self):
        """Names of what is stored for each partner: revenue, net_value, ended_by_shock …"""
        parts = ("_standard_error", "_expected")
        return [name for name in self._columns("partners")
                if name not in ("label", "survival") and not name.endswith(parts)]

    def partner_total(self, name, point=0):
        """One figure for each partner (PartnerTotal), such as "net_value"."""
        if name not in self.partner_totals:
            raise self._not_modelled("partner total", name, self.partner_totals)
        p = self.point_number(point)
        figures = (self._dataset(f"partners/{name}{part}")[p] for part in ("", "_standard_error", "_expected"))
        return PartnerTotal(self._attribute(f"partners/{name}", "units"), *figures)

    def to_xarray(self, group):
        """A whole group ("outcomes", "summary", "trajectories" …) in memory as an xarray.Dataset with coordinates."""
        try:
            import xarray
        except ImportError as error:
            raise ResultError("to_xarray needs xarray and h5netcdf "
                              "(Debian: python3-xarray python3-h5netcdf)") from error
        if group not in self._file:
            raise self._not_modelled("group", group, list(self._file))
        with xarray.open_dataset(self.path, group=group, engine="h5netcdf") as dataset:
            return dataset.load()

    # --- Reading with errors that help ---

    def _dataset(self, path):
        if path not in self._file:
            raise ResultError(f"{self.path}: no /{path} in this result file")
        return self._file[path]

    def _array(self, path):
        return self._dataset(path)[()]

    def _strings(self, path):
        return [_text(value) for value in self._dataset(path)[()]]

    def _attribute(self, path, name):
        return _text(self._dataset(path).attrs.get(name, ""))

    def _kept(self, path):
        """A small variable, read once: an array, or (nested) lists of texts. Not for columns."""
        if path not in self._cache:
            values = self._array(path)
            self._cache[path] = _texts(values) if np.asarray(values).dtype.kind in "OSU" else values
        return self._cache[path]

    def variable(self, path):
        """(values [point, …], names of the further dimensions, their coordinates, attributes) of any variable."""
        data = self._dataset(path)
        names = [_text(scale.name).rsplit("/", 1)[-1] if (scale := next(iter(dimension.values()), None)) is not None
                 else "" for dimension in data.dims]
        if not names or names[0] != "point":
            raise ResultError(f"{self.path}: /{path} does not have a value for each point")
        group = path.rpartition("/")[0]
        coordinates = {}
        for name, length in zip(names[1:], data.shape[1:]):
            scale = self._file[group].get(name)
            # A scale without labels of its own says so in its name, by netCDF's convention.
            bare = scale is None or _text(scale.attrs.get("NAME", "")).startswith("This is a netCDF dimension but not")
            if not bare and len(scale) == length:
                coordinates[name] = self._kept(f"{group}/{name}")
        attributes = {name: _text(data.attrs[name]) for name in ("units", "long_name", "definition")
                      if name in data.attrs}
        return data[()], names[1:], coordinates, attributes

    def _variables(self, group):
        """Names of the variables of a group, without the scales that netCDF repeats in each; listed once."""
        if f"names {group}" not in self._cache:
            self._cache[f"names {group}"] = [name for name, item in self._file.get(group, {}).items()
                                             if isinstance(item, h5py.Dataset) and not h5py.h5ds.is_scale(item.id)]
        return list(self._cache[f"names {group}"])

    def _columns(self, group):
        """The same without labels and swept parameters, which every group repeats over its points."""
        names = self._variables(group)
        repeated = ({parameter.path for parameter in self.swept} | {"point_label"}) & set(names)
        return [name for name in names if name not in repeated or self._file[group][name].ndim > 1]

    def _described(self, name, attribute, listed):
        """An attribute of an outcome; from /summary where single replications were not kept."""
        if "outcomes" not in self._file and name in self.summarised:
            return self._kept(f"summary/{listed}")[self._place("summary", name)]
        return self._attribute(self._modelled("outcomes", name), attribute)

    def _modelled(self, group, name):
        if name not in self._columns(group):
            raise self._not_modelled(group.rstrip("s"), name, self._columns(group))
        return f"{group}/{name}"

    def _column(self, group, name, point):
        return self._dataset(self._modelled(group, name))[self._rows(point)]

    def _rows(self, point):
        p = self.point_number(point)
        # Points may have stopped at different numbers of replications; what lies beyond is padding.
        return p, slice(int(self.replications[p]))

    def _inputs(self):
        """Where each drawn parameter lies: {path: (variable, place among copies)}.

        What the copies of one table draw is one variable. Where it is drawn once for all, and in older files, the path
        has a variable of its own and no place.
        """
        if "inputs" not in self._cache:
            places = {}
            for variable in self._columns("inputs"):
                data = self._file["inputs"][variable]
                if data.ndim < 3:
                    places[variable] = variable, None
                    continue
                table = _text(data.dims[1][0].name).rsplit("/", 1)[-1]
                above = table[:table.rfind(".") + 1]
                for place, copy in enumerate(self._kept(f"inputs/{table}")):
                    places[above + copy + variable[len(table):]] = variable, place
            # A copy that does not draw what others do has no column, only missing values among theirs.
            if "provenance/column" in self._file:
                places = {path: places[path] for path in self._kept("provenance/column") if path in places}
            self._cache["inputs"] = places
        return self._cache["inputs"]

    def point_number(self, point):
        """The number of a point given by its label, its variant's id where that has one point, or its number."""
        labels, variants = self.points, self.variant_of
        if isinstance(point, str):
            if point in labels:
                return labels.index(point)
            if variants.count(point) == 1:
                return variants.index(point)
            point = int(point) if point.isascii() and point.isdigit() else point
        if isinstance(point, (int, np.integer)) and 0 <= point < len(labels):
            return int(point)
        if point in variants:
            numbers = [p for p, name in enumerate(variants) if name == point]
            raise ResultError(f"{self.path}: variant {point} has {len(numbers)} points, {numbers[0]} to {numbers[-1]}: "
                              f"ask for one by its number or its label, such as {labels[numbers[0]]!r}")
        raise ResultError(f"{self.path}: no point {point!r} (points 0 to {len(labels) - 1}: " + ", ".join(labels[:8])
                          + (", …" if len(labels) > 8 else "") + ")")

    def _not_modelled(self, kind, name, known):
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        if near:
            hint = f"did you mean {' or '.join(near)}?"
        elif known:
            hint = "there are: " + ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
        else:
            hint = f'the file has no {kind}s; was the scenario run with samples or trajectories = "none"?'
        state = "modelled" if kind == "outcome" else "stored"
        return NotModelled(f'{kind} "{name}" is not {state} in {self.path} ({hint})')
