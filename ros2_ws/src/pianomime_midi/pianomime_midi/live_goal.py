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

"""Goal windows of a live keyboard: which keys should be down at the end of each control step of the simulator.

`EchoGoal` repeats the music after a fixed delay. Its rows are those of the same music in a file, computed by the same
code (`pianomime_core.goal_window.StreamingGoal`) except for a tolerance at the borders of rows. As with `trim_silence`
for files, row 0 of the music begins at its first onset, whatever the simulator is doing at that moment, and the
simulator plays that row a whole number of steps later. `HeldGoal` has no delay: it only knows the keys held now.
"""

import math
from collections import deque
from dataclasses import replace
from typing import Protocol

import numpy as np

from pianomime_core.goal_window import GoalRows, NoteEvent, StreamingGoal
from pianomime_core.keyboard import LOWEST_PITCH, NUM_KEYS
from pianomime_core.live_window import visible_steps
from pianomime_core.piano_roll import pedal_rows
from pianomime_core.setting import Setting
from pianomime_core.streaming_notes import StreamingNotes
from pianomime_core.timing import CONTROL_TIMESTEP_S, FRAMES_PER_SECOND

WIRE_S = 0.03
"""How long an event may take from its stamp to its reader; only older times are completely known."""
JITTER_S = 0.01
"""An event this close to the border of two rows counts as on it. Music played to a beat often falls on borders, where a
millisecond would decide: a key struck 1 ms early must not come a row early, nor one released 1 ms late a row late. The
jitter of a MIDI cable is 1 ms, that of JACK is its period of 10 ms."""

KEPT_STEPS = 20
_SHORTEST_NOTE_S = 0.001


class LiveGoal(Protocol):
    """Events in, a window for each step out. Times are those of one monotonic clock, in seconds."""

    def receive(self, event: NoteEvent) -> None:
        """Take an event, which may be up to `WIRE_S` old."""
        ...

    def window(self, step: int, now_s: float) -> GoalRows:
        """Return the rows of a step that begins now; a restarted simulator may be up to `KEPT_STEPS` behind."""
        ...


def live_goal(delay_steps: int, setting: Setting = Setting.BENCHMARK) -> LiveGoal:
    """Return the goal for a delay: with 0 the keys held now, otherwise what was played that many steps ago; in the
    setting "musical" its windows have notes."""
    horizon = visible_steps(delay_steps)
    return EchoGoal(horizon, delay_steps, setting) if delay_steps else HeldGoal(horizon)


