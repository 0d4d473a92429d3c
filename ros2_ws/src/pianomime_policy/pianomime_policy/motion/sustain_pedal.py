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
