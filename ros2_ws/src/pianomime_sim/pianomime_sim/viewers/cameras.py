"""Places to look from, by name; those near the hands are where the hands are at that moment."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_sim.viewers.posed_scene import CAMERA_POSITION_M, CAMERA_TARGET_M, PosedScene

Point = NDArray[np.float64]


class Camera(NamedTuple):
    """Where it stands and what it looks at, (3,) each in the world frame [m]."""

    position_m: Point
    target_m: Point


ABOVE = Camera(np.array((0.1, 0.0, 1.15)), np.array((0.0, 0.0, 0.0)))
HAND_POSITION_M = np.array((0.2, 0.0, 0.36))
"""From the middle of a hand's fingertips: behind the wrist and above."""
CLOSE_POSITION_M = np.array((-0.14, 0.4, 0.25))
"""From the middle of all fingertips: on the far side of the keys, before the notes to come, low."""


def _hand(side: str) -> Callable[[PosedScene], Camera]:
    def camera(scene: PosedScene) -> Camera:
        target_m = scene.fingertips_m(side).mean(axis=0)
        return Camera(target_m + HAND_POSITION_M, target_m)

    return camera


def _close_up(scene: PosedScene) -> Camera:
    target_m = np.concatenate([scene.fingertips_m("rh"), scene.fingertips_m("lh")]).mean(axis=0)
    return Camera(target_m + CLOSE_POSITION_M, target_m)


CAMERAS: dict[str, Callable[[PosedScene], Camera]] = {
    "Player": lambda scene: Camera(np.array(CAMERA_POSITION_M), np.array(CAMERA_TARGET_M)),
    "Above": lambda scene: ABOVE,
    "Left hand": _hand("lh"),
    "Right hand": _hand("rh"),
    "Close-up": _close_up,
}
