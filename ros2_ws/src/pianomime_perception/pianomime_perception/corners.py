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

"""The keyboard from corners given by the user."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap, homography_of

Points = NDArray[np.float64]

ORDER = "far left, far right, near right, near left"
"""Corners of the white keys from the player's view: far ones at the fallboard, near ones at the front edge."""
_GAP_M = 0.001
_WHITE = ~KEYBOARD.is_black
_FAR_M = float((KEYBOARD.center_x_m - KEYBOARD.length_m / 2)[_WHITE].min())
_NEAR_M = float((KEYBOARD.center_x_m + KEYBOARD.length_m / 2)[_WHITE].max())
_BASS_M = float(KEYBOARD.center_y_m[0] - (KEYBOARD.width_m[0] + _GAP_M) / 2)
_TREBLE_M = float(KEYBOARD.center_y_m[-1] + (KEYBOARD.width_m[-1] + _GAP_M) / 2)
CORNERS_M = np.array([[_FAR_M, _BASS_M], [_FAR_M, _TREBLE_M], [_NEAR_M, _TREBLE_M], [_NEAR_M, _BASS_M]])
"""(4, 2) world x, y of the corners in `ORDER`."""


def read_corners(text: str) -> Points:
    """Return the corners (4, 2) px in "u,v u,v u,v u,v".

    Raises:
        UserError: The text is not four pairs of numbers, or as `check_corners`.
    """
    try:
        corners = np.array([[float(number) for number in pair.split(",")] for pair in text.split()])
    except ValueError:
        corners = np.empty(0)
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise UserError(f"corners {text!r}: must be four pairs of pixels, u,v u,v u,v u,v: {ORDER}")
    check_corners(corners)
    return corners


def check_corners(corners_px: Points) -> None:
    """Raise an error for corners (4, 2) px that no camera above a keyboard sees in this order.

    Raises:
        UserError: They do not form a convex polygon in clockwise order.
    """
    sides = np.roll(corners_px, -1, axis=0) - corners_px
    turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
    if not (turns > 0).all():
        told = " ".join(f"{u:g},{v:g}" for u, v in corners_px)
        raise UserError(
            f"corners {told} are not those of a keyboard: they must be {ORDER}, and the picture not mirrored"
        )


def keyboard_from_corners(corners_px: Points, image_size: tuple[int, int]) -> KeyboardMap:
    """Return the map for images of a size (width, height) [px] from the corners (4, 2) px of the white keys, in
    `ORDER`.

    Raises:
        UserError: As `check_corners`.
    """
    check_corners(corners_px)
    return KeyboardMap(homography_of(corners_px, CORNERS_M), NO_KEY_EDGES, 0.0, image_size)
