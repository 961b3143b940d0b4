#!/usr/bin/python3
"""How fast is the reference workload (configs/twelve_partners.toml), and how fast are others at the same?

    cmake --build --preset release --target bench
    python3 tests/bench/bench.py BINARY SOURCE_DIR [--quick] [--memory] [--only PART ...] [--std REFERENCE_STD]
                                [--generator GENERATOR_SPEED] [--yardstick FOLDER]

Prints a table and asserts nothing: times belong to a machine and to what else it was doing. Everything that is
compared runs in turn, several rounds over: best = least disturbed, median = typical. "alone" is the best that
processor time allows: what the clock would have shown if nobody else had used the processors; on a quiet machine it
equals the best. Ratios are of that column. The unit is a nominal partner-month: replications x 12 partners x 60
months, alive or not, the same for everyone.

Two recordings. "like the peers": revenue, active partners at the end and the monthly mean revenue, which is what the
peers record; only this is compared with them. "default": what a user gets who asks for nothing.

Peers, in tests/bench/peers: numpy vectorised over replications, and plain C++ with std:: distributions. The mean
revenue of each is printed beside the exact one, so that nobody is fast at something else.

Machines differ by more than what is compared here: the generator alone, timed in the same rounds, is printed beside
what it makes on the machine on which the targets of this project were set. Ratios travel, absolute figures do not.

A yardstick, where there is one (yardstick.py), is a kernel made by hand for this workload alone: what a general program
could reach at best. shapes.py is about networks of other sizes, experiments.py about many points.
"""

import argparse
import csv
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from experiments import Experiments
from shapes import Shapes
from yardstick import Yardstick

PARTNER_MONTHS = 12 * 60                    # in one replication of the reference workload
EXACT_MEAN_REVENUE = 7_385_982.6            # tests/bench/peers/reference_exact.py
# Philox4x32-10, words a second on one Zen 5 core: the machine on which the targets were set.
GENERATOR_THERE = {"avx512": 6.3e9, "avx2": 2.2e9, "baseline": 0.6e9}
LIKE_PEERS = ("--set", 'output.outcomes=["revenue","active_partners_end"]', "--set", "output.trajectories=means",
              "--set", 'output.series=["revenue"]', "--set", "output.partners=false")
RECORDINGS = {"like the peers": LIKE_PEERS, "default": ()}
PARTS = ("speed", "yardstick", "shapes", "stages", "everything", "twin", "files", "memory", "experiments", "startup")
SPENT = re.compile(r"replications in ([\d.]+) s, of which ([\d.]+) s simulating")


@dataclass
class Contender:
    """One line of the speed table: how to run it once, and what came out."""

    who: str
    recording: str
    threads: int
    isa: str
    replications: int
    run: object                             # () -> (seconds, seconds alone, mean revenue, its standard error)
    seconds: list = field(default_factory=list)         # by the clock, simulating only
    seconds_alone: list = field(default_factory=list)   # from processor time
    mean: float = float("nan")
    error: float = float("nan")

    def once(self):
        seconds, alone, self.mean, self.error = self.run()
        self.seconds.append(seconds)
        self.seconds_alone.append(alone)

    def rate(self, seconds):
        """Million nominal partner-months a second."""
        return self.replications * PARTNER_MONTHS / seconds / 1e6

    @property
    def best(self):
        return self.rate(min(self.seconds))

    @property
    def alone(self):
        return self.rate(min(self.seconds_alone))

    @property
    def median(self):
        return self.rate(statistics.median(self.seconds))


