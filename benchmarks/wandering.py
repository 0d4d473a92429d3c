"""Targets that keep both hands busy on the keys, the same for every simulator measured."""

import numpy as np
from numpy.typing import NDArray

_STEPS_BETWEEN_KNOTS = 8
_STEPS_BETWEEN_FOREARM_KNOTS = 40


def wandering_targets(
    target_names: tuple[str, ...], target_range: NDArray[np.float64], steps: int
) -> NDArray[np.float64]:
    """Return targets (steps, m) [rad, m] that wander over their ranges, fingers within .4 s and forearms within 2 s.

    The hands press about as many keys and make about as many contacts as the expert demonstrations do.
    """
    random = np.random.default_rng(7)
    columns = []
    for name, (lowest, highest) in zip(target_names, target_range, strict=True):
        spacing = _STEPS_BETWEEN_FOREARM_KNOTS if "forearm" in name else _STEPS_BETWEEN_KNOTS
        knots = np.arange(0, steps + spacing, spacing)
        columns.append(np.interp(np.arange(steps), knots, random.uniform(lowest, highest, len(knots))))
    return np.stack(columns, axis=1)
