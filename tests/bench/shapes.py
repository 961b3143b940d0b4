"""The part of the benchmark that is about shapes: whether speed depends on how many partners share the work.

The same partner repeated: about as many partner-months in every shape, so that they differ in nothing but partners and
replications; and a shop, one source with thousands of deals a month. One thread, the best instruction set.
"""

import re
import statistics
import time
from pathlib import Path

MONTHS = 60
REPEATED = """[scenario]
months = {months}
[partner.same]
count = {partners}
leads = 2
close_rate = 0.2
deal_value = {{ lognormal = {{ mean = 1_000, cv = 0.8 }} }}
churn = 0.01
"""
REPLICATIONS = {12: 409_600, 1_200: 4_096, 12_000: 512, 100_000: 64}    # each about 300 M partner-months: 1 to 3 s
SHOP = """[scenario]
months = 12
[firm.direct]
leads = 4_000
close_rate = 0.3
deal_value = { gamma = { mean = 1_000, cv = 0.8 } }
"""
SHOP_REPLICATIONS, SHOP_DEALS = 20_000, 20_000 * 12 * 4_000 * 0.3
SPENT = re.compile(r"replications in ([\d.]+) s, of which ([\d.]+) s simulating")


class Shapes:
    def __init__(self, sim, recordings, rounds, folder, table):
        """sim(*words, scenario=path) runs the program; recordings are name: words."""
        self.sim, self.recordings, self.rounds, self.folder, self.table = sim, recordings, rounds, Path(folder), table

    def seconds(self, scenario, replications, words):
        """(total, simulating) of one run without a file."""
        done = self.sim("-n", replications, "-o", "none", *words, scenario=scenario)
        return tuple(map(float, SPENT.search(done.stderr).groups()))

    def run(self):
        self.repeated()
        self.shop()

    def repeated(self):
        for partners in REPLICATIONS:
            (self.folder / f"same_{partners}.toml").write_text(REPEATED.format(months=MONTHS, partners=partners), encoding="utf-8")
        order = [(partners, name) for partners in REPLICATIONS for name in self.recordings]
        runs = {shape: [] for shape in order}
        for turn in range(self.rounds):
            for partners, name in reversed(order) if turn % 2 else order:
                runs[partners, name].append(self.seconds(self.folder / f"same_{partners}.toml", REPLICATIONS[partners],
                                                         self.recordings[name]))
        rates = {(partners, name): REPLICATIONS[partners] * partners * MONTHS / statistics.median(s for _, s in spent) / 1e6
                 for (partners, name), spent in runs.items()}
        rows = [[f"{partners:,}", f"{replications:,}", *(f"{rates[partners, name]:.1f}" for name in self.recordings),
                 *(f"{statistics.median(t - s for t, s in runs[partners, name]):.2f} s" for name in self.recordings)]
                for partners, replications in REPLICATIONS.items()]
        largest = [max(rates[p, name] for p in REPLICATIONS) / min(rates[p, name] for p in REPLICATIONS) for name in self.recordings]
        rows.append(["largest : smallest", "", *(f"{ratio:.2f}" for ratio in largest), *("" for _ in largest)])
        print(f"\nThe same partner repeated, million nominal partner-months a second while simulating (median of {self.rounds}); "
              "rest: set-up and statistics")
        self.table(["partners", "replications", *self.recordings, *(f"rest, {name}" for name in self.recordings)], rows, left=())

    def shop(self):
        scenario = self.folder / "shop.toml"
        scenario.write_text(SHOP, encoding="utf-8")
        seconds = []
        for _ in range(self.rounds):
            began = time.perf_counter()
            self.seconds(scenario, SHOP_REPLICATIONS, ())
            seconds.append(time.perf_counter() - began)
        typical = statistics.median(seconds)
        print(f"\nA shop (4,000 direct leads a month, gamma deals, 12 months, {SHOP_REPLICATIONS:,} replications), the whole process: "
              f"{typical:.3f} s (median of {self.rounds}; best {min(seconds):.3f} s), {SHOP_DEALS / typical / 1e6:,.0f} M deals a second")
