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

"""A buffer of commands between two threads: one puts them in, the physics reads what has arrived."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Setpoint(NamedTuple):
    """The command for one step.

    Attributes:
        targets: (R, m) rad and m, for R equal parts of the step.
        pedal: (R,) whether the sustain pedal is down.
    """

    targets: Floats
    pedal: Bools


class OtherRowsError(ValueError):
    """A command with another number of targets in each step than the first one: a rollout has one for all steps."""

    def __init__(self, rows_per_step: int, first: int) -> None:
        super().__init__(f"{rows_per_step} points for each step: the first command of this song had {first}")


class CommandBuffer:
    """Keeps the newest command. A command of step s with K setpoints is for steps s to s + K - 1.

    Attributes:
        rows_per_step: R of the setpoints, as of the first command; None before it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._step: int | None = None
        self._rows: tuple[Setpoint, ...] = ()
        self._arrival_s = 0.0
        self.rows_per_step: int | None = None

    def put(self, step: int, targets: Floats, pedal: Bools | None = None, rows_per_step: int = 1) -> None:
        """Take the command of `step`, targets (K R, m) and pedal (K R,), up if not given; dropped unless it is newer
        than the one in the buffer.

        Raises:
            OtherRowsError: R is not that of the first command.
        """
        if self.rows_per_step is not None and self.rows_per_step != rows_per_step:
            raise OtherRowsError(rows_per_step, self.rows_per_step)
        parts = np.reshape(targets, (-1, rows_per_step, targets.shape[-1]))
        down = np.reshape(np.zeros(len(targets), dtype=np.bool_) if pedal is None else pedal, parts.shape[:2])
        rows = tuple(Setpoint(*row) for row in zip(parts, down, strict=True))
        with self._changed:
            self.rows_per_step = rows_per_step
            if self._step is None or step > self._step:
                self._step, self._rows, self._arrival_s = step, rows, self._clock()
                self._changed.notify_all()

    def wait(self, step: int, timeout_s: float) -> bool:
        """Wait until the command of `step` itself has arrived; return False if it has not after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._step is not None and self._step >= step, timeout_s)

    def setpoint_for(self, step: int) -> Setpoint | None:
        """Return the setpoint of the newest command for `step`; None if that command does not reach that far."""
        with self._changed:
            if self._step is None or step - self._step >= len(self._rows):
                return None
            return self._rows[max(step - self._step, 0)]

    def newest(self) -> tuple[int, Setpoint]:
        """Return the step of the newest command and a setpoint of its last targets and pedal, to be held until a newer
        one arrives."""
        with self._changed:
            assert self._step is not None, "nothing to hold before the first command"
            targets, pedal = self._rows[-1]
            return self._step, Setpoint(
                np.repeat(targets[-1:], len(targets), axis=0), np.repeat(pedal[-1:], len(pedal))
            )

    def arrival_s(self, step: int) -> float | None:
        """Return when the command of `step` arrived; None if the newest command is for another step."""
        with self._changed:
            return self._arrival_s if self._step == step else None
