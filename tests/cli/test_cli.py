#!/usr/bin/python3
"""The command line as a person meets it: every test name is a claim.

    python3 tests/cli/test_cli.py BINARY SOURCE_DIR [unittest's options]

BINARY is the built program, SOURCE_DIR the repository. Every test works in an empty folder of its own.
"""

import contextlib
import csv
import fcntl
import json
import os
import pty
import re
import resource
import shlex
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import time
import tomllib
import unittest
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

BINARY = SOURCE = ARITHMETIC = TWELVE = None  # set at the end of the file

COMMANDS = ("run", "check", "describe", "summary", "list")
DONE, USAGE, CONFIGURATION, INPUT_OUTPUT, INTERRUPTED = 0, 2, 3, 5, 130
SMALL = ("-n", "400")


class Answer(NamedTuple):
    code: int
    out: str
    err: str


def environment(**changes):
    """That of the caller without anything that the program reads, plus changes."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("PARTNERSIM_", "LC_", "LANG")) and name != "NO_COLOR"}
    return {**kept, "LC_ALL": "C.UTF-8", **changes}


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def figure(text):
    """A cell of a table as a number: "7,387,700" → 7387700.0."""
    return float(text.replace(",", "").replace("±", ""))


def step_of(text):
    """What one more in the last digit shown would be: "1,900" could be rounded to hundreds."""
    digits = text.replace(",", "")
    if "." in digits:
        return 10.0 ** -len(digits.split(".")[1])
    return 10.0 ** (len(digits) - len(digits.rstrip("0")))


class Case(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="partnersim_cli_")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def sim(self, *words, code=None, stdin="", timeout=300, **options):
        """Runs the program; `code` is the exit code that is expected, if any."""
        options = {"env": environment(), "cwd": self.folder, **options}
        done = subprocess.run([BINARY, *map(str, words)], input=stdin, capture_output=True, text=True, timeout=timeout,
                              encoding="utf-8", check=False, **options)
        if code is not None:
            self.assertEqual(done.returncode, code, f"exit code of {shlex.join(map(str, words))}\n{done.stdout[:2000]}"
                                                    f"{done.stderr[:2000]}")
        return Answer(done.returncode, done.stdout, done.stderr)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def left_behind(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if not path.is_dir())

    def log(self, result):
        return json.loads((self.folder / f"{result}.log.json").read_text(encoding="utf-8"))


class ARun(Case):
    def test_of_each_shipped_scenario_makes_a_file_a_log_and_a_table(self):
        for scenario in sorted((SOURCE / "configs").glob("*.toml")):
            with self.subTest(scenario=scenario.name):
                answer = self.sim("run", scenario, *SMALL, code=DONE)
                result = Path("results") / f"{scenario.stem}.h5"
                self.assertTrue(h5py.is_hdf5(self.folder / result))
                with h5py.File(self.folder / result) as file:
                    points = len(file["points/replications"])
                self.assertEqual(self.log(result)["replications"], 400 * points)
                question = scenario.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
                self.assertTrue(answer.out.startswith(question + "\n"), "the table opens with the question")
                rows = points if points > 3 else 1  # more points than three have a row each, of revenue
                name = r"\w+" if points > 3 else "revenue"
                self.assertGreaterEqual(len(re.findall(rf"(?m)^{name} +(?:USD|EUR) +[\d,]+ +± [\d,]+ ", answer.out)), rows)
                self.assertIn("± is simulation error only", answer.out)

    def test_puts_results_on_stdout_and_messages_on_stderr_only(self):
        answer = self.sim("run", ARITHMETIC, *SMALL)
        self.assertNotRegex(answer.out, r"Result:|simulating|replications in")
        self.assertRegex(answer.err, r"^400 replications in [\d.]+ s, of which [\d.]+ s simulating\. "
                                     r"Result: results/arithmetic\.h5\n$")
        self.assertNotIn("\r", answer.err)
        self.assertNotIn("\033", answer.err)

    def test_with_quiet_says_nothing_on_stderr(self):
        answer = self.sim("run", ARITHMETIC, *SMALL, "-q", code=DONE)
        self.assertEqual(answer.err, "")
        self.assertEqual(self.sim("run", ARITHMETIC, *SMALL, "--quiet", code=DONE).err, "")

    def test_leaves_only_the_result_and_its_log(self):
        self.sim("run", ARITHMETIC, *SMALL, code=DONE)
        self.assertEqual(self.left_behind(), ["results/arithmetic.h5", "results/arithmetic.h5.log.json"])

    def test_logs_where_when_and_how_it_ran(self):
        self.sim("run", ARITHMETIC, *SMALL, "-t", 2, "-o", "a.h5", code=DONE)
        log = self.log("a.h5")
        self.assertEqual(log["result"], "a.h5")
        self.assertEqual(log["threads"], 2)
        self.assertFalse(log["interrupted"])
        self.assertIn("-o a.h5", log["command"])
        self.assertRegex(log["finished"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertGreaterEqual(log["seconds"], log["seconds_simulating"])
        self.assertIn(log["instruction_set"], ("baseline", "avx2", "avx512"))

    def test_with_o_none_writes_nothing(self):
        answer = self.sim("run", ARITHMETIC, *SMALL, "-o", "none", code=DONE)
        self.assertEqual(self.left_behind(), [])
        self.assertIn("revenue", answer.out)
        self.assertNotIn("Result:", answer.err)

    def test_reads_a_scenario_from_stdin(self):
        text = ARITHMETIC.read_text(encoding="utf-8")
        answer = self.sim("run", "-", *SMALL, stdin=text, code=DONE)
        self.assertTrue((self.folder / "results/stdin.h5").exists())
        self.assertEqual(answer.out, self.sim("run", ARITHMETIC, *SMALL, "-o", "none").out)

    def test_survives_a_file_name_with_spaces_quotes_and_umlauts(self):
        path = self.write('my "größte" scenario.toml', '# What does "größer" mean, \\o/?\n[partner.a]\nleads = 1\n'
                                                       "close_rate = 0.5\ndeal_value = 2\n")
        answer = self.sim("run", path, *SMALL, "--format", "json", code=DONE)
        self.assertEqual(json.loads(answer.out)["question"], 'What does "größer" mean, \\o/?')
        self.assertTrue(self.log('results/my "größte" scenario.h5')["result"].startswith('my "größte"'))

    def test_with_profile_shows_shares_of_stages_and_changes_no_result(self):
        plain = self.sim("run", ARITHMETIC, *SMALL, "-o", "a.h5", code=DONE)
        profiled = self.sim("run", ARITHMETIC, *SMALL, "-o", "b.h5", "--profile", code=DONE)
        self.assertEqual(plain.out, profiled.out)
        self.assertRegex(profiled.err, r"(?m)^referral flow +[\d.]+ %$")
        self.assertEqual((self.folder / "a.h5").read_bytes(), (self.folder / "b.h5").read_bytes())


class Options(Case):
    def resolved(self, *words, size=SMALL):
        """Every value in effect, as stored in the result of a run."""
        self.sim("run", TWELVE, *size, "-q", "-o", "r.h5", "--force", *words, code=DONE)
        with h5py.File(self.folder / "r.h5") as file:
            lines = file["provenance/resolved_scenario"][()].decode().splitlines()
        values = dict(line.split("  # ")[0].split(" = ", 1) for line in lines)
        # Copies that are alike stand under the name of what was counted: partner.referrer.leads of referrer_1, …
        for line in lines:
            counted = re.match(r"(partner\.\w+)\.count = .*: alike are (.*)$", line)
            for part in counted[2].split(", ") if counted else ():
                first, _, last = part.partition(" to ")
                for number in range(int(first), int(last or first) + 1):
                    values.update({path.replace(counted[1], f"{counted[1]}_{number}", 1): value
                                   for path, value in list(values.items()) if path.startswith(counted[1] + ".")})
        return {path: value for path, value in values.items() if not path.startswith("partner.referrer.")}

    def test_n_and_s_replace_replications_and_seed(self):
        values = self.resolved("-s", "7", size=("-n", "1_000"))
        self.assertEqual((values["scenario.replications"], values["scenario.seed"]), ("1000", "7"))
        with h5py.File(self.folder / "r.h5") as file:
            self.assertEqual(int(file["points/replications"][0]), 1000)
            self.assertEqual(int(file["provenance/seed"][()]), 7)
            self.assertEqual(file["provenance/seed_text"][()].decode(), "7")

    def test_another_seed_gives_other_numbers(self):
        outputs = [self.sim("run", ARITHMETIC, *SMALL, "-o", "none", "--format", "csv", "-s", seed).out
                   for seed in (1, 1, 2)]
        self.assertEqual(outputs[0], outputs[1])
        self.assertNotEqual(outputs[0], outputs[2])

    def test_set_changes_one_value(self):
        values = self.resolved("--set", "partner.referrer_3.leads=2.5")
        self.assertEqual([values[f"partner.referrer_{k}.leads"] for k in (2, 3, 4)], ["5", "2.5", "5"])

    def test_set_with_a_star_changes_one_level(self):
        values = self.resolved("--set", "partner.*.churn=0.03")
        churn = [value for path, value in values.items() if re.fullmatch(r"partner\.\w+\.churn", path)]
        self.assertEqual(churn, ["0.03"] * 12)

    def test_set_takes_toml_or_else_a_text(self):
        values = self.resolved("--set", "partner.*.close_rate={ uniform = { low = 0.1, high = 0.2 } }",
                               "--set", "scenario.currency=CHF")
        self.assertIn("uniform", values["partner.referrer_1.close_rate"])
        self.assertEqual(values["scenario.currency"], '"CHF"')

    def test_a_bad_set_is_a_configuration_error_that_names_it(self):
        for assignment, expected in (("foo", "PATH=VALUE"),
                                     ("partner.*.leds=3", "Did you mean leads?"),
                                     ("shock.*.rte=3", "Did you mean rate?"),
                                     ("firm.*.leads=3", "matches nothing"),
                                     ("partner.*.churn=2", "0.02 (2 %)"),
                                     ("partner.*.churn=2%", "0.02"),
                                     ("scenario.months=0", "1 to 1023"),
                                     ('output.outcomes=["revnue"]', "Did you mean revenue?"),
                                     ("scenario.start=2026-13", "scenario.start")):
            with self.subTest(assignment=assignment):
                answer = self.sim("run", TWELVE, *SMALL, "-o", "none", "--set", assignment, code=CONFIGURATION)
                self.assertEqual(answer.out, "")
                self.assertTrue(answer.err.startswith("--set: "), answer.err)
                self.assertIn(expected, answer.err)

    def test_other_options_that_set_values_name_themselves_in_their_errors(self):
        goal = ("--so-that", "revenue.mean >= 300_000")
        for words, code, start, expected in (
                (("-n", "abc"), USAGE, "partnersim: -n abc", "-n 100_000"),
                (("-s", "x"), USAGE, "partnersim: -s x", "-s 7"),
                (("--solve", "partner.*.lead", *goal), CONFIGURATION, "--solve: ", "Did you mean leads?"),
                (("--solve", "partner.*.close_rate", "--between", "2:3", *goal), CONFIGURATION, "--solve: ", "0 to 1")):
            with self.subTest(words=words):
                answer = self.sim("run", ARITHMETIC, *words, code=code)
                self.assertEqual(answer.out, "")
                self.assertTrue(answer.err.startswith(start), answer.err)
                self.assertIn(expected, answer.err)

    def test_months_that_never_come_are_noted_and_no_error(self):
        whole = SOURCE / "configs" / "everything.toml"
        run = ("run", whole, "-n", "16", "-o", "none")
        self.assertNotIn("comes after", self.sim(*run, code=DONE).err)
        said = self.sim(*run, "--set", "scenario.months=6", code=DONE).err
        notes = re.findall(r"(?m)^Note: (\S+): month (\d+) comes after the last one, 6\.$", said)
        self.assertEqual(sorted(notes), [("change.hire.month", "18"), ("firm.injections", "12"), ("goal.four_hundred.by", "36"),
                                         ("partner.bigco.start", "7"), ("partner.fair.end", "15"), ("shock.energy.months", "20")])
        self.assertIn("Note: firm.valuation_multiple has no effect: the horizon has no twelve months", said)
        copies = self.sim(*run, "--set", "partner.referrer.start=37", code=DONE).err
        self.assertEqual(copies.count("month 37 comes after the last one, 36"), 1)

    def test_values_that_look_like_another_unit_are_noted_and_no_error(self):
        words = ("check", ARITHMETIC, "--set", "firm.cash=1e6")
        self.assertNotIn("Note", self.sim(*words, "--set", "firm.variable_cost_share=0.35", code=DONE).out)
        for more, says in (("firm.variable_cost_share=35e-1", "firm.variable_cost_share: 3.5 is unusual, 0 to 1"),
                           ("firm.pay_lag=30", "firm.pay_lag: 30 is unusual"),
                           ("firm.credit=1", "firm.discount_rate: 11 is unusual"),
                           ("economy.trend=0.5", "economy.trend: 0.5 is unusual"),
                           ("economy.season=[80,90,110,100,100,100,100,100,100,100,100,100]", "economy.season: 80 is unusual")):
            both = self.sim(*words, "--set", more, "--set", "firm.discount_rate=11", code=DONE).out
            self.assertEqual(both.count(f"Note: {says}"), 1, says)

    def test_laws_without_variance_are_noted(self):
        for shape, noted in ((1.5, 1), (2, 1), (2.5, 0)):
            law = f"partner.referrer.deal_value={{ pareto = {{ mean = 1000, shape = {shape} }} }}"
            self.assertEqual(self.sim("check", ARITHMETIC, "--set", law, code=DONE).out.count("no finite variance"), noted)
        # Of the logarithm: the tail of ln Q has slope (9 ln(p90/p50) - ln(p50/p10)) / (8 ln 9).
        for p90, noted in ((30_000, 1), (8_000, 0)):
            law = f"partner.referrer.leads={{ p10 = 1000, p50 = 5000, p90 = {p90} }}"
            out = self.sim("check", ARITHMETIC, "--set", law, code=DONE).out
            self.assertEqual(out.count("tail of slope 0.83) have no finite variance"), noted)
            self.assertEqual(out.count("one draw in 99"), noted)
            self.assertEqual(out.count("mean of the draws is 20000 instead of 24800"), noted)
        law = "partner.referrer.leads={ p10 = 500, p50 = 5000, p90 = 100000 }"
        err = self.sim("check", ARITHMETIC, "--set", law, code=CONFIGURATION).err
        self.assertIn("no finite mean", err)
        self.assertIn("Choose p90 below 45529", err)

    def test_a_scenario_whose_file_of_values_has_changed_is_another_run(self):
        law = "partner.referrer.deal_value={ empirical = { file = 'deals.csv' } }"
        scenario = self.write("s.toml", ARITHMETIC.read_text(encoding="utf-8"))
        self.write("deals.csv", "value\n3\n")
        words = ("run", scenario, "--set", law, *SMALL, "-o", "x.h5")
        self.sim(*words, code=DONE)
        self.assertIn("already holds this run", self.sim(*words, code=DONE).err)
        self.write("deals.csv", "value\n30\n")
        self.assertIn("the result of another run", self.sim(*words, code=INPUT_OUTPUT).err)
        self.sim(*words, "--force", code=DONE)

    def test_labels_that_could_not_be_shown_are_refused_before_anything_is_written(self):
        for table in ("partner.referrer", "goal.g"):
            for bad, name in ((r"a\u0000b", "U+0000"), (r"a\u001B[2Jb", "U+001B"), (r"a\nb", "U+000A"), (r"a\u202Eb", "U+202E"),
                              ("x" * 100_000, "100000 characters")):
                words = ["--set", "goal.g={ outcome = 'wins', at_least = 3 }"] if table == "goal.g" else []
                told = self.sim("run", ARITHMETIC, *words, "--set", f'{table}.label="{bad}"', "-o", "x.h5",
                                code=CONFIGURATION).err
                self.assertIn(f"--set: {table}.label h", told)
                self.assertIn(name, told)
                self.assertNotRegex(told, "[\x00-\x09\x0b-\x1f\u202e]")
                self.assertLess(len(told), 1000)
        self.assertIn("U+000A", self.sim("check", ARITHMETIC, "--set", r'scenario.currency="E\n"', code=CONFIGURATION).err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_threads_do_not_change_a_byte(self):
        for threads in (1, 2, 5):
            self.sim("run", TWELVE, "-n", 5000, "-t", threads, "-o", f"{threads}.h5", code=DONE)
        one = (self.folder / "1.h5").read_bytes()
        self.assertEqual(one, (self.folder / "2.h5").read_bytes())
        self.assertEqual(one, (self.folder / "5.h5").read_bytes())

    def test_two_runs_give_identical_bytes(self):
        self.sim("run", TWELVE, *SMALL, "-o", "a.h5", code=DONE)
        time.sleep(1.1)  # a time stamp in the file would show
        (self.folder / "elsewhere").mkdir()
        self.sim("run", TWELVE, *SMALL, "-o", "elsewhere/b.h5", code=DONE)
        self.assertEqual((self.folder / "a.h5").read_bytes(), (self.folder / "elsewhere/b.h5").read_bytes())

    def test_partnersim_threads_sets_threads_and_t_overrides_it(self):
        self.sim("run", ARITHMETIC, *SMALL, "-o", "a.h5", env=environment(PARTNERSIM_THREADS="1"), code=DONE)
        self.assertEqual(self.log("a.h5")["threads"], 1)
        self.sim("run", ARITHMETIC, *SMALL, "-o", "b.h5", "-t", 3, env=environment(PARTNERSIM_THREADS="1"), code=DONE)
        self.assertEqual(self.log("b.h5")["threads"], 3)

    def test_partnersim_isa_chooses_kernels_and_changes_no_byte(self):
        self.sim("run", TWELVE, *SMALL, "-o", "a.h5", code=DONE)
        self.sim("run", TWELVE, *SMALL, "-o", "b.h5", env=environment(PARTNERSIM_ISA="baseline"), code=DONE)
        self.assertEqual(self.log("b.h5")["instruction_set"], "baseline")
        self.assertEqual((self.folder / "a.h5").read_bytes(), (self.folder / "b.h5").read_bytes())

    def test_a_bad_environment_is_a_usage_error(self):
        for name, value in (("PARTNERSIM_THREADS", "many"), ("PARTNERSIM_THREADS", "0"), ("PARTNERSIM_THREADS", "2x"),
                            ("PARTNERSIM_ISA", "sse9")):
            with self.subTest(name=name, value=value):
                answer = self.sim("run", ARITHMETIC, *SMALL, "-o", "none", env=environment(**{name: value}), code=USAGE)
                self.assertIn(f"{name}={value}", answer.err)
                self.assertEqual(answer.out, "")


class Counts(Case):
    """Whole numbers of the command line."""

    def test_as_people_write_them_are_answered_with_the_form_that_works(self):
        for words in (("-n", "10,000"), ("-n", "10k"), ("-n", "1 000"), ("-s", "1,234")):
            with self.subTest(words=words):
                said = self.sim("check", ARITHMETIC, *words, code=USAGE).err
                self.assertNotIn("--set", said)
                self.assertNotIn("scenario.", said)
                option, value = re.search(r"Write (-\S+) (\S+)$", said.strip()).groups()
                out = self.sim("check", ARITHMETIC, option, value, code=DONE).out
                if option == "-n":
                    self.assertIn(f"{int(value):,} replications", out)

    def test_are_compared_as_integers_and_named_as_given(self):
        most = 2**53
        for words, says in ((("-n", 0), "-n 0 is out of range (1 to 4294967295)"),
                            (("-n", -5), "-n -5 is out of range"), (("-n", 2**32), "-n 4294967296 is out of range"),
                            (("-s", -1), "-s -1 is out of range (0 to 9007199254740992)"),
                            (("-s", most + 1), "-s 9007199254740993 is out of range"),
                            (("-s", most + 2), "-s 9007199254740994 is out of range"),
                            (("-s", 2**64 - 1), "-s 18446744073709551615 is out of range"),
                            (("-s", 2**64), "-s 18446744073709551616 is out of range"),
                            (("-n", "1.5"), "-n 1.5 is not a whole number"), (("-n", "abc"), "-n abc is not a whole number"),
                            (("-t", 0), "--threads 0 is out of range (1 to 4096)")):
            with self.subTest(words=words):
                said = self.sim("check", ARITHMETIC, *words, code=USAGE).err
                self.assertIn(says, said)
                self.assertNotIn("--set", said)
        for seed in (0, most - 1, most):
            self.assertIn(f"seed {seed},", self.sim("check", ARITHMETIC, "-s", seed, "-n", 10, code=DONE).out)
        self.assertIn(f"scenario.seed = {most + 1} is out of range",
                      self.sim("check", ARITHMETIC, "--set", f"scenario.seed={most + 1}", code=CONFIGURATION).err)

    def test_of_one_are_singular(self):
        out = self.sim("check", "-", "-n", 1, "-t", 1, "--set", "scenario.months=1", code=DONE,
                       stdin="[partner.a]\nleads = 1\nclose_rate = 0.5\ndeal_value = 2\n").out
        self.assertIn("\n1 month, 1 partner, 1 replication, seed 1, 1 point\n", out)
        self.assertIn("Forecast on 1 thread:", out)
        self.assertNotRegex(out, r"\b1 (months|partners|replications|points|threads)\b")
        said = self.sim("run", ARITHMETIC, "-n", 1, "-o", "none", code=DONE)
        self.assertNotIn("1 replications", said.out + said.err)


class AFileForAnotherCommand(Case):
    """What is given where something else belongs is answered with the command that takes it."""

    def setUp(self):
        super().setUp()
        self.write("s.toml", ARITHMETIC.read_text(encoding="utf-8"))
        self.sim("run", "s.toml", *SMALL, "-q", code=DONE)
        self.result = "results/s.h5"

    def test_names_the_right_command_and_that_command_works(self):
        for words, first in ((("s.toml",), ["run", "s.toml"]), ((self.result,), ["summary", self.result]),
                             (("run", self.result), ["summary", self.result]), (("check", self.result), ["summary", self.result]),
                             (("summary", "s.toml"), ["run", "s.toml"]), (("compare", "s.toml", "s.toml"), ["run", "s.toml"]),
                             (("extend", "s.toml", "-n", 5), ["run", "s.toml"]), (("replay", "s.toml", "-r", 1), ["run", "s.toml"]),
                             (("describe", "s.toml"), ["check", "s.toml"]), (("list", "s.toml"), ["check", "s.toml"])):
            with self.subTest(words=words):
                said = self.sim(*words, code=USAGE).err
                self.assertIn("partnersim " + " ".join(first), said)
                self.sim(*first, *(SMALL if first[0] == "run" else ()), code=DONE)

    def test_says_what_merge_takes(self):
        self.assertIn("partnersim run s.toml --shard 1/4", self.sim("merge", "s.toml", "-o", "x.h5", code=USAGE).err)
        self.assertIn("is a result already", self.sim("merge", self.result, "-o", "x.h5", code=USAGE).err)

    def test_that_is_a_shard_is_told_from_a_scenario(self):
        self.sim("run", "s.toml", *SMALL, "--shard", "1/2", "-o", "a.shard", "-q", code=DONE)
        for words in (("run", "a.shard"), ("a.shard",)):
            self.assertIn("partnersim merge", self.sim(*words, code=USAGE).err)

    def test_is_not_looked_into_where_it_is_a_pipe(self):
        os.mkfifo(self.folder / "pipe.toml")
        self.assertIn("partnersim run pipe.toml", self.sim("pipe.toml", code=USAGE, timeout=10).err)


class NothingIsOverwritten(Case):
    def state(self, path):
        return path.stat().st_mtime_ns, path.read_bytes()

    def test_a_second_identical_run_says_so_and_touches_nothing(self):
        first = self.sim("run", ARITHMETIC, *SMALL, code=DONE)
        path = self.folder / "results/arithmetic.h5"
        log = self.folder / "results/arithmetic.h5.log.json"
        before = self.state(path), self.state(log)
        for force in ((), ("--force",)):
            second = self.sim("run", ARITHMETIC, *SMALL, *force, code=DONE)
            self.assertIn("already holds this run", second.err)
            self.assertEqual(second.out, first.out, "the table is shown all the same")
            self.assertEqual((self.state(path), self.state(log)), before)

    def test_another_runs_file_is_refused_until_force(self):
        self.sim("run", ARITHMETIC, *SMALL, "-o", "a.h5", code=DONE)
        before = self.state(self.folder / "a.h5")
        for change in (("-n", 300), ("-n", 400, "-s", 2), ("-n", 400, "--set", "partner.*.leads=6")):
            with self.subTest(change=change):
                answer = self.sim("run", ARITHMETIC, "-o", "a.h5", *change, code=INPUT_OUTPUT)
                self.assertIn("another run", answer.err)
                self.assertIn("--force", answer.err)
                self.assertIn("-o", answer.err)
                self.assertEqual(self.state(self.folder / "a.h5"), before)
        self.sim("run", ARITHMETIC, "-n", 300, "-o", "a.h5", "--force", code=DONE)
        with h5py.File(self.folder / "a.h5") as file:
            self.assertEqual(int(file["points/replications"][0]), 300)

    def test_a_foreign_file_is_refused_until_force(self):
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["mine"] = [1, 2, 3]
        self.write("notes.h5", "not HDF5 at all\n")
        self.write("empty.h5", "")
        for name in ("foreign.h5", "notes.h5", "empty.h5"):
            with self.subTest(name=name):
                before = self.state(self.folder / name)
                answer = self.sim("run", ARITHMETIC, *SMALL, "-o", name, code=INPUT_OUTPUT)
                self.assertIn("not a partnersim result", answer.err)
                self.assertEqual(self.state(self.folder / name), before)
                self.sim("run", ARITHMETIC, *SMALL, "-o", name, "--force", code=DONE)
                self.assertTrue(h5py.is_hdf5(self.folder / name))

    def test_the_scenario_itself_is_not_overwritten_even_with_force(self):
        scenario = self.write("mine.toml", ARITHMETIC.read_text(encoding="utf-8"))
        (self.folder / "link.h5").symlink_to(scenario)
        for name in ("mine.toml", "link.h5"):
            answer = self.sim("run", "mine.toml", *SMALL, "-o", name, "--force", code=INPUT_OUTPUT)
            self.assertIn("is the scenario itself", answer.err)
            self.assertEqual(scenario.read_text(encoding="utf-8"), ARITHMETIC.read_text(encoding="utf-8"))

    def test_a_folder_is_never_a_result(self):
        (self.folder / "d").mkdir()
        for force in ((), ("--force",)):
            answer = self.sim("run", ARITHMETIC, *SMALL, "-o", "d", *force, code=INPUT_OUTPUT)
            self.assertIn("d is a folder. Name a file in it: -o d/mine.h5", answer.err)
            self.assertEqual(self.left_behind(), [])

    def test_a_name_that_can_only_be_meant_otherwise_is_refused_with_what_was_meant(self):
        for name, expected in (("", "names no file"), ("-", "--format csv"), ("new/", "Name a file in it: -o new/mine.h5"),
                               ("x.csv", "-o x.h5 --format csv > x.csv"), ("x.xlsx", "-o x.h5 --format csv > x.csv"),
                               ("d/x.json", "-o d/x.h5 --format json > d/x.json")):
            for words in (("run", ARITHMETIC, *SMALL), ("run", ARITHMETIC, *SMALL, "--shard", "1/2"),
                          ("extend", "there.h5", "-n", "4"), ("merge", "1.shard")):
                with self.subTest(name=name, words=words):
                    answer = self.sim(*words, "-o", name, "--force", code=USAGE)
                    self.assertIn(expected, answer.err)
                    self.assertEqual((answer.out, self.left_behind()), ("", []))


def what_is_no_file(folder):
    """A pipe that nobody writes to, a socket and, where the user may make one, a device."""
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(folder / "socket"))
    with contextlib.suppress(PermissionError):
        os.mknod(folder / "device", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    return [path for path in folder.iterdir() if not path.is_file()]


class OnlyFiles(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "odd").mkdir()
        self.odd = what_is_no_file(self.folder / "odd")
        self.sim("run", ARITHMETIC, *SMALL, "-o", "good.h5", "-q", code=DONE)
        for k in (1, 2):
            self.sim("run", ARITHMETIC, *SMALL, "--shard", f"{k}/2", "-o", f"{k}.shard", "-q", code=DONE)

    def refused(self, odd, *words):
        kind = os.lstat(odd)
        answer = self.sim(*words, code=INPUT_OUTPUT, timeout=20)
        self.assertRegex(answer.err.splitlines()[-1], r"^partnersim: .* is a (named pipe|socket|device)")
        self.assertNotRegex(answer.err, r"disk|internal")
        self.assertEqual(os.lstat(odd), kind, "left as it is")

    def test_are_results_shards_and_logs_whatever_is_forced(self):
        for odd in self.odd:
            name = f"odd/{odd.name}"
            (self.folder / f"link_to_{odd.name}").symlink_to(odd)
            for at in (name, f"link_to_{odd.name}"):
                for more in ((), ("--force",), ("--resume",), ("--force", "--shard", "1/2")):
                    with self.subTest(odd=at, more=more):
                        self.refused(odd, "run", ARITHMETIC, *SMALL, "-o", at, *more)
            for words in (("extend", name, "-n", 5), ("extend", "good.h5", "-n", 5, "-o", name, "--force"),
                          ("extend", name, "-n", 5, "-o", "new.h5"), ("merge", "1.shard", "2.shard", "-o", name, "--force"),
                          ("merge", "1.shard", name, "-o", "new.h5"), ("summary", name), ("compare", "good.h5", name),
                          ("replay", name, "-r", 1)):
                with self.subTest(words=words):
                    self.refused(odd, *words)
        self.assertFalse((self.folder / "new.h5").exists())

    def test_are_journals_and_what_becomes_a_result_and_nothing_is_simulated_before_it_is_known(self):
        for odd in self.odd:
            for ending in (".journal", ".journal.partial", ".partial", ".log.json"):
                at = self.folder / f"r.h5{ending}"
                odd.rename(at)
                for more in ((), ("--force",), ("--resume",)):
                    with self.subTest(odd=at.name, more=more):
                        self.refused(at, "run", TWELVE, "-n", 50_000_000, "-o", "r.h5", *more)
                        self.assertFalse((self.folder / "r.h5").exists())
                at.rename(odd)

    def test_are_reached_through_links_and_the_links_stay(self):
        (self.folder / "far").mkdir()
        link, target = self.folder / "link.h5", self.folder / "far" / "there.h5"
        link.symlink_to("far/there.h5")  # nothing is there yet
        whole = (self.folder / "good.h5").read_bytes()
        for force in ((), ("-s", 2, "--force"), ("--force",)):
            self.sim("run", ARITHMETIC, *SMALL, "-o", "link.h5", *force, code=DONE)
        self.assertEqual(target.read_bytes(), whole)
        self.assertIn("already holds", self.sim("run", ARITHMETIC, *SMALL, "-o", "link.h5", code=DONE).err)
        self.sim("extend", "link.h5", "-n", 100, code=DONE)
        self.sim("merge", "1.shard", "2.shard", "-o", "link.h5", "--force", code=DONE)
        self.assertEqual(target.read_bytes(), whole)
        self.assertTrue(link.is_symlink())
        self.assertEqual({path.name for path in target.parent.iterdir()}, {"there.h5", "there.h5.log.json"})

    def test_are_not_made_behind_links_that_lead_nowhere(self):
        (self.folder / "unmounted.h5").symlink_to("disk/r.h5")
        (self.folder / "a.h5").symlink_to("b.h5")
        (self.folder / "b.h5").symlink_to("a.h5")
        for name, expected in (("unmounted.h5", "no such folder"), ("a.h5", "leads nowhere")):
            answer = self.sim("run", ARITHMETIC, *SMALL, "-o", name, "--force", code=INPUT_OUTPUT)
            self.assertIn(expected, answer.err)
            self.assertFalse((self.folder / "disk").exists())

    def test_are_not_written_to_through_a_link_that_others_laid(self):
        mine = self.write("mine.txt", "mine\n")
        for ending in (".partial", ".journal.partial"):
            (self.folder / f"r.h5{ending}").symlink_to(mine)
            answer = self.sim("run", ARITHMETIC, *SMALL, "-o", "r.h5", "--force", code=INPUT_OUTPUT)
            self.assertIn(f"r.h5{ending} is a link", answer.err)
            self.assertEqual(mine.read_text(encoding="utf-8"), "mine\n")
            (self.folder / f"r.h5{ending}").unlink()


class AScenarioFromAPipe(Case):
    def shell(self, line, timeout=30):
        done = subprocess.run(["bash", "-c", line, BINARY, ARITHMETIC], capture_output=True, text=True, cwd=self.folder,
                              env=environment(), timeout=timeout, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)

    def test_is_read_however_slowly_it_is_written(self):
        right = self.sim("run", ARITHMETIC, *SMALL, "-o", "none", "-q", code=DONE).out
        os.mkfifo(self.folder / "f")
        for line in ('"$0" run <(cat "$1") -n 400 -o none -q', '"$0" run <(sleep 1.3; cat "$1") -n 400 -o none -q',
                     'cat "$1" | "$0" run /dev/stdin -n 400 -o none -q', '(sleep 0.2; cat "$1") | "$0" run - -n 400 -o none -q',
                     '(sleep 0.2; cat "$1" > f) & "$0" run f -n 400 -o none -q',
                     '(head -c 50 "$1"; sleep 0.2; tail -c +51 "$1") > f & "$0" run f -n 400 -o none -q'):
            with self.subTest(line=line):
                self.assertEqual(self.shell(line), (DONE, right, ""))

    def test_that_nobody_writes_is_refused_and_not_waited_for(self):
        os.mkfifo(self.folder / "f")
        self.write("s.toml", '[partner.a]\nleads = 1\nclose_rate = 0.5\ndeal_value = { empirical = { file = "f" } }\n')
        for command in ("check", "run"):
            answer = self.sim(command, "f", code=INPUT_OUTPUT, timeout=20)
            self.assertIn('"f" cannot be read (it is a named pipe, and no process writes to it)', answer.err)
        self.assertIn("f is a folder, a pipe or a device",
                      self.sim("check", "s.toml", code=CONFIGURATION, timeout=20).err)

    def test_that_cannot_be_read_is_not_taken_for_an_empty_one(self):
        for line, reason in (('"$0" run - < .', "it is a folder"), ('"$0" check - <&-', "Bad file descriptor")):
            self.assertEqual(self.shell(line), (INPUT_OUTPUT, "", f"partnersim: standard input cannot be read ({reason})\n"))


class ClosedStreams(Case):
    """Files that are opened while 0, 1 or 2 is closed would get its number."""

    def closed(self, redirections, *words):
        done = subprocess.run(["bash", "-c", f'"$@" {redirections}', "-", BINARY, *map(str, words)], cwd=self.folder,
                              capture_output=True, text=True, env=environment(), timeout=120, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)

    def test_change_no_byte_of_a_result(self):
        right = self.sim("run", ARITHMETIC, "-n", 70_000, "-o", "right.h5", code=DONE)
        whole = (self.folder / "right.h5").read_bytes()
        for redirections, code in (("<&-", DONE), ("2>&-", DONE), (">&-", INPUT_OUTPUT), ("<&- >&- 2>&-", INPUT_OUTPUT)):
            with self.subTest(redirections=redirections):
                answer = self.closed(redirections, "run", ARITHMETIC, "-n", 70_000, "-o", "r.h5", "--resume")
                self.assertEqual(answer.code, code, answer.err)
                self.assertEqual(answer.out, right.out if code == DONE else "")
                if redirections == ">&-":
                    self.assertRegex(answer.err, r"standard output: cannot write \(.+\)\. r\.h5 is written: partnersim summary r\.h5")
                self.assertEqual((self.folder / "r.h5").read_bytes(), whole)
                self.assertFalse((self.folder / "r.h5.journal").exists())
                (self.folder / "r.h5").unlink()

    def test_leave_a_journal_that_can_be_gone_on_with(self):
        for redirections in ("2>&-", ">&- 2>&-"):
            for command in (("run", ARITHMETIC, "-n", 1_200_000, "-t", 1), ("extend", "r.h5", "-n", 1_200_000, "-t", 1)):
                with self.subTest(redirections=redirections, command=command[0]):
                    target = () if command[0] == "extend" else ("-o", "r.h5")
                    if not target:
                        self.sim("run", ARITHMETIC, "-n", 4, "-o", "r.h5", "--force", "-q", code=DONE)
                    with subprocess.Popen(["bash", "-c", f'exec "$@" {redirections}', "-", BINARY, *map(str, command), *target],
                                          cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL) as process:
                        journal = self.folder / "r.h5.journal"
                        while not (journal.exists() and journal.stat().st_size > 1_000_000) and process.poll() is None:
                            time.sleep(0.01)
                        process.terminate()
                    self.assertIn(process.returncode, (INTERRUPTED, INPUT_OUTPUT if ">&-" in redirections.split() else None))
                    again = self.sim(*command, *target, "--resume", code=DONE, timeout=60)
                    self.assertNotIn("Nothing to resume", again.err)
                    (self.folder / "r.h5").unlink()


class Formats(Case):
    def setUp(self):
        super().setUp()
        self.table = self.sim("run", TWELVE, "-n", 3000, "-o", "t.h5", code=DONE).out
        self.csv = self.sim("summary", "t.h5", "--format", "csv", code=DONE).out
        self.json = self.sim("summary", "t.h5", "--format", "json", code=DONE).out

    def test_values_that_are_all_alike_show_no_error_of_rounding(self):
        # Half of the futures run out in month 3, half in month 4: the worst 5 % all in month 3. With 1,234 replications
        # the weights of that mean do not sum exactly.
        scenario = """[scenario]
