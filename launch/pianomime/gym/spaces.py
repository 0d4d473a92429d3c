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

"""What an agent sees and does, as Gymnasium spaces, from the simulator's names and ranges."""

from typing import Any

import numpy as np
from gymnasium.spaces import Box, Dict, MultiBinary, Space
from numpy.typing import ArrayLike, NDArray

from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_physics.simulator import Simulator

PEDAL_DOWN_FROM = 0.5
"""The last entry of an action presses the sustain pedal from here on."""


def target_space(simulator: Simulator) -> Box:
    """Actuator targets (m,) [rad, m], in the order of `Simulator.target_names`; and their pedal (0..1) at the end."""
    low, high = simulator.target_range.T
    return Box(np.array([*low, 0.0], np.float32), np.array([*high, 1.0], np.float32))


def residual_space(simulator: Simulator, share: float) -> Box:
    """What is added to nominal targets (m,) [rad, m]: up to `share` of each actuator's range, either way."""
    low, high = simulator.target_range.T
    return Box(np.float32(-share * (high - low)), np.float32(share * (high - low)))


def observation_space(simulator: Simulator, horizon_steps: int, with_nominal: bool) -> Dict:
    """The keys of `PianoEnv`'s observation. Velocities have no bounds; all else is clipped to its range."""
    low, high = simulator.model.jnt_range[[simulator.model.joint(name).id for name in simulator.joint_names]].T
    joints = (len(simulator.joint_names),)
    spaces: dict[str, Space[Any]] = {
        "goal": MultiBinary([horizon_steps, NUM_KEYS]),
        "sustain": MultiBinary(horizon_steps),
        "joint_positions": Box(np.float32(low), np.float32(high)),
        "joint_velocities": Box(-np.inf, np.inf, joints, np.float32),
        "key_angles": Box(np.zeros(NUM_KEYS, np.float32), np.float32(KEYBOARD.travel_rad)),
        "pedal": MultiBinary(1),
    }
    if with_nominal:
        low, high = simulator.target_range.T
        spaces["nominal_targets"] = Box(np.float32(low), np.float32(high))
    return Dict(spaces)


def clipped(space: Space[Any], values: ArrayLike) -> NDArray[np.float32]:
    """Return values as a `Box` has them: its type, within its bounds."""
    assert isinstance(space, Box)
    return np.clip(np.asarray(values, dtype=np.float32), space.low, space.high)
