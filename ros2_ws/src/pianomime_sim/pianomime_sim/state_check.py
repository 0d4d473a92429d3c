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

"""Checks that the simulation is stable; MuJoCo itself silently resets when it diverges."""

import mujoco
import numpy as np

from pianomime_core.errors import UnsafeError
from pianomime_core.keyboard import KEY_NAMES
from pianomime_physics.simulator import Simulator, SimulatorState

_WARNINGS = {
    mujoco.mjtWarning.mjWARN_BADQPOS: "position",
    mujoco.mjtWarning.mjWARN_BADQVEL: "velocity",
    mujoco.mjtWarning.mjWARN_BADQACC: "acceleration",
}


def check_state(simulator: Simulator, state: SimulatorState, step: int) -> None:
    """Raise an error for a state that is not finite, or that follows such a state.

    Args:
        simulator: The simulator of the state.
        state: State after `step`.
        step: For the message.

    Raises:
        UnsafeError: Names the joints and keys concerned.
    """
    numbers = {
        "position": (simulator.joint_names, state.joint_positions),
        "velocity": (simulator.joint_names, state.joint_velocities),
        "angle": (KEY_NAMES, state.key_angles),
        "angular velocity": (KEY_NAMES, state.key_velocities),
    }
    bad = [
        f"{what} of {names[index]} = {values[index]}"
        for what, (names, values) in numbers.items()
        for index in np.flatnonzero(~np.isfinite(values))
    ]
    bad += [
        f"{what} of {_joint_at(simulator.model, warning, simulator.data.warning[warning].lastinfo)} too large"
        for warning, what in _WARNINGS.items()
        if simulator.data.warning[warning].number
    ]
    if bad:
        raise UnsafeError(f"the simulation is unstable after step {step}: {', '.join(bad)}")


def _joint_at(model: mujoco.MjModel, warning: mujoco.mjtWarning, place: int) -> str:
    addresses = model.jnt_qposadr if warning is mujoco.mjtWarning.mjWARN_BADQPOS else model.jnt_dofadr
    return str(model.joint(int(np.searchsorted(addresses, place, side="right")) - 1).name)
