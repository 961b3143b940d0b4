#!/usr/bin/python3
"""Figures of files with variants, copies that are alike, names with $, few replications: what each must show.

    python3 tests/cli/test_variant_figures.py BINARY SOURCE_DIR [unittest's options]
"""

import math
import os
import re
import subprocess
import sys
import unittest
import warnings
from itertools import combinations
from pathlib import Path

import h5py
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.contour import ContourSet
from matplotlib.text import Text

sys.path.insert(0, str(Path(__file__).resolve().parent))
import made_results as made
from figure_cases import WORKSHOP, Case, shown_by

path, plot = WORKSHOP.path, WORKSHOP.plot
BINARY = SOURCE = None  # set at the end of the file

HOSTILE = r"$\frac{$ a month"
PLANS = r"""# Which plan for $\frac{$ shall we follow?
[scenario]
months = 24
currency = "EUR"
replications = 1000
[firm]
cash = 9_000
fixed_cost = 2_600
[firm.direct]
leads = 12
close_rate = { observed = { wins = 14, leads = 180 } }
deal_value = { lognormal = { mean = 2_000, cv = 0.6 } }
[partner.acme]
label = '$\frac{$ a month'
leads = 3
close_rate = 0.3
deal_value = 1_500
churn = 0.03
[partner.club]
count = 4
leads = 1
close_rate = { beta = { mean = 0.3, concentration = 20 } }
deal_value = 800
churn = 0.002
[partner.club_3]
start = 6
[goal.enough]
label = '$\frac{$ a month'
outcome = "profit"
at_least = 25_000
[variant.ads]
label = '$\frac{$ a month'
set = { "firm.direct.leads" = 16 }
[variant.alone]
set = { "partner.*.enabled" = false }
[variant.dear]
label = "a label as long as those that people give to the plans which they have thought about, in the South"
set = { "partner.*.deal_value" = 2_500 }
"""
KEPT = """# Partners who never leave: what is a year worth?
[scenario]
months = 12
replications = 1000
[partner.club]
count = 3
leads = 2
close_rate = 0.5
deal_value = 90
[partner.shop]
leads = 3
close_rate = 0.3
deal_value = 250
"""
# Everything that a figure without a point is about: all points, each by its name.
OF_ALL = ("overview", "exceedance", "points", "active", "cash", "contribution", "ends", "worst", "inputs")


def setUpModule():
    """Runs every scenario once; the tests only read."""
    global FOLDER, figures, reader
    WORKSHOP.open(SOURCE, "variants")
    FOLDER, figures, reader = WORKSHOP.folder, WORKSHOP.figures, WORKSHOP.reader
    simulate("plans", PLANS)
    simulate("kept", KEPT)
    simulate("few", PLANS, "-n", "5")
    simulate("swept", PLANS, "-n", "200", "--vary", "partner.acme.leads=1,2,3,4,5,6", "--vary",
             "firm.fixed_cost=" + ",".join(str(2000 + 100 * k) for k in range(12)), "--set", "output.partners=false")
    simulate("doubt", PLANS, "-n", "2000", "--set", "scenario.inner=20")


def simulate(name, scenario, *words):
    source = FOLDER / f"{name}.toml"
    source.write_text(scenario, encoding="utf-8")
    subprocess.run([BINARY, "run", source, "-o", path(name), "--quiet", *words], capture_output=True, check=True, timeout=60)


def texts_of(figure):
    """Every text of a drawn figure that is not empty."""
    figure.canvas.draw()
    return [text for text in figure.findobj(Text) if text.get_text()]


def words_of(figure):
    """All of them in one, as a reader sees them, without line breaks."""
    return " ".join(text for text, _ in shown_by(figure)).replace("\n", " ")


def panels_of(figure):
    return [axes for axes in figure.get_axes() if axes.get_visible() and axes.get_label() != "<colorbar>"]


