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

"""The 88 keys: names, geometry and when a key counts as pressed.

Numbers are those of `robopianist.models.piano.piano_constants`, `piano_mjcf` and `piano`. World frame: x towards the
player (0 on the centre line of the white keys), y along the keyboard (bass negative, 0 in the middle), z up, metres.
Keys turn about the y axis at their far end; angles are 0 at rest and positive when depressed, radians.
"""

from dataclasses import dataclass
from math import atan

import numpy as np
from numpy.typing import NDArray

NUM_KEYS = 88
LOWEST_PITCH = 21
"""MIDI pitch of key 0 (A0)."""
HIGHEST_PITCH = LOWEST_PITCH + NUM_KEYS - 1
KEY_NAMES = tuple(f"key_{pitch}" for pitch in range(LOWEST_PITCH, HIGHEST_PITCH + 1))
"""Names of the keys, bass first; the number is the MIDI pitch."""

_PLACE_IN_GROUP = {1: 1, 3: 2, 6: 1, 8: 2, 10: 3}
"""Black keys by pitch class (0 = C): place in their group of two or three."""


@dataclass(frozen=True)
class KeyDimensions:
    """One kind of key (white or black) as RoboPianist builds it."""

    width_m: float
    length_m: float
    height_m: float
    center_x_m: float
    center_z_m: float
    travel_m: float

    @property
    def travel_rad(self) -> float:
        """Angle of the fully depressed key."""
        return atan(self.travel_m / self.length_m)


WHITE_KEY = KeyDimensions(
    width_m=0.0225, length_m=0.15, height_m=0.0225, center_x_m=0.0, center_z_m=0.0225 / 2, travel_m=0.01
)
BLACK_KEY = KeyDimensions(
    width_m=0.01,
    length_m=0.09,
    height_m=0.018,
    # Both kinds end at the same far edge; the top of a black key stands 12.5 mm above the white ones.
    center_x_m=-0.15 / 2 + 0.09 / 2,
    center_z_m=0.0225 + 0.0125 - 0.018 / 2,
    travel_m=0.008,
)
WHITE_KEY_GAP_M = 0.001
ACTIVATION_TOLERANCE_RAD = 0.00872665
"""A key is pressed within this angle (0.5 degrees) of its lower stop, robopianist.models.piano.piano._KEY_THRESHOLD."""


@dataclass(frozen=True)
class KeyboardGeometry:
    """Arrays of shape (88,), bass first, in the world frame with every key at rest.

    Attributes:
        is_black: Black keys.
        center_x_m, center_y_m, center_z_m: Centre of the key's box.
        top_z_m: Height of the playing surface.
        hinge_x_m, hinge_z_m: The axis the key turns about.
        travel_rad: Angle of the lower stop.
        activation_rad: Angle from which the key counts as pressed.
        width_m, length_m, height_m: Full size of the box along y, x and z.
    """

    is_black: NDArray[np.bool_]
    center_x_m: NDArray[np.float64]
    center_y_m: NDArray[np.float64]
    center_z_m: NDArray[np.float64]
    top_z_m: NDArray[np.float64]
    hinge_x_m: NDArray[np.float64]
    hinge_z_m: NDArray[np.float64]
    travel_rad: NDArray[np.float64]
    activation_rad: NDArray[np.float64]
    width_m: NDArray[np.float64]
    length_m: NDArray[np.float64]
    height_m: NDArray[np.float64]

    def pressed(self, key_angles: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which keys count as pressed, (..., 88) bool, from their angles (..., 88) [rad].

        Same arithmetic as `robopianist.models.piano.piano.Piano._update_key_state`: soft limits may overshoot the stop.
        """
        clipped = np.clip(key_angles, 0.0, self.travel_rad)
        pressed: NDArray[np.bool_] = np.abs(clipped - self.travel_rad) <= ACTIVATION_TOLERANCE_RAD
        return pressed


def _build() -> KeyboardGeometry:
    is_black = np.isin(np.arange(LOWEST_PITCH, HIGHEST_PITCH + 1) % 12, tuple(_PLACE_IN_GROUP))
    num_white = int(np.sum(~is_black))
    pitch_y_m = WHITE_KEY.width_m + WHITE_KEY_GAP_M
    keyboard_length_m = num_white * WHITE_KEY.width_m + (num_white - 1) * WHITE_KEY_GAP_M
    white_center_y_m = -keyboard_length_m / 2 + WHITE_KEY.width_m / 2 + np.arange(num_white) * pitch_y_m
    # RoboPianist centres the lowest black key in its gap and the others half a gap further right. The sums are written
    # in its order (group of black keys, place in the group), so that positions are equal to the last bit.
    white_before = np.cumsum(~is_black)
    place = np.array([_PLACE_IN_GROUP.get(pitch % 12, 0) for pitch in range(LOWEST_PITCH, HIGHEST_PITCH + 1)])
    black_center_y_m = -keyboard_length_m / 2 + place * pitch_y_m + (white_before - place) * pitch_y_m
    black_center_y_m[1] = WHITE_KEY.width_m + 0.5 * (-keyboard_length_m + WHITE_KEY_GAP_M)
    center_y_m = np.where(is_black, black_center_y_m, white_center_y_m[white_before - 1])

    def of_kind(name: str) -> NDArray[np.float64]:
        return np.where(is_black, getattr(BLACK_KEY, name), getattr(WHITE_KEY, name))

    travel_rad = of_kind("travel_rad")
    geometry = KeyboardGeometry(
        is_black=is_black,
        center_x_m=of_kind("center_x_m"),
        center_y_m=center_y_m,
        center_z_m=of_kind("center_z_m"),
        top_z_m=of_kind("center_z_m") + of_kind("height_m") / 2,
        hinge_x_m=of_kind("center_x_m") - of_kind("length_m") / 2,
        hinge_z_m=of_kind("center_z_m"),
        travel_rad=travel_rad,
        activation_rad=travel_rad - ACTIVATION_TOLERANCE_RAD,
        width_m=of_kind("width_m"),
        length_m=of_kind("length_m"),
        height_m=of_kind("height_m"),
    )
    for array in vars(geometry).values():
        array.flags.writeable = False
    return geometry


KEYBOARD = _build()
