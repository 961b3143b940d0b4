#!/usr/bin/python3
"""Figures of result files, the estimates behind them, and plot_results.py as a command.

    python3 tests/cli/test_figures.py BINARY SOURCE_DIR [unittest's options]
"""

import math
import subprocess
import sys
import unittest
import warnings
from itertools import combinations
from pathlib import Path

import h5py
import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from figure_cases import WORKSHOP, Case, shown_by

path, plot = WORKSHOP.path, WORKSHOP.plot
BINARY = SOURCE = None  # set at the end of the file

ONE_PARTNER = """# One partner, and cash to live on: does the firm survive it?
[scenario]
months = 36
currency = "USD"
seed = 3
[firm]
cash = 8_000
fixed_cost = 500
[partner.solo]
label = "Our only partner"
leads = 2
close_rate = { beta = { mean = 0.3, concentration = 20 } }
deal_value = { lognormal = { mean = 1_500, cv = 0.5 } }
churn = 0.03
[shock.illness]
every = 30
affects = "leads"
severity = 0.7
duration = 3
recovery = { exponential = 0.4 }
[resilience]
"""
MANY_PARTNERS = "# Seventeen partners, three of them copies: who carries the business?\n[scenario]\nmonths = 6\n" + "".join(
    f"[partner.p{k}x]\nleads = {k}\nclose_rate = 0.1\ndeal_value = 300\n" for k in range(1, 15)) + \
    "[partner.copy]\ncount = 3\nleads = 9\nclose_rate = 0.2\ndeal_value = 500\nchurn = 0.1\n"
DRAWN_CASH = ONE_PARTNER.replace("cash = 8_000", "cash = { uniform = { low = 7_000, high = 9_000 } }")
OTHER_COUNT = """# What if we had two more clubs?
[scenario]
months = 6
[firm.direct]
leads = 5
close_rate = 0.3
deal_value = 60
[partner.big]
leads = 50
close_rate = 0.5
deal_value = 80
churn = 0.02
[partner.club]
leads = 10
close_rate = 0.5
deal_value = 90
churn = 0.01
[variant.two_more]
set = { "partner.club.count" = 3 }
[variant.alone]
set = { "partner.*.enabled" = false }
"""
SCENARIOS = {"everything": None, "twelve_partners": None, "one_partner": ONE_PARTNER, "many_partners": MANY_PARTNERS}
REPLICATIONS = 3000
EVERY_FIGURE = {"overview", "exceedance", "active", "resilience", "cash", "contribution", "ends", "worst", "inputs"}
OF_EXPERIMENTS = {"points", "sweep", "heatmap", "variants", "convergence", "doubt"}  # see test_experiment_figures.py
WITHOUT = {"everything": set(), "one_partner": set(), "twelve_partners": {"resilience", "cash"},
           "many_partners": {"resilience", "cash", "inputs"}}


def setUpModule():
    """Runs every scenario once; the tests only read."""
    global FOLDER, figures, reader
    WORKSHOP.open(SOURCE, "figures")
    FOLDER, figures, reader = WORKSHOP.folder, WORKSHOP.figures, WORKSHOP.reader
    for name, scenario in {**SCENARIOS, "other_count": OTHER_COUNT, "drawn_cash": DRAWN_CASH}.items():
        source = SOURCE / f"configs/{name}.toml"
        if scenario:
            source = FOLDER / f"{name}.toml"
            source.write_text(scenario, encoding="utf-8")
        subprocess.run([BINARY, "run", source, "-n", str(REPLICATIONS), "-o", path(name)], capture_output=True, check=True,
                       timeout=300)


