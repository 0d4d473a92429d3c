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

"""The controller that does nothing: the baseline for every score."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import forearm_dofs, joint_names, target_names
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Action, Observation
from pianomime_policy.motion.motion_timing import MUSICAL


class Idle:
    """Keeps every target at zero, RoboPianist's reset pose: hands stretched out above the keys."""

    def __init__(self, variant: str = "pianomime", targets_per_step: int = 1) -> None:
        forearm = forearm_dofs(variant)
        self.horizon_steps: int | None = 1
        self.joint_names = joint_names(forearm)
        self.target_names = target_names(forearm)
        parts = () if targets_per_step == 1 else (targets_per_step,)
        self._shape = (*parts, len(self.target_names))

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`."""
        return np.zeros(len(self.joint_names))

    def act(self, observation: Observation) -> Action:
        """See `Controller.act`."""
        return Action(np.zeros(self._shape))


def build(scene: SceneConfig, setting: Setting) -> Idle:
    """The controller for the hands of a scene, with as many targets a step as others command in a setting."""
    return Idle(scene.variant, MUSICAL.rows_per_step if setting is Setting.MUSICAL else 1)
