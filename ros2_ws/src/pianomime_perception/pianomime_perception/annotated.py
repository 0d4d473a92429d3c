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

"""A small video frame for the user, with the detected keys and hands drawn over it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pianomime_core.ros_fingertip_cloud import Fingertips
from pianomime_perception.drawing import draw_grid, draw_hands
from pianomime_perception.keyboard_map import KeyboardMap

MAX_WIDTH_PX = 640
"""Enough to check the detected fingers; recordings keep every frame."""


def annotated(image: NDArray[np.uint8], keyboard: KeyboardMap, fingertips: Fingertips) -> NDArray[np.uint8]:
    """Return the frame (H, W, 3) RGB, no wider than `MAX_WIDTH_PX`, with keys and hands drawn over it."""
    height, width = image.shape[:2]
    scale = min(1.0, MAX_WIDTH_PX / width)
    size = round(scale * width), round(scale * height)
    drawn = image.copy() if scale == 1 else np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    keyboard = keyboard.scaled(size)
    draw_grid(drawn, keyboard)
    draw_hands(drawn, keyboard.to_image(fingertips.points_m[..., :2]))
    return drawn