class AllVariants(Case):
    def test_are_in_every_figure_that_is_about_points(self):
        results = self.open("plans")
        for name in OF_ALL:
            with self.subTest(figure=name), warnings.catch_warnings():
                warnings.simplefilter("error")
                words = words_of(figures.draw_figure(results, name, "profit"))
                for label in ("base", HOSTILE, "dear" if name == "x" else "a label as long as"):
                    self.assertIn(label, words)
                alone = words_of(figures.draw_figure(results, name, "profit", "alone")) if name in ("cash", "overview") else ""
                self.assertNotIn("a label as long as", alone)
            plt.close("all")

    def test_have_one_scale(self):
        for name, way in (("cash", "ylim"), ("overview", "ylim"), ("worst", "xlim")):
            panels = panels_of(figures.draw_figure(self.open("plans"), name, "profit"))[:4]
            self.assertEqual(len({getattr(axes, f"get_{way}")() for axes in panels}), 1, name)

    def test_show_their_own_numbers(self):
        results = self.open("plans")
        panels = panels_of(figures.draw_figure(results, "cash"))
        for point, axes in enumerate(panels[:4]):
            mean = next(line for line in axes.get_lines() if line.get_label() == "mean")
            np.testing.assert_array_equal(mean.get_ydata()[1:], results.trajectory("cash", point).mean)
        for point, line in enumerate(panels[4].get_lines()):
            self.assertEqual(line.get_ydata()[-1], results.outcome("out_of_cash", point).mean(dtype=float))

    def test_without_partners_say_so_in_their_panel(self):
        for name, reason in (("active", "active_partners is not modelled at point alone"),
                             ("ends", "no partners at point alone")):
            figure = figures.draw_figure(self.open("plans"), name)
            self.assertIn(reason, words_of(figure))
            self.assertEqual(len(panels_of(figure)), 4)

    def test_have_the_same_rows_of_partners(self):
        panels = panels_of(figures.draw_figure(self.open("plans"), "ends"))
        labels = [[t.get_text() for t in panels[k].get_yticklabels()] for k in (0, 1, 3)]
        self.assertEqual(labels[0], labels[1])
        self.assertEqual(labels[0], labels[2])
        axes = panels_of(figures.draw_figure(self.open("plans"), "contribution"))[0]
        self.assertEqual(len(axes.patches), 4 * len(labels[0]))
        self.assertEqual(sum(text.get_text() == "not there" for text in axes.texts), len(labels[0]))

    def test_of_a_sweep_are_those_in_its_first_row(self):
        figure = figures.draw_figure(self.open("swept"), "cash")
        self.assertIn("partner.acme.leads = 1, firm.fixed_cost = 2000", words_of(figure))
        self.assertIn("4 of 288 points", words_of(figure))
        self.assertEqual(len(panels_of(figure)), 5)

    def test_leave_the_picture_nowhere(self):
        for name in OF_ALL:
            figure = figures.draw_figure(self.open("plans"), name, "profit")
            texts, frame = texts_of(figure), figure.bbox
            ticks = {text for axes in figure.get_axes() for text in (*axes.get_xticklabels(), *axes.get_yticklabels())}
            for text in texts:
                if text in ticks:       # some of them are not within the limits, and not drawn
                    continue
                box = text.get_window_extent()
                self.assertTrue(box.x0 >= frame.x0 - 1 and box.x1 <= frame.x1 + 1 and box.y1 <= frame.y1 + 1,
                                f"{name}: {text.get_text()!r} leaves the picture")
            titles = [axes._left_title.get_window_extent() for axes in panels_of(figure) if axes.get_title(loc="left")]
            for one, other in combinations(titles, 2):
                self.assertFalse(one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1)
            plt.close("all")


