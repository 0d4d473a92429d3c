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
