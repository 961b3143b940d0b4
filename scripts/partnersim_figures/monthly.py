"""Month by month: fan charts of any recorded quantity, performance with its losses, cash."""

from dataclasses import replace

import numpy as np

from partnersim_results import NotModelled

from .common import (BLACK, BLUE, BLUE_25, BLUE_50, GREEN, GREY, TITLE_PAD, VERMILION, label_months, legend_above, percent,
                     plain, round_ticks, ticks)


def draw_fan(axes, results, name, point=0):
    """Fan chart of the trajectory `name`: bands P5–P95 and P25–P75, median, mean and the spreadsheet's figure."""
    data, steps = fan_of(results, name, point)
    long_name = results.trajectory_long_name(name)
    a_month = " a month" if long_name.endswith(" a month") else ""
    whole = data.unit == "1" and bool(np.all(data.quantiles == np.round(data.quantiles))) and data.quantiles.size > 0
    draw_bands(axes, data, steps)
    draw_lines(axes, data, steps, median=True)

    lowest, highest = (data.band(0.05), data.band(0.95)) if data.levels.size else (data.mean, data.mean)
    axes.yaxis.set_major_locator(round_ticks(7, whole))
    if np.nanmin(lowest) >= 0:
        axes.set_ylim(bottom=0)
    if not np.any(highest) and not np.any(data.mean):
        axes.set_ylim(0, 1)
        axes.set_yticks([0])
    axes.yaxis.set_major_formatter(ticks(data.unit))
    axes.set_ylabel(plain(data.unit + a_month if data.unit != "1" else long_name[0].lower() + long_name[1:]))
    label_months(axes, results, data.months)
    axes.set_title(plain(f"{long_name.removesuffix(a_month)} month by month"), pad=TITLE_PAD)
    legend_above(axes)


def fan_of(results, name, point):
    """(Trajectory, whether to draw steps): cash with month 0, its opening cash, where the file says it for certain."""
    data = results.trajectory(name, point)
    if np.isnan(data.mean).all():
        raise NotModelled(f"{results.path}: {name} is not modelled at point {results.points[results.point_number(point)]}")
    opening = results.opening_cash(point) if name == "cash" else None
    if opening is not None:
        def begin(first, rest):
            return np.concatenate([[first], rest])

        data = replace(data, months=begin(0, data.months), mean=begin(opening.mean(), data.mean),
                       expected=begin(opening.mean(), data.expected),
                       quantiles=begin(np.quantile(opening, data.levels), data.quantiles))
    return data, len(data.months) == 1 or data.levels.size > 0 and in_steps(results, name)


def in_steps(results, name):
    """Quantiles with few different values (counts, deals of one size) jump from month to month: slopes between them
    would be invented. One answer for all points of a file, so that they look alike: that of most of them."""
    few = [len(np.unique(quantiles)) < len(quantiles)
           for quantiles in results.variable(f"trajectories/{name}_quantile")[0] if not np.isnan(quantiles).all()]
    return 2 * sum(few) > len(few)


def widened(values, steps, before=0.0, after=0.0):
    """With steps, every month is as wide as any other: half a month is added at either end."""
    return np.concatenate([values[:1] - before, values, values[-1:] + after]) if steps else values


def months_of(data, steps):
    """Places on the month axis for widened values."""
    return widened(data.months.astype(float), steps, 0.5, 0.5)


def draw_bands(axes, data, steps):
    """The bands P5–P95 and P25–P75, where quantiles were recorded; sets the limits of the month axis."""
    months = months_of(data, steps)
    axes.set_xlim(months[0], months[-1])
    for low, high, colour in ((0.05, 0.95, BLUE_25), (0.25, 0.75, BLUE_50)) if data.levels.size else ():
        axes.fill_between(months, widened(data.band(low), steps), widened(data.band(high), steps), color=colour,
                          step="mid" if steps else None, linewidth=0, label=f"P{100 * low:.0f}–P{100 * high:.0f}")


def draw_lines(axes, data, steps, median):
    """Median (if wanted and recorded), mean, and the spreadsheet's figure where there is one."""
    months = months_of(data, steps)
    if median and data.levels.size:
        axes.plot(months, widened(data.band(0.50), steps), drawstyle="steps-mid" if steps else "default",
                  color=BLUE, label="median")
    axes.plot(months, widened(data.mean, steps), color=GREEN, linestyle=(0, (1, 1)), linewidth=2.2, label="mean")
    if not np.isnan(data.expected).all():
        axes.plot(months, widened(data.expected, steps), color=BLACK, linestyle="--", linewidth=1.2,
                  label="spreadsheet")


def draw_active_partners(axes, results, point=0):
    """Active partners: bands, median, mean, and the expected number by the spreadsheet."""
    draw_fan(axes, results, "active_partners", point)
    data = results.trajectory("active_partners", point)
    every = np.append(data.quantiles, data.mean)
    if data.levels.size and np.ptp(every) == 0:     # bands and lines are one line
        number = int(data.mean[0])
        axes.set_ylim(0, max(1.0, 1.6 * number))
        axes.annotate(f"{number:,} in every month of every replication: none joins, and none ends" if number
                      else "none in any month of any replication", (0.5, number), xytext=(0, 8), ha="center",
                      xycoords=("axes fraction", "data"), textcoords="offset points", color=GREY)


def draw_performance(axes, results, point=0):
    """Performance against the twin, in percent: bands, mean, and the area that is lost on average."""
    data, steps = fan_of(results, "performance", point)
    draw_bands(axes, data, steps)
    draw_lines(axes, data, steps, median=False)
    loss = float(np.sum(1 - data.mean))
    axes.fill_between(months_of(data, steps), widened(data.mean, steps), 1.0, facecolor="none", edgecolor=VERMILION,
                      hatch="////", linewidth=0, label=f"lost on average: {loss:.2f} of {len(data.months)} months")
    axes.set_ylim(0, max(1.03, axes.get_ylim()[1]))
    axes.yaxis.set_major_formatter(percent())
    axes.set_ylabel("revenue intensity, % of that without shocks")
    label_months(axes, results, data.months)
    axes.set_title("Performance month by month", pad=TITLE_PAD)
    legend_above(axes)


def draw_cash(axes, results, point=0):
    """Fan chart of cash, with the line of no cash. A firm that ran out stays where it was."""
    draw_fan(axes, results, "cash", point)
    axes.axhline(0, color=BLACK, linewidth=0.8)
    if results.opening_cash(point) is None:
        axes.set_xlabel("month, cash at its end")
