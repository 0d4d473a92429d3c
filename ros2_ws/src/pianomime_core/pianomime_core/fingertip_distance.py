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

"""Human-likeness: how far the robot's fingertips are from the pianist's (PianoMime, arXiv 2407.18178, section 4)."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import Demonstration
from pianomime_core.hands import FINGERS, SIDES

_WRIST = 0


def fingertip_distance_m(played_m: NDArray[np.float64], demonstration: Demonstration) -> float:
    """Return the mean distance [m] between the robot's fingertips and the pianist's, seen from above.

    Heights are ignored, because those of a demonstration are assigned, not measured; so is a hand while it was not
    seen.

    Args:
        played_m: (T, 2, 5, 3) the robot's fingertips at the end of each step, right hand first, thumb to little finger,
            world frame [m]; T may be less than the rows of the demonstration if it was not played to its end.
        demonstration: Its row t + 1 is the end of step t.

    Returns:
        NaN if no hand was seen in the steps that were played.

    Raises:
        ValueError: The shape is wrong.
    """
    if played_m.shape[1:] != (len(SIDES), len(FINGERS), 3) or len(played_m) > len(demonstration.time_s):
        rows = len(demonstration.time_s)
        raise ValueError(f"fingertips have shape {played_m.shape}: want (T, 2, 5, 3), T at most {rows}")
    steps = min(len(played_m), len(demonstration.time_s) - 1)
    human = demonstration.points_m[1 : steps + 1, :, _WRIST + 1 :].astype(np.float64)
    seen = demonstration.valid[1 : steps + 1]
    if not seen.any():
        return float("nan")
    return float(np.linalg.norm((played_m[:steps] - human)[seen][..., :2], axis=-1).mean())
