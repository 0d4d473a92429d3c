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

"""Where and how deep a finger presses a key, and the force that holds the key down."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, KeyboardGeometry

# robopianist.models.piano.piano_constants: one spring for both kinds of key, and their masses (white, black).
_SPRING_NM_PER_RAD = 2.0
_SPRING_REST_RAD = -np.pi / 180
_MASS_KG = (0.04, 0.02)
_GRAVITY_M_S2 = 9.81


@dataclass(frozen=True)
class PressConfig:
    """Attributes:
    white_x_m, white_thumb_x_m, black_x_m, black_thumb_x_m: Press points, in the world frame.
    depth_m: Depth of the target below the surface of the fully depressed key.
    force_ratio: Pressing force as a multiple of the force that holds the key at its bottom.
    """

    white_x_m: float = 0.034
    white_thumb_x_m: float = 0.060
    black_x_m: float = 0.002
    black_thumb_x_m: float = 0.008
    depth_m: float = 0.006
    force_ratio: float = 1.3


class PressTable(NamedTuple):
    """Rows: 0 the thumb, 1 another finger; columns: the keys, bass first.

    Attributes:
        x_m: (2, 88) and y_m: (88,) press point.
        bottom_z_m: (2, 88) target height.
        force_n: (2, 88) downward force.
        top_z_m: (88,) surface of the key at rest; white_top_z_m: that of white keys.
        idle_x_m: (2,) where an idle finger floats.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    bottom_z_m: NDArray[np.float64]
    force_n: NDArray[np.float64]
    top_z_m: NDArray[np.float64]
    white_top_z_m: float
    idle_x_m: NDArray[np.float64]


def press_table(config: PressConfig, keyboard: KeyboardGeometry = KEYBOARD) -> PressTable:
    """Compute the table from the keyboard's dimensions, springs and masses."""
    black = keyboard.is_black
    x = np.stack(
        [
            np.where(black, config.black_thumb_x_m, config.white_thumb_x_m),
            np.where(black, config.black_x_m, config.white_x_m),
        ]
    )
    arm = x - keyboard.hinge_x_m
    weight_n = _GRAVITY_M_S2 * np.where(black, _MASS_KG[1], _MASS_KG[0])
    torque = _SPRING_NM_PER_RAD * (keyboard.travel_rad - _SPRING_REST_RAD)
    torque = torque - weight_n * (keyboard.center_x_m - keyboard.hinge_x_m)
    return PressTable(
        x_m=x,
        y_m=np.array(keyboard.center_y_m),
        bottom_z_m=keyboard.top_z_m - np.tan(keyboard.travel_rad) * arm - config.depth_m,
        force_n=config.force_ratio * torque / arm,
        top_z_m=np.array(keyboard.top_z_m),
        white_top_z_m=float(keyboard.top_z_m[~black][0]),
        idle_x_m=np.array([config.white_thumb_x_m, config.white_x_m]),
    )


def rest_table(
    config: PressConfig, share: float, keyboard: KeyboardGeometry = KEYBOARD
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Height [m] and downward force [N], (2, 88) as in `PressTable`, of a finger that rests on a key and has pressed it
    the fraction `share` of the way to where it sounds."""
    table = press_table(config, keyboard)
    arm = table.x_m - keyboard.hinge_x_m
    angle = share * keyboard.activation_rad
    torque_at_bottom = table.force_n / config.force_ratio * arm
    torque = torque_at_bottom - _SPRING_NM_PER_RAD * (keyboard.travel_rad - angle)
    return keyboard.top_z_m - np.tan(angle) * arm, np.maximum(torque, 0.0) / arm
