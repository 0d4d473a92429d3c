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
    """Counts, for the five fingers of a hand, the steps that each has pressed its key in vain.

    Attributes:
        vain_steps: (5,) those steps so far.
        key: (5,) key each finger pressed in the last step, -1 for none.
    """

    def __init__(self, config: PressWatchConfig) -> None:
        self._patience = config.patience_steps
        self.forget()

    def forget(self) -> None:
        """Begin anew: nothing was pressed."""
        self.vain_steps = np.zeros(5, np.int64)
        self.key = np.full(5, -1)

    def stuck(self, key: NDArray[np.int64], key_angles: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (5,) bool: fingers that should lift now.

        Args:
            key: (5,) key each finger presses in the coming step, -1 for none.
            key_angles: (88,) measured [rad].
        """
        up = (key >= 0) & (key == self.key) & ~KEYBOARD.pressed(key_angles)[key]
        self.vain_steps = np.where(up, self.vain_steps + 1, 0)
        self.key = key.copy()
        stuck = self.vain_steps >= self._patience
        self.vain_steps[stuck] = 0
        return np.asarray(stuck)
