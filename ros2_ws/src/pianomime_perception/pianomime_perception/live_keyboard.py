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

"""Finds the keyboard in live frames: in the first ones, and again when their aspect ratio changes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_perception.keyboard_fit import background, fit_keyboard
from pianomime_perception.keyboard_map import KeyboardMap

Image = NDArray[np.uint8]

GATHERED = 15
"""Frames whose median is used, in which moving hands disappear."""
GATHER_PERIOD_S = 0.1
RETRY_S = 3.0
"""Wait after a failed fit; meanwhile camera or hands may move."""


class LiveKeyboard:
    """The keyboard in a stream of frames.

    Args:
        given: Returns the keyboard for a frame size (width, height) [px], if it is given; None to search for it.
        info, warning: Log functions for results and problems, one line each.
        fit: Finds the keyboard in one image, or raises UserError.
    """

    def __init__(
        self,
        given: Callable[[tuple[int, int]], KeyboardMap] | None,
        info: Callable[[str], None],
        warning: Callable[[str], None],
        fit: Callable[[Image], KeyboardMap] = fit_keyboard,
    ) -> None:
        self._given = given
        self._map: KeyboardMap | None = None
        self._log_info = info
        self._log_warning = warning
        self._fit = fit
        self._gathered: list[Image] = []
        self._next_s = -np.inf

    def update(self, image: Image, time_s: float) -> KeyboardMap | None:
        """Take a frame (H, W, 3) RGB and its time; return its keyboard, None until it is found.

        Raises:
            UserError: The aspect ratio changed, so that given corners no longer apply.
        """
        size = (image.shape[1], image.shape[0])
        if self._map is not None and self._map.image_size != size:
            self._resize(self._map, size)
        if self._map is None and self._given is not None:
            self._map = self._given(size)
        elif self._map is None and time_s >= self._next_s:
            self._gather(image, time_s)
        return self._map

    def _resize(self, before: KeyboardMap, size: tuple[int, int]) -> None:
        (width, height), (old_width, old_height) = size, before.image_size
        words = f"pictures are {width}x{height} now, {old_width}x{old_height} before"
        if abs(width * old_height - height * old_width) <= max(width, height, old_width, old_height):
            self._map = before.scaled(size)
            self._log_warning(words)
        elif self._given is not None:
            raise UserError(f"{words}: the corners of the keyboard are no longer known, give them for {width}x{height}")
        else:
            self._map = None
            self._log_warning(f"{words}: the keyboard is looked for again")

    def _gather(self, image: Image, time_s: float) -> None:
        if self._gathered and self._gathered[-1].shape != image.shape:
            self._gathered.clear()
        self._gathered.append(image)
        self._next_s = time_s + GATHER_PERIOD_S
        if len(self._gathered) < GATHERED:
            return
        try:
            self._map = self._fit(background(self._gathered))
            self._log_info(f"keyboard found, to {1000 * self._map.residual_m:.1f} mm")
        except UserError as error:
            self._log_warning(f"{error}")
            self._next_s = time_s + RETRY_S
        self._gathered.clear()
