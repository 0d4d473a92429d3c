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

"""The state of each key against the goal, and its colour.

The four colours are those of Okabe and Ito's palette ("Color Universal Design", 2008) whose smallest difference from
each other, and from white and black keys, is greatest under normal vision, protanopia, deuteranopia and tritanopia.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_sim.viewers.base import Snapshot

SOON_ROWS = 4
"""A key is marked as coming this many rows (0.2 s) before its note."""


class KeyMark(IntEnum):
    """State of a key against the goal."""

    REST = 0
    COMING = 1
    RIGHT = 2
    MISSED = 3
    WRONG = 4


MARK_COLOURS = {
    KeyMark.COMING: (0x56, 0xB4, 0xE9),
    KeyMark.RIGHT: (0x00, 0x72, 0xB2),
    KeyMark.MISSED: (0xCC, 0x79, 0xA7),
    KeyMark.WRONG: (0xD5, 0x5E, 0x00),
}
"""8-bit sRGB: sky blue, blue, reddish purple, vermilion."""
MARK_WORDS = {
    KeyMark.COMING: "wanted soon",
    KeyMark.RIGHT: "pressed correctly",
    KeyMark.MISSED: "wanted, not pressed",
    KeyMark.WRONG: "pressed wrongly",
}
WHITE_KEY_COLOUR = (0xE6, 0xE6, 0xE6)
BLACK_KEY_COLOUR = (0x1A, 0x1A, 0x1A)


def key_marks(snapshot: Snapshot) -> NDArray[np.int64]:
    """Return (88,) KeyMark values; what happens now wins over what is coming."""
    marks = np.full(NUM_KEYS, KeyMark.REST, dtype=np.int64)
    marks[snapshot.coming[:SOON_ROWS].any(axis=0)] = KeyMark.COMING
    marks[snapshot.wanted & snapshot.pressed] = KeyMark.RIGHT
    marks[snapshot.wanted & ~snapshot.pressed] = KeyMark.MISSED
    marks[~snapshot.wanted & snapshot.pressed] = KeyMark.WRONG
    return marks


def key_colours(marks: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return (88, 3) sRGB colours of the keys; a key at rest keeps the white or black of the keyboard."""
    colours = np.where(KEYBOARD.is_black[:, None], BLACK_KEY_COLOUR, WHITE_KEY_COLOUR).astype(np.uint8)
    for mark, colour in MARK_COLOURS.items():
        colours[marks == mark] = colour
    return colours
