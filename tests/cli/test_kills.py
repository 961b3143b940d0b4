#!/usr/bin/python3
"""Whatever ends a run, and however often: kills and signals at random moments of every kind of run, with other threads
each time. What is resumed has the bytes of one run; every signal ends every command with 130. Every test name is a claim.

    python3 tests/cli/test_kills.py BINARY SOURCE_DIR SHIM [unittest's options]

SHIM is the library made of tests/support/inject.c. PARTNERSIM_TEST_KILLS=120 stops runs as often as that, otherwise 24
times; PARTNERSIM_TEST_SEED=5 chooses other moments, signals and threads.
"""

import os
import signal
import subprocess
import sys
import time
import unittest
from collections import Counter
from pathlib import Path

import h5py

import test_cli
from test_cli import DONE, INPUT_OUTPUT, INTERRUPTED, environment
from test_journal import committed
from test_shards import NO_SAMPLES, Parts

SHIM = None  # set at the end of the file
KILLS = int(os.environ.get("PARTNERSIM_TEST_KILLS", "24"))
SOFT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GOAL = ("--precision", "revenue=0.7%", "--precision", "revenue.difference=1%", "-n", 1_000_000)

# Every kind of run that can be gone on with: its scenario and what is asked of it.
RUNS = {
    "run": ("single", ("-n", 900_000)),
    "sweep": ("sweep", ("-n", 80_000)),
    "sweep without samples": ("sweep", ("-n", 200_000, *NO_SAMPLES)),
    "two-level": ("single", ("-n", 600_000, "--set", "scenario.inner=20")),
    "stratified": ("single", ("-n", 600_000, "--set", "scenario.sampling=stratified")),
    "precision": ("sweep", GOAL),
}


