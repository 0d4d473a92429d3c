"""The reach of each finger: how far beside a key it ends while the rest of the hand keeps its place."""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from docs.planner_pictures.performance import make_hand
from docs.planner_pictures.style import INK, SOFT_INK
from pianomime_core.hands import FINGERS
from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.fingering.fingering import finger_offsets_m, offset_limits_m
from pianomime_policy.hand_control.hand_planner import HandPlanner
from pianomime_policy.motion.fingertip_targets import FingertipRows
from pianomime_policy.motion.press_table import press_table

# The middle C and the key above it; the right hand.
_KEYS = {"white key": 39, "black key": 40}
_SPAN_M = 0.11
_LARGEST_MM = 20.0
# A fingertip further sideways than this presses the neighbour.
_HARMLESS_MM = 4.0
# Stiff enough to keep the forearm where it is.
_HELD_STIFFNESS = 100.0


def reach_picture(offsets: int = 105) -> Figure:
    """Draw heat maps of the remaining error for a white and a black key, with the limits of comfort."""
    offset_m = np.linspace(-_SPAN_M, _SPAN_M, offsets)
    figure = Figure(figsize=(10.0, 4.9))
    both = figure.subplots(2, 1, sharex=True, gridspec_kw={"hspace": 0.28})
    home, (low, high) = finger_offsets_m(), offset_limits_m()
    for axes, (name, key) in zip(both, _KEYS.items(), strict=True):
        error_mm = 1e3 * remaining_errors_m(key, offset_m)
        half_mm = 1e3 * (offset_m[1] - offset_m[0]) / 2
        map_ = axes.imshow(
            error_mm, aspect="auto", origin="lower", cmap="cividis_r", vmin=0, vmax=_LARGEST_MM,
            extent=(1e3 * offset_m[0] - half_mm, 1e3 * offset_m[-1] + half_mm, -0.5, 4.5), interpolation="nearest",
        )  # fmt: skip
        for f in range(5):
            edges = np.flatnonzero(np.diff((error_mm[f] <= _HARMLESS_MM).astype(int)))
            for x in 1e3 * (offset_m[edges] + offset_m[edges + 1]) / 2:
                axes.plot([x, x], [f - 0.5, f + 0.5], color="white", lw=2.0)
            comfort = 1e3 * (home[f] + np.array([low[f], high[f]]))
            axes.plot(comfort, [f, f], color=INK, lw=1.2, marker="|", ms=9, mew=1.4)
            axes.plot(1e3 * home[f], f, "o", color="white", mec=INK, mew=1.2, ms=5.5)
            axes.axhline(f + 0.5, color="white", lw=3)
        axes.set_yticks(range(5), FINGERS)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_title(name, fontsize=10, fontweight="normal", color=SOFT_INK)
    both[1].set_xlabel("place of the key from the hand's centre, towards the little finger [mm]")
    bar = figure.colorbar(map_, ax=list(both), pad=0.02, aspect=28)
    bar.outline.set_visible(False)
    bar.set_label("sideways error left [mm]")
    bar.ax.axhline(_HARMLESS_MM, color="white", lw=2.0)
    bar.set_ticks([0, 4, 10, 20], labels=["0", "4", "10", "≥ 20"])
    figure.suptitle(
        "What one finger reaches while the other four keep their places",
        x=0.125,
        y=0.99,
        ha="left",
        fontsize=11.5,
        fontweight="bold",
    )
    return figure


def remaining_errors_m(key: int, offset_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far sideways of its target each finger of the right hand ends that is to press `key`, (5, n) [m].

    The forearm is held so that the key is `offset_m` (n,) to the right of the hand's centre; the four other fingers
    wait above white keys at their comfortable places.
    """
    config = PlannerConfig()
    posture = config.performer.posture
    held = replace(posture, stiffness={**posture.stiffness, "forearm_tx": _HELD_STIFFNESS})
    config = replace(config, performer=replace(config.performer, posture=held))
    hand = make_hand("rh", config)
    return np.array([[_error(hand, config, finger, key, offset) for offset in offset_m] for finger in range(5)])


def _error(hand: HandPlanner, config: PlannerConfig, finger: int, key: int, offset_m: float) -> float:
    c, press = config.fingertips, press_table(config.fingertips.press)
    centre_m = float(KEYBOARD.center_y_m[key]) - offset_m
    thumb = 0 if finger == 0 else 1
    target = np.empty((5, 3))
    target[:, 0] = [press.idle_x_m[0], *[press.idle_x_m[1]] * 4]
    target[:, 1] = centre_m + finger_offsets_m()[:5]
    target[:, 2] = press.white_top_z_m + c.ready_m
    weight = np.tile(np.array(c.ready_weight), (5, 1))
    target[finger] = press.x_m[thumb, key], press.y_m[key], press.bottom_z_m[thumb, key]
    weight[finger] = c.press_weight
    nothing = np.zeros((1, 5))
    rows = FingertipRows(target[None], weight[None], nothing, nothing, nothing.astype(np.int64))
    reach_m = config.hand_path.reach_m[finger] if KEYBOARD.is_black[key] else config.hand_path.reach_home_m
    tips = hand.fingertips(hand.begin(rows, centre_m, reach_m))
    return abs(float(tips[finger, 1] - target[finger, 1]))
