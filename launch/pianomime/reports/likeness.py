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

"""Distance of the robot's fingertips from those of the pianist whose demonstration was played."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pianomime.episodes.replay import replayed_states
from pianomime_core.demonstration import Demonstration
from pianomime_core.fingertip_distance import fingertip_distance_m
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.rollout import Rollout
from pianomime_core.song_file import is_demonstration
from pianomime_physics.fingertips import Fingertips
from pianomime_physics.simulator import Simulator

FINGERTIP_DISTANCE = "fingertip_distance_mm"
"""Name of the score."""


def likeness(song: Path, rollout: Rollout, simulator: Simulator) -> dict[str, float]:
    """Return the score FINGERTIP_DISTANCE of a rollout; empty if the song is not a demonstration with hands, or was
    played only in part.

    Args:
        song: The song played.
        rollout: Its rollout.
        simulator: A simulator of the same scene; will be reset.

    Raises:
        UserError: The simulator has other hands.
    """
    if not is_demonstration(song):
        return {}
    demonstration = Demonstration.load(song)
    if len(rollout.frames().goal) != len(demonstration.time_s):
        return {}
    distance_m = fingertip_distance_m(played_fingertips_m(rollout, simulator), demonstration)
    return {} if math.isnan(distance_m) else {FINGERTIP_DISTANCE: 1e3 * distance_m}


def played_fingertips_m(rollout: Rollout, simulator: Simulator) -> NDArray[np.float64]:
    """Return the fingertips (T, 2, 5, 3) [m] of a rollout at the end of each step, world frame, right hand first.

    The rollout is replayed; fingertips are those of `Fingertips`.

    Raises:
        UserError: The simulator has other hands.
    """
    fingertips = Fingertips(simulator)
    played = [fingertips.positions_m() for _ in replayed_states(rollout, simulator)]
    at_ends = played[rollout.rows_per_step :: rollout.rows_per_step]
    return np.reshape(at_ends, (-1, len(SIDES), len(FINGERS), 3))
