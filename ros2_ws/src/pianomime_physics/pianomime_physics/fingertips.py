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

"""Where the fingertips of a simulated robot are."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import FINGERS, SIDES
from pianomime_description.hand_spec import fingertip_site
from pianomime_physics.simulator import Simulator


class Fingertips:
    """RoboPianist's fingertip sites, the ends of the fingers, as a camera sees them."""

    def __init__(self, simulator: Simulator) -> None:
        self._model, self._data = simulator.model, simulator.data
        self._sites = [[self._model.site(fingertip_site(side, finger)).id for finger in FINGERS] for side in SIDES]

    def positions_m(self) -> NDArray[np.float64]:
        """Return the fingertips (2, 5, 3) [m] now, world frame, right hand first, thumb to little finger."""
        mujoco.mj_kinematics(self._model, self._data)  # after a step the sites are still those of 5 ms before
        return self._data.site_xpos[self._sites]
