"""A plot of load against limits; needs matplotlib, which is the extra ``plot``."""

# What matplotlib answers is not typed throughout.
# pyright: basic

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from phone_system import _codec
from phone_system._generated import Simulated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from phone_system._generated import SimulatedNumber

_CARRIED = "#4c78a8"
_PEAK = "#1b3a5c"
_LIMIT = "#c8102e"
_REFUSED = "#f6b26b"
# Hours with more refused than this are marked: what planners commonly allow.
_MARKED = 0.01


def plot_load(
    simulated: Simulated,
    path: str | os.PathLike[str] | None = None,
    *,
    most: int = 8,
) -> Figure:
    """Plots the load of a simulated day against the limits.

    Each number has a panel: the traffic carried in each hour, the most calls at once on any day,
    the limit, and a mark under hours in which more than 1 % of the tries were refused. The busiest
    numbers are shown, those with most tries first; the rest is summed in one more panel, which
    says how many they are, and how many of them refused tries. Shared limits stand before the
    numbers.

    No window is opened: the figure is written to a file, or shown by whoever has asked for it.

    Args:
        simulated: What a simulation answered.
        path: The file to be written, its suffix being the format; none for no file.
        most: How many numbers have a panel of their own, at least 1.

    Returns:
        The figure, a ``matplotlib.figure.Figure``.

    Raises:
        ImportError: If matplotlib is not installed: ``pip install phone-system[plot]``.
        OSError: If the file cannot be written.
        TypeError: If an argument has the wrong type.
        ValueError: If `most` is not at least 1, or matplotlib does not know the format.
    """
    try:
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError as error:
        raise ImportError(
            "plot_load needs matplotlib: pip install phone-system[plot]", name="matplotlib"
        ) from error
    if not isinstance(simulated, Simulated):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"simulated: expected Simulated, not {type(simulated).__name__}")
    if _codec.uint32(most, "most") < 1:
        raise ValueError(f"most: {most} is not at least 1")
    ranked = sorted(simulated.numbers, key=_tries, reverse=True)
    # A panel for one number says more than one that sums a single one.
    shown = ranked if len(ranked) <= most + 1 else ranked[:most]
    rest = ranked[len(shown) :]
    count = len(simulated.limits) + len(shown) + bool(rest)
    columns = min(3, count)
    rows = math.ceil(count / columns)
    # The title and the legend take as many inches, however many rows there are.
    below = 0.4 if columns > 1 else 0.65
    width, height = 1.2 + 4.1 * columns, 0.8 + below + 2.6 * rows
    layout = ConstrainedLayoutEngine(
        rect=(0, below / height, 1 - 0.15 / width, 1 - (0.7 + below) / height),
        h_pad=0.09,
        w_pad=0.09,
    )
    figure = Figure(figsize=(width, height), layout=layout)
    grid = figure.subplots(rows, columns, squeeze=False)
    panels = [panel for row in grid for panel in row]
    for panel in panels[count:]:
        panel.set_visible(False)
    place = 0
    for limit in simulated.limits:
        carried = [float(hour.carried) for hour in limit.hours]
        peaks = [hour.peak for hour in limit.hours]
        most_calls = limit.limits.two_way
        if most_calls is not None:
            most_calls += limit.limits.burst
        refused = sum(hour.refused for hour in limit.hours)
        _draw(panels[place], carried, peaks, most_calls)
        _name(panels[place], str(limit.scope), f"{refused:,} tries refused" if refused else "")
        place += 1
    for number in shown:
        panel = panels[place]
        shares = [float(hour.blocking or 0) for hour in number.hours]
        _draw(
            panel,
            [float(hour.carried) for hour in number.hours],
            [hour.peak for hour in number.hours],
            number.limit,
            [hour for hour, share in enumerate(shares) if share > _MARKED],
        )
        worst = max(range(24), key=shares.__getitem__)
        told = f"{_percent(shares[worst])} refused at {worst:02}:00" if shares[worst] else ""
        _name(panel, str(number.number), told)
        place += 1
    if rest:
        panel = panels[place]
        carried = [float(sum(number.hours[hour].carried for number in rest)) for hour in range(24)]
        _draw(panel, carried, None, None)
        full = sum(number.day.refused > 0 for number in rest)
        others = f"{len(rest):,} other numbers, summed"
        _name(panel, others, f"{full:,} of them refused tries" if full else "none refused a try")
    _frame(figure, simulated, height, panels[:count], columns)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _tries(number: SimulatedNumber) -> int:
    """By which numbers are ranked."""
    return number.day.admitted + number.day.refused


