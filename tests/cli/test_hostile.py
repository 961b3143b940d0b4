#!/usr/bin/python3
"""Damaged and hostile scenarios: every one is answered, by its reasons and with remedies that work.

    python3 tests/cli/test_hostile.py BINARY SOURCE_DIR [--seed N] [--cases N] [unittest's options]

About --cases scenarios (500 unless told) are made from the shipped ones by damage.py, from a fixed seed; other seeds make
others. For every answer: no crash, no hang, no internal error; exit code 0 only if the scenario may be right; messages
on stderr alone, each one line with file:line:column and a reason; what a message suggests, applied, removes it.
"""

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True  # leave nothing in the source tree
from damage import RIGHT, UNSURE, WRONG, Case, Damage, end_of_value, reference, without_comments

BINARY = SOURCE = DAMAGE = OPTIONS = None  # set at the end of the file

DONE, CONFIGURATION = 0, 3
SCENARIOS = ("everything.toml", "twelve_partners.toml", "arithmetic.toml")
MOST_MEMORY = 6 << 30  # bytes of address space: nothing small may ask for more
LONGEST = 60           # seconds before an answer counts as a hang; the slowest take two
# About no line in particular.
OF_THE_WHOLE_FILE = r"\S+ (deals|leads) are expected|nothing to simulate|the scenario |the text has |[\d,]+ more problems?"
# Controls, and marks that reorder or hide what follows.
HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(*words):
    """Exit code, stdout and the lines of stderr; the exit code is None after a hang."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARTNERSIM_", "LC_", "LANG"))}
    try:
        done = subprocess.run([BINARY, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False,
                              env={**kept, "LC_ALL": "C.UTF-8"}, preexec_fn=limits)
    except subprocess.TimeoutExpired:
        return None, b"", []
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "surrogateescape").rstrip("\n").split("\n")


def offset(text, line, column):
    """Where line:column is in a text; columns count characters from 1."""
    lines = text.split("\n")
    return sum(len(other) + 1 for other in lines[:line - 1]) + column - 1


def token(text, at):
    """The span of what stands at a place, without quotes: a text, a number, or one key of a path."""
    if text[at] == '"':
        return at + 1, text.index('"', at + 1)
    return at, re.compile(r"[-+]?\d[\w.+-]*|[\w-]*").match(text, at).end()


class Judge:
    """One case, in a file of its own; complaints are what is wrong with the answers."""

    def __init__(self, case, folder, number):
        self.case, self.path = case, Path(folder) / f"case_{number}.toml"
        self.runs_too = number % 5 == 0
        self.complaints = []

    def complain(self, text):
        self.complaints.append(f"{self.case.name}\n    {text}")

    def judged(self):
        case = self.case
        self.path.write_bytes(case.text)
        code, lines = self.answered("check")
        if case.verdict == WRONG and code == DONE:
            self.complain("is wrong, but exit code 0")
        if case.verdict == RIGHT and code != DONE:
            self.complain(f"is right, but exit code {code}: {lines[:2]}")
        if self.runs_too and "scenario.replications" not in case.name:
            ran, _ = self.answered("run", "-o", "none", "-n", "10", "--quiet")
            if ran != code:
                self.complain(f"check says {code}, run {ran}")
        if code == CONFIGURATION:
            if case.says and not any(re.search(case.says, line) for line in lines):
                self.complain(f"no message says {case.says}: {lines[:3]}")
            if case.remedy:
                getattr(self, "apply_" + case.remedy)(lines)
        self.path.unlink()
        return self.complaints

    def answered(self, command, *options):
        code, out, lines = answer(command, str(self.path), "-t", "1", *options, *self.case.words)
        if code not in (DONE, CONFIGURATION):
            self.complain(f"{command}: exit code {code} ({'hang' if code is None else lines[:2]})")
        if code == CONFIGURATION:
            if out:
                self.complain(f"{command}: writes to stdout beside its messages")
            for line in lines:
                self.check_line(line)
        return code, lines

    def check_line(self, line):
        place = re.match(re.escape(str(self.path)) + r":(\d+):(\d+): (.+)", line)
        if HARMFUL.search(line) or "\udc80" <= max(line, default="") <= "\udcff":
            self.complain(f"control characters or broken UTF-8 in {line!r}")
        if len(line) > 8000:
            self.complain(f"a message of {len(line)} characters")
        if place is None:
            if not re.search("(^|: )(" + OF_THE_WHOLE_FILE + ")", line) and not line.startswith("--set: "):
                self.complain(f"no place in {line[:300]!r}")
        elif not re.search(r"\(.+\)|\. \S", place[3]):
            self.complain(f"no reason in {line[:300]!r}")
        elif int(place[1]) > self.case.text.count(b"\n") + 2:
            self.complain(f"a line that is not there in {line[:300]!r}")

    # Remedies. Each replaces what stands at the place of a message.
    def places(self, lines, pattern):
        """(offset, match within the message) of messages that hold the pattern, last place first."""
        text = self.case.text.decode()
        found = []
        for line in lines:
            place = re.match(re.escape(str(self.path)) + r":(\d+):(\d+): ", line)
            match = re.search(pattern, line)
            if place and match:
                found.append((offset(text, int(place[1]), int(place[2])), match))
        return sorted(found, key=lambda pair: -pair[0])

    def again(self, text, what, before=()):
        """Applied, a remedy makes the scenario right; at least nothing of `before` is said again, where that is given."""
        self.path.write_text(text, encoding="utf-8")
        code, _, lines = answer("check", str(self.path), "-t", "1", *self.case.words)
        if code != DONE and (code != CONFIGURATION or not before or set(before) & set(lines)):
            self.complain(f"{what}, applied: exit code {code}: {lines[:2]}")

    def apply_suggestion(self, lines):
        text, done = self.case.text.decode(), set()
        for at, match in self.places(lines, r"Did you mean ([^?]+)\?"):
            if at not in done:
                begin, end = token(text, at)
                text = text[:begin] + match[1] + text[end:]
            done.add(at)
        self.again(text, "Did you mean")

    def apply_range(self, lines):
        """The lower or, by the size of the text, the upper end of the range that is suggested."""
        text = self.case.text.decode()
        hints = (r"Use a(?: whole number| value) from (\S+) to (\S+)", r"Use a(?: whole number| value) of at (?:least|most) (\S+)",
                 r"Did you mean (\S+) \(", r"Use (\S+?)\.?$")
        found = self.places(lines, "|".join(hints))
        if not found:
            return self.complain(f"no value is suggested: {lines[:2]}")
        at, match = found[0]
        if at != self.case.slot.value[0]:
            self.complain(f"the place is not that of the value: {lines[:2]}")
        values = [value for value in match.groups() if value]
        # The upper end of what is counted makes a check slow, or more than this machine can hold, not wrong.
        key = self.case.slot.path[-1]
        heavy = key in ("leads", "spend", "word_of_mouth", "trend", "capacity", "alpha_in", "alpha_out", "count", "months",
                        "replications")
        begin, end = token(text, at)
        mended = text[:begin] + values[0 if heavy else len(text) % len(values)] + text[end:]
        # What names a month or a copy hangs on how many there are.
        self.again(mended, f"the value {values}", [match.string] if key in ("count", "months") else ())

    def apply_line(self, lines):
        """ "Write for example leads = 3" as it stands, where it is a line without blanks to fill in."""
        text, slot = self.case.text.decode(), self.case.slot
        found = [match for _, match in self.places(lines, r"Write (?:for example )?([\w]+) = (.+?)(?:; choices.*)?$")]
        if not found:
            return
        match = found[0]
        if match[1] != slot.path[-1] or "NAME" in match[2] or "…" in match[2] or '"text"' in match[2]:
            return
        after = text[end_of_value(text, slot.value[0]):]
        # Other parts of the scenario may hang on the value that was there.
        self.again(text[:slot.value[0]] + match[2] + after, match[0], [match.string])


class AHostileScenario(unittest.TestCase):
    """Shares of the whole by kind of damage; every generator gives about as many cases as it is asked for."""

    def setUp(self):
        # Of each claim its own, so that one alone repeats what all together found.
        DAMAGE.rng.seed(f"{OPTIONS.seed} {self.id()}")

    def judge(self, cases):
        cases = list(cases)
        self.assertTrue(cases)
        with tempfile.TemporaryDirectory(prefix="partnersim_hostile_") as folder, ThreadPoolExecutor(2) as pool:
            judges = [Judge(case, folder, number) for number, case in enumerate(cases)]
            complaints = [text for found in pool.map(Judge.judged, judges) for text in found]
        counted = {verdict: sum(case.verdict == verdict for case in cases) for verdict in (WRONG, RIGHT, UNSURE)}
        print(f"{self.id().rsplit('.')[-1]}: {len(cases)} scenarios, {counted}", file=sys.stderr)
        self.assertFalse(complaints, f"{len(complaints)} complaints, seed {OPTIONS.seed}:\n" + "\n".join(complaints[:40]))

    def share(self, per_cent):
        return max(4, OPTIONS.cases * per_cent // 100)

    def test_cut_short_is_refused_unless_it_is_still_toml(self):
        self.judge(DAMAGE.truncated(self.share(8)))

    def test_with_flipped_bits_is_refused_unless_it_is_still_toml(self):
        self.judge(DAMAGE.flipped(self.share(10)))

    def test_with_shuffled_lines_never_crashes(self):
        self.judge(DAMAGE.shuffled(self.share(6)))

    def test_with_a_value_of_the_wrong_kind_is_refused_with_a_line_that_works(self):
        self.judge(DAMAGE.wrong_kinds(self.share(14)))

    def test_with_numbers_of_every_size_never_crashes_and_refuses_what_is_none(self):
        self.judge(DAMAGE.numbers(self.share(11)))

    def test_out_of_range_is_refused_with_a_value_that_works(self):
        self.judge(DAMAGE.out_of_range(self.share(8)))

    def test_with_a_misspelt_key_is_told_the_right_one(self):
        self.judge(DAMAGE.misspelt_keys(self.share(14)))

    def test_with_a_misspelt_table_is_told_the_right_one(self):
        self.judge(DAMAGE.misspelt_tables(self.share(5)))

    def test_with_a_misspelt_word_is_told_the_right_one(self):
        self.judge(DAMAGE.misspelt_words(self.share(5)))

    def test_with_an_unknown_key_is_refused(self):
        self.judge(DAMAGE.unknown_keys(self.share(3)))

    def test_with_anything_twice_is_refused(self):
        self.judge(DAMAGE.duplicates(self.share(4)))

    def test_without_a_required_key_is_refused(self):
        self.judge(DAMAGE.missing(self.share(4)))

    def test_nested_deeply_or_very_long_is_refused(self):
        self.judge(DAMAGE.deep(self.share(5)))

    def test_with_odd_characters_is_refused_in_plain_lines(self):
        self.judge(DAMAGE.odd_characters(self.share(7)))


SMALL = """[scenario]
replications = 50
[partner.acme]
leads = 5
close_rate = 0.4
deal_value = 1_000
tags = ["local"]
[partner.best]
leads = 5
close_rate = 0.4
deal_value = 1_000
"""
SHOCK = "[shock.storm]\nkill = 0.2\n"
ECONOMY = "[economy.regime.good]\nto = { bad = 0.1 }\n[economy.regime.bad]\nmean_months = 9\n"

# Text added to SMALL, and what a message must say of it.
CONTRADICTIONS = [
    (SHOCK, "needs exactly one of rate, every and months"),
    (SHOCK + "rate = 0.1\nevery = 9", "more than one is given"),
    (SHOCK + "months = []", "months is empty"),
    (SHOCK + "months = [1.5]", "whole numbers"),
    ("[shock.storm]\nevery = 9", "shock.storm does nothing"),
    (SHOCK + "every = 9\ntarget = { fraction = 0.5, top = 1 }", "says twice how many"),
    (SHOCK + 'every = 9\ntarget = { tag = "local", type = "referral" }', "has two pools"),
    (SHOCK + 'every = 9\ntarget = { by = "revenue" }', "target.by has no effect"),
    (SHOCK + "every = 9\ntarget = { partners = [] }", "is empty"),
    (SHOCK + 'every = 9\ntarget = { partners = ["nobody*"] }', r"nobody\* names no partner"),
    (SHOCK + 'every = 9\ntarget = { tag = "locl" }', "Did you mean local"),
    (SHOCK + 'every = 9\ntarget = "partnrs"', "Did you mean partners"),
    (SHOCK + "every = 9\nseverity = 0.5", "severity has no effect"),
    (SHOCK + 'every = 9\naffects = "cash"', "lacks amount"),
    (SHOCK + 'every = 9\naffects = "capacity"', "affects has no effect"),
    (SHOCK + 'every = 9\naffects = "leads"\nduration = 1.5', r"1\.5 is not a whole number of months.*Use 1, or a law"),
    ('[partner.slow]\nleads = 1\nclose_rate = 1\ndeal_value = 1\nlag = 0.5', "0.5 is not a whole number of months"),
    (SHOCK + 'every = 9\naffects = "leads"\nrecovery = { exponentail = 0.3 }', "Did you mean exponential"),
    (SHOCK + 'every = 9\naffects = "leads"\nrecovery = { exponential = inf }', "not a recovery"),
    ('[shock.storm]\nevery = 9\naffects = "leads"\nkills = "firm"', "kills has no effect"),
    (ECONOMY + "[economy]\nstart = \"god\"", "Did you mean good"),
    ("[economy]\nstart = \"good\"", r"start has no effect.*\[economy.regime.NAME\]"),
    ("[economy.regime.good]\nto = { good = 0.1 }", "names good itself"),
    ("[economy.regime.a]\nto = { b = 0.7, c = 0.7 }\n[economy.regime.b]\n[economy.regime.c]", "adds up to 1.4"),
    ("[firm]\nabandonment = 0.5", "nothing reads it without firm.capacity"),
    ("[firm]\ncredit = 5", "nothing reads it without firm.cash"),
    ("[firm]\ngrace = 5", "nothing reads it without firm.cash"),
    ("[firm]\ndraw_above = 5", "nothing reads it without firm.cash"),
    ('[firm]\ninjections = { "1" = 5 }', "nothing reads it without firm.cash"),
    ('[firm]\ncash = 1\ninjections = { "0" = 5 }', "0 is not a month"),
    ("[firm]\nwage = 40", "wage has no effect"),
    ("[firm]\npay_lag = 1", "pay_lag has no effect"),
    ("[resilience]", "resilience has no effect"),
    ('[resilience]\ntwin = "calm"', "resilience has no effect"),
    ('[output]\noutcomes = ["revenu"]', "Did you mean revenue"),
    ('[output]\nseries = ["revenue"]\ntrajectories = "none"', "series has no effect"),
    ('[output]\nwithout = "top 2"\npartners = false', "without has no effect"),
    ('[goal.big]\noutcome = "revenue"', "needs one of at_least and at_most"),
    ('[goal.big]\noutcome = "revenue"\nat_least = 1\nat_most = 2', "both are given"),
    ('[goal.big]\noutcome = "cash"\nat_least = 1', "there is no firm.cash"),
    ('[goal.big]\noutcome = "npv"\nat_least = 1', "not a figure a goal can watch"),
    ('[change.a]\nmonth = 2\nset = { "partner.*.leads" = 2 }\n[change.b]\nmonth = 2\nset = { "partner.acme.leads" = 3 }',
     "Keep one of them"),
    ('[change.a]\nmonth = 2\nset = { "partner.zz*.leads" = 2 }', "matches no value"),
    ('[change.a]\nmonth = 2\nset = { "scenario.months" = 2 }', "cannot change at a date"),
    ("[change.a]\nmonth = 2\nset = {}", "set is empty"),
    ("[partner.c]\nshared = true\nleads = 1\nclose_rate = 1\ndeal_value = 1", "shared has no effect"),
    ('[partner.c]\nexclusive = ["c"]\nleads = 1\nclose_rate = 1\ndeal_value = 1', "names only the partner itself"),
    ("[partner.c]\nleads = 1\nclose_rate = 1\ndeal_value = 1\nreturns = { alpha_in = 0.5 }", "returns has no effect"),
    ("[partner.c]\nleads = 1\nclose_rate = 1\ndeal_value = 1\nreturns = { alpha_in = 1, alpha_out = 1 }", "without end"),
    ("[partner.c]\nleads = 1\nclose_rate = { beta = { mean = 0.5, concentration = 5 }, uniform = { low = 0, high = 1 } }\ndeal_value = 1",
     "has two laws"),
    ("[partner.c]\nleads = 1\nclose_rate = 1\ndeal_value = 1\nchurn = { weibull = { shape = 1, scale = 9 }, honeymon = 2 }",
     "Did you mean honeymoon"),
    ("[firm.direct]\nleads = 1\nclose_rate = 0.5\ndeal_value = 1\nword_of_mouth = 2", "without end"),
    ("[firm.direct]\nleads = 1\nclose_rate = 0.5\ndeal_value = 1\nseason = [1, 1]", "season has 2 numbers"),
    ("[firm.direct]\nleads = 1\nclose_rate = 0.5\ndeal_value = 1\nseason = []", "season has 0 numbers"),
]

# --set, on everything.toml.
ASSIGNMENTS = [
    ("partner.typo.leads=3", r"\[partner\] has no table typo"),
    ("partner.bgico.leads=3", r"Did you mean partner.bigco.leads\?"),
    ("partner.bigco.laeds=3", r"Did you mean leads\?"),
    ("shock.scandle.kill=0.5", r"Did you mean shock.scandal.kill\?"),
    ("economy.regime.recesion.mean_months=5", r"Did you mean economy.regime.recession.mean_months\?"),
    ("partner.zz*.leads=3", r"\* stands for one whole level"),
    ("firm.cash=nan", "not a finite number"),
    ("partner.bigco={ leads = 3 }", "lacks close_rate"),
    ("partner.\u202ex.leads=3", r"\\u202E"),
    ("=", "--set: "),
    ("firm.cash", "gives no value"),
    ("a." * 5000 + "b=1", "too many levels"),
    ("firm.cash=" + "[" * 5000, "--set: "),
]
GOOD_ASSIGNMENTS = ("partner.referrer_3.leads=2", "firm.direct.trend=0.1", "partner.*.churn=0.03", "output.partners=false",
                    "partner.late={ leads = 1, close_rate = 0.5, deal_value = 9 }")


class KnownMistakes(unittest.TestCase):
    judge = AHostileScenario.judge

    def test_contradictions_and_keys_without_effect_are_refused(self):
        self.judge(Case(added.replace("\n", "; "), (SMALL + added + "\n").encode(), WRONG, says=says) for added, says in CONTRADICTIONS)

    def test_sound_additions_are_not(self):
        for added in ("", ECONOMY + '[resilience]\ntwin = "calm"', SHOCK + "every = 9\n[resilience]", SHOCK + "enabled = false\nevery = 9\n[resilience]",
                      "[partner.c]\nhours = 3\nleads = 1\nclose_rate = 1\ndeal_value = 1",
                      "[firm]\nwage = 40\n[partner.c]\nenabled = false\nhours = 3\nleads = 1\nclose_rate = 1\ndeal_value = 1",
                      '[partner.c]\nexclusive = ["acme", "acme"]\nleads = 1\nclose_rate = 1\ndeal_value = 1'):
            self.judge([Case(added or "nothing added", (SMALL + added + "\n").encode(), RIGHT)])

    def test_assignments_are_refused_where_nothing_has_that_name(self):
        text = DAMAGE.texts["everything.toml"].replace("\n[output]\nwithout = \"top 2\"", "").encode()
        self.judge(Case(f"--set {words[:60]}", text, WRONG, words=("--set", words), says=says) for words, says in ASSIGNMENTS)
        self.judge(Case(f"--set {words}", text, RIGHT, words=("--set", words)) for words in GOOD_ASSIGNMENTS)


def described():
    """(kind, low, high) of every spec, from `describe`."""
    _, out, _ = answer("describe", "parameters", "--format", "json")
    specs = {}
    for parameter in json.loads(out)["parameters"]:
        low, high = parameter["range"]["low"], parameter["range"]["high"]
        specs[tuple(parameter["key"].split("."))] = (parameter["kind"], float("-inf") if low is None else low,
                                                     float("inf") if high is None else high)
    return specs


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("source")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=500)
    OPTIONS, rest = parser.parse_known_args()
    BINARY, SOURCE = str(Path(OPTIONS.binary).resolve()), Path(OPTIONS.source).resolve()
    sound = {}
    for name in SCENARIOS:
        text = without_comments((SOURCE / "configs" / name).read_text(encoding="utf-8"))
        sound[name] = re.sub(r"replications = [\d_]+", "replications = 50", text)  # a check simulates some of them
        assert reference(sound[name].encode()) is not None
    DAMAGE = Damage(sound, described(), random.Random(OPTIONS.seed))
    unittest.main(argv=[sys.argv[0], *rest])
