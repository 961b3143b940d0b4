#!/usr/bin/python3
"""A worked study: should we take BigCo's exclusive channel deal, or buy advertising?

    scripts/study_channel_or_ads.py                     # results and figures in results/, the answer at the end
    scripts/study_channel_or_ads.py -n 2000 --rows 500  # the same, rougher

Compares the two plans of configs/channel_or_ads.toml with doing nothing, on shared random numbers; varies the two numbers
that matter most; splits what remains into luck and ignorance; draws figures. The answer is computed from the results:
change the scenario, and it changes. Uses build/release/partnersim (PARTNERSIM names another), and under a minute.
"""

import argparse
import os
import subprocess
import sys

import matplotlib

matplotlib.use("Agg")  # no display needed; must come before pyplot
import matplotlib.pyplot as plt
import numpy as np

from partnersim_experiments import layout_of, on_grid
from partnersim_figures import STYLE, axes_of, draw_figure, draw_heat_map, ticks, title_and_source
from partnersim_results import ResultError, Results, wilson

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCENARIO = os.path.join("configs", "channel_or_ads.toml")
OUTCOME = "profit"
LEADS, COST = "partner.bigco.leads", "acquisition.ads.cost_per_lead"
VARY = (f"{LEADS}=8,12,16,24,32", f"{COST}=45,65,90,130,180")
INNER = 25              # futures of each draw of the parameters; assumed: enough for the split, not more than needed


def arguments():
    parser = argparse.ArgumentParser(description="A worked study: BigCo's exclusive channel deal, or advertising?")
    parser.add_argument("-n", type=int, default=20_000, metavar="N", help="futures of each plan (default: 20,000)")
    parser.add_argument("--rows", type=int, default=4_000, metavar="N", help="futures of each point of the sweep")
    parser.add_argument("-o", "--output", default=os.path.join(ROOT, "results"), metavar="FOLDER")
    return parser.parse_args()


