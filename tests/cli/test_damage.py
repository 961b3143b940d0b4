#!/usr/bin/python3
"""Damaged results and journals through every command that reads them: never a crash, never a hang, never a figure that
differs from that of the whole file with exit code 0. Every test name is a claim.

    python3 tests/cli/test_damage.py BINARY SOURCE_DIR SHIM [unittest's options]

PARTNERSIM_TEST_DAMAGE=all damages 500 results and 200 journals, otherwise a tenth of them.
"""

import collections
import os
import random
import shlex
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py

import test_cli
import test_journal
from test_cli import CONFIGURATION, DONE, INPUT_OUTPUT, Case, environment

ALL = os.environ.get("PARTNERSIM_TEST_DAMAGE", "") == "all"
RESULTS, JOURNALS = (500, 200) if ALL else (30, 20)
LONGEST = 5.0  # seconds a command may take; they take a tenth of one
MARK = "checksums"  # what an attribute of the root says of the seal
FOOTER = 32

VARIANTS = """# Three variants, drawn inputs, shocks: enough for every group of a result.
[scenario]
months = 12
[firm]
cash = 50_000
fixed_cost = 4_000
[partner.a]
leads = 9
close_rate = { beta = { mean = 0.3, concentration = 20 } }
deal_value = { lognormal = { mean = 1_000, cv = 0.7 } }
churn = 0.03
[partner.b]
leads = { uniform = { low = 1, high = 9 } }
close_rate = 0.4
deal_value = 800
churn = 0.1
[shock.exit]
rate = 0.05
kill = 0.5
[variant.more]
set = { "partner.a.leads" = 12 }
[variant.less]
set = { "partner.b.churn" = 0.2 }
"""


def damaged(data, dice, soft=()):
    """(what was done, bytes): one damage of a random kind; `soft` are places that are worth a hit."""
    data = bytearray(data)
    how = dice.choice(("byte", "bytes", "soft byte", "zeros", "cut", "swap", "longer", "hole"))
    at = dice.randrange(len(data))
    if how in ("byte", "bytes"):
        for _ in range(1 if how == "byte" else dice.randrange(2, 20)):
            at = dice.randrange(len(data))
            data[at] ^= 1 << dice.randrange(8)
    elif how == "soft byte":
        at = dice.choice(soft or (0,)) + dice.randrange(64)
        at = min(at, len(data) - 1)
        data[at] = dice.randrange(256) if dice.random() < .5 else data[at] ^ 255
    elif how == "zeros":
        length = min(dice.choice((16, 512, 4096, 70_000)), len(data) - at)
        data[at:at + length] = bytes(length)
    elif how == "cut":
        at = dice.choice((at, len(data) - dice.randrange(1, FOOTER), len(data) - dice.randrange(1, 4096)))
        del data[at:]
    elif how == "swap":
        size = dice.choice((64, 512, 4096, 65_536))
        blocks = len(data) // size
        if blocks > 1:
            a, b = (size * k for k in dice.sample(range(blocks), 2))
            data[a:a + size], data[b:b + size] = data[b:b + size], data[a:a + size]
    elif how == "longer":
        data += dice.choice((bytes(4096), dice.randbytes(100), bytes(data[-FOOTER:])))
    else:
        del data[at:at + dice.randrange(1, 600)]
    return f"{how} at {at}", bytes(data)


def heaps(data):
    """Where HDF5's heaps of texts begin, and the last bytes, which are the checksums' own."""
    places = [len(data) - FOOTER]
    at = data.find(b"GCOL")
    while at >= 0:
        places += [at, at + 16, at + 64, at + 1000]
        at = data.find(b"GCOL", at + 1)
    return [place for place in places if 0 <= place < len(data)]


class DamageCase(Case):
    def run_in(self, folder, words):
        """(exit code, stdout, stderr) of a command, which must come to an end in time."""
        try:
            done = subprocess.run([test_cli.BINARY, *map(str, words)], cwd=folder, env=environment(), check=False,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return None, b"", b""
        return done.returncode, done.stdout, done.stderr

    def judge(self, what, code, err, right, allowed):
        """A complaint, or nothing. `right`: stdout and files are those of the whole file."""
        if code is None:
            return f"{what}: no end after {LONGEST} s"
        if code < 0:
            return f"{what}: died of signal {-code}"
        if code not in (DONE, *allowed):
            return f"{what}: exit code {code}: {err.decode()}"
        if code == DONE and not right:
            return f"{what}: another answer with exit code 0"
        if code != DONE and not err.strip():
            return f"{what}: exit code {code} without a word"
        return None

    def check_all(self, number, check):
        """`check(k)` gives complaints and exit codes; shows the counts in the full form."""
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(check, range(number)))
        complaints = [line for found, _ in answers for line in found if line]
        counts = collections.Counter(code for _, codes in answers for code in codes)
        if ALL:
            print(f"\n{self.id().rsplit('.', 1)[1]}: {number} files, commands by exit code: {dict(counts)}")
        self.assertEqual(complaints, [], f"{len(complaints)} complaints; exit codes {dict(counts)}")
        return counts


