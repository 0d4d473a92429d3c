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

"""How finely a motion plan divides time: the benchmark's one row a control step, or several.

All times are in control steps of 50 ms. A row is the pose at its end; a "phase" is the end of a row minus one step, so
that the benchmark's row of step t, which is scored with the keys at its end, has phase t.
"""

from dataclasses import dataclass

from pianomime_policy.fingering.giving_up import GivingUpConfig
from pianomime_policy.motion.pedal_choice import PedalConfig
from pianomime_policy.motion.strokes import StrokeConfig


@dataclass(frozen=True)
class MotionTiming:
    """Attributes:
    rows_per_step: Rows, and so targets, of each control step.
    stroke: How long strokes take; None: one row, with the key at the bottom at its end.
    lift_steps: Time in which a finger comes up again.
    ease_m: How far the target of a finger rises again, within one step, once its key is down.
    ease_after_steps: Time at the bottom after which it begins to.
    onset_delay_steps: From the time of a note to the phase at which its key should sound.
    jump_steps: Time that a jump of the hand takes beyond that for its distance.
    lets_go: Whether a key that came up under its finger is let go, rather than pressed again.
    fine_steps: Steps of which every row is solved by inverse kinematics; of later ones the last row is.
    iterations: Maximum number of the solver's steps for each row; None: as configured.
    giving_up: What notes cost that are let go for others; None: every note is held to its end.
    pedal: How the sustain pedal follows what is written, and is chosen where nothing is; None: exactly as written.
    """

    rows_per_step: int = 1
    stroke: StrokeConfig | None = None
    lift_steps: float = 1.0
    ease_m: float = 0.0
    ease_after_steps: float = 0.5
    onset_delay_steps: float = 0.0
    jump_steps: float = 0.0
    lets_go: bool = False
    fine_steps: int = 1
    iterations: int | None = None
    giving_up: GivingUpConfig | None = None
    pedal: PedalConfig | None = None

    @property
    def row_steps(self) -> float:
        """Length of a row in control steps."""
        return 1.0 / self.rows_per_step


BENCHMARK = MotionTiming()
MUSICAL = MotionTiming(
    rows_per_step=5,
    stroke=StrokeConfig(),
    lift_steps=0.6,
    ease_m=0.003,
    onset_delay_steps=-0.85,
    jump_steps=1.5,
    lets_go=True,
    fine_steps=2,
    iterations=3,
    giving_up=GivingUpConfig(),
    pedal=PedalConfig(),
)