class Names(Case):
    def test_with_dollars_are_drawn_as_they_are(self):
        """Every text of every figure: none is read as a formula."""
        for name in figures.FIGURES:
            results = self.open("doubt" if name == "doubt" else "swept" if name in ("sweep", "heatmap") else "plans")
            for outcome in ("profit", "goal_enough"):
                if figures.why_not(results, name, outcome):
                    continue
                figure = figures.draw_figure(results, name, outcome)
                said = shown_by(figure)
                self.assertFalse([text for text, formula in said if formula or r"\$" in text], name)
                self.assertIn("$", " ".join(text for text, _ in said))
                plt.close("all")

    def test_of_variants_are_their_labels(self):
        results = self.open("swept")
        self.assertEqual(list(results.variant_labels), ["base", "ads", "alone", "dear"])
        self.assertEqual(results.variant_labels["ads"], HOSTILE)
        self.assertEqual(results.row_label(75), "partner.acme.leads = 1, firm.fixed_cost = 2300")
        self.assertEqual(self.open("plans").variant_labels["ads"], HOSTILE)

    def test_take_ids_labels_and_numbers_of_points(self):
        results = self.open("plans")
        self.assertEqual([results.point_number(p) for p in ("ads", HOSTILE, "1", 1)], [1] * 4)
        with self.assertRaisesRegex(reader.ResultError, "variant ads has 72 points, 72 to 143: ask for one by its number"):
            self.open("swept").point_number("ads")
        with self.assertRaisesRegex(reader.ResultError, "no point 'adverts'"):
            results.point_number("adverts")
        for word in ("ads", HOSTILE, "1"):
            done = plot(path("plans"), "--figure", "cash", "--point", word, "-o", FOLDER / "one")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertTrue(done.stdout.endswith("plans_cash_point1.png\n"))
        done = plot(path("swept"), "--figure", "cash", "--point", "ads", "-o", FOLDER / "one")
        self.assertEqual(done.returncode, 5)
        self.assertIn("ask for one by its number or its label", done.stderr)


class Contribution(Case):
    def test_has_each_value_at_the_end_of_its_bar(self):
        """And its error, wherever the spreadsheet's mark is."""
        for name in ("plans", "kept"):
            axes = plt.subplots()[1]
            figures.draw_contribution(axes, self.open(name))
            marks = next(line for line in axes.get_lines() if line.get_label() == "spreadsheet").get_xdata()
            errors = axes.containers[1].lines[2][0].get_segments()
            for bar, text, segment, mark in zip(axes.patches, axes.texts, errors, marks):
                self.assertAlmostEqual(text.xy[0], segment[1][0])
                self.assertLess(text.xy[0], bar.get_width() * 1.2)
                self.assertNotEqual(text.xy[0], mark)

    def test_joins_copies_that_nothing_tells_apart(self):
        results, axes = self.open("kept"), plt.subplots()[1]
        self.assertEqual(results.alike(), [[0, 1, 2]])
        figures.draw_contribution(axes, results)
        self.assertEqual([t.get_text() for t in axes.get_yticklabels()], ["club (3 copies)", "shop"])
        revenue = results.partners.revenue[0][:3]
        self.assertAlmostEqual(axes.patches[0].get_width(), revenue.sum())
        low, high = (f"{value / 1000:.2f} k" for value in (revenue.min(), revenue.max()))
        self.assertTrue(axes.texts[0].get_text().endswith(f" ({low} to {high} each)"), axes.texts[0].get_text())
        # One that starts later is not like the others.
        self.assertEqual(self.open("plans").alike(), [[1, 2, 4]])
        labels = {group.label: group.members for group in
                  sys.modules["partnersim_figures.partners"].groups_of(self.open("plans"))}
        self.assertEqual((labels["club_1 and 2 like it"], labels["club_3"]), ([1, 2, 4], [3]))

    def test_joins_the_inputs_of_copies_by_their_mean(self):
        results = self.open("plans")
        joined = {name: paths for name, _, _, paths in results.joined_inputs()}
        alike = [f"partner.club_{k}.close_rate" for k in (1, 2, 4)]
        self.assertEqual(joined["partner.club_*.close_rate" if "partner.club_*.close_rate" in joined else
                                next(name for name, paths in joined.items() if len(paths) == 3)], alike)
        columns = np.mean([results.input(name).astype(float) for name in alike], axis=0)
        np.testing.assert_allclose(results.mean_input(alike), columns, rtol=1e-12)
        names = [row.name for row in reader.worst_futures(results, "profit", joined=True)]
        self.assertEqual(sum("club" in name for name in names), 2)


