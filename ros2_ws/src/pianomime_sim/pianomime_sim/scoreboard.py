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

"""The running score of a song, from goal windows and pressed keys that arrive in any order."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import NUM_KEYS
from pianomime_core.metrics import RunningScore, ScoreCard

Bools = NDArray[np.bool_]


class Scoreboard:
    """Collects goals and pressed keys; scores the steps for which both are known.

    Windows overlap: a step whose own window was lost is known from earlier windows, and the newest one counts.
    One thread may record while another expects and scores: rows are only filled, and scored once they are complete.

    Args:
        steps: Length of the song.
        trim: Do not score silence before the first key of the goal and after the last one so far: live, the
            beginning and end of the music are not known, and keeping still earns no credit. Files are trimmed when
            read (`pianomime_core.piano_roll`).
        first: First step to score.

    Attributes:
        goal: (T, 88) bool, keys to be down at the end of each step; False where no window is known yet.
        pressed: (T, 88) bool, keys down at the end of each step; False where not played yet.
        goal_pedal, pedal: (T,) bool, the same for the sustain pedal.
        first: The first step scored.
        played: Number of steps played, counted from step 0.
    """

    def __init__(self, steps: int, *, trim: bool = False, first: int = 0) -> None:
        self.goal: Bools = np.zeros((steps, NUM_KEYS), dtype=np.bool_)
        self.pressed: Bools = np.zeros((steps, NUM_KEYS), dtype=np.bool_)
        self.goal_pedal: Bools = np.zeros(steps, dtype=np.bool_)
        self.pedal: Bools = np.zeros(steps, dtype=np.bool_)
        self.first = first
        self.played = first
        self._known: Bools = np.zeros(steps, dtype=np.bool_)
        self._running = RunningScore()
        self._counted = first
        self._trim = trim
        self._begun = False

    def expect(self, step: int, window: Bools, sustain: Bools | None = None) -> None:
        """Take the goal window (H, 88) of `step`, and (H,) of the pedal; rows past the end of the song are dropped, and
        scored rows do not change. Windows come in order: steps before this one for which none came were silence."""
        first = max(step, self._counted)
        visible = slice(first - step, max(len(self.goal) - step, 0))
        rows = window[visible]
        self.goal[first : first + len(rows)] = rows
        if sustain is not None:
            self.goal_pedal[first : first + len(rows)] = sustain[visible]
        self._known[: first + len(rows)] = True

    def record(self, step: int, pressed: Bools, pedal: bool = False) -> None:
        """Take the keys (88,) and the pedal that are down at the end of `step`; steps come in order."""
        self.pressed[step], self.pedal[step] = pressed, pedal
        self.played = step + 1

    @property
    def scored(self) -> int:
        """Number of steps, counted from step 0, up to which every played step has a known goal."""
        known = self._known[self.first : self.played]
        return self.played if known.all() else self.first + int(np.argmin(known))

    @property
    def begun(self) -> bool:
        """True when there is something to score."""
        self._count()
        return self._begun

    def card(self) -> ScoreCard:
        """Return the score of the scored steps; only steps that are new since the last call are computed.

        Raises:
            ValueError: No step is scored yet.
        """
        self._count()
        return self._running.card()

    def _count(self) -> None:
        first, end = self._counted, self.scored
        if self._trim:
            wanted = first + np.flatnonzero(self.goal[first:end].any(axis=1))
            if not len(wanted):
                return
            first, end = first if self._begun else int(wanted[0]), int(wanted[-1]) + 1
        for step in range(first, end):
            self._running.update(
                self.goal[step], self.pressed[step], bool(self.goal_pedal[step]), bool(self.pedal[step])
            )
        self._begun |= end > first
        self._counted = end
