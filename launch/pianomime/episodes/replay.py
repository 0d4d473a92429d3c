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

"""Replays the targets of a rollout in the simulator."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pianomime.terminal import tracked
from pianomime_core.errors import UserError
from pianomime_core.hands import name_order
from pianomime_core.rollout import Rollout
from pianomime_core.timing import PHYSICS_STEPS_PER_CONTROL_STEP
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState


def replayed_states(rollout: Rollout, simulator: Simulator, name: str = "rollout") -> Iterator[SimulatorState]:
    """Replay the targets of a rollout of T steps; joints and targets match by name.

    Args:
        rollout: The rollout.
        simulator: Will be reset.
        name: Name of the rollout, for messages.

    Yields:
        T + 1 states: the initial one, then the state at the end of each row.

    Raises:
        UserError: The simulator has other hands.
    """
    # A rollout's names belong to one variant (checked by Rollout), but perhaps not to the one in its metadata.
    parts = f"{name} and its simulator"
    joints = name_order(simulator.joint_names, rollout.joint_names, "joint", parts)
    targets = rollout.targets[:, name_order(simulator.target_names, rollout.target_names, "target", parts)]
    physics_steps = PHYSICS_STEPS_PER_CONTROL_STEP // rollout.rows_per_step
    yield simulator.reset(rollout.initial_joint_positions[joints])
    for row in targets:
        yield simulator.step(row, physics_steps)


def replayed_keys(rollout: Rollout, simulator: Simulator, path: Path, show: bool = False) -> NDArray[np.bool_]:
    """Return the keys pressed (T, 88) when a rollout is replayed.

    Args:
        rollout: The rollout.
        simulator: Will be reset.
        path: Path of the rollout, for messages.
        show: Show a progress bar on a terminal.

    Raises:
        UserError: The simulator has other hands.
    """
    states = replayed_states(rollout, simulator, f"rollout {str(path)!r}")
    following = tracked(states, "replaying", len(rollout.targets) + 1) if show else states
    return np.array([state.key_pressed for state in following])[1:]


def recorded_scene(path: Path, rollout: Rollout) -> SceneConfig:
    """Return the scene in a rollout's metadata.

    Raises:
        UserError: The metadata have none.
    """
    known = {field.name for field in fields(SceneConfig)}
    if "variant" not in rollout.metadata:
        raise UserError(f"rollout {str(path)!r}: its metadata name no variant, so its robot is unknown")
    return SceneConfig(**{name: value for name, value in rollout.metadata.items() if name in known})