class EchoGoal:
    """What was played `delay_steps` ago. Keys struck together, or k rows apart, stay so: nothing is rounded twice.

    Once everything has been played for a second, the next key begins a new piece with its own rows, so that a drifting
    clock or a pause of the simulator does not add to the delay for ever.

    In the setting "musical" windows also have the notes in time, and nothing is moved to the border of a row.

    Attributes:
        first_step: The step that plays the row of the first onset; None before it is known.
    """

    def __init__(self, horizon: int, delay_steps: int, setting: Setting = Setting.BENCHMARK) -> None:
        if delay_steps < horizon:
            raise ValueError(f"a delay of {delay_steps} steps is shorter than the horizon of {horizon}")
        self._horizon = horizon
        self._delay_steps = delay_steps
        self._pedal = False
        musical = setting is Setting.MUSICAL
        self._jitter_s = 0.0 if musical else JITTER_S
        self._notes = StreamingNotes(KEPT_STEPS * CONTROL_TIMESTEP_S) if musical else None
        self._begin()

    def _begin(self) -> None:
        self._stream = StreamingGoal(KEPT_STEPS + self._horizon)
        self._oldest_row = 0
        self._waiting = [NoteEvent(0.0, True)] if self._pedal else []
        self._onset_s = math.inf
        self._last_s = 0.0
        self._struck_s: dict[int, float] = {}
        # When step 0 began, estimated from each of the last steps; punctual steps give the earliest time.
        self._step_0_s: deque[float] = deque(maxlen=KEPT_STEPS)
        self.first_step: int | None = None

    def receive(self, event: NoteEvent) -> None:
        """See `LiveGoal.receive`."""
        if event.pitch is None:
            self._pedal = event.down
        elif event.down:
            self._onset_s = min(self._onset_s, event.time_s)
        self._waiting.append(event)

    def window(self, step: int, now_s: float) -> GoalRows:
        """See `LiveGoal.window`."""
        rows = self._rows_of(step, now_s)
        if self._notes is None:
            return rows
        notes = self._notes.window(step, self._horizon)
        return rows._replace(sustain=pedal_rows(notes.pedal_s, step, self._horizon), notes=notes)

    def _rows_of(self, step: int, now_s: float) -> GoalRows:
        # State 0 is repeated while the nodes discover one another: no step has begun yet.
        if step > 0 and self.first_step is None:
            self._step_0_s.append(now_s - step * CONTROL_TIMESTEP_S)
        if math.isinf(self._onset_s) or not self._step_0_s:
            return self._silence()
        if self.first_step is None:
            self.first_step = max(self._step_of_row_0(), step)
        for event in self._waiting:
            heard = replace(event, time_s=self._musical_time(event))
            self._stream.feed(heard)
            if self._notes is not None:
                self._notes.feed(replace(heard, time_s=heard.time_s + self.first_step * CONTROL_TIMESTEP_S))
        self._waiting.clear()
        self._stream.advance(now_s - WIRE_S - self._onset_s)
        windows = self._rows(step - self.first_step)
        if not self._struck_s and (step - self.first_step - KEPT_STEPS) * CONTROL_TIMESTEP_S > self._last_s:
            self._begin()
            if self._notes is not None:  # between pieces the pedal is up
                self._notes.feed(NoteEvent(0.0, False))
        return windows

    def _rows(self, row: int) -> GoalRows:
        self._oldest_row = max(self._oldest_row, row - KEPT_STEPS)
        kept = self._stream.window(self._oldest_row)
        # Before the music begins, its rows are further down in the window.
        skipped, deeper = max(row - self._oldest_row, 0), max(self._oldest_row - row, 0)
        windows = self._silence()
        if deeper < self._horizon:
            for window, rows in zip(windows[:3], kept[:3], strict=True):
                window[deeper:] = rows[skipped : skipped + self._horizon - deeper]
        return windows

    def _musical_time(self, event: NoteEvent) -> float:
        time_s = event.time_s - self._onset_s
        border_s = round(time_s * FRAMES_PER_SECOND) / FRAMES_PER_SECOND
        if abs(time_s - border_s) <= self._jitter_s:
            time_s = border_s
        if event.pitch is None:
            return max(time_s, 0.0)
        if event.down:
            self._struck_s[event.pitch] = time_s
            return time_s
        # Every note has a length, however short.
        self._last_s = max(time_s, self._struck_s.pop(event.pitch, -math.inf) + _SHORTEST_NOTE_S)
        return self._last_s

    def _step_of_row_0(self) -> int:
        """The first step at whose beginning row 0 and its whole window are known."""
        known_s = self._onset_s + WIRE_S + self._delay_steps * CONTROL_TIMESTEP_S
        return math.ceil((known_s - min(self._step_0_s)) / CONTROL_TIMESTEP_S)

    def _silence(self) -> GoalRows:
        return GoalRows(
            np.zeros((self._horizon, NUM_KEYS), dtype=np.bool_),
            np.zeros(self._horizon, dtype=np.bool_),
            np.zeros((self._horizon, NUM_KEYS), dtype=np.uint8),
        )


class HeldGoal:
    """The keys held when a step begins; its first row adds those struck and released since the last step.

    A held key that is struck again is left out of the first row, as in a piano roll, so that it comes up. All later
    rows repeat the keys held now.
    """

    def __init__(self, horizon: int) -> None:
        self._horizon = horizon
        self._held = np.zeros(NUM_KEYS, dtype=np.bool_)
        self._struck = np.zeros(NUM_KEYS, dtype=np.bool_)
        self._velocity = np.zeros(NUM_KEYS, dtype=np.uint8)
        self._pedal = False
        self._row_0 = np.zeros(NUM_KEYS, dtype=np.bool_)
        self._step = -1

    def receive(self, event: NoteEvent) -> None:
        """See `LiveGoal.receive`."""
        if event.pitch is None:
            self._pedal = event.down
            return
        key = event.pitch - LOWEST_PITCH
        self._held[key] = event.down
        self._struck[key] |= event.down
        if event.down:
            self._velocity[key] = event.velocity

    def window(self, step: int, now_s: float) -> GoalRows:
        """See `LiveGoal.window`."""
        if step != self._step:  # otherwise the same step is requested again
            struck_again = self._struck & self._row_0
            self._row_0 = (self._held | self._struck) & ~struck_again
            self._struck = np.zeros(NUM_KEYS, dtype=np.bool_)
            self._step = step
        goal = np.tile(self._held, (self._horizon, 1))
        goal[0] = self._row_0
        return GoalRows(goal, np.full(self._horizon, self._pedal), np.where(goal, self._velocity, np.uint8(0)))
