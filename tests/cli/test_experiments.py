#!/usr/bin/python3
"""Experiments as their results show them: points, designs, comparisons, precision, two levels, strata, correlations,
goal seek, and what is refused. What the program says is recomputed here with numpy from the columns, or known in closed
form. Every test name is a claim.

    python3 tests/cli/test_experiments.py BINARY SOURCE_DIR [unittest's options]
"""

import json
import math
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import h5py
import numpy as np
from scipy import stats

import test_cli
from test_cli import CONFIGURATION, DONE, INPUT_OUTPUT, USAGE, Case, rows_of

IMPRECISE = 4
Z = stats.norm.ppf(0.975)


def student(n):
    """Half the width of a 95 % interval of the mean of n independent values, in standard errors."""
    return stats.t.ppf(0.975, n - 1)


SMALL = """# Two partners
[scenario]
months = 6
replications = 2_000
[firm]
fixed_cost = 500
[partner.a]
leads = 2
close_rate = { beta = { mean = 0.4, concentration = 20 } }
deal_value = { lognormal = { mean = 1_000, cv = 0.6 } }
churn = 0.02
[partner.b]
leads = 1
close_rate = 0.5
deal_value = 2_000
"""
SWEEP = SMALL + """
[sweep.vary]
"partner.a.leads" = [1, 2, 3]
"partner.*.deal_value" = { factor = [1, 2] }
[variant.without]
set = { "partner.b.enabled" = false }
[variant.keen]
set = { "partner.b.close_rate" = 0.6 }
""".replace('"partner.*.deal_value"', '"partner.b.deal_value"')

# Points that differ in nothing that matters, each with random numbers of its own: so many independent replicas.
REPLICAS = 2_000
MANY = """# Five leads a month, four in ten close
[scenario]
months = 12
replications = {replications}
[partner.a]
leads = {leads}
close_rate = {close_rate}
deal_value = {deal_value}
[goal.enough]
outcome = "wins"
at_least = 20
[sweep]
shared_random_numbers = false
[sweep.vary]
"firm.discount_rate" = {{ from = 0, to = 0.1, count = {replicas} }}
[output]
trajectories = "none"
samples = "none"
partners = false
outcomes = ["revenue", "goal_enough"]
"""


def many(replicas=REPLICAS, replications=1024, leads=5, close_rate="0.4", deal_value="10_000"):
    return MANY.format(replicas=replicas, replications=replications, leads=leads, close_rate=close_rate,
                       deal_value=deal_value)


def texts(dataset):
    return [value.decode() for value in dataset[:]]


class Experiment(Case):
    def run_sim(self, scenario, *words, code=DONE, name="r.h5"):
        """Runs a scenario given as text, quietly, and opens its result."""
        self.write("s.toml", scenario)
        answer = self.sim("run", "s.toml", *words, "-q", "-o", name, "--force", code=code)
        file = h5py.File(self.folder / name)
        self.addCleanup(file.close)
        return file, answer

    def refused(self, scenario, *words, code=CONFIGURATION, says=()):
        """Refused with these words, and without a trace in the folder. What was said."""
        self.write("s.toml", scenario)
        before = self.left_behind()
        answer = self.sim("run", "s.toml", *words, "-o", "refused.h5", code=code)
        for word in says:
            self.assertIn(word, answer.err)
        self.assertEqual(answer.out, "")
        self.assertEqual(self.left_behind(), before)
        return answer.err

    def column_of(self, file, group, statistic, outcome):
        """[point] of a statistic in /summary, /comparison or /uncertainty."""
        return file[f"{group}/{statistic}"][:, texts(file[f"{group}/outcome"]).index(outcome)]

    def assert_near(self, value, expected, error, what=""):
        self.assertLess(abs(value - expected), 4.0 * error, f"{what}: {value} is not {expected} ± {error}")


class APoint(Experiment):
    def test_equals_column_by_column_the_scenario_run_alone_with_set(self):
        file, _ = self.run_sim(SWEEP, "-n", 1500)
        variants, leads = texts(file["points/variant"]), file["points/partner.a.leads"][:]
        factors = file["points/partner.b.deal_value"][:]
        self.assertEqual(len(variants), 3 * 3 * 2)
        settings = {"base": (), "without": ("--set", "partner.b.enabled=false"),
                    "keen": ("--set", "partner.b.close_rate=0.6")}
        for point, variant in enumerate(variants):
            alone, _ = self.run_sim(SMALL, "-n", 1500, "--set", f"partner.a.leads={leads[point]:g}", "--set",
                                    f"partner.b.deal_value={2000 * factors[point]:g}", *settings[variant], name="alone.h5")
            with self.subTest(variant=variant, leads=leads[point], factor=factors[point]):
                compared = 0
                for group in ("outcomes", "inputs"):
                    for name, column in alone[group].items():
                        if column.ndim < 2 or column.dims[0].label != "point" and column.shape[0] != 1:
                            continue
                        np.testing.assert_array_equal(file[f"{group}/{name}"][point], column[0], name)
                        compared += 1
                self.assertGreater(compared, 6)
                for statistic in ("mean", "standard_error", "sd", "quantile_value", "cvar05", "expected"):
                    for k, outcome in enumerate(texts(alone["summary/outcome"])):
                        here = texts(file["summary/outcome"]).index(outcome)
                        np.testing.assert_array_equal(file[f"summary/{statistic}"][point, here],
                                                      alone[f"summary/{statistic}"][0, k], f"{statistic} of {outcome}")
            alone.close()

    def test_has_its_own_random_numbers_from_the_second_on_when_they_are_not_shared(self):
        shared, _ = self.run_sim(SMALL, "-n", 20_000, "--vary", "firm.discount_rate=0,0.1,0.2", name="shared.h5")
        own, _ = self.run_sim(SMALL + "[sweep]\nshared_random_numbers = false\n", "-n", 20_000, "--vary",
                              "firm.discount_rate=0,0.1,0.2", name="own.h5")
        alike, apart = shared["outcomes/revenue"][:], own["outcomes/revenue"][:]
        np.testing.assert_array_equal(alike[0], alike[1])
        np.testing.assert_array_equal(alike[0], alike[2])
        self.assertGreater(np.mean(apart[0] != apart[1]), 0.9)
        self.assertLess(np.abs(np.corrcoef(apart) - np.eye(3)).max(), 4.0 / np.sqrt(20_000))

    def test_has_nothing_where_it_does_not_model_an_outcome_and_never_0(self):
        file, answer = self.run_sim(SMALL + '[variant.cash]\nset = { "firm.cash" = 500, "firm.fixed_cost" = 900 }\n')
        for outcome in ("cash_min", "out_of_cash", "funding_need"):
            column = file[f"outcomes/{outcome}"][:]
            self.assertTrue(np.isnan(column[0]).all(), outcome)
            self.assertFalse(np.isnan(column[1]).any(), outcome)
            for statistic in ("mean", "sd", "standard_error", "minimum"):
                values = self.column_of(file, "summary", statistic, outcome)
                self.assertEqual(list(np.isnan(values)), [True, False], f"{statistic} of {outcome}")
            self.assertTrue(np.isnan(self.column_of(file, "comparison", "difference", outcome)).all())
            # Not those of what the worst futures share, which are shorter.
            lines = [line for line in answer.out.splitlines() if line.startswith(outcome + " ") and len(line.split()) > 6]
            self.assertEqual(len(lines), 1, f"{outcome} is in the table of its variant alone")
        self.assertTrue(np.isnan(file["trajectories/cash_mean"][0]).all())
        self.assertFalse(np.isnan(file["trajectories/cash_mean"][1]).any())
        rows = rows_of(self.sim("summary", "r.h5", "--format", "csv", code=DONE).out)
        self.assertEqual({row["point"] for row in rows if row["outcome"] == "out_of_cash"}, {"cash"})

    def test_of_a_variant_that_switches_a_partner_off_has_no_input_of_that_partner(self):
        file, _ = self.run_sim(SMALL + '[variant.without]\nset = { "partner.a.enabled" = false }\n')
        drawn = file["inputs/partner.a.close_rate"][:]
        self.assertFalse(np.isnan(drawn[0]).any())
        self.assertTrue(np.isnan(drawn[1]).all())

    def test_without_samples_has_the_same_summaries_and_bands_and_no_columns(self):
        words = (SWEEP + '[output]\nseries = ["revenue"]\n', "-n", 3000)
        whole, _ = self.run_sim(*words, name="all.h5")
        none, _ = self.run_sim(*words, "--set", "output.samples=none", name="none.h5")
        self.assertNotIn("outcomes", none)
        self.assertNotIn("inputs", none)
        for group in ("summary", "trajectories", "points", "partners"):
            self.assertEqual(set(none[group]), set(whole[group]))
            for name, dataset in none[group].items():
                np.testing.assert_array_equal(dataset[()], whole[f"{group}/{name}"][()], f"{group}/{name}")
        self.assertLess((self.folder / "none.h5").stat().st_size, (self.folder / "all.h5").stat().st_size - 18 * 3000 * 4 * 7)


    def test_has_the_swept_values_as_coordinates_in_xarray(self):
        import xarray  # pylint: disable=import-outside-toplevel
        self.run_sim(SWEEP, "-n", 50)
        for group in ("outcomes", "summary", "trajectories", "comparison", "partners"):
            with xarray.open_dataset(self.folder / "r.h5", group=group) as dataset:
                self.assertLessEqual({"partner.a.leads", "partner.b.deal_value"}, set(dataset.coords), group)
                self.assertEqual(dataset["partner.a.leads"].dims, ("point",))


