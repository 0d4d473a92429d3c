"""The place of both hands along the keyboard: planned, simulated, and where it is comfortable for their fingers."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from docs.planner_pictures.performance import Performance
from docs.planner_pictures.style import GRID, HAND_COLOURS, INK, LEFT_HATCH, SOFT_INK, draw_keyboard, key_name, runs
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_policy.fingering.fingering import finger_offsets_m, offset_limits_m

_KEYBOARD_S = 0.45
_MARGIN_M = 0.06
_DASHES = (0, (4, 1.6))
_HATCHES, _MARKERS = (None, LEFT_HATCH), ("o", "s")
_MARKER_STEPS = 10


def hand_path_picture(performance: Performance) -> Figure:
    """Draw planned and simulated centres over time, bands of comfort, notes, and the keyboard to scale."""
    seconds = len(performance.goal) * CONTROL_TIMESTEP_S
    places = KEYBOARD.center_y_m[performance.goal.any(axis=0)]
    low, high = places.min() - _MARGIN_M, places.max() + _MARGIN_M
    figure = Figure(figsize=(11.0, 5.6))
    axes = figure.subplots()
    draw_keyboard(axes, low, high, -_KEYBOARD_S, 0.0)
    for second in range(int(seconds) + 1):
        axes.axvline(second, color=GRID, lw=0.6, zorder=0)
    _notes(axes, performance)
    time_s = (np.arange(len(performance.goal)) + 1) * CONTROL_TIMESTEP_S
    for hand, colour in enumerate(HAND_COLOURS):
        lowest, highest = comfort_m(performance, hand)
        for first, last in runs(~np.isnan(lowest)):
            edges_s = np.arange(first, last + 1) * CONTROL_TIMESTEP_S
            below, above = (np.append(v[first:last], v[last - 1]) for v in (lowest, highest))
            axes.fill_between(
                edges_s, below, above, step="post", fc=colour, alpha=0.22, lw=0, hatch=_HATCHES[hand],
                hatchcolor=colour, zorder=1,
            )  # fmt: skip
        centre_m = performance.centre_m[:, hand]
        axes.plot(
            time_s, centre_m, color=colour, lw=2.2, marker=_MARKERS[hand], ms=6, markevery=_MARKER_STEPS, zorder=4
        )
        axes.plot(performance.fine_time_s, performance.fine_centre_m[:, hand], color=INK, ls=_DASHES, lw=1.0, zorder=5)
    axes.set_xlim(-_KEYBOARD_S, seconds)
    axes.set_ylim(low, high)
    named = [key for key in range(88) if key_name(key)[:-1] == "C" and low < KEYBOARD.center_y_m[key] < high]
    axes.set_yticks(KEYBOARD.center_y_m[named], [key_name(key) for key in named])
    axes.set_xticks(np.arange(0, seconds + 0.1, 2))
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("time [s]")
    axes.set_title(f"Where the hands are: {performance.song}, first {seconds:g} s", pad=28)
    handles = [
        *(
            Line2D([], [], color=colour, lw=2.2, marker=marker, ms=6, label=f"{hand} hand, planned")
            for hand, colour, marker in zip(("right", "left"), HAND_COLOURS, _MARKERS, strict=True)
        ),
        Line2D([], [], color=INK, lw=1.0, ls=_DASHES, label="simulated"),
        Patch(color="#999999", alpha=0.35, label="where all its sounding fingers are comfortable"),
        Patch(fc="#8A8A8A", label="notes"),
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.035, 1.0), ncols=len(handles), fontsize=8.5,
        labelcolor=SOFT_INK, columnspacing=1.6,
    )  # fmt: skip
    return figure


def comfort_m(performance: Performance, hand: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest comfortable centre of a hand for all its fingers on keys, (T,) each [m].

    Both are nan where no centre is comfortable for all, and where no finger is on a key.
    """
    offset, (low, high) = finger_offsets_m(), offset_limits_m()
    notes = performance.notes
    lowest, highest = np.full(len(performance.goal), -np.inf), np.full(len(performance.goal), np.inf)
    for onset, release, key, finger in zip(*notes, strict=True):
        if finger >= 0 and finger // 5 == hand:
            held, place = slice(onset, release), KEYBOARD.center_y_m[key] - offset[finger]
            lowest[held] = np.maximum(lowest[held], place - high[finger])
            highest[held] = np.minimum(highest[held], place - low[finger])
    nobody = np.isinf(lowest) | (lowest > highest)
    return np.where(nobody, np.nan, lowest), np.where(nobody, np.nan, highest)


def _notes(axes: Axes, performance: Performance) -> None:
    for key in np.flatnonzero(performance.goal.any(axis=0)):
        for first, last in runs(performance.goal[:, key]):
            axes.plot(
                [first * CONTROL_TIMESTEP_S + 0.03, last * CONTROL_TIMESTEP_S - 0.05],
                [KEYBOARD.center_y_m[key]] * 2,
                color="#8A8A8A", lw=3.2, zorder=3,
            )  # fmt: skip
