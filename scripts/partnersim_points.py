"""What Results knows of several points: parameters swept, variants compared, luck and ignorance, precision targets.

Not for use by itself: partnersim_results.Results is one of these, and does the reading.
"""

import fnmatch
import re

import numpy as np

from partnersim_experiments import Comparison, Convergence, Estimate, Swept, VarianceSplit
from partnersim_records import NotModelled, quantile_name


class SeveralPoints:
    """The part of Results that is about points of an experiment."""

    @property
    def variant_of(self):
        """The variant of each point: [point]; "base" where nothing varies."""
        return self._kept("points/variant") if "variant" in self._file["points"] else ["base"] * len(self.points)

    @property
    def variants(self):
        """The variants, each once, the base first."""
        return list(dict.fromkeys(self.variant_of))

    @property
    def variant_labels(self):
        """What people call the variants: {id: label}, the id where the file does not say."""
        paths = [parameter.path for parameter in self.swept]
        found = {}
        for name, label in zip(self.variant_of, self.points):
            if name not in found:
                ends = [label.find(f", {path} ") for path in paths]
                found[name] = label if not paths else label[:min(ends)] if min(ends, default=-1) > 0 else name
        return found

    def row_label(self, point=0):
        """What the sweep sets at a point, in words: its label without the variant; empty where nothing is swept."""
        p = self.point_number(point)
        return self.points[p].removeprefix(self.variant_labels[self.variant_of[p]]).removeprefix(", ") if self.swept else ""

    def alike(self, point=0):
        """Copies of a partner (referrer_1, referrer_2 …) that nothing but luck tells apart at a point.

        Lists of two or more places among the partners: equal in every parameter and in every spreadsheet's figure.
        """
        if "partners" not in self._file:
            return []
        key, p = "parameters of partners", self.point_number(point)
        if key not in self._cache:
            self._cache[key] = {}
            # Copies that are alike stand under the name of what was counted.
            for name, text in re.findall(r"^partner\.(\w+)(\.(?!count\b).*)$", self.provenance("resolved_scenario"),
                                         re.MULTILINE):
                self._cache[key].setdefault(name, []).append(text)
        figures = [self.partner_total(name, p).expected for name in self.partner_totals]
        there, groups = ~np.isnan(self._kept("partners/revenue")[p]), {}
        for k, name in enumerate(self._kept("partners/partner")):
            kind = re.sub(r"_\d+$", "", name)
            if kind != name and there[k]:
                own = self._cache[key].get(name) or self._cache[key].get(kind, ())
                same = (kind, tuple(own), tuple(f"{values[k]:.9g}" for values in figures))
                groups.setdefault(same, []).append(k)
        return [group for group in groups.values() if len(group) > 1]

    def joined_inputs(self, point=0):
        """(path, words, unit, paths) of what is drawn: each input, but those of copies that are alike as one.

        Their path has a star, partner.referrer_*.leads; `mean_input` gives their mean over the copies in each future.
        """
        ids = self._kept("partners/partner") if "partners" in self._file else []
        kinds = {ids[k]: (g, len(group)) for g, group in enumerate(self.alike(point)) for k in group}
        joined = {}
        for path in self.inputs:
            _, _, rest = path.partition("partner.")
            name, _, parameter = rest.partition(".")
            if path.startswith("partner.") and name in kinds:
                joined.setdefault((parameter, kinds[name]), []).append(path)
            else:
                joined[path] = [path]
        stars = [re.sub(r"^(partner\.\w+?)_\d+\.", r"\1_*.", paths[0]) for paths in joined.values()]
        for star, paths in zip(stars, joined.values()):
            words = paths[0].removeprefix("partner.")
            if len(paths) == 1:
                star = paths[0]
            elif stars.count(star) > 1:         # some copies, not all
                star, words = f"{paths[0]} and {len(paths) - 1} alike", f"{words}, mean of it and {len(paths) - 1} like it"
            else:
                words = f"{star.removeprefix('partner.')}, mean of {len(paths)} copies"
            yield star, words, self.input_unit(paths[0]), paths

    def mean_input(self, paths, point=0):
        """The mean of some drawn parameters in each replication: float64 [replication]."""
        total = 0.0
        for path in paths:
            total = total + self.input(path, point).astype(float)
        return total / len(paths)

    @property
    def swept(self):
        """Parameters that differ from point to point by plan (list of Swept), in the order of the file."""
        if "swept" not in self._cache:
            paths = [name for name in self._variables("points") if name not in ("label", "variant", "replications")]
            self._cache["swept"] = [
                Swept(path, "factor" in self._attribute(f"points/{path}", "definition"),
                      np.array(self._kept(f"points/{path}")), self._attribute(f"points/{path}", "units"))
                for path in paths]
        return list(self._cache["swept"])

    @property
    def inner(self):
        """Replications that share one draw of the uncertain parameters (scenario.inner); they stand side by side."""
        group = self._file.get("uncertainty")
        return int(group.attrs["inner"]) if group is not None and "inner" in group.attrs else 1

    # --- One figure over all points ---

    def over_points(self, outcome, statistic):
        """One statistic of an outcome at every point: float [point], NaN where it is not modelled or not known.

        Any that has a name in /summary (mean, sd, cvar05, standard_error …; p05, p50 … with _low and _high for their
        intervals), /comparison (difference, difference_p05_low, larger, variance_removed …) or /uncertainty (luck,
        ignorance, share).
        """
        quantile = re.fullmatch(r"(p\d[\d.]*)(?:_(low|high))?", statistic)
        if quantile and "summary/quantile_value" in self._file:
            levels = [quantile_name(level) for level in self._kept("summary/quantile")]
            if quantile[1] in levels:
                values = self._kept(f"summary/quantile_{quantile[2] or 'value'}")
                return values[:, self._place("summary", outcome), levels.index(quantile[1])].astype(float)
        for group in ("summary", "comparison", "uncertainty"):
            if statistic in self._statistic_names(group):
                return self._kept(f"{group}/{statistic}")[:, self._place(group, outcome)].astype(float)
        known = [name for group in ("summary", "comparison", "uncertainty") for name in self._statistic_names(group)]
        if "summary/quantile" in self._file:
            known += [quantile_name(level) for level in self._kept("summary/quantile")]
        raise self._not_modelled("statistic", statistic, known)

    def unit_of_statistic(self, outcome, statistic):
        """Unit of what over_points gives: that of the outcome, squared for variances, "1" for shares and ratios."""
        for group in ("summary", "comparison", "uncertainty"):
            if statistic in self._statistic_names(group) and self._attribute(f"{group}/{statistic}", "units"):
                return self._attribute(f"{group}/{statistic}", "units")
        if statistic.startswith(("larger", "equal", "variance_removed", "ratio", "share", "count", "pairs")):
            return "1"  # of files of earlier versions, which do not say so
        unit = self.unit(outcome)
        return f"{unit}2" if statistic.startswith(("luck", "ignorance")) and unit != "1" else unit

    def valued(self, outcome):
        """Replications in which the outcome has a value: [point]. Months of what never happens, say, have none."""
        if outcome in self.summarised and "count" in self._statistic_names("summary"):
            return np.nan_to_num(self.over_points(outcome, "count")).astype(int)
        if "outcomes" in self._file:
            key = f"valued {outcome}"
            if key not in self._cache:
                self._cache[key] = np.array([np.sum(~np.isnan(self.outcome(outcome, p)))
                                             for p in range(len(self.points))])
            return self._cache[key]
        return np.where(np.isnan(self.over_points(outcome, "mean")), 0, self.replications)

    def _pairs(self, outcome, p, baseline):
        """Replications in which a point and its baseline both have a value."""
        if "pairs" in self._statistic_names("comparison"):
            return float(self._kept("comparison/pairs")[p, self._place("comparison", outcome)])
        if "outcomes" not in self._file:
            return float("nan")
        return float(np.sum(~np.isnan(self.outcome(outcome, p)) & ~np.isnan(self.outcome(outcome, baseline))))

    def _statistic_names(self, group):
        """Names of the numbers over (point, outcome) in a group; listed once."""
        key = f"statistics {group}"
        if key not in self._cache:
            self._cache[key] = [name for name in self._variables(group)
                                if self._file[group][name].ndim == 2 and self._file[group][name].dtype.kind == "f"]
        return self._cache[key]

    def opening_cash(self, point=0):
        """Cash before month 1: float [replication], of one value where it is not drawn; None where it is not certain.

        Uncertain are factors, patterns such as firm.*, and a variant and a sweep that both set it.
        """
        p, path = self.point_number(point), "firm.cash"
        if path in self.inputs:
            drawn = self.input(path, p).astype(float)
            return None if np.isnan(drawn).any() else drawn
        texts = re.findall(r"^firm\.cash = (\S+)", self.provenance("resolved_scenario"), re.MULTILINE)
        if len(self.points) > 1:
            plan = self.provenance("points") if "points" in self._file["provenance"] else ""
            mine = re.search(rf"^variant {re.escape(self.variant_of[p])}:(.*)$", plan, re.MULTILINE)
            sets = re.findall(r"(\S+) = ([^;]*);", mine[1] if mine else "")
            swept = [(parameter.path, "" if parameter.factor else str(parameter.values[p])) for parameter in self.swept]
            changes = [(name, text) for name, text in sets + swept if fnmatch.fnmatchcase(path, name)]
            if len(changes) > 1 or any(name != path for name, _ in changes):
                return None
            texts = [text for _, text in changes] or texts
        try:
            return np.array([float(texts[0])])
        except (IndexError, ValueError):
            return None

    # --- Points against each other ---

    def comparison(self, outcome, point):
        """A variant's point against the same row of the base (Comparison); NotModelled for points of the base."""
        p = self.point_number(point)
        baseline = int(self._kept("comparison/baseline")[p]) if "comparison" in self._file else -1
        if baseline < 0:
            raise NotModelled(f"{self.path}: point {p} ({self.points[p]}) is compared with nothing; "
                              "points of a variant are ([variant.<id>] in the scenario)")
        i = self._place("comparison", outcome)

        def number(name):
            return float(self._kept(f"comparison/{name}")[p, i])

        def estimate(name):
            return Estimate(*(number(name + part) for part in ("", "_standard_error", "_low", "_high")))

        larger, equal = number("larger"), number("equal")
        better = larger if self.worst(outcome) != "highest" else 1 - larger - equal
        return Comparison(p, baseline, outcome, self.unit(outcome), estimate("difference"), estimate("difference_p05"),
                          estimate("difference_p50"), estimate("difference_p95"), estimate("ratio"), larger, equal,
                          better, number("variance_removed"), self._kept("comparison/dominance")[p][i],
                          self._pairs(outcome, p, baseline))

    @property
    def compared(self):
        """Numbers of the points that are compared with a baseline."""
        if "comparison" not in self._file:
            return []
        return [p for p, baseline in enumerate(self._kept("comparison/baseline")) if baseline >= 0]

    def variance_split(self, outcome, point=0):
        """Luck and ignorance in the variance of an outcome (VarianceSplit), of a two-level run."""
        if "uncertainty" not in self._file:
            raise NotModelled(f"{self.path}: not a two-level run (run one with scenario.inner = 50)")
        p, i = self.point_number(point), self._place("uncertainty", outcome)
        return VarianceSplit(*(float(self._kept(f"uncertainty/{name}{part}")[p, i])
                               for name in ("luck", "ignorance", "share") for part in ("", "_standard_error")))

    @property
    def has_convergence(self):
        """Whether the run had precision targets and was long enough for a checkpoint."""
        return "convergence" in self._file and len(self._kept("convergence/checkpoint")) > 0

    @property
    def convergence(self):
        """How the intervals of precision targets narrowed (Convergence)."""
        if "convergence" not in self._file:
            raise NotModelled(f"{self.path}: run without precision targets (--precision 'revenue=1%')")
        return Convergence(self._kept("convergence/checkpoint"), self._kept("convergence/target"),
                           *(self._kept(f"convergence/{name}") for name in ("value", "half_width", "wanted", "needed")))

    @property
    def compared_outcomes(self):
        """Outcomes that variants are compared in."""
        return self._kept("comparison/outcome") if "comparison" in self._file else []