class TheWayDealsAreDrawn(Experiment):
    """One word for a month's deals, or a word for each: for all points the same."""

    GAMMA = SMALL.replace("deal_value = 2_000", "deal_value = { gamma = { mean = 2_000, cv = 1 } }")

    def said(self, scenario):
        self.write("s.toml", scenario)
        return self.sim("check", "s.toml", code=DONE).out

    def test_is_told_by_check(self):
        what = "rawn at once: sums of a source's lognormal or gamma deals of a month"
        self.assertIn(f"\nD{what}.\n", self.said(self.GAMMA))
        self.assertIn(f"\nNot d{what}, because firm.capacity serves deals one by one.\n",
                      self.said(self.GAMMA + "[variant.tight]\nset = { \"firm.capacity\" = 3 }\n"))
        self.assertIn(f"\nNot d{what}, because the tables end at a cv of 2, and that of partner.a.deal_value is 2.5.\n",
                      self.said(self.GAMMA + "[sweep.vary]\n\"partner.a.deal_value.lognormal.cv\" = [0.6, 2.5]\n"))
        self.assertNotIn("rawn at once", self.said(SMALL.replace("{ lognormal = { mean = 1_000, cv = 0.6 } }", "5")))

    def test_is_the_same_for_all_points_because_one_needs_single_deals(self):
        alone, _ = self.run_sim(self.GAMMA, name="alone.h5")
        roomy = self.GAMMA + "[variant.roomy]\nset = { \"firm.capacity\" = 1_000 }\n"
        both, _ = self.run_sim(roomy, name="both.h5")
        base, variant = both["outcomes/revenue"][:]
        np.testing.assert_array_equal(base, variant)
        self.assertFalse(np.array_equal(base, alone["outcomes/revenue"][0]))
        np.testing.assert_array_equal(both["outcomes/wins"][0], alone["outcomes/wins"][0])

    def test_is_kept_by_an_extension_or_it_is_refused(self):
        self.run_sim(self.GAMMA, "--vary", "partner.a.deal_value.lognormal.cv=0.5,0.6", name="r.h5")
        answer = self.sim("extend", "r.h5", "--vary", "partner.a.deal_value.lognormal.cv=0.5,0.6,3", code=USAGE)
        self.assertIn("cannot be drawn as those of r.h5 are (the tables end at a cv of 2, and that of "
                      "partner.a.deal_value is 3)", " ".join(answer.err.split()))
        self.sim("extend", "r.h5", "--vary", "partner.a.deal_value.lognormal.cv=0.5,0.6,0.7", code=DONE)

    def test_is_told_where_files_differ_in_it(self):
        self.run_sim(self.GAMMA, name="summed.h5")
        self.run_sim(self.GAMMA, "--set", "firm.capacity=1e6", name="single.h5")
        answer = self.sim("compare", "summed.h5", "single.h5", code=DONE)
        self.assertIn("they share fewer random numbers", " ".join(answer.err.split()))
        self.assertNotIn("fewer", self.sim("compare", "summed.h5", "summed.h5", code=DONE).err)

    def test_is_no_matter_of_deals_that_nobody_closes(self):
        late = self.GAMMA + ("[change.late]\nmonth = 500\n"
                             "set = { \"partner.a.deal_value\" = { lognormal = { mean = 1, cv = 3 } } }\n")
        self.assertIn("\nDrawn at once", self.said(late))

    def test_is_the_same_for_all_values_of_a_search(self):
        self.write("s.toml", self.GAMMA)
        found = self.sim("run", "s.toml", "--solve", "partner.a.deal_value.lognormal.cv", "--so-that",
                         "revenue.sd >= 7_000", "--between", "1.5:4", "-o", "none", code=DONE)
        tried = [float(line.split("= ", 2)[1].split(":")[0]) for line in found.err.splitlines() if "revenue.sd =" in line]
        # What was tried at the lower end is tried again, deal by deal, once the upper end has been.
        self.assertEqual(tried[:2], [1.5, 1.5])


class ADesign(Experiment):
    AXES = ("--vary", "partner.a.leads=1:4", "--vary", 'partner.b.deal_value={from=10,to=1000,scale="log"}')

    def points(self, *words, name="r.h5"):
        file, _ = self.run_sim(SMALL, "-n", 4, *words, name=name)
        return file["points/partner.a.leads"][:], file["points/partner.b.deal_value"][:]

    def test_grid_has_every_combination_the_last_axis_fastest(self):
        a, b = self.points("--vary", "partner.a.leads=1:3:3", "--vary", "partner.b.deal_value=100,200")
        self.assertEqual(list(zip(a, b)), [(x, y) for x in (1, 2, 3) for y in (100, 200)])

    def test_list_has_the_values_side_by_side(self):
        a, b = self.points("--set", "sweep.design=list", "--vary", "partner.a.leads=1,3,2", "--vary",
                           "partner.b.deal_value=100,50,7")
        self.assertEqual(list(zip(a, b)), [(1, 100), (3, 50), (2, 7)])
        said = self.refused(SMALL, "--set", "sweep.design=list", "--vary", "partner.a.leads=1,3,2", "--vary",
                            "partner.b.deal_value=100,50")
        self.assertIn('design = "grid"', said)

    def test_latin_hypercube_has_one_point_in_each_stratum_of_each_axis(self):
        a, b = self.points("--set", "sweep.design=latin_hypercube", "--set", "sweep.points=40", *self.AXES)
        self.assertEqual(sorted(np.floor((a - 1) / 3 * 40)), list(range(40)))
        self.assertEqual(sorted(np.floor(np.log(b / 10) / np.log(100) * 40)), list(range(40)))
        self.assertLess(abs(stats.spearmanr(a, b)[0]), 0.6)

    def test_sobol_has_one_point_in_each_cell_and_its_first_points_stay(self):
        sobol = ("--set", "sweep.design=sobol")
        a, b = self.points(*sobol, "--set", "sweep.points=64", *self.AXES)
        u, v = (a - 1) / 3, np.log(b / 10) / np.log(100)
        for across, along in ((64, 1), (1, 64), (8, 8), (16, 4), (4, 16)):
            cells = set(zip(np.floor(u * across), np.floor(v * along)))
            self.assertEqual(len(cells), 64, f"{across} × {along}")
        fewer = self.points(*sobol, "--set", "sweep.points=21", *self.AXES)
        np.testing.assert_array_equal(fewer[0], a[:21])
        np.testing.assert_array_equal(fewer[1], b[:21])
        other = self.points(*sobol, "--set", "sweep.points=64", "--set", "sweep.seed=2", *self.AXES)
        self.assertFalse(np.array_equal(other[0], a))

    def test_factor_multiplies_the_numbers_of_the_scenario(self):
        file, _ = self.run_sim(SMALL, "--vary", "partner.b.deal_value=*0.5,*1,*2", "-n", 3000)
        plain, _ = self.run_sim(SMALL, "--vary", "partner.b.deal_value=1000,2000,4000", "-n", 3000, name="plain.h5")
        self.assertEqual(list(file["points/partner.b.deal_value"][:]), [0.5, 1, 2])
        np.testing.assert_array_equal(file["outcomes/revenue"][:], plain["outcomes/revenue"][:])
        self.assertIn("partner.b.deal_value × 0.5", texts(file["points/label"])[0])

    def test_with_a_star_moves_all_together_as_one_axis(self):
        file, _ = self.run_sim(SMALL, "--vary", "partner.*.leads=1,2")
        both, _ = self.run_sim(SMALL, "--set", "partner.a.leads=2", "--set", "partner.b.leads=2", name="both.h5")
        self.assertEqual(list(file["points/partner.*.leads"][:]), [1, 2])
        np.testing.assert_array_equal(file["outcomes/revenue"][1], both["outcomes/revenue"][0])

    def test_on_the_command_line_is_that_of_the_file(self):
        words = (self.run_sim(SMALL + '[sweep.vary]\n"partner.a.leads" = [1, 3]\n', name="file.h5")[0],
                 self.run_sim(SMALL, "--vary", "partner.a.leads=1,3", name="words.h5")[0])
        np.testing.assert_array_equal(*(file["outcomes/revenue"][:] for file in words))
        replaced, _ = self.run_sim(SMALL + '[sweep.vary]\n"partner.a.leads" = [1, 3]\n', "--vary", "partner.a.leads=5,6")
        self.assertEqual(list(replaced["points/partner.a.leads"][:]), [5, 6])