class ADamagedResult(DamageCase):
    COMMANDS = {
        "summary": ("summary", "r.h5", "--format", "json"),
        "compare": ("compare", "r.h5", "--format", "csv"),
        "extend": ("extend", "r.h5", "-n", 64, "-o", "more.h5", "-q", "-t", 1, "--format", "csv"),
        "replay": ("replay", "r.h5", "-r", 7),
        "replay near": ("replay", "r.h5", "--near", "revenue.p05", "--format", "json"),
        "run": ("run", "s.toml", "-q", "-o", "r.h5", "--format", "json"),
        "run --resume": ("run", "s.toml", "-q", "-o", "r.h5", "--resume", "--format", "csv"),
    }

    def setUp(self):
        super().setUp()
        self.sources = {}
        everything = (test_cli.SOURCE / "configs/everything.toml").read_text(encoding="utf-8")
        for name, scenario, replications in (("variants", VARIANTS, 30_000), ("everything", everything, 512)):
            folder = self.folder / name
            folder.mkdir()
            (folder / "s.toml").write_text(scenario.replace("[scenario]", f"[scenario]\nreplications = {replications}")
                                           if name == "variants" else scenario, encoding="utf-8")
            size = () if name == "variants" else ("-n", replications)
            self.assertEqual(self.run_in(folder, ("run", "s.toml", "-q", "-o", "r.h5", *size))[0], DONE)
            commands = {key: words + (size if key.startswith("run") else ()) for key, words in self.COMMANDS.items()}
            if name == "everything":
                del commands["compare"]
            answers = {key: self.answer(folder, words) for key, words in commands.items()}
            self.assertEqual({code for code, *_ in answers.values()}, {DONE}, answers)
            self.sources[name] = (folder, commands, answers, (folder / "r.h5").read_bytes())

    def answer(self, folder, words):
        """(exit code, stderr, all that the command gave: its table, the result it made)."""
        before = (folder / "r.h5").read_bytes()
        code, out, err = self.run_in(folder, words)
        made = folder / "more.h5"
        given = (out, made.read_bytes() if made.exists() else None, (folder / "r.h5").read_bytes() == before)
        made.unlink(missing_ok=True)
        for left in folder.glob("more.h5*"):
            left.unlink()
        return code, err, given

    def check_damage(self, k, prepare, allowed, may_differ=False):
        dice = random.Random(1000 + k)
        source, commands, answers, whole = self.sources[dice.choice(list(self.sources))]
        folder = self.folder / f"d{k}"
        folder.mkdir()
        shutil.copy(source / "s.toml", folder)
        whole = prepare(folder, whole)
        how, data = damaged(whole, dice, heaps(whole))
        complaints, codes = [], []
        for key, words in commands.items():
            (folder / "r.h5").write_bytes(data)
            code, err, given = self.answer(folder, words)
            codes.append(code)
            complaints.append(self.judge(f"{how} (damage {k}): {shlex.join(map(str, words))}", code, err,
                                         may_differ or data == whole or given == answers[key][2], allowed))
        shutil.rmtree(folder)
        return complaints, codes

    def test_gives_the_right_answer_or_exit_code_5(self):
        counts = self.check_all(RESULTS, lambda k: self.check_damage(k, lambda _, whole: whole, (INPUT_OUTPUT,)))
        self.assertGreater(counts[INPUT_OUTPUT], counts[DONE])

    def test_of_an_earlier_version_without_checksums_neither_crashes_nor_holds_a_command(self):
        """What damage of samples it has cannot be seen there."""
        counts = self.check_all(RESULTS // 4, lambda k: self.check_damage(
            k, self.without_seal, (INPUT_OUTPUT, CONFIGURATION), may_differ=True))
        self.assertGreater(counts[DONE], 0, "it is read")

    def without_seal(self, folder, whole):
        path = folder / "old.h5"
        path.write_bytes(whole)
        with h5py.File(path, "r+") as file:
            del file.attrs[MARK]
        return path.read_bytes()

    def test_says_what_is_wrong_and_what_to_do(self):
        folder, *_, whole = self.sources["variants"]
        with h5py.File(folder / "r.h5") as file:
            samples = file["outcomes/revenue"].id.get_chunk_info(0).byte_offset \
                if file["outcomes/revenue"].chunks else file["outcomes/revenue"].id.get_offset()
            samples += 100_000
        data = bytearray(whole)
        data[samples:samples + 4096] = bytes(4096)
        (folder / "r.h5").write_bytes(data)
        first = samples // 65_536 * 65_536
        for key in ("compare", "extend", "replay near"):
            with self.subTest(command=key):
                code, _, err = self.run_in(folder, self.COMMANDS[key])
                self.assertEqual(code, INPUT_OUTPUT)
                self.assertRegex(err.decode(), rf"r\.h5: cannot read /outcomes/revenue \(it is damaged: bytes {first} to "
                                               r"\d+ do not match their checksum\)\. .*--trust")
        self.assertEqual(self.run_in(folder, self.COMMANDS["summary"])[0], DONE, "its figures are not there")
        code, _, err = self.run_in(folder, self.COMMANDS["run"])
        self.assertEqual(code, INPUT_OUTPUT)
        self.assertRegex(err.decode(), r"r\.h5 exists \(.*do not match their checksum\)\. Use --force")
        self.assertEqual(self.run_in(folder, (*self.COMMANDS["run"], "--force"))[0], DONE)
        self.assertEqual((folder / "r.h5").read_bytes(), whole, "made again")

    def test_that_another_program_has_changed_is_read_with_trust_alone(self):
        folder, commands, answers, whole = self.sources["variants"]
        with h5py.File(folder / "r.h5", "r+") as file:
            file["summary/mean"][0, 0] += 1000
            file["outcomes/wins"][0, 7] += 1
        for key in ("summary", "compare", "extend", "replay", "replay near"):
            with self.subTest(command=key):
                code, _, err = self.run_in(folder, commands[key])
                self.assertEqual(code, INPUT_OUTPUT)
                self.assertRegex(err.decode(), r"r\.h5: cannot open the file \(its checksums are gone: .*--trust")
                if key == "replay":  # nor does the future of the file come about
                    code, _, err = self.run_in(folder, (*commands[key], "--trust"))
                    self.assertEqual(code, INPUT_OUTPUT)
                    self.assertRegex(err.decode(), r"r\.h5: future 7 has wins = \d+ there and \d+ when it is simulated")
                    continue
                code, err, given = self.answer(folder, (*commands[key], "--trust"))
                self.assertEqual(code, DONE, err)
                self.assertEqual(given != answers[key][2], key != "replay near", "as it was changed")
        self.assertEqual(self.run_in(folder, ("extend", "r.h5", "-n", 64, "-q", "--trust"))[0], DONE)
        self.assertEqual(self.run_in(folder, commands["summary"])[0], DONE, "sealed again")

    def test_repacked_by_hdf5_itself_has_lost_its_checksums(self):
        folder, commands, answers, _ = self.sources["variants"]
        subprocess.run(["h5repack", "r.h5", "copy.h5"], cwd=folder, check=True)
        (folder / "copy.h5").rename(folder / "r.h5")
        self.assertEqual(self.run_in(folder, commands["summary"])[0], INPUT_OUTPUT)
        self.assertEqual(self.answer(folder, (*commands["summary"], "--trust"))[::2], answers["summary"][::2])