class Ends(Case):
    def test_label_every_slice_and_add_up(self):
        from partnersim_figures.partners import rounded
        for shares in ((1 / 3, 1 / 3, 1 / 3), (0.333, 0.333, 0.334), (0.005, 0.495, 0.5), (1, 0, 0), (0.0004, 0.4996, 0.5)):
            texts = rounded(shares)
            total = sum(float(text.removesuffix(" %")) for text in texts if not text.startswith("<"))
            self.assertAlmostEqual(total, 100, 9, texts)
            self.assertEqual([text == "0 %" or text == "0.0 %" for text in texts], [share == 0 for share in shares])
        self.assertEqual(rounded((0.0004, 0.4996, 0.5))[0], "< 0.1 %")
        figure = figures.draw_figure(self.open("plans"), "ends", point=0)
        _, shares = sys.modules["partnersim_figures.partners"].ends_by_partner(self.open("plans"))
        axes = figure.get_axes()[0]
        beside = [word for text in axes.child_axes[0].get_yticklabels()
                  for word in re.findall(r"\d % (by a shock|by churn|with the firm|never began)", text.get_text())]
        small = [(k, cause) for cause, row in shares.items() for k, share in enumerate(row) if 0 < share < 0.04]
        self.assertTrue(small)
        for _, cause in small:
            self.assertIn(cause, beside)
        self.assertEqual(len(axes.texts) + len(beside), sum(share > 0 for row in shares.values() for share in row))
        self.assertTrue(all(share == 0 or share > 1e-6 for share in shares["never began"]))     # no rounding is a cause

    def test_without_any_is_no_empty_figure_of_active_partners(self):
        words = words_of(figures.draw_figure(self.open("kept"), "active"))
        self.assertIn("4 in every month of every replication", words)
        self.assertNotIn("in every month of every", words_of(figures.draw_figure(self.open("plans"), "active")))


class Curves(Case):
    def test_name_their_band_and_end_where_few_values_lie_beyond(self):
        made.make(path("tails"), variants=("base", "ads"), replications=5000)       # lognormal
        results = self.open("tails")
        pooled = np.concatenate([results.outcome("revenue", p).astype(float) for p in range(2)])
        for name, point in (("exceedance", None), ("points", None), ("exceedance", 0)):
            axes = figures.draw_figure(results, name, "revenue", point).get_axes()[0]
            high, values = axes.get_xlim()[1], pooled if point is None else results.outcome("revenue", point)
            beyond = int(np.sum(values > high))
            self.assertTrue(np.quantile(values, 0.99) < high < 0.9 * values.max() and beyond > 0)
            self.assertRegex(axes.get_xlabel(), rf"\d+ of {len(values):,} replications lie above")
        axes = figures.draw_figure(results, "exceedance", "revenue").get_axes()[0]
        self.assertEqual(axes.get_legend().get_texts()[-1].get_text(),
                         f"95 % band for a whole curve,\n± {100 * math.sqrt(math.log(40) / 10_000):.3g} percentage points")

    def test_of_histograms_give_each_point_its_own_height_where_one_towers(self):
        axes = plt.subplots()[1]
        figures.draw_distributions(axes, self.open("plans"), "profit")      # without partners most run out of cash
        tops = [min(bar.get_height() for bar in axes.patches if bar.get_y() == row) for row in range(4)]
        self.assertTrue("tallest of each alike" in axes.get_ylabel() and np.ptp(tops) < 1e-9)
        axes = plt.subplots()[1]
        figures.draw_distributions(axes, self.open("plans"), "profit", [0, 1])
        tops = [min(bar.get_height() for bar in axes.patches if bar.get_y() == row) for row in range(2)]
        self.assertTrue("alike" not in axes.get_ylabel() and np.ptp(tops) > 1e-9)

    def test_of_doubt_fit_their_axis(self):
        results = self.open("doubt")
        axes = plt.subplots()[1]
        figures.draw_conditional(axes, results, "profit")
        drawn = np.concatenate([line.get_xdata() for line in axes.get_lines()]
                               + [each.get_paths()[0].vertices[:, 0] for each in axes.collections])
        low, high = axes.get_xlim()
        self.assertTrue(low <= drawn.min() < low + 0.05 * (high - low) and high - 0.05 * (high - low) < drawn.max() <= high)