months = 6
replications = 1_234
seed = 1
[firm]
cash = { discrete = { values = [25_000, 35_000], weights = [1, 1] } }
fixed_cost = 10_000
[partner.a]
leads = 0.0001
close_rate = 0.5
deal_value = 10
"""
        lines = self.sim("run", "-", "-o", "none", "-q", stdin=scenario, code=DONE).out.splitlines()
        (line,) = [line for line in lines if line.startswith("out_of_cash_month")]
        self.assertIn(" 3 ", line)
        self.assertNotIn("3.000000", line)

    def test_summary_equals_what_the_run_printed(self):
        self.assertEqual(self.sim("summary", "t.h5", code=DONE).out, self.table)
        for name, text in (("csv", self.csv), ("json", self.json)):
            self.assertEqual(self.sim("run", TWELVE, "-n", 3000, "-o", "none", "--format", name, code=DONE).out, text)

    def test_figures_of_some_futures_only_say_of_how_many(self):
        scenario = self.write("some.toml", """[scenario]
months = 12
[firm]
cash = 10_000
fixed_cost = 5_000
[firm.direct]
leads = 10
close_rate = 0.5
deal_value = 1_000
""")
        table = self.sim("run", scenario, "-n", 2000, "-o", "some.h5", code=DONE).out
        with h5py.File(self.folder / "some.h5") as file:
            months = file["outcomes/out_of_cash_month"][0]
            row = [name.decode() for name in file["summary/outcome"][()]].index("out_of_cash_month")
            self.assertEqual(file["summary/count"][0, row], np.isfinite(months).sum())
        count = int(np.isfinite(months).sum())
        self.assertTrue(100 < count < 1900, count)
        self.assertRegex(table, rf"(?m)^  out_of_cash_month +{count:,} \({count / 20:.1f} %\)$")
        self.assertNotRegex(table, r"(?m)^  revenue ")
        held = {(row["outcome"], row["statistic"]): row["value"] for row in
                rows_of(self.sim("summary", "some.h5", "--format", "csv", code=DONE).out)}
        self.assertEqual(float(held["out_of_cash_month", "count"]), count)
        self.assertEqual(float(held["revenue", "count"]), 2000)

    def test_losses_that_a_scenario_asks_for_are_shown(self):
        words = ("run", TWELVE, *SMALL, "--set", "output.without=all")
        table = self.sim(*words, "-o", "l.h5", code=DONE).out
        with h5py.File(self.folder / "l.h5") as file:
            ids = [name.decode() for name in file["partners/partner"][()]]
            mean = dict(zip(ids, file["partners/loss_without"][0]))
        shown = table[table.index("loss_without, by partner"):].splitlines()[2:2 + len(ids)]
        self.assertEqual([line.split()[0] for line in shown], sorted(ids, key=lambda name: -mean[name]))
        for line in shown:
            name, unit, cell = line.split()[:3]
            self.assertEqual(unit, "EUR")
            self.assertAlmostEqual(figure(cell), mean[name], delta=0.51 * step_of(cell))
        self.assertEqual(self.sim("summary", "l.h5", code=DONE).out, table)
        (point,) = json.loads(self.sim("summary", "l.h5", "--format", "json", code=DONE).out)["points"]
        for row in rows_of(self.sim("summary", "l.h5", "--format", "csv", code=DONE).out):
            if row["outcome"].startswith("loss_without["):
                self.assertEqual(point["partners"][row["outcome"]]["mean"], float(row["value"]))
                self.assertEqual(mean[row["outcome"][13:-1]], float(row["value"]))
        none = self.sim(*words[:-1], "output.without=none", "-o", "none", code=DONE).out
        self.assertNotIn("loss_without", none)

    def test_csv_is_tidy(self):
        lines = self.csv.splitlines()
        self.assertEqual(lines[0], "point,outcome,statistic,value,standard_error")
        rows = rows_of(self.csv)
        keys = [(row["point"], row["outcome"], row["statistic"]) for row in rows]
        self.assertEqual(len(keys), len(set(keys)), "one line for each point, outcome and statistic")
        statistics = {row["statistic"] for row in rows if row["outcome"] == "revenue"}
        self.assertLessEqual({"mean", "sd", "p05", "p50", "p95", "cvar05", "value_at_risk", "expected", "minimum", "maximum"},
                             statistics)
        for row in rows:
            float(row["value"])
            if row["standard_error"]:
                self.assertGreaterEqual(float(row["standard_error"]), 0)

    def test_json_csv_table_and_file_agree(self):
        document = json.loads(self.json)
        (point,) = document["points"]
        self.assertEqual(point["replications"], 3000)
        outcomes = point["outcomes"]
        for row in rows_of(self.csv):
            held = outcomes[row["outcome"]]
            self.assertEqual(held[row["statistic"]], float(row["value"]), row)
            if row["standard_error"]:
                self.assertEqual(held[row["statistic"] + "_standard_error"], float(row["standard_error"]), row)

        columns = {"mean": 0, "standard_error": 1, "sd": 2, "p05": 3, "p50": 4, "p95": 5, "cvar05": 6, "expected": 7}
        seen = 0
        for line in self.table.splitlines():
            words = re.split(r" {2,}", line.strip())
            if words[0] not in outcomes or len(words) < 9:
                continue
            held, cells = outcomes[words[0]], words[1:]
            if not re.match(r"[\d-]", cells[0]):  # the unit, where there is one
                self.assertEqual(cells.pop(0), held["unit"])
            for name, at in columns.items():
                exact = held["mean_standard_error" if name == "standard_error" else name]
                shown = cells[at].replace("± ", "")
                self.assertAlmostEqual(figure(shown), exact, delta=0.51 * step_of(shown), msg=f"{words[0]} {name}")
            seen += 1
        self.assertEqual(seen, len(outcomes))

        with h5py.File(self.folder / "t.h5") as file:
            names = [name.decode() for name in file["summary/outcome"][()]]
            for k, name in enumerate(names):
                self.assertEqual(file["summary/mean"][0, k], outcomes[name]["mean"])
                self.assertEqual(file["summary/expected"][0, k], outcomes[name]["expected"])
            self.assertEqual(file["provenance/outcomes_hash"][()].decode(), document["outcomes_hash"])
        self.assertIn(f"hash of outcomes {document['outcomes_hash']}", self.table)

    def test_summary_of_several_files_is_one_table_one_csv_and_one_json_document(self):
        self.sim("run", ARITHMETIC, *SMALL, "-o", "a.h5", code=DONE)
        table = self.sim("summary", "t.h5", "a.h5", code=DONE).out
        self.assertLess(table.index("t.h5"), table.index("a.h5"))
        text = self.sim("summary", "t.h5", "a.h5", "--format", "csv", code=DONE).out
        self.assertEqual(text.count("point,outcome,statistic"), 1)
        text = self.sim("summary", "t.h5", "a.h5", "--format", "json", code=DONE).out
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            self.fail(f"the JSON of two files does not parse: {error}")

    def test_output_ignores_locale_and_no_color(self):
        installed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
        german = next((name for name in installed if name.lower().startswith("de_de")), "C.UTF-8")
        for changes in ({"LC_ALL": german, "LANG": german}, {"NO_COLOR": "1"}, {"LC_ALL": "C"}, {"TERM": "dumb"}):
            with self.subTest(changes=changes):
                env = environment(**changes)
                self.assertEqual(self.sim("summary", "t.h5", env=env, code=DONE).out, self.table)
                self.assertEqual(self.sim("summary", "t.h5", "--format", "csv", env=env, code=DONE).out, self.csv)
                self.sim("run", TWELVE, "-n", 3000, "-o", "u.h5", "--force", env=env, code=DONE)
                self.assertEqual((self.folder / "t.h5").read_bytes(), (self.folder / "u.h5").read_bytes())

    def test_no_color_is_honoured_on_a_terminal(self):
        try:
            master, slave = pty.openpty()
        except OSError as reason:
            self.skipTest(f"no terminal can be opened here: {reason}")
        with contextlib.closing(os.fdopen(master, "rb", buffering=0)) as terminal:
            subprocess.run([BINARY, "run", TWELVE, "-n", "30000", "-o", "none"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=slave, cwd=self.folder, timeout=300, check=True,
                           env=environment(NO_COLOR="1", TERM="xterm-256color"))
            os.close(slave)
            shown = b""
            with contextlib.suppress(OSError):  # the other end is closed: all has been read
                while piece := terminal.read(4096):
                    shown += piece
        self.assertIn(b"simulating", shown)
        self.assertNotRegex(shown, rb"\033\[[\d;]*m")


class TooFewReplications(Case):
    """Figures that so few futures cannot bound are missing wherever they are shown."""

    def test_leave_the_tail_out_of_table_csv_json_and_file(self):
        words = ("run", ARITHMETIC, "-n", 71, "-o", "none", "-q", "--format")
        table = self.sim("run", ARITHMETIC, "-n", 71, "-o", "few.h5", code=DONE).out
        (line,) = [line for line in table.splitlines() if line.startswith("revenue ")]
        cells = re.split(r" {2,}", line.strip())
        self.assertEqual([cells[at] for at in (5, 7, 8)], ["–", "–", "–"], "P5, P95 and the worst 5 %")
        self.assertNotEqual(cells[6], "–", "the median takes six")
        self.assertIn('"–": too few independent futures to bound it. P5, P95 and the worst 5 % take 72.', table)
        self.assertEqual(self.sim("summary", "few.h5", code=DONE).out, table)
        held = {row["statistic"]: row for row in rows_of(self.sim(*words, "csv", code=DONE).out)
                if row["outcome"] == "revenue"}
        (point,) = json.loads(self.sim(*words, "json", code=DONE).out)["points"]
        revenue = point["outcomes"]["revenue"]
        with h5py.File(self.folder / "few.h5") as file:
            at = [name.decode() for name in file["summary/outcome"][()]].index("revenue")
            stored = {part: file[f"summary/quantile_{part}"][0, at] for part in ("value", "low", "high", "standard_error")}
            errors = {name: file[f"summary/{name}_standard_error"][0, at] for name in ("cvar05", "value_at_risk")}
        for q, name in enumerate(("p01", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p99")):
            known = name not in ("p01", "p05", "p95", "p99")
            self.assertEqual(held[name]["standard_error"] != "", known, name)
            self.assertEqual(revenue[f"{name}_standard_error"] is not None, known, name)
            self.assertTrue(np.isfinite(stored["value"][q]))
            for part in ("low", "high", "standard_error"):
                self.assertEqual(np.isfinite(stored[part][q]), known, f"{name} {part}")
        for name, error in errors.items():
            self.assertTrue(np.isnan(error), name)
            self.assertEqual(held[name]["standard_error"], "")
            self.assertIsNone(revenue[f"{name}_standard_error"])
        self.assertNotIn("too few", self.sim("run", ARITHMETIC, "-n", 72, "-o", "none", "-q", code=DONE).out)

    def test_one_replication_has_no_error_at_all(self):
        table = self.sim("run", TWELVE, "-n", 1, "-o", "one.h5", "--set", "output.without=all", code=DONE).out
        self.assertNotRegex(table, r"± 0\b")
        with h5py.File(self.folder / "one.h5") as file:
            for name in ("summary/standard_error", "summary/sd_standard_error", "summary/quantile_standard_error",
                         "partners/revenue_standard_error", "trajectories/revenue_standard_error"):
                self.assertTrue(np.isnan(file[name][()]).all(), name)

    def test_give_goal_seek_no_interval(self):
        words = ("run", ARITHMETIC, "-n", 50, "-q", "--solve", "partner.referrer.leads", "--so-that",
                 "revenue.p05 >= 20000", "--format")
        answer = self.sim(*words, "table", code=DONE).out
        self.assertIn("There is no interval of the answer: 50 replications are too few for one of revenue.p05.", answer)
        (row,) = rows_of(self.sim(*words, "csv", code=DONE).out)
        self.assertEqual((row["low"], row["high"], row["statistic_half_width"]), ("", "", ""))
        found = json.loads(self.sim(*words, "json", code=DONE).out)
        self.assertEqual((found["low"], found["high"], found["half_width"]), (None, None, None))

    def test_a_precision_of_a_yes_or_no_quantile_is_refused_with_what_to_ask_for(self):
        words = ("run", SOURCE / "configs/channel_or_ads.toml", "-o", "none", "--precision")
        answer = self.sim(*words, "out_of_cash.p50=1%", code=CONFIGURATION)
        self.assertIn("out_of_cash.p50 is never known to a precision (out_of_cash is 1 or 0 in each future, and so is its "
                      "quantile: it jumps from one to the other). Ask for the mean, which is the probability: "
                      "out_of_cash = 0.01", answer.err)
        self.sim(*words, "out_of_cash=0.05", "-q", code=DONE)


class ATable(Case):
    def test_shows_no_gap_that_may_be_simulation_error(self):
        table = self.sim("run", TWELVE, "-n", 3000, "-o", "none", "--format", "table", code=DONE).out
        rows = {row["outcome"]: {} for row in rows_of(self.sim("run", TWELVE, "-n", 3000, "-o", "none", "--format", "csv",
                                                               code=DONE).out)}
        for row in rows_of(self.sim("run", TWELVE, "-n", 3000, "-o", "none", "--format", "csv", code=DONE).out):
            rows[row["outcome"]][row["statistic"]] = row
        shown = 0
        for line in table.splitlines():
            cells = re.split(r" {2,}", line.strip())
            if len(cells) < 9 or "expected" not in rows.get(cells[0], {}):
                continue
            mean, error = (float(rows[cells[0]]["mean"][part]) for part in ("value", "standard_error"))
            gap = float(rows[cells[0]]["expected"]["value"]) - mean
            real = abs(gap) > 1.96 * error and abs(gap) >= 0.0005 * abs(mean)
            self.assertEqual(cells[-1] != "–", real, line)
            shown += 1
        self.assertGreater(shown, 3)

    def test_shows_quantiles_of_counts_as_counts(self):
        table = self.sim("run", SOURCE / "configs/downturn.toml", *SMALL, "-o", "none", "-q", code=DONE).out
        for outcome in ("active_partners_end", "leads", "wins", "out_of_cash_month"):
            line = next(line for line in table.splitlines() if line.startswith(outcome + " ") and "±" in line)
            cells = re.split(r" {2,}", line.strip())
            for cell in cells[-6:-3]:
                self.assertRegex(cell, r"^[\d,]+$", line)

    def test_names_the_axes_of_a_sweep_once_and_each_row_by_its_values(self):
        table = self.sim("run", ARITHMETIC, *SMALL, "-o", "none", "-q", "--vary", "partner.referrer.leads=1,2,4", "--vary",
                         "partner.referrer.close_rate=0.2,0.4", code=DONE).out
        self.assertEqual(table.count("partner.referrer.leads"), 1)
        self.assertEqual(table.count("partner.referrer.close_rate"), 1)
        self.assertRegex(table, r"(?m)^leads +close_rate +mean +sd +P5 ")
        self.assertRegex(table, r"(?m)^4 +0\.2 +USD +[\d,]+")
        means = [re.split(r" {2,}", line.strip())[3] for line in table.splitlines() if re.match(r"[124] +0\.[24]", line)]
        self.assertEqual(len(means), 6)
        self.assertEqual(len({len(mean.partition(".")[2]) for mean in means}), 1, f"one style: {means}")

    def test_says_why_futures_that_ran_out_of_cash_show_fewer_partners_lost(self):
        scenario = """[scenario]
