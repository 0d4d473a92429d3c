"""Distance of a fingertip from a key."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD

Points = NDArray[np.float64]


def key_distance_m(points_m: Points, key: NDArray[np.int64]) -> Points:
    """Return the distance [m] of world x, y (..., 2) from the centre lines, as long as the keys, of keys (...) 0..87.

    From the line rather than the key: of two fingers over one key, the one nearer its centre presses it. NaN stays NaN.
    """
    across = points_m[..., 1] - KEYBOARD.center_y_m[key]
    beyond = np.abs(points_m[..., 0] - KEYBOARD.center_x_m[key]) - KEYBOARD.length_m[key] / 2
    return np.asarray(np.hypot(across, np.maximum(beyond, 0.0)))