class Sweeps(Case):
    def test_drop_no_column_in_silence(self):
        figure = figures.draw_figure(self.open("swept"), "sweep", "profit")
        panels = panels_of(figure)
        self.assertEqual(len(panels), 4 * 6)
        titles = [axes.get_title(loc="left").replace("\n", " ") for axes in panels]
        self.assertEqual([title.rsplit(" ", 1)[1] for title in titles], list("123456") * 4)
        self.assertTrue(all("leads = " in title for title in titles))
        figure.canvas.draw()
        boxes = [axes._left_title.get_window_extent() for axes in panels]
        for one, other in combinations(boxes, 2):
            self.assertFalse(one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1)
        self.assertTrue(all(box.x1 < figure.bbox.x1 and box.y1 < figure.bbox.y1 for box in boxes))

    def test_say_which_columns_they_leave_out(self):
        name = "wide"
        made.make(path(name), axes={"c.x": [float(k) for k in range(1, 13)], "b.x": [float(k) for k in range(20)]})
        words = words_of(figures.draw_figure(self.open(name), "sweep", "profit"))
        self.assertEqual(len(panels_of(figures.draw_figure(self.open(name), "sweep", "profit"))), 8)
        self.assertRegex(words, r"values not shown: [\d, ]+")
        self.assertEqual(len(re.search(r"values not shown: ([\d, ]+)", words)[1].split(",")), 4)

    def test_name_the_outcome_of_a_map_and_label_its_variants(self):
        figure = figures.draw_figure(self.open("swept"), "heatmap", "profit")
        titles = [axes.get_title(loc="left").replace(r"\$", "$") for axes in panels_of(figure)]
        self.assertEqual([title.partition("\n")[0] for title in titles], ["Profit, mean"] * 4 + ["Profit, P5"] * 4)
        self.assertEqual(titles[1].partition("\n")[2], HOSTILE)
        self.assertNotIn("dear", " ".join(titles))

    def test_draw_numbers_above_the_lines_of_a_map(self):
        axes = plt.subplots()[1]
        cells, axis = np.array([[-2.0, 1.0], [3.0, 4.0]]), figures.Axis("a.b", [1.0, 2.0], False)
        figures.draw_heat_map(axes, cells, axis, axis, "EUR", levels=[("zero", 0.0)])
        lines = [artist for artist in axes.get_children() if isinstance(artist, ContourSet)] or axes.collections
        self.assertEqual(len(axes.texts), 4)
        for text in axes.texts:
            self.assertGreater(text.get_zorder(), max(line.get_zorder() for line in lines))
            self.assertIsNotNone(text.get_bbox_patch())