months = 60
[firm]
cash = {}
fixed_cost = 9_000
[partner.acme]
count = 6
leads = 1
close_rate = 0.5
deal_value = 3_000
churn = 0.02
"""
        note = "partners_lost: a firm that has run out of cash loses no more partners, so that such futures show fewer."
        poor, rich = (self.sim("run", self.write(f"{cash}.toml", scenario.format(cash)), "-n", 4000, "-o", f"{cash}.h5",
                               code=DONE).out for cash in (20_000, 2_000_000))
        self.assertIn(note, poor)
        self.assertEqual(self.sim("summary", "20000.h5", code=DONE).out, poor)
        self.assertRegex(rich, r"(?m)^partners_lost  +[\d.]+ +± ", "it is listed here too")
        self.assertNotIn(note, rich)

    def test_of_losses_has_the_partners_asked_for(self):
        for words, count in (("top 1", 1), ("top 3", 3), ("all", 12)):
            table = self.sim("run", TWELVE, *SMALL, "-o", "none", "-q", "--set", f"output.without={words}", code=DONE).out
            rows = table[table.index("loss_without, by partner"):].split("\n\n")[0].splitlines()[2:]
            self.assertEqual(len(rows), count, words)


LARGE_MONEY = """[scenario]
months = 12
replications = 2000

