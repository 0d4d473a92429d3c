"""Likely keys: what a player who is heard note by note will probably press next.

Near in place to what was played lately, in the same major scale, and most of all one of the same keys again.
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
    memory_s: A note counts for 1/e after this time; scale_memory_s: for the choice of the scale.
    neighbourhood_m: Distance at which a key is 1/e as likely as the one that was played.
    anywhere: Likelihood far from everything, against 1 for a neighbour of all that was played.
    outside_scale: Factor of keys outside the scale.
    repeat: Added for the key that was played most.
    accidental_price: Of each accidental of a scale, in notes of the memory that do not fit.
    """

    memory_s: float = 4.0
    scale_memory_s: float = 15.0
    neighbourhood_m: float = 0.07
    anywhere: float = 0.1
    outside_scale: float = 0.3
    repeat: float = 1.0
    accidental_price: float = 0.05


class LikelyKeys:
    """Remembers what was played."""

    def __init__(self, config: LikelyKeysConfig) -> None:
        self._config = c = config
        apart_m = KEYBOARD.center_y_m[:, None] - KEYBOARD.center_y_m
        self._kernel = np.exp(-np.abs(apart_m) / c.neighbourhood_m)
        self._heat = np.zeros(NUM_KEYS)
        self._tones = np.zeros(12)

    def add(self, keys: NDArray[np.int64]) -> None:
        """Keys (n,) were struck."""
        self._heat[keys] += 1.0
        np.add.at(self._tones, _PITCH_CLASS[keys], 1.0)

    def decay(self, steps: int) -> None:
        """Time goes by."""
        self._heat *= np.exp(-steps * CONTROL_TIMESTEP_S / self._config.memory_s)
        self._tones *= np.exp(-steps * CONTROL_TIMESTEP_S / self._config.scale_memory_s)

    def scale(self) -> NDArray[np.bool_]:
        """(12,) bool: pitch classes of the major scale that fits best; of equals the one with fewest accidentals."""
        return np.asarray(_SCALES[np.argmax(_SCALES @ self._tones - self._config.accidental_price * _ACCIDENTALS)])

    def likelihood(self) -> NDArray[np.float64]:
        """(88,) of each key, not normalised: about 1 next to what was played, about 2 for what was played itself."""
        c = self._config
        most = max(self._heat.max(), 1e-9)
        near = self._kernel @ self._heat / max(self._heat.sum(), 1e-9)
        in_scale = np.where(self.scale()[_PITCH_CLASS], 1.0, c.outside_scale)
        return np.asarray(in_scale * (near + c.anywhere) + c.repeat * self._heat / most)