class Differences(Case):
    def test_of_yes_or_no_are_in_percentage_points(self):
        axes = figures.draw_figure(self.open("plans"), "variants", "goal_enough").get_axes()[0]
        axes.figure.canvas.draw()
        self.assertTrue(axes.get_xlabel().startswith("percentage points"))
        ticks = [text.get_text() for text in axes.get_xticklabels()]
        self.assertTrue(all(re.fullmatch("\N{MINUS SIGN}?[\\d.]+", tick) for tick in ticks), ticks)
        means = next(c for c in axes.containers if c.get_label() == "probability").lines[0].get_xdata()
        self.assertAlmostEqual(axes.xaxis.get_major_formatter()(means[0]).replace("\N{MINUS SIGN}", "-"),
                               f"{100 * means[0]:.10g}")

    def test_of_the_bad_answer_are_of_all_futures_that_have_it(self):
        """Of yes or no the worst are no 5 % of those who are equally bad."""
        results = self.open("plans")
        bad = results.outcome("goal_enough") == 0
        self.assertTrue(0.1 < bad.mean() < 0.9)
        for outcome, group in (("goal_enough", bad), ("out_of_cash", results.outcome("out_of_cash") == 1)):
            for row in reader.worst_futures(results, outcome):
                if row.name.startswith("partner.club") or row.name == "firm.direct.close_rate":
                    column = results.input(row.name).astype(float)
                    gap = (column[group].mean() - column.mean()) / column.std(ddof=1)
                    self.assertAlmostEqual(row.difference, gap, 6)
        axes = figures.draw_figure(results, "worst", "goal_enough", point=0).get_axes()[0]
        self.assertTrue(axes.get_title(loc="left").startswith("What the futures share in which the answer is no: Goal"))
        self.assertIn(f"mean of the {bad.sum()} of 1,000 with no", axes.get_xlabel())
        axes = figures.draw_figure(results, "worst", "out_of_cash", point=0).get_axes()[0]
        self.assertIn("the answer is yes: Out of cash", axes.get_title(loc="left"))

    def test_of_the_bad_answer_have_the_errors_of_repeated_runs(self):
        random = np.random.default_rng(6)

        class Simulated:
            inputs, outcomes = ["x"], []
            input_unit = staticmethod(lambda _: "1")
            worst = staticmethod(lambda _: "lowest")

            def __init__(self):
                self.x = random.normal(size=1000)
                self.y = (0.7 * self.x + random.normal(size=1000) > -0.5).astype(float)

            def input(self, *_):
                return self.x

            def outcome(self, *_):
                return self.y

        rows = [reader.worst_futures(Simulated())[0] for _ in range(400)]
        self.assertAlmostEqual(np.mean([row.standard_error for row in rows]) / np.std([row.difference for row in rows]), 1,
                               delta=0.15)

    def test_without_an_interval_are_hollow_and_have_no_bar(self):
        """Too few values close no interval of a quantile: the file has NaN there."""
        name = "open"
        made.make(path(name), variants=("base", "ads", "channel"))
        with h5py.File(path(name), "r+") as file:
            for part in ("low", "high", "standard_error"):
                file[f"comparison/difference_p05_{part}"][1] = np.nan
                file[f"comparison/difference_p95_{part}"][:] = np.nan
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure = figures.draw_figure(self.open(name), "variants", "profit")
            words = words_of(figure)
        self.assertIn("hollow: too few futures for an interval", words)
        axes = figure.get_axes()[0]
        bars = {c.get_label(): len(c.lines[2][0].get_segments()) for c in axes.containers}
        self.assertEqual(bars, {"mean": 2, "P5": 1, "median": 2, "P95": 0})
        hollow = [line for line in axes.get_lines() if line.get_markerfacecolor() == "white"]
        self.assertEqual(sum(len(line.get_xdata()) for line in hollow), 3)

    def test_in_precision_stand_in_the_legend_not_over_the_line(self):
        name = "precise"
        made.make(path(name), variants=("base", "ads"), targets=("revenue", "profit.p05"))
        for axes in panels_of(figures.draw_figure(self.open(name), "convergence")):
            self.assertEqual(len(axes.texts), 0)
            self.assertRegex(" ".join(t.get_text() for t in axes.get_legend().get_texts()), r"farthest off: ads,\n± .* at 4,096")


