"""A piano roll with the finger of every note, and the errors that were made."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from docs.planner_pictures.performance import Performance
from docs.planner_pictures.style import (
    FINGER_COLOURS,
    FINGER_INKS,
    GRID,
    INK,
    LEFT_HATCH,
    MISSED,
    MISSED_HATCH,
    SOFT_INK,
    WRONG,
    WRONG_HATCH,
    key_name,
    runs,
)  # fmt: skip
from pianomime_core.hands import FINGERS
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.metrics import score
from pianomime_core.timing import CONTROL_TIMESTEP_S as STEP_S

_MARGIN_S = 0.02
_STRIP = 0.42


def fingering_picture(performance: Performance) -> Figure:
    """Draw notes with the colour and the number of their finger, those of the left hand hatched; errors on top."""
    keys = np.flatnonzero((performance.goal | performance.pressed).any(axis=0))
    low, high = int(keys.min()) - 1, int(keys.max()) + 1
    seconds = len(performance.goal) * STEP_S
    figure = Figure(figsize=(11.0, 1.5 + 0.135 * (high - low + 1)))
    axes = figure.subplots()
    _lanes(axes, low, high, seconds)
    _notes(axes, performance)
    _errors(axes, performance)
    axes.set_xlim(0, seconds)
    axes.set_ylim(low - 0.5, high + 0.5)
    axes.set_xlabel("time [s]")
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    f1 = score(performance.goal, performance.pressed).f1
    axes.set_title(f"Who plays what: {performance.song}, first {seconds:g} s, frame F1 {f1:.3f}", pad=28)
    _legend(axes)
    return figure


def _lanes(axes: Axes, low: int, high: int, seconds: float) -> None:
    for key in range(low, high + 1):
        if KEYBOARD.is_black[key]:
            axes.axhspan(key - 0.5, key + 0.5, color="#F3F3F3", lw=0, zorder=0)
    for second in range(int(seconds) + 1):
        axes.axvline(second, color=GRID, lw=0.6, zorder=0)
    named = [key for key in range(low, high + 1) if not KEYBOARD.is_black[key]]
    axes.set_yticks(named, [key_name(key) for key in named], fontsize=7)
    for label in axes.get_yticklabels():
        if label.get_text().startswith("C"):
            label.set_fontweight("bold")
            label.set_color(INK)


def _notes(axes: Axes, performance: Performance) -> None:
    notes = performance.notes
    for onset, key, finger in zip(notes.onset, notes.key, notes.finger, strict=True):
        rest = np.flatnonzero(~performance.goal[onset:, key])
        end = onset + int(rest[0]) if len(rest) else len(performance.goal)
        start_s, end_s = onset * STEP_S, end * STEP_S - _MARGIN_S
        colour = "white" if finger < 0 else FINGER_COLOURS[finger % 5]
        ink = INK if finger < 0 else FINGER_INKS[finger % 5]
        bar = FancyBboxPatch(
            (start_s, key - 0.42), end_s - start_s, 0.84, boxstyle="round,pad=0,rounding_size=0.05",
            fc=colour, ec=INK, lw=0.7, hatch=LEFT_HATCH if finger >= 5 else None, hatchcolor=ink, zorder=2,
        )  # fmt: skip
        axes.add_patch(bar)
        played = runs(performance.pressed[onset:end, key])
        middle_s = (onset + sum(max(played, key=lambda run: run[1] - run[0], default=(0, end - onset))) / 2) * STEP_S
        axes.text(
            middle_s, key - 0.06, "?" if finger < 0 else str(finger % 5 + 1), fontsize=7, fontweight="bold",
            color=ink, ha="center", va="center", zorder=4, clip_on=True,
            bbox={"boxstyle": "round,pad=0.12", "fc": colour, "ec": "none"},
        )  # fmt: skip


def _errors(axes: Axes, performance: Performance) -> None:
    goal, pressed = performance.goal, performance.pressed
    for mask, colour, hatch in ((goal & ~pressed, MISSED, MISSED_HATCH), (pressed & ~goal, WRONG, WRONG_HATCH)):
        for key in np.flatnonzero(mask.any(axis=0)):
            for first, last in runs(mask[:, key]):
                x, width = first * STEP_S, (last - first) * STEP_S
                strip = Rectangle(
                    (x, key - _STRIP), width, 2 * _STRIP, fc=colour, ec="white", lw=0.6, hatch=hatch, zorder=5
                )
                axes.add_patch(strip)


def _legend(axes: Axes) -> None:
    handles = [
        Patch(fc=colour, ec=INK, lw=0.7, label=f"{number} {name}")
        for number, (colour, name) in enumerate(zip(FINGER_COLOURS, FINGERS, strict=True), 1)
    ]
    handles += [
        Patch(fc="white", ec=INK, lw=0.7, label="right hand"),
        Patch(fc="white", ec=INK, lw=0.7, hatch=LEFT_HATCH, hatchcolor=INK, label="left hand"),
        Patch(fc=MISSED, ec="white", hatch=MISSED_HATCH, label="wanted, not pressed"),
        Patch(fc=WRONG, ec="white", hatch=WRONG_HATCH, label="pressed, not wanted"),
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.005, 1.0), ncols=len(handles), fontsize=8,
        handlelength=1.4, columnspacing=1.2, handletextpad=0.5, labelcolor=SOFT_INK,
    )  # fmt: skip
