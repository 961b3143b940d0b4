"""A new process is one new file and its two lines in the table: the example of the README is built, and run.

test_new_process.py BINARY SOURCE_DIR BUILD_DIR"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

BINARY, SOURCE, BUILD = (os.path.abspath(path) for path in sys.argv[1:4])
del sys.argv[1:4]

SCENARIO = """
[scenario]
months = 24
replications = 4000
[partner.acme]
leads = 5
close_rate = 0.4
deal_value = 1_000
"""


def example():
    with open(os.path.join(SOURCE, "README.md")) as file:
        section = file.read().split("## Adding a stochastic process", 1)[1].split("\n## ", 1)[0]
    return re.search(r"```cpp\n(.*?)```", section, re.S).group(1)


def registry():
    with open(os.path.join(SOURCE, "models", "registry.cpp")) as file:
        text = file.read()
    declared, named = re.subn(r"(\nstd::span<const Entry> processes\(\))", r"\nconst Entry& fog_entry();\n\1", text, count=1)
    listed, lines = re.subn(r"(static const std::array table\{\n)", r"\1      fog_entry(),\n", declared, count=1)
    assert named == lines == 1
    return listed


def compile_command(source, result):
    with open(os.path.join(BUILD, "compile_commands.json")) as file:
        entries = json.load(file)
    like = next(entry for entry in entries if entry["file"].endswith("models/registry.cpp"))
    command = shlex.split(like["command"])
    command[command.index("-c") + 1] = source
    command[command.index("-o") + 1] = result
    return ["-O1" if word == "-O3" else word for word in command]


def link_command(result, objects):
    """That of the program, with these objects before the libraries: an archive is only asked for what is still missing."""
    lines = subprocess.run(["ninja", "-t", "commands", "partnersim"], cwd=BUILD, check=True, capture_output=True,
                           text=True).stdout.splitlines()
    command = shlex.split(lines[-1])
    command = command[command.index("&&") + 1:] if command[0] == ":" else command
    command = command[:command.index("&&")] if "&&" in command else command
    at = command.index("-o")
    command[at + 1] = result
    first = next(i for i, word in enumerate(command) if word.endswith("main.cpp.o"))
    return command[:first + 1] + objects + command[first + 1:]


@unittest.skipUnless(os.path.exists(os.path.join(BUILD, "build.ninja")), "another build system than ninja")
class NewProcess(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        path = lambda name: os.path.join(cls.folder.name, name)
        for name, text in (("fog.cpp", example()), ("registry.cpp", registry()), ("plain.toml", SCENARIO),
                           ("foggy.toml", SCENARIO + "[fog]\nprobability = 0.25\nloss = 0.5\n")):
            with open(path(name), "w") as file:
                file.write(text)
        objects = [path("fog.o"), path("registry.o")]
        for source, result in zip(("fog.cpp", "registry.cpp"), objects):
            cls.done(compile_command(path(source), result))
        cls.program = path("partnersim")
        cls.done(link_command(cls.program, objects))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def done(cls, command):
        result = subprocess.run(command, cwd=BUILD, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr

    def run_it(self, program, scenario, *options):
        result = subprocess.run([program, "run", os.path.join(self.folder.name, scenario), "-o", "none", *options],
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    @staticmethod
    def mean(text, outcome):
        row = next(line for line in text.splitlines() if line.startswith(outcome + " "))
        return float(re.findall(r"-?[\d,]+\.?\d*", row)[0].replace(",", ""))

    def test_takes_part_with_its_keys_its_draws_and_its_outcomes(self):
        out = self.run_it(self.program, "foggy.toml")
        self.assertAlmostEqual(self.mean(out, "foggy_months"), 24 * 0.25, delta=5 * (24 * 0.25 * 0.75 / 4000) ** 0.5)
        # Revenue: Poisson(2) deals a month, an eighth of them lost on average.
        self.assertAlmostEqual(self.mean(out, "revenue"), 24 * 2000 * 0.875, delta=700)
        self.assertEqual(self.mean(self.run_it(self.program, "foggy.toml", "--set", "scenario.mode=expected"), "revenue"),
                         24 * 2000 * 0.875)

    def test_is_described_and_its_keys_are_checked(self):
        described = subprocess.run([self.program, "describe", "fog.loss"], capture_output=True, text=True).stdout
        self.assertIn("share of the leads lost in such a month", described)
        wrong = subprocess.run([self.program, "run", os.path.join(self.folder.name, "foggy.toml"), "--set", "fog.los=1"],
                               capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 3, wrong.stderr)
        self.assertIn("Did you mean loss?", wrong.stderr)

    def test_changes_nothing_where_it_is_not_asked_for(self):
        digest = lambda text: next(line for line in text.splitlines() if "hash of outcomes" in line)
        self.assertEqual(digest(self.run_it(self.program, "plain.toml")), digest(self.run_it(BINARY, "plain.toml")))


if __name__ == "__main__":
    unittest.main()