def paired(a, b):
    """The paired comparison of two columns, of those replications that have both."""
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both].astype(float), b[both].astype(float)
    d, n = b - a, len(a)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = b.mean() / a.mean()
        removed = 1.0 - d.var(ddof=1) / (a.var(ddof=1) + b.var(ddof=1))
    return {"difference": d.mean(), "standard_error": d.std(ddof=1) / np.sqrt(n), "larger": np.mean(b > a),
            "equal": np.mean(b == a), "ratio": ratio, "variance_removed": removed,
            "p05": np.sort(b)[int(np.ceil(0.05 * n)) - 1] - np.sort(a)[int(np.ceil(0.05 * n)) - 1]}


class AComparison(Experiment):
    COUNTED = ("revenue", "wins", "leads", "active_partners_end", "partners_lost", "profit")

    def test_in_the_file_is_that_of_numpy(self):
        file, _ = self.run_sim(SWEEP, "-n", 3000)
        variants, baseline = texts(file["points/variant"]), file["comparison/baseline"][:]
        self.assertEqual(list(baseline), [-1] * 6 + list(range(6)) * 2)
        for point in range(6, 18):
            for outcome in self.COUNTED:
                columns = file[f"outcomes/{outcome}"]
                expected = paired(columns[baseline[point]], columns[point])
                there = {name: self.column_of(file, "comparison", name, outcome)[point] for name in
                         ("difference", "difference_standard_error", "difference_low", "difference_high", "larger",
                          "equal", "ratio", "variance_removed", "difference_p05")}
                with self.subTest(variant=variants[point], point=point, outcome=outcome):
                    scale = 1e-6 + abs(expected["difference"])
                    self.assertAlmostEqual(there["difference"], expected["difference"], delta=1e-6 * scale)
                    self.assertAlmostEqual(there["difference_standard_error"], expected["standard_error"],
                                           delta=1e-5 * scale)
                    self.assertAlmostEqual(there["difference_low"], expected["difference"] - student(3000) * expected["standard_error"],
                                           delta=1e-4 * scale)
                    self.assertAlmostEqual(there["difference_high"], expected["difference"] + student(3000) * expected["standard_error"],
                                           delta=1e-4 * scale)
                    self.assertEqual((there["larger"], there["equal"]), (expected["larger"], expected["equal"]))
                    self.assertAlmostEqual(there["difference_p05"], expected["p05"], delta=1e-5 * scale)
                    if expected["ratio"] < 0:
                        self.assertTrue(math.isnan(there["ratio"]), "a loss is no multiple of a profit")
                    elif columns[baseline[point]].any():
                        self.assertAlmostEqual(there["ratio"], expected["ratio"], delta=1e-5)
                    if expected["standard_error"] > 0:
                        self.assertAlmostEqual(there["variance_removed"], expected["variance_removed"], delta=1e-5)
            self.assertTrue(np.isnan(self.column_of(file, "comparison", "difference", "revenue")[:6]).all())

    def test_of_two_scenarios_in_two_files_is_that_of_numpy(self):
        a, _ = self.run_sim(SMALL, name="a.h5")
        b, _ = self.run_sim(SMALL.replace("churn = 0.02", "churn = 0.05") + "[partner.c]\nleads = 0.3\nclose_rate = 0.2\n"
                            "deal_value = 5_000\n", name="b.h5")
        rows = rows_of(self.sim("compare", "a.h5", "b.h5", "--format", "csv", code=DONE).out)
        self.assertEqual({row["point"] for row in rows}, {"b - a"})
        found = {(row["outcome"], row["statistic"]): row for row in rows}
        for outcome in self.COUNTED:
            expected = paired(a[f"outcomes/{outcome}"][0], b[f"outcomes/{outcome}"][0])
            difference = found[outcome, "difference"]
            self.assertAlmostEqual(float(difference["value"]), expected["difference"], delta=1e-4 * abs(expected["difference"]))
            self.assertAlmostEqual(float(difference["standard_error"]), expected["standard_error"],
                                   delta=1e-4 * expected["standard_error"])
            for statistic in ("larger", "equal"):
                self.assertAlmostEqual(float(found[outcome, statistic]["value"]), expected[statistic], places=12)
            self.assertAlmostEqual(float(found[outcome, "variance_removed"]["value"]), expected["variance_removed"], places=5)
        answer = json.loads(self.sim("compare", "a.h5", "b.h5", "--outcome", "wins", "--format", "json", code=DONE).out)
        self.assertEqual([row["outcome"] for row in answer["differences"]], ["wins"])
        self.assertEqual(answer["differences"][0]["difference"], float(found["wins", "difference"]["value"]))

    def test_of_points_is_with_the_baseline_that_is_asked_for(self):
        file, _ = self.run_sim(SMALL, "--vary", "partner.a.leads=1,2,3")
        revenue, labels = file["outcomes/revenue"], texts(file["points/label"])
        for baseline, words in ((0, ()), (2, ("--baseline", 2)), (1, ("--baseline", labels[1]))):
            rows = rows_of(self.sim("compare", "r.h5", *words, "--outcome", "revenue", "--format", "csv", code=DONE).out)
            found = {row["point"]: float(row["value"]) for row in rows if row["statistic"] == "difference"}
            self.assertEqual(len(found), 2)
            for point in {0, 1, 2} - {baseline}:
                value = found[f"{labels[point]} - {labels[baseline]}"]
                self.assertAlmostEqual(value, paired(revenue[baseline], revenue[point])["difference"], delta=1e-3)
        said = self.sim("compare", "r.h5", "--baseline", "partner.a.leads = 4", code=USAGE).err
        self.assertIn("partner.a.leads", said)

    def test_of_points_takes_a_variant_by_its_id_where_that_is_one_point(self):
        variant = '[variant.more]\nlabel = "more, and more"\nset = { "partner.a.leads" = 4 }\n'
        self.run_sim(SMALL + variant)
        by = [self.sim("compare", "r.h5", "--baseline", name, code=DONE).out for name in ("more", "more, and more", 1)]
        self.assertEqual(by[0], by[1])
        self.assertEqual(by[0], by[2])
        self.run_sim(SMALL + variant, "--vary", "partner.a.close_rate=0.1,0.2", name="two.h5")
        self.assertIn("is not a point", self.sim("compare", "two.h5", "--baseline", "more", code=USAGE).err)

    def test_of_what_does_not_share_random_numbers_is_refused_with_reason_and_remedy(self):
        self.run_sim(SMALL, name="a.h5")
        for words, reason in ((("-s", 7), "the seed is 1 in the one and 7 in the other"),
                              (("--set", "scenario.inner=20"), "scenario.inner is 1 in the one and 20 in the other"),
                              (("--set", "scenario.sampling=stratified"), "stratified"),
                              (("--set", "scenario.months=7"), "the number of months"),
                              (("--set", "scenario.currency=EUR"), "the currency")):
            self.run_sim(SMALL, *words, name="b.h5")
            answer = self.sim("compare", "a.h5", "b.h5", code=INPUT_OUTPUT)
            self.assertEqual(answer.out, "")
            for word in ("a.h5", "b.h5", reason, "Run both with the same"):
                self.assertIn(word, answer.err)
        self.run_sim(SMALL, "-s", 7, name="a.h5")
        self.run_sim(SMALL, "-s", 7, "--set", "partner.b.leads=2", name="b.h5")
        self.sim("compare", "a.h5", "b.h5", code=DONE)

    def test_of_a_result_without_samples_of_one_point_or_of_an_unknown_outcome_is_refused_with_a_remedy(self):
        self.run_sim(SMALL, "--set", "output.samples=none", name="none.h5")
        self.run_sim(SMALL, name="a.h5")
        self.assertIn('samples = "all"', self.sim("compare", "none.h5", "a.h5", code=INPUT_OUTPUT).err)
        self.assertIn("Give a second file", self.sim("compare", "a.h5", code=USAGE).err)
        self.assertIn("Did you mean revenue?", self.sim("compare", "a.h5", "a.h5", "--outcome", "revenu", code=USAGE).err)
        self.assertIn("For example", self.sim("compare", code=USAGE).err)

    def test_of_twins_finds_nothing_and_of_a_better_one_that_it_dominates(self):
        file, _ = self.run_sim(SMALL + '[variant.same]\nset = { "firm.discount_rate" = 0.2 }\n'
                               '[variant.more]\nset = { "partner.b.deal_value" = 4_000 }\n')
        column = texts(file["comparison/outcome"]).index("revenue")
        self.assertEqual([v.decode() for v in file["comparison/dominance"][:, column]], ["not_compared", "no_difference", "larger"])
        self.assertEqual(list(file["comparison/equal"][1:2, column]), [1.0])


