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

"""The controller `reactive`: plays along without delay, knowing only the keys held now and the notes so far.

In the setting "musical" it commands several targets a step, so that a press is complete long before the step's end.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Action, FingertipTargets, Observation
from pianomime_policy.controllers.reactive.live_motion_plan import LiveConfig, LiveMotionPlan
from pianomime_policy.hand_control.hands_controller import HandsController, HandsControllerConfig
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming
from pianomime_policy.motion.sustain_pedal import sustain_pedal


@dataclass(frozen=True)
class ReactiveConfig:
    """All settings of the controller.

    Attributes:
        timing: How finely the motion is commanded.
        live: What the fingers are to do.
        hands_controller: How the hands follow that.
    """

    timing: MotionTiming = BENCHMARK
    live: LiveConfig = field(default_factory=LiveConfig)
    hands_controller: HandsControllerConfig = field(default_factory=HandsControllerConfig)


class Reactive:
    """A `Controller` with horizon 1: row 0 of the window holds the keys held now; later rows are ignored.

    A held key is pressed as soon as the hands can, and released when the player releases it: within the coming control
    step if a finger already rests on the key, after a travel of a quarter to half a second if no hand is near.
    """

    def __init__(self, variant: str = "pianomime", config: ReactiveConfig | None = None) -> None:
        self.config = c = config or ReactiveConfig()
        self.horizon_steps: int | None = 1
        self._hands_controller = HandsController(variant, c.live.fingertips, c.hands_controller, timing=c.timing)
        self.joint_names, self.target_names = self._hands_controller.joint_names, self._hands_controller.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: hands at rest around middle C, whatever keys are held."""
        self._motion_plan = LiveMotionPlan(self.config.live, self.config.timing.rows_per_step)
        return self._hands_controller.begin(self._motion_plan)

    def act(self, observation: Observation) -> Action:
        """See `Controller.act`."""
        o = observation
        self._motion_plan.update(o.goal[0], o.step, o.key_angles)
        targets = self._hands_controller.act(
            self._motion_plan, o.step, o.joint_positions, o.joint_velocities, o.key_angles
        )
        return Action(targets, sustain_pedal(o))

    def fingertip_targets(self) -> FingertipTargets | None:
        """See `ReportsFingertipTargets.fingertip_targets`."""
        return self._hands_controller.fingertip_targets()


def musical() -> ReactiveConfig:
    """The settings for several targets a step; tracking is calmer, since a target lasts a fifth of the time."""
    hands = HandsControllerConfig()
    return ReactiveConfig(
        timing=MotionTiming(rows_per_step=5, iterations=3),
        live=LiveConfig(strike_depth_m=0.005),
        hands_controller=replace(hands, tracking=hands.tracking.calmer()),
    )


def build(scene: SceneConfig, setting: Setting) -> Reactive:
    """The controller for the hands of a scene, in a setting."""
    return Reactive(scene.variant, musical() if setting is Setting.MUSICAL else None)
