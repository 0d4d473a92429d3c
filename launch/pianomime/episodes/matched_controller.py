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

"""A controller on a simulator's robot: each names joints and targets in an order of its own."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.goal_window import GoalRows
from pianomime_core.hands import name_order
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.controller import Action, Controller, Observation, start


class MatchedController:
    """Asks a controller; joints and targets go in and come out in the simulator's order.

    Args:
        controller: Its joint and target names are matched with the simulator's by name.
        simulator: Only its names are read.

    Attributes:
        horizon_steps: Rows of goal it needs; None means the whole song.

    Raises:
        UserError: The controller was made for other hands than the simulator's.
    """

    def __init__(self, controller: Controller, simulator: Simulator) -> None:
        parts = "controller and simulator"
        self._observed = name_order(controller.joint_names, simulator.joint_names, "joint", parts)
        self._started = name_order(simulator.joint_names, controller.joint_names, "joint", parts)
        self._commanded = name_order(simulator.target_names, controller.target_names, "target", parts)
        self._controller, self.horizon_steps = controller, controller.horizon_steps

    def start(self, window: GoalRows) -> NDArray[np.float64]:
        """Begin a song with its first window: return the joint positions (n,) [rad, m] to begin from."""
        return start(self._controller, window)[self._started]

    def act(self, step: int, window: GoalRows, state: SimulatorState) -> Action:
        """Return the action of control step `step`, which begins in `state`."""
        observation = Observation(
            step=step,
            goal=window.goal,
            sustain=window.sustain,
            joint_positions=state.joint_positions[self._observed],
            joint_velocities=state.joint_velocities[self._observed],
            key_angles=state.key_angles,
            velocity=window.velocity,
            notes=window.notes,
        )
        action = self._controller.act(observation)
        return Action(action.targets[..., self._commanded], action.pedal)
