"""Fingertip targets: where the pad of each finger should be at the end of a step, how much it matters, how hard it presses.

A finger presses its key a little below the bottom, lifts straight up, travels to its next key above the keyboard along a
minimum-jerk profile and waits just over the key for the onset; with nothing to do it floats beside its neighbours.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pianomime_core.keyboard import KEYBOARD, KeyboardGeometry


@dataclass(frozen=True)
class FingertipConfig:
    """Numbers of the motion; heights and depths in the world frame.

    Attributes:
        white_x_m, white_thumb_x_m, black_x_m, black_thumb_x_m: Where keys are pressed (towards the player).
        press_depth_m: Target below the bottom of the key.
        hover_m: Height above the key while travelling; ready_m: one step before the onset.
        travel_clearance_m: Travelling pads stay this high above the white keys' tops.
        idle_height_m: Height of a pad with nothing to do.
        lead_steps: Steps before the onset at which a finger starts for its key.
        force_ratio: Pressing force as a multiple of what holds the key at its bottom.
        astray_m: A finger that should press but is further than this beside its key lifts and travels before it presses.
        recovery_m_per_step: Speed of that travel.
        *_weight: Weights of (x, y, z) errors in the inverse kinematics in each phase.
    """

    white_x_m: float = 0.034
    white_thumb_x_m: float = 0.060
    black_x_m: float = 0.002
    black_thumb_x_m: float = 0.008
    press_depth_m: float = 0.004
    hover_m: float = 0.012
    ready_m: float = 0.0015
    travel_clearance_m: float = 0.016
    idle_height_m: float = 0.045
    lead_steps: int = 6
    force_ratio: float = 1.3
    astray_m: float = 0.012
    recovery_m_per_step: float = 0.03
    press_weight: tuple[float, float, float] = (0.6, 1.0, 2.0)
    ready_weight: tuple[float, float, float] = (1.0, 1.0, 1.0)
    travel_weight: tuple[float, float, float] = (0.3, 0.3, 0.5)
    release_weight: tuple[float, float, float] = (0.3, 0.6, 1.0)
    idle_weight: tuple[float, float, float] = (0.02, 0.02, 0.25)


class PressTable(NamedTuple):
    """What pressing each key with a thumb (row 0) or another finger (row 1) means; see `press_table`."""

    x_m: NDArray[np.float64]  # (2, 88) where
    bottom_z_m: NDArray[np.float64]  # (2, 88) target height, press_depth_m below the depressed surface
    force_n: NDArray[np.float64]  # (2, 88)
    y_m: NDArray[np.float64]  # (88,)
    top_z_m: NDArray[np.float64]  # (88,)
    white_top_z_m: float


# robopianist.models.piano.piano_constants: one spring for both kinds of key, and their masses.
_SPRING_NM_PER_RAD = 2.0
_SPRING_REST_RAD = -np.pi / 180
_MASS_KG = (0.04, 0.02)
_GRAVITY_M_S2 = 9.81


def press_table(config: FingertipConfig, keyboard: KeyboardGeometry = KEYBOARD) -> PressTable:
    """Geometry and force of a press for each key, from the keyboard's dimensions and springs."""
    black = keyboard.is_black
    x = np.stack(
        [
            np.where(black, config.black_thumb_x_m, config.white_thumb_x_m),
            np.where(black, config.black_x_m, config.white_x_m),
        ]
    )
    arm = x - keyboard.hinge_x_m
    mass = np.where(black, _MASS_KG[1], _MASS_KG[0])
    torque = _SPRING_NM_PER_RAD * (keyboard.travel_rad - _SPRING_REST_RAD)
    torque = torque - mass * _GRAVITY_M_S2 * (keyboard.center_x_m - keyboard.hinge_x_m)
    return PressTable(
        x_m=x,
        bottom_z_m=keyboard.top_z_m - np.tan(keyboard.travel_rad) * arm - config.press_depth_m,
        force_n=config.force_ratio * torque / arm,
        y_m=np.ascontiguousarray(keyboard.center_y_m),
        top_z_m=np.ascontiguousarray(keyboard.top_z_m),
        white_top_z_m=float(keyboard.top_z_m[~black][0]),
    )


@njit(cache=True)
def _minimum_jerk(s):  # type: ignore[no-untyped-def]
    s = min(max(s, 0.0), 1.0)
    return s * s * s * (10.0 - 15.0 * s + 6.0 * s * s)


