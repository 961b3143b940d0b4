#!/usr/bin/python3
"""Results of several points: the reader, the grid, and the figures of sweeps, variants, precision and doubt.

    python3 tests/cli/test_experiment_figures.py BINARY SOURCE_DIR [unittest's options]

Most files are made by hand (made_results.py), so that every number is known; one is simulated.
"""

import subprocess
import sys
import unittest
import warnings
from itertools import combinations, product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import made_results as made
from figure_cases import WORKSHOP, Case

path = WORKSHOP.path
BINARY = SOURCE = None  # set at the end of the file

CHURN, COST = "partner.*.churn", "acquisition.ads.cost_per_lead"
TWO = {CHURN: [0.5, 1.0, 2.0, 3.0], COST: [0.5, 0.8, 1.2, 2.0, 2.5]}
THREE = {"c.x": [0.5, 1.0, 2.0, 3.0], "b.x": [1.0, 2.0], "a.text": ["east", "north", "west"]}
VARIANTS = ("base", "channel", "ads")
FILES = {
    "two": {"axes": TWO, "variants": VARIANTS, "factors": (CHURN,), "targets": ("revenue", "profit.p05")},
    "three": {"axes": THREE, "variants": ("base", "other")},
    "one": {"axes": {CHURN: [0.5, 1.0, 2.0, 3.0]}},
    "list": {"axes": {"c.x": [0.5, 1.0, 2.0, 3.0], "b.x": [4.0, 1.0, 3.0, 2.0]}, "design": "list"},
    "variants": {"variants": VARIANTS, "inner": 20, "replications": 4000, "targets": ("revenue",)},
    "short": {"axes": TWO, "drop": 3},
    "lean": {"axes": TWO, "samples": False},
    "holes": {"axes": TWO, "variants": ("base", "other"), "unmodelled": range(20, 40)},
    "single": {},
}
EXPERIMENT_FIGURES = {"points", "sweep", "heatmap", "variants", "convergence", "doubt"}
DRAWN = {"two": {"sweep", "heatmap", "variants", "convergence"}, "three": {"sweep", "heatmap", "variants"},
         "one": {"points", "sweep"}, "list": {"points", "sweep"},
         "variants": {"points", "variants", "convergence", "doubt"}, "short": {"sweep", "heatmap"},
         "lean": {"sweep", "heatmap"}, "holes": {"sweep", "heatmap"}, "single": set()}
SCENARIO = """# Does what is simulated fit?
[scenario]
months = 12
currency = "EUR"
replications = 1200
[firm]
fixed_cost = 400
[partner.a]
leads = { p10 = 2, p50 = 4, p90 = 8 }
close_rate = { beta = { mean = 0.3, concentration = 20 } }
deal_value = { lognormal = { mean = 1_500, cv = 0.5 } }
churn = 0.02
[variant.more]
set = { "partner.a.deal_value" = 1_700 }
[variant.less]
set = { "partner.a.deal_value" = 900 }
"""


def setUpModule():
    """Makes every file once; the tests only read."""
    global FOLDER, COLUMNS, figures, reader
    WORKSHOP.open(SOURCE, "experiments")
    FOLDER, figures, reader = WORKSHOP.folder, WORKSHOP.figures, WORKSHOP.reader
    COLUMNS = {name: made.make(path(name), **words) for name, words in FILES.items()}


