#!/usr/bin/python3
"""Interrupted runs and how they go on: kills at every single step of the output, full disks, journals that are not what
they should be. Kills at random moments are test_kills.py's. Every test name is a claim.

    python3 tests/cli/test_journal.py BINARY SOURCE_DIR SHIM [unittest's options]

SHIM is the library made of tests/support/inject.c, which lets single calls fail or never happen.
"""

import itertools
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import h5py

import test_cli
from test_cli import DONE, INPUT_OUTPUT, INTERRUPTED, USAGE, Case, environment

SHIM = None  # set at the end of the file
GROUP = 65_536  # rows of a full group

SCENARIO = """# How are three groups of replications written?
[scenario]
months = 3
[partner.a]
leads = 2
close_rate = 0.5
deal_value = { lognormal = { mean = 100, cv = 0.5 } }
churn = 0.1
[output]
outcomes = ["revenue", "wins"]
series = ["wins"]
"""
REPLICATIONS = 2 * GROUP + 9_000  # three groups
HEADER = 80  # bytes of a record before its payload


class Record(NamedTuple):
    at: int
    point: int
    first: int
    count: int
    end: int


def records(journal):
    """The whole records of a journal, read without partnersim (checksums aside)."""
    data = journal.read_bytes()
    magic, _, at = struct.unpack_from("<8sII", data)
    assert magic == b"PSIMjrn\n"
    found = []
    while at + HEADER <= len(data):
        magic, _, segments, _, segment_bytes, columns = struct.unpack_from("<8s32sIIQQ", data, at)
        end = at + HEADER + segment_bytes + columns
        if magic != b"PSIMgrp\n" or end > len(data):
            break
        point, first, _ = struct.unpack_from("<III", data, at + HEADER)
        count, place = 0, at + HEADER
        for _ in range(segments):
            _, _, rows, sums = struct.unpack_from("<IIII", data, place)
            place += 16 + sums
            place += 4 + struct.unpack_from("<I", data, place)[0]
            count += rows
        found.append(Record(at, point, first, count, end))
        at = end
    return found


def committed(journal):
    return sum(record.count for record in records(journal)) if journal.exists() else 0


class Step(NamedTuple):
    number: int
    call: str
    size: int
    path: str


class JournalCase(Case):
    """Works with a small run in three groups, and the result that it gives when nothing happens."""
    reference = None  # (bytes of the result, table), the same for all tests

    def setUp(self):
        super().setUp()
        self.scenario = self.write("s.toml", SCENARIO)
        self.words = ("run", self.scenario, "-n", REPLICATIONS, "-t", 1, "-q")
        if JournalCase.reference is None:
            answer = self.sim(*self.words, "-o", "reference.h5", code=DONE)
            JournalCase.reference = ((self.folder / "reference.h5").read_bytes(), answer.out)

    def run_in(self, folder, *more, mode="", at=0, words=None, **changes):
        """Runs in a folder of its own, with something happening at step number `at` of the output."""
        folder.mkdir(exist_ok=True)
        settings = {}
        if mode:
            settings = {"LD_PRELOAD": SHIM, "INJECT_FOLDER": str(folder.resolve()), "INJECT_MODE": mode,
                        "INJECT_AT": str(at), "INJECT_LOG": str(folder) + ".calls"}
        return self.sim(*(words or self.words), "-o", folder / "r.h5", *more, env=environment(**settings, **changes))

    def steps(self, *more, prepare=None):
        """Every call on the output of an undisturbed run."""
        folder = self.folder / "steps"
        if prepare:
            shutil.copytree(prepare, folder)
        self.assertEqual(self.run_in(folder, *more, mode="none").code, DONE)
        lines = Path(f"{folder}.calls").read_text(encoding="utf-8").splitlines()
        steps = [Step(int(number), call, int(size), os.path.basename(path))
                 for number, call, size, path in (line.split(" ", 3) for line in lines)]
        shutil.rmtree(folder)
        Path(f"{folder}.calls").unlink()
        self.assertGreater(len(steps), 50)
        return steps

    def interrupted(self, name, groups, words=None, **changes):
        """A folder that a killed run leaves with so many whole groups."""
        folder = self.folder / name
        at = 6 + 3 * groups + 1  # after creating the journal, three calls a group
        answer = self.run_in(folder, mode="kill", at=at, words=words, **changes)
        self.assertEqual(answer.code, -signal.SIGKILL, answer.err)
        self.assertEqual(len(records(folder / "r.h5.journal")), groups)
        return folder

    def check_whole(self, folder, answer, what):
        """The run ended well: the result is the undisturbed one, and nothing else is left."""
        self.assertEqual(answer.code, DONE, f"{what}: {answer.err}")
        self.assertEqual((folder / "r.h5").read_bytes(), self.reference[0], what)
        self.assertEqual(answer.out, self.reference[1], what)
        self.assertLessEqual({path.name for path in folder.iterdir()}, {"r.h5", "r.h5.log.json"}, what)

    def resumed_from(self, folder):
        return int(re.search(r'"resumed_from": (\d+)', (folder / "r.h5.log.json").read_text(encoding="utf-8"))[1])

    def at_each(self, all_cases, check):
        with ThreadPoolExecutor(2) as pool:
            for _ in pool.map(lambda case: check(*case), all_cases):
                pass