class ADamagedJournal(test_journal.JournalCase, DamageCase):
    run_in = test_journal.JournalCase.run_in

    def test_is_resumed_to_the_right_result_or_refused(self):
        source = self.interrupted("f", 2)
        whole = (source / "r.h5.journal").read_bytes()
        self.check_all(JOURNALS, lambda k: self.check_resume(k, whole))

    def check_resume(self, k, whole):
        dice = random.Random(k)
        folder = self.folder / f"d{k}"
        folder.mkdir()
        soft = [0, 16, *(record.at for record in test_journal.records(self.folder / "f/r.h5.journal"))]
        how, data = damaged(whole, dice, soft)
        complaints, codes = [], []
        for more in ((), ("--resume",)):
            (folder / "r.h5.journal").write_bytes(data)
            code, out, err = DamageCase.run_in(self, folder, (*self.words, "-o", "r.h5", *more))
            right = (folder / "r.h5").exists() and (folder / "r.h5").read_bytes() == self.reference[0] and \
                out.decode() == self.reference[1]
            codes.append(code)
            complaints.append(self.judge(f"{how} (damage {k}): {more}", code, err, right, (INPUT_OUTPUT,)))
        shutil.rmtree(folder)
        return complaints, codes

    def test_of_a_shard_is_merged_to_the_right_result_or_refused(self):
        for part in (1, 2):
            self.sim(*self.words, "--shard", f"{part}/2", "-o", f"{part}.shard", code=DONE)
        whole = (self.folder / "2.shard").read_bytes()
        self.check_all(JOURNALS, lambda k: self.check_merge(k, whole))

    def check_merge(self, k, whole):
        dice = random.Random(10_000 + k)
        folder = self.folder / f"m{k}"
        folder.mkdir()
        shutil.copy(self.folder / "1.shard", folder)
        how, data = damaged(whole, dice, [0, 16, *(r.at for r in test_journal.records(self.folder / "2.shard"))])
        (folder / "2.shard").write_bytes(data)
        code, out, err = DamageCase.run_in(self, folder, ("merge", "1.shard", "2.shard", "-o", "r.h5", "-t", 1))
        right = (folder / "r.h5").exists() and (folder / "r.h5").read_bytes() == self.reference[0] and \
            out.decode() == self.reference[1]
        shutil.rmtree(folder)
        return [self.judge(f"{how} (damage {k}): merge", code, err, right, (INPUT_OUTPUT,))], [code]


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR SHIM [unittest's options]")
    test_cli.BINARY, test_cli.SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    test_cli.TWELVE = test_cli.SOURCE / "configs/twelve_partners.toml"
    test_journal.SHIM = str(Path(sys.argv[3]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