class TheGrid(Case):
    def test_puts_every_point_where_its_values_say(self):
        """Each cell equals what was written for that variant and row, whatever the order of the file's variables."""
        for name, axes in (("two", TWO), ("three", THREE)):
            variants = FILES[name]["variants"]
            grid = reader.grid(self.open(name), "profit")
            self.assertEqual(grid.dims, ("variant", *axes))
            self.assertEqual(grid.shape, (len(variants), *map(len, axes.values())))
            columns = COLUMNS[name]["profit"].mean(axis=1)
            for p, (variant, *row) in enumerate(product(variants, *axes.values())):
                self.assertAlmostEqual(grid.sel({"variant": variant, **dict(zip(axes, row))}).item(), columns[p], 6)

    def test_of_hand_made_values(self):
        """Two by two: 1 2 / 3 4, worked out on paper."""
        class FourPoints:
            path, points, variants, variant_of = "made", list("abcd"), ["base"], ["base"] * 4
            swept = [reader.Swept("y.fast", False, np.array([5.0, 6.0, 5.0, 6.0])),
                     reader.Swept("x.slow", True, np.array([1.0, 1.0, 9.0, 9.0]))]
            over_points = staticmethod(lambda *_: np.array([1.0, 2.0, 3.0, 4.0]))

        layout, cells = reader.on_grid(FourPoints(), "anything")
        self.assertEqual((layout.dimensions, layout.values), (("x.slow", "y.fast"), ([1.0, 9.0], [5.0, 6.0])))
        self.assertEqual(layout.factors, (True, False))
        np.testing.assert_array_equal(cells, [[1, 2], [3, 4]])

    def test_keeps_units_names_and_what_a_factor_is(self):
        grid = reader.grid(self.open("two"), "profit", "p05")
        self.assertEqual((grid.attrs["units"], grid.attrs["long_name"], grid.name), ("EUR", "Profit, p05", "profit"))
        self.assertIn("factor", grid[CHURN].attrs["definition"])
        self.assertNotIn("factor", grid[COST].attrs["definition"])

    def test_gives_every_statistic_and_whole_columns(self):
        results, columns = self.open("two"), COLUMNS["two"]["profit"]
        shape = (3, 4, 5)
        p05 = reader.grid(results, "profit", "p05").values
        np.testing.assert_allclose(p05.ravel(), np.quantile(columns, 0.05, axis=1))
        np.testing.assert_allclose(reader.grid(results, "profit", "p05_low").values, p05 - 500)
        futures = reader.grid(results, "profit", None)
        self.assertEqual((futures.dims[-1], futures.shape, futures.attrs["units"]), ("replication", shape + (400,), "EUR"))
        np.testing.assert_allclose(futures.values.reshape(60, 400), columns, rtol=1e-6)
        difference = reader.grid(results, "profit", "difference").values
        self.assertTrue(np.isnan(difference[0]).all())
        gaps = (columns.reshape(*shape, -1) - columns.reshape(*shape, -1)[:1]).mean(axis=-1)
        np.testing.assert_allclose(difference[1:], gaps[1:])
        bands = reader.grid(results, "trajectories/revenue_quantile")
        self.assertEqual((bands.dims[-2:], bands.shape), (("month", "quantile"), shape + (12, 9)))
        self.assertEqual(bands["quantile"].values[1], 0.05)
        self.assertEqual(reader.grid(results, "profit", "larger").attrs["units"], "1")
        share = reader.grid(self.open("variants"), "profit", "share")
        self.assertEqual((share.dims, share.shape), (("variant",), (3,)))

    def test_is_missing_where_a_combination_is_absent(self):
        grid = reader.grid(self.open("short"), "profit")
        self.assertEqual(grid.shape, (4, 5))
        np.testing.assert_array_equal(np.argwhere(np.isnan(grid.values)), [[3, 2], [3, 3], [3, 4]])
        self.assertTrue(np.isnan(reader.grid(self.open("holes"), "profit").values[1]).all())

    def test_of_one_point_has_no_dimension(self):
        grid = reader.grid(self.open("single"), "profit")
        self.assertEqual(grid.dims, ())
        self.assertAlmostEqual(float(grid), COLUMNS["single"]["profit"].mean(), 6)

    def test_refuses_points_that_are_no_grid_and_says_what_to_do(self):
        with self.assertRaisesRegex(ValueError, r'4 points do not fill a grid \(16 .*design = "grid".*to_xarray'):
            reader.grid(self.open("list"), "profit")
        with self.assertRaisesRegex(reader.NotModelled, "did you mean profit"):
            reader.grid(self.open("two"), "profits")
        with self.assertRaisesRegex(reader.NotModelled, "did you mean .*cvar05"):
            reader.grid(self.open("two"), "profit", "cvar5")
        with self.assertRaisesRegex(reader.ResultError, "no /outcomes/profit"):
            reader.grid(self.open("lean"), "profit", None)

        class Twice:
            path, points, variants, variant_of = "made", list("ab"), ["base"], ["base"] * 2
            swept = [reader.Swept("x", False, np.array([1.0, 1.0]))]

        with self.assertRaisesRegex(ValueError, "nothing tells its 2 points apart"):
            reader.layout_of(Twice())