def run(folder, name, *words):
    """Runs the scenario into FOLDER/NAME.h5 (again only if something changed) and returns the path."""
    program = os.environ.get("PARTNERSIM", os.path.join(ROOT, "build", "release", "partnersim"))
    if not os.path.exists(program):
        sys.exit(f"{program} is not there: build it with scripts/demo.sh")
    path = os.path.join(folder, f"{name}.h5")
    command = [program, "run", os.path.join(ROOT, SCENARIO), "-o", path, "--quiet", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        # Never --force here: the file may hold somebody's longer run.
        sys.exit(f"{done.stderr}This failed: {' '.join(command)}")
    return path


# --- Numbers ---

def money(value, results):
    """(−12345.6) → "−12,300 EUR": three digits."""
    places = 2 - int(np.floor(np.log10(abs(value)))) if value else 0
    return f"{round(value, places):,.0f} {results.currency}".replace("-", "\N{MINUS SIGN}")


def print_plans(results):
    """A row for each plan: profit, its spread, running out of cash; then each against doing nothing."""
    print(results.question + "\n")
    print(f"{'profit over ' + str(results.months) + ' months':26}{'mean':>16}{'P5':>16}{'median':>16}{'P95':>16}"
          f"{'out of cash':>14}")
    for p, label in enumerate(results.points):
        figures = "".join(f"{money(results.statistic(OUTCOME, name, p), results):>16}"
                          for name in ("mean", "p05", "p50", "p95"))
        print(f"{label:26}{figures}{100 * results.statistic('out_of_cash', 'mean', p):>12.1f} %")
    print("\nagainst doing nothing, in the same futures (95 % intervals of simulation error):")
    for p in results.compared:
        row = results.comparison(OUTCOME, p)
        print(f"  {results.points[p]}: {money(row.mean.value, results)} on average "
              f"({money(row.mean.low, results)} to {money(row.mean.high, results)}), better in {100 * row.better:.0f} % "
              f"of the futures; pairing removed {100 * row.variance_removed:.0f} % of the variance")


def channel_less_ads(results):
    """(Layout, mean of profit with BigCo less that with advertising, its error): [leads, cost], paired by future."""
    layout = layout_of(results)
    columns = layout.spread(np.array([results.outcome(OUTCOME, p) for p in range(len(results.points))]))
    labels = layout.values[0]
    gap = columns[labels.index("channel")] - columns[labels.index("ads")]
    return layout, gap.mean(axis=-1), gap.std(axis=-1, ddof=1) / np.sqrt(gap.shape[-1])


def crossing(x, y):
    """Where y changes sign along x, by straight lines between neighbours; NaN where it does not."""
    for k in range(len(x) - 1):
        if y[k] * y[k + 1] < 0:
            return x[k] + (x[k + 1] - x[k]) * y[k] / (y[k] - y[k + 1])
    return float("nan")


# --- Figures ---

def draw_difference(results):
    """Channel less ads over both axes: blue where BigCo is the better plan; the line is where both are worth the same."""
    layout, mean, error = channel_less_ads(results)
    figure, places = plt.subplots(1, 2, constrained_layout=True, figsize=(11, 4.8))
    down, across = axes_of(results, layout)
    image = draw_heat_map(places[0], mean, down, across, results.currency, levels=[("as good", 0.0)])
    places[0].set_title("Mean profit, BigCo less advertising", pad=20)
    colour_bar(figure, image, places[0], f"{results.currency} over {results.months} months", results.currency)
    _, broke = on_grid(results, "out_of_cash", "mean")
    gap = broke[layout.values[0].index("channel")] - broke[layout.values[0].index("ads")]
    image = draw_heat_map(places[1], -100 * gap, down, across, "points", levels=[("as likely", 0.0)])
    places[1].set_title("Out of cash: points by which BigCo is safer", pad=20)
    colour_bar(figure, image, places[1], "percentage points", "1")
    for place in places:
        place.set_xlabel(f"what a lead from advertising costs, {results.currency}")
        place.set_ylabel("leads from BigCo a month")
    title_and_source(figure, results)
    return figure


def colour_bar(figure, image, place, words, unit):
    """What the colours of one map mean."""
    bar = figure.colorbar(image, ax=place, pad=0.02)
    bar.ax.yaxis.set_major_formatter(ticks(unit))
    bar.set_label(words)
    bar.outline.set_visible(False)


def save(figure, folder, name):
    path = os.path.join(folder, f"{name}.png")
    figure.savefig(path)
    plt.close(figure)
    return path


# --- The answer ---

def clearly(row):
    """1 when the plan is better than doing nothing beyond simulation error, −1 when it is worse, else 0."""
    return int(row.mean.low > 0) - int(row.mean.high < 0)


def answer(plans, sweep, doubt):
    """The answer in plain words, each sentence from the numbers."""
    rows = {plans.variant_of[p]: plans.comparison(OUTCOME, p) for p in plans.compared}
    names = dict(zip(plans.variant_of, plans.points))
    best = max(rows, key=lambda name: rows[name].mean.value)
    other = next(name for name in rows if name != best)
    lines = []
    if clearly(rows[best]) > 0:
        lines.append(f"On average {names[best]} pays: {money(rows[best].mean.value, plans)} more than doing nothing.")
    else:
        lines.append("On average neither plan clearly beats doing nothing.")
    verdict = {1: "pays too, but less", 0: "makes no clear difference", -1: "costs more than it brings"}
    lines.append(f"{names[other][0].upper() + names[other][1:]} {verdict[clearly(rows[other])]} "
                 f"({money(rows[other].mean.value, plans)} on average).")
    lines += risk(plans, names)
    lines += what_would_change_it(sweep, names)
    split = doubt.variance_split(OUTCOME, doubt.variant_of.index(best))
    share = 100 * split.share
    lines.append(f"Of the variance of profit with {names[best]}, about {share:.0f} % is ignorance of the inputs, which data "
                 f"could take away; the rest is luck.")
    return lines


def risk(plans, names):
    """Who runs out of cash how often, and whether that speaks against the plan that is best on average."""
    count = plans.replications
    shares = {v: plans.statistic("out_of_cash", "mean", p) for p, v in enumerate(plans.variant_of)}
    safest = min(shares, key=shares.get)
    interval = {v: wilson(round(shares[v] * count[p]), int(count[p])) for p, v in enumerate(plans.variant_of)}
    words = ", ".join(f"{100 * shares[v]:.1f} % with {names[v]}" if v != "base" else f"{100 * shares[v]:.1f} % as we are"
                      for v in shares)
    clear = all(interval[safest][1] < interval[v][0] for v in shares if v != safest)
    said = "doing nothing" if safest == "base" else names[safest]
    return [f"The firm runs out of cash in {words}: " +
            (f"{said} is the safest." if clear else "too close to call.")]


def what_would_change_it(sweep, names):
    """For which values of the two numbers BigCo beats advertising, from the sweep."""
    layout, mean, error = channel_less_ads(sweep)
    down, across = axes_of(sweep, layout)
    if down.path != LEADS:
        mean, error, down, across = mean.T, error.T, across, down
    _, every = on_grid(sweep, OUTCOME, "mean")
    winners = np.argmax(every, axis=0)          # of the three, on average
    labels = ["doing nothing" if v == "base" else names[v] for v in layout.values[0]]
    tally = ", ".join(f"{label} in {np.sum(winners == k)}" for k, label in enumerate(labels))
    lines = [f"Of {mean.size} combinations of BigCo's leads and the cost of a lead, the best on average is: {tally}.",
             f"Between the two plans, {names['channel']} is clearly better in {np.sum(mean > 1.96 * error)}, "
             f"clearly worse in {np.sum(mean < -1.96 * error)}."]
    costs = np.asarray(across.values)[across.order]
    for place in down.order:
        row, leads = mean[place][across.order], down.values[place]
        at = crossing(costs, row)
        if np.isnan(at):
            better = names["channel" if row[0] > 0 else "ads"]
            end = f"{better} is the better of the two at every cost of a lead that was tried"
        else:
            end = f"{names['channel']} is the better of the two from about {at:.0f} {sweep.currency} a lead upwards"
        lines.append(f"If BigCo brings {leads:g} leads a month, {end}.")
    return lines


def main():
    args = arguments()
    os.makedirs(args.output, exist_ok=True)
    plt.style.use(STYLE)
    vary = [word for axis in VARY for word in ("--vary", axis)]
    # A sweep needs no months and no partners.
    lean = ["--set", "output.trajectories=none", "--set", "output.partners=false"]
    plans = run(args.output, "study_plans", "-n", str(args.n))
    sweep = run(args.output, "study_sweep", "-n", str(args.rows), *vary, *lean)
    whole = str(-(-args.n // INNER) * INNER)
    doubt = run(args.output, "study_doubt", "-n", whole, "--set", f"scenario.inner={INNER}", *lean)
    with Results(plans) as p, Results(sweep) as s, Results(doubt) as d:
        print_plans(p)
        best = max(p.compared, key=lambda k: p.comparison(OUTCOME, k).mean.value)
        print("\nfigures")
        for figure, name in ((draw_figure(p, "variants", OUTCOME), "study_variants"),
                             (draw_figure(p, "points", OUTCOME), "study_points"),
                             (draw_figure(p, "exceedance", OUTCOME), "study_exceedance"),
                             (draw_figure(s, "heatmap", OUTCOME), "study_heatmap"),
                             (draw_difference(s), "study_difference"),
                             (draw_figure(d, "doubt", OUTCOME, best), "study_doubt")):
            print("  " + os.path.relpath(save(figure, args.output, name)))
        print("\nThe answer, as far as the assumptions in the scenario hold\n")
        for line in answer(p, s, d):
            print("- " + line)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ResultError, ValueError) as error:
        sys.exit(f"study_channel_or_ads.py: {error}")
