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

"""The keyboard as known before the first live frame: from corners, or from the whole video."""

from collections.abc import Callable

from pianomime_perception.corners import keyboard_from_corners, read_corners
from pianomime_perception.frame_source import is_camera
from pianomime_perception.keyboard_fit import background, fit_keyboard
from pianomime_perception.keyboard_map import KeyboardMap
from pianomime_perception.video_file import probe, sample

SAMPLES = 25
"""Frames of a video whose median is used, in which moving hands disappear."""


def given_keyboard(corners: str, source: str) -> Callable[[tuple[int, int]], KeyboardMap] | None:
    """Return the keyboard as a function of the frame size (width, height) [px]; None if it must be found in live
    frames.

    Args:
        corners: As for `read_corners`; empty if not given.
        source: As for `frame_source.timed_frames`; without corners the keyboard of a file is searched for at once.

    Raises:
        UserError: The corners are invalid, or the keyboard is not found in the file.
    """
    is_file = bool(source) and not is_camera(source)
    if corners:
        corners_px = read_corners(corners)
        if not is_file:
            return lambda size: keyboard_from_corners(corners_px, size)
        info = probe(source)  # large frames are scaled down, but corners refer to the original size
        return keyboard_from_corners(corners_px, (info.width, info.height)).scaled
    if is_file:
        return fit_keyboard(background(frame.image for frame in sample(source, SAMPLES))).scaled
    return None