class Bench:
    def __init__(self, args):
        self.binary, self.source = str(Path(args.binary).resolve()), Path(args.source).resolve()
        self.scenario = str(self.source / "configs/twelve_partners.toml")
        self.args = args
        self.rounds = args.rounds or (3 if args.quick else 7)
        self.isas = self.available_isas()

    # --- Running ---

    def sim(self, *words, isa="", threads=1, scenario=None):
        env = {name: value for name, value in os.environ.items() if not name.startswith("PARTNERSIM_")}
        if isa:
            env["PARTNERSIM_ISA"] = isa
        return subprocess.run([self.binary, "run", str(scenario or self.scenario), "-t", str(threads), *map(str, words)],
                              env=env, capture_output=True, text=True, check=True)

    def simulate(self, words, isa, threads, replications):
        """A run without a file, as Contender.run."""
        with processor_time() as spent:
            done = self.sim("-n", replications, "-o", "none", "--format", "csv", *words, isa=isa, threads=threads)
        row = next(row for row in csv.DictReader(done.stdout.splitlines())
                   if (row["outcome"], row["statistic"]) == ("revenue", "mean"))
        total, simulating = map(float, SPENT.search(done.stderr).groups())
        # Statistics after simulating are part of the process: their share by the clock is taken off.
        alone = spent.seconds * simulating / total / threads
        return simulating, alone, float(row["value"]), float(row["standard_error"])

    def available_isas(self):
        """The kernels that this machine can run, best first: the program names them when it refuses one."""
        done = subprocess.run([self.binary, "run", self.scenario, "-n", "1", "-o", "none"], capture_output=True,
                              text=True, check=False, env={**os.environ, "PARTNERSIM_ISA": "none of them"})
        return [isa for isa in ("avx512", "avx2", "baseline") if isa in done.stderr]

    def peer(self, command):
        began = time.perf_counter()
        with processor_time() as spent:
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
        share = 1 / (time.perf_counter() - began)  # the rest is starting Python and loading numpy
        answer = json.loads(done.stdout)
        seconds = answer["seconds"]
        return (seconds, spent.seconds * min(1, seconds * share) / answer["threads"], answer["mean_revenue"],
                answer["mean_revenue_standard_error"])

    def companion(self, name, given):
        """Path of a compiled program of the benchmark, or None."""
        for place in (given, Path(self.binary).parent / "tests/bench" / name):
            if place and os.access(place, os.X_OK):
                return str(Path(place).resolve())
        return None

    def generator_once(self):
        """Words a second of the generator alone, by kernels; nothing where it is not built."""
        program = self.companion("generator_speed", self.args.generator)
        if not program:
            return {}
        return json.loads(subprocess.run([program], capture_output=True, text=True, check=True).stdout)

    # --- Speed ---

    def contenders(self):
        size = 200_000 if self.args.quick else 400_000
        found = []
        for recording, words in RECORDINGS.items():
            for threads, isas in ((1, self.isas), (2, self.isas[:1])):
                for isa in isas:
                    n = size * threads // (4 if isa == "baseline" else 1)
                    found.append(Contender("partnersim", recording, threads, isa, n,
                                           lambda w=words, i=isa, t=threads, n=n: self.simulate(w, i, t, n)))
        numpy_script = self.source / "tests/bench/peers/reference_numpy.py"
        n = size // 10
        found.append(Contender("numpy", "like the peers", 1, "", n,
                               lambda: self.peer(["/usr/bin/python3", numpy_script, "--replications", n])))
        if program := self.companion("reference_std", self.args.std):
            for threads in (1, 2):
                found.append(Contender("C++ with std::", "like the peers", threads, "", n * threads,
                                       lambda t=threads: self.peer([program, n * t, t, 1])))
        return found

    def speed(self, _):
        contenders = self.contenders()
        generator = []
        for turn in range(self.rounds):
            generator.append(self.generator_once())
            for contender in contenders[turn % len(contenders):] + contenders[:turn % len(contenders)]:
                contender.once()
            print(f"round {turn + 1} of {self.rounds}", file=sys.stderr)

        def pick(who, recording, threads, isa=None):
            return next((c for c in contenders if (c.who, c.recording, c.threads) == (who, recording, threads)
                         and isa in (None, c.isa)), None)

        peers = {name: pick(name, "like the peers", 1) for name in ("numpy", "C++ with std::")}
        rows = []
        for c in contenders:
            ratios = ["" if c.recording == "default" or not peers[name] else f"{c.alone / peers[name].alone:.1f}"
                      for name in peers]
            deviation = f"{(c.mean - EXACT_MEAN_REVENUE) / c.error:+.1f}"
            rows.append([c.who, c.recording, str(c.threads), c.isa, f"{c.replications:,}", f"{c.best:.1f}",
                         f"{c.median:.1f}", f"{c.alone:.1f}", *ratios, deviation])
        print("\nSpeed, million nominal partner-months a second")
        table(["who", "recording", "threads", "kernels", "replications", "best", "median", "alone",
               "x numpy", "x std::", "mean off, s.e."], rows, left=(0, 1, 3))
        for isa in ("avx512", "avx2"):
            if isa not in self.isas:
                print(f"Skipped: this machine has no {isa}.")
        if not peers["C++ with std::"]:
            print("Skipped: C++ with std:: is not built (target reference_std, or --std).")

        self.generator(generator, {isa: pick("partnersim", "like the peers", 1, isa) for isa in self.isas})

        print("\nTwo threads against one, in pairs of runs one after the other")
        rows = []
        for who, recording, isa in (("partnersim", "like the peers", self.isas[0]),
                                    ("partnersim", "default", self.isas[0]), ("C++ with std::", "like the peers", "")):
            one, two = pick(who, recording, 1, isa), pick(who, recording, 2, isa)
            if one and two:
                rows.append([who, recording, *self.paired(one, two)])
        table(["who", "recording", "pairs", "median", "middle half"], rows, left=(0, 1))
        spread = max(c.best / c.median for c in contenders)
        print(f"Noise: in the worst line the best round is {spread:.2f} times the median one.")

    def paired(self, one, two):
        """How many times as fast the second contender is: number of pairs, median and quartiles of their ratios."""
        ratios = []
        for turn in range(4 * self.rounds):
            for contender in (one, two) if turn % 2 else (two, one):
                contender.once()
            ratios.append(two.rate(two.seconds[-1]) / one.rate(one.seconds[-1]))
        low, middle, high = statistics.quantiles(ratios, n=4)
        return str(len(ratios)), f"{middle:.2f}", f"{low:.2f} to {high:.2f}"

    def generator(self, rounds, runs):
        """The generator alone beside the machine of the targets, and what a run makes of it."""
        rows = []
        for isa in self.isas if rounds[0] else ():
            words = [spoken[isa] for spoken in rounds]
            rows.append([isa, f"{max(words) / 1e9:.2f}", f"{statistics.median(words) / 1e9:.2f}",
                         f"{GENERATOR_THERE[isa] / 1e9:.1f}", f"{max(words) / GENERATOR_THERE[isa]:.2f}",
                         f"{1e3 * runs[isa].alone * 1e6 / max(words):.0f}"])
        print("\nThe generator alone, 10^9 words a second, one thread (there: a Zen 5 core, where the targets were set)")
        table(["kernels", "best", "median", "there", "here : there", "partner-months a 1000 words"], rows)
        if not rows:
            print("Skipped: the generator's program is not built (target generator_speed, or --generator).")

    def yardstick(self, folder):
        def partnersim(recording, isa, threads, replications):
            return replications * PARTNER_MONTHS / self.simulate(RECORDINGS[recording], isa, threads, replications)[0] / 1e6

        source = self.args.yardstick or os.environ.get("PARTNERSIM_YARDSTICK")
        Yardstick(source, folder, self.isas).compare(partnersim, self.rounds, table, self.args.quick)

    def shapes(self, folder):
        Shapes(partial(self.sim, isa=self.isas[0]), RECORDINGS, self.rounds, folder, table).run()

    def stages(self, _):
        print(f"\nWhere the time goes (one thread, {self.isas[0]}; stages marked > are parts of the one they precede)")
        shares = []
        for words in (LIKE_PEERS, ()):
            done = self.sim("-n", 100_000, "-o", "none", "--profile", *words, isa=self.isas[0])
            shares.append(dict(re.findall(r"(?m)^(\S.*?)  +([\d.]+ %)$", done.stderr)))
        names = list(shares[1]) + [name for name in shares[0] if name not in shares[1]]
        table(["stage", "like the peers", "default"], [[name, *(s.get(name, "-") for s in shares)] for name in names])

    # --- Every process, and the twin ---

    def seconds_of(self, scenario, replications):
        done = subprocess.run([self.binary, "run", scenario, "-t", "1", "-n", str(replications), "-o", "none", "--profile"],
                              env={**os.environ, "PARTNERSIM_ISA": self.isas[0]}, capture_output=True, text=True, check=True)
        return float(SPENT.search(done.stderr).group(2)), dict(re.findall(r"(?m)^(\S.*?)  +([\d.]+ %)$", done.stderr))

    def everything(self, folder):
        """configs/everything.toml: nominal partner-months a second, and where the time goes."""
        scenario, replications = self.source / "configs" / "everything.toml", 40_000
        text = scenario.read_text()
        partners = len(re.findall(r"(?m)^\[partner\.\w+\]$", text)) - 1 + int(re.search(r"(?m)^count = (\d+)", text).group(1))
        months = int(re.search(r"(?m)^months = (\d+)", text).group(1))
        calm = folder / "no_twin.toml"
        calm.write_text(re.sub(r"(?ms)^\[resilience\].*?(?=^\[|\Z)", "", text))
        whole, without = [], []
        for _ in range(self.rounds):
            seconds, shares = self.seconds_of(scenario, replications)
            whole.append(seconds)
            without.append(self.seconds_of(calm, replications)[0])
        rate = replications * partners * months / 1e6
        print(f"\nEvery process ({partners} partners, {months} months, one thread, {self.isas[0]}): "
              f"{rate / min(whole):.1f} M nominal partner-months a second; without the twin {rate / min(without):.1f}")
        table(["stage", "share"], list(shares.items()))

    def twin(self, folder):
        """What resilience costs where shocks are rare: the reference workload with and without it, in turn."""
        scenario = folder / "twin.toml"
        scenario.write_text(Path(self.scenario).read_text() + "\n[resilience]\n")
        replications, ratios = 50_000 if self.args.quick else 200_000, []
        for _ in range(self.rounds):
            ratios.append(self.seconds_of(scenario, replications)[0] / self.seconds_of(self.scenario, replications)[0])
        print(f"\nThe twin adds {100 * (statistics.median(ratios) - 1):.0f} % to the reference workload "
              f"(median of {len(ratios)} pairs, {100 * (min(ratios) - 1):.0f} to {100 * (max(ratios) - 1):.0f} %).")

    # --- Experiments, files, start-up, memory ---

    def experiments(self, folder):
        Experiments(self.binary, self.source, self.rounds, folder, table, self.args.quick).run()

    def files(self, folder):
        replications = 200_000 if self.args.quick else 1_000_000
        result = folder / "bench.h5"
        with_file, without = [], []
        for _ in range(3):
            self.sim("-n", replications, "-o", result, "--force", isa=self.isas[0])
            log = json.loads(Path(f"{result}.log.json").read_text(encoding="utf-8"))
            with_file.append((log["seconds"], log["seconds_simulating"]))
            size = result.stat().st_size
            result.unlink()
            done = self.sim("-n", replications, "-o", "none", isa=self.isas[0])
            without.append(tuple(map(float, SPENT.search(done.stderr).groups())))
        print(f"\nWriting the file: {replications:,} replications, default outcomes and bands, one thread, "
              f"{size / 1e6:.0f} MB (best of 3)")
        rows = []
        for name, runs in (("with a file", with_file), ("-o none", without)):
            total, simulating = min(t for t, _ in runs), min(s for _, s in runs)
            rest = min(t - s for t, s in runs)
            rows.append([name, f"{total:.2f} s", f"{simulating:.2f} s", f"{rest:.2f} s",
                         f"{100 * rest / simulating:.0f} %"])
        table(["", "total", "simulating", "rest", "rest : simulating"], rows)
        print("The rest is statistics and, with a file, writing it. Columns go to the journal while simulating.")

    def startup(self, _):
        rows = []
        for scenario in ("arithmetic", "twelve_partners"):
            times = []
            for _ in range(10 if self.args.quick else 30):
                began = time.perf_counter()
                subprocess.run([self.binary, "run", str(self.source / f"configs/{scenario}.toml"), "-n", "16", "-o",
                                "none"], capture_output=True, check=True)
                times.append(1000 * (time.perf_counter() - began))
            rows.append([scenario, f"{min(times):.0f} ms", f"{statistics.median(times):.0f} ms"])
        print("\nStart-up: the whole process of `run -n 16 -o none`")
        table(["scenario", "best", "median"], rows)

    def memory(self, folder):
        sizes = [200_000 if self.args.quick else 1_000_000] + ([10_000_000] if self.args.memory else [])
        rows = []
        for replications in sizes:
            result = folder / "memory.h5"
            began = time.perf_counter()
            with subprocess.Popen([self.binary, "run", self.scenario, "-n", str(replications), "-o", result, "-q"],
                                  stdout=subprocess.DEVNULL) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise subprocess.CalledProcessError(process.returncode, "partnersim run")
            rows.append([f"{replications:,}", f"{usage.ru_maxrss * 1024 / 1e6:.0f} MB",
                         f"{result.stat().st_size / 1e6:.0f} MB", f"{time.perf_counter() - began:.1f} s"])
            result.unlink()
        print("\nMemory: default outcomes and bands with a file, all threads")
        table(["replications", "peak resident", "file", "time"], rows, left=())

    def run(self):
        print(f"partnersim benchmark: {cpu_model()}, {len(os.sched_getaffinity(0))} cores, "
              f"load {os.getloadavg()[0]:.1f} at the start, {self.rounds} rounds")
        before = cpu_ticks()
        with tempfile.TemporaryDirectory(prefix="partnersim_bench_", dir=self.args.folder) as name:
            for part in self.args.only or PARTS:
                getattr(self, part)(Path(name))
        stolen, total = (after - b for after, b in zip(cpu_ticks(), before))
        print(f"\nLoad {os.getloadavg()[0]:.1f} at the end; {100 * stolen / max(1, total):.0f} % of processor time "
              "was taken by other machines on the same host.")


