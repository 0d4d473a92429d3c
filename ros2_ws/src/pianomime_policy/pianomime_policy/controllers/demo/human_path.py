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

"""A pianist's fingertips at every step, with gaps in the observation filled in."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import Demonstration

_WRIST = 0


def seen_fingertips(demonstration: Demonstration) -> NDArray[np.float64]:
    """Return the fingertips (T, 2, 5, 3) [m] of a demonstration, right hand first, thumb to little finger.

    Between two rows in which a hand was seen it is interpolated linearly; before the first and after the last it stands
    still. A hand that was never seen is NaN throughout.
    """
    tips = demonstration.points_m[:, :, _WRIST + 1 :].astype(np.float64)
    rows = np.arange(len(tips))
    for hand, seen in enumerate(demonstration.valid.T):
        if seen.any():
            flat = tips[:, hand].reshape(len(rows), -1)
            filled = [np.interp(rows, rows[seen], column[seen]) for column in flat.T]
            tips[:, hand] = np.stack(filled, axis=1).reshape(tips[:, hand].shape)
    return tips
