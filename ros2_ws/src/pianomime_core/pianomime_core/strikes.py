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

"""What is heard: strikes of keys, detected in every physics step, with hysteresis.

A key strikes when it comes within 0.5 degrees of its stop, as in RoboPianist's benchmark, and is let go when it is more
than 1.5 degrees away: a key that trembles at its stop is struck once. `key_events` has no hysteresis, so that it agrees
with the `pressed` of the frame scores.
"""

import math

import numpy as np
from numpy.typing import NDArray

from pianomime_core.key_events import midi_velocity
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_core.notes import Note

RELEASE_RAD = math.radians(1.5)
"""Distance from the stop beyond which a key has been let go."""


class StrikeDetector:
    """Collects the strikes of a performance; all keys are up at first."""

    def __init__(self) -> None:
        self._down = np.zeros(NUM_KEYS, dtype=np.bool_)
        self._struck: dict[int, tuple[float, int]] = {}
        self._notes: list[Note] = []

    def update(self, time_s: float, key_angles: NDArray[np.float64], key_velocities: NDArray[np.float64]) -> None:
        """Take the state at the end of a physics step: key angles (88,) [rad] and their velocities (88,) [rad/s]."""
        near = KEYBOARD.travel_rad - key_angles <= RELEASE_RAD
        down = (self._down & near) | KEYBOARD.pressed(key_angles)
        for key in np.flatnonzero(down & ~self._down):
            self._struck[int(key)] = time_s, midi_velocity(int(key), float(key_velocities[key]))
        for key in np.flatnonzero(self._down & ~down):
            self._end(int(key), time_s)
        self._down = down

    def _end(self, key: int, time_s: float) -> None:
        begin_s, velocity = self._struck.pop(key)
        self._notes.append(Note(LOWEST_PITCH + key, begin_s, time_s, velocity))

    def notes(self, end_s: float) -> tuple[Note, ...]:
        """Return the strikes as notes, by onset and pitch; keys still down end at `end_s`, after every strike."""
        held = [Note(LOWEST_PITCH + key, begin_s, end_s, velocity) for key, (begin_s, velocity) in self._struck.items()]
        return tuple(sorted([*self._notes, *held], key=lambda note: (note.onset_s, note.pitch)))