class processor_time:  # pylint: disable=invalid-name
    """with processor_time() as spent: …; spent.seconds is what child processes that ended meanwhile have used."""

    @staticmethod
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def __enter__(self):
        self.seconds = -self.used()
        return self

    def __exit__(self, *_):
        self.seconds += self.used()


def table(header, rows, left=(0,)):
    widths = [max(len(row[c]) for row in [header, *rows]) for c in range(len(header))]
    for row in [header, ["-" * width for width in widths], *rows]:
        cells = [cell.ljust(width) if c in left else cell.rjust(width)
                 for c, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def cpu_ticks():
    """(stolen, all) ticks of all processors since boot."""
    ticks = list(map(int, Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:]))
    return ticks[7], sum(ticks[:8])


def main():
    parser = argparse.ArgumentParser(description="Times the reference workload and others; prints tables, asserts nothing.",
                                     epilog="example: bench.py build/release/partnersim . --quick")
    parser.add_argument("binary", metavar="BINARY")
    parser.add_argument("source", metavar="SOURCE_DIR")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer: some minutes")
    parser.add_argument("--memory", action="store_true", help="also the memory of 10 million replications")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help="some of: " + ", ".join(PARTS))
    parser.add_argument("--rounds", type=int, help="default: 7, with --quick 3")
    parser.add_argument("--std", metavar="PATH", help="the C++ peer (default: tests/bench/reference_std beside BINARY)")
    parser.add_argument("--generator", metavar="PATH", help="times the generator (default: tests/bench/generator_speed beside BINARY)")
    parser.add_argument("--yardstick", metavar="FOLDER", help="source of the yardstick (default: $PARTNERSIM_YARDSTICK; built with clang++)")
    parser.add_argument("--folder", help="where result files are written for a moment (default: the temporary folder)")
    sys.stdout.reconfigure(line_buffering=True)
    try:
        Bench(parser.parse_args()).run()
    except subprocess.CalledProcessError as error:
        sys.exit(f"bench.py: {error}\n{error.stderr or ''}")


if __name__ == "__main__":
    main()