class TheReader(Case):
    def test_tells_swept_parameters_from_what_is_recorded(self):
        results = self.open("two")
        self.assertEqual({(p.path, p.factor) for p in results.swept}, {(CHURN, True), (COST, False)})
        self.assertEqual(results.variants, list(VARIANTS))
        self.assertEqual((results.outcomes, results.trajectories), (["revenue", "profit"], ["revenue"]))
        self.assertEqual(results.trajectory("revenue", 7).counts.size, 0)
        self.assertEqual(self.open("three").swept[0].values[:4].tolist(), ["east", "north", "west", "east"])

    def test_gives_comparisons_with_the_base(self):
        results, columns = self.open("two"), COLUMNS["two"]["profit"]
        self.assertEqual(results.compared, list(range(20, 60)))
        row = results.comparison("profit", 45)
        self.assertEqual((row.baseline, row.unit, row.dominance), (5, "EUR", "crosses"))
        self.assertAlmostEqual(row.mean.value, (columns[45] - columns[5]).mean(), 6)
        self.assertAlmostEqual(row.better, np.mean(columns[45] > columns[5]), 9)
        with self.assertRaisesRegex(reader.NotModelled, "compared with nothing"):
            results.comparison("profit", 5)

    def test_reads_units_without_single_replications(self):
        results = self.open("lean")
        self.assertEqual((results.unit("profit"), results.long_name("profit"), results.outcomes), ("EUR", "Profit", []))

    def test_knows_the_goals_of_an_outcome(self):
        self.assertEqual(self.open("one").goals("profit"), [("Enough to live on", 60000.0)])
        self.assertEqual(self.open("one").goals("revenue"), [])


