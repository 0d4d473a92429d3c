"""Goal windows of a live keyboard: which keys shall be down at the end of each control step of the simulator.

`EchoGoal` plays what was played a fixed delay later. Its rows are those of the same music as a file, found by the same
code (`pianomime_core.goal_window.StreamingGoal`) but for a tolerance where rows meet: as `trim_silence` has it for
files, row 0 of the music begins at its first onset, whatever the simulator is doing at that moment, and the simulator
plays that row in a whole number of steps from then on. `HeldGoal` waits for nothing: it knows the keys held now.
"""

import math
from collections import deque
from dataclasses import replace
from typing import Protocol

import numpy as np

from pianomime_core.goal_window import GoalRows, NoteEvent, StreamingGoal
from pianomime_core.keyboard import LOWEST_PITCH, NUM_KEYS
from pianomime_core.live_window import visible_steps
from pianomime_core.timing import CONTROL_TIMESTEP_S, FRAMES_PER_SECOND

WIRE_S = 0.03
"""How long an event may take from its stamp to its reader: only what is older counts as fully known."""
JITTER_S = 0.01
"""How far from the border of two rows an event still counts as on it. What is played to a beat falls on borders all the
time, where the last millisecond would decide: a key struck too early by one is not a row early, nor let go too late by
one a row late. The jitter of a MIDI cable is 1 ms, that of JACK its period of 10 ms."""

KEPT_STEPS = 20
_SHORTEST_NOTE_S = 0.001


class LiveGoal(Protocol):
    """Events in, a window for each step out. Times are those of one monotonic clock, in seconds."""

    def receive(self, event: NoteEvent) -> None:
        """Take an event; its time may be up to `WIRE_S` ago."""
        ...

    def window(self, step: int, now_s: float) -> GoalRows:
        """Return the rows of a step that begins now. A simulator that was started again may be some steps behind: up to
        `KEPT_STEPS` of them are still known."""
        ...


def live_goal(delay_steps: int) -> LiveGoal:
    """Return the goal for a delay: the keys held now for none, else what was played so many steps ago."""
    horizon = visible_steps(delay_steps)
    return EchoGoal(horizon, delay_steps) if delay_steps else HeldGoal(horizon)


class EchoGoal:
    """What was played `delay_steps` ago. Keys struck together, or k rows apart, stay so: nothing is rounded twice.

    When all has been played for a second, the next key begins a new piece with rows of its own: then a clock that has
    drifted, or a simulator that was away for a while, no longer adds to the delay.

    Attributes:
        first_step: The step that plays the row of the first onset; None before it is known.
    """

    def __init__(self, horizon: int, delay_steps: int) -> None:
        if delay_steps < horizon:
            raise ValueError(f"a delay of {delay_steps} steps is shorter than the horizon of {horizon}")
        self._horizon = horizon
        self._delay_steps = delay_steps
        self._pedal = False
        self._begin()

    def _begin(self) -> None:
        self._stream = StreamingGoal(KEPT_STEPS + self._horizon)
        self._oldest_row = 0
        self._waiting = [NoteEvent(0.0, True)] if self._pedal else []
        self._onset_s = math.inf
        self._last_s = 0.0
        self._struck_s: dict[int, float] = {}
        # When step 0 began, or would have begun, by each of the last steps: the punctual ones look earliest.
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
        # State 0 is shown while the nodes look for one another: its steps have not begun.
        if step > 0 and self.first_step is None:
            self._step_0_s.append(now_s - step * CONTROL_TIMESTEP_S)
        if math.isinf(self._onset_s) or not self._step_0_s:
            return self._silence()
        if self.first_step is None:
            self.first_step = max(self._step_of_row_0(), step)
        for event in self._waiting:
            self._stream.feed(replace(event, time_s=self._musical_time(event)))
        self._waiting.clear()
        self._stream.advance(now_s - WIRE_S - self._onset_s)
        windows = self._rows(step - self.first_step)
        if not self._struck_s and (step - self.first_step - KEPT_STEPS) * CONTROL_TIMESTEP_S > self._last_s:
            self._begin()
        return windows

    def _rows(self, row: int) -> GoalRows:
        self._oldest_row = max(self._oldest_row, row - KEPT_STEPS)
        kept = self._stream.window(self._oldest_row)
        # Before the music begins, its rows stand deeper in the window.
        skipped, deeper = max(row - self._oldest_row, 0), max(self._oldest_row - row, 0)
        windows = self._silence()
        if deeper < self._horizon:
            for window, rows in zip(windows, kept, strict=True):
                window[deeper:] = rows[skipped : skipped + self._horizon - deeper]
        return windows

    def _musical_time(self, event: NoteEvent) -> float:
        time_s = event.time_s - self._onset_s
        border_s = round(time_s * FRAMES_PER_SECOND) / FRAMES_PER_SECOND
        if abs(time_s - border_s) <= JITTER_S:
            time_s = border_s
        if event.pitch is None:
            return time_s
        if event.down:
            self._struck_s[event.pitch] = time_s
            return time_s
        # However short, a note has a length.
        self._last_s = max(time_s, self._struck_s.pop(event.pitch, -math.inf) + _SHORTEST_NOTE_S)
        return self._last_s

    def _step_of_row_0(self) -> int:
        """The first step at whose beginning row 0, and all that its window reaches, is known; and so on from there."""
        known_s = self._onset_s + WIRE_S + self._delay_steps * CONTROL_TIMESTEP_S
        return math.ceil((known_s - min(self._step_0_s)) / CONTROL_TIMESTEP_S)

    def _silence(self) -> GoalRows:
        return GoalRows(
            np.zeros((self._horizon, NUM_KEYS), dtype=np.bool_),
            np.zeros(self._horizon, dtype=np.bool_),
            np.zeros((self._horizon, NUM_KEYS), dtype=np.uint8),
        )


class HeldGoal:
    """The keys held when a step begins, and in its first row those struck and let go since the last step.

    A held key that is struck again is left out of the first row, as in a piano roll, so that it comes up. All rows
    after it repeat the keys held now.
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
        if step != self._step:  # else it is asked for again
            struck_again = self._struck & self._row_0
            self._row_0 = (self._held | self._struck) & ~struck_again
            self._struck = np.zeros(NUM_KEYS, dtype=np.bool_)
            self._step = step
        goal = np.tile(self._held, (self._horizon, 1))
        goal[0] = self._row_0
        return GoalRows(goal, np.full(self._horizon, self._pedal), np.where(goal, self._velocity, np.uint8(0)))
