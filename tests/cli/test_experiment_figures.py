#!/usr/bin/python3
"""Results of several points: the reader, the grid, and the figures of sweeps, variants, precision and doubt.

    python3 tests/cli/test_experiment_figures.py BINARY SOURCE_DIR [unittest's options]

Most files are made by hand (made_results.py), so that every number is known; one is simulated.
"""

import re
import shutil
import subprocess
import sys
import unittest
import warnings
from itertools import combinations, product
from pathlib import Path
from unittest import mock

import h5py
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.text import Text

sys.path.insert(0, str(Path(__file__).resolve().parent))
import made_results as made
from figure_cases import WORKSHOP, Case

path = WORKSHOP.path
BINARY = SOURCE = None  # set at the end of the file

CHURN, COST, CASH = "partner.*.churn", "acquisition.ads.cost_per_lead", "firm.cash"
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
    "awkward": {"variants": VARIANTS, "awkward": True},
    "awkward_list": {"axes": {"c.x": [0.5, 1.0, 2.0, 3.0], "b.x": [4.0, 1.0, 3.0, 2.0]}, "design": "list",
                     "awkward": True},
    "awkward_two": {"axes": {CASH: [10_000.0, 20_000.0], CHURN: [0.5, 1.0, 2.0]}, "variants": VARIANTS,
                    "factors": (CHURN,), "awkward": True},
}
EXPERIMENT_FIGURES = {"points", "sweep", "heatmap", "variants", "convergence", "doubt"}
DRAWN = {"two": {"points", "sweep", "heatmap", "variants", "convergence"},
         "three": {"points", "sweep", "heatmap", "variants"},
         "one": {"points", "sweep"}, "list": {"points", "sweep"},
         "variants": {"points", "variants", "convergence", "doubt"}, "short": {"sweep", "heatmap"},
         "lean": {"sweep", "heatmap"}, "holes": {"sweep", "heatmap"}, "single": set(),
         "awkward": {"points", "variants"}, "awkward_list": {"points", "sweep"},
         "awkward_two": {"points", "sweep", "heatmap", "variants"}}
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

    def test_counts_values_with_and_without_single_replications(self):
        copy, known = FOLDER / "counted.h5", ~np.isnan(COLUMNS["awkward"]["break_even_month"])
        shutil.copy(path("awkward"), copy)
        pairs = [np.nan, 0, np.sum(known[0] & known[2])]
        with h5py.File(copy, "r+") as file:
            del file["outcomes"]
            for group, name, values in (("summary", "count", known.sum(axis=1)), ("comparison", "pairs", pairs)):
                made.add(file[group], name, np.repeat(np.array(values, float)[:, None], 4, axis=1), "point", "outcome")
        with reader.Results(copy) as results:
            self.assertEqual(results.valued("break_even_month").tolist(), known.sum(axis=1).tolist())
            self.assertEqual(results.comparison("break_even_month", 2).pairs, pairs[2])
        self.assertEqual(self.open("lean").valued("profit").tolist(), [400] * 20)
        self.assertEqual(self.open("holes").valued("profit").tolist(), [400] * 20 + [0] * 20)

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

    def words_of(self, figure):
        """Every text of a figure, in one."""
        figure.canvas.draw()
        return "\n".join(text.get_text() for text in figure.findobj(Text))

    def test_says_how_many_futures_have_a_value_and_which_points_have_none(self):
        results, months = self.open("awkward"), COLUMNS["awkward"]["break_even_month"]
        valued = np.sum(~np.isnan(months), axis=1)
        self.assertEqual(results.valued("break_even_month").tolist(), valued.tolist())
        self.assertTrue(0 < valued[0] < 400 and valued[1] == 0 and 0 < valued[2] < 400)
        for name in ("points", "exceedance", "variants"):
            figure = figures.draw_figure(results, name, "break_even_month")
            words = self.words_of(figure)
            for point in (0, 2):
                self.assertIn(f"{valued[point]}", words)
            self.assertIn("channel", words)
            self.check(figure)
        pairs = np.sum(~np.isnan(months[0]) & ~np.isnan(months[2]))
        self.assertEqual(results.comparison("break_even_month", 2).pairs, pairs)
        self.assertIn(f"of the {pairs} replications", words)
        for name in ("sweep", "heatmap"):
            figure = figures.draw_figure(self.open("awkward_two"), name, "break_even_month")
            self.assertRegex(self.words_of(figure), r"in the 0 % to \d+ % of replications\nwhere there is one")
            self.check(figure)
        for name in ("points", "exceedance"):
            whole = self.words_of(figures.draw_figure(results, name, "revenue"))
            self.assertNotRegex(whole, r"\d of 400|with a value|no value")

    def test_of_yes_or_no_shows_probabilities(self):
        for name in ("awkward", "awkward_list", "awkward_two"):
            results = self.open(name)
            share = COLUMNS[name]["goal_enough"].mean(axis=1)
            for figure in ("overview", "exceedance", *sorted(DRAWN[name])):
                with self.subTest(file=name, figure=figure), warnings.catch_warnings():
                    warnings.simplefilter("error")
                    drawn = figures.draw_figure(results, figure, "goal_enough")
                    words = self.words_of(drawn)
                    self.check(drawn)
                    self.assertIn("robab", words)
                    self.assertIn(" %", words)
                    self.assertNotRegex(words, r"\bP5\b|\bP95\b|median")
                plt.close("all")
            axes = plt.subplots()[1]
            points = figures.shown_points(results, "goal_enough")
            figures.draw_distributions(axes, results, "goal_enough", points)
            np.testing.assert_allclose(axes.containers[0].lines[0].get_xdata(), share[points])
            self.assertTrue(axes.get_xlim()[0] > -0.02 and axes.get_xlim()[1] < max(0.9, 1.02 * share[points].max()))
            # Few successes: Wilson's interval of 400 futures.
            low, high = reader.wilson(share * 400, 400)
            ends = [[segment[0][0], segment[1][0]] for segment in axes.containers[0].lines[2][0].get_segments()]
            np.testing.assert_allclose(ends, np.transpose([low, high])[points], atol=1e-3)

    def test_names_money_in_thousands_on_every_axis(self):
        for figure in ("sweep", "heatmap"):
            drawn = figures.draw_figure(self.open("awkward_two"), figure, "profit")
            words = self.words_of(drawn)
            self.assertNotIn("e+04", words)
            self.assertIn("10,000", words)      # without a unit in the file
        axis = figures.Axis(CASH, [10_000.0, 1_500_000.0], False, "EUR")
        self.assertEqual([axis.text(value) for value in axis.values], ["10 k", "1.5 M"])

    def test_colours_the_bad_end(self):
        """Vermilion marks P5 of what should be high and P95 of what should be low, in every figure."""
        def vermilion(figure):
            return {artist.get_label() for artist in figure.findobj(Line2D)
                    if to_hex(artist.get_color()).upper() == "#D55E00"} & {"P5", "P95"}
        for outcome, bad in (("profit", {"P5"}), ("break_even_month", {"P95"})):
            results = self.open("awkward")
            self.assertEqual(vermilion(figures.draw_figure(results, "points", outcome)), bad)
            handles = figures.draw_figure(results, "variants", outcome).get_axes()[0].get_legend_handles_labels()
            self.assertEqual({label for handle, label in zip(*handles)
                              if to_hex(handle.lines[0].get_color()).upper() == "#D55E00"}, bad)
            self.assertEqual(vermilion(figures.draw_figure(self.open("awkward_two"), "sweep", outcome)), bad)
            for file, figure in (("awkward", "exceedance"), ("awkward_two", "heatmap")):
                words = self.words_of(figures.draw_figure(self.open(file), figure, outcome))
                self.assertEqual(set(re.findall(r"\bP95\b|\bP5\b", words)), bad)

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
            self.assertEqual(panels[v].get_title(loc="left"), f"Profit, mean\n{name}")
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

    def test_names_the_point_farthest_off(self):
        axes = plt.subplots()[1]
        figures.draw_convergence(axes, self.open("variants"))
        named = [text.get_text() for text in axes.get_legend().get_texts()]
        self.assertEqual(named[:2], ["other points", "farthest off: ads,\n± 5.62 k at 4,096"])

    def test_of_doubt_hides_nothing(self):
        """Shares stand beside their intervals, names are whole, and outcomes left out are counted."""
        from partnersim_figures import doubt
        results, name = self.open("variants"), "Revenue of the last twelve months of the horizon"
        results.long_name = lambda _: name
        splits = [("revenue", reader.VarianceSplit(1, 0.1, 1, 0.1, share, 0.02))
                  for share in (0.0, 0.03, 0.1, 0.5, 0.98)]
        with mock.patch.object(doubt, "splits_of", lambda *_: splits * 3):
            axes = plt.subplots()[1]
            doubt.draw_split(axes, results)
        self.assertIn("5 more outcomes", axes.get_xlabel())
        self.assertEqual({t.get_text().replace("\n", " ") for t in axes.get_yticklabels()}, {name})
        axes.figure.canvas.draw()
        for text, (_, split) in zip(axes.texts, splits * 2):
            box = axes.transData.inverted().transform(text.get_window_extent())
            self.assertFalse(box[0][0] < split.share + 0.04 and split.share - 0.04 < box[1][0], text)

    def test_fans_of_one_file_are_all_stepped_or_all_sloped(self):
        for changed, style in ((1, "steps-mid"), (2, "default")):
            copy = FOLDER / f"fans{changed}.h5"
            shutil.copy(path("variants"), copy)
            with h5py.File(copy, "r+") as file:
                quantiles = file["trajectories/revenue_quantile"]
                for point in range(changed):    # many different values
                    quantiles[point] = np.linspace(1, 2, quantiles[point].size).reshape(quantiles[point].shape)
            with reader.Results(copy) as results:
                for point in range(3):
                    axes = plt.subplots()[1]
                    figures.draw_fan(axes, results, "revenue", point)
                    median = next(line for line in axes.get_lines() if line.get_label() == "median")
                    self.assertEqual(median.get_drawstyle(), style)

    def test_curves_of_draws_are_quantiles_of_their_futures(self):
        from partnersim_figures.doubt import LEVELS, conditional_quantiles
        curves = conditional_quantiles(self.open("variants"), "profit")
        self.assertEqual(curves.shape, (200, len(LEVELS)))
        futures = COLUMNS["variants"]["profit"][0].astype(np.float32).astype(float)
        np.testing.assert_allclose(curves[7], np.quantile(futures[140:160], LEVELS), rtol=1e-6)

    def test_shows_few_points_together_unless_one_is_asked_for(self):
        results = self.open("variants")
        together = figures.draw_figure(results, "exceedance", "profit").get_axes()[0]
        named = [text.get_text().partition(":")[0] for text in together.get_legend().get_texts()]
        self.assertEqual(named, [*VARIANTS, "95 % band for a whole curve,\n± 2.15 percentage points"])
        alone = figures.draw_figure(results, "exceedance", "profit", "ads")
        self.assertIn("[ads]", alone._suptitle.get_text())
        swept = figures.draw_figure(self.open("two"), "exceedance", "profit")      # the variants in its first row
        self.assertEqual([text.get_text().partition(":")[0] for text in swept.get_axes()[0].get_legend().get_texts()][:3],
                         list(VARIANTS))
        self.assertIn("[0.5, 0.5]", swept._suptitle.get_text())


