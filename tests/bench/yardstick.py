"""The part of the benchmark that compares with a yardstick: a kernel made by hand for the reference workload alone.

Its source is no part of this project. A folder that is given holds kernel2.cpp, a program
`yardstick REPLICATIONS THREADS MODE RUNS` that prints JSON; mode 3 addresses its draws by cell, as the draws contract
here does, and does the same work. Built with clang++ for two instruction sets, without FMA, as its own README says.

Ratios are taken in each round, of runs one after the other and by the clock, and every other round goes backwards: what
else the machine does meets both sides alike.
"""

import json
import math
import shutil
import statistics
import subprocess
from pathlib import Path

COMPILER = "clang++"
FLAGS = ("-O3", "-std=c++17", "-mtune=znver3", "-ffp-contract=off", "-DUSE_FMA=0", "-pthread")
ISA_FLAGS = {"avx512": ("-march=x86-64-v4",), "avx2": ("-mavx2", "-mbmi2", "-mpopcnt", "-DSIMD_AVX2")}
CELL_ADDRESSED = "3"
EXACT_MEAN_REVENUE = 7_379_513.0        # the yardstick's: at most one shock a month, twice the churn in recession
YARDSTICK, LIKE_PEERS, DEFAULT = "yardstick", "like the peers", "default"
# Neighbours are what is compared: each recording with the yardstick, two threads with one and with two.
ROUND = ((DEFAULT, 1), (YARDSTICK, 1), (LIKE_PEERS, 1), (LIKE_PEERS, 2), (YARDSTICK, 2))


class Yardstick:
    """What could be built of it: a program for each instruction set, and why others are left out."""

    def __init__(self, source, folder, isas):
        self.programs, self.skipped, self.off = {}, [], float("nan")
        kernel = Path(source or "") / "kernel2.cpp"
        if not source:
            self.skipped.append("no yardstick is given (--yardstick FOLDER, or PARTNERSIM_YARDSTICK)")
        elif not kernel.is_file():
            self.skipped.append(f"there is no yardstick in {source}")
        elif not shutil.which(COMPILER):
            self.skipped.append(f"there is no {COMPILER} to build the yardstick with")
        else:
            for isa in ISA_FLAGS:
                self.build(kernel, Path(folder) / f"yardstick_{isa}", isa, isas)

    def build(self, kernel, program, isa, isas):
        if isa not in isas:
            self.skipped.append(f"this machine has no {isa}")
            return
        done = subprocess.run([COMPILER, *FLAGS, *ISA_FLAGS[isa], kernel, "-o", program], capture_output=True, text=True,
                              check=False)
        if done.returncode:
            message = next((line for line in done.stderr.splitlines() if "error" in line), f"exit code {done.returncode}")
            self.skipped.append(f"{COMPILER} does not build the yardstick for {isa}: {message}")
        else:
            self.programs[isa] = program

    def rate(self, isa, threads, replications):
        """Million nominal partner-months a second of one run."""
        words = [self.programs[isa], str(replications), str(threads), CELL_ADDRESSED, "1"]
        done = subprocess.run(words, env={}, capture_output=True, text=True, check=True)  # it obeys variables of its own
        answer = json.loads(done.stdout)
        self.off = (answer["mean"] - EXACT_MEAN_REVENUE) / (answer["sd"] / math.sqrt(answer["R"]))
        return answer["cells_per_s"] / 1e6

    def compare(self, partnersim, rounds, table, quick=False):
        """partnersim(recording, isa, threads, replications) is its rate in one run."""
        size = 409_600 if quick else 819_200
        order = [(isa, *run) for isa in self.programs for run in ROUND]
        rates = {run: [] for run in order}
        for turn in range(rounds if order else 0):
            for isa, who, threads in reversed(order) if turn % 2 else order:
                once = (self.rate(isa, threads, size * threads) if who == YARDSTICK
                        else partnersim(who, isa, threads, size * threads))
                rates[isa, who, threads].append(once)
        print(f"\nBeside the yardstick, in the same {rounds} rounds (medians; million nominal partner-months a second "
              "by the clock, one thread)")
        rows = []
        for isa in self.programs:
            one, two = ({who: rates[isa, who, threads] for who, threads in ROUND if threads == count} for count in (1, 2))
            gain = {who: quotients(two[who], one[who]) for who in two}
            rows += [row(isa, LIKE_PEERS, one[LIKE_PEERS], one[YARDSTICK], digits=1),
                     row(isa, DEFAULT, one[DEFAULT], one[YARDSTICK], digits=1),
                     row(isa, f"{LIKE_PEERS}, two threads : one", gain[LIKE_PEERS], gain[YARDSTICK], digits=2)]
        if rows:
            table(["kernels", "recording", "partnersim", "yardstick", "ratio, median", "lowest to highest"], rows, left=(0, 1))
            print(f"The yardstick's mean revenue is {self.off:+.1f} standard errors off its exact one.")
        for reason in self.skipped:
            print(f"Skipped: {reason}.")


def quotients(numerators, denominators):
    return [a / b for a, b in zip(numerators, denominators)]


def row(isa, name, ours, its, digits):
    """A line of the table: what was seen in each round, ours and the yardstick's, and the ratios round by round."""
    ratios = quotients(ours, its)
    return [isa, name, *(f"{statistics.median(seen):.{digits}f}" for seen in (ours, its)), f"{statistics.median(ratios):.3f}",
            f"{min(ratios):.3f} to {max(ratios):.3f}"]
