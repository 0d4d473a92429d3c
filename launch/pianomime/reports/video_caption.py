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

"""Captions of videos: controller, song and scores, and a legend of the colours."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pianomime.episodes.replayed_rollout import ReplayedRollout
from pianomime_sim.viewers.key_marks import MARK_COLOURS, MARK_WORDS

TEXT_HEIGHT = 1 / 36
"""Fraction of the frame height."""
TEXT_COLOUR = (0xE6, 0xE6, 0xE6)


class Caption:
    """Title and legend, drawn once and put on every frame of `size` (width, height)."""

    def __init__(self, replayed: ReplayedRollout, size: tuple[int, int]) -> None:
        width, height = size
        letter = round(height * TEXT_HEIGHT)
        font = ImageFont.load_default(letter)
        image = Image.new("L", size)
        colours = Image.new("RGB", size, TEXT_COLOUR)
        pen, paint = ImageDraw.Draw(image), ImageDraw.Draw(colours)
        x = width
        for mark in reversed(MARK_COLOURS):
            x -= round(font.getlength(MARK_WORDS[mark])) + letter
            pen.text((x, letter), MARK_WORDS[mark], fill=255, font=font)
            x -= round(1.5 * letter)
            box = (x, letter, x + letter, 2 * letter)
            pen.rectangle(box, fill=255)
            paint.rectangle(box, fill=MARK_COLOURS[mark])
        title = _title(replayed)
        while font.getlength(title) > x - 3 * letter:
            title = title[:-2] + "…"
        pen.text((letter, letter), title, fill=255, font=font)
        rows = np.asarray(image).any(axis=1)
        self._rows = np.flatnonzero(rows)
        self._share = np.asarray(image)[self._rows, :, None] / np.float32(255)
        self._colours = np.asarray(colours)[self._rows]

    def put_on(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the frame (height, width, 3) with the caption."""
        captioned = frame.copy()
        below = frame[self._rows]
        captioned[self._rows] = np.rint(below + self._share * (self._colours - below.astype(np.float32)))
        return captioned


def _title(replayed: ReplayedRollout) -> str:
    player = replayed.rollout.metadata.get("controller") or "unknown player"
    return f"F1 {replayed.f1:.3f} {player}, {replayed.score.title}"