[firm]
cash = 2e10
fixed_cost = 1e9

[partner.acme]
leads = { uniform = { low = 4, high = 6 } }
close_rate = 0.4
deal_value = 10_000
churn = 0.02
"""
DOUBLE = ("--set", "output.precision=double")


class DoublePrecision(Case):
    def setUp(self):
        super().setUp()
        self.write("large.toml", LARGE_MONEY)

    def spreads(self, *words):
        (point,) = json.loads(self.sim("run", "large.toml", "-o", "none", "-q", "--format", "json", *words, code=DONE).out)["points"]
        return point["outcomes"]["profit"]["sd"], point["outcomes"]["revenue"]["sd"]

    def test_is_advised_where_single_precision_blurs_a_spread_and_keeps_it(self):
        note = ("vary by less than a hundred-thousandth of their size, which single precision blurs: sd, quantiles and "
                "differences are rounded. Write precision = \"double\" in [output].")
        table = self.sim("run", "large.toml", "-o", "single.h5", code=DONE).out
        for text in (table, self.sim("summary", "single.h5", code=DONE).out, self.sim("check", "large.toml", code=DONE).out):
            self.assertIn(note, text)
            self.assertRegex(text, r"Note: .*\bprofit\b.* vary by")
        for command in (("run", "large.toml", "-o", "double.h5"), ("check", "large.toml")):
            self.assertNotIn(note, self.sim(*command, *DOUBLE, code=DONE).out)
        self.assertNotIn(note, self.sim("summary", "double.h5", code=DONE).out)
        profit, revenue = self.spreads(*DOUBLE)
        self.assertAlmostEqual(profit / revenue, 1, delta=1e-9)
        profit, blurred = self.spreads()
        self.assertGreater(abs(profit / blurred - 1), 1e-5)
        self.assertAlmostEqual(blurred / revenue, 1, delta=1e-6)

    def test_stores_float64_whose_statistics_are_those_of_the_summary(self):
        self.sim("run", "large.toml", "-o", "double.h5", *DOUBLE, code=DONE)
        self.sim("run", "large.toml", "-o", "single.h5", code=DONE)
        with h5py.File(self.folder / "double.h5") as double, h5py.File(self.folder / "single.h5") as single:
            names = [name.decode() for name in double["summary/outcome"][()]]
            for group in ("outcomes", "inputs"):
                for name, column in double[group].items():
                    if name in single[group] and single[group][name].dtype == np.float32 and "replication" not in name:
                        self.assertEqual(column.dtype, np.float64, name)
                        np.testing.assert_array_equal(column[()].astype(np.float32), single[group][name][()], name)
            profit = double["outcomes/profit"][0]
            np.testing.assert_allclose(profit + 1.2e10, double["outcomes/revenue"][0], atol=1e-4)
            self.assertAlmostEqual(double["summary/sd"][0, names.index("profit")] / profit.std(ddof=1), 1, delta=1e-9)

    def test_is_kept_by_extend_merge_replay_compare_and_sweeps_without_samples(self):
        self.sim("run", "large.toml", "-o", "all.h5", *DOUBLE, code=DONE)
        self.sim("run", "large.toml", "-n", 1200, "-o", "grown.h5", *DOUBLE, code=DONE)
        self.sim("extend", "grown.h5", "-n", 800, code=DONE)
        for k in (1, 2):
            self.sim("run", "large.toml", "-o", f"{k}.shard", "--shard", f"{k}/2", *DOUBLE, code=DONE)
        self.sim("merge", "1.shard", "2.shard", "-o", "merged.h5", code=DONE)

        def content(name):
            with h5py.File(self.folder / name) as file:
                return (file["provenance/outcomes_hash"][()], file["outcomes/profit"][()].tobytes(), file["summary/sd"][()].tobytes())

        for name in ("grown.h5", "merged.h5"):
            self.assertEqual(content(name), content("all.h5"), name)
        self.sim("replay", "all.h5", "--near", "profit.p05", code=DONE)
        self.sim("run", "large.toml", "-o", "more.h5", *DOUBLE, "--set", "partner.acme.close_rate=0.5", code=DONE)
        found = json.loads(self.sim("compare", "all.h5", "more.h5", "--format", "json", code=DONE).out)["differences"]
        by_outcome = {row["outcome"]: row for row in found}
        for part in ("difference", "difference_standard_error"):
            self.assertAlmostEqual(by_outcome["profit"][part] / by_outcome["revenue"][part], 1, delta=1e-9)
        sweep = ("run", "large.toml", "-o", "none", "-q", "--format", "json", *DOUBLE, "--vary",
                 "partner.acme.close_rate=0.3,0.4")
        kept, reduced = (json.loads(self.sim(*sweep, *words, code=DONE).out)["points"]
                         for words in ((), ("--set", "output.samples=none")))
        self.assertEqual(kept, reduced)


class TheSpreadsheetsAnswer(Case):
    def test_of_the_arithmetic_is_exactly_240000(self):
        words = ("run", ARITHMETIC, "--set", "scenario.mode=expected")
        rows = {row["outcome"]: row for row in rows_of(self.sim(*words, "--format", "csv", code=DONE).out)}
        self.assertEqual(rows["revenue"]["value"], "240000")
        self.assertEqual(rows["wins"]["value"], "24")
        self.assertEqual(rows["revenue"]["statistic"], "expected")
        self.assertRegex(self.sim(*words, code=DONE).out, r"(?m)^revenue +USD +240,000$")
        self.assertEqual(json.loads(self.sim(*words, "--format", "json", code=DONE).out)["expected"]["revenue"], 240000)
        self.assertEqual(self.left_behind(), [])

    def test_has_no_result_file(self):
        answer = self.sim("run", ARITHMETIC, "--set", "scenario.mode=expected", "-o", "x.h5", code=USAGE)
        self.assertIn("-o", answer.err)
        self.sim("run", ARITHMETIC, "--set", "scenario.mode=expected", "-o", "none", code=DONE)

    def test_stands_beside_the_simulated_mean(self):
        table = self.sim("run", ARITHMETIC, *SMALL, "-o", "none", code=DONE).out
        self.assertRegex(table, r"(?m)^revenue .* 240,000 +–$", "the gap is simulation error")
        downturn = self.sim("run", SOURCE / "configs/downturn.toml", *SMALL, "-o", "none", code=DONE).out
        self.assertRegex(downturn, r"(?m)^out_of_cash .* [+-][\d.]+ %$")
        self.assertIn("spreadsheet", table)


class UsageErrors(Case):
    def test_exit_with_2_say_what_to_do_and_print_nothing_on_stdout(self):
        for words, expected in ((("rnu",), "Did you mean run?"),
                                ((), "partnersim run configs/"),
                                (("run", ARITHMETIC, "--replication", "5"), "Did you mean --replications?"),
                                (("summary", "--formt", "csv"), "Did you mean --format?"),
                                (("run",), "partnersim run configs/"),
                                (("check",), "partnersim check configs/"),
                                (("summary",), "partnersim summary "),
                                (("run", ARITHMETIC, "-t", "0"), "1 to 4096"),
                                (("run", ARITHMETIC, "-t", "two"), "--threads"),
                                (("run", ARITHMETIC, "-n"), "--replications"),
                                (("run", ARITHMETIC, "--format", "xml"), "table, csv or json"),
                                (("describe", "partner.*.chrn"), "Did you mean partner.*.churn?"),
                                (("describe", "distributons"), "Did you mean distributions?"),
                                (("run", ARITHMETIC, "--sed", "5", "--replication", "3"), "Did you mean --replications?"),
                                (("run", ARITHMETIC, "--sed", "5", "--replication", "3"), "Did you mean --seed?"),
                                (("run", ARITHMETIC, "--solve", "firm.direct.leads", "--so-that", "revenue >= 200,000"),
                                 "Write --so-that 'revenue >= 200_000'")):
            with self.subTest(words=words):
                answer = self.sim(*words, code=USAGE)
                self.assertIn(expected, answer.err)
                self.assertEqual(answer.out, "")

    def test_too_many_words_are_refused_by_name(self):
        answer = self.sim("run", ARITHMETIC, TWELVE, code=USAGE)
        self.assertIn("twelve_partners", answer.err)

    def test_a_shortened_option_is_not_guessed(self):
        self.assertIn("--seed", self.sim("run", ARITHMETIC, "--see", "5", code=USAGE).err)


# What can be wrong with this scenario, one line each: (the right line, the wrong one).
SOUND = """# What if everything is right?
[scenario]
months = 12
currency = "EUR"
[economy]
start = "good"
[economy.regime.good]
to = { bad = 0.1 }
[economy.regime.bad]
mean_months = 10
multiply = { leads = 0.7, churn = 2.0 }
[partner.acme]
type = "referral"
leads = 5
close_rate = 0.4
deal_value = { lognormal = { mean = 10_000, cv = 0.5 } }
churn = 0.02
[partner.beta]
leads = 1
close_rate = { beta = { mean = 0.4, concentration = 10 } }
deal_value = 100
[shock.scandal]
rate = 0.01
kill = 0.2
target = "partners"
[output]
outcomes = ["revenue", "wins"]
trajectories = "means"
series = ["revenue"]
"""
FAULTS = [
    ("months = 12", "month = 12"),
    ('start = "good"', 'start = "goood"'),
    ("to = { bad = 0.1 }", "to = { bda = 0.1 }"),
    ("mean_months = 10", "mean_months = 0"),
    ("multiply = { leads = 0.7, churn = 2.0 }", "multiply = { leeds = 0.7, churn = 2.0 }"),
    ('type = "referral"', 'type = "referal"'),
    ("leads = 5", "leads = -5"),
    ("close_rate = 0.4", "close_rate = 40"),
    ("deal_value = { lognormal = { mean = 10_000, cv = 0.5 } }",
     "deal_value = { lognorml = { mean = 10_000, cv = 0.5 } }"),
    ("churn = 0.02", "churn = 2"),
    ("close_rate = { beta = { mean = 0.4, concentration = 10 } }",
     "close_rate = { beta = { mean = 0.4, concntration = 10 } }"),
    ("[shock.scandal]", "[shok.scandal]"),
    ("kill = 0.2", "kil = 0.2"),
    ('outcomes = ["revenue", "wins"]', 'outcomes = ["revnue", "wins"]'),
    ('trajectories = "means"', 'trajectories = "mean"'),
    ('series = ["revenue"]', 'series = ["revnue"]'),
]


def follow(line, column, message):
    """The line with the advice of the message followed, or None when there is no advice that a program understands."""
    advice = re.search(r"Did you mean (\S+?)(?: \(.*\))?\?|Use a (?:value|whole number) from (\S+) to ", message)
    if not advice:
        return None
    if line[column - 1] in "{[":  # the place is that of a table or a list: the message names the word in it
        named = re.search(r"(\S+) is not ", message)[1]
        start, end = re.search(rf"\b{re.escape(named)}\b", line).span()
    else:
        start, end = re.compile(r'"?([-+]?\d[\d.]*|[\w-]+)"?').match(line, column - 1).span(1)
    return line[:start] + (advice[1] or advice[2]) + line[end:]


class Checked(Case):
    def problems(self, text, code=CONFIGURATION):
        path = self.write("s.toml", text)
        answer = self.sim("check", path.name, code=code)
        found = [re.match(r"s\.toml:(\d+):(\d+): (.+)", line) for line in answer.err.splitlines()]
        self.assertTrue(all(found), answer.err)
        return [(int(m[1]), int(m[2]), m[3]) for m in found]


class AWrongScenario(Checked):
    def test_without_faults_passes(self):
        self.assertEqual(self.problems(SOUND, code=DONE), [])

    def test_with_one_fault_is_told_the_place_and_advice_that_works(self):
        for right, wrong in FAULTS:
            with self.subTest(wrong=wrong):
                text = SOUND.replace(right + "\n", wrong + "\n", 1)
                number = text.splitlines().index(wrong) + 1
                problems = self.problems(text)
                self.assertEqual([line for line, _, _ in problems], [number], problems)
                _, column, message = problems[0]
                repaired = follow(wrong, column, message)
                self.assertIsNotNone(repaired, f"no advice in: {message}")
                self.assertEqual(self.problems(text.replace(wrong + "\n", repaired + "\n", 1), code=DONE), [], repaired)

    def test_is_told_all_problems_at_once_in_order_of_the_file(self):
        text = SOUND
        for right, wrong in FAULTS:
            text = text.replace(right + "\n", wrong + "\n", 1)
        lines = text.splitlines()
        expected = sorted(lines.index(wrong) + 1 for _, wrong in FAULTS)
        reported = [line for line, _, _ in self.problems(text)]
        self.assertEqual(reported, sorted(reported))
        # What stands under a table whose name is wrong cannot be judged.
        below = range(lines.index("[shok.scandal]") + 2, lines.index("[output]") + 1)
        missing = sorted(set(expected) - set(reported) - set(below))
        needless = sorted(set(reported) - set(expected))
        self.assertEqual([lines[number - 1] for number in missing], [], "not reported")
        self.assertEqual([lines[number - 1] for number in needless], [], "needlessly reported")

    def test_is_refused_by_run_as_by_check_and_nothing_is_written(self):
        path = self.write("s.toml", SOUND.replace("churn = 0.02", "churn = 2"))
        check, run = self.sim("check", path.name, code=CONFIGURATION), self.sim("run", path.name, code=CONFIGURATION)
        self.assertEqual(check, run)
        self.assertEqual(check.out, "")
        self.assertEqual(self.left_behind(), ["s.toml"])

    def test_range_violations_name_value_range_and_unit(self):
        (_, _, message), = self.problems(SOUND.replace("leads = 5", "leads = -5"))
        self.assertIn("-5", message)
        self.assertIn("0 to 100000", message)
        self.assertIn("leads a month", message)

    def test_lacking_a_key_is_told_which_and_how_to_add_it(self):
        (line, _, message), = self.problems(SOUND.replace("deal_value = 100\n", ""))
        self.assertEqual(line, SOUND.splitlines().index("[partner.beta]") + 1)
        added = re.search(r"Add a line such as (.+)", message)[1]
        self.assertEqual(self.problems(SOUND.replace("deal_value = 100", added), code=DONE), [])

    def test_that_is_not_toml_is_told_where(self):
        for text in ("x = = 3\n", "[scenario\n", "[scenario]\nmonths = 1\nmonths = 2\n", "[scenario]\nstart = May\n"):
            with self.subTest(text=text):
                self.problems(text)
        answer = self.sim("check", "-", stdin="x = = 3\n", code=CONFIGURATION)
        self.assertRegex(answer.err, r"^<stdin>:1:\d+: ")


class EveryMistakeInOneRound(Checked):
    WRONG = """# Whatever can be wrong?