class TheProgram(Case):
    """One experiment simulated: the schema that the reader expects is the one that is written."""

    def run_it(self, name, *words, more=""):
        scenario = FOLDER / "scenario.toml"
        scenario.write_text(SCENARIO + more, encoding="utf-8")
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

    def test_finds_the_opening_cash_of_each_point_or_says_what_is_drawn(self):
        rich = '[variant.rich]\nset = { "firm.cash" = 20_000 }\n'
        for name, vary, more, expected in (("cash", (), rich, [7000, 7000, 7000, 20_000]),
                                           ("swept", ("--vary", "firm.cash=5000,9000"), "", [5000, 9000] * 3),
                                           ("factor", ("--vary", "firm.cash=*0.5,*2"), "", [None] * 6)):
            results = self.run_it(name, "--set", "firm.cash=7000", "-n", "200", *vary, more=more)
            self.assertEqual(len(results.points), len(expected))
            for point, cash in enumerate(expected):
                found = results.opening_cash(point)
                self.assertEqual(found if found is None else found.tolist(), cash if cash is None else [cash])
                axes = plt.subplots()[1]
                figures.draw_cash(axes, results, point)
                self.assertEqual("month, cash at its end" == axes.get_xlabel(), cash is None)
                self.assertEqual(axes.get_xlim()[0], 1 if cash is None else 0)

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
        import study_channel_or_ads as study  # pylint: disable=import-outside-toplevel
        with reader.Results(FOLDER / "study/study_sweep.h5") as sweep:      # every map says what its colours mean
            labels = [axes.get_label() for axes in study.draw_difference(sweep).get_axes()]
        self.assertEqual(labels.count("<colorbar>"), 2)
        with reader.Results(FOLDER / "study/study_plans.h5") as plans:
            row = plans.comparison("profit", plans.variant_of.index("ads"))
            self.assertIn(f"{row.mean.value:,.0f}"[:3], done.stdout.partition("The answer")[2])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR [unittest's options]")
    BINARY, SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