class Precision(Experiment):
    GOALS = ("--precision", "revenue=1%", "--precision", "revenue.p05=4%", "--precision", "wins=0.08")

    def half_width(self, values, key):
        n = len(values)
        if key == "revenue.p05":
            x = np.sort(values).astype(float)
            rank = int(np.ceil(0.05 * n))
            low, high = int(stats.binom.ppf(0.025, n, 0.05)), int(stats.binom.ppf(0.975, n, 0.05)) + 1
            return [max(x[rank - 1] - x[low + k - 1], x[high - k - 1] - x[rank - 1]) for k in (1, -1)]
        half = student(n) * values.std(ddof=1) / np.sqrt(n)
        return [half * (1 - 1e-5), half * (1 + 1e-5)]

    def test_is_reached_at_the_end_and_not_at_the_checkpoint_before(self):
        file, _ = self.run_sim(SMALL, *self.GOALS, "-n", 500_000, "--vary", "partner.a.leads=1,2")
        keys, checkpoints = texts(file["convergence/target"]), file["convergence/checkpoint"][:]
        self.assertEqual(keys, ["revenue", "revenue.p05", "wins"])
        n = int(file["points/replications"][0])
        self.assertEqual(checkpoints[-1], n)
        self.assertLess(n, 500_000)
        reached = []
        for row, prefix in enumerate(checkpoints):
            reached.append(True)
            for target, key in enumerate(keys):
                for point in (0, 1):
                    values = file[f"outcomes/{key.split('.')[0]}"][point, :prefix].astype(float)
                    value = np.sort(values)[int(np.ceil(0.05 * prefix)) - 1] if "." in key else values.mean()
                    wanted = {"revenue": 0.01 * value, "revenue.p05": 0.04 * value, "wins": 0.08}[key]
                    cell = (row, target, point)
                    self.assertAlmostEqual(file["convergence/value"][cell], value, delta=1e-6 * value)
                    self.assertAlmostEqual(file["convergence/wanted"][cell], wanted, delta=1e-6 * wanted)
                    least, most = self.half_width(values, key)
                    half = file["convergence/half_width"][cell]
                    self.assertTrue(least <= half <= most, f"{key} at {prefix}: {half} is not in {least} … {most}")
                    reached[-1] &= bool(half <= wanted)
        self.assertEqual(reached, [False] * (len(checkpoints) - 1) + [True])

    def test_forecasts_how_many_replications_it_needs(self):
        file, _ = self.run_sim(SMALL, "--precision", "revenue=0.7%", "-n", 500_000)
        needed, checkpoints = file["convergence/needed"][:, 0, 0], file["convergence/checkpoint"][:]
        ratio = file["convergence/half_width"][:, 0, 0] / file["convergence/wanted"][:, 0, 0]
        np.testing.assert_allclose(needed[:-1], (checkpoints * ratio**2)[:-1], rtol=0.001)
        self.assertEqual(needed[-1], checkpoints[-1])  # reached
        self.assertLess(np.abs(needed[:-1] / (checkpoints * ratio**2)[-1] - 1).max(), 0.2)

    def test_of_a_difference_is_that_of_the_pairs(self):
        file, _ = self.run_sim(SWEEP, "--precision", "revenue.difference=1%", "-n", 500_000, "--vary", "partner.a.leads=1,3")
        n, base = int(file["points/replications"][0]), file["comparison/baseline"][:]
        revenue = file["outcomes/revenue"]
        widths = []
        for point in range(len(base)):
            cell = file["convergence/half_width"][-1, 0, point]
            if base[point] < 0:
                self.assertTrue(np.isnan(cell))
                continue
            d = revenue[point].astype(float) - revenue[base[point]]
            self.assertAlmostEqual(cell, student(n) * d.std(ddof=1) / np.sqrt(n), delta=1e-4 * cell)
            widths.append(cell / abs(d.mean()))
        self.assertLessEqual(max(widths), 0.01)
        self.assertGreater(np.nanmax(file["convergence/half_width"][-2] / file["convergence/wanted"][-2]), 1.0)

    def test_of_a_probability_is_wilsons_interval(self):
        goal = '[goal.ten]\noutcome = "revenue"\nat_least = 10_000\n'
        file, _ = self.run_sim(SMALL + goal, "--precision", "goal_ten=0.02", "-n", 100_000)
        n, p = int(file["points/replications"][0]), file["outcomes/goal_ten"][0].mean(dtype=float)
        middle = (p + Z**2 / 2 / n) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * np.sqrt(p * (1 - p) / n + Z**2 / 4 / n**2)
        longer = max(p - middle + half, middle + half - p)
        self.assertAlmostEqual(file["convergence/half_width"][-1, 0, 0], longer, delta=1e-6)
        self.assertLessEqual(longer, 0.02)

    def test_takes_as_many_replications_whatever_the_threads(self):
        results = set()
        for threads in (1, 2, 5):
            self.run_sim(SMALL, *self.GOALS, "-n", 500_000, "-t", threads, name=f"{threads}.h5")
            results.add((self.folder / f"{threads}.h5").read_bytes())
        self.assertEqual(len(results), 1)

    def test_in_the_scenario_is_that_of_the_command_line(self):
        stop = '[stop]\nprecision = { revenue = "1%", "revenue.p05" = "4%", wins = 0.08 }\nmax_replications = 500_000\n'
        a, _ = self.run_sim(SMALL + stop, name="a.h5")
        b, _ = self.run_sim(SMALL, *self.GOALS, "-n", 500_000, name="b.h5")
        np.testing.assert_array_equal(a["outcomes/revenue"][:], b["outcomes/revenue"][:])
        wide, _ = self.run_sim(SMALL + stop + "confidence = 0.8\n", name="c.h5")
        self.assertLess(wide["points/replications"][0], a["points/replications"][0])

    def test_exits_with_4_when_the_maximum_comes_first_and_with_0_where_that_is_accepted(self):
        self.write("s.toml", SMALL)
        words = ("run", "s.toml", "-n", 3000, "--precision", "revenue=0.1%", "-o", "r.h5")
        answer = self.sim(*words, code=IMPRECISE)
        self.assertRegex(answer.err, r"revenue is known to ± [\d.]+ %, ± 0\.1 % is wanted: about [\d,]+ replications")
        self.assertIn("stop.max_replications", answer.err)
        self.assertIn("revenue", answer.out, "the table is printed all the same")
        with h5py.File(self.folder / "r.h5") as file:
            self.assertEqual(int(file["provenance/complete"][()]), 1)
        self.assertEqual(self.sim(*words).code, IMPRECISE, "the same answer when it is there already")
        self.sim(*words, "--accept-imprecise", code=DONE)
        self.sim(*words[:-2], "-o", "none", code=IMPRECISE)
        self.sim(*words, "--force", "--accept-imprecise", code=DONE)
        more = ("--set", "stop.max_replications=1_000_000")  # as the message says
        answer = self.sim(*words[:4], "--precision", "revenue=0.8%", *more, "-o", "fine.h5", code=DONE)
        self.assertRegex(answer.err, r"Every precision target is reached after [\d,]+ replications")

    def test_of_what_is_not_there_is_refused_with_a_remedy_that_works(self):
        for goal, says, instead in (("revenu=5%", "Did you mean revenue?", "revenue=5%"),
                                    ("revenue.p5=5%", "Did you mean p05?", "revenue.p05=5%"),
                                    ("revenue=1x", 'Write "1%"', "revenue=5%"),
                                    ("revenue=0", "Write a positive number", "revenue=500"),
                                    ("revenue=-3%", 'Write "1%"', "revenue=3%")):
            with self.subTest(goal=goal):
                said = self.refused(SMALL, "--precision", goal, says=[says, goal.split("=")[0]])
                self.assertIn("--precision", said, "where it was written")
                self.run_sim(SMALL, "--precision", instead, "-n", 200_000)
        self.refused(SMALL, "--precision", "revenue", code=USAGE, says=["revenue=1%"])

    def test_of_a_difference_without_variants_is_refused_with_a_remedy_that_works(self):
        said = self.refused(SMALL, "--precision", "revenue.difference=3%", says=["revenue.difference has nothing to compare"])
        self.assertIn("Add [variant.NAME] with what it sets", said)
        self.run_sim(SMALL + "[variant.NAME]\nset = { \"partner.b.leads\" = 2 }\n", "--precision", "revenue.difference=3%",
                     "-n", 200_000)


