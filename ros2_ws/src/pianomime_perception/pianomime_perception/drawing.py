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

"""Draws what was detected over the image: keys with their fingers, and hands."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_perception.keyboard_map import KeyboardMap

Image = NDArray[np.uint8]

HAND_COLOURS = dict(zip(SIDES, ((0x00, 0x9E, 0x73), (0xE6, 0x9F, 0x00)), strict=True))
"""sRGB: bluish green and orange, of Okabe and Ito's palette."""
KEY_COLOUR = (0x56, 0xB4, 0xE9)
"""sRGB, sky blue of the same palette: a held key without a finger."""
GRID_COLOUR = (0xFF, 0xFF, 0xFF)
KEY_SHARE = 0.55
"""Opacity of a held key's colour."""
_OCTAVE = 12
_FINE = 4
"""OpenCV's fractional bits, for lines that do not jump from pixel to pixel."""


def draw_grid(image: Image, keyboard: KeyboardMap) -> None:
    """Draw the outlines of all keys into an image (H, W, 3), at the positions given by the map."""
    for key in range(NUM_KEYS):
        cv2.polylines(image, [_fine(_outline(key, keyboard))], True, GRID_COLOUR, 1, cv2.LINE_AA, _FINE)


def draw_names(image: Image, keyboard: KeyboardMap) -> None:
    """Label every C (C4 is middle C), so that a map that is off by a key or an octave is noticed at once."""
    for key in range(-LOWEST_PITCH % _OCTAVE, NUM_KEYS, _OCTAVE):
        _write(image, f"C{(key + LOWEST_PITCH) // _OCTAVE - 1}", key, keyboard)


def draw_keys(image: Image, keyboard: KeyboardMap, fingers: Mapping[int, int]) -> None:
    """Colour held keys: key -> finger 0..9 (right thumb..little, left thumb..little), -1 for none."""
    tinted = image.copy()
    # Black keys last, because they lie above the white ones.
    for key, finger in sorted(fingers.items(), key=lambda held: KEYBOARD.is_black[held[0]]):
        colour = KEY_COLOUR if finger < 0 else HAND_COLOURS[SIDES[finger // len(FINGERS)]]
        cv2.fillPoly(tinted, [_fine(_outline(key, keyboard))], colour, cv2.LINE_AA, _FINE)
    cv2.addWeighted(tinted, KEY_SHARE, image, 1 - KEY_SHARE, 0, dst=image)
    for key, finger in fingers.items():
        if finger >= 0:
            _write(image, str(finger % len(FINGERS) + 1), key, keyboard)


def draw_hands(image: Image, points_px: NDArray[np.float64]) -> None:
    """Draw both hands (2 sides, wrist and 5 fingertips, 2) px; NaN points are not drawn."""
    for side, points in zip(SIDES, points_px, strict=True):
        wrist, tips = points[0], points[1:]
        for tip in tips:
            if not np.isfinite(tip).all():
                continue
            if np.isfinite(wrist).all():
                cv2.line(image, _fine(wrist), _fine(tip), HAND_COLOURS[side], 1, cv2.LINE_AA, _FINE)
            cv2.circle(image, _fine(tip), 5 << _FINE, HAND_COLOURS[side], -1, cv2.LINE_AA, _FINE)
            cv2.circle(image, _fine(tip), 5 << _FINE, GRID_COLOUR, 1, cv2.LINE_AA, _FINE)


def _outline(key: int, keyboard: KeyboardMap) -> NDArray[np.float64]:
    """Return the corners (4, 2) px of a key's top."""
    x_m = KEYBOARD.center_x_m[key] + np.array([-0.5, 0.5, 0.5, -0.5]) * KEYBOARD.length_m[key]
    y_m = KEYBOARD.center_y_m[key] + np.array([-0.5, -0.5, 0.5, 0.5]) * KEYBOARD.width_m[key]
    return keyboard.to_image(np.column_stack([x_m, y_m]))


def _fine(points_px: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(points_px * (1 << _FINE)).astype(np.int32)


def _write(image: Image, text: str, key: int, keyboard: KeyboardMap) -> None:
    """Write text near the front of a key."""
    x_m = KEYBOARD.center_x_m[key] + 0.35 * KEYBOARD.length_m[key]
    u, v = (round(float(value)) for value in keyboard.to_image([x_m, KEYBOARD.center_y_m[key]]))
    for colour, thickness in (((0, 0, 0), 3), (GRID_COLOUR, 1)):
        cv2.putText(
            image, text, (u - 5 * len(text), v + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, thickness, cv2.LINE_AA
        )