class EveryFigure(Case):
    def test_is_drawn_without_a_warning_where_the_file_has_data_for_it(self):
        for name in FILES:
            results = self.open(name)
            for figure in EXPERIMENT_FIGURES:
                with self.subTest(file=name, figure=figure), warnings.catch_warnings():
                    warnings.simplefilter("error")
                    if figure not in DRAWN[name]:
                        with self.assertRaises(reader.NotModelled) as caught:
                            figures.draw_figure(results, figure, "profit")
                        self.assertIn(figures.why_not(results, figure, "profit"), str(caught.exception))
                        continue
                    drawn = figures.draw_figure(results, figure, "profit")
                    drawn.canvas.draw()
                    self.check(drawn)
                plt.close("all")

    def check(self, figure):
        """Every panel says what it shows; no text leaves the picture, and no tick covers its neighbour."""
        frame = figure.bbox
        for panel in figure.get_axes():
            if not panel.get_visible() or panel.get_label() == "<colorbar>":
                continue
            self.assertTrue(panel.get_xlabel() and panel.get_title(loc="left"))
            texts = [t for t in (*panel.texts, panel.xaxis.label, panel.yaxis.label, panel._left_title,
                                 *(panel.get_legend().get_texts() if panel.get_legend() else ())) if t.get_text()]
            for text in texts:
                box = text.get_window_extent()
                self.assertTrue(box.x0 >= frame.x0 - 1 and box.x1 <= frame.x1 + 1 and box.y0 >= frame.y0 - 1
                                and box.y1 <= frame.y1 + 1, f"{text.get_text()!r} at {box} leaves {frame}")
            for labels, axis, way in ((panel.get_xticklabels(), panel.get_xlim(), 0),
                                      (panel.get_yticklabels(), panel.get_ylim(), 1)):
                boxes = [t.get_window_extent() for t in labels
                         if t.get_text() and min(axis) <= t.get_position()[way] <= max(axis)]
                for one, other in combinations(boxes, 2):
                    self.assertFalse(one.x0 < other.x1 - 1 and other.x0 < one.x1 - 1 and one.y0 < other.y1 - 1
                                     and other.y0 < one.y1 - 1, f"{one} covers {other}")

    def test_a_map_shows_the_numbers_of_the_file(self):
        figure = figures.draw_figure(self.open("two"), "heatmap", "profit")
        panels = [axes for axes in figure.get_axes() if axes.get_label() != "<colorbar>"]
        means = COLUMNS["two"]["profit"].mean(axis=1).reshape(3, 4, 5)
        for v, name in enumerate(VARIANTS):
            self.assertEqual(panels[v].get_title(loc="left"), f"mean, {name}")
            np.testing.assert_allclose(panels[v].get_images()[0].get_array(), means[v])

    def test_lines_show_the_numbers_of_the_file(self):
        figure = figures.draw_figure(self.open("one"), "sweep", "profit")
        line = next(line for line in figure.get_axes()[0].get_lines() if line.get_label() == "mean")
        np.testing.assert_allclose(line.get_xdata(), [0.5, 1, 2, 3])
        np.testing.assert_allclose(line.get_ydata(), COLUMNS["one"]["profit"].mean(axis=1))

    def test_differences_are_those_of_pairs(self):
        axes = plt.subplots()[1]
        figures.draw_differences(axes, self.open("variants"), "profit")
        columns = COLUMNS["variants"]["profit"]
        means = next(c for c in axes.containers if c.get_label() == "mean").lines[0].get_xdata()
        np.testing.assert_allclose(means, (columns[1:] - columns[0]).mean(axis=1))

    def test_the_forecast_falls_as_one_over_the_root(self):
        axes = plt.subplots()[1]
        figures.draw_convergence(axes, self.open("two"), 1)
        line = next(line for line in axes.get_lines() if line.get_label().startswith("forecast"))
        x, y = line.get_data()
        np.testing.assert_allclose(y * np.sqrt(x), y[0] * np.sqrt(x[0]))
        self.assertAlmostEqual(y[-1], 1000, delta=1)

    def test_curves_of_draws_are_quantiles_of_their_futures(self):
        from partnersim_figures.doubt import LEVELS, conditional_quantiles
        curves = conditional_quantiles(self.open("variants"), "profit")
        self.assertEqual(curves.shape, (200, len(LEVELS)))
        futures = COLUMNS["variants"]["profit"][0].astype(np.float32).astype(float)
        np.testing.assert_allclose(curves[7], np.quantile(futures[140:160], LEVELS), rtol=1e-6)

    def test_shows_few_points_together_unless_one_is_asked_for(self):
        results = self.open("variants")
        together = figures.draw_figure(results, "exceedance", "profit").get_axes()[0]
        self.assertEqual(len(together.get_legend().get_texts()), 3)
        alone = figures.draw_figure(results, "exceedance", "profit", "ads")
        self.assertIn("[ads]", alone._suptitle.get_text())
        self.assertIn("[base", figures.draw_figure(self.open("two"), "exceedance", "profit")._suptitle.get_text())


