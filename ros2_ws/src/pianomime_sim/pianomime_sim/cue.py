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

"""What must be known before a performance can begin: its song, and where the hands begin."""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]


class BeyondEndError(ValueError):
    """A start that lies beyond the end of the song."""

    def __init__(self, first: int, steps: int) -> None:
        super().__init__(f"the start is at step {first}, the song has {steps} steps")


class Cue:
    """Song and start come from two sides, in any order. They belong together if they are of the same performance, by
    the name that the source of the song gave it; what is over does not begin again by itself.

    Attributes:
        steps: Control steps to play at most; None while no song is known.
        song: Keys (T, 88) and sustain (T,) wanted; None before it is told, and for live music.
        start: Joint positions (n,) [rad, m] to begin from; None before they are told.
        first: Step to begin with: 0, or in the middle of a song that was being played already.
    """

    def __init__(self, session_steps: int | None = None) -> None:
        """`session_steps`: Live: so many at most, and no song is waited for."""
        self._live = session_steps is not None
        self.steps = session_steps
        self.song: tuple[Bools, Bools] | None = None
        self.start: NDArray[np.float64] | None = None
        self.first = 0
        self._of_song = self._of_start = ""
        self._over: str | None = None

    @property
    def is_complete(self) -> bool:
        """True when a performance can begin."""
        is_known = self.steps is not None and self.start is not None
        return is_known and self.is_of(self._of_start) and self._of_song != self._over

    def take_song(self, performance: str, goal: Bools, sustain: Bools) -> None:
        """Take the whole song; live music has none.

        Raises:
            BeyondEndError: The start that came before it does not fit; another start is waited for.
        """
        if self._live:
            return
        self.song, self.steps, self._of_song = (goal, sustain), len(goal), performance
        if self.is_complete and self.first > self.steps:
            self.start = None
            raise BeyondEndError(self.first, self.steps)

    def take_start(self, performance: str, positions: NDArray[np.float64], first: int) -> None:
        """Take where the hands begin, and with which step; who says so of a performance that is over thinks that its
        simulator is gone.

        Raises:
            BeyondEndError: It lies beyond the end of the song; what was known stays.
        """
        if performance == self._over:
            return
        if self.steps is not None and self.is_of(performance) and first > self.steps:
            raise BeyondEndError(first, self.steps)
        self.start, self.first, self._of_start = positions, first, performance

    def is_of(self, performance: str) -> bool:
        """Whether something is of the performance that can begin, or goes on."""
        return self._live or performance == self._of_song

    def finish(self) -> None:
        """This performance is over."""
        self._over = self._of_song

    def repeat(self) -> bool:
        """Let the performance that is over begin again; False if none is."""
        if self._over != self._of_song:
            return False
        self._over = None
        return True
