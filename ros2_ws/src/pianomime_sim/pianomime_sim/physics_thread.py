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

"""The physics of one performance, from its first step to its last, in a thread of its own."""

import threading
import time

import numpy as np
from numpy.typing import NDArray

from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.playback import Playback
from pianomime_sim.scoreboard import Scoreboard

FINAL_WAIT_S = 2.0
"""How long the end of the song waits for the last goal."""


class PhysicsThread:
    """Shares only the command buffer and the scoreboard with other threads.

    Attributes:
        playback: The song being played.
        scoreboard: Its score.
        commands: Commands of the controller.
        failure: The exception that ended the thread, or None.
    """

    def __init__(self, playback: Playback, scoreboard: Scoreboard, commands: CommandBuffer, *, lift: bool) -> None:
        """`lift`: lift the hands at the end, unless `end` was called."""
        self.playback, self.scoreboard, self.commands = playback, scoreboard, commands
        self.failure: Exception | None = None
        self._lift = lift
        self._cancelled = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._ended_s: float | None = None

    def begin(self, start: NDArray[np.float64], steps: int, first: int) -> None:
        """Play `steps` control steps, starting at step `first` with joint positions (n,) [rad, m]."""
        self._thread = threading.Thread(target=self._play, args=(start, steps, first), name="physics")
        self._thread.start()

    @property
    def is_going_on(self) -> bool:
        """False once the thread has ended, with or without an error."""
        return self._thread is not None and self._thread.is_alive()

    def cancel(self) -> None:
        """Stop at the current step, as at the end of the music."""
        self._cancelled = True
        self._stop.set()

    def end(self) -> None:
        """Stop at once and wait for the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def goal_is_late(self) -> bool:
        """Return whether the last goal has been awaited for `FINAL_WAIT_S` since the end."""
        if self._ended_s is None:
            self._ended_s = time.monotonic()
        return time.monotonic() - self._ended_s > FINAL_WAIT_S

    def _play(self, start: NDArray[np.float64], steps: int, first: int) -> None:
        try:
            self.playback.run(start, steps, self._stop, first)
            if self._lift and (self._cancelled or not self._stop.is_set()):
                self.playback.lift()
        except Exception as error:
            self.failure = error