class EveryFigure(Case):
    def test_is_drawn_without_a_warning_where_the_file_has_data_for_it(self):
        self.assertEqual(set(figures.FIGURES), EVERY_FIGURE | OF_EXPERIMENTS)
        for scenario in SCENARIOS:
            results = self.open(scenario)
            for name in EVERY_FIGURE:
                with self.subTest(scenario=scenario, figure=name), warnings.catch_warnings():
                    warnings.simplefilter("error")
                    if name in WITHOUT[scenario]:
                        with self.assertRaises(reader.NotModelled) as caught:
                            figures.draw_figure(results, name)
                        self.assertIn(figures.why_not(results, name), str(caught.exception))
                        continue
                    figure = figures.draw_figure(results, name)
                    figure.canvas.draw()
                    self.check_labels(figure)
                    self.check_places(figure)
                plt.close("all")

    def test_of_experiments_is_refused_for_a_single_point_with_the_reason(self):
        for name in OF_EXPERIMENTS:
            with self.assertRaises(reader.NotModelled) as caught:
                figures.draw_figure(self.open("everything"), name)
            self.assertIn(figures.why_not(self.open("everything"), name), str(caught.exception))

    def check_labels(self, figure):
        panels = figure.get_axes()
        self.assertTrue(panels)
        for panel in filter(lambda panel: panel.get_visible(), panels):
            self.assertTrue(panel.get_xlabel())
            self.assertTrue(panel.get_title(loc="left"))
        self.assertTrue(panels[0].get_ylabel())

    def check_places(self, figure):
        """No text leaves the picture, and no label of a tick covers its neighbour."""
        frame = figure.bbox
        for panel in figure.get_axes():
            texts = [t for t in (*panel.texts, panel.xaxis.label, panel.yaxis.label, panel._left_title,
                                 *panel.get_xticklabels(), *panel.get_yticklabels(),
                                 *(panel.get_legend().get_texts() if panel.get_legend() else ())) if t.get_text()]
            hidden = [t for axis in (panel.xaxis, panel.yaxis) for t in axis.get_ticklabels()
                      if not min(axis.get_view_interval()) <= t.get_position()[axis is panel.yaxis]
                      <= max(axis.get_view_interval())]
            for text in texts:
                box = text.get_window_extent()
                if text in hidden:
                    continue
                self.assertTrue(box.x0 >= frame.x0 - 1 and box.x1 <= frame.x1 + 1 and box.y0 >= frame.y0 - 1
                                and box.y1 <= frame.y1 + 1, f"{text.get_text()!r} at {box} leaves {frame}")
            for labels in (panel.get_xticklabels(), panel.get_yticklabels(), panel.texts):
                boxes = [t.get_window_extent() for t in labels if t.get_text() and t not in hidden]
                for one, other in combinations(boxes, 2):
                    self.assertFalse(one.x0 < other.x1 - 1 and other.x0 < one.x1 - 1 and one.y0 < other.y1 - 1
                                     and other.y0 < one.y1 - 1, f"{one} covers {other}")

    def test_of_awkward_outcomes_is_drawn_without_a_warning(self):
        """Yes or no, mostly one value, often missing, with a few far out, one year of several."""
        results = self.open("everything")
        for outcome in ("out_of_cash", "overshoot", "deals_waiting_end", "out_of_cash_month", "growth", "cash_end",
                        "revenue_by_year[2]"):
            for name in ("overview", "exceedance", "worst", "inputs"):
                with self.subTest(outcome=outcome, figure=name), warnings.catch_warnings():
                    warnings.simplefilter("error")
                    figure = figures.draw_figure(results, name, outcome)
                    figure.draw_without_rendering()
                    self.check_labels(figure)
                plt.close("all")

    def test_takes_calendar_labels_from_the_scenario(self):
        figure = figures.draw_figure(self.open("everything"), "active")
        self.assertIn("Sep 2026", [t.get_text() for t in figure.get_axes()[0].get_xticklabels()])
        figure = figures.draw_figure(self.open("one_partner"), "cash")
        for panel in figure.get_axes():
            self.assertIn("12", [t.get_text() for t in panel.get_xticklabels()])


