"""The part of the benchmark that is about experiments: many points, and stratified draws.

Each line is one run of the program by the clock, from start to exit, best and median of several rounds, beside a plain
numpy version of the same work: points one after the other, vectorised over replications and months, with the same
summary (mean, sd, nine quantiles, mean of the worst 5 % of four columns). numpy does fewer points; its figure is scaled.
"""

import re
import statistics
import subprocess
import time
from pathlib import Path

import numpy as np

ONE_PARTNER = """# One partner, a year
[scenario]
months = 12
[partner.acme]
leads = 5
close_rate = 0.4
deal_value = 10_000
"""
# What is uncertain: nearly everything that spreads the revenue, and nearly nothing.
DOUBT = """# Parameter-dominated: hundreds of deals, and little is known of how many
[scenario]
months = 12
[firm.direct]
leads = { lognormal = { mean = 400, cv = 0.3 } }
close_rate = { beta = { mean = 0.4, concentration = 25 } }
deal_value = 1_000
"""
LUCK = """# Luck-dominated: a few deals of very different value
[scenario]
months = 12
[firm.direct]
leads = { lognormal = { mean = 4, cv = 0.05 } }
close_rate = { beta = { mean = 0.4, concentration = 400 } }
deal_value = { lognormal = { mean = 10_000, cv = 1.0 } }
"""
LEAN = ("--set", "output.samples=none", "--set", "output.trajectories=none")
MEANS = ("--set", "output.samples=none", "--set", "output.trajectories=means")
REACHED = re.compile(r"after ([\d,]+) replications")


def summarise(columns):
    """What a numpy user would compute of each column."""
    for column in columns:
        ordered = np.sort(column)
        worst = ordered[: max(1, len(ordered) // 20)].mean()
        quantiles = ordered[(len(ordered) * np.array([.01, .05, .1, .25, .5, .75, .9, .95, .99])).astype(int)]
        yield ordered.mean(), ordered.std(), quantiles, worst


def numpy_points(points, replications):
    """Seconds for a sweep of one partner over twelve months."""
    began = time.perf_counter()
    for number, leads in enumerate(np.linspace(1, 10, points)):
        rng = np.random.default_rng(number)
        wins = rng.poisson(leads * 0.4, (replications, 12))
        lost = rng.poisson(leads * 0.6, (replications, 12))
        revenue = wins * 10_000.0
        list(summarise([revenue.sum(1), wins.sum(1), wins.sum(1) + lost.sum(1), revenue.cumsum(1).max(1)]))
    return time.perf_counter() - began


class Experiments:
    def __init__(self, binary, source, rounds, folder, table, quick=False):
        self.binary, self.source, self.rounds, self.folder, self.table, self.quick = binary, source, rounds, Path(folder), table, quick
        for name, text in (("one", ONE_PARTNER), ("doubt", DOUBT), ("luck", LUCK)):
            (self.folder / f"{name}.toml").write_text(text, encoding="utf-8")

    def once(self, scenario, *words):
        for file in self.folder.glob("*.h5*"):  # a result that is there would only be shown again
            file.unlink()
        began = time.perf_counter()
        done = subprocess.run([self.binary, "run", str(scenario), *map(str, words)], capture_output=True, text=True, check=True)
        return time.perf_counter() - began, done.stderr

    def several(self, scenario, *words):
        seconds = [self.once(scenario, *words)[0] for _ in range(self.rounds)]
        return min(seconds), statistics.median(seconds)

    def run(self):
        self.points()
        self.one_or_many()
        self.stratified()

    def points(self):
        rows = []
        one, sweep = self.folder / "one.toml", "partner.acme.leads=1:10:"
        for points, replications, recording, words in (
                (10_000, 1_000, "summaries", LEAN), (10_000, 1_000, "summaries, monthly means, a file", MEANS),
                (15_000, 100, "summaries", LEAN), (15_000, 100, "summaries, monthly means, a file", MEANS)):
            file = self.folder / "points.h5"
            where = ("-o", file) if "file" in recording else ("-o", "none")
            best, median = self.several(one, "-n", replications, "--vary", f"{sweep}{points}", *where, *words, "-q")
            share = 200 if replications > 500 else 1000
            peer = numpy_points(share, replications) * points / share
            rows.append([f"{points:,} x {replications:,}", recording, f"{best:.2f} s", f"{median:.2f} s", f"{points / best:,.0f}", f"{points / median:,.0f}",
                         f"{peer:.1f} s", f"{peer / best:.1f}"])
        print("\nMany points: one partner, 12 months, all threads, the whole process")
        self.table(["points x replications", "recording", "best", "median", "points/s best", "median", "numpy", "x numpy"], rows, left=(0, 1))

    def one_or_many(self):
        reference = self.source / "configs/twelve_partners.toml"
        words = ("-o", "none", "-q", "--set", "output.samples=none")
        each = 20_000 if self.quick else 100_000
        one, many = [], []
        for _ in range(self.rounds):  # in pairs, so that both meet the same machine
            one.append(self.once(reference, "-n", 100 * each, *words)[0])
            many.append(self.once(reference, "-n", each, "--vary", "partner.*.churn=0.0199:0.0201:100", *words)[0])
        ratio = statistics.median(b / a for a, b in zip(one, many))
        print(f"\n100 points of {each:,} reference replications take {ratio:.2f} of the time of {100 * each:,} in one point "
              f"(median of {self.rounds} pairs; best {min(many):.1f} s against {min(one):.1f} s).")

    def stratified(self):
        rows = []
        for scenario in ("doubt", "luck"):
            for target in ("revenue=0.1%", "revenue.p05=0.5%"):
                row = [scenario, target]
                for sampling in ("independent", "stratified"):
                    seconds, err = min(self.once(self.folder / f"{scenario}.toml", "--precision", target, "-t", 1, "-o", "none", *LEAN,
                                                 "--set", "output.outcomes=[\"revenue\"]", "--set", f"scenario.sampling={sampling}",
                                                 "--set", "stop.max_replications=100_000_000") for _ in range(self.rounds))
                    row += [REACHED.search(err)[1], f"{seconds:.2f} s"]
                rows.append(row)
        print("\nTime to a precision (half of the 95 % interval), one thread: parameter-dominated and luck-dominated")
        self.table(["scenario", "target", "independent", "time", "stratified", "time"], rows, left=(0, 1))
