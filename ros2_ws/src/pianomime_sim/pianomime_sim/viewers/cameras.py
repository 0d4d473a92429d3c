# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Camera poses by name; those near the hands follow the hands at the moment of selection."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_sim.viewers.posed_scene import CAMERA_POSITION_M, CAMERA_TARGET_M, PosedScene

Point = NDArray[np.float64]


class Camera(NamedTuple):
    """Camera position and the point it looks at, (3,) each, world frame [m]."""

    position_m: Point
    target_m: Point


ABOVE = Camera(np.array((0.1, 0.0, 1.15)), np.array((0.0, 0.0, 0.0)))
HAND_POSITION_M = np.array((0.2, 0.0, 0.36))
"""Relative to the centre of a hand's fingertips: behind and above the wrist."""
CLOSE_POSITION_M = np.array((-0.14, 0.4, 0.25))
"""Relative to the centre of all fingertips: low, on the far side of the keys, in front of the upcoming notes."""


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