class Intervals(Experiment):
    """How often intervals hold what they should, over independent replicas of an experiment."""

    def covered(self, inside, what):
        share = np.mean(inside)
        self.assertTrue(0.935 <= share <= 0.965, f"{what}: {share:.2%} of {len(inside)} intervals hold the true value")

    def test_of_means_probabilities_and_quantiles_hold_the_true_value_95_times_in_100(self):
        scenario = many(deal_value="{ lognormal = { mean = 10_000, cv = 0.5 } }")
        file, _ = self.run_sim(scenario)
        mean, error = (self.column_of(file, "summary", name, "revenue") for name in ("mean", "standard_error"))
        self.assertEqual(len(mean), REPLICAS)
        self.covered(np.abs(mean - 240_000) <= Z * error, "mean")
        mean, error = (self.column_of(file, "summary", name, "goal_enough") for name in ("mean", "standard_error"))
        self.covered(np.abs(mean - stats.poisson.sf(19, 24)) <= Z * error, "probability")
        # True quantiles from 4 million replications; their own error is a fiftieth of that of a replica.
        long, _ = self.run_sim(scenario, "-n", 2_000_000, "-s", 99, "--vary", "firm.discount_rate=0,0.1", "--set",
                               "output.samples=all", name="long.h5")
        revenue = np.sort(long["outcomes/revenue"][:].ravel())
        low, high = (self.column_of(file, "summary", f"quantile_{end}", "revenue") for end in ("low", "high"))
        for k, p in enumerate(file["summary/quantile"][:]):
            true = revenue[int(p * len(revenue))]
            self.covered((low[:, k] <= true) & (true <= high[:, k]), f"quantile {p}")

    def test_of_paired_differences_hold_the_true_value_95_times_in_100(self):
        # Prefixes of one long run: replications are independent of each other, and the formula is the program's
        # (AComparison).
        scenario = many(replicas=2).split("[sweep]", maxsplit=1)[0] + """
[variant.keen]
set = { "partner.a.close_rate" = 0.5 }
[output]
trajectories = "none"
outcomes = ["revenue"]
"""
        file, _ = self.run_sim(scenario, "-n", 1024 * REPLICAS)
        base, keen = (column.reshape(REPLICAS, 1024).astype(float) for column in file["outcomes/revenue"][:])
        difference = keen - base
        error = difference.std(axis=1, ddof=1) / 32
        self.covered(np.abs(difference.mean(axis=1) - 60_000) <= Z * error, "difference")
        self.assertGreater(self.column_of(file, "comparison", "variance_removed", "revenue")[1], 0.7)
        unpaired = np.hypot(base.std(axis=1, ddof=1), keen.std(axis=1, ddof=1)) / 32
        self.assertGreater(np.mean(np.abs(difference.mean(axis=1) - 60_000) <= Z * unpaired), 0.99)

    def test_of_differences_hold_the_true_value_95_times_in_100_without_shared_numbers(self):
        scenario = many(replicas=1000) + '[variant.keen]\nset = { "partner.a.close_rate" = 0.5 }\n'
        file, _ = self.run_sim(scenario, "--set", "output.samples=all")
        low, high = (self.column_of(file, "comparison", f"difference_{end}", "revenue")[1000:] for end in ("low", "high"))
        self.covered((low <= 60_000) & (60_000 <= high), "difference of independent points")
        removed = self.column_of(file, "comparison", "variance_removed", "revenue")[1000:]
        self.assertLess(abs(removed.mean()), 4 * removed.std() / np.sqrt(1000))

    def check_errors(self, file, freedom, what):
        mean, error = (self.column_of(file, "summary", name, "revenue") for name in ("mean", "standard_error"))
        self.assert_near(mean.mean(), 240_000, mean.std(ddof=1) / np.sqrt(REPLICAS), what)
        self.covered(np.abs(mean - 240_000) <= stats.t.ppf(0.975, freedom) * error, what)
        spread = mean.std(ddof=1) / np.sqrt(np.mean(error**2))
        self.assertLess(abs(spread - 1), 4 / np.sqrt(2 * REPLICAS), f"{what}: spread is {spread} of the error stated")
        return mean.var(ddof=1)

    def test_of_two_level_and_of_stratified_draws_are_as_wide_as_means_spread(self):
        scenario = many(close_rate="{ beta = { mean = 0.4, concentration = 10 } }", replications=1000)
        file, _ = self.run_sim(scenario, "--set", "scenario.inner=20", name="inner.h5")
        self.check_errors(file, 49, "inner = 20")
        file, _ = self.run_sim(scenario, "--set", "scenario.sampling=stratified", name="stratified.h5")
        self.check_errors(file, 31, "stratified")

    def test_of_stratified_draws_are_a_third_as_wide_where_parameters_matter_most(self):
        scenario = many(leads=2000, close_rate="{ beta = { mean = 0.4, concentration = 10 } }", deal_value="25",
                        replications=512)
        plain, _ = self.run_sim(scenario, name="plain.h5")
        independent = self.check_errors(plain, 511, "independent")
        file, _ = self.run_sim(scenario, "--set", "scenario.sampling=stratified", name="stratified.h5")
        self.assertLess(self.check_errors(file, 31, "stratified"), 0.1 * independent)


