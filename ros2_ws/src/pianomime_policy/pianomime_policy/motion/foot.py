"""The right foot: when a controller presses the sustain pedal."""

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.controllers.controller import Observation


class Foot:
    """Holds the pedal down in the steps whose row of the goal window asks for it, and only in these."""

    def __init__(self) -> None:
        self._down = False

    def lift(self) -> None:
        """A song begins."""
        self._down = False

    def act(self, observation: Observation) -> None:
        """Decide about this step."""
        self._down = bool(observation.sustain[:1].any())

    def pedal(self) -> bool:
        """See `Pedals.pedal`."""
        return self._down


def pedal_of_song(sustain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what a `Foot` does in each step of a song whose wanted pedal is `sustain` (T,), (T,) bool."""
    return sustain.copy()
