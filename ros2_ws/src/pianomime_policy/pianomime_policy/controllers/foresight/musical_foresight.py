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

"""Foresight in the setting "musical": it plays notes in time, and what it simulates is heard.

Plans and targets are those of `MusicalPlanner`, but only the rows of the coming step are all solved by inverse
kinematics, which every simulated step has to do, too.
"""

from dataclasses import dataclass, field, replace

from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.controllers.foresight.foresight import Foresight, ForesightConfig
from pianomime_policy.controllers.planner.growing_plan import PlansFromNotes
from pianomime_policy.controllers.planner.musical_planner import musical
from pianomime_policy.model_search.strike_cost import StrikeCost, StrikeCostConfig
from pianomime_policy.motion.motion_timing import MUSICAL

TIMING = replace(MUSICAL, fine_steps=1)


@dataclass(frozen=True)
class MusicalForesightConfig(ForesightConfig):
    """The same settings for a search by ear.

    Attributes:
        strikes: Prices of what is heard.
    """

    simulated_steps: int = 4
    good_cost: float = 0.05
    as_foreseen: float = 3e-3
    strikes: StrikeCostConfig = field(default_factory=StrikeCostConfig)


class MusicalForesight(PlansFromNotes, Foresight):
    """A `Controller` that `ReadsNotes`; see the module's docstring."""

    def __init__(self, scene: SceneConfig, config: MusicalForesightConfig | None = None) -> None:
        """The planner of `config` is changed by `musical`."""
        c = config or MusicalForesightConfig()
        self._strikes = StrikeCost(c.strikes)
        super().__init__(scene, replace(c, planner=musical(c.planner)), self._strikes, TIMING)

    def _read(self, observation: Observation) -> None:
        super()._read(observation)
        assert observation.notes is not None
        self._strikes.update_notes(observation.notes)


def build(scene: SceneConfig, setting: Setting) -> Foresight:
    """The controller that plays in a setting."""
    return MusicalForesight(scene) if setting is Setting.MUSICAL else Foresight(scene)