class TwoLevels(Experiment):
    def test_split_variance_into_luck_and_ignorance_as_the_closed_form_does(self):
        scenario = many(close_rate="{ beta = { mean = 0.4, concentration = 10 } }", replicas=2)
        file, _ = self.run_sim(scenario, "-n", 400_000, "--set", "scenario.inner=20", "--set", "output.samples=all")
        luck, ignorance = 60 * 0.4 * 1e8, (60 * 1e4) ** 2 * 0.4 * 0.6 / 11
        for name, value in (("luck", luck), ("ignorance", ignorance), ("share", ignorance / (luck + ignorance))):
            found, error = (self.column_of(file, "uncertainty", name + end, "revenue") for end in ("", "_standard_error"))
            for point in (0, 1):
                self.assert_near(found[point], value, error[point], name)
                self.assertLess(error[point], 0.03 * value)

    def test_share_one_draw_among_consecutive_replications(self):
        file, _ = self.run_sim(SMALL, "--set", "scenario.inner=20")
        drawn = file["inputs/partner.a.close_rate"][0].reshape(-1, 20)
        self.assertTrue((drawn == drawn[:, :1]).all())
        self.assertEqual(len(np.unique(drawn[:, 0])), len(drawn))
        self.assertNotEqual(len(np.unique(file["outcomes/leads"][0].reshape(-1, 20)[0])), 1)

    def test_need_whole_units_and_say_how_many_replications_those_are(self):
        said = self.refused(SMALL, "-n", 3010, "--set", "scenario.inner=20", says=["scenario.inner = 20"])
        self.run_sim(SMALL, "-n", int(re.search(r"replications = (\d+)$", said.strip())[1]), "--set", "scenario.inner=20")


class ACorrelation(Experiment):
    CORRELATED = """# Three that move together
[scenario]
months = 3
replications = 20_000
[partner.a]
leads = { lognormal = { mean = 3, cv = 0.5 } }
close_rate = { beta = { mean = 0.4, concentration = 20 } }
deal_value = 1_000
[partner.b]
leads = { uniform = { low = 1, high = 4 } }
close_rate = 0.5
deal_value = 2_000
[correlation.market]
of = ["partner.*.leads", "partner.a.close_rate"]
rank = 0.6
"""
    DRAWN = ("inputs/partner.a.leads", "inputs/partner.b.leads", "inputs/partner.a.close_rate")

    def ranks(self, file, point):
        matrix = stats.spearmanr([file[name][point] for name in self.DRAWN], axis=1)[0]
        return matrix[np.triu_indices(3, 1)]

    def test_gives_what_is_drawn_the_rank_asked_for_in_sweeps_and_strata_too(self):
        for rank in (0.6, 0.95, 0, -0.3):
            for words in ((), ("--set", "scenario.sampling=stratified"), ("--vary", "partner.b.deal_value=1000,2000")):
                with self.subTest(rank=rank, words=words):
                    file, _ = self.run_sim(self.CORRELATED, "--set", f"correlation.market.rank={rank}", *words)
                    error = (1 - rank**2) * 1.1 / np.sqrt(20_000)
                    for point in range(len(file["points/replications"])):
                        for found in self.ranks(file, point):
                            self.assert_near(found, rank, error)

    def test_leaves_the_laws_of_what_it_correlates(self):
        file, _ = self.run_sim(self.CORRELATED)
        a, b, rate = (file[name][0] for name in self.DRAWN)
        self.assertGreater(stats.kstest(b, stats.uniform(1, 3).cdf).pvalue, 1e-4)
        self.assertGreater(stats.kstest(rate, stats.beta(8, 12).cdf).pvalue, 1e-4)
        s = np.sqrt(np.log(1.25))
        self.assertGreater(stats.kstest(a, stats.lognorm(s, scale=3 * np.exp(-s * s / 2)).cdf).pvalue, 1e-4)

    def test_that_cannot_hold_is_moved_to_the_nearest_that_can_and_says_so_or_is_refused(self):
        self.write("s.toml", self.CORRELATED)
        impossible = ("--set", "correlation.market.rank=-0.6")
        answer = self.sim("run", "s.toml", *impossible, "-o", "r.h5", code=DONE)
        change = re.search(r"correlation\.market: .* -0\.6 becomes (-0\.\d+)", answer.err)
        with h5py.File(self.folder / "r.h5") as file:
            for found in self.ranks(file, 0):
                self.assert_near(found, float(change[1]), 1 / np.sqrt(20_000))
        said = self.refused(self.CORRELATED, *impossible, "--set", "correlation.market.repair=false", says=[change[1]])
        self.assertIn("Leave repair = false out", said)

    def test_of_constants_is_refused_with_a_remedy_that_works(self):
        said = self.refused(self.CORRELATED, "--set", 'correlation.market.of=["partner.b.close_rate", "partner.b.leads"]',
                            says=["partner.b.close_rate is constant"])
        law = re.search(r"close_rate = (\{.*\}), or", said)[1]
        self.run_sim(self.CORRELATED, "--set", 'correlation.market.of=["partner.b.close_rate", "partner.b.leads"]',
                     "--set", f"partner.b.close_rate={law}")


class AVariantThatDisables(Experiment):
    SCENARIO = SMALL + """tags = ["u"]
[firm.direct]
leads = { uniform = { low = 1, high = 2 } }
close_rate = 0.5
deal_value = 10
[change.later]
month = 3
set = { "partner.b.deal_value" = 7, partner = { a = { leads = 2 } } }
[correlation.market]
of = ["firm.direct.leads", "partner.a.close_rate"]
rank = 0.5
[shock.storm]
rate = 0.1
kill = 0.5
target = { tag = "u" }
[output]
without = "b"
[sweep.vary]
"partner.b.leads" = [1, 2]
"partner.b.close_rate" = { factor = [1, 2] }
[variant.alone]
set = { "partner.b.enabled" = false }
[variant.nobody]
set = { "partner.*.enabled" = false }
"""

    def test_a_partner_skips_its_changes_shocks_correlations_and_axes_there(self):
        scenario = self.folder / "s.toml"
        scenario.write_text(self.SCENARIO)
        self.sim("run", scenario, "-n", 1000, "-o", "s.h5", code=DONE)
        with h5py.File(self.folder / "s.h5") as file:
            labels = list(file["points/label"].asstr())
            revenue = dict(zip(labels, file["outcomes/revenue"][:]))
        # In the base the change and the sweep of b matter; where b is left out they do not.
        self.assertFalse(np.array_equal(revenue[labels[0]], revenue[labels[3]]))
        for name in ("alone", "nobody"):
            points = [revenue[label] for label in labels if label.startswith(name)]
            self.assertEqual(len(points), 4)
            for other in points[1:]:
                np.testing.assert_array_equal(points[0], other)
        # As if b, its change, its shock and its axes had never been written.
        alone = SMALL[:SMALL.index("[partner.b]")] + self.SCENARIO[len(SMALL) + len('tags = ["u"]\n'):]
        alone = alone[:alone.index("[shock.storm]")].replace('"partner.b.deal_value" = 7, ', "")
        (self.folder / "alone.toml").write_text(alone)
        self.sim("run", "alone.toml", "-n", 1000, "-o", "alone.h5", code=DONE)
        with h5py.File(self.folder / "alone.h5") as file:
            np.testing.assert_array_equal(file["outcomes/revenue"][0], revenue[labels[4]])

    def test_a_partner_excuses_no_misspelt_name(self):
        for right, wrong in (('"partner.b.deal_value" = 7', '"partner.bb.deal_value" = 7'),
                             ('"partner.a.close_rate"]', '"partner.aa.close_rate"]'), ('tag = "u"', 'tag = "v"'),
                             ('without = "b"', 'without = "bb"'), ('"partner.b.leads" =', '"partner.bb.leads" =')):
            (self.folder / "s.toml").write_text(self.SCENARIO.replace(right, wrong))
            self.sim("check", "s.toml", code=CONFIGURATION)


