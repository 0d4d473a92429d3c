"""The sustain pedal: when a controller holds it down."""

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.controllers.controller import Observation


class SustainPedal:
    """Holds the pedal down in exactly those steps whose row of the goal window asks for it."""

    def __init__(self) -> None:
        self._down = False

    def release(self) -> None:
        """Let go, before a song begins."""
        self._down = False

    def update(self, observation: Observation) -> None:
        """Decide whether it is down in this step."""
        self._down = bool(observation.sustain[:1].any())

    def is_down(self) -> bool:
        """Return the decision of the last `update`; False before the first."""
        return self._down


def pedal_of_song(sustain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what `SustainPedal` does in each step of a song with sustain goal (T,), as (T,) bool."""
    return sustain.copy()