[scenario]
months = 24
start = 2027-01-01
[firm]
cash = €10,000
[firm.direct]
leads = 5
close_rate = { beta = { mean = 0.2, concentration = 30 } }
deal_value = 1,500
[partner.acme]
leads = 5
close_rate = { beta = { mean = 0.4, concentration = 10 } }
deal_value = 2_000
churn = 20
[change.hire]
month = 6
set = { "firm.fixd_cost" = 100 }
[goal.big]
outcome = "revenu"
at_least = 1_000
[correlation.market]
of = ["firm.direct.close_rat", "partner.*.close_rate"]
rank = 0.5
[sweep.vary]
"partner.acme.leads" = [1, -2]
"partner.*.chrn" = [0.1, 0.2]
[variant.more]
set = { "partner.acme.leds" = 8 }
[variant.odd]
set = { "partner.acme.close_rate" = 3 }
"""
    SAID = {4: 'Write start = "2027-01"', 6: "Write cash = 10_000", 10: "Write deal_value = 1_500", 15: "0.0184", 18: "fixed_cost",
            20: "Did you mean revenue?", 23: "close_rate", 26: "-2 is out of range", 27: "Did you mean churn?",
            29: "Did you mean leads?", 31: "3 is out of range"}

    def test_is_told_with_its_place(self):
        found = {line: message for line, _, message in self.problems(self.WRONG)}
        self.assertEqual(sorted(found), sorted(self.SAID))
        for line, part in self.SAID.items():
            self.assertIn(part, found[line])

    def test_those_of_the_command_line_among_them(self):
        self.write("s.toml", self.WRONG)
        said = self.sim("check", "s.toml", "--set", "partner.acem.leads=3", "--set", "firm.cash=$5", "--vary", "partner.acme.deal_vale=1,2",
                        "--precision", "revnue=1%", "--precision", "profit", "-n", "10,000", "-s", "-1", code=USAGE).err
        for part in ("-n 10,000 is not a whole number. Write -n 10_000", "-s -1 is out of range", "--precision profit gives no amount",
                     "Did you mean partner.acme.leads?", "Did you mean deal_value?", "--precision: revnue is not an outcome", *self.SAID.values()):
            self.assertIn(part, said)

    def test_and_mended_it_passes(self):
        text = self.WRONG
        for wrong, right in (("start = 2027-01-01", 'start = "2027-01"'), ("€10,000", "10_000"), ("1,500", "1_500"), ("churn = 20", "churn = 0.0184"),
                             ("fixd_cost", "fixed_cost"), ('"revenu"', '"revenue"'), ("close_rat\"", 'close_rate"'), ("[1, -2]", "[1, 2]"),
                             ("chrn", "churn"), ("leds", "deal_value"), ('"partner.acme.close_rate" = 3', '"firm.direct.leads" = 3')):
            self.assertIn(wrong, text)
            text = text.replace(wrong, right)
        self.assertEqual(self.problems(text, code=DONE), [])

    def test_is_told_once_where_several_points_have_it(self):
        text = SOUND + '[sweep.vary]\n"partner.acme.leads" = [1, 2, 3, 4]\n[variant.x]\nset = { "shock.scandal.rate" = 3, "shock.scandal.every" = 5 }\n'
        problems = self.problems(text)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn("needs exactly one of rate, every and months", problems[0][2])

    def test_does_not_call_wrong_what_only_follows(self):
        for wrong in ("close_rate = 40 %", "close_rate = 40", "close_rate = { bta = { mean = 0.4, concentration = 10 } }"):
            text = self.WRONG[:self.WRONG.index("[change")].replace("start = 2027-01-01\n", "").replace("cash = €10,000\n", "cash = 1\n")
            text = text.replace("1,500", "1_500").replace("churn = 20", "churn = 0.2")
            text = text.replace("close_rate = { beta = { mean = 0.4, concentration = 10 } }", wrong)
            text += '[correlation.market]\nof = ["firm.direct.close_rate", "partner.*.close_rate"]\nrank = 0.5\n'
            self.assertEqual([line for line, _, _ in self.problems(text)], [text.splitlines().index(wrong) + 1])


class Remedies(Checked):
    """What people write, and the line that the message gives instead, which passes."""

    TEXT = """[scenario]