@njit(cache=True)
def fingertip_targets(  # type: ignore[no-untyped-def]
    hand, first, rows, onset, end, key, finger, centre_m, centre_first, offset_m, table, lead_steps,
    hover_m, ready_m, clearance_m, idle_height_m, weights,
    target, weight, force,
):  # fmt: skip
    """Write targets (rows, 5, 3) [m], weights (rows, 5, 3) and pressing forces (rows, 5) [N] for one hand.

    Args:
        hand: 0 right, 1 left.
        first: Step of the first row; a row is the pose at the END of its step.
        onset, end, key, finger: (N,) notes near these rows.
        centre_m: path of the hand's centre, entry 0 is step `centre_first`.
        offset_m: (10,) comfortable places of the fingers.
        table: `PressTable`.
        weights: (5, 3) of press, ready, travel, release, idle.
    """
    for f in range(5):
        thumb = 0 if f == 0 else 1
        number = 5 * hand + f
        for r in range(rows):
            step = first + r
            now, before, after = -1, -1, -1
            for i in range(onset.shape[0]):
                if finger[i] != number:
                    continue
                if onset[i] <= step < end[i]:
                    now = i
                elif end[i] <= step:
                    if before < 0 or end[i] > end[before]:
                        before = i
                elif onset[i] > step and (after < 0 or onset[i] < onset[after]):
                    after = i
            force[r, f] = 0.0
            if now >= 0:
                k = key[now]
                target[r, f, 0] = table.x_m[thumb, k]
                target[r, f, 1] = table.y_m[k]
                target[r, f, 2] = table.bottom_z_m[thumb, k]
                weight[r, f] = weights[0]
                force[r, f] = table.force_n[thumb, k]
                continue
            if after >= 0 and onset[after] - lead_steps <= step:
                k = key[after]
                start = onset[after] - lead_steps
                if before >= 0:
                    start = max(start, end[before])
                if before >= 0 and end[before] >= onset[after] - lead_steps:
                    p = key[before]
                    x0, y0, z0 = table.x_m[thumb, p], table.y_m[p], table.top_z_m[p] + hover_m
                else:
                    c = centre_m[max(start - centre_first, 0)]
                    x0, y0, z0 = table.x_m[thumb, 39], c + offset_m[number], idle_height_m
                ready = onset[after] - 1
                s = _minimum_jerk((step - start + 1) / (ready - start)) if ready > start else 1.0
                target[r, f, 0] = x0 + s * (table.x_m[thumb, k] - x0)
                target[r, f, 1] = y0 + s * (table.y_m[k] - y0)
                again = before >= 0 and key[before] == k
                height = table.top_z_m[k] + (ready_m if step == ready else hover_m)
                if step < onset[after] - 2 and not again:
                    height = max(height, table.white_top_z_m + clearance_m)
                target[r, f, 2] = height
                weight[r, f] = weights[1] if step >= onset[after] - 2 else weights[2]
                continue
            if before >= 0 and step == end[before]:
                k = key[before]
                target[r, f, 0] = table.x_m[thumb, k]
                target[r, f, 1] = table.y_m[k]
                target[r, f, 2] = table.top_z_m[k] + hover_m
                weight[r, f] = weights[3]
                continue
            target[r, f, 0] = table.x_m[thumb, 39]
            target[r, f, 1] = centre_m[max(step - centre_first, 0)] + offset_m[number]
            target[r, f, 2] = idle_height_m
            weight[r, f] = weights[4]


@njit(cache=True)
def recover(rows, tip, target, weight, force, top_z_m, astray_m, speed_m, hover_m, ready_m, ready_weight):  # type: ignore[no-untyped-def]  # noqa: E501
    """Replan fingers that should press now but stand beside their key: lift, travel, then press.

    Without it a finger that comes late gets caught between two keys and presses the wrong one for the whole note.

    Args:
        tip: (5, 3) measured contact points [m].
        target, weight, force: of `fingertip_targets`, changed in place.
        top_z_m: (5,) height of the surface of the key each finger should press.
    """
    for f in range(5):
        if force[0, f] <= 0.0:
            continue
        aside = abs(target[0, f, 1] - tip[f, 1])
        if aside <= astray_m:
            continue
        travel = 1 + int(np.ceil(aside / speed_m))
        for r in range(min(travel, rows)):
            if force[r, f] <= 0.0:
                break
            share = (r + 1) / travel
            for i in range(2):
                target[r, f, i] = tip[f, i] + share * (target[r, f, i] - tip[f, i])
            target[r, f, 2] = top_z_m[f] + (ready_m if r == travel - 1 else hover_m)
            weight[r, f] = ready_weight
            force[r, f] = 0.0
