"""Damaged and hostile scenarios, made from sound ones with a fixed seed: what test_hostile.py feeds to the program.

A `Case` says what the program must answer: WRONG (exit code 3), RIGHT (exit code 0), or UNSURE where only the rules
for every answer hold: no crash, no hang, an exit code of 0 or 3, and messages with a place and a reason.
"""

import re
import tomllib
from typing import NamedTuple

WRONG, RIGHT, UNSURE = "wrong", "right", "unsure"


class Slot(NamedTuple):
    """A key of a scenario and its value, by their positions in the text."""
    path: tuple     # as in the specs, user's names included: ("partner", "bigco", "churn", "weibull", "shape")
    key: tuple      # (begin, end)
    value: tuple


class Case(NamedTuple):
    name: str
    text: bytes
    verdict: str
    words: tuple = ()      # further words of the command line
    says: str = ""         # a regular expression that some message must match
    remedy: str = ""       # what to apply: "suggestion", "range", "line", or nothing
    slot: Slot = None


# ---- reading a text just well enough to damage it in a chosen place -------------------------------------------------

def without_comments(text):
    return "".join(re.sub(r"\s*#[^\"]*$", "", line) + "\n" for line in text.splitlines())


def end_of_value(text, at):
    depth = 0
    while at < len(text):
        char = text[at]
        if char == '"':
            at = text.index('"', at + 1)
        elif char in "[{":
            depth += 1
        elif char in "]}":
            if depth == 0:
                break
            depth -= 1
        elif depth == 0 and char in ",\n":
            break
        at += 1
    while text[at - 1] == " ":
        at -= 1
    return at


def members(text, begin, end, above):
    """Slots of `key = value, …` between two positions, outer before inner."""
    for match in re.compile(r'\s*("[^"]*"|[\w.-]+)\s*=\s*').finditer(text, begin, end):
        if match.start() < begin:
            continue
        begin = end_of_value(text, match.end())
        slot = Slot((*above, match[1].strip('"')), match.span(1), (match.end(), begin))
        yield slot
        if text[match.end()] == "{":
            yield from members(text, match.end() + 1, begin - 1, slot.path)
        begin += text[begin:begin + 1] == ","


def slots(text):
    """Every key with its value."""
    found, table = [], ()
    at = 0
    while at < len(text):
        line_end = text.find("\n", at)
        header = re.match(r"\[([^\[\]]+)\]", text[at:line_end])
        if header:
            table = tuple(part.strip('"') for part in header[1].split("."))
        elif "=" in text[at:line_end]:
            start = re.compile(r"[\w.-]+\s*=\s*").match(text, at)
            line_end = end_of_value(text, start.end())
            found += members(text, at, line_end, table)
            line_end = text.find("\n", line_end)
        at = line_end + 1
    return found


def headers(text):
    """(names, [(begin, end) of each name]) of every table header."""
    for match in re.finditer(r"(?m)^\[([^\[\]]+)\]", text):
        names, spans, at = match[1].split("."), [], match.start(1)
        for name in names:
            spans.append((at, at + len(name)))
            at += len(name) + 1
        yield names, spans


def replaced(text, span, by):
    return text[:span[0]] + by + text[span[1]:]


