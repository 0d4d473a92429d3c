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

"""The controller's lookahead: a window of the piano roll, from a file or from a live stream of note events.

A live keyboard is played with a fixed delay of at least the horizon, so that every row of the window is known when it
is requested. Fed with the events of a file, `StreamingGoal` gives the rows of the file, because both use the same
pairing of events (`pianomime_core.note_pairing.OpenNotes`) and the same frames (`pianomime_core.piano_roll`).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.note_pairing import OpenNotes
from pianomime_core.notes import USUAL_VELOCITY, Note, Score
from pianomime_core.piano_roll import (
    PianoRoll,
    Span,
    frame_of,
    note_span,
    rasterize,
    rasterize_sustain,
    rasterize_velocity,
    trim_silence,
)
from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_core.visible_notes import VisibleNotes

Number = TypeVar("Number", np.bool_, np.uint8)


class GoalRows(NamedTuple):
    """A window of a piano roll; see `PianoRoll`.

    Attributes:
        goal: (H, 88) bool, keys to hold down.
        sustain: (H,) bool, sustain pedal to hold down.
        velocity: (H, 88) uint8, MIDI velocities.
        notes: The notes of these rows in time, and those that ended shortly before; None if only rows are known.
    """

    goal: NDArray[np.bool_]
    sustain: NDArray[np.bool_]
    velocity: NDArray[np.uint8]
    notes: VisibleNotes | None = None


NOTES_KEPT_S = 1.0
"""Notes stay in a window this long after their end, so that a reader that misses windows learns of it."""
_ROWS_KEPT = round(NOTES_KEPT_S * FRAMES_PER_SECOND)


def roll_window(roll: PianoRoll, step: int, horizon: int | None) -> GoalRows:
    """Return the window of a roll at a step: `horizon` rows, silence past its end; None for all remaining rows."""
    if horizon is None:
        return GoalRows(roll.goal[step:], roll.sustain[step:], roll.velocity[step:], roll.notes)
    return GoalRows(
        goal_window(roll.goal, step, horizon),
        goal_window(roll.sustain, step, horizon),
        goal_window(roll.velocity, step, horizon),
        None if roll.notes is None else notes_of_rows(roll.notes, step, horizon),
    )


def first_rows(window: GoalRows, step: int, rows: int | None) -> GoalRows:
    """Return the first rows of the window of a step, and no more notes than a window of so many rows; None: all."""
    if rows is None or rows >= len(window.goal):
        return window
    notes = None if window.notes is None else notes_of_rows(window.notes, step, rows)
    return GoalRows(window.goal[:rows], window.sustain[:rows], window.velocity[:rows], notes)


def notes_of_rows(notes: VisibleNotes, step: int, rows: int) -> VisibleNotes:
    """Return the notes of a window of so many rows from `step` on, and those that ended shortly before."""
    # Quotients of whole numbers: borders of rows are the doubles nearest to them, as the notes' nanoseconds are.
    return notes.window((step - _ROWS_KEPT) / FRAMES_PER_SECOND, (step + rows) / FRAMES_PER_SECOND)


def goal_window(rows: NDArray[Number], step: int, horizon: int) -> NDArray[Number]:
    """Return rows step .. step + horizon - 1 of a roll, False or 0 past its end.

    Args:
        rows: (T, 88) goal or velocity, or (T,) sustain, of a `PianoRoll`.
        step: Control step; row 0 of the window is the goal at its end.
        horizon: Number of rows, 11 in the paper.

    Returns:
        (horizon, 88) or (horizon,), a copy.
    """
    if step < 0:
        raise ValueError(f"step must be >= 0, got {step}")
    window = np.zeros((horizon, *rows.shape[1:]), dtype=rows.dtype)
    visible = rows[step : step + horizon]
    window[: len(visible)] = visible
    return window


@dataclass(frozen=True)
class NoteEvent:
    """One event of a stream; time in seconds from the first row of the roll. `pitch` is None for the sustain pedal;
    `velocity` 1..127 applies to a key that goes down."""

    time_s: float
    down: bool
    pitch: int | None = None
    velocity: int = USUAL_VELOCITY


class StreamingGoal:
    """Goal windows built from events in the order in which they happen.

    `note_on`, `note_off` and `sustain` take events, `advance` declares that everything before a time is known, and
    `window` returns the frames of a step. Frames that are not over at the known time are still False. An event that
    arrives late, with a time that was already declared known, counts as happening at the known time. Pitches outside
    the 88 keys are ignored, unmatched note-offs too.

    Attributes:
        horizon: Rows of a window.
        known_s: Everything before this time is known.
    """

    def __init__(self, horizon: int) -> None:
        self.horizon = horizon
        self.known_s = 0.0
        self._open: OpenNotes[int, float] = OpenNotes()
        self._spans: list[Span] = []
        self._pedal: list[tuple[int, bool]] = []
        self._pedal_before = False
        self._first_step = 0

    def note_on(self, pitch: int, time_s: float, velocity: int = USUAL_VELOCITY) -> None:
        """A key went down."""
        if LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
            self._open.begin(pitch, self._event_time(time_s), velocity)

    def note_off(self, pitch: int, time_s: float) -> None:
        """A key went up."""
        offset_s = self._event_time(time_s)
        self._spans += [
            note_span(pitch, onset_s, offset_s, velocity) for onset_s, velocity in self._open.end(pitch, offset_s)
        ]

    def sustain(self, down: bool, time_s: float) -> None:
        """The pedal went down or up."""
        self._pedal.append((frame_of(self._event_time(time_s)), down))

    def feed(self, event: NoteEvent) -> None:
        """Dispatch one event to `note_on`, `note_off` or `sustain`."""
        if event.pitch is None:
            self.sustain(event.down, event.time_s)
        elif event.down:
            self.note_on(event.pitch, event.time_s, event.velocity)
        else:
            self.note_off(event.pitch, event.time_s)

    def advance(self, known_s: float) -> None:
        """Declare that every event before `known_s` has been fed. Never goes back."""
        if not math.isfinite(known_s):
            raise ValueError(f"time must be finite, got {known_s}")
        self.known_s = max(self.known_s, known_s)

    def window(self, step: int) -> GoalRows:
        """Return `horizon` rows from `step` on, and discard earlier ones.

        Raises:
            ValueError: The step is before the last one requested.
        """
        if step < self._first_step:
            raise ValueError(f"step {step} was discarded: the earliest is {self._first_step}")
        self._forget_before(step)
        known_rows = max(0, min(self.horizon, frame_of(self.known_s) - step))
        # An open note sounds through every known frame.
        held = [
            Span(pitch - LOWEST_PITCH, frame_of(onset_s), step + known_rows, velocity)
            for pitch, onset_s, velocity in self._open.items()
        ]
        spans = [*self._spans, *held]
        goal = goal_window(rasterize(spans, step, known_rows), 0, self.horizon)
        sustain = rasterize_sustain(self._pedal, step, known_rows, down_before=self._pedal_before)
        return GoalRows(goal, goal_window(sustain, 0, self.horizon), rasterize_velocity(spans, step, goal))

    def _event_time(self, time_s: float) -> float:
        if not math.isfinite(time_s):
            raise ValueError(f"time must be finite, got {time_s}")
        return max(time_s, self.known_s)

    def _forget_before(self, step: int) -> None:
        self._first_step = step
        # The frame before the window still decides what is struck again in it.
        self._spans = [span for span in self._spans if span.end >= step]
        while self._pedal and self._pedal[0][0] < step:
            self._pedal_before = self._pedal.pop(0)[1]


def note_events(score: Score) -> Iterator[NoteEvent]:
    """Return the events of a score trimmed of silence, in order of time: as a keyboard would send them.

    Overlapping notes of one pitch become one key press struck several times, released once.
    """
    trimmed = trim_silence(score)
    events = [(time_s, 1, NoteEvent(time_s, down)) for time_s, down in trimmed.sustain]
    for pitch, notes in groupby(sorted(trimmed.notes, key=_by_pitch), key=lambda note: note.pitch):
        released_s = None
        for note in notes:
            if released_s is not None and note.onset_s >= released_s:
                events.append((released_s, 0, NoteEvent(released_s, False, pitch)))
                released_s = None
            events.append((note.onset_s, 2, NoteEvent(note.onset_s, True, pitch, note.velocity)))
            released_s = note.offset_s if released_s is None else max(released_s, note.offset_s)
        assert released_s is not None
        events.append((released_s, 0, NoteEvent(released_s, False, pitch)))
    events.sort(key=lambda event: event[:2])
    return (event for _, _, event in events)


def _by_pitch(note: Note) -> tuple[int, float]:
    return note.pitch, note.onset_s
