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

"""What the simulator waits for before it begins a performance: the song, and the initial joint positions."""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]


class BeyondEndError(ValueError):
    """The first step to play lies beyond the end of the song."""

    def __init__(self, first: int, steps: int) -> None:
        super().__init__(f"the start is at step {first}, the song has {steps} steps")


class Cue:
    """Collects the song and the start of a performance, which come from two nodes in any order.

    They belong together if they carry the same name, which the source of the song gives to each performance. A
    performance that is over does not begin again by itself.

    Attributes:
        steps: Number of control steps to play at most; None until there is a song.
        song: Goal of the keys (T, 88) and of the sustain pedal (T,); None until it comes, and for live music.
        start: Initial joint positions (n,) [rad, m]; None until they come.
        first: First step to play: 0, or a later one if the song was already being played.
    """

    def __init__(self, session_steps: int | None = None) -> None:
        """`session_steps`: For live music, the number of steps after which it ends; no song is waited for."""
        self._live = session_steps is not None
        self.steps = session_steps
        self.song: tuple[Bools, Bools] | None = None
        self.start: NDArray[np.float64] | None = None
        self.first = 0
        self._of_song = self._of_start = ""
        self._over: str | None = None

    @property
    def is_complete(self) -> bool:
        """True if song and start of the same performance are there, and it is not over."""
        is_known = self.steps is not None and self.start is not None
        return is_known and self.is_of(self._of_start) and self._of_song != self._over

    @property
    def awaited(self) -> str:
        """What is missing before a performance can begin, in words; empty if nothing is."""
        if self.is_complete:
            return ""
        if self.steps is None or self._of_song == self._over:
            return "a song"
        return "a controller's initial joint positions" if self.start is None else "song and start of one performance"

    def take_song(self, performance: str, goal: Bools, sustain: Bools) -> None:
        """Take the whole song; live music has none.

        Raises:
            BeyondEndError: The start that came first lies beyond its end; that start is dropped.
        """
        if self._live:
            return
        self.song, self.steps, self._of_song = (goal, sustain), len(goal), performance
        if self.is_complete and self.first > self.steps:
            self.start = None
            raise BeyondEndError(self.first, self.steps)

    def take_start(self, performance: str, positions: NDArray[np.float64], first: int) -> None:
        """Take the initial joint positions (n,) [rad, m] and the first step to play.

        Raises:
            BeyondEndError: It lies beyond the end of the song; the start that was known is kept.
        """
        if performance == self._over:  # a controller offers its last state when the simulator falls silent at the end
            return
        if self.steps is not None and self.is_of(performance) and first > self.steps:
            raise BeyondEndError(first, self.steps)
        self.start, self.first, self._of_start = positions, first, performance

    def is_of(self, performance: str) -> bool:
        """Return whether a message belongs to the current performance, which waits or is being played."""
        return self._live or performance == self._of_song

    def finish(self) -> None:
        """Mark the current performance as over."""
        self._over = self._of_song

    def repeat(self) -> bool:
        """Allow the performance that is over to begin again; return False if none is over."""
        if self._over != self._of_song:
            return False
        self._over = None
        return True
