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

"""Notes extracted from a growing piano roll: what a controller knows of the music, row by row."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import NUM_KEYS

SOUNDING = 1 << 30
"""End step of a note whose end is not visible yet."""


class GoalNotes:
    """Notes of the rows seen so far, numbered in order of (onset, key).

    Attributes (the first `count` entries are valid):
        key, onset, end: Key 0..87, first step, first step after; `end` is `SOUNDING` while unknown.
        rows: Number of rows seen.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.count = 0
        self._key = np.zeros(256, np.int64)
        self._onset = np.zeros(256, np.int64)
        self._end = np.zeros(256, np.int64)
        self._sounding = np.full(NUM_KEYS, -1)

    @property
    def key(self) -> NDArray[np.int64]:
        return self._key[: self.count]

    @property
    def onset(self) -> NDArray[np.int64]:
        return self._onset[: self.count]

    @property
    def end(self) -> NDArray[np.int64]:
        return self._end[: self.count]

    def append(self, row: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Append the next row (88,) and return the indices of the notes that begin in it."""
        was = self._sounding >= 0
        ended = np.flatnonzero(was & ~row)
        self._end[self._sounding[ended]] = self.rows
        self._sounding[ended] = -1
        begun = np.flatnonzero(row & ~was)
        new = np.arange(self.count, self.count + len(begun))
        self._reserve(self.count + len(begun))
        self.count += len(begun)
        self._key[new], self._onset[new], self._end[new] = begun, self.rows, SOUNDING
        self._sounding[begun] = new
        self.rows += 1
        return new

    def _reserve(self, count: int) -> None:
        while count > len(self._key):
            self._key, self._onset, self._end = (
                np.concatenate([a, np.zeros_like(a)]) for a in (self._key, self._onset, self._end)
            )