class Stopped(Parts):
    def handles_signals(self, process):
        """Waits until the program has its signal handler: before, the system loads it, and nobody can help."""
        while process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
            if caught & (1 << (signal.SIGTERM - 1)):
                return
            time.sleep(0.0002)

    def is_exiting(self, process):
        """Whether the system is taking the program down already: it had come to its end, or the signal ended it."""
        try:
            fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return True
        return fields[0] == "Z" or bool(int(fields[6]) & 4)  # PF_EXITING of the kernel

    def stopped(self, number, delay, *words):
        """Runs the program and sends it a signal after a while; whether it came before the end."""
        with subprocess.Popen([test_cli.BINARY, *map(str, words)], cwd=self.folder, env=environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            self.handles_signals(process)
            time.sleep(delay)
            process.send_signal(number)
            had_ended = self.is_exiting(process)
            _, err = process.communicate(timeout=120)
        self.assertNotRegex(err, r"internal|terminate|Traceback")
        expected = -number if number == signal.SIGKILL else INTERRUPTED
        if not (had_ended and process.returncode == DONE):
            self.assertEqual(process.returncode, expected, f"{number.name} after {delay:.3f} s of {words}: {err}")
        return process.returncode != DONE


class ARunOfAnyKind(Stopped):
    counts = Counter()

    def setUp(self):
        super().setUp()
        self.share = -(-KILLS // 9)  # kinds of work: those of RUNS, shard and merge, extend

    def moments(self, longest=1.0):
        """(signal, seconds) of one stop after the other."""
        return self.dice.choice((signal.SIGKILL, signal.SIGKILL, *SOFT)), self.dice.uniform(0.0, longest * self.seconds)

    def stop(self, kind, *words):
        number, delay = self.moments()
        was_stopped = self.stopped(number, delay, *words, *self.threads())
        ARunOfAnyKind.counts[f"{kind}, {number.name}" if was_stopped else f"{kind}, too late"] += 1
        return was_stopped

    @classmethod
    def tearDownClass(cls):
        stops = sum(count for what, count in cls.counts.items() if not what.endswith("too late"))
        print(f"\n{stops} runs stopped: {dict(sorted(cls.counts.items()))}", file=sys.stderr)

    def test_goes_on_to_the_same_bytes_and_simulates_nothing_twice(self):
        for kind, (scenario, asked) in RUNS.items():
            whole = self.whole(scenario, *asked)
            words = ("run", f"{scenario}.toml", *asked, "-q", "-o", "r.h5", "--resume")
            result, journal = self.folder / "r.h5", self.folder / "r.h5.journal"
            stops = 0
            while stops < self.share:
                there = 0
                for _ in range(self.dice.randint(1, 3)):  # some are stopped while they are being resumed
                    if not self.stop(kind, *words):
                        break
                    stops += 1
                    now = committed(journal)
                    if not result.exists():
                        self.assertGreaterEqual(now, there, "what was committed stays")
                    there = now
                with self.subTest(kind=kind):
                    had_result = result.exists() and result.read_bytes() == whole
                    self.sim(*words, *self.threads(), code=DONE)
                    self.same("r.h5", whole, kind)
                    if not had_result:
                        self.assertEqual(self.log("r.h5")["resumed_from"], there, "no committed replication is simulated again")
                    self.assertLessEqual({path.name for path in self.folder.glob("r.h5*")}, {"r.h5", "r.h5.log.json"})
                    result.unlink()

    def test_in_shards_goes_on_to_shards_that_merge_to_the_same_bytes(self):
        whole, of = self.whole("sweep", "-n", 150_000), 3
        stops = 0
        while stops < 2 * self.share:
            shards = [f"{k}.shard" for k in range(1, of + 1)]
            for k, shard in enumerate(shards, 1):
                words = ("run", "sweep.toml", "-n", 150_000, "--shard", f"{k}/{of}", "-q", "--resume", "-o", shard)
                if k == 1:
                    self.seconds = self.duration(*words[:-1], "timed")
                    (self.folder / "timed").unlink()
                while stops < 2 * self.share and self.stop("shard", *words):
                    stops += 1
                    if self.dice.random() < 0.4:
                        break
                self.sim(*words, *self.threads(), code=DONE)
                self.assertFalse((self.folder / f"{shard}.journal").exists())
            old = self.write("r.h5", "old\n").read_bytes()
            words = ("merge", *shards, "--force", "-q", "-o", "r.h5")
            self.seconds = self.duration(*words[:-1], "timed")
            while stops < 2 * self.share and self.stop("merge", *words):
                stops += 1
                self.assertTrue(self.bytes_of("r.h5") in (old, whole), "neither old nor new")
                if self.dice.random() < 0.4:
                    break
            self.assertEqual(self.sim(*words, *self.threads(), code=DONE).err, "", "-q says nothing")
            self.same("r.h5", whole, "merged")
            for name in (*shards, "r.h5", "timed"):
                (self.folder / name).unlink()

    def duration(self, *words):
        started = time.monotonic()
        self.sim(*words, code=DONE)
        return time.monotonic() - started

    def test_extended_leaves_the_old_result_or_the_new_one_and_goes_on(self):
        old, whole = self.whole("sweep", "-n", 20_000), self.whole("sweep", "-n", 100_000)
        words = ("extend", "r.h5", "-n", 80_000, "-q")
        journal, stops = self.folder / "r.h5.journal", 0

        def is_open():  # without a journal beside it the new result is finished, and extending it again would add more
            return journal.exists() or self.bytes_of("r.h5") == old

        while stops < self.share:
            (self.folder / "r.h5").write_bytes(old)
            for _ in range(self.dice.randint(1, 3)):
                if not self.stop("extend", *words, *(["--resume"] if journal.exists() else [])):
                    break
                stops += 1
                self.assertTrue(self.bytes_of("r.h5") in (old, whole), "neither old nor new")
                if not is_open():
                    break
            if is_open():
                self.sim(*words, *self.threads(), *(["--resume"] if journal.exists() else []), code=DONE)
            self.same("r.h5", whole, "extended")
            self.assertFalse(journal.exists())


class ASignal(Stopped):
    """Three at random moments of each command, more with PARTNERSIM_TEST_KILLS."""

    def each(self, name, *words, prepare=lambda: None):
        prepare()
        started = time.monotonic()
        self.sim(*words)
        self.seconds = time.monotonic() - started
        for _ in range(max(2, KILLS // 12)):
            prepare()
            number = self.dice.choice(SOFT)
            with self.subTest(command=name):
                self.stopped(number, self.dice.uniform(0.0, self.seconds), *words)
                self.assertFalse(list(self.folder.glob("*.partial")), "nothing half done is left")

    def test_ends_every_command_with_130(self):
        self.sim("run", "sweep.toml", "-n", 30_000, "-o", "a.h5", "-q", code=DONE)
        self.sim("run", "sweep.toml", "-n", 30_000, "-o", "b.h5", "-q", "--set", "partner.a.churn=0.2", code=DONE)
        everything = test_cli.SOURCE / "configs/everything.toml"
        solve = ("--solve", "partner.a.leads", "--so-that", "revenue.p05 >= 900")
        for name, words in (("check", ("check", everything)), ("describe", ("describe", "outcomes")),
                            ("in memory", ("run", "sweep.toml", "-n", 40_000, "-o", "none")),
                            ("expected", ("run", everything, "--set", "scenario.mode=expected")),
                            ("solve", ("run", "single.toml", "-n", 30_000, *solve)), ("summary", ("summary", "a.h5", "b.h5")),
                            ("compare", ("compare", "a.h5", "b.h5")), ("replay", ("replay", "a.h5", "--near", "revenue.p05")),
                            ("list", ("list",))):
            self.each(name, *words)

    def test_to_a_run_with_points_that_have_not_begun_saves_the_others(self):
        channel = test_cli.SOURCE / "configs/channel_or_ads.toml"
        for more in ((), NO_SAMPLES, ("--set", "scenario.inner=20"), ("--precision", "revenue=0.01%")):
            with self.subTest(more=more):
                words = ("run", channel, "-n", 900_000, "-t", 1, "-q", *more, "-o", "z.h5")
                self.assertTrue(self.stopped(signal.SIGTERM, 0.4, *words))
                with h5py.File(self.folder / "z.h5") as file:
                    begun = len(file["points/replications"])
                    self.assertEqual(int(file["provenance/complete"][()]), 0)
                    self.assertEqual(len(file["summary/expected"]), begun)
                if "--precision" not in more:  # there all points begin, and go on together
                    self.assertEqual(begun, 1)
                self.sim("summary", "z.h5", code=DONE)
                for path in self.folder.glob("z.h5*"):
                    path.unlink()

    def test_that_comes_before_main_ends_the_program_with_130_all_the_same(self):
        for words in (("--version",), ("run", "single.toml")):
            answer = self.sim(*words, env=environment(LD_PRELOAD=SHIM, INJECT_MODE="early"))
            self.assertEqual((answer.code, answer.out, answer.err), (INTERRUPTED, "", ""))

    def test_that_the_caller_has_ignored_is_ignored_when_it_is_that_of_a_lost_terminal(self):
        words = ["nohup", test_cli.BINARY, "run", "single.toml", "-n", "400_000", "-o", "none", "-q"]
        with subprocess.Popen(words, cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            self.handles_signals(process)
            process.send_signal(signal.SIGHUP)
        self.assertEqual(process.returncode, DONE)


class WhereNoThreadCanBeStarted(Stopped):
    def test_is_told_so_and_that_one_is_enough(self):
        words = ("run", "sweep.toml", "-n", 5_000, "-q", "-o", "r.h5", "--resume")
        whole = self.whole("sweep", "-n", 5_000)
        for at in (1, 2, 3, 5):
            env = environment(LD_PRELOAD=SHIM, INJECT_MODE="threads", INJECT_AT=str(at))
            with self.subTest(at=at):
                answer = self.sim(*words, "-t", 8, env=env, code=INPUT_OUTPUT)
                self.assertRegex(answer.err, r"^partnersim: no more threads can be started \(.+\)\. Use fewer: -t 1\n$")
                self.sim(*words, "-t", 1, env=env, code=DONE)
                self.same("r.h5", whole, "one thread")
                (self.folder / "r.h5").unlink()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR SHIM [unittest's options]")
    test_cli.BINARY, test_cli.SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    SHIM = str(Path(sys.argv[3]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
