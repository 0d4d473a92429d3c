"""The sustain pedal: a controller holds it down in exactly those steps whose goal asks for it."""

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.controllers.controller import Observation


def sustain_pedal(observation: Observation) -> bool:
    """Return whether the pedal is down in this step; up where the goal window has no row."""
    return bool(observation.sustain[:1].any())


def pedal_of_song(sustain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return `sustain_pedal` of each step of a song with sustain goal (T,), as (T,) bool."""
    return sustain.copy()
