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

"""Notes and pedal in time from a stream of events; `goal_window.StreamingGoal` is their counterpart for rows."""

import math

import numpy as np

from pianomime_core.goal_window import NOTES_KEPT_S, NoteEvent, notes_of_rows
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.notes import Note
from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_core.visible_notes import VisibleNotes, pedal_presses

_SHORTEST_NOTE_S = 0.001


class StreamingNotes:
    """Windows of notes from events in order of time; a release or another strike ends what sounds on its key.

    What a window says stays true: an event that comes later, with a time before the end of that window, counts as
    happening at its end.

    Args:
        kept_s: How far windows may go back behind the latest one.
    """

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s + NOTES_KEPT_S
        self._known_s = 0.0
        self._ended: list[Note] = []
        self._open: dict[int, NoteEvent] = {}
        self._pedal: list[tuple[float, bool]] = []

    def feed(self, event: NoteEvent) -> None:
        """Take an event; pitches outside the 88 keys are ignored."""
        time_s = max(event.time_s, self._known_s)
        if event.pitch is None:
            self._pedal.append((round(time_s * 1e9) / 1e9, event.down))
            return
        if not LOWEST_PITCH <= event.pitch <= HIGHEST_PITCH:
            return
        if (begun := self._open.pop(event.pitch, None)) is not None:
            time_s = max(time_s, begun.time_s + _SHORTEST_NOTE_S)
            self._ended.append(Note(event.pitch, begun.time_s, time_s, begun.velocity))
        if event.down:
            self._open[event.pitch] = NoteEvent(time_s, True, event.pitch, event.velocity)

    def window(self, step: int, rows: int) -> VisibleNotes:
        """Return the notes of so many rows from `step` on; what is open has no end."""
        self._known_s = max(self._known_s, (step + rows) / FRAMES_PER_SECOND)
        oldest_s = step / FRAMES_PER_SECOND - self._kept_s
        self._ended = [note for note in self._ended if note.offset_s > oldest_s]
        while len(self._pedal) > 1 and self._pedal[1][0] <= oldest_s:
            self._pedal.pop(0)
        listed = [(note.pitch, note.onset_s, note.offset_s, note.velocity) for note in self._ended]
        listed += [(pitch, event.time_s, math.inf, event.velocity) for pitch, event in self._open.items()]
        pitch, onset_s, end_s, velocity = np.array(listed, np.float64).reshape(-1, 4).T
        onset_s, end_s = (np.rint(time_s * 1e9) / 1e9 for time_s in (onset_s, end_s))
        key = pitch.astype(np.int64) - LOWEST_PITCH
        pedal_s = pedal_presses(self._pedal)
        notes = VisibleNotes.in_order(key, onset_s, end_s, velocity.astype(np.int64), self._known_s, pedal_s)
        return notes_of_rows(notes, step, rows)