class Inputs(Case):
    def test_are_ranked_by_their_correlation_and_labelled_with_it(self):
        results = self.open("plans")
        profit = results.outcome("profit").astype(float)

        def ranks(values):
            return np.array([np.sum(values < v) + (np.sum(values == v) + 1) / 2 for v in values])

        figure = figures.draw_figure(results, "inputs", "profit", "base")
        panels = panels_of(figure)
        found = []
        for axes in panels:
            said = re.match("rank correlation ([+\N{MINUS SIGN}][\\d.]+) ± ([\\d.]+)", axes.get_title(loc="left"))
            found.append(abs(float(said[1].replace("\N{MINUS SIGN}", "-"))))
            self.assertTrue(0 < float(said[2]) < 0.05)
        self.assertEqual(found, sorted(found, reverse=True))
        self.assertIn("firm.direct.close_rate", panels[0].get_xlabel())
        direct = np.corrcoef(ranks(results.input("firm.direct.close_rate").astype(float)), ranks(profit))[0, 1]
        self.assertAlmostEqual(found[0], direct, delta=0.006)
        self.assertEqual(len(panels), 3)        # club_3, the three clubs that are alike, and our own rate
        dots = next(line for line in panels[0].get_lines() if line.get_label() == "a future")
        np.testing.assert_array_equal(dots.get_ydata(), profit)

    def test_against_yes_or_no_are_shares_with_intervals(self):
        results = self.open("plans")
        axes = panels_of(figures.draw_figure(results, "inputs", "goal_enough", "base"))[0]
        rate, met = (column.astype(float) for column in (results.input("firm.direct.close_rate"), results.outcome("goal_enough")))
        drawn = axes.containers[0].lines[0].get_ydata()
        order = np.argsort(rate, kind="stable")
        np.testing.assert_allclose(drawn, [met[part].mean() for part in np.array_split(order, 10)], atol=0.011)
        self.assertFalse(any(line.get_label() == "a future" for line in axes.get_lines()))

    def test_of_many_futures_are_a_density_that_keeps_whole_numbers_apart(self):
        results = self.open("doubt")
        axes = panels_of(figures.draw_figure(results, "inputs", "wins", "base"))[0]
        self.assertEqual(len(axes.collections), 1)
        cells = axes.collections[0].get_array().compressed()
        self.assertGreater(cells.sum(), 1950)
        edges = axes.collections[0].get_coordinates()[:, 0, 1]
        self.assertTrue(np.all(edges - np.floor(edges) == 0.5) and len(set(np.diff(edges))) == 1)

    def test_have_the_errors_of_repeated_runs(self):
        """Continuous and yes-or-no outcomes, ties, and futures that share their draw of the input."""
        random = np.random.default_rng(7)
        for link, kind in ((0.0, "plain"), (0.8, "plain"), (0.5, "yes or no"), (0.5, "counts"), (0.5, "shared")):
            rows, inner = [], 10 if kind == "shared" else 1
            for _ in range(300):
                x = np.repeat(random.normal(size=600 // inner), inner)
                y = link * x + math.sqrt(1 - link ** 2) * random.normal(size=600)
                y = (y > 1).astype(float) if kind == "yes or no" else np.round(y) if kind == "counts" else y
                rows.append(reader.rank_correlation(x, y, inner))
            ratio = np.mean([row.standard_error for row in rows]) / np.std([row.value for row in rows])
            self.assertAlmostEqual(ratio, 1, delta=0.16, msg=f"{link} {kind}")
        self.assertTrue(math.isnan(reader.rank_correlation([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]).value))


class FewReplications(Case):
    def test_are_refused_where_they_say_nothing(self):
        results = self.open("few")
        for name, reason in (("worst", "fewer than 5 futures: 100 replications are needed"), ("inputs", "too few")):
            with self.assertRaisesRegex(reader.ResultError, reason):
                figures.draw_figure(results, name, "profit")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for name in ("overview", "exceedance", "points", "active", "cash", "contribution", "ends", "variants"):
                words_of(figures.draw_figure(results, name, "profit"))

    def test_that_are_one_are_not_called_the_same_in_every(self):
        simulate("single", KEPT, "-n", "1")
        words = words_of(figures.draw_figure(self.open("single"), "overview"))
        self.assertIn("the only replication", words)
        self.assertNotIn("the same in every", words)


class Formats(Case):
    def test_are_the_same_bytes_from_one_call_to_the_next(self):
        for kind, magic in (("pdf", b"%PDF"), ("svg", b"<?xml"), ("png", b"\x89PNG")):
            files = []
            for folder in ("first", "second"):
                done = plot(path("kept"), "--figure", "exceedance", "--format", kind, "-o", FOLDER / folder)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                files.append(Path(done.stdout.strip()).read_bytes())
            self.assertTrue(files[0].startswith(magic))
            self.assertEqual(*files)


class Snippets(Case):
    """Every piece of Python that the two README files show runs as it stands, beside the results that they name."""

    def test_of_the_read_me_files_run(self):
        folder = FOLDER / "snippets"
        (folder / "results").mkdir(parents=True)
        os.symlink(SOURCE / "scripts", folder / "scripts")
        for name, words in (("twelve_partners", ("configs/twelve_partners.toml", "-n", "400")),
                            ("study_sweep", ("configs/channel_or_ads.toml", "-n", "64", "--vary", "partner.bigco.leads=8,12",
                                             "--vary", "acquisition.ads.cost_per_lead=45,65", "--set",
                                             "output.trajectories=none", "--set", "output.partners=false"))):
            subprocess.run([BINARY, "run", *words, "-o", folder / f"results/{name}.h5", "--quiet"], cwd=SOURCE, check=True,
                           capture_output=True, timeout=60)
        count = 0
        for page in ("README.md", "results/README.md"):
            for snippet in re.findall(r"^```python\n(.*?)^```", (SOURCE / page).read_text(encoding="utf-8"), re.M | re.S):
                done = subprocess.run(["/usr/bin/python3", "-B", "-W", "error::DeprecationWarning:__main__", "-c", snippet],
                                      cwd=folder, capture_output=True, text=True, check=False, timeout=60,
                                      env={**os.environ, "MPLBACKEND": "Agg"})
                self.assertEqual(done.returncode, 0, f"{page}: {snippet}\n{done.stderr}")
                count += 1
        self.assertGreaterEqual(count, 6)

    def test_read_with_packages_that_the_demonstration_installs(self):
        """Whatever they import is in the set `python` of setup.sh, which demo.sh installs."""
        packages = {"h5py": "python3-h5py", "numpy": "python3-numpy", "matplotlib": "python3-matplotlib",
                    "xarray": "python3-xarray"}
        sets = subprocess.run(["bash", "-c", "source scripts/setup.sh; echo ${PARTNERSIM_PACKAGES[python]}"], cwd=SOURCE,
                              capture_output=True, text=True, check=True).stdout.split()
        for page in ("README.md", "results/README.md"):
            for snippet in re.findall(r"^```python\n(.*?)^```", (SOURCE / page).read_text(encoding="utf-8"), re.M | re.S):
                for name in re.findall(r"^(?:import|from) (\w+)", snippet, re.M):
                    if name not in sys.stdlib_module_names and not name.startswith("partnersim"):
                        self.assertIn(packages[name], sets, snippet)
        self.assertTrue({"python3-h5netcdf", "python3-pandas"} <= set(sets))    # what xarray opens and prints with
        self.assertIn("partnersim_setup build python\n", (SOURCE / "scripts/demo.sh").read_text(encoding="utf-8"))


class Points(Case):
    def test_carry_their_labels_into_xarray_in_every_group(self):
        import xarray  # pylint: disable=import-outside-toplevel
        for group in ("summary", "outcomes", "inputs", "trajectories", "partners", "comparison"):
            with xarray.open_dataset(path("plans"), group=group, engine="h5netcdf") as dataset:
                self.assertEqual(dataset.coords["point_label"].values.tolist(), self.open("plans").points, group)
                self.assertEqual(dataset["point_label"].dims, ("point",))
        with xarray.open_dataset(path("plans"), group="summary", engine="h5netcdf") as summary:
            mean = summary["mean"].swap_dims(point="point_label").sel(point_label=HOSTILE, outcome="revenue").item()
        self.assertEqual(mean, self.open("plans").statistic("revenue", "mean", "ads"))
        self.assertNotIn("point_label", self.open("plans").outcomes + self.open("plans").inputs
                         + [parameter.path for parameter in self.open("plans").swept])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR [unittest's options]")
    BINARY, SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
