"""Note-frames that a jump from chord to chord costs, by its distance and the rest before it: the limit of legato."""

import numpy as np
from benchmarks.chord_jump import JumpLoss
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from docs.planner_pictures.style import GRID, INK, ORANGE, SKY, SOFT_INK
from pianomime_core.timing import CONTROL_TIMESTEP_S

_LINES = ("-", "--", ":", "-.")
_STEP_MS = 1e3 * CONTROL_TIMESTEP_S


def _milliseconds(frames: ArrayLike) -> ArrayLike:
    return np.asarray(frames, float) * _STEP_MS


def _frames(time_ms: ArrayLike) -> ArrayLike:
    return np.asarray(time_ms, float) / _STEP_MS


def chord_jump_picture(losses: list[JumpLoss]) -> Figure:
    """Draw the note-frames lost per note over the distance of the jump, and for the shortest rest their parts."""
    figure = Figure(figsize=(9.0, 4.4))
    axes = figure.subplots()
    rests = sorted({loss.rest_s for loss in losses})
    for number, rest_s in enumerate(rests):
        these = sorted((loss for loss in losses if loss.rest_s == rest_s), key=lambda loss: loss.distance_m)
        distance_cm = 100 * np.array([loss.distance_m for loss in these])
        early, lost = (np.array([getattr(loss, name) for loss in these]) for name in ("early", "lost"))
        if number == 0:
            for below, above, colour, hatch, words in (
                (np.zeros_like(early), early, SKY, None, "old chord released early"),
                (early, lost, ORANGE, "////", "new chord late"),
            ):
                axes.fill_between(
                    distance_cm, below, above, fc=colour, alpha=0.45, lw=0, hatch=hatch, hatchcolor=INK, label=words
                )
        words = "no rest" if rest_s == 0 else f"{1e3 * rest_s:.0f} ms of rest"
        axes.plot(distance_cm, lost, color=INK, lw=1.8, ls=_LINES[number % len(_LINES)], marker="o", ms=4)
        axes.annotate(words, (distance_cm[-1], lost[-1]), (0, 7), textcoords="offset points", ha="right")
    axes.set_ylim(0, 1.15 * max(loss.lost for loss in losses))
    axes.set_xlim(0, None)
    axes.grid(axis="y", color=GRID, lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("both hands jump by [cm]")
    axes.set_ylabel("note-frames lost by an old and a new note")
    time = axes.secondary_yaxis("right", functions=(_milliseconds, _frames))
    time.set_ylabel("[ms]")
    time.spines["right"].set_visible(False)
    axes.legend(loc="upper left", fontsize=8.5, labelcolor=SOFT_INK)
    axes.set_title("What a jump from triad to triad costs", pad=10)
    return figure
