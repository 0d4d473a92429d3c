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

"""What a controller knows of the music so far: notes from the rows of a growing piano roll, or from `note_slices`."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import NUM_KEYS
from pianomime_core.notes import USUAL_VELOCITY

SOUNDING = 1 << 30
"""End step of a note whose end is not visible yet."""


class GoalNotes:
    """Notes of the rows seen so far, numbered in order of (onset, key).

    Attributes (the first `count` entries are valid):
        key, onset, end: Key 0..87, first step, first step after; `end` is `SOUNDING` while unknown.
        onset_time, end_time: When exactly it begins and ends, in steps, where that is known; else as `onset`, `end`.
        velocity: MIDI velocity 1..127.
        sustained_from: Step from which the sustain pedal holds the note to its end; `SOUNDING` if it does not.
        rows: Number of rows seen.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.count = 0
        self._key = np.zeros(256, np.int64)
        self._onset = np.zeros(256, np.int64)
        self._end = np.zeros(256, np.int64)
        self._onset_time = np.zeros(256)
        self._end_time = np.zeros(256)
        self._velocity = np.zeros(256, np.int64)
        self._sustained_from = np.zeros(256, np.int64)
        self._sounding = np.full(NUM_KEYS, -1)

    @property
    def key(self) -> NDArray[np.int64]:
        return self._key[: self.count]

    @property
    def onset(self) -> NDArray[np.int64]:
        return self._onset[: self.count]

    @property
    def onset_time(self) -> NDArray[np.float64]:
        return self._onset_time[: self.count]

    @property
    def end_time(self) -> NDArray[np.float64]:
        return self._end_time[: self.count]

    @property
    def end(self) -> NDArray[np.int64]:
        return self._end[: self.count]

    @property
    def velocity(self) -> NDArray[np.int64]:
        return self._velocity[: self.count]

    @property
    def sustained_from(self) -> NDArray[np.int64]:
        return self._sustained_from[: self.count]

    def append(self, row: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Append the next row (88,) and return the indices of the notes that begin in it."""
        was = self._sounding >= 0
        ended = np.flatnonzero(was & ~row)
        self.finish(self._sounding[ended], self.rows, self.rows)
        self._sounding[ended] = -1
        begun = np.flatnonzero(row & ~was)
        new = self.add(begun, self.rows)
        self._sounding[begun] = new
        self.rows += 1
        return new

    def add(self, keys: NDArray[np.int64], step: int) -> NDArray[np.int64]:
        """Add notes (n,) that begin at a step, without end; return their indices."""
        new = np.arange(self.count, self.count + len(keys))
        self._reserve(self.count + len(keys))
        self.count += len(keys)
        self._key[new], self._onset[new], self._end[new] = keys, step, SOUNDING
        self._onset_time[new], self._end_time[new], self._velocity[new] = step, SOUNDING, USUAL_VELOCITY
        self._sustained_from[new] = SOUNDING
        return new

    def set_time(self, index: int, time: float, velocity: int) -> None:
        """Set when exactly a note begins, in steps, and its MIDI velocity."""
        self._onset_time[index], self._velocity[index] = time, velocity

    def finish(self, index: NDArray[np.int64] | int, step: int, time: float) -> None:
        """Set the end of notes: the first step after them, and the time in steps."""
        self._end[index], self._end_time[index] = step, time

    def _reserve(self, count: int) -> None:
        while count > len(self._key):
            for name in ("_key", "_onset", "_end", "_onset_time", "_end_time", "_velocity", "_sustained_from"):
                values = getattr(self, name)
                setattr(self, name, np.concatenate([values, np.zeros_like(values)]))
