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

"""Likely keys: which keys a player will probably press next, given the notes so far.

Most of all the keys played recently, then keys near them and keys of the same major scale.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH, NUM_KEYS
from pianomime_core.timing import CONTROL_TIMESTEP_S

_PITCH_CLASS = np.arange(LOWEST_PITCH, LOWEST_PITCH + NUM_KEYS) % 12
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
# (12, 12) bool: major scales in the order of the circle of fifths from G flat, C in the middle; pitch classes.
_SCALES = np.array([np.isin(np.arange(12), [(7 * fifths + tone) % 12 for tone in _MAJOR]) for fifths in range(-6, 6)])
_ACCIDENTALS = np.abs(np.arange(-6, 6))


@dataclass(frozen=True)
class LikelyKeysConfig:
    """Attributes:
    memory_s: Time after which a note counts 1/e.
    scale_memory_s: The same for the choice of the scale.
    neighbourhood_m: Distance at which a key is 1/e as likely as the one that was played.
    anywhere: Likelihood far from all played keys, relative to 1 for a neighbour of all of them.
    outside_scale: Factor for keys outside the scale.
    repeat: Added for the key that was played most.
    accidental_price: Cost of each accidental of a scale, in remembered notes that do not fit.
    """

    memory_s: float = 4.0
    scale_memory_s: float = 15.0
    neighbourhood_m: float = 0.07
    anywhere: float = 0.1
    outside_scale: float = 0.3
    repeat: float = 1.0
    accidental_price: float = 0.05


class LikelyKeys:
    """Estimates likely keys from a decaying memory of the notes played."""

    def __init__(self, config: LikelyKeysConfig) -> None:
        self._config = c = config
        apart_m = KEYBOARD.center_y_m[:, None] - KEYBOARD.center_y_m
        self._kernel = np.exp(-np.abs(apart_m) / c.neighbourhood_m)
        self._heat = np.zeros(NUM_KEYS)
        self._tones = np.zeros(12)

    def add(self, keys: NDArray[np.int64]) -> None:
        """Add the keys (n,) that were struck."""
        self._heat[keys] += 1.0
        np.add.at(self._tones, _PITCH_CLASS[keys], 1.0)

    def decay(self, steps: int) -> None:
        """Let the memory decay for a number of control steps."""
        self._heat *= np.exp(-steps * CONTROL_TIMESTEP_S / self._config.memory_s)
        self._tones *= np.exp(-steps * CONTROL_TIMESTEP_S / self._config.scale_memory_s)

    def scale(self) -> NDArray[np.bool_]:
        """(12,) bool: pitch classes of the best-fitting major scale; of equal ones that with the fewest accidentals."""
        return np.asarray(_SCALES[np.argmax(_SCALES @ self._tones - self._config.accidental_price * _ACCIDENTALS)])

    def likelihood(self) -> NDArray[np.float64]:
        """(88,) likelihood of each key, not normalised: about 1 next to played keys, about 2 for a played one."""
        c = self._config
        most = max(self._heat.max(), 1e-9)
        near = self._kernel @ self._heat / max(self._heat.sum(), 1e-9)
        in_scale = np.where(self.scale()[_PITCH_CLASS], 1.0, c.outside_scale)
        return np.asarray(in_scale * (near + c.anywhere) + c.repeat * self._heat / most)
