#!/usr/bin/python3
"""Draws what a result file says, one picture for each figure that it has data for.

    scripts/plot_results.py results/twelve_partners.h5                      # every figure, beside the file
    scripts/plot_results.py results/twelve_partners.h5 --figure exceedance --outcome wins --format pdf -o figures
    scripts/plot_results.py results/plans.h5 --figure cash --point ads       # one variant alone, by its id or label

Figures of an outcome are named FILE_OUTCOME_FIGURE, the others FILE_FIGURE; the path of each is printed. A figure is
derived from its file, so a figure of the same name is replaced. From Python: partnersim_figures.
"""

import argparse
import os
import re
import sys

import matplotlib

matplotlib.use("Agg")  # no display needed; must come before pyplot
import matplotlib.pyplot as plt

from partnersim_figures import FIGURES, Figure, STYLE, draw_figure, why_not
from partnersim_results import ResultError, Results


# Files do not differ from one call to the next: what would hold the time of drawing.
UNDATED = {"png": None, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def arguments():
    names = "\n".join(f"  {name:13} {figure.shows}" for name, figure in FIGURES.items())
    parser = argparse.ArgumentParser(
        description="Draws a partnersim result file.",
        epilog=f"example: plot_results.py results/twelve_partners.h5 --figure cash\n\nfigures:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", metavar="RESULT.h5")
    parser.add_argument("--figure", metavar="NAME", action="append", choices=tuple(FIGURES),
                        help="what to draw, may be repeated (default: every figure that the file has data for)")
    parser.add_argument("-o", "--output", metavar="FOLDER",
                        help="where figures go (default: beside the result file)")
    parser.add_argument("--outcome", metavar="NAME",
                        help="for figures of an outcome (default: revenue)")
    parser.add_argument("--point", metavar="LABEL|VARIANT|NUMBER",
                        help="one point alone (default: up to six together, of a sweep the variants in its first row)")
    parser.add_argument("--format", choices=tuple(UNDATED), default="png", help="default: png")
    parser.add_argument("--trust", action="store_true",
                        help="draw a result that another program has changed on purpose")
    return parser.parse_args()


def say(message):
    print(f"plot_results.py: {message}", file=sys.stderr)


def about_a_point(figure):
    """Whether a figure is of the point asked for; the others are of all points."""
    kind = FIGURES[figure]
    return kind.fewest < 2 if isinstance(kind, Figure) else kind.of_point


def file_name(args, figure, outcome, point, points):
    """Brackets of revenue_by_year[2] do not belong in file names."""
    parts = [os.path.splitext(os.path.basename(args.result))[0]]
    if FIGURES[figure].of_outcome:
        parts.append(re.sub(r"[^A-Za-z0-9]+", "_", outcome).strip("_"))
    of_point = [f"point{point}"] if point is not None and len(points) > 1 and about_a_point(figure) else []
    return "_".join(parts + [figure] + of_point) + f".{args.format}"


def draw(args, results):
    """Draws and prints the paths; says which figures the file has no data for, unless one was asked for by name."""
    point = None
    if args.point is not None:
        point = results.point_number(args.point)
    outcome = args.outcome or "revenue"
    # A misspelt one is refused with advice.
    if args.outcome and outcome not in results.summarised and results.outcome(outcome).ndim > 1:
        raise ResultError(f'{results.path}: "{outcome}" has a value for each year: ask for one, "{outcome}[1]"')
    folder = args.output or os.path.dirname(args.result) or "."
    os.makedirs(folder, exist_ok=True)
    for name in dict.fromkeys(args.figure or FIGURES):
        try:
            figure = draw_figure(results, name, outcome, point)
        except ResultError as error:
            if args.figure:
                raise
            if not FIGURES[name].of_experiment:  # an ordinary run need not hear what only experiments have
                say(f"no figure {name}: {why_not(results, name, outcome) or error}")
            continue
        path = os.path.join(folder, file_name(args, name, outcome, point, results.points))
        figure.savefig(path, metadata=UNDATED[args.format])
        plt.close(figure)
        print(path, flush=True)


def main():
    args = arguments()
    plt.style.use(STYLE)
    try:
        with Results(args.result, args.trust) as results:
            draw(args, results)
    except (ResultError, OSError) as error:
        say(error)
        return 5  # input/output, as in partnersim itself
    return 0


if __name__ == "__main__":
    sys.exit(main())
