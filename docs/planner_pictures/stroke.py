"""One stroke: a finger presses a key, lifts, travels to the next key, waits above it and presses it."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from docs.planner_pictures.performance import Performance
from docs.planner_pictures.style import GREEN, GRID, INK, ORANGE, RIGHT, SOFT_INK, key_name, runs
from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_policy.motion.fingertip_targets import FingertipConfig

_BEFORE_STEPS, _AFTER_STEPS = 7, 7
_FEWEST_STEPS, _MOST_STEPS = 5, 12
_PHASE_COLOURS = {"press": "#CFE3F1", "lift": "#FBE6C2", "travel": "#EDEDED", "ready": "#D3EDE4", "float": "#FFFFFF"}
_WHITE_TOP_M = float(KEYBOARD.top_z_m[~KEYBOARD.is_black][0])


class Stroke(NamedTuple):
    """Finger 0..9 releases one key at step `release`; the goal has the next one from step `onset` on."""

    finger: int
    release: int
    onset: int
    key_from: int
    key_to: int


def stroke_picture(performance: Performance) -> Figure:
    """Draw height and place of a fingertip and the angles of both keys over time, phases shaded and named."""
    stroke = widest_stroke(performance)
    first = max(stroke.release - _BEFORE_STEPS, 0)
    last = min(stroke.onset + _AFTER_STEPS, len(performance.goal))
    figure = Figure(figsize=(9.5, 7.2))
    height, place, angle = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 2), gridspec_kw={"hspace": 0.12})
    phases = _phases(performance, stroke, first, last)
    for axes in (height, place, angle):
        _shade(axes, phases, first)
        axes.axvline(stroke.onset * CONTROL_TIMESTEP_S, color=INK, lw=0.9, ls=":", zorder=2)
    _name_phases(height, phases, first)
    _tip(height, performance, stroke, first, last, axis=2, zero_m=_WHITE_TOP_M)
    height.set_ylabel("height over\nwhite keys [mm]")
    height.legend(loc="upper left", fontsize=8.5, labelcolor=INK)
    _tip(place, performance, stroke, first, last, axis=1, zero_m=float(KEYBOARD.center_y_m[stroke.key_to]))
    _key_lanes(place, stroke)
    place.set_ylabel(f"sideways from\n{key_name(stroke.key_to)} [mm]")
    _angles(angle, performance, stroke, first, last)
    angle.set_xlabel("time [s]")
    angle.set_xlim(first * CONTROL_TIMESTEP_S, last * CONTROL_TIMESTEP_S)
    hand = "right" if stroke.finger < 5 else "left"
    height.set_title(
        f"The {hand} {FINGERS[stroke.finger % 5]} finger goes from {key_name(stroke.key_from)} "
        f"to {key_name(stroke.key_to)} ({performance.song})",
        pad=24,
    )
    figure.align_ylabels()
    return figure


def widest_stroke(performance: Performance) -> Stroke:
    """Return the stroke that goes furthest sideways among those that are slow enough to show their phases.

    Raises:
        UserError: There is none: the music leaves no finger the time.
    """
    notes = performance.notes
    strokes = []
    for finger in range(10):
        mine = np.flatnonzero(notes.finger == finger)
        for a, b in pairwise(mine):
            stroke = Stroke(finger, int(notes.release[a]), int(notes.onset[b]), int(notes.key[a]), int(notes.key[b]))
            if _FEWEST_STEPS <= stroke.onset - stroke.release <= _MOST_STEPS and stroke.key_from != stroke.key_to:
                strokes.append(stroke)
    if not strokes:
        raise UserError(f"in the music of {performance.song!r} no finger changes its key with time to spare: take more")
    return max(strokes, key=lambda s: abs(KEYBOARD.center_y_m[s.key_to] - KEYBOARD.center_y_m[s.key_from]))


def _phases(performance: Performance, stroke: Stroke, first: int, last: int) -> list[str]:
    # The weights of the fingertip targets differ from phase to phase.
    c = FingertipConfig()
    names = {
        c.press_weight: "press",
        c.release_weight: "lift",
        c.travel_weight: "travel",
        c.ready_weight: "ready",
        c.idle_weight: "float",
    }
    weight = performance.rows[stroke.finger // 5].weight[first:last, stroke.finger % 5]
    return [names[tuple(row.tolist())] for row in weight]


def _shade(axes: Axes, phases: list[str], first: int) -> None:
    for step, phase in enumerate(phases, first):
        axes.axvspan(
            step * CONTROL_TIMESTEP_S, (step + 1) * CONTROL_TIMESTEP_S, color=_PHASE_COLOURS[phase], lw=0, zorder=0
        )
    axes.grid(axis="y", color=GRID, lw=0.6, zorder=1)
    axes.set_axisbelow(True)


def _name_phases(axes: Axes, phases: list[str], first: int) -> None:
    begin = 0
    for end in range(1, len(phases) + 1):
        if end == len(phases) or phases[end] != phases[begin]:
            middle = (first + (begin + end) / 2) * CONTROL_TIMESTEP_S
            axes.text(middle, 1.02, phases[begin], transform=axes.get_xaxis_transform(), ha="center", color=SOFT_INK)
            begin = end


def _tip(axes: Axes, performance: Performance, stroke: Stroke, first: int, last: int, axis: int, zero_m: float) -> None:
    hand, finger = divmod(stroke.finger, 5)
    target = performance.rows[hand].target[first:last, finger, axis] - zero_m
    steps_s = (np.arange(first, last) + 1) * CONTROL_TIMESTEP_S
    axes.plot(
        steps_s,
        1e3 * target,
        color=ORANGE,
        lw=1.4,
        marker="o",
        ms=4.5,
        label="target at the end of each step",
        zorder=4,
    )
    measured = performance.fine_tips_m[:, hand, finger, axis] - zero_m
    axes.plot(performance.fine_time_s, 1e3 * measured, color=RIGHT, lw=2.2, label="measured", zorder=3)
    shown = _shown(performance.fine_time_s, first, last)
    both = np.concatenate([1e3 * target, 1e3 * measured[shown]])
    axes.set_ylim(both.min() - 4, both.max() + 6)


def _key_lanes(axes: Axes, stroke: Stroke) -> None:
    zero = KEYBOARD.center_y_m[stroke.key_to]
    for key in (stroke.key_from, stroke.key_to):
        middle, half = 1e3 * (KEYBOARD.center_y_m[key] - zero), 500 * KEYBOARD.width_m[key]
        axes.axhspan(middle - half, middle + half, fc="none", ec=SOFT_INK, lw=0.9, zorder=2)
        axes.text(
            0.5, middle, f"key {key_name(key)}", transform=axes.get_yaxis_transform(), ha="center", va="center",
            fontsize=8, color=SOFT_INK,
        )  # fmt: skip
    ends = 1e3 * (KEYBOARD.center_y_m[[stroke.key_from, stroke.key_to]] - zero)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, ends.min() - 16), max(high, ends.max() + 16))


def _angles(axes: Axes, performance: Performance, stroke: Stroke, first: int, last: int) -> None:
    # Bars under the curves show when the goal has each key.
    for row, (key, colour, line) in enumerate(((stroke.key_from, GREEN, (0, (5, 1))), (stroke.key_to, RIGHT, "-"))):
        share = 100 * performance.fine_keys_rad[:, key] / KEYBOARD.travel_rad[key]
        axes.plot(performance.fine_time_s, share, color=colour, lw=2.0, ls=line, label=key_name(key), zorder=3)
        for begin, end in runs(performance.goal[first:last, key]):
            span = [(first + step) * CONTROL_TIMESTEP_S for step in (begin, end)]
            axes.plot(span, [-9 - 9 * row] * 2, color=colour, lw=4, ls=line, solid_capstyle="butt", zorder=3)
    active = 100 * KEYBOARD.activation_rad[stroke.key_to] / KEYBOARD.travel_rad[stroke.key_to]
    axes.axhline(active, color=INK, lw=0.9, ls="--", zorder=2)
    across = axes.get_yaxis_transform()
    axes.text(0.5, active - 6, "a key counts as pressed above this", transform=across, ha="center", va="top", size=8)
    axes.text(0.006, -13.5, "wanted", transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=SOFT_INK)
    axes.set_ylim(-24, 140)
    axes.set_yticks([0, 50, 100])
    axes.set_ylabel("key travel [%]")
    axes.legend(loc="center left", fontsize=8.5, labelcolor=INK)


def _shown(time_s: NDArray[np.float64], first: int, last: int) -> NDArray[np.bool_]:
    shown: NDArray[np.bool_] = (time_s >= first * CONTROL_TIMESTEP_S) & (time_s <= last * CONTROL_TIMESTEP_S)
    return shown