class GoalSeek(Experiment):
    def solve(self, path, condition, *words, code=DONE, scenario=None):
        return self.sim("run", scenario or test_cli.ARITHMETIC, "--solve", path, "--so-that", condition, *words, code=code)

    def answer(self, *words, **options):
        return json.loads(self.solve(*words, "--format", "json", "-q", **options).out)

    def test_finds_what_a_closed_form_gives_within_its_interval(self):
        for condition in ("revenue >= 240000", "revenue.mean >= 240000"):
            found = self.answer("partner.referrer.leads", condition, "-n", 100_000)
            self.assertTrue(found["low"] <= 5 <= found["high"], found)
            self.assertLess(found["high"] - found["low"], 0.03)
            self.assertTrue(found["low"] <= found["value"] <= found["high"])
        found = self.answer("partner.referrer.close_rate", "revenue <= 120000", "-n", 100_000)
        self.assertTrue(found["low"] <= 0.2 <= found["high"], found)
        found = self.answer("partner.referrer.deal_value", "revenue.p05 >= 160000", "-n", 100_000)
        self.assertAlmostEqual(found["value"], 10_000, delta=1)  # 16 wins are the 5 % quantile of Poisson(24)
        self.assertEqual(stats.poisson.ppf(0.05, 24), 16)

    def test_gives_a_value_for_which_the_condition_holds_when_it_is_run(self):
        found = self.answer("partner.referrer.leads", "revenue.p05 >= 200000", "-n", 20_000)
        self.sim("run", test_cli.ARITHMETIC, "-n", 20_000, "-q", "-o", "r.h5", "--set",
                 f"partner.referrer.leads={found['value']!r}", code=DONE)
        with h5py.File(self.folder / "r.h5") as file:
            p05 = file["summary/quantile_value"][0, texts(file["summary/outcome"]).index("revenue"), 1]
        self.assertGreaterEqual(p05, 200_000)
        self.assertEqual(p05, found["statistic"])

    def test_writes_no_file_and_answers_the_same_whatever_the_threads(self):
        answers = {self.solve("partner.referrer.leads", "revenue >= 300000", "-n", 5000, "-q", "-t", t).out for t in (1, 2, 5)}
        self.assertEqual(len(answers), 1)
        self.assertIn("partner.referrer.leads = ", answers.pop())
        self.assertEqual(self.left_behind(), [])

    def test_of_what_is_known_worse_than_the_search_steps_has_an_interval_that_says_so(self):
        # 500 futures: the mean is known to 4,300, a fiftieth of it; the answer is 5.0104.
        found = [self.answer("partner.referrer.leads", "revenue >= 240500", "-n", 500, "-s", seed) for seed in range(1, 11)]
        self.assertGreaterEqual(sum(f["low"] <= 5.0104 <= f["high"] for f in found), 8, found)
        for f in found:
            self.assertTrue(0.1 < f["high"] - f["low"] < 0.4, f)

    def test_of_a_whole_number_gives_a_whole_number(self):
        found = self.answer("partner.referrer.count", "revenue >= 600000", "-n", 10_000)
        self.assertEqual(found["value"], 3)

    def test_of_what_copies_share_begins_at_their_original_and_stays_whole(self):
        scenario = self.write("copies.toml", """[scenario]
months = 12
replications = 2000
[partner.p]
count = 2
start = 2
leads = 5
close_rate = 0.4
deal_value = 1000
""")
        for words in ((), ("--between", "1:20")):  # a copy brings 22,000 in eleven months
            self.assertEqual(self.answer("partner.p.count", "revenue >= 100000", *words, scenario=scenario)["value"], 5)
        self.assertEqual(self.answer("partner.p.start", "revenue >= 30000", "--between", "1:12", scenario=scenario)["value"], 5)
        self.assertAlmostEqual(self.answer("partner.p.leads", "revenue >= 88000", scenario=scenario)["value"], 10, delta=0.2)

    def test_from_0_finds_what_lies_within_the_range_alone(self):
        scenario = self.write("trend.toml", """[scenario]
months = 24
replications = 2000
[economy]
trend = 0
[firm.direct]
leads = 20
close_rate = 0.3
deal_value = 1000
""")
        found = self.answer("economy.trend", "revenue >= 200000", scenario=scenario)  # 6,000 ((1 + x)^24 - 1) / x
        self.assertAlmostEqual(found["value"], 0.02747, delta=0.0015)

    def test_between_an_end_that_is_not_allowed_says_so(self):
        answer = self.solve("partner.referrer.churn", "revenue >= 100000", "--between", "0:1", "-q", code=CONFIGURATION)
        self.assertIn("--solve: partner.referrer.churn = 1 is out of range", answer.err)

    def test_shows_a_number_for_which_the_condition_holds_where_it_jumps(self):
        scenario = self.write("steps.toml", """[scenario]
months = 12
replications = 2000
[firm]
capacity = 9
[partner.p]
leads = 100
close_rate = 0.5
deal_value = 1000
""")
        said = self.solve("firm.capacity", "revenue > 55_000", "--between", "1:20", "-q", scenario=scenario).out
        shown = re.search(r"firm\.capacity = ([\d.]+) is where", said)[1]
        self.assertAlmostEqual(float(shown), 5, delta=0.001)
        done = self.sim("run", scenario, "-o", "none", "--format", "json", "--set", f"firm.capacity={shown}", code=DONE)
        (point,) = json.loads(done.out)["points"]
        self.assertGreaterEqual(point["outcomes"]["revenue"]["mean"], 55_000)

    def test_takes_per_cent_and_signs_without_equals(self):
        scenario = self.write("cash.toml", """[scenario]
months = 12
[firm]
cash = 10_000
fixed_cost = 5_000
[firm.direct]
leads = 10
close_rate = 0.5
deal_value = 1_000
""")
        found = [self.answer("firm.cash", condition, "-n", 4000, scenario=scenario)["value"]
                 for condition in ("out_of_cash < 5%", "out_of_cash <= 0.05")]
        self.assertEqual(found[0], found[1])

    def test_of_an_argument_of_a_law_works_as_the_refusal_of_the_law_suggests(self):
        scenario = self.write("small.toml", SMALL)
        said = self.solve("partner.a.close_rate", "revenue >= 10000", scenario=scenario, code=USAGE).err
        argument = re.search(r"partner\.a\.close_rate\.[a-z_.0-9]+", said)[0]
        found = self.answer(argument, "revenue >= 10000", "-n", 5000, scenario=scenario)
        self.assertTrue(0.1 < found["value"] < 0.6, found)

    def test_goes_to_the_ends_of_what_a_key_may_be(self):
        found = self.answer("partner.referrer.close_rate", "revenue >= 550_000", "-n", 4000)
        self.assertAlmostEqual(found["value"], 550 / 600, delta=0.02)
        self.assertLessEqual(found["high"], 1)
        none = self.answer("partner.referrer.leads", "revenue <= 0", "-n", 500)
        self.assertTrue(0 <= none["value"] < 0.01, none)  # where 500 futures bring no lead

    def test_of_the_spreadsheet_is_refused(self):
        answer = self.solve("partner.referrer.leads", "revenue >= 300_000", "--set", "scenario.mode=expected", code=USAGE)
        self.assertIn("Leave out the mode", answer.err)

    def test_says_of_which_futures_a_figure_is(self):
        answer = self.solve("partner.referrer.leads", "break_even_month <= 1.5", "-n", 500, "--set", "firm.fixed_cost=9000",
                            code=None)
        self.assertIn("break_even_month is a figure of those futures alone", answer.err)

    def test_that_finds_nothing_says_what_it_tried_and_exits_with_4(self):
        answer = self.solve("partner.referrer.close_rate", "revenue >= 2400000", "-n", 2000, "-q", code=IMPRECISE)
        self.assertIn("--between", answer.err)
        self.assertIn("at 1", answer.err)
        self.assertEqual(answer.out, "")

    def test_of_what_holds_wherever_it_looks_does_not_say_that_it_holds_nowhere(self):
        answer = self.solve("partner.referrer.leads", "revenue >= -1", "-n", 500, "-q", code=IMPRECISE)
        self.assertIn("holds at all values of partner.referrer.leads tried", answer.err)

    def test_between_values_at_all_of_which_the_condition_holds_does_not_say_that_it_holds_at_none(self):
        answer = self.solve("partner.referrer.leads", "revenue >= 240000", "-n", 2000, "-q", "--between", "6:10", code=IMPRECISE)
        self.assertNotIn("No value", answer.err)
        self.assertIn("--between", answer.err)

    def test_of_what_is_not_there_is_refused_with_a_remedy_that_works(self):
        for path, condition, says in (("partner.referrer.leds", "revenue >= 240000", "Did you mean leads?"),
                                      ("partner.referer.leads", "revenue >= 240000", "referrer"),
                                      ("partner.referrer.leads", "revenu >= 240000", "Did you mean revenue?"),
                                      ("partner.referrer.leads", "revenue == 240000", "--so-that 'revenue.p05 >= 200000'")):
            with self.subTest(path=path, condition=condition):
                answer = self.solve(path, condition, "-n", 1000, code=None)
                self.assertIn(answer.code, (USAGE, CONFIGURATION))
                self.assertIn(says, answer.err)
                self.assertEqual(answer.out, "")
        alone = self.sim("run", test_cli.ARITHMETIC, "--solve", "partner.referrer.leads", code=USAGE)
        self.assertIn("belong together", alone.err)
        for more in (("--vary", "partner.referrer.deal_value=1,2"), ("-o", "x.h5"), ("--shard", "1/2")):
            self.assertIn("Leave out", self.solve("partner.referrer.leads", "revenue >= 1", *more, code=USAGE).err)


