#!/usr/bin/python3
"""Experiments made in parts: shards and merge, extension, kills at single steps. However a result came about, its bytes
are those of one run. Kills at random moments are test_kills.py's. Every test name is a claim.

    python3 tests/cli/test_shards.py BINARY SOURCE_DIR SHIM [unittest's options]

SHIM is the library made of tests/support/inject.c, which lets single calls fail or never happen.
PARTNERSIM_TEST_SEED=5 chooses other cuts, threads and kills.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

import h5py

import test_cli
from test_cli import CONFIGURATION, DONE, INPUT_OUTPUT, USAGE, Case, environment
from test_journal import committed

SHIM = None  # set at the end of the file
SEED = int(os.environ.get("PARTNERSIM_TEST_SEED", "1"))

SINGLE = """# One point
[scenario]
months = 3
[partner.a]
leads = 2
close_rate = { beta = { mean = 0.4, concentration = 20 } }
deal_value = { lognormal = { mean = 100, cv = 0.5 } }
churn = 0.1
[partner.b]
leads = 1
close_rate = 0.5
deal_value = 200
[output]
outcomes = ["revenue", "wins"]
series = ["wins"]
"""
SWEEP = SINGLE.replace("One point", "Six points") + """
[sweep.vary]
"partner.a.leads" = [1, 2, 3]
[variant.without]
set = { "partner.b.enabled" = false }
"""
# Twelve points, of which b's leads move nothing in six.
SAME = SINGLE.replace("One point", "Points that are the same") + """
[sweep.vary]
"partner.b.leads" = [1, 2]
"partner.a.churn" = [0.1, 0.2]
[variant.without]
set = { "partner.b.enabled" = false }
[variant.alone]
set = { "partner.b.enabled" = false, "partner.a.leads" = 3 }
"""
SCENARIOS = {"single": SINGLE, "sweep": SWEEP, "same": SAME}
POINTS = {"single": 1, "sweep": 6, "same": 12}
NO_SAMPLES = ("--set", "output.samples=none")


def cut(dice, total, parts, unit=1):
    """`total` as a sum of so many random parts."""
    places = sorted(dice.sample(range(1, total // unit), parts - 1))
    return [unit * (b - a) for a, b in zip([0, *places], [*places, total // unit])]


class Parts(Case):
    seconds = 0.0  # that the last whole run took

    def setUp(self):
        super().setUp()
        self.dice = random.Random(f"{SEED} {self.id()}")
        for name, text in SCENARIOS.items():
            self.write(f"{name}.toml", text)

    def threads(self):
        return ("-t", self.dice.choice((1, 2, 5)))

    def bytes_of(self, name):
        return (self.folder / name).read_bytes()

    def whole(self, scenario, *words):
        """The bytes of one run. How long it took is kept for kills."""
        started = time.monotonic()
        self.sim("run", f"{scenario}.toml", *words, *self.threads(), "-q", "-o", "whole.h5", "--force", code=DONE)
        self.seconds = time.monotonic() - started
        return self.bytes_of("whole.h5")

    def same(self, name, whole, what):
        self.assertTrue(self.bytes_of(name) == whole, f"{name} differs from one run: {what}")

    def killed_at(self, step, folder, *words, mode="kill"):
        """Kills the program at a step of its output in a folder; `mode` "none" only counts. Number of steps."""
        log = self.folder / "calls"
        log.unlink(missing_ok=True)
        answer = self.sim(*words, env=environment(LD_PRELOAD=SHIM, INJECT_FOLDER=str(folder.resolve()),
                                                  INJECT_MODE=mode, INJECT_AT=str(step), INJECT_LOG=str(log)))
        self.assertEqual(answer.code, DONE if mode == "none" else -signal.SIGKILL, answer.err)
        return len(log.read_text(encoding="utf-8").splitlines())


class Shards(Parts):
    def test_of_any_division_at_any_threads_merge_in_any_order_to_the_bytes_of_one_run(self):
        for scenario in SCENARIOS:
            for samples in ((), NO_SAMPLES):
                for draws in ((), ("--set", "scenario.inner=4"), ("--set", "scenario.sampling=stratified")):
                    n, of = 4 * self.dice.randint(25, 2000), self.dice.randint(2, 7)
                    words = (f"{scenario}.toml", "-n", n, *samples, *draws)
                    with self.subTest(scenario=scenario, samples=samples, draws=draws, n=n, of=of):
                        whole = self.whole(scenario, *words[1:])
                        shards = [f"{len(samples)}_{n}_{scenario}_{k}of{of}.shard" for k in range(1, of + 1)]
                        for k, shard in enumerate(shards, 1):
                            self.sim("run", *words, *self.threads(), "--shard", f"{k}/{of}", "-o", shard, code=DONE)
                        self.dice.shuffle(shards)
                        answer = self.sim("merge", *shards, *self.threads(), "-o", "merged.h5", "--force", code=DONE)
                        self.same("merged.h5", whole, f"{shards}")
                        self.assertEqual(answer.out, self.sim("summary", "whole.h5", code=DONE).out)

    def test_may_cut_through_points_and_be_as_many_as_replications(self):
        whole = self.whole("sweep", "-n", 2)
        shards = []
        for k in range(1, 13):
            shards.append(f"{k}.shard")
            self.sim("run", "sweep.toml", "-n", 2, "--shard", f"{k}/12", "-o", shards[-1], code=DONE)
        self.sim("merge", *shards, "-o", "merged.h5", code=DONE)
        self.same("merged.h5", whole, "twelve shards of one replication")
        answer = self.sim("run", "sweep.toml", "-n", 2, "--shard", "1/13", code=USAGE)
        self.assertIn("Use fewer shards", answer.err)

    def test_go_where_the_next_command_finds_them(self):
        for k in (1, 2):
            answer = self.sim("run", "sweep.toml", "-n", 500, "--shard", f"{k}/2", code=DONE)
            self.assertEqual(answer.out, "")
        command = re.search(r"partnersim (merge \S+ -o )RESULT\.h5", answer.err)[1]
        done = subprocess.run(f"'{test_cli.BINARY}' {command} merged.h5", shell=True, cwd=self.folder, check=False,
                              env=environment(), capture_output=True)
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.same("merged.h5", self.whole("sweep", "-n", 500), "as the message says")

    def test_that_are_there_are_not_simulated_again_and_others_are_not_overwritten(self):
        words = ("run", "single.toml", "-n", 500, "--shard", "1/2", "-o", "a.shard")
        self.sim(*words, code=DONE)
        before = self.bytes_of("a.shard")
        self.assertIn("already holds this shard", self.sim(*words, code=DONE).err)
        for other in (("-s", 2), ("--shard", "2/2"), ("-n", 600)):
            changed = [*words, *other] if other[0] == "-s" else list(words)
            if other[0] != "-s":
                changed[changed.index(other[0]) + 1] = other[1]
            answer = self.sim(*changed, code=INPUT_OUTPUT)
            self.assertRegex(answer.err, r"a\.shard exists \(.+\)\. Use --force to overwrite it, or -o")
            self.assertEqual(self.bytes_of("a.shard"), before)

    def shard(self, name, number, *more):
        self.sim("run", "sweep.toml", "-n", 500, *more, "--shard", number, "-o", name, code=DONE)
        return name

    def test_that_are_missing_doubled_or_foreign_are_refused_by_name(self):
        a, b, c = (self.shard(f"{name}.shard", f"{k}/3") for k, name in enumerate("abc", 1))
        shutil.copy(self.folder / b, self.folder / "copy.shard")
        seed, other, half = self.shard("seed.shard", "2/3", "-s", 9), None, self.shard("half.shard", "2/2")
        other = self.shard("other.shard", "2/3", "--set", "partner.b.leads=2")
        single = "single.shard"
        self.sim("run", "single.toml", "-n", 500, "--shard", "2/3", "-o", single, code=DONE)
        self.sim("run", "sweep.toml", "-n", 500, "-o", "result.h5", code=DONE)
        self.write("text.shard", "a note\n")
        for shards, words in (((a, c), ["missing", "2/3"]), ((b,), ["missing", "1/3", "3/3"]),
                              ((a, b, "copy.shard", c), [b, "copy.shard", "Leave one of them out"]),
                              ((a, seed, c), [seed, a, "seed is 9, not 1"]), ((a, other, c), [other, a]),
                              ((a, single, c), [single, a]), ((a, half, c), [half]),
                              ((a, "result.h5", c), ["result.h5"]), ((a, "text.shard", c), ["text.shard"]),
                              ((a, "nowhere.shard", c), ["nowhere.shard"])):
            with self.subTest(shards=shards):
                code = USAGE if "result.h5" in shards else INPUT_OUTPUT  # a file of another kind
                answer = self.sim("merge", *shards, "-o", "merged.h5", code=code)
                for word in words:
                    self.assertIn(word, answer.err)
                self.assertEqual(answer.out, "")
                self.assertFalse((self.folder / "merged.h5").exists())
        self.sim("merge", a, b, c, "-o", "merged.h5", code=DONE)

    def test_that_are_damaged_are_refused_by_name(self):
        shards = [self.shard(f"{k}.shard", f"{k}/2") for k in (1, 2)]
        good = self.bytes_of("2.shard")
        for place in (len(good) - 40, len(good) // 2):
            (self.folder / "2.shard").write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1:])
            with self.subTest(flipped=place):
                answer = self.sim("merge", *shards, "-o", "merged.h5", code=INPUT_OUTPUT)
                self.assertIn("2.shard", answer.err)
        (self.folder / "2.shard").write_bytes(good[:-100])
        answer = self.sim("merge", *shards, "-o", "merged.h5", code=INPUT_OUTPUT)
        self.assertIn("2.shard", answer.err)
        self.assertFalse((self.folder / "merged.h5").exists())

    def test_do_not_overwrite_what_is_there_when_merged(self):
        shards = [self.shard(f"{k}.shard", f"{k}/2") for k in (1, 2)]
        self.write("merged.h5", "mine\n")
        self.assertIn("--force", self.sim("merge", *shards, "-o", "merged.h5", code=INPUT_OUTPUT).err)
        self.assertEqual(self.bytes_of("merged.h5"), b"mine\n")
        self.sim("merge", *shards, "-o", "merged.h5", "--force", code=DONE)
        self.assertIn("already holds this run", self.sim("merge", *shards, "-o", "merged.h5", code=DONE).err)

    def test_cannot_have_a_precision_goal_and_run_as_suggested_without_it(self):
        goal = ("--precision", "revenue=1%")
        answer = self.sim("run", "single.toml", *goal, "--shard", "1/2", code=USAGE)
        self.assertIn("Leave out --precision (--set 'stop.precision={}') and give -n", answer.err)
        self.write("goal.toml", SINGLE + "[stop]\nprecision = { revenue = \"1%\" }\n")
        self.sim("run", "goal.toml", "--shard", "1/2", code=USAGE)
        without = ("goal.toml", "--set", "stop.precision={}", "-n", 2000)
        for k in (1, 2):
            self.sim("run", *without, "--shard", f"{k}/2", "-o", f"{k}.shard", code=DONE)
        self.sim("merge", "1.shard", "2.shard", "-o", "merged.h5", code=DONE)
        self.sim("run", *without, "-o", "whole.h5", code=DONE)
        self.same("merged.h5", self.bytes_of("whole.h5"), "as suggested")

    def test_of_the_spreadsheet_there_are_none(self):
        answer = self.sim("run", "single.toml", "--set", "scenario.mode=expected", "--shard", "1/2", code=USAGE)
        self.assertIn("Leave out --shard, or the mode", answer.err)

    def test_out_of_range_are_refused_with_an_example(self):
        for text in ("0/2", "3/2", "1/0", "-1/2", "1", "a/b", "1/2/3", ""):
            with self.subTest(shard=text):
                answer = self.sim("run", "single.toml", f"--shard={text}", code=USAGE)
                self.assertIn("--shard", answer.err)
        self.assertIn("1/4", self.sim("run", "single.toml", "--shard", "0/2", code=USAGE).err)

    def test_merged_and_killed_at_any_step_are_merged_again_and_the_old_result_stays_until_the_new_one_is_whole(self):
        shards = [self.shard(f"{k}.shard", f"{k}/2") for k in (1, 2)]
        whole = self.whole("sweep", "-n", 500)
        old = self.whole("sweep", "-n", 300)
        folder = self.folder / "new"
        folder.mkdir()
        result = folder / "r.h5"
        words = ("merge", *shards, "-o", result, "--force")
        steps = self.killed_at(0, folder, *words, mode="none")
        self.assertTrue(result.read_bytes() == whole)
        for step in sorted(self.dice.sample(range(1, steps + 1), min(steps, 15)) + [steps]):
            with self.subTest(step=step, of=steps):
                shutil.rmtree(folder)
                folder.mkdir()
                result.write_bytes(old)
                self.killed_at(step, folder, *words)
                self.assertIn(result.read_bytes() == old, (True, result.read_bytes() != whole))
                self.sim(*words, code=DONE)
                self.assertTrue(result.read_bytes() == whole)
                left = {path.name for path in folder.iterdir()}
                self.assertLessEqual(left, {"r.h5", "r.h5.log.json"})


class AnExtension(Parts):
    def test_in_any_steps_at_any_threads_gives_the_bytes_of_one_run(self):
        for scenario in SCENARIOS:
            for draws, unit in (((), 1), (("--set", "scenario.inner=4"), 4), (("--set", "scenario.sampling=stratified"), 1)):
                total = unit * self.dice.randint(1000, 12_000 // unit)
                parts = cut(self.dice, total, self.dice.randint(2, 5), unit)
                with self.subTest(scenario=scenario, draws=draws, parts=parts):
                    whole = self.whole(scenario, *draws, "-n", total)
                    words = ("-n", parts[0], *draws, "-q", *self.threads())
                    self.sim("run", f"{scenario}.toml", "-o", "r.h5", "--force", *words, code=DONE)
                    for more in parts[1:]:
                        answer = self.sim("extend", "r.h5", "-n", more, *self.threads(), code=DONE)
                        self.assertIn(f"{more * POINTS[scenario]:,} replications added", answer.err)
                    self.same("r.h5", whole, parts)
                    self.assertEqual(answer.out, self.sim("summary", "whole.h5", code=DONE).out)
                    self.assertFalse((self.folder / "r.h5.journal").exists())

    def test_of_a_merged_result_of_extended_points_gives_the_bytes_of_one_run(self):
        for k in (1, 2, 3):
            self.sim("run", "single.toml", "-n", 700, "--vary", "partner.a.leads=1,2", "--shard", f"{k}/3", "-o",
                     f"{k}.shard", *self.threads(), code=DONE)
        self.sim("merge", "1.shard", "2.shard", "3.shard", "-o", "r.h5", code=DONE)
        self.sim("extend", "r.h5", "--vary", "partner.a.leads=1,1.5,2,4", *self.threads(), code=DONE)
        self.sim("extend", "r.h5", "-n", 1300, *self.threads(), code=DONE)
        self.same("r.h5", self.whole("single", "-n", 2000, "--vary", "partner.a.leads=1,1.5,2,4"), "three commands")

    def test_of_more_than_one_group_of_rows_gives_the_bytes_of_one_run(self):
        """Columns are read in pieces of 65,536 rows: the second begins where the first ended."""
        self.sim("run", "single.toml", "-n", "140_000", "-o", "r.h5", code=DONE)
        self.sim("extend", "r.h5", "-n", "3_000", *self.threads(), code=DONE)
        self.same("r.h5", self.whole("single", "-n", "143_000"), "three groups known")

    def test_by_values_of_an_axis_simulates_only_the_new_points(self):
        self.sim("run", "sweep.toml", "-n", 900, "-o", "r.h5", code=DONE)
        answer = self.sim("extend", "r.h5", "--vary", "partner.a.leads=1,2,3,5", code=DONE)
        self.assertIn("1,800 replications added", answer.err)  # a fourth value for base and variant
        self.same("r.h5", self.whole("sweep", "-n", 900, "--vary", "partner.a.leads=1,2,3,5"), "another value")

    def test_by_values_of_an_axis_where_points_are_the_same_gives_the_bytes_of_one_run(self):
        self.sim("run", "same.toml", "-n", 300, "-o", "r.h5", code=DONE)
        self.sim("extend", "r.h5", "--vary", "partner.a.churn=0.1,0.2,0.3", code=DONE)
        self.same("r.h5", self.whole("same", "-n", 300, "--vary", "partner.a.churn=0.1,0.2,0.3"), "another value")
        self.sim("extend", "r.h5", "-n", 200, code=DONE)
        self.same("r.h5", self.whole("same", "-n", 500, "--vary", "partner.a.churn=0.1,0.2,0.3"), "more replications")

    def test_by_points_of_a_sobol_design_gives_the_bytes_of_one_run(self):
        self.write("sobol.toml", SINGLE + '[sweep]\ndesign = "sobol"\npoints = 5\n[sweep.vary]\n'
                   '"partner.a.leads" = { from = 1, to = 4 }\n"partner.b.deal_value" = { from = 50, to = 500, scale = "log" }\n')
        self.sim("run", "sobol.toml", "-n", 300, "-o", "r.h5", code=DONE)
        answer = self.sim("extend", "r.h5", "--set", "sweep.points=16", code=DONE)
        self.assertIn(f"{11 * 300:,} replications added", answer.err)
        self.same("r.h5", self.whole("sobol", "-n", 300, "--set", "sweep.points=16"), "16 points")

    def test_to_another_file_leaves_the_old_one_alone(self):
        self.sim("run", "single.toml", "-n", 1000, "-o", "old.h5", code=DONE)
        before = self.bytes_of("old.h5")
        self.sim("extend", "old.h5", "-n", 500, "-o", "new.h5", code=DONE)
        self.assertEqual(self.bytes_of("old.h5"), before)
        self.same("new.h5", self.whole("single", "-n", 1500), "-o")

    def test_keeps_what_was_set_and_varied(self):
        words = ("--set", "partner.a.churn=0.2", "-s", 7, "--vary", "partner.b.leads=0.5:2:3")
        self.sim("run", "single.toml", "-n", 400, *words, "-o", "r.h5", code=DONE)
        (self.folder / "single.toml").rename(self.folder / "away.toml")
        self.sim("extend", "r.h5", "-n", 600, code=DONE)
        (self.folder / "away.toml").rename(self.folder / "single.toml")
        self.same("r.h5", self.whole("single", "-n", 1000, *words), "--set, -s and --vary")

    def test_of_a_result_that_names_its_replications_in_the_scenario_is_that_of_one_run(self):
        self.write("named.toml", SINGLE.replace("months = 3", "months = 3\nreplications = 800"))
        self.sim("run", "named.toml", "-o", "r.h5", code=DONE)
        self.sim("extend", "r.h5", "-n", 300, code=DONE)
        self.same("r.h5", self.whole("named", "-n", 1100), "replications = 800")

    def test_without_samples_is_refused_with_a_command_that_works(self):
        self.sim("run", "single.toml", "-n", 1000, *NO_SAMPLES, "-o", "r.h5", code=DONE)
        before = self.bytes_of("r.h5")
        answer = self.sim("extend", "r.h5", "-n", 500, code=INPUT_OUTPUT)
        self.assertIn('keeps no samples (samples = "none")', answer.err)
        self.assertRegex(answer.err, r"[Rr]un its scenario again with more replications")
        self.assertNotRegex(answer.err, r"[a-z] r\.h5 is as it was", "a full stop between two sentences")
        self.assertEqual(self.bytes_of("r.h5"), before)
        self.sim("run", "single.toml", "-n", 1500, *NO_SAMPLES, "-o", "r.h5", "--force", code=DONE)

    def test_by_nothing_or_by_what_is_no_number_is_refused(self):
        self.sim("run", "single.toml", "-n", 500, "-o", "r.h5", code=DONE)
        before = self.bytes_of("r.h5")
        self.assertIn("-n MORE", self.sim("extend", "r.h5", code=USAGE).err)
        for text in ("-3", "many", "1.5", "1e-9", "99999999999"):
            self.assertIn(text, self.sim("extend", "r.h5", f"-n{text}", code=USAGE).err)
        self.assertEqual(self.sim("extend", "r.h5", "--vary", "partner.z.leads=1,2").code, CONFIGURATION)
        self.assertEqual(self.sim("extend", "nowhere.h5", "-n", 5).code, INPUT_OUTPUT)
        self.assertEqual(self.bytes_of("r.h5"), before)

    def test_of_two_level_draws_is_that_of_one_run_and_asks_for_whole_draws(self):
        words = ("--set", "scenario.inner=20")
        self.sim("run", "single.toml", "-n", 400, *words, "-o", "r.h5", code=DONE)
        answer = self.sim("extend", "r.h5", "-n", 30, code=USAGE)
        self.assertRegex(answer.err, r"-n 30 .*scenario\.inner.* Use -n 40")
        self.sim("extend", "r.h5", "-n", 40, code=DONE)
        self.same("r.h5", self.whole("single", "-n", 440, *words), "inner = 20")

    def test_of_points_that_do_not_share_random_numbers_is_that_of_one_run(self):
        self.write("own.toml", SWEEP.replace("[sweep.vary]", "[sweep]\nshared_random_numbers = false\n[sweep.vary]"))
        self.sim("run", "own.toml", "-n", 300, "-o", "r.h5", code=DONE)
        answer = self.sim("extend", "r.h5", "--vary", "partner.a.leads=0.5,1,2,3")
        if answer.code == DONE:
            self.same("r.h5", self.whole("own", "-n", 300, "--vary", "partner.a.leads=0.5,1,2,3"), "a value before the others")
        self.sim("run", "own.toml", "-n", 300, "-o", "r.h5", "--force", code=DONE)
        self.sim("extend", "r.h5", "-n", 400, code=DONE)
        self.same("r.h5", self.whole("own", "-n", 700), "more replications")

    def test_throws_nothing_away_and_changes_no_value(self):
        self.sim("run", "sweep.toml", "-n", 300, "-o", "r.h5", code=DONE)
        before = self.bytes_of("r.h5")
        for words in (("--vary", "partner.a.leads=1,2"), ("--vary", "partner.a.leads=4,5"), ("--set", "partner.b.leads=4"),
                      ("-n", 100, "--set", "scenario.seed=4"), ("--set", "scenario.months=4")):
            with self.subTest(words=words):
                answer = self.sim("extend", "r.h5", *words)
                self.assertNotEqual(answer.code, DONE)
                self.assertEqual(self.bytes_of("r.h5"), before)
                self.assertIn(words[-1].split("=", maxsplit=1)[0], answer.err)
                (self.folder / "r.h5").write_bytes(before)

    def test_with_o_none_writes_no_file_of_that_name(self):
        self.sim("run", "single.toml", "-n", 300, "-o", "r.h5", code=DONE)
        self.sim("extend", "r.h5", "-n", 100, "-o", "none")
        self.assertFalse((self.folder / "none").exists())

    def test_of_a_precise_result_adds_to_what_was_needed(self):
        self.sim("run", "single.toml", "--precision", "revenue=3%", "-n", 100_000, "-o", "r.h5", code=DONE)
        with h5py.File(self.folder / "r.h5") as file:
            n = int(file["points/replications"][0])
        self.sim("extend", "r.h5", "-n", 500, code=DONE)
        self.whole("single", "-n", n + 500)
        with h5py.File(self.folder / "r.h5") as more, h5py.File(self.folder / "whole.h5") as whole:
            self.assertTrue((more["outcomes/revenue"][:] == whole["outcomes/revenue"][:]).all())
            self.assertNotIn("convergence", more)

    def test_of_an_interrupted_result_is_refused_until_it_is_complete(self):
        words = ("run", "single.toml", "-n", 8_000_000, "-o", "r.h5", "-q")
        with subprocess.Popen([test_cli.BINARY, *map(str, words)], cwd=self.folder, env=environment(),
                              stdout=subprocess.DEVNULL) as process:
            while not committed(self.folder / "r.h5.journal"):
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
        before = self.bytes_of("r.h5")
        self.assertIn("--resume", self.sim("extend", "r.h5", "-n", 100, code=INPUT_OUTPUT).err)
        self.assertEqual(self.bytes_of("r.h5"), before)

    def test_killed_at_any_step_leaves_the_old_result_or_the_new_one_and_goes_on(self):
        old = self.whole("sweep", "-n", 400)
        whole = self.whole("sweep", "-n", 1000)
        folder = self.folder / "r"
        result = folder / "r.h5"
        words = ("extend", result, "-n", 600, "-q")

        def fresh():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            result.write_bytes(old)

        fresh()
        steps = self.killed_at(0, folder, *words, mode="none")
        for step in sorted({*self.dice.sample(range(1, steps + 1), min(steps, 14)), steps - 1, steps}):
            for mode in ("kill", "torn"):
                with self.subTest(step=step, of=steps, mode=mode):
                    fresh()
                    self.killed_at(step, folder, *words, mode=mode)
                    self.assertTrue(result.read_bytes() in (old, whole), "neither old nor new")
                    # Without a journal beside it the new result is finished, and extending it again would add more.
                    begun = (folder / "r.h5.journal").exists()
                    if begun or result.read_bytes() == old:
                        self.sim(*words, *self.threads(), *(["--resume"] if begun else []), code=DONE)
                    self.assertTrue(result.read_bytes() == whole, "resumed")
                    self.assertLessEqual({path.name for path in folder.iterdir()}, {"r.h5", "r.h5.log.json"})

    def test_with_resume_adds_nothing_when_there_is_nothing_to_resume(self):
        self.sim("run", "single.toml", "-n", 300, "-o", "r.h5", code=DONE)
        before = self.bytes_of("r.h5")
        self.assertIn("Nothing to resume", self.sim("extend", "r.h5", "-n", 100, "--resume", code=INPUT_OUTPUT).err)
        self.assertEqual(self.bytes_of("r.h5"), before)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR SHIM [unittest's options]")
    test_cli.BINARY, test_cli.SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    SHIM = str(Path(sys.argv[3]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