def cases(steps, modes):
    """(step, mode) of all steps; half of its bytes has only a step that writes some."""
    return [(step, mode) for step, mode in itertools.product(steps, modes)
            if mode in ("kill", "full") or step.call in ("write", "pwrite")]


class ThePowerMayFail(JournalCase):
    # A kill leaves what was written in the system's memory, so that only the order of calls shows what a loss of power
    # would leave.
    def test_each_group_is_synced_before_the_next_and_the_result_before_it_replaces_the_journal(self):
        calls = [(s.call, s.path) for s in self.steps() if s.path != "r.h5.log.json"]
        folder = ("fsync", "steps")
        new, journal, partial = "r.h5.journal.partial", "r.h5.journal", "r.h5.partial"
        self.assertEqual(calls[:6], [("open", new), ("ftruncate", new), ("pwrite", new), ("fdatasync", new),
                                     ("rename", journal), folder])
        end = calls.index(("open", partial))
        group = [("pwrite", journal), ("pwrite", journal), ("fdatasync", journal)]
        self.assertEqual(calls[6:end], group * max(3, (end - 6) // 3))
        self.assertEqual({path for _, path in calls[end:-3]}, {partial})
        self.assertEqual(calls[-4:], [("fdatasync", partial), ("rename", "r.h5"), folder, ("unlink", journal)])


class AKilledRun(JournalCase):
    def test_goes_on_to_the_same_bytes_whatever_step_of_its_output_it_was_killed_at(self):
        self.at_each(cases(self.steps(), ("kill", "torn")), self.check_kill)

    def check_kill(self, step, mode):
        what = f"{mode} at {step}"
        folder = self.folder / f"{mode}{step.number}"
        first = self.run_in(folder, mode=mode, at=step.number)
        self.assertEqual(first.code, -signal.SIGKILL, what)
        was_there, done = committed(folder / "r.h5.journal"), (folder / "r.h5").exists()
        if done:
            self.assertEqual((folder / "r.h5").read_bytes(), self.reference[0], what)
        self.check_whole(folder, self.run_in(folder, "--resume"), what)
        if not done:
            self.assertEqual(self.resumed_from(folder), was_there, what)
        shutil.rmtree(folder)

    def test_that_is_resumed_and_killed_again_at_any_step_goes_on_all_the_same(self):
        before = self.interrupted("before", 1)
        steps = [s for s in self.steps("--resume", prepare=before) if s.path.startswith("r.h5.journal")]
        self.at_each([(before, step, mode) for step in steps for mode in ("kill", "torn")], self.check_second_kill)

    def check_second_kill(self, before, step, mode):
        what = f"second {mode} at {step}"
        folder = self.folder / f"again_{mode}{step.number}"
        shutil.copytree(before, folder)
        self.assertEqual(self.run_in(folder, "--resume", mode=mode, at=step.number).code, -signal.SIGKILL, what)
        self.assertGreaterEqual(committed(folder / "r.h5.journal"), committed(before / "r.h5.journal"), what)
        self.check_whole(folder, self.run_in(folder, "--resume"), what)
        shutil.rmtree(folder)

    def test_says_how_much_is_there_and_simulates_the_rest(self):
        folder = self.interrupted("f", 2)
        part = committed(folder / "r.h5.journal")
        answer = self.sim(*self.words[:-1], "-o", folder / "r.h5", "--resume", code=DONE)
        self.assertRegex(answer.err, rf"r\.h5\.journal: {part:,} of {REPLICATIONS:,} replications are there\.")
        self.assertRegex(answer.err, rf"(?m)^{REPLICATIONS - part:,} replications in ")
        self.assertEqual(self.resumed_from(folder), part)
        self.assertEqual((folder / "r.h5").read_bytes(), self.reference[0])

    def test_is_resumed_by_other_threads_and_instruction_sets_to_the_same_bytes(self):
        words = ("run", test_cli.TWELVE, "-n", 3 * GROUP, "-q")
        self.sim(*words, "-o", "whole.h5", code=DONE)
        whole = (self.folder / "whole.h5").read_bytes()
        for first, second in (((1, "baseline"), (2, "avx2")), ((2, "avx2"), (5, "baseline"))):
            with self.subTest(first=first, second=second):
                folder = self.interrupted(f"isa{first[0]}", 2, words=(*words, "-t", first[0]), PARTNERSIM_ISA=first[1])
                was_there = committed(folder / "r.h5.journal")
                answer = self.run_in(folder, "--resume", words=(*words, "-t", second[0]), PARTNERSIM_ISA=second[1])
                self.assertEqual(answer.code, DONE, answer.err)
                self.assertEqual(self.resumed_from(folder), was_there)
                self.assertEqual((folder / "r.h5").read_bytes(), whole)

    def test_without_resume_is_refused_and_started_over_with_force_only(self):
        folder = self.interrupted("f", 2)
        journal = folder / "r.h5.journal"
        before = journal.read_bytes()
        answer = self.run_in(folder)
        self.assertEqual((answer.code, answer.out), (INPUT_OUTPUT, ""))
        for word in ("r.h5.journal exists", "--resume", "--force", "-o"):
            self.assertIn(word, answer.err)
        self.assertEqual(journal.read_bytes(), before)
        self.check_whole(folder, self.run_in(folder, "--force"), "force")
        self.assertEqual(self.resumed_from(folder), 0)

    def test_between_naming_the_result_and_removing_the_journal_needs_only_the_latter(self):
        unlink, = (s for s in self.steps() if s.call == "unlink")
        for more in ((), ("--resume",), ("--force",)):
            with self.subTest(more=more):
                folder = self.folder / f"end{len(more)}{''.join(more)}"
                self.run_in(folder, mode="kill", at=unlink.number)
                self.assertTrue((folder / "r.h5.journal").exists())
                words = self.words[:-1]
                answer = self.run_in(folder, *more, words=words)
                self.check_whole(folder, answer, "stale journal")
                self.assertRegex(answer.err, r"r\.h5\.journal was left .* removed, the result is complete")
                self.assertIn("already holds this run", answer.err)


class ResumingWithoutNeed(JournalCase):
    def test_says_that_there_is_nothing_to_resume_and_runs(self):
        folder = self.folder / "f"
        answer = self.run_in(folder, "--resume", words=self.words[:-1])
        self.check_whole(folder, answer, "nothing to resume")
        self.assertRegex(answer.err, r"Nothing to resume: there is no .*r\.h5\.journal")

    def test_of_a_complete_result_says_so(self):
        folder = self.folder / "f"
        self.run_in(folder)
        answer = self.run_in(folder, "--resume", words=self.words[:-1])
        self.check_whole(folder, answer, "complete")
        self.assertIn("already holds this run", answer.err)

    def test_is_no_use_without_a_file(self):
        answer = self.sim(*self.words, "-o", "none", "--resume", code=USAGE)
        self.assertIn("--resume", answer.err)

    def test_touches_no_other_result_and_no_other_journal(self):
        folder = self.folder / "f"
        self.run_in(folder, "-s", 2)
        other = (folder / "r.h5").read_bytes()
        answer = self.run_in(folder, "--resume")
        self.assertEqual(answer.code, INPUT_OUTPUT)
        self.assertIn("another run", answer.err)
        self.assertEqual((folder / "r.h5").read_bytes(), other)
        # A complete result beside the journal of another run: both stay.
        second = self.interrupted("g", 1)
        (folder / "r.h5.journal").write_bytes((second / "r.h5.journal").read_bytes())
        answer = self.run_in(folder, "-s", 2, words=self.words[:-1])
        self.assertEqual(answer.code, DONE)
        self.assertIn("left alone", answer.err)
        self.assertEqual(len(records(folder / "r.h5.journal")), 1)


class AFullDisk(JournalCase):
    def test_at_any_step_is_an_error_that_says_what_to_do_and_loses_nothing(self):
        self.at_each(cases(self.steps(), ("full", "short")), self.check_full)

    def check_full(self, step, mode):
        what = f"{mode} at {step}"
        folder = self.folder / f"{mode}{step.number}"
        answer = self.run_in(folder, mode=mode, at=step.number, words=self.words[:-1])
        there = committed(folder / "r.h5.journal")
        self.assertEqual((answer.code, answer.out), (INPUT_OUTPUT, ""), f"{what}: {answer.err}")
        self.assertRegex(answer.err, r"r\.h5[\w.]*: .*No space left on device", what)
        self.assertNotIn("internal", answer.err, what)
        if step.call == "unlink" or step.path == "r.h5.log.json":  # the result is there; only the log has no room
            self.assertRegex(answer.err, r"cannot write the log .* is whole all the same", what)
        else:
            self.assertRegex(answer.err, r"needs about [\d.]+ [kMG]B of disk, and [\d.]+ [kMG]B are free", what)
        if step.call == "unlink":
            self.assertRegex(answer.err, r"r\.h5\.journal: cannot remove \(No space left on device\)", what)
        elif there:
            self.assertEqual((folder / "r.h5.journal").stat().st_size, records(folder / "r.h5.journal")[-1].end, what)
            self.assertRegex(answer.err, rf"{there:,} of {REPLICATIONS:,} replications are safe in .*journal: --resume", what)
        if (folder / "r.h5").exists():
            self.assertEqual((folder / "r.h5").read_bytes(), self.reference[0], what)
        self.assertLessEqual({path.name for path in folder.iterdir()}, {"r.h5", "r.h5.journal", "r.h5.log.json"}, what)
        self.check_whole(folder, self.run_in(folder, "--resume"), what)
        shutil.rmtree(folder)


class AJournal(JournalCase):
    def refused(self, folder, reason, *more, words=None):
        journal = folder / "r.h5.journal"
        before = journal.read_bytes()
        answer = self.run_in(folder, *more, "--resume", words=words)
        self.assertEqual((answer.code, answer.out), (INPUT_OUTPUT, ""), answer.err)
        self.assertRegex(answer.err, rf"r\.h5\.journal: cannot be resumed \({reason}")
        self.assertIn("--force", answer.err)
        self.assertEqual(journal.read_bytes(), before, "a refused journal is left as it is")
        self.assertFalse((folder / "r.h5").exists())
        plain = self.run_in(folder, *more, words=words)
        self.assertEqual(plain.code, INPUT_OUTPUT)
        self.assertEqual(journal.read_bytes(), before)

    def test_of_another_run_is_refused_by_name_and_reason(self):
        folder = self.interrupted("f", 2)
        self.refused(folder, "it belongs to another run: its seed is 1, not 2", "-s", 2)
        fewer = tuple(150_000 if word == REPLICATIONS else word for word in self.words)
        self.refused(folder, "it belongs to another run: of 140,072 replications, not 150,000", words=fewer)
        self.refused(folder, "it belongs to another run: a value of the scenario differs", "--set", "partner.a.leads=3")
        self.check_whole(folder, self.run_in(folder, "--resume"), "its own run")

    def test_with_a_truncated_or_damaged_header_is_refused(self):
        folder = self.interrupted("f", 1)
        journal = folder / "r.h5.journal"
        whole = journal.read_bytes()
        header = struct.unpack_from("<8sII", whole)[2]
        for length in (0, 5, 15, 16, 40, header - 1):
            journal.write_bytes(whole[:length])
            self.refused(folder, "its header is truncated")
        for at in (20, 30, 60, header - 3):
            journal.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:])
            self.refused(folder, "its header is damaged")
        journal.write_bytes(whole[:8] + b"\x09" + whole[9:])
        self.refused(folder, "its format is number 9")
        journal.write_bytes(b"notes of mine\n" * 100)
        self.refused(folder, "it is not a journal of partnersim")

    def test_damaged_before_its_end_is_refused_wherever_the_damage_is(self):
        folder = self.interrupted("f", 3)
        journal = folder / "r.h5.journal"
        whole = journal.read_bytes()
        first, second, third = records(journal)
        dice = random.Random(3)
        places = [first.at, first.at + 50, first.at + 87, first.at + 90, first.end - 1, second.at + 3, second.end - 2,
                  *(dice.randrange(first.at, second.end) for _ in range(10))]
        for at in places:
            with self.subTest(at=at):
                journal.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1:])
                record = first if at < first.end else second
                self.refused(folder, f"its record at byte {record.at} is damaged")
        journal.write_bytes(whole[:first.end] + whole[third.at:])  # a record is missing
        self.refused(folder, f"its record at byte {second.at} does not follow the one before")
        journal.write_bytes(whole[:second.at + 1000] + whole[third.at:])  # a record has a hole
        self.refused(folder, f"its record at byte {second.at} is damaged")

    def test_with_a_torn_end_loses_only_that(self):
        source = self.interrupted("f", 3)
        whole = (source / "r.h5.journal").read_bytes()
        first, second, third = records(source / "r.h5.journal")
        size = third.end - third.at
        ends = {f"cut{n}": whole[:third.at + n] for n in (1, HEADER - 1, HEADER, 500, size // 2, size - 1)}
        ends["zeros"] = whole[:third.at] + bytes(size)  # the length was on the disk, the data were not
        ends["zeros at the end"] = whole[:third.end - 4096] + bytes(4096)
        ends["garbage"] = whole[:third.at] + random.Random(1).randbytes(5000)
        for name, data in ends.items():
            with self.subTest(end=name):
                folder = self.folder / name
                folder.mkdir()
                (folder / "r.h5.journal").write_bytes(data)
                answer = self.run_in(folder, "--resume", words=self.words[:-1])
                self.check_whole(folder, answer, name)
                self.assertRegex(answer.err, rf"r\.h5\.journal: the last record was torn; its {len(data) - third.at:,} bytes? ")
                self.assertEqual(self.resumed_from(folder), first.count + second.count)

    def test_that_is_complete_needs_no_simulation(self):
        folder = self.interrupted("f", 3)
        answer = self.run_in(folder, "--resume", words=self.words[:-1])
        self.check_whole(folder, answer, "complete journal")
        self.assertRegex(answer.err, r"(?m)^0 replications in ")


class ARunningRun(JournalCase):
    def test_keeps_others_from_its_file(self):
        words = ("run", test_cli.TWELVE, "-n", 50_000_000, "-o", "r.h5")
        with subprocess.Popen([test_cli.BINARY, *map(str, words)], cwd=self.folder, env=environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            journal = self.folder / "r.h5.journal"
            deadline = time.monotonic() + 60
            while not committed(journal) and time.monotonic() < deadline:
                time.sleep(0.02)
            for more in ((), ("--resume",), ("--force",), ("-s", 5), ("-s", 5, "--resume"), ("-s", 5, "--force")):
                with self.subTest(more=more):
                    answer = self.sim(*words, *more, code=INPUT_OUTPUT, timeout=60)
                    self.assertIn("another process is writing r.h5.journal", answer.err)
                    self.assertEqual(answer.out, "")
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, INTERRUPTED, err)
        self.assertIn(b"--resume", err)
        with h5py.File(self.folder / "r.h5") as file:
            self.assertEqual(int(file["points/replications"][0]), committed(journal))

    def test_stopped_by_ctrl_c_leaves_its_finished_part_readable_and_resumable(self):
        words = ("run", test_cli.TWELVE, "-n", 400_000)
        self.sim(*words, "-o", "whole.h5", "-q", code=DONE)
        with subprocess.Popen([test_cli.BINARY, *map(str, words), "-o", "r.h5"], cwd=self.folder, env=environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            while not committed(self.folder / "r.h5.journal"):
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, INTERRUPTED, err)
        self.assertRegex(err, r"Interrupted after [\d,]+ replications: .* --resume goes on from there")
        part = committed(self.folder / "r.h5.journal")
        with h5py.File(self.folder / "r.h5") as file:
            self.assertEqual((int(file["provenance/complete"][()]), int(file["points/replications"][0])), (0, part))
        answer = self.sim(*words, "-o", "r.h5", code=INPUT_OUTPUT)
        self.assertIn("--resume", answer.err)
        self.sim(*words, "-o", "r.h5", "--resume", code=DONE)
        self.assertEqual(self.resumed_from_log("r.h5"), part)
        self.assertEqual((self.folder / "r.h5").read_bytes(), (self.folder / "whole.h5").read_bytes())
        self.assertFalse((self.folder / "r.h5.journal").exists())

    def resumed_from_log(self, result):
        return self.log(result)["resumed_from"]


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR SHIM [unittest's options]")
    test_cli.BINARY, test_cli.SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    test_cli.TWELVE = test_cli.SOURCE / "configs/twelve_partners.toml"
    SHIM = str(Path(sys.argv[3]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
