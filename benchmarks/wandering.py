"""Targets that keep two hands busy on the keys, the same for every simulator that is measured."""

import numpy as np
from numpy.typing import NDArray

_STEPS_BETWEEN_KNOTS = 8


def wandering_targets(target_range: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Return targets (steps, m) [rad, m] that wander over their ranges.

    The hands press 1.5 keys and make 2 contacts at a time, as the expert demonstrations do (.8 to 2.8 and 1 to 5).
    """
    random = np.random.default_rng(7)
    num_knots = steps // _STEPS_BETWEEN_KNOTS + 2
    knots = random.uniform(target_range[:, 0], target_range[:, 1], (num_knots, len(target_range)))
    times = np.arange(steps) / _STEPS_BETWEEN_KNOTS
    return np.stack([np.interp(times, np.arange(num_knots), column) for column in knots.T], axis=1)
