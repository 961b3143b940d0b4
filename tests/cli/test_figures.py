#!/usr/bin/python3
"""Estimates from result files.

    python3 tests/cli/test_figures.py BINARY SOURCE_DIR [unittest's options]
"""

import math
import sys
import unittest
from pathlib import Path

import numpy as np

BINARY = SOURCE = None  # set at the end of the file


def setUpModule():
    global reader
    sys.path.insert(0, str(SOURCE / "scripts"))
    sys.dont_write_bytecode = True
    import partnersim_results as reader  # pylint: disable=import-outside-toplevel


class Estimates(unittest.TestCase):
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
                self.columns = {"recovery_observed": np.where(seen, needed, months - first),
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


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR [unittest's options]")
    BINARY, SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
