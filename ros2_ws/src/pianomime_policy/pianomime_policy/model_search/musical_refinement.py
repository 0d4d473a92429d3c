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

"""Refinement in the setting "musical": notes in time, played as `MusicalPlanner` plays them, and heard."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

from pianomime_core.piano_roll import PianoRoll
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import RowsAloneError
from pianomime_policy.controllers.planner.musical_planner import musical
from pianomime_policy.model_search.beam_search import BeamConfig
from pianomime_policy.model_search.refinement import RefineConfig, Refinement
from pianomime_policy.model_search.strike_cost import StrikeCost, StrikeCostConfig
from pianomime_policy.motion.motion_plan import MotionPlan
from pianomime_policy.motion.motion_timing import MUSICAL


@dataclass(frozen=True)
class MusicalRefineConfig(RefineConfig):
    """The same settings for a search by ear. A simulated step takes 1.4 times as long.

    Attributes:
        strikes: Prices of what is heard.
    """

    setting: ClassVar[Setting] = Setting.MUSICAL
    beam: BeamConfig = field(default_factory=lambda: BeamConfig(good_cost=0.05))
    strikes: StrikeCostConfig = field(default_factory=StrikeCostConfig)


class MusicalRefinement(Refinement):
    """Refines one song by its notes; several targets a step."""

    def __init__(self, roll: PianoRoll, scene: SceneConfig, config: MusicalRefineConfig | None = None) -> None:
        """The planner of `config` is changed by `musical`.

        Raises:
            RowsAloneError: The notes are not known.
        """
        if roll.notes is None:
            raise RowsAloneError
        c = config or MusicalRefineConfig()
        cost = StrikeCost(c.strikes)
        cost.update_notes(roll.notes)
        super().__init__(roll, scene, replace(c, planner=musical(c.planner)), cost, MUSICAL)

    def _read(self, roll: PianoRoll, motion_plan: MotionPlan) -> None:
        assert roll.notes is not None
        motion_plan.update_notes(roll.notes, roll.sustain, 0)

    def _music(self, roll: PianoRoll) -> bytes:
        assert roll.notes is not None
        return roll.goal.tobytes() + roll.notes.digest().encode()