class AnExperimentThatMakesNoSense(Experiment):
    def test_is_refused_at_its_place_with_a_remedy_that_works(self):
        for words, says, instead in (
                (("--vary", "partner.z.leads=1,2"), ["partner.z.leads", "matches nothing", "Tables there: a, b"],
                 ("--vary", "partner.a.leads=1,2")),
                (("--vary", "partner.*.leds=1,2"), ["--vary", "Did you mean leads?"], ("--vary", "partner.*.leads=1,2")),
                (("--vary", "partner.a.leads=1:5:100001"), ["partner.a.leads", "100000"], ("--vary", "partner.a.leads=1:5:10")),
                (("--vary", "partner.a.leads=1:5:1001", "--vary", "partner.b.leads=1:5:1001"), ["1002001 points", "at most 100000"],
                 ("--set", "sweep.design=sobol", "--set", "sweep.points=512", "--vary", "partner.a.leads=1:5", "--vary",
                  "partner.b.leads=1:5")),
                (("--vary", "scenario.months=6,12"), ["scenario.months", "Run the scenario once for each, with --set"],
                 ("--set", "scenario.months=12")),
                (("--vary", "scenario.seed=1,2"), ["scenario.seed", "with --set"], ("--set", "scenario.seed=2")),
                (("--vary", "output.samples=all,none"), ["output.samples", "with --set"], ("--set", "output.samples=none")),
                (("--vary", "partner.a.leads=1"), ["partner.a.leads"], ()),
                (("--vary", "partner.a.churn=0.5,1.5"), ["churn"], ("--vary", "partner.a.churn=0.5,0.9")),
                (("--vary", "partner.a.close_rate=*0.5,*1"), ["partner.a.close_rate"], ("--vary", "partner.b.close_rate=*0.5,*1"))):
            with self.subTest(words=words):
                if words != ("--vary", "partner.a.leads=1"):
                    self.refused(SMALL, *words, says=says)
                self.run_sim(SMALL, "-n", 20, *instead)

    def test_with_a_variant_that_changes_nothing_is_refused_at_its_line(self):
        for setting in ('"partner.b.leads" = 1', '"partner.b.enabled" = true'):
            said = self.refused(SMALL + f"[variant.idle]\nset = {{ {setting} }}\n", says=["variant.idle changes nothing"])
            self.assertRegex(said, r"s\.toml:\d+")
            self.assertIn("enabled = false", said)
            self.run_sim(SMALL + f"[variant.idle]\nenabled = false\nset = {{ {setting} }}\n", "-n", 20)
        swept = '[sweep.vary]\n"partner.b.leads" = [1, 2]\n[variant.idle]\nset = { "partner.b.leads" = 7 }\n'
        self.refused(SMALL + swept, says=["variant.idle changes nothing", "sweep"])

    def test_with_a_variant_of_what_is_not_there_is_refused_at_its_line(self):
        for setting, says in (('"partner.z.leads" = 1', "partner.z.leads"), ('"partner.b.leds" = 1', "Did you mean leads?"),
                              ('"partner.b.leads" = -1', "out of range"), ('"scenario.months" = 12', "with --set")):
            said = self.refused(SMALL + f"[variant.odd]\nset = {{ {setting} }}\n", says=[says])
            self.assertRegex(said, r"s\.toml:\d+")

    def test_with_variants_that_tables_could_not_tell_apart_is_refused_at_the_label(self):
        def two(x, y):
            return SMALL + "".join(f'[variant.{name}]\nlabel = "{label}"\nset = {{ "partner.b.leads" = {leads} }}\n'
                                   for name, label, leads in (("x", x, 7), ("y", y, 8)))

        self.refused(two("plan", "plan"), says=['variant.y.label = "plan" is taken', "variant.x"])
        self.refused(two("x", "base"), says=['variant.y.label = "base" is taken'])

    def test_that_is_wrong_at_a_later_point_only_names_the_value(self):
        said = self.refused(SMALL, "--vary", "partner.b.deal_value=1000,-5", says=["partner.b.deal_value", "-5"])
        self.assertIn("--vary", said)

    def test_with_keys_without_effect_is_refused(self):
        for words in (("--set", "sweep.points=5"), ("--set", "sweep.design=sobol"),
                      ("--vary", "partner.a.leads=1,2", "--set", "sweep.points=5")):
            self.assertIn("has no effect", self.refused(SMALL, *words))

    def test_that_is_larger_than_the_disk_is_refused_with_its_size_before_it_starts(self):
        said = self.refused(SMALL, "-n", 4_000_000_000, "--vary", "partner.a.leads=1:2:1000", code=INPUT_OUTPUT)
        self.assertRegex(said, r"needs at least [\d.,]+ [GTP]B of disk, and [\d.,]+ [kMGTP]?B are free")
        self.assertIn("-n", said)

    def check_too_large(self, *words):
        """Refused before it starts, with nothing written. Needs some TB, so that hardly a disk is large enough."""
        if shutil.disk_usage(self.folder).free > 1.5e12:
            self.skipTest("it would fit")
        before = {name: (self.folder / name).stat().st_size for name in self.left_behind()}
        try:
            answer = self.sim(*words, timeout=3)
        except subprocess.TimeoutExpired:
            self.fail(f"it started: {words}")
        self.assertEqual(answer.code, INPUT_OUTPUT)
        self.assertRegex(answer.err, r"needs at least [\d.,]+ [GTP]B of disk")
        self.assertEqual({name: (self.folder / name).stat().st_size for name in self.left_behind()}, before)
        return answer.err

    def test_without_samples_is_refused_too_when_its_journal_is_larger_than_the_disk(self):
        # Until a point is finished its columns are in the journal.
        self.write("s.toml", SMALL)
        said = self.check_too_large("run", "s.toml", "-n", 4_000_000_000, "--set", "output.samples=none", "--set",
                                    "scenario.months=1023", "-o", "r.h5")
        self.assertNotIn("output.samples=none", said, "a remedy that is taken already")

    def test_is_refused_too_as_a_shard_or_an_extension_that_is_larger_than_the_disk(self):
        self.write("s.toml", SMALL)
        sweep = ("--vary", "partner.a.leads=1:2:1000", "--set", "output.trajectories=none")
        self.check_too_large("run", "s.toml", "-n", 4_000_000_000, *sweep, "--shard", "1/2", "-o", "r.shard")
        self.sim("run", "s.toml", "-n", 10, *sweep, "-q", "-o", "r.h5", code=DONE)
        self.check_too_large("extend", "r.h5", "-n", 4_000_000_000)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR [unittest's options]")
    test_cli.BINARY, test_cli.SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    test_cli.ARITHMETIC = test_cli.SOURCE / "configs/arithmetic.toml"
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