months = 24
start = "2026-09"
[firm]
cash = 5_000
[firm.direct]
leads = 5
close_rate = 0.2
deal_value = 1_500
[partner.acme]
leads = 5
close_rate = 0.2
deal_value = 2_000
churn = 0.02
recurring = { fee = 10, retention = 0.9 }
"""

    def test_work_as_written(self):
        for right, wrong, meant in (
                *(("cash = 5_000", f"cash = {value}", "10000") for value in
                  ('"€10,000"', '"$10,000"', '"10k"', '"10 000"', "€10,000", "$10,000", "£10,000", "10k", "10 000", "10,000", "10_000 EUR", '"10_000"')),
                ("cash = 5_000", "cash = 1.5M", "1500000"), ("cash = 5_000", 'cash = "1.5M"', "1500000"),
                ("churn = 0.02", 'churn = "20 % a year"', "0.0184"), ("churn = 0.02", 'churn = "2 %"', "0.02"), ("churn = 0.02", "churn = 0,02", "0.02"),
                ("churn = 0.02", 'churn = "2%"', "0.02"),
                ("leads = 5\nclose_rate = 0.2\ndeal_value = 2", 'leads = "120 a year"\nclose_rate = 0.2\ndeal_value = 2', "10"),
                *(('start = "2026-09"', f"start = {value}", '"2027-01"') for value in
                  ("2027-01-01", "2027-01", '"2027/01"', '"Jan 2027"', "202701")),
                ("months = 24", "months = 36 months", "36"), ("months = 24", 'months = "3 years"', "36"), ("months = 24", 'months = "36"', "36")):
            with self.subTest(wrong=wrong):
                line = wrong.splitlines()[0]
                text = self.TEXT.replace(right, wrong, 1)
                self.assertIn(line, text)
                (place, _, message), = self.problems(text)
                self.assertEqual(text.splitlines()[place - 1], line)
                remedy = re.search(r"[Ww]rite (\w+ = .+)$", message)
                self.assertIsNotNone(remedy, message)
                mended = text.replace(line, remedy[1], 1)
                self.assertEqual(self.problems(mended, code=DONE), [])
                self.assertEqual(remedy[1].split(" = ")[1].replace("_", ""), meant)

    def test_of_shares_without_quotes_say_how_to_write_them(self):
        for wrong, says in (("2%", "Write 2 % as 0.02"), ("2.5 %", "Write 2.5 % as 0.025"), ("20 % a year", "Write 20 % as 0.2; of a year, as the "
                            "monthly probability of an end 0.0184: 1 − (1 − 0.2)^(1/12)")):
            (_, _, message), = self.problems(self.TEXT.replace("churn = 0.02", f"churn = {wrong}"))
            self.assertTrue(message.endswith(says), message)

    def test_are_absent_where_two_things_could_be_meant(self):
        for right, wrong in (("cash = 5_000", 'cash = "€1.000"'), ("cash = 5_000", 'cash = "5m"'), ("cash = 5_000", 'cash = "5 %"'),
                             ("start = \"2026-09\"", "start = 2027"), ("close_rate = 0.2", 'close_rate = "20 % a year"')):
            with self.subTest(wrong=wrong):
                (_, _, message), = self.problems(self.TEXT.replace(right, wrong, 1))
                self.assertNotRegex(message, r"[Ww]rite \w+ = ")

    def test_of_a_share_that_stays_are_not_those_of_an_end(self):
        (_, _, message), = self.problems(self.TEXT.replace("retention = 0.9", 'retention = "80 % a year"'))
        self.assertIn("80 % a year is 0.982 a month, 0.8^(1/12): write retention = 0.982", message)


class InputAndOutputErrors(Case):
    def test_a_missing_or_unreadable_scenario_is_named(self):
        (self.folder / "folder").mkdir()
        for name in ("missing.toml", "folder"):
            for command in ("run", "check"):
                answer = self.sim(command, name, code=INPUT_OUTPUT)
                self.assertIn(name, answer.err)
                self.assertEqual(answer.out, "")
        self.assertEqual(self.left_behind(), [])

    def test_a_place_that_cannot_be_written_is_named_before_simulating(self):
        self.write("file", "")
        places = ["file/x.h5", "/proc/x.h5", "/proc/folder/x.h5"]
        if os.geteuid() != 0:
            (self.folder / "closed").mkdir(mode=0o555)
            places.append("closed/x.h5")
        for place in places:
            with self.subTest(place=place):
                started = time.monotonic()
                answer = self.sim("run", TWELVE, "-n", 50_000_000, "-o", place, code=INPUT_OUTPUT, timeout=30)
                self.assertLess(time.monotonic() - started, 20)
                self.assertIn(place.split("/x.h5")[0], answer.err)
                self.assertNotIn("disk", answer.err, "which is not full")
                if place == "/proc/x.h5":
                    self.assertIn("Nothing can be made in /proc.", answer.err)
                self.assertEqual((answer.out, self.left_behind()), ("", ["file"]))

    def test_a_full_standard_output_is_an_error(self):
        for words in (("describe",), ("run", ARITHMETIC, *SMALL, "-o", "none", "-q"), ("list",), ("--help",),
                      ("run", "--help"), ("--version",)):
            with self.subTest(words=words), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([BINARY, *map(str, words)], stdout=full, stderr=subprocess.PIPE, text=True,
                                      cwd=self.folder, env=environment(), timeout=60, check=False)
                self.assertEqual(done.returncode, INPUT_OUTPUT, done.stderr)
                self.assertIn("No space left on device", done.stderr)

    def test_a_table_that_cannot_be_written_says_that_the_file_is(self):
        for k in (1, 2):
            self.sim("run", ARITHMETIC, *SMALL, "--shard", f"{k}/2", "-o", f"{k}.shard", "-q", code=DONE)
        for words in (("run", ARITHMETIC, *SMALL, "-o", "r.h5"), ("extend", "r.h5", "-n", 5),
                      ("merge", "1.shard", "2.shard", "-o", "r.h5", "--force")):
            with self.subTest(words=words), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([BINARY, *map(str, words)], stdout=full, stderr=subprocess.PIPE, text=True,
                                      cwd=self.folder, env=environment(), timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr), (INPUT_OUTPUT, "partnersim: standard output: cannot write (No "
                                 "space left on device). r.h5 is written: partnersim summary r.h5 shows its table\n"))
                self.sim("summary", "r.h5", code=DONE)
                self.assertFalse((self.folder / "r.h5.journal").exists())

    def no_space(self, **options):
        """Runs with limits on file sizes that bite at different steps of writing."""
        self.sim("run", ARITHMETIC, "-n", 20_000, "-o", "whole.h5", "-q", code=DONE)
        whole = (self.folder / "whole.h5").read_bytes()
        for path in self.folder.iterdir():
            path.unlink()
        for limit in (0, 20_000, 200_000, 600_000, 900_000):
            with self.subTest(limit=limit):
                answer = self.sim("run", ARITHMETIC, "-n", 20_000, "-o", "a.h5", **options,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
                self.assertEqual(answer.code, INPUT_OUTPUT, answer.err)
                self.assertRegex(answer.err, r"a\.h5.*(too large|space|write)")
                self.assertEqual(answer.out, "")
                # The simulation is not lost where it was finished: the journal is smaller than the result.
                self.assertEqual(self.left_behind(), [] if limit < 600_000 else ["a.h5.journal"])
                self.sim("run", ARITHMETIC, "-n", 20_000, "-o", "a.h5", "--resume", code=DONE)
                self.assertEqual((self.folder / "a.h5").read_bytes(), whole)
                (self.folder / "a.h5").unlink()
                (self.folder / "a.h5.log.json").unlink()

    def test_a_disk_that_fills_up_is_an_error_and_loses_nothing(self):
        self.no_space(restore_signals=False)  # Python ignores SIGXFSZ, and so does the program then: writing fails

    def test_a_limit_on_file_sizes_is_an_error_and_loses_nothing(self):
        self.no_space()  # as in a shell with ulimit -f: SIGXFSZ would kill a program that does not handle it

    def test_a_small_stack_is_no_crash(self):
        everything = SOURCE / "configs/everything.toml"
        for limit in (256, 64):
            for words in (("run", everything, "-n", 64, "-t", 2, "-o", f"{limit}.h5"), ("check", TWELVE),
                          ("summary", f"{limit}.h5"), ("replay", f"{limit}.h5", "-r", 3), ("describe", "outcomes")):
                with self.subTest(limit=limit, words=words):
                    size = limit * 1024
                    self.sim(*words, code=DONE, preexec_fn=lambda size=size: resource.setrlimit(resource.RLIMIT_STACK, (size, size)))

    def test_a_closed_pipe_is_quiet(self):
        for words in (("describe",), ("list",), ("run", "--help"), ("run", ARITHMETIC, *SMALL, "-o", "none", "-q")):
            with self.subTest(words=words):
                reader, writer = os.pipe()
                os.close(reader)
                with os.fdopen(writer, "wb") as pipe:
                    done = subprocess.run([BINARY, *map(str, words)], stdout=pipe, stderr=subprocess.PIPE, text=True,
                                          cwd=self.folder, env=environment(), timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr), (DONE, ""))

    def test_a_closed_pipe_does_not_lose_the_result_file(self):
        done = subprocess.run(["bash", "-c", 'set -o pipefail; "$0" run "$1" -n 400 -o a.h5 -q | head -1',
                               BINARY, ARITHMETIC], capture_output=True, text=True, cwd=self.folder,
                              env=environment(), timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.sim("summary", "a.h5", code=DONE)


class AReplay(Case):
    """Its figures are checked against the file by the program itself; here, that its story adds up to them."""

    def setUp(self):
        super().setUp()
        self.sim("run", SOURCE / "configs/everything.toml", "-n", 60, "-o", "r.h5", "-q", code=DONE)

    def told(self, *words):
        return json.loads(self.sim("replay", "r.h5", *words, "--format", "json", code=DONE).out)

    def test_tells_events_that_add_up_to_the_outcomes_of_the_file(self):
        with h5py.File(self.folder / "r.h5") as file:
            columns = {name: file[f"outcomes/{name}"][0] for name in ("revenue", "partners_lost", "partners_lost_to_shocks", "months_in_recession")}
        stories = 0
        for replication in range(0, 60, 7):
            told = self.told("-r", replication)
            events, outcomes = told["events"], told["outcomes"]
            self.assertEqual([e["month"] for e in events], sorted(e["month"] for e in events))
            for name, column in columns.items():
                self.assertEqual(outcomes[name], float(column[replication]), name)
            if outcomes["out_of_cash"]:
                continue
            stories += 1
            months = [e["amount"] for e in events if e["kind"] == "month"]
            self.assertEqual(len(months), 36)
            self.assertAlmostEqual(sum(months) / outcomes["revenue"], 1, delta=1e-6)
            ended = [e for e in events if e["kind"] == "ended" and e["cause"] != "planned"]
            self.assertEqual(len(ended), outcomes["partners_lost"])
            self.assertEqual(sum(e["cause"] != "churn" for e in ended), outcomes["partners_lost_to_shocks"])
            self.assertEqual(len({e["subject"] for e in ended}), len(ended))
        self.assertGreater(stories, 4)

    def test_near_a_statistic_tells_the_future_that_is_nearest_to_it(self):
        with h5py.File(self.folder / "r.h5") as file:
            revenue = file["outcomes/revenue"][0]
            names = [text.decode() for text in file["summary/outcome"]]
            p05 = file["summary/quantile_value"][0, names.index("revenue"), 1]
        told = self.told("--near", "revenue.p05")
        self.assertEqual(told["replication"], int(abs(revenue - p05).argmin()))
        self.assertEqual(told["nearest_to"], {"statistic": "revenue.p05", "value": p05})

    def test_near_what_every_future_lacks_is_refused(self):
        self.sim("run", SOURCE / "configs/everything.toml", "-n", 20, "--set", "firm.cash=1e9", "-o", "rich.h5", "-q", code=DONE)
        answer = self.sim("replay", "rich.h5", "--near", "out_of_cash_month.mean", code=USAGE)
        self.assertIn("it is missing in every future of rich.h5", answer.err)

    def test_of_a_future_that_is_not_there_is_refused(self):
        for number in (-1, 60):
            answer = self.sim("replay", "r.h5", "-r", number, code=USAGE)
            self.assertIn(f"--replication {number} is out of range: there are futures 0 to 59", answer.err)

    def test_as_text_has_every_event_of_every_month(self):
        said = self.sim("replay", "r.h5", "-r", 3, code=DONE).out
        for event in self.told("-r", 3)["events"]:
            if event["kind"] != "begun":  # "51 partnerships begin"
                self.assertIn(event["text"], said)


class SummaryOf(Case):
    def refused(self, name, *expected):
        answer = self.sim("summary", name, code=INPUT_OUTPUT)
        self.assertEqual(answer.out, "")
        self.assertIn(name, answer.err)
        for text in expected:
            self.assertIn(text, answer.err)
        self.assertEqual(len(answer.err.splitlines()), 1, "one line, not a stack of HDF5 errors")

    def test_a_missing_file_says_so(self):
        self.refused("missing.h5", "no such file")

    def test_a_folder_says_so(self):
        (self.folder / "d.h5").mkdir()
        self.refused("d.h5", "folder")

    def test_a_truncated_file_says_so(self):
        self.sim("run", ARITHMETIC, *SMALL, "-o", "a.h5", code=DONE)
        whole = (self.folder / "a.h5").read_bytes()
        # HDF5 knows where its data end, the checksums behind them are for partnersim to miss.
        for length, reason in ((100, ""), (5000, "truncated"), (len(whole) // 2, "truncated"), (len(whole) - 1, "cut short")):
            with self.subTest(length=length):
                (self.folder / "cut.h5").write_bytes(whole[:length])
                self.refused("cut.h5", reason)

    def test_damaged_files_never_crash_it(self):
        self.sim("run", ARITHMETIC, *SMALL, "-o", "a.h5", code=DONE)
        whole = (self.folder / "a.h5").read_bytes()
        for k in range(40):
            damaged = bytearray(whole)
            start = 96 + k * (len(whole) - 200) // 40
            damaged[start:start + 64] = b"\xff" * 64
            (self.folder / "damaged.h5").write_bytes(damaged)
            answer = self.sim("summary", "damaged.h5")
            self.assertIn(answer.code, (DONE, INPUT_OUTPUT), f"64 bytes of 0xff at {start}: {answer.err}")

    def test_what_is_not_hdf5_says_so(self):
        self.write("text.h5", "hello\n")
        self.refused("text.h5", "not an HDF5 file")
        self.write("empty.h5", "")
        self.refused("empty.h5", "empty")

    def test_a_foreign_hdf5_file_says_so(self):
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["mine"] = [1, 2, 3]
        self.refused("foreign.h5", "not a partnersim result")


class AnInterruptedRun(Case):
    ASKED = 50_000_000

    def interrupt(self, number):
        """Starts a run far too long, and stops it once the first replications are there."""
        with subprocess.Popen([BINARY, "run", TWELVE, "-n", str(self.ASKED), "-o", "i.h5"], cwd=self.folder,
                              env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            journal = self.folder / "i.h5.journal"
            deadline = time.monotonic() + 60
            while not (journal.exists() and journal.stat().st_size > 1000) and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.2)
            process.send_signal(number)
            out, err = process.communicate(timeout=120)
        return Answer(process.returncode, out, err)

    def test_saves_the_finished_part_on_ctrl_c_and_on_sigterm(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                answer = self.interrupt(number)
                self.assertEqual(answer.code, INTERRUPTED, answer.err)
                self.assertEqual(self.left_behind(), ["i.h5", "i.h5.journal", "i.h5.log.json"])
                with h5py.File(self.folder / "i.h5") as file:
                    count = int(file["points/replications"][0])
                    self.assertTrue(0 < count < self.ASKED)
                    self.assertEqual(file["outcomes/revenue"].shape, (1, count))
                    self.assertEqual(int(file["provenance/complete"][()]), 0)
                self.assertTrue(self.log("i.h5")["interrupted"])
                self.assertIn("Interrupted", answer.err)
                self.assertEqual(self.sim("summary", "i.h5", code=DONE).out, answer.out)

                # What was finished is what a run of that length gives.
                short = self.sim("run", TWELVE, "-n", count, "-o", "none", code=DONE)
                part = " (the finished part of an interrupted run)"
                self.assertEqual(answer.out.count(part), 1)
                self.assertEqual(short.out, answer.out.replace(part, ""))

                # The part is no complete run: asking again neither takes it for one nor overwrites it.
                again = self.sim("run", TWELVE, "-n", self.ASKED, "-o", "i.h5", code=INPUT_OUTPUT, timeout=30)
                self.assertIn("interrupted", again.err)
                (self.folder / "i.h5").unlink()
                (self.folder / "i.h5.log.json").unlink()
                (self.folder / "i.h5.journal").unlink()


class Check(Case):
    def test_prints_plan_what_is_drawn_defaults_with_sources_and_a_forecast(self):
        out = self.sim("check", TWELVE, code=DONE).out
        self.assertIn("60 months, 12 partners, 100,000 replications, seed 1, 1 point", out)
        for frequency, parameter, law in (("once a replication", "close_rate", "beta(mean 0.4, concentration 25)"),
                                          ("per event", "deal_value", "lognormal(mean 10,000, cv 0.8)")):
            self.assertTrue(any(frequency in line and re.search(rf"partner\.referrer\S*\.{parameter}\b", line)
                                and law in line.replace("10000", "10,000") for line in out.splitlines()), out)
        self.assertRegex(out, r"(?m)^value +default +unit +source$")
        self.assertRegex(out, r"(?m)^scenario\.mode +random +\w+")
        self.assertRegex(out, r"Forecast on \d+ threads?: [\d.]+ \w+, [\d.]+ [kMG]B of memory, [\d.]+ [kMG]B of disk")
        self.assertEqual(self.left_behind(), [])

    def test_counts_what_n_s_and_set_say(self):
        out = self.sim("check", TWELVE, "-n", "5_000", "-s", "9", "--set", "scenario.months=7", code=DONE).out
        self.assertIn("7 months, 12 partners, 5,000 replications, seed 9, 1 point", out)

    def test_lists_what_is_drawn_by_a_shape_and_what_is_fixed_though_it_looks_drawn(self):
        out = self.sim("check", SOURCE / "configs/everything.toml", "-n", 16, code=DONE).out
        drawn = out[out.index("What is drawn, and how often"):out.index("What is not drawn")].splitlines()
        fixed = out[out.index("What is not drawn"):out.index("Values you did not give")].splitlines()
        for path, often, law in (("partner.neighbour.spread_shape", "once a replication", "gamma(mean 1, shape 6)"),
                                 ("partner.webinars.month_shape", "once a month", "gamma(mean 1, shape 4)"),
                                 ("partner.neighbour.churn.frailty", "once a partnership", "gamma(mean 1, variance 0.5)"),
                                 ("partner.association.churn", "once a partnership", "beta_geometric")):
            self.assertTrue(any(path in line and often in line and law in line for line in drawn), f"{path}\n{out}")
        for path, law, meaning in (("partner.webinars.churn", "log_logistic(median 55, shape 1.5, honeymoon 3)", "half end within 58.0 months"),
                                   ("partner.bigco.churn", "weibull", "half end within 23.7 months"),
                                   ("partner.referrer_1.churn and 47 more", "0.011", "half end within 62.7 months")):
            self.assertTrue(any(path in line and law in line and meaning in line for line in fixed), f"{path}\n{out}")
            self.assertFalse(any(line.startswith(path + " ") for line in drawn), path)

    def test_says_what_a_churn_means(self):
        out = self.sim("check", ARITHMETIC, "-n", 10, "--set", "partner.*.churn=0.2", code=DONE).out
        self.assertRegex(out, r"(?m)^partner\.referrer\.churn +0\.2 +half end within 3\.1 months$")


PARTNERS = """[scenario]
months = 12
replications = 64
[partner.p]
count = {}
leads = 0.5
close_rate = {}
deal_value = 1_000
churn = 0.02
"""
DRAWN, CONSTANT = "{ beta = { mean = 0.2, concentration = 25 } }", "0.2"


class ManyPartners(Case):
    def measured(self, *words):
        """(seconds of processor time, bytes of memory at most) of a command that works."""
        with open(self.folder / "out", "wb") as out:
            process = subprocess.Popen([BINARY, *map(str, words)], cwd=self.folder, env=environment(), stdout=out,
                                       stderr=out)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, DONE, (self.folder / "out").read_text(encoding="utf-8")[-500:])
        return usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss

    def test_take_time_that_grows_with_their_number_not_with_its_square(self):
        few, many = (min(self.measured("run", self.write(f"{n}.toml", PARTNERS.format(n, DRAWN)), "-t", 1, "-q", "-o",
                                       f"{n}-{k}.h5")[0] for k in range(2)) for n in (1500, 9000))
        self.assertLess(many, 12 * few)  # six times as many; the square would be 36

    def test_are_extended_in_about_the_time_that_they_took(self):
        scenario = self.write("many.toml", PARTNERS.format(6000, DRAWN))
        took, _ = self.measured("run", scenario, "-t", 1, "-q", "-o", "r.h5")
        more, _ = self.measured("extend", "r.h5", "-n", 64, "-q", "-o", "more.h5")
        self.assertLess(more, 5 * took)

    def test_take_the_memory_that_check_forecasts(self):
        for rate, where in ((CONSTANT, "none"), (DRAWN, "r.h5")):
            with self.subTest(rate):
                scenario = self.write("many.toml", PARTNERS.format(20_000, rate))
                forecast = re.search(r"Forecast on 1 thread: .* s, ([\d.]+) ([kMG])B of memory",
                                     self.sim("check", scenario, "-t", 1, code=DONE).out)
                bytes_forecast = float(forecast[1]) * {"k": 1e3, "M": 1e6, "G": 1e9}[forecast[2]]
                _, taken = self.measured("run", scenario, "-t", 1, "-q", "-o", where)
                self.assertTrue(0.7 < bytes_forecast / taken < 1.4, f"{bytes_forecast:.3g} for {taken:.3g}")

    def test_that_this_machine_cannot_hold_are_refused_before_anything_is_made(self):
        text = PARTNERS.format(100_000, CONSTANT).replace("months = 12", "months = 1000")
        scenario = self.write("large.toml", text + text[text.index("[partner.p]"):].replace("partner.p", "partner.q"))
        start = time.monotonic()
        answer = self.sim("check", scenario, "-t", 64, "-n", 1_000_000, code=CONFIGURATION)
        self.assertLess(time.monotonic() - start, 10)
        self.assertRegex(answer.err, r"too large for this machine \(a run takes about [\d.]+ GB of memory on 64 threads")
        for command in ("check", "run"):  # nor is a model made only to look for what else is wrong
            answer = self.sim(command, scenario, "-t", 64, "-n", 1_000_000, "--set", "firm.cash=-x", code=CONFIGURATION,
                              timeout=30)
            self.assertIn("firm.cash", answer.err)


class Describe(Case):
    KINDS = ("parameters", "types", "distributions", "outcomes", "processes", "terms")

    def json(self, *words):
        return json.loads(self.sim("describe", *words, "--format", "json", code=DONE).out)

    def test_answers_every_word_of_its_help(self):
        words = re.search(r"describe \[(.+)\|NAME\|PATH\]", self.sim("describe", "--help", code=DONE).out)[1].split("|")
        self.assertEqual(tuple(words), self.KINDS)
        for word in words:
            self.assertGreater(len(self.sim("describe", word, code=DONE).out.splitlines()), 2, word)
        self.assertEqual(self.sim("describe", code=DONE).out, self.sim("describe", "parameters", code=DONE).out)

    def test_gives_every_parameter_a_doc_a_kind_a_default_and_every_number_a_unit_and_a_range(self):
        keys = [line for line in self.sim("describe", code=DONE).out.splitlines() if not line.startswith(" ")]
        parameters = {parameter["key"]: parameter for parameter in self.json()["parameters"]}
        self.assertEqual(keys, list(parameters))
        self.assertGreater(len(keys), 25)
        for key in keys:
            with self.subTest(key=key):
                lines = self.sim("describe", key, code=DONE).out.splitlines()
                self.assertEqual(lines[0], key)
                self.assertRegex(lines[1], r"^  \S.{5,}")
                text = " ".join(line.strip() for line in lines[1:])
                self.assertIn(parameters[key]["doc"], text)
                if parameters[key]["kind"] in ("number", "whole number"):
                    self.assertRegex(text, r"(whole )?number, unit \S.*, range [\[(]")
                self.assertIn(f" default: {parameters[key]['default']}", text)

    def test_finds_a_parameter_by_a_path_of_the_users_own(self):
        self.assertEqual(self.sim("describe", "partner.acme.churn", code=DONE).out,
                         self.sim("describe", "partner.*.churn", code=DONE).out)

    def test_finds_keys_laws_outcomes_and_series_by_their_own_names(self):
        for name, expected in (("churn", ["partner.*.churn\n"]), ("leads", ["partner.*.leads\n", "firm.direct.leads\n", "leads, outcome\n"]),
                               ("weibull", ["weibull, a law for partner.*.churn\n", "      A positive time or size with shape and scale\n"]),
                               ("revenue", ["revenue, outcome in currency\n", "revenue, monthly series in currency\n"]),
                               ("break_even_month", ["break_even_month, outcome in month\n"])):
            with self.subTest(name=name):
                out = self.sim("describe", name, code=DONE).out
                for text in expected:
                    self.assertEqual(out.count(text), 1, text)
        self.assertIn("Did you mean churn?", self.sim("describe", "chrun", code=USAGE).err)
        unknown = self.sim("describe", "zzzzzzzzzz", code=USAGE).err
        self.assertIn("describe answers to: parameters, types", unknown)
        self.assertLess(len(unknown), 200)

    def test_lists_the_parameters_below_a_table(self):
        for path in ("shock.*", "shock.scandal", "shock"):
            out = self.sim("describe", path, code=DONE).out
            for key in ("rate", "every", "months", "kill", "target"):
                self.assertIn(f"shock.*.{key}\n", out)

    def test_answers_every_key_of_the_whole_scenario_as_it_is_written_there(self):
        whole = tomllib.loads((SOURCE / "configs/everything.toml").read_text(encoding="utf-8"))
        known = {parameter["key"] for parameter in self.json()["parameters"]}

        def walk(table, path):
            for key, value in table.items():
                yield f"{path}{key}"
                if isinstance(value, dict):
                    yield from walk(value, f"{path}{key}.")

        def spec_of(path):
            """The keys that the path names, lies in, or holds."""
            levels = path.split(".")
            for key in known:
                spec = key.split(".")
                common = min(len(spec), len(levels))
                if all(a in ("*", b) for a, b in zip(spec[:common], levels[:common])):
                    yield key

        for path in walk(whole, ""):
            with self.subTest(path=path):
                found = {parameter["key"] for parameter in self.json(path)["parameters"]}
                self.assertTrue(found)
                self.assertGreaterEqual(found, set(spec_of(path)))

    def test_answers_arguments_beside_and_inside_laws(self):
        for name, says in (("honeymoon", "honeymoon, which may stand beside any law"), ("frailty", "variance of a gamma factor"),
                           ("partner.acme.churn.honeymoon", "honeymoon, which may stand beside any law"),
                           ("partner.acme.churn.weibull", "weibull, a law for partner.*.churn"),
                           ("partner.acme.churn.weibull.shape", "shape, an argument of the law weibull"),
                           ("concentration", "concentration, an argument of the law beta"), ("p10", "p10, an argument of the law percentiles"),
                           ("partner.acme.leads.p10", "p10, an argument of the law percentiles"), ("half_life", "half_life, a law"),
                           ("returns", "partner.*.returns.leads"), ("partner.acme.returns", "partner.*.returns.alpha_in"),
                           ("firm.injections.12", "firm.injections"), ("economy.regime.recession.multiply.leads", "economy.regime.*.multiply"),
                           ("no_shocks", "resilience.twin"), ("sobol", "sweep.design"), ("functionality", "shock.*.affects")):
            with self.subTest(name=name):
                self.assertIn(says, self.sim("describe", name, code=DONE).out)

    def test_answers_every_type_that_a_scenario_may_name(self):
        parameter, = self.json("partner.acme.type")["parameters"]
        types = [note["name"] for note in self.json("types")["types"]]
        self.assertEqual(sorted(types), sorted(parameter["choices"]))
        self.assertEqual(len(types), 6)
        for name in types:
            self.assertIn(f"{name}, a type of partner", self.sim("describe", name, code=DONE).out)

    def test_answers_every_term_and_all_their_names(self):
        terms = self.json("terms")["terms"]
        self.assertGreater(len(terms), 50)
        for term in terms:
            for name in term["names"]:
                with self.subTest(name=name):
                    self.assertIn(term["doc"], [found["doc"] for found in self.json(name).get("terms", [])])

    def test_answers_every_word_that_tables_and_files_use(self):
        self.sim("run", ARITHMETIC, *SMALL, "-q", "-o", "a.h5", "--vary", "partner.*.leads=5,6", code=DONE)
        table = self.sim("summary", "a.h5", code=DONE).out
        heading = next(line for line in table.splitlines() if line.startswith("outcome "))
        words = set(re.split(r" {2,}", heading)) | {"±"}
        for name in ("a.h5",):
            words |= {row["statistic"] for row in rows_of(self.sim("summary", name, "--format", "csv", code=DONE).out)}
        differences = self.sim("compare", "a.h5", code=DONE).out
        words |= {word for word in re.split(r" {2,}", differences.splitlines()[0]) if word not in ("difference in", "of", "to")}
        words |= {row["statistic"] for row in rows_of(self.sim("compare", "a.h5", "--format", "csv", code=DONE).out)}
        words |= {parameter["source"] for parameter in self.json()["parameters"]} - {""}
        words |= {"gap", "cvar05", "value_at_risk", "twin", "neutral", "metalog", "pairing removed", "ignorance", "luck", "fingerprint",
                  "draws contract", "hash of outcomes", "once a replication", "per event", "journal", "shard", "spreadsheet"}
        for word in sorted(words):
            with self.subTest(word=word):
                self.assertTrue(self.json(word))

    def test_answers_every_figure_in_a_file(self):
        slow = '\n[variant.slow]\nset = { "partner.*.leads" = 4 }\n'
        self.write("slow.toml", TWELVE.read_text(encoding="utf-8") + slow)
        self.sim("run", "slow.toml", *SMALL, "-q", "-o", "a.h5", "--set", "scenario.inner=4", code=DONE)
        found = set()
        with h5py.File(self.folder / "a.h5") as file:
            for group in ("summary", "worst", "comparison", "uncertainty"):
                found |= {name for name, item in file[group].items() if item.ndim > 1 and item.dtype.kind == "f"
                          and not re.search("_low$|_high$|standard_error$", name)}
        self.assertGreater(len(found), 20)
        for name in sorted(found):
            with self.subTest(name=name):
                self.assertTrue(self.json(name)["terms"])

    def test_has_json_for_every_form(self):
        for word in (*self.KINDS, "partner.acme", "churn", "weibull", "revenue", "gap", "frailty"):
            with self.subTest(word=word):
                document = self.json(word)
                self.assertTrue(all(isinstance(part, list) and part for part in document.values()), document.keys())
        self.assertIn("neither text nor json", self.sim("describe", "--format", "csv", code=USAGE).err)

    def test_fits_a_page_of_100_columns_or_a_narrower_terminal(self):
        for word in (*self.KINDS, "partner", "partner.acme.churn", "shape", "revenue", "mean", "cvar05"):
            out = self.sim("describe", word, code=DONE).out
            self.assertEqual([line for line in out.splitlines() if len(line) > 100], [], word)
        for columns in (80, 60):
            out = self.on_terminal(columns, "describe", "parameters")
            self.assertGreater(len(out), 100)
            self.assertEqual([line for line in out if len(line) > columns and " " in line.strip()], [])

    def on_terminal(self, columns, *words):
        try:
            master, slave = pty.openpty()
        except OSError as reason:
            self.skipTest(f"no terminal can be opened here: {reason}")
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with contextlib.closing(os.fdopen(master, "rb", buffering=0)) as terminal:
            process = subprocess.Popen([BINARY, *words], stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.DEVNULL,
                                       cwd=self.folder, env=environment())
            os.close(slave)
            shown = b""
            with contextlib.suppress(OSError):  # the other end is closed: all has been read
                while piece := terminal.read(4096):
                    shown += piece
            self.assertEqual(process.wait(timeout=60), DONE)
        return shown.decode().splitlines()

    def test_gives_every_outcome_a_definition(self):
        outcomes = {outcome["name"]: outcome["definition"] for outcome in self.json("outcomes")["outcomes"]}
        names = {row["outcome"].split("[")[0]
                 for row in rows_of(self.sim("run", TWELVE, *SMALL, "-o", "none", "--format", "csv").out)}
        for name in names:
            self.assertRegex(outcomes[name], r"\w\.$")


class Lists(Case):
    def test_the_shipped_scenarios_with_their_questions(self):
        out = self.sim("list", code=DONE).out
        shipped = sorted((SOURCE / "configs").glob("*.toml"))
        self.assertTrue(shipped)
        for path in shipped:
            question = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
            self.assertTrue(question.endswith("?"), f"{path.name} opens with a question")
            self.assertIn(f"{path.name}\n    {question}\n", out)


class Help(Case):
    def test_shows_an_example_first_everywhere(self):
        for words in (("--help",), ("-h",), ("help",), *((command, option) for command in COMMANDS
                                                         for option in ("--help", "-h"))):
            with self.subTest(words=words):
                answer = self.sim(*words, code=DONE)
                self.assertEqual(answer.err, "")
                self.assertRegex(answer.out, r"^For example:\n  partnersim \w+")

    def test_names_every_command(self):
        out = self.sim("--help", code=DONE).out
        for command in COMMANDS:
            self.assertRegex(out, rf"(?m)^  {command} +\w")

    def test_examples_quote_stars_and_work(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                example = self.sim(command, "--help").out.splitlines()[1].strip()
                for word in example.split(" "):
                    if "*" in word:
                        self.assertRegex(word, r"^'.*'$", "bash and zsh must leave * alone")
                words = shlex.split(example)[1:]
                if command == "run":
                    at = words.index("-o")
                    words = ["check", *words[1:at], *words[at + 2:]]  # not a million replications here
                elif command == "summary":
                    self.sim("run", TWELVE, *SMALL, code=DONE)  # the file that its example reads
                    self.sim(*words, code=DONE)
                    continue
                self.sim(*words, cwd=SOURCE, code=DONE)

    def test_version_is_one_line(self):
        for word in ("--version", "version"):
            self.assertRegex(self.sim(word, code=DONE).out, r"^partnersim \d+\.\d+\.\d+\n$")


def toml_blocks(path):
    """(line number, text) of every ```toml block not marked as a fragment by <!-- fragment --> before it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        opening = re.match(r"\s*(`{3,})toml\b", lines[at])
        if opening:
            before = next((line for line in reversed(lines[:at]) if line.strip()), "")
            end = next(k for k in range(at + 1, len(lines)) if lines[k].strip() == opening[1])
            if "<!-- fragment" not in before:
                yield at + 1, "\n".join(lines[at + 1:end]) + "\n"
            at = end
        at += 1


class TheDocumentation(Case):
    def test_every_toml_block_passes_check(self):
        documents = [path for path in sorted(SOURCE.rglob("*.md"))
                     if not {"build", ".git"} & set(path.relative_to(SOURCE).parts)]
        if not documents:
            self.skipTest("there is no documentation yet")
        for path in documents:
            for line, text in toml_blocks(path):
                with self.subTest(document=f"{path.relative_to(SOURCE)}:{line}"):
                    answer = self.sim("check", "-", stdin=text)
                    self.assertEqual(answer.code, DONE, answer.err)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR [unittest's options]")
    BINARY, SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    ARITHMETIC, TWELVE = SOURCE / "configs/arithmetic.toml", SOURCE / "configs/twelve_partners.toml"
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
