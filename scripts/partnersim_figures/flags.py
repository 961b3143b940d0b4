"""Vertical lines with their labels beside them like flags, none of which covers another."""

from .common import round_ticks


def mark_values(axes, marks, top):
    """Vertical lines with their labels beside them like flags, above the bars.

    `marks` are (text, x, colour, line style).
    """
    axes.set_ylim(0, top)
    axes.margins(x=0.02)
    axes.figure.canvas.draw()  # the layout settles sizes only when drawn, and only a drawn text has a width
    frame = axes.get_window_extent()
    marks = sorted(marks, key=lambda mark: mark[1])
    labels = [axes.text(0, 0, text, color=colour, va="bottom", fontsize=8.5, linespacing=1.1, transform=axes.transAxes)
              for text, _, colour, _ in marks]
    sizes = [label.get_window_extent() for label in labels]
    lines = [axes.transData.transform((x, 0))[0] - frame.x0 for _, x, _, _ in marks]
    flags, rows = place_flags(lines, [size.width for size in sizes], frame.width)

    row_height = (max(size.height for size in sizes) + 6) / frame.height
    bars = max(0.35, 1 - rows * row_height)  # bars keep the height that the rows of labels leave
    axes.set_ylim(0, top / bars * 1.02)
    axes.set_yticks([t for t in round_ticks(5).tick_values(0, top) if 0 <= t <= top * 1.001])
    for label, size, (_, x, colour, style), (row, left) in zip(labels, sizes, marks, flags):
        foot = bars + row * row_height
        label.set_position((left / frame.width, foot + 2 / frame.height))
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # hides grid lines
        axes.plot([x, x], [0, foot + size.height / frame.height], color=colour, linestyle=style, linewidth=1.5,
                  transform=axes.get_xaxis_transform())


def place_flags(lines, widths, width, gap=5):
    """Chooses for each label a row and a side of its line, so that no label covers another or another's line.

    Pixels: `lines` are positions, sorted, `widths` those of the labels, `width` that of the panel. A line rises to
    the row of its own label, hence through all rows below. Fewest rows win. Returns [(row, left)], number of rows.
    """
    def clash(i, j, placed):
        """Does the label of i cover the label or the line of j?"""
        (row, left), (other_row, other_left) = placed[i], placed[j]
        right = left + widths[i]
        covers_label = row == other_row and left < other_left + widths[j] + gap and other_left < right + gap
        return covers_label or (other_row >= row and left - gap < lines[j] < right + gap)

    def search(placed, rows):
        i = len(placed)
        if i == len(lines):
            return placed
        for row in range(rows):
            for left in (lines[i] - gap - widths[i], lines[i] + gap):
                trial = placed + [(row, left)]
                if left >= gap / 2 and left + widths[i] <= width + 2 * gap \
                        and not any(clash(i, j, trial) or clash(j, i, trial) for j in range(i)):
                    found = search(trial, rows)
                    if found:
                        return found
        return None

    for rows in range(1, len(lines) + 1):
        found = search([], rows)
        if found:
            return found, rows
    # Labels wider than the panel: one above the other, whatever they cover.
    return [(row, max(0, min(x + gap, width - w))) for row, (x, w) in enumerate(zip(lines, widths))], len(lines)
