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

"""Stuck-key detector: finds fingers that keep pressing while their key stays up, so that they can try again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD


@dataclass(frozen=True)
class StuckKeyConfig:
    """Attributes:
    patience_steps: Steps that a finger may press before its key must be down; after that it lifts and tries again.
    """

    patience_steps: int = 4


class StuckKeyDetector:
    """Counts, for the five fingers of a hand, how many steps each has pressed its key without moving it down.

    Attributes:
        failed_press_steps: (5,) the number of those steps so far.
        key: (5,) key each finger pressed in the last step, -1 for none.
    """

    def __init__(self, config: StuckKeyConfig) -> None:
        self._patience = config.patience_steps
        self.reset()

    def reset(self) -> None:
        """Start again: no finger has pressed anything."""
        self.failed_press_steps = np.zeros(5, np.int64)
        self.key = np.full(5, -1)

    def stuck(self, key: NDArray[np.int64], key_angles: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (5,) bool: the fingers that should lift now.

        Args:
            key: (5,) key each finger presses in the coming step, -1 for none.
            key_angles: (88,) measured [rad].
        """
        up = (key >= 0) & (key == self.key) & ~KEYBOARD.pressed(key_angles)[key]
        self.failed_press_steps = np.where(up, self.failed_press_steps + 1, 0)
        self.key = key.copy()
        stuck = self.failed_press_steps >= self._patience
        self.failed_press_steps[stuck] = 0
        return np.asarray(stuck)