class Numbers(Case):
    """What is drawn equals what comes from the columns directly."""

    def axes(self):
        return plt.subplots()[1]

    def line(self, axes, label, drawstyle="steps-post"):
        """(x, y) of a drawn line; a value holds from its x on, or half a month to either side (steps-mid)."""
        found = [line for line in axes.get_lines() if line.get_label() == label]
        self.assertEqual(len(found), 1, label)
        self.assertEqual(found[0].get_drawstyle(), drawstyle)
        return found[0].get_data()

    def test_of_the_exceedance_curve(self):
        for scenario in SCENARIOS:
            results, axes = self.open(scenario), self.axes()
            figures.draw_exceedance(axes, results, "revenue")
            x, y = self.line(axes, "share of replications")
            revenue = results.outcome("revenue").astype(float)
            curve = reader.exceedance(revenue)
            for at in (*np.quantile(revenue, [0.01, 0.05, 0.3, 0.5, 0.95, 0.999]), 0.0, -1.0, revenue.max(), 1e12):
                self.assertEqual(curve.at(at), np.mean(revenue > at), at)
            self.assertAlmostEqual(curve.half_width, math.sqrt(math.log(40) / (2 * REPLICATIONS)), 12)
            drawn = y[np.searchsorted(x, x[1:-1], side="right") - 1]
            np.testing.assert_allclose(drawn, [np.mean(revenue > at) for at in x[1:-1]], atol=1e-12)
            dots = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.get_lines() if line.get_marker() == "o"]
            self.assertEqual([dot[0] for dot in dots], [results.statistic("revenue", q) for q in ("p05", "p50", "p95")])
            for value, share in dots:
                self.assertEqual(share, np.mean(revenue > value))

    def test_of_the_cash_panel(self):
        for scenario in ("everything", "one_partner"):
            results, axes = self.open(scenario), self.axes()
            figures.draw_ran_out(axes, results)
            months, share = self.line(axes, "share of replications", "steps-mid")
            column = results.outcome("out_of_cash_month")
            np.testing.assert_array_equal(share, [np.mean(column <= month) for month in months])
            self.assertEqual(share[-1], results.outcome("out_of_cash").mean(dtype=float))

    def test_of_cash_begins_with_the_opening_cash(self):
        results = self.open("one_partner")
        figure = figures.draw_figure(results, "cash")
        for label in ("median", "mean", "spreadsheet"):
            x, y = self.line(figure.get_axes()[0], label, "default")
            self.assertEqual((x[0], x[1], x[-1], y[0]), (0, 1, 36, 8000))
        np.testing.assert_array_equal(y[1:], results.trajectory("cash").expected)
        self.assertEqual(figure.get_axes()[0].get_xticklabels()[0].get_text(), "start")
        results = self.open("drawn_cash")
        drawn = results.input("firm.cash").astype(float)
        x, y = self.line(figures.draw_figure(results, "cash").get_axes()[0], "median", "default")
        self.assertEqual((x[0], y[0]), (0, np.median(drawn)))
        self.assertGreater(drawn.std(), 100)

    def test_of_the_mean_and_how_many_are_beyond(self):
        from partnersim_figures.spread import beyond_words, bin_edges, drawn_range
        random = np.random.default_rng(4)
        body = random.normal(100, 10, 2000)
        self.assertEqual(drawn_range(body[:200]), (body[:200].min(), body[:200].max()))
        self.assertTrue(body.min() < drawn_range(body)[0] < np.quantile(body, 0.005))       # one far out
        for tail, side in ((5e4, "above"), (-5e4, "below")):
            values = np.concatenate([body, tail + random.normal(size=8)])
            low, high = drawn_range(values)
            out = np.sum((values < low) | (values > high))
            self.assertTrue(30 < low < 80 and 120 < high < 170 and 8 <= out <= 20)
            self.assertRegex(beyond_words(values, low, high, "EUR"), f"{out} of 2,008 replications lie .*{side}")
            self.assertTrue(np.all(np.diff(bin_edges(values, low, high)) > 0))
            self.assertEqual(drawn_range(values, [tail])[side == "above"], tail)
        self.assertEqual(drawn_range(np.append(np.zeros(999), 7.0)), (0, 7))
        for outcome in ("revenue", "wins"):
            axes, results = self.axes(), self.open("everything")
            figures.draw_distribution(axes, results, outcome)
            mean = results.statistic(outcome, "mean")
            self.assertEqual([line.get_xdata()[0] for line in axes.get_lines() if line.get_marker() == "D"], [mean])
            self.assertRegex(axes.get_legend().get_texts()[0].get_text(), "^mean ")
            self.assertTrue(axes.get_xlim()[0] < mean < axes.get_xlim()[1])

    def test_of_performance(self):
        results, axes = self.open("everything"), self.axes()
        figures.draw_performance(axes, results)
        lost = 1 - results.outcome("resilience_index").astype(float).mean()
        words = [t.get_text() for t in axes.get_legend().get_texts()]
        # Overshoot is not in the area, but it is tiny here.
        self.assertIn(f"lost on average: {36 * lost:.2f} of 36 months", words)

    def test_of_recovery(self):
        """Against the definition, month by month: who was watched long enough, and who of them recovered then."""
        for scenario in ("everything", "one_partner"):
            results, axes = self.open(scenario), self.axes()
            figures.draw_recovery(axes, results)
            x, y = self.line(axes, "Kaplan–Meier")
            disrupted = results.outcome("disrupted") == 1
            watched = results.outcome("recovery_observed")[disrupted].astype(float)
            back = results.outcome("unrecovered")[disrupted] == 0
            self.assertEqual(len(watched), np.isfinite(results.outcome("recovery_observed")).sum())
            left = 1.0
            for month in np.unique(watched[back]):
                at_risk = np.sum(back & (watched >= month)) + np.sum(~back & (watched >= month))
                left *= 1 - np.sum(back & (watched == month)) / at_risk
                self.assertAlmostEqual(y[np.searchsorted(x, month, side="right") - 1], left, 12)

    def test_of_contributions(self):
        for scenario in SCENARIOS:
            results = self.open(scenario)
            for name in ("revenue", "net_value"):
                if name not in results.partner_totals:
                    continue
                axes = self.axes()
                figures.draw_contribution(axes, results, name)
                drawn = [bar.get_width() for bar in axes.patches]
                with h5py.File(path(scenario)) as file:
                    stored = file[f"partners/{name}"][0]
                self.assertAlmostEqual(sum(drawn), stored.sum(), delta=1e-9 * abs(stored).sum())
                self.assertLessEqual(len(drawn), 13)
                self.assertEqual(len(drawn), {"everything": 7, "many_partners": 13}.get(scenario, 1))
                if name == "revenue":
                    kept = drawn[:12]
                    self.assertEqual(kept, sorted(kept, reverse=True))

    def test_of_many_partners_come_together(self):
        labels = [[t.get_text() for t in figures.draw_figure(self.open(s), "contribution").get_axes()[0].get_yticklabels()]
                  for s in ("everything", "many_partners", "one_partner")]
        self.assertEqual(len(labels[0]), 7)
        # BigCo suspends two of the 48: they are not like the others.
        self.assertEqual((labels[0][:2], labels[0][4]), (["referrer_3 and 45 like it", "BigCo channel"],
                                                         "referrer_1 and 1 like it"))
        self.assertEqual((len(labels[1]), labels[1][0], labels[1][-1]), (13, "copy (3 copies)", "others (3)"))
        self.assertEqual(labels[2], ["Our only partner"])

    def test_of_partners_leaves_out_those_of_other_points(self):
        """A variant with three copies of a partner that the base has once: neither shows the other's."""
        results = self.open("other_count")
        self.assertEqual(len(results.partners.ids), 5)
        for point, shown in ((0, {"big", "club"}), (1, {"big", "club (3 copies)"})):
            for name in ("contribution", "ends"):
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    axes = figures.draw_figure(results, name, point=point).get_axes()[0]
                self.assertEqual({t.get_text() for t in axes.get_yticklabels()}, shown)
                self.assertNotIn("nan", " ".join(t.get_text() for t in axes.texts))
                self.assertNotIn("never began", [t.get_text() for t in axes.get_legend().get_texts()])
        with self.assertRaisesRegex(reader.ResultError, "no partners at point 2 .alone"):
            figures.draw_figure(results, "ends", point=2)

    def test_of_ends(self):
        for scenario in SCENARIOS:
            results, axes = self.open(scenario), self.axes()
            figures.draw_ends(axes, results)
            with h5py.File(path(scenario)) as file:
                stored = {name: file[f"partners/{name}"][0] for name in file["partners"]
                          if name in ("ended_by_shock", "ended_by_churn", "ended_by_stop")}
                alive, revenue = file["partners/survival"][0, :, -1], file["partners/revenue"][0]
            rows = len(axes.get_yticks())
            widths = np.array([bar.get_width() for bar in axes.patches]).reshape(-1, rows)
            np.testing.assert_allclose(widths.sum(axis=0), 1, atol=1e-9)
            order = [[k] for k in np.argsort(-revenue, kind="stable")]
            if scenario == "twelve_partners":       # all alike: their mean
                order = [list(range(12))]
            if len(alive) > 12:
                continue
            for words, values in (("by a shock", stored.get("ended_by_shock")), ("by churn", stored["ended_by_churn"]),
                                  ("with the firm", stored.get("ended_by_stop")), ("alive at the end", alive)):
                labels = [t.get_text() for t in axes.get_legend().get_texts()]
                self.assertEqual(words in labels, values is not None)
                if values is not None:
                    np.testing.assert_allclose(widths[labels.index(words)], [values[row].mean() for row in order], atol=1e-12)

    def test_of_what_the_worst_share(self):
        for scenario in ("everything", "twelve_partners", "one_partner"):
            results = self.open(scenario)
            rows = reader.worst_futures(results)
            revenue = results.outcome("revenue")
            worst = np.argsort(revenue, kind="stable")[:REPLICATIONS // 20]
            self.assertTrue({row.name for row in rows} >= set(results.inputs))
            self.assertEqual([abs(r.difference) for r in rows], sorted((abs(r.difference) for r in rows), reverse=True))
            for row in rows:
                if row.name == "partners_lost_otherwise":
                    column = results.outcome("partners_lost") - results.outcome("partners_lost_to_shocks")
                else:
                    column = (results.input if row.name in results.inputs else results.outcome)(row.name)
                column = column.astype(float)
                self.assertAlmostEqual(row.mean, column.mean(), delta=1e-9 * abs(row.mean))
                self.assertAlmostEqual(row.mean_worst, column[worst].mean(), delta=1e-6 * abs(row.mean) + 1e-9)
                self.assertAlmostEqual(row.difference, (column[worst].mean() - column.mean()) / column.std(ddof=1),
                                       delta=1e-5)
                self.assertGreater(row.standard_error, 0)
            self.assertAlmostEqual(np.average(revenue.astype(float), weights=reader.tail_weights(revenue)),
                                   results.statistic("revenue", "cvar05"), delta=1e-6 * abs(revenue).max())
            axes, rows = self.axes(), reader.worst_futures(results, joined=True)
            figures.draw_worst(axes, results)
            drawn = {(round(x, 9), y) for line in axes.get_lines() if line.get_marker() == "o"
                     for x, y in zip(*line.get_data())}
            self.assertEqual(drawn, {(round(row.difference, 9), place) for place, row in enumerate(rows[:15])})


class Estimates(Case):
    def test_kaplan_meier_equals_the_textbook(self):
        """Weeks in remission of 21 patients on 6-mercaptopurine (Freireich and others 1963; + is censored)."""
        weeks = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
        estimate = reader.kaplan_meier([float(w.rstrip("+")) for w in weeks], ["+" not in w for w in weeks])
        np.testing.assert_array_equal(estimate.times, [6, 7, 10, 13, 16, 22, 23])
        np.testing.assert_array_equal(estimate.at_risk, [21, 17, 15, 12, 11, 7, 6])
        np.testing.assert_array_equal(estimate.events, [3, 1, 1, 1, 1, 1, 1])
        np.testing.assert_allclose(estimate.survival, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=6e-4)
        np.testing.assert_allclose(estimate.standard_error, [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346],
                                   atol=6e-5)
        self.assertEqual((estimate.median, estimate.at(5.9)), (23, 1))
        self.assertAlmostEqual(float(estimate.at(6)), 18 / 21, 12)
        low, high = estimate.interval()
        self.assertTrue((0 < low).all() and (low < estimate.survival).all() and (estimate.survival < high).all()
                        and (high < 1).all())

    def test_kaplan_meier_equals_a_calculation_by_hand(self):
        estimate = reader.kaplan_meier([1, 2, 2, 4, math.nan], [True, True, False, True, True])
        np.testing.assert_allclose(estimate.survival, [3 / 4, 3 / 4 * 2 / 3, 0])
        # Greenwood: S sqrt(sum d / (n (n - d))): 1/(4·3), then + 1/(3·2)
        np.testing.assert_allclose(estimate.standard_error, [0.75 * math.sqrt(1 / 12), 0.5 * math.sqrt(1 / 12 + 1 / 6), 0])
        nobody = reader.kaplan_meier([3, 4], [False, False])
        self.assertEqual((len(nobody.times), float(nobody.at(9)), math.isnan(nobody.median)), (0, 1.0, True))

    def test_recovery_times_do_not_bias_the_estimate(self):
        """Geometric recovery from an even start, seen only when three good months follow before the horizon."""
        random = np.random.default_rng(1)
        count, months, chance = 40_000, 36, 0.06
        first, needed = random.integers(0, months, count), random.geometric(chance, count)
        seen = first + needed + 2 < months

        class Simulated(reader.Results):
            def __init__(self):  # columns as models/processes/resilience.cpp defines them
                self.columns = {"recovery_observed": np.where(seen, needed, np.maximum(0, months - 3 - first)),
                                "disrupted": np.ones(count), "unrecovered": 1.0 - seen}

            def outcome(self, name, point=0):
                return self.columns[name]

        estimate = reader.kaplan_meier(*Simulated().recovery_times())
        truth = (1 - chance) ** estimate.times
        self.assertLess(np.max(np.abs(estimate.survival - truth)[:-3] / estimate.standard_error[:-3]), 4)

    def test_the_band_holds_whole_curves_as_often_as_it_says(self):
        random, held = np.random.default_rng(2), 0
        for _ in range(400):
            curve = reader.exceedance(random.random(60))
            before = np.concatenate([[1.0], curve.above[:-1]])  # just below each value
            distance = np.maximum(np.abs(curve.above - (1 - curve.values)), np.abs(before - (1 - curve.values)))
            held += distance.max() <= curve.half_width
        self.assertGreater(held, 400 * 0.95 - 4 * math.sqrt(400 * 0.95 * 0.05))

    def test_wilsons_interval_equals_a_calculation_by_hand(self):
        low, high = reader.wilson([0, 10, 20], 20)
        z2 = 1.959963985**2
        np.testing.assert_allclose(high[0], z2 / (20 + z2), rtol=1e-8)
        np.testing.assert_allclose([low[1], high[1]], 0.5 + np.array([-1, 1]) * math.sqrt(z2 * (5 + z2 / 4)) / (20 + z2))
        self.assertEqual((low[0], high[2]), (0, 1))

    def test_the_worst_share_a_threshold_equally(self):
        weights = reader.tail_weights([3, 1, 1, 1, 2, 9, 9, 9, 9, 9], share=0.2)
        np.testing.assert_allclose(weights, [0, 2 / 3, 2 / 3, 2 / 3, 0, 0, 0, 0, 0, 0])
        weights = reader.tail_weights(np.arange(10), highest=True, share=0.25)
        np.testing.assert_allclose(weights, [0, 0, 0, 0, 0, 0, 0, 0.5, 1, 1])

    def test_errors_of_the_worst_are_those_of_repeated_runs(self):
        random = np.random.default_rng(3)

        class Simulated:
            """Outcome y and one input x; what worst_futures asks of results."""
            inputs, outcomes = ["x"], []
            input_unit = staticmethod(lambda _: "1")
            worst = staticmethod(lambda _: "lowest")

            def __init__(self, link, whole):
                self.x = random.normal(size=2000)
                y = link * self.x + math.sqrt(1 - link**2) * random.normal(size=2000)
                self.y = np.round(y) if whole else y

            def input(self, *_):
                return self.x

            def outcome(self, *_):
                return self.y

        for link, whole, share in ((0, False, 0.05), (0.8, False, 0.05), (0.8, True, 0.05), (0.99, False, 0.05),
                                   (0.8, False, 0.5)):
            with self.subTest(link=link, whole=whole, share=share):
                rows = [reader.worst_futures(Simulated(link, whole), share=share)[0] for _ in range(400)]
                spread = np.std([row.difference for row in rows])
                self.assertAlmostEqual(np.mean([row.standard_error for row in rows]) / spread, 1, delta=0.15)


class TheCommand(Case):
    def test_draws_every_figure_it_has_data_for_and_names_the_others(self):
        for scenario in ("everything", "twelve_partners"):
            done = plot(path(scenario), "-o", FOLDER / "all")
            self.assertEqual(done.returncode, 0, done.stderr)
            drawn = [Path(line) for line in done.stdout.splitlines()]
            self.assertEqual(len(drawn), len(EVERY_FIGURE - WITHOUT[scenario]))
            self.assertEqual({file.stem.rsplit("_", 1)[1] for file in drawn}, EVERY_FIGURE - WITHOUT[scenario])
            self.assertTrue(all(file.stat().st_size > 15_000 for file in drawn))
            self.assertEqual(len(done.stderr.splitlines()), len(WITHOUT[scenario]), done.stderr)
            for name, key in (("cash", "firm.cash"), ("resilience", "[resilience]")):
                self.assertEqual(name in WITHOUT[scenario], f"no figure {name}: " in done.stderr)
                self.assertEqual(name in WITHOUT[scenario], key in done.stderr)

    def test_draws_the_figures_asked_for(self):
        done = plot(path("everything"), "--figure", "exceedance", "--figure", "cash", "--outcome", "revenue_by_year[2]",
                    "-o", FOLDER / "some", "--format", "svg")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([Path(line).name for line in done.stdout.splitlines()],
                         ["everything_revenue_by_year_2_exceedance.svg", "everything_cash.svg"])

    def test_refuses_by_name_what_it_cannot_draw(self):
        for words, code, hint in ((("--figure", "cash"), 5, "firm.cash"), (("--figure", "pie"), 2, "exceedance"),
                                  (("--outcome", "revenue_by_year"), 5, "revenue_by_year[1]"),
                                  (("--outcome", "revenu"), 5, "did you mean revenue")):
            done = plot(path("twelve_partners"), *words, "-o", FOLDER / "none")
            self.assertEqual((done.returncode, done.stdout), (code, ""), words)
            self.assertIn(hint, done.stderr)

    def test_shows_labels_as_they_are_written_formulas_or_not(self):
        odd = FOLDER / "odd.h5"
        subprocess.run([BINARY, "run", SOURCE / "configs/everything.toml", "-n", "200", "-o", odd, "--set",
                        r"partner.bigco.label='$\frac{$'", "--set", "scenario.currency='$'", "--set",
                        "partner.neighbour.label='a_1^{2} for $3, not $4'"], capture_output=True, check=True)
        done = plot(odd, "-o", FOLDER / "odd")
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, len(EVERY_FIGURE)), done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        with reader.Results(odd) as results:
            figure = figures.draw_figure(results, "contribution")
            for name in EVERY_FIGURE:
                self.assertFalse([said for said, formula in shown_by(figures.draw_figure(results, name)) if formula])
        self.assertIn(r"$\frac{$", [said for said, _ in shown_by(figure)])

    def test_draws_what_is_left_when_little_was_recorded(self):
        little = FOLDER / "little.h5"
        subprocess.run([BINARY, "run", SOURCE / "configs/everything.toml", "-n", "200", "-o", little, "--set",
                        "output.trajectories=none", "--set", "output.partners=false"], capture_output=True, check=True)
        done = plot(little, "-o", FOLDER / "little")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({Path(line).stem.rsplit("_", 1)[1] for line in done.stdout.splitlines()},
                         {"overview", "exceedance", "resilience", "cash", "worst", "inputs"})
        for name in ("active", "contribution", "ends"):
            self.assertIn(f"no figure {name}: ", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR [unittest's options]")
    BINARY, SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