class TheProgram(Case):
    """One experiment simulated: the schema that the reader expects is the one that is written."""

    def run_it(self, name, *words):
        scenario = FOLDER / "scenario.toml"
        scenario.write_text(SCENARIO, encoding="utf-8")
        subprocess.run([BINARY, "run", scenario, "-o", path(name), "--quiet", *words], capture_output=True, check=True,
                       timeout=120)
        return self.open(name)

    def test_writes_what_is_read(self):
        results = self.run_it("real", "--vary", "partner.a.churn=*0.5,*1,*2", "--vary", "firm.fixed_cost=300,400",
                              "--precision", "revenue=50%", "-n", "1536")
        self.assertEqual(results.variants, ["base", "more", "less"])
        grid = reader.grid(results, "profit")
        self.assertEqual(grid.dims, ("variant", "partner.a.churn", "firm.fixed_cost"))
        self.assertIn("factor", grid["partner.a.churn"].attrs["definition"])
        # Fixed cost is paid whatever happens: 100 less a month for twelve months.
        np.testing.assert_allclose((grid[..., 0] - grid[..., 1]).values, 1200, atol=0.5)
        for point in results.compared:
            pair = results.comparison("revenue", point)
            gap = results.outcome("revenue", point).astype(float) - results.outcome("revenue", pair.baseline)
            self.assertAlmostEqual(pair.mean.value, gap.mean(), delta=1e-4 * abs(gap).max())
            self.assertEqual(results.variant_of[pair.baseline], "base")
        for name in ("sweep", "heatmap", "variants", "convergence", "overview"):
            figures.draw_figure(results, name, "revenue").canvas.draw()

    def test_splits_luck_from_ignorance(self):
        results = self.run_it("levels", "--set", "scenario.inner=20", "-n", "2000")
        self.assertEqual(results.inner, 20)
        split = results.variance_split("revenue")
        columns = results.outcome("revenue").astype(float).reshape(-1, 20)
        within = columns.var(axis=1, ddof=1).mean()
        self.assertAlmostEqual(split.luck / within, 1, 6)
        self.assertAlmostEqual(split.ignorance / (columns.mean(axis=1).var(ddof=1) - within / 20), 1, 6)
        figures.draw_figure(results, "doubt").canvas.draw()

    def test_draws_from_the_shell_and_is_silent_about_what_only_experiments_have(self):
        words = ["/usr/bin/python3", "-B", str(SOURCE / "scripts/plot_results.py"), str(path("variants")), "--outcome",
                 "profit", "-o", str(FOLDER / "shell")]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
        drawn = {Path(line).stem.rsplit("_", 1)[1] for line in done.stdout.splitlines()}
        self.assertEqual(drawn, {"overview", "exceedance"} | DRAWN["variants"])
        self.assertNotIn("heatmap", done.stderr)
        done = subprocess.run([*words, "--figure", "heatmap"], capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 5)
        self.assertIn("fewer than two parameters are swept", done.stderr)

    def test_shards_give_the_same_as_one_run(self):
        scenario = FOLDER / "shards.toml"
        scenario.write_text(SCENARIO.partition("[variant")[0], encoding="utf-8")
        whole, merged = FOLDER / "whole.h5", FOLDER / "merged.h5"
        subprocess.run([BINARY, "run", scenario, "-o", whole, "--quiet"], capture_output=True, check=True, timeout=60)
        subprocess.run([SOURCE / "scripts/shards.sh", scenario, "3", merged], capture_output=True, check=True, timeout=60,
                       cwd=FOLDER, env={"PATH": "/usr/bin:/bin", "PARTNERSIM": BINARY, "JOBS": "2"})
        hashes = [reader.Results(file).provenance("outcomes_hash") for file in (whole, merged)]
        self.assertEqual(*hashes)

    def test_the_study_answers_its_question_from_the_numbers(self):
        done = subprocess.run(["/usr/bin/python3", "-B", str(SOURCE / "scripts/study_channel_or_ads.py"), "-n", "2000",
                               "--rows", "1024", "-o", str(FOLDER / "study")], capture_output=True, text=True, check=False,
                              timeout=120, env={"PATH": "/usr/bin:/bin", "PARTNERSIM": BINARY})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(list((FOLDER / "study").glob("*.png"))), 6)
        with reader.Results(FOLDER / "study/study_plans.h5") as plans:
            row = plans.comparison("profit", plans.variant_of.index("ads"))
            self.assertIn(f"{row.mean.value:,.0f}"[:3], done.stdout.partition("The answer")[2])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR [unittest's options]")
    BINARY, SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