def _percent(share: float) -> str:
    if share < 0.001:
        return "<0.1 %"
    return (
        f"{share:.1%}".replace("%", " %") if share < 0.0995 else f"{share:.0%}".replace("%", " %")
    )


def _draw(
    panel: Axes,
    carried: Sequence[float],
    peaks: Sequence[int] | None,
    limit: int | None,
    refusing: Sequence[int] = (),
) -> None:
    from matplotlib.ticker import MaxNLocator

    edges = list(range(25))
    panel.stairs(carried, edges, fill=True, color=_CARRIED, alpha=0.75, linewidth=0)
    top = max(carried)
    if peaks is not None:
        panel.stairs(peaks, edges, color=_PEAK, linewidth=1.4, baseline=None, zorder=3.5)
        top = max(top, *peaks)
    top = max(top, 1.0)
    if limit is not None and limit <= 3 * top:
        panel.axhline(limit, color=_LIMIT, linewidth=1.6, linestyle=(0, (4, 2)), zorder=4)
        top = max(top, limit)
    elif limit is not None:
        # So far above that the load would be a line on the ground.
        panel.text(
            0.985, 0.96, f"limit {limit:,} ↑",
            color=_LIMIT, fontsize=8.5, ha="right", va="top", transform=panel.transAxes,
        )  # fmt: skip
        top *= 1.15
    for hour in refusing:
        panel.axvspan(hour, hour + 1, ymin=0, ymax=0.035, color=_REFUSED, linewidth=0, zorder=3)
    panel.set_xlim(0, 24)
    panel.set_ylim(0, top * 1.1)
    panel.set_xticks(range(0, 25, 6), [f"{hour:02}:00" for hour in range(0, 25, 6)])
    panel.set_xticks(range(0, 25, 2), minor=True)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    panel.tick_params(labelsize=8.5)
    panel.grid(axis="y", color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def _name(panel: Axes, name: str, told: str) -> None:
    short = name if len(name) <= 28 else f"{name[:27]}…"
    panel.set_title(short, loc="left", fontsize=10, fontweight="bold")
    panel.set_title(told, loc="right", fontsize=8.5, color="#555555")


def _frame(
    figure: Figure, simulated: Simulated, height: float, panels: Sequence[Axes], columns: int
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    for panel in panels[::columns]:
        panel.set_ylabel("calls at once", fontsize=9)
    days = "1 day" if simulated.days == 1 else f"{simulated.days:,} days"
    blocking = float(simulated.day.blocking or 0)
    refused = f"{_percent(blocking)} of all tries refused" if blocking else "nothing refused"
    figure.text(
        0.012, 1 - 0.12 / height, "Load against limits, by hour of the day",
        fontsize=13, fontweight="bold", va="top",
    )  # fmt: skip
    figure.text(
        0.012, 1 - 0.42 / height, f"{days} simulated, {simulated.day.offered:,} calls, {refused}",
        fontsize=9.5, color="#555555", va="top",
    )  # fmt: skip
    figure.legend(
        handles=[
            Patch(color=_CARRIED, alpha=0.75, label="traffic carried (erlang), mean of days"),
            Line2D([], [], color=_PEAK, linewidth=1.4, label="most at once, any day"),
            Line2D([], [], color=_LIMIT, linewidth=1.4, linestyle=(0, (4, 2)), label="limit"),
            Patch(color=_REFUSED, label="more than 1 % refused"),
        ],
        loc="lower left",
        bbox_to_anchor=(0.006, 0.0),
        ncols=4 if columns > 1 else 2,
        fontsize=8.5,
        frameon=False,
    )
