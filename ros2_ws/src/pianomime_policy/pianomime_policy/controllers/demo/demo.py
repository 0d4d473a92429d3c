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

"""The `demo` controller: plays a demonstration with the pianist's fingering, close to the pianist's fingertips."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import Demonstration
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Action, FingertipTargets, Observation
from pianomime_policy.controllers.demo.human_motion_plan import HumanMotionPlan, HumanMotionPlanConfig
from pianomime_policy.hand_control.hands_controller import HandsController, HandsControllerConfig
from pianomime_policy.motion.song_plan import Assignments
from pianomime_policy.motion.sustain_pedal import sustain_pedal


@dataclass(frozen=True)
class DemoConfig:
    """All settings of the controller."""

    motion_plan: HumanMotionPlanConfig = field(default_factory=HumanMotionPlanConfig)
    hands_controller: HandsControllerConfig = field(default_factory=HandsControllerConfig)


class Demo:
    """A `Controller` that plays one demonstration whatever the goal keys; the pedal follows its goal.

    It plans from the demonstration and corrects with the measured joints and keys; past the end it holds the last pose.
    """

    horizon_steps: int | None = None

    def __init__(
        self, demonstration: Demonstration, variant: str = "pianomime", config: DemoConfig | None = None
    ) -> None:
        c = config or DemoConfig()
        self._motion_plan = HumanMotionPlan(demonstration, c.motion_plan)
        self._hands_controller = HandsController(variant, c.motion_plan.fingertips, c.hands_controller)
        self.joint_names, self.target_names = self._hands_controller.joint_names, self._hands_controller.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: the hands begin where the pianist's do; the goal is ignored."""
        return self._hands_controller.begin(self._motion_plan)

    def act(self, observation: Observation) -> Action:
        """See `Controller.act`; the goal is ignored."""
        o = observation
        targets = self._hands_controller.act(
            self._motion_plan, o.step, o.joint_positions, o.joint_velocities, o.key_angles
        )
        return Action(targets, sustain_pedal(o))

    def assignments(self) -> Assignments:
        """See `ReportsFingering.assignments`."""
        return self._motion_plan.assignments()

    def fingertip_targets(self) -> FingertipTargets | None:
        """See `ReportsFingertipTargets.fingertip_targets`."""
        return self._hands_controller.fingertip_targets()


def build(scene: SceneConfig, demonstration: Path) -> Demo:
    """The controller for the hands of a scene, with what is in a file.

    Raises:
        UserError: The file is no demonstration.
    """
    return Demo(Demonstration.load(demonstration), scene.variant)
