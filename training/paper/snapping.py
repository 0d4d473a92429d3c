"""Snapping after the high level: the nearest free fingertip is put on each due key (PianoMime, data and high level).

The same rules gave the demonstrations their heights: a key that is still due keeps its finger; a fingertip on a key is
on its centre line, at z = 0; all others are free, at z = 0.045 m.
"""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD
from training.demonstrations import FINGERTIP_NAMES, FREE_Z_M, PRESSING_Z_M

FINGERS = np.array([i for i, name in enumerate(FINGERTIP_NAMES) if not name.endswith("wrist")])
NOBODY = np.full(len(FINGERTIP_NAMES), -1)
"""No point holds a key."""
_DEPTH = 0.25
"""Position of a fingertip that has never been on the key: this fraction of the key's length from its centre towards the
player."""


def snapped(
    points_m: NDArray[np.float32], before_m: NDArray[np.float32], held: NDArray[np.int64], due: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Put fingers on the keys of one step.

    Args:
        points_m: (12, 3) FINGERTIP_NAMES from the high level.
        before_m: (12, 3) the snapped ones of the previous step.
        held: (12,) key that each held then, -1 for none.
        due: (88,) bool.

    Returns:
        Points and held keys of this step. A key stays without finger only if all ten are taken.
    """
    now = np.where((held >= 0) & due[held], held, -1)
    free = [int(i) for i in FINGERS if now[i] < 0]
    keys = [int(key) for key in np.flatnonzero(due) if key not in now]
    aside = np.abs(points_m[free, 1][:, None] - KEYBOARD.center_y_m[keys])
    for _ in range(min(aside.shape)):
        finger, key = np.unravel_index(np.argmin(aside), aside.shape)
        now[free[finger]] = keys[key]
        aside[finger], aside[:, key] = np.inf, np.inf
    points = points_m.copy()
    points[FINGERS, 2] = FREE_Z_M
    for i in np.flatnonzero(now >= 0):
        points[i] = (_depth(now[i], points_m[i, 0], before_m[i, 0]), KEYBOARD.center_y_m[now[i]], PRESSING_Z_M)
    return points, now


def snapped_rows(
    rows_m: NDArray[np.float32], before_m: NDArray[np.float32], held: NDArray[np.int64], due: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Snap several consecutive steps (H, 12, 3), with due keys (H, 88).

    Returns:
        Points of all steps, and the keys that are held after the first.
    """
    points, keys = [before_m], [held]
    for row, keys_due in zip(rows_m, due, strict=True):
        found = snapped(row, points[-1], keys[-1], keys_due)
        points.append(found[0])
        keys.append(found[1])
    return np.array(points[1:]), keys[1]


def _depth(key: int, *candidates_m: float) -> float:
    centre, length = KEYBOARD.center_x_m[key], KEYBOARD.length_m[key]
    on_it = [x for x in candidates_m if abs(x - centre) <= length / 2]
    return float(on_it[0] if on_it else centre + _DEPTH * length)
