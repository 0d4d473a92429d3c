"""Press watch: notices fingers that press and press while their key stays up, and lets them try again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD


@dataclass(frozen=True)
class PressWatchConfig:
    """Attributes:
    patience_steps: A finger may press this many steps before its key must be down; then it lifts and tries again.
    """

    patience_steps: int = 4


class PressWatch:
    """Counts, for the five fingers of a hand, the steps that each has pressed its key in vain."""

    def __init__(self, config: PressWatchConfig) -> None:
        self._patience = config.patience_steps
        self._vain = np.zeros(5, np.int64)
        self._key = np.full(5, -1)

    def stuck(self, key: NDArray[np.int64], key_angles: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (5,) bool: fingers that should lift now.

        Args:
            key: (5,) key each finger presses in the coming step, -1 for none.
            key_angles: (88,) measured [rad].
        """
        up = (key >= 0) & (key == self._key) & ~KEYBOARD.pressed(key_angles)[key]
        self._vain = np.where(up, self._vain + 1, 0)
        self._key = key.copy()
        stuck = self._vain >= self._patience
        self._vain[stuck] = 0
        return np.asarray(stuck)