def reference(data):
    """What another reader of TOML makes of it, or None when it is not TOML."""
    try:
        return tomllib.loads(data.decode("utf-8").removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def spec_path(path, specs):
    """The spec of a path with the user's own names in it."""
    for spec in specs:
        if len(spec) == len(path) and all(s in ("*", p) for s, p in zip(spec, path)):
            return spec
    return None


# ---- the damage -----------------------------------------------------------------------------------------------------

LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMED = ("partner", "shock", "goal", "change", "acquisition")  # tables whose second name is the user's


class Damage:
    """Generators of cases; each takes a number and gives about as many."""

    def __init__(self, texts, specs, rng):
        self.texts = texts    # name -> sound text, without comments
        self.specs = specs    # spec path (a tuple) -> (kind, low, high) as `describe` has them
        self.rng = rng
        self.slots = {name: slots(text) for name, text in texts.items()}

    def any_text(self):
        """The scenario with every process twice as often as the others."""
        name = self.rng.choice([*self.texts, "everything.toml"])
        return name, self.texts[name]

    def some_slots(self, number, wanted=lambda slot: True):
        """Slots of all scenarios, each once before any comes twice; the largest scenario first."""
        pool = [(name, slot) for name in self.texts for slot in self.slots[name] if wanted(slot)]
        self.rng.shuffle(pool)
        pool.sort(key=lambda pair: pair[0] != "everything.toml")
        for k in range(number):
            name, slot = pool[k % len(pool)]
            yield name, self.texts[name], slot

    def edit(self, word):
        """One edit: a letter less, more, another, or two swapped."""
        while True:
            at = self.rng.randrange(len(word))
            letter = self.rng.choice(LETTERS)
            edited = self.rng.choice((word[:at] + word[at + 1:], word[:at] + letter + word[at:],
                                      word[:at] + letter + word[at + 1:],
                                      word[:at] + word[at + 1:at + 2] + word[at] + word[at + 2:]))
            if edited not in ("", word) and "." not in (edited[0], edited[-1]) and ".." not in edited:
                return edited

    # Files broken in transport: whether something sound is left is for the reference reader to say.
    def judged(self, name, sound, damaged):
        tree = reference(damaged)
        same = tree is not None and tree == reference(sound)
        return Case(name, damaged, WRONG if tree is None else RIGHT if same else UNSURE)

    def truncated(self, number):
        for _ in range(number):
            name, text = self.any_text()
            data = text.encode()
            at = self.rng.randrange(len(data))
            yield self.judged(f"{name} cut at byte {at}", data, data[:at])

    def flipped(self, number):
        for _ in range(number):
            name, text = self.any_text()
            data = bytearray(text.encode())
            places = [self.rng.randrange(len(data)) for _ in range(self.rng.choice((1, 1, 2, 5, 40)))]
            for at in places:
                data[at] ^= 1 << self.rng.randrange(8)
            yield self.judged(f"{name} with bits flipped at {places}", text.encode(), bytes(data))

    def shuffled(self, number):
        for _ in range(number):
            name, text = self.any_text()
            lines = text.splitlines(keepends=True)
            how = self.rng.choice(("swap", "move", "all", "repeat"))
            a, b = self.rng.randrange(len(lines)), self.rng.randrange(len(lines))
            if how == "swap":
                lines[a], lines[b] = lines[b], lines[a]
            elif how == "move":
                lines.insert(b, lines.pop(a))
            elif how == "repeat":
                lines.insert(b, lines[a])
            else:
                self.rng.shuffle(lines)
            yield self.judged(f"{name}, lines {a} and {b}: {how}", text.encode(), "".join(lines).encode())

    # Values of another kind, for every key.
    KINDS = {"text": '"x"', "number": "3", "array": "[1]", "table": "{ x = 1 }", "bool": "true", "date": "2026-01-01",
             "time": "12:30:00", "mixed array": '[1, "x", { y = 2 }]', "nothing": '""', "array of tables": "[{}, {}]"}
    TEXTS_AT_WILL = ("label", "currency", "sector", "region")

    def wrong_kinds(self, number):
        made = 0
        for name, text, slot in self.some_slots(10 * number):
            written = text[slot.value[0]:slot.value[1]]
            value = tomllib.loads("v = " + written)["v"]
            kind = self.rng.choice(list(self.KINDS))
            law = isinstance(value, dict) and (self.specs.get(spec_path(slot.path, self.specs)) or ("",))[0] == "number"
            # { geometric = 3 } and { empirical = [1] } stand for their first argument.
            short = isinstance(value, dict) and (self.specs.get(spec_path(slot.path[:-1], self.specs)) or ("",))[0] == "number"
            alike = {"text": isinstance(value, str), "nothing": isinstance(value, str),
                     "number": isinstance(value, (int, float)) or law or short, "array": isinstance(value, list) or short}
            if alike.get(kind) or (slot.path[-1] == "retention" and kind == "number"):
                continue
            if kind == "number" and (slot.path[-1] in ("recovery",) or slot.path[-2:-1] == ("recovery",)):
                continue
            if kind in ("text", "nothing") and slot.path[-1] == "per":
                continue
            made += 1
            yield Case(f"{name}: {'.'.join(slot.path)} = {self.KINDS[kind]}",
                       replaced(text, slot.value, self.KINDS[kind]).encode(), WRONG, remedy="line", slot=slot)
            if made == number:
                return

    # Numbers of all sizes, in ranges and out of them.
    NUMBERS = ("1e308", "-1e308", "1e-308", "5e-324", "-1", "0", "-0.0", "1e15", "9223372036854775807",
               "-9223372036854775808", "0.5", "1e6", "1023", "1e-9")
    NOT_NUMBERS = ("nan", "inf", "-inf", "+nan")
    NOT_TOML = ("1e400", "99999999999999999999", "0x", "1__0", ".5", "5.", "1e", "007", "5%", "1,5", "--1", "١٢")

    def numeric(self, slot):
        text = next(self.texts[n] for n in self.texts if slot in self.slots[n])
        return re.fullmatch(r"[-+\d._e]+", text[slot.value[0]:slot.value[1]]) is not None

    def numbers(self, number):
        for name, text, slot in self.some_slots(number, self.numeric):
            spelt = self.rng.choice(self.NUMBERS + self.NOT_NUMBERS + self.NOT_TOML)
            spec = self.specs.get(spec_path(slot.path, self.specs))
            verdict = UNSURE
            if spelt in self.NOT_NUMBERS + self.NOT_TOML:
                verdict = WRONG
            elif spec and not spec[1] <= float(spelt) <= spec[2]:
                verdict = WRONG
            yield Case(f"{name}: {'.'.join(slot.path)} = {spelt}", replaced(text, slot.value, spelt).encode(), verdict)

    def out_of_range(self, number):
        def ranged(slot):
            spec = self.specs.get(spec_path(slot.path, self.specs))
            return spec is not None and spec[0] in ("number", "whole number") and self.numeric(slot)

        for name, text, slot in self.some_slots(number, ranged):
            kind, low, high = self.specs[spec_path(slot.path, self.specs)]
            beyond = [value for value in (low - 1, high + 1, 14 if high == 1 else high * 1.5 + 1) if abs(value) < 1e300]
            value = self.rng.choice(beyond)
            if low <= value <= high:
                continue
            spelt = str(int(value)) if kind == "whole number" else repr(float(value))
            yield Case(f"{name}: {'.'.join(slot.path)} = {spelt} is out of range",
                       replaced(text, slot.value, spelt).encode(), WRONG, remedy="range", slot=slot)

    # Names one edit away from known ones.
    def misspelt_keys(self, number):
        def known(slot):
            return slot.path[-2] != "injections" and slot.path[-1] not in ("a", "b")

        for name, text, slot in self.some_slots(number, known):
            key = slot.path[-1]
            siblings = {other.path[-1] for other in self.slots[name] if other.path[:-1] == slot.path[:-1]}
            siblings |= {spec[-1] for spec in self.specs if len(spec) == len(slot.path)}
            edited = self.edit(key)
            while edited in siblings or edited.lower() == key.lower():
                edited = self.edit(key)
            quoted = text[slot.key[0]] == '"'
            yield Case(f"{name}: {'.'.join(slot.path)} spelt {edited}",
                       replaced(text, slot.key, f'"{edited}"' if quoted else edited).encode(), WRONG,
                       says=r"Did you mean \S+\?", remedy="suggestion", slot=slot)

    def misspelt_tables(self, number):
        pool = []
        for name, text in self.texts.items():
            for names, spans in headers(text):
                for k, part in enumerate(names):
                    free = k == 1 and names[0] in NAMED or k == 2 and names[1] == "regime"
                    if not free and len(part) > 1:
                        pool.append((name, text, part, spans[k]))
        for _ in range(number):
            name, text, part, span = self.rng.choice(pool)
            edited = self.edit(part)
            if edited in ("leads", "lag", "leas"):
                continue
            yield Case(f"{name}: table {part} spelt {edited}", replaced(text, span, edited).encode(), WRONG,
                       says=r"Did you mean \S+\?", remedy="suggestion")

    WORDS = {("economy", "start"), ("partner", "*", "type"), ("shock", "*", "affects"), ("shock", "*", "target"),
             ("shock", "*", "severity_per"), ("goal", "*", "outcome"), ("resilience", "twin"), ("output", "without"),
             ("partner", "*", "exclusive")}

    def misspelt_words(self, number):
        def word(slot):
            return (spec_path(slot.path, self.specs) in self.WORDS or slot.path[2:3] == ("target",)) and \
                '"' in self.texts[self.home(slot)][slot.value[0]:slot.value[1]]

        for name, text, slot in self.some_slots(number, word):
            spans = [(slot.value[0] + m.start(1), slot.value[0] + m.end(1))
                     for m in re.finditer(r'"([^"]+)"', text[slot.value[0]:slot.value[1]])]
            span = self.rng.choice(spans)
            word_there = text[span[0]:span[1]]
            if " " in word_there:
                continue
            edited = self.edit(word_there)
            if re.fullmatch(r"referrer_(1[0-2]?|[2-9])", edited):
                continue
            yield Case(f"{name}: {'.'.join(slot.path)} says {edited}", replaced(text, span, edited).encode(), WRONG,
                       says=r"Did you mean \S+\?", remedy="suggestion", slot=slot)

    def home(self, slot):
        return next(name for name in self.texts if slot in self.slots[name])

    # Structure.
    def unknown_keys(self, number):
        for k in range(number):
            name, text = self.any_text()
            if k % 2 == 0:
                names, spans = self.rng.choice(list(headers(text)))
                at = text.index("\n", spans[-1][1]) + 1
                damaged = text[:at] + "zzqx = 1\n" + text[at:]
            else:
                inner = [slot for slot in self.slots[name] if text[slot.value[0]] == "{"]
                if not inner:
                    continue
                at = self.rng.choice(inner).value[0] + 1
                damaged = text[:at] + " zzqx = 1," + text[at:]
            yield Case(f"{name}: zzqx at {at}", damaged.encode(), WRONG, says="zzqx")

    def duplicates(self, number):
        for k in range(number):
            name, text = self.any_text()
            if k % 2 == 0:
                slot = self.rng.choice([s for s in self.slots[name] if text[s.key[0] - 1] == "\n"])
                line = text[slot.key[0]:slot.value[1]] + "\n"
                damaged = text[:slot.key[0]] + line + text[slot.key[0]:]
                what = ".".join(slot.path)
            else:
                names, _ = self.rng.choice(list(headers(text)))
                what = f"[{'.'.join(names)}]"
                damaged = text + what + "\n"
            yield Case(f"{name}: {what} twice", damaged.encode(), WRONG, says="redefine|duplicate|already")

    REQUIRED = {("partner", "leads"), ("partner", "close_rate"), ("partner", "deal_value"), ("direct", "leads"),
                ("direct", "close_rate"), ("direct", "deal_value"), ("acquisition", "spend"), ("goal", "outcome"),
                ("acquisition", "cost_per_lead"), ("acquisition", "close_rate"), ("acquisition", "deal_value"),
                ("change", "month"), ("change", "set"), ("goal", "at_least"), ("shock", "every"), ("shock", "rate"),
                ("shock", "factor"), ("shock", "amount"), ("shock", "months")}

    def missing(self, number):
        def required(slot):
            table = slot.path[1] if slot.path[0] == "firm" else slot.path[0]
            return len(slot.path) == 3 and (table, slot.path[-1]) in self.REQUIRED

        for name, text, slot in self.some_slots(number, required):
            damaged = text[:slot.key[0]] + text[slot.value[1] + 1:]
            yield Case(f"{name}: without {'.'.join(slot.path)}", damaged.encode(), WRONG, says=r"lacks|needs|matches no")

    # Depth and length.
    def deep(self, number):
        shapes = [
            ("arrays", lambda n: "deep = " + "[" * n + "]" * n),
            ("open arrays", lambda n: "deep = " + "[" * n),
            ("inline tables", lambda n: "deep = " + "{ a = " * n + "1" + " }" * n),
            ("dotted key", lambda n: "a." * n + "b = 1"),
            ("table name", lambda n: "[" + "a." * n + "b]"),
            ("arrays of tables", lambda n: "[[a]]\n" * n),
            ("long key", lambda n: "k" * (100 * n) + " = 1"),
            ("long text", lambda n: 'scenario.start = "' + "é" * (100 * n) + '"'),
            ("long number", lambda n: "scenario.seed = " + "1" * (100 * n)),
            ("long id", lambda n: f"[partner.{'p' * (100 * n)}]\nleads = 1\nclose_rate = 0.5\ndeal_value = 1"),
            ("many partners", lambda n: "\n".join(f"[partner.p{k}]\nled = 1" for k in range(n))),
            ("many counts", lambda n: "\n".join(f"[partner.p{k}]\ncount = 100_000\nleads = 1\nclose_rate = 1\ndeal_value = 1"
                                                for k in range(min(n, 50)))),
            ("many stars", lambda n: "[partner." + "a" * 60 + "]\nleads = 1\nclose_rate = 0.5\ndeal_value = 1\n[shock.s]\n"
                                     'every = 9\nkill = 1\ntarget = { partners = ["' + "a*" * n + 'b"] }'),
        ]
        for k in range(number):
            kind, make = shapes[k % len(shapes)]
            depth = (40, 1000, 20000)[k // len(shapes) % 3]
            yield Case(f"{depth} × {kind}", make(depth).encode(), WRONG)

    ODD = {"NUL": b"\x00", "byte 0xFF": b"\xff", "cut sequence": b"\xe2\x82", "encoded surrogate": b"\xed\xa0\x80",
           "overlong slash": b"\xc0\xaf", "beyond Unicode": b"\xf4\x90\x80\x80", "right-to-left override": b"\xe2\x80\xae",
           "combining acute": "e\u0301".encode(), "byte order mark": b"\xef\xbb\xbf", "zero-width joiner": b"\xe2\x80\x8d",
           "line separator": b"\xe2\x80\xa8", "escape": b"\x1b[31m", "lone surrogate": b"\\ud800", "escaped NUL": b"\\u0000",
           "escaped new line": b"\\n", "emoji": "🧨".encode(), "next line": b"\xc2\x85", "carriage return": b"\r"}
    WRITTEN = ("combining acute", "byte order mark", "zero-width joiner", "emoji")  # as names in some script are

    def odd_characters(self, number):
        places = ("bare key", "quoted key", "id", "text", "number", "free text", "begin")
        for k in range(number):
            name, text = "everything.toml", self.texts["everything.toml"]
            odd, data = self.rng.choice(list(self.ODD.items()))
            place = places[k % len(places)]
            verdict = WRONG
            if place == "begin":
                damaged = data + text.lstrip().encode()
                verdict = RIGHT if odd == "byte order mark" else WRONG
            elif place == "free text":
                at = text.index("BigCo channel") + 5
                damaged = text[:at].encode() + data + text[at:].encode()
                verdict = RIGHT if odd in self.WRITTEN else WRONG
            else:
                span = self.place_for_odd(place, text)
                inside = text[span[0]:span[1]].encode()
                at = len(inside) // 2
                inside = inside[:at] + data + inside[at:]
                damaged = text[:span[0]].encode() + (b'"' + inside + b'"' if place in ("quoted key", "id") else inside) + text[span[1]:].encode()
            yield Case(f"{name}: {odd} in {place}", damaged, verdict)

    def place_for_odd(self, place, text):
        found = self.slots["everything.toml"]
        if place == "id":
            return self.rng.choice([spans[1] for names, spans in headers(text) if names[0] in NAMED and len(names) == 2])
        if place == "number":
            return self.rng.choice([s for s in found if self.numeric(s) and s.value[1] - s.value[0] > 1]).value
        if place == "text":
            words = [s.value for s in found if spec_path(s.path, self.specs) in self.WORDS and text[s.value[0]] == '"']
            begin, end = self.rng.choice(words)
            return begin + 1, end - 1
        return self.rng.choice([s for s in found if text[s.key[0]] != '"' and s.key[1] - s.key[0] > 1]).key
