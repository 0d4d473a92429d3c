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

"""The planner in the setting "musical": it plays notes in time, not rows, and commands several targets a step.

Fingering and hand paths are planned as in `planner`, from slices of chords; fingertips follow references in continuous
time, so that each key strikes when its note is due.
"""

from collections.abc import Callable
from dataclasses import replace

from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.planner.growing_plan import PlansFromNotes
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig
from pianomime_policy.fingering.fingering import Fingering
from pianomime_policy.hand_control.hand_planner import HandPlanner
from pianomime_policy.hand_control.hands_controller import MakeHand, hands_of
from pianomime_policy.motion.motion_timing import MUSICAL, MotionTiming


def musical(config: PlannerConfig) -> PlannerConfig:
    """The settings of a planner, changed to those that were chosen by ear: hands leave earlier for far keys,
    strokes begin higher and press harder, and tracking is calmer, since a target lasts a fifth of the time."""
    return replace(
        config,
        fingering=replace(config.fingering, finger_price=(0.0, 0.0, 0.0, 0.15, 0.6)),
        release=replace(config.release, hand_m_per_step=0.06, comfort_m=0.02, kept_share=0.2),
        hand_path=replace(config.hand_path, early_steps=3, early_weight=0.5),
        fingertips=replace(config.fingertips, ready_m=0.003, press=replace(config.fingertips.press, force_ratio=1.6)),
        performer=replace(config.performer, tracking=config.performer.tracking.calmer()),
    )


class MusicalPlanner(PlansFromNotes, Planner):
    """A `Controller` that `ReadsNotes`; see the module's docstring."""

    def __init__(
        self,
        variant: str,
        config: PlannerConfig,
        make_fingers: Callable[[], Fingering] | None = None,
        make_hand: MakeHand = HandPlanner,
        timing: MotionTiming = MUSICAL,
    ) -> None:
        """See `Planner`; `config` is changed by `musical`."""
        super().__init__(variant, musical(config), make_fingers, make_hand, timing)


def build(scene: SceneConfig, horizon_steps: int | None, setting: Setting) -> Planner:
    """The planner that sees so many steps of music, None for the whole song, and plays in a setting."""
    config = replace(PlannerConfig(), horizon_steps=horizon_steps)
    planner = MusicalPlanner if setting is Setting.MUSICAL else Planner
    return planner(scene.variant, config, make_hand=hands_of(scene))
