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

"""The planner: plays any score without learning. Fingering -> hand path -> fingertip targets -> joints -> actuators.

At every control step it updates the plan with the new rows of the goal window, and plans the next few rows of fingertip
targets and joint references from the measured state. A whole-song planner knows all notes before the first step; a
streaming one sees each row when it enters the window. Nothing else differs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pianomime_policy.controllers.controller import Action, Observation
from pianomime_policy.controllers.planner.growing_plan import PlansFromRows
from pianomime_policy.fingering.fingering import Fingering, FingeringConfig
from pianomime_policy.fingering.release import ReleaseConfig
from pianomime_policy.hand_control.hand_planner import HandPlanner
from pianomime_policy.hand_control.hands_controller import HandsController, HandsControllerConfig, MakeHand
from pianomime_policy.motion.fingertip_targets import FingertipConfig
from pianomime_policy.motion.hand_path import HandPathConfig
from pianomime_policy.motion.motion_plan import MotionPlan
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming
from pianomime_policy.motion.song_plan import SongPlan


@dataclass(frozen=True)
class PlannerConfig:
    """All settings of the planner. Exported networks carry them by name, so the names of fields stay as they are.

    Attributes:
        horizon_steps: Goal rows it sees; None means the whole song.
        commit_steps: A streaming planner no longer changes the finger of notes that begin within this many steps.
        performer: Settings of the `HandsController`.
    """

    horizon_steps: int | None = None
    commit_steps: int = 6
    fingering: FingeringConfig = field(default_factory=FingeringConfig)
    release: ReleaseConfig = field(default_factory=ReleaseConfig)
    hand_path: HandPathConfig = field(default_factory=HandPathConfig)
    fingertips: FingertipConfig = field(default_factory=FingertipConfig)
    performer: HandsControllerConfig = field(default_factory=HandsControllerConfig)

    def new_motion_plan(self, fingers: Fingering | None = None, timing: MotionTiming = BENCHMARK) -> MotionPlan:
        """Return an empty motion plan for a new song; `fingers` as in `SongPlan`."""
        commit_steps = None if self.horizon_steps is None else self.commit_steps
        plan = SongPlan(self.fingering, self.release, self.hand_path, commit_steps, fingers, timing)
        return MotionPlan(plan, self.fingertips, timing)


class Planner(PlansFromRows):
    """A `Controller` without learning; see the module's docstring."""

    def __init__(
        self,
        variant: str = "pianomime",
        config: PlannerConfig | None = None,
        make_fingers: Callable[[], Fingering] | None = None,
        make_hand: MakeHand = HandPlanner,
        timing: MotionTiming = BENCHMARK,
    ) -> None:
        """
        Args:
            make_fingers: Makes the fingering of a song; None: the search.
            make_hand: Makes the controller of one hand.
            timing: How finely the motion is planned and commanded.
        """
        self.config = c = config or PlannerConfig()
        self.horizon_steps, self._make_fingers = c.horizon_steps, make_fingers
        self._hands_controller = HandsController(variant, c.fingertips, c.performer, make_hand, timing)
        self._timing = timing
        self.joint_names, self.target_names = self._hands_controller.joint_names, self._hands_controller.target_names

    def act(self, observation: Observation) -> Action:
        """See `Controller.act`."""
        o = observation
        if self.horizon_steps is not None:
            self._read(o)
        targets = self._hands_controller.act(
            self._motion_plan, o.step, o.joint_positions, o.joint_velocities, o.key_angles
        )
        return Action(targets, self._pedal(o))

    def _new_plan(self) -> None:
        self._motion_plan = self.config.new_motion_plan(
            self._make_fingers() if self._make_fingers else None, self._timing
        )
