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

"""Notes in time as slices for the fingering: a chord is what begins within a few hundredths of a second.

Fingers are chosen slice by slice, at steps of 50 ms; when each note really begins and ends is kept beside it. A chord
that is wider than two hands loses inner notes (`wide_chords`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_core.visible_notes import VisibleNotes
from pianomime_policy.fingering.goal_notes import GoalNotes
from pianomime_policy.fingering.wide_chords import within_reach

CHORD_S = 0.035
"""Onsets this close to the first one of a chord are part of it."""


class _Waiting(NamedTuple):
    """A note whose chord may not be complete yet."""

    onset_s: float
    key: int
    velocity: int


class NoteSlices:
    """Adds visible notes to `GoalNotes`, slice by slice, as they become known."""

    def __init__(self, notes: GoalNotes, reach_m: float) -> None:
        """`reach_m`: See `hand_reach_m`."""
        self._notes, self._reach_m = notes, reach_m
        self._known_s = 0.0
        self._last_step = -1
        self._waiting: list[_Waiting] = []
        self._sounding: dict[tuple[float, int], int] = {}  # by onset and key, without a known end

    def update(self, visible: VisibleNotes) -> list[tuple[int, NDArray[np.int64]]]:
        """Return the new slices, each with its step and the indices of its notes by rising key.

        Args:
            visible: A window that is never before the last one.
        """
        new = visible.onset_s >= self._known_s
        columns = (visible.onset_s[new], visible.key[new], visible.velocity[new])
        self._waiting += [_Waiting(*note) for note in zip(*(column.tolist() for column in columns), strict=True)]
        self._known_s = visible.known_s
        slices = []
        while self._waiting and self._waiting[0].onset_s + CHORD_S <= visible.known_s:
            slices.append(self._add(self._next_chord()))
        self._end(visible)
        return slices

    def _next_chord(self) -> list[_Waiting]:
        """Take the first chord that waits, and return what is played of it, by rising key. A key struck twice is of the
        next one, too."""
        chord: dict[int, _Waiting] = {}
        last_s = self._waiting[0].onset_s + CHORD_S
        while self._waiting and self._waiting[0].onset_s < last_s and self._waiting[0].key not in chord:
            note = self._waiting.pop(0)
            chord[note.key] = note
        return [chord[key] for key in within_reach(sorted(chord), self._reach_m)]

    def _add(self, chord: list[_Waiting]) -> tuple[int, NDArray[np.int64]]:
        # The step of a note is that before its key sounds, as a frame of the benchmark is scored at its end.
        first = min(note.onset_s for note in chord)
        self._last_step = step = max(self._last_step + 1, int(first // CONTROL_TIMESTEP_S) - 1)
        indices = self._notes.add(np.array([note.key for note in chord]), step)
        for index, note in zip(indices.tolist(), chord, strict=True):
            self._notes.set_time(index, note.onset_s / CONTROL_TIMESTEP_S, note.velocity)
            self._sounding[note.onset_s, note.key] = index
        return step, indices

    def _end(self, visible: VisibleNotes) -> None:
        """Note the ends that are known now. For the fingering, a key is held to the end of the frame in which its note
        ends, as in the benchmark."""
        ended = np.isfinite(visible.end_s)
        columns = (visible.onset_s[ended], visible.key[ended], visible.end_s[ended])
        for onset_s, key, end_s in zip(*(column.tolist() for column in columns), strict=True):
            index = self._sounding.pop((onset_s, key), None)
            if index is not None:
                time = end_s / CONTROL_TIMESTEP_S
                self._notes.finish(index, max(int(self._notes.onset[index]) + 1, int(np.ceil(time)) - 1), time)
