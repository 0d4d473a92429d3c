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

"""Refinement of one song: a beam search through all of it, segment by segment, that can be interrupted and resumed.

The whole song is known and time does not matter: this makes training data and shows what the hands can do.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.model_search import checkpoint
from pianomime_policy.model_search.beam_search import BeamConfig, BeamSearch
from pianomime_policy.model_search.cost import CostConfig, FrameCost, StepCost
from pianomime_policy.model_search.model_rollout import ModelRollout, at_once
from pianomime_policy.model_search.motion_plan_configs import motion_plan_configs
from pianomime_policy.motion.motion_plan import MotionPlan
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming


@dataclass(frozen=True)
class RefineConfig:
    """Settings of a refinement.

    Attributes:
        setting: In which the song is played.
        effort: Simulated steps per step of music, on average; 40 is about 2.5 CPU-seconds per second of music.
        burst: A difficult segment may use this many times its share of the effort, taken from what easy ones left over
            or later ones will have to save.
        seed: For the random proposals.
    """

    setting: ClassVar[Setting] = Setting.BENCHMARK
    effort: int = 40
    burst: float = 4.0
    seed: int = 0
    beam: BeamConfig = field(default_factory=BeamConfig)
    planner: PlannerConfig = field(default_factory=PlannerConfig)


class Played(NamedTuple):
    """A performance of a whole song.

    Attributes:
        initial_joint_positions: (54,) rad and m, in the order of `Refinement.joint_names`.
        targets: (T, 46) float32 actuator targets, rad and m, in the order of `Refinement.target_names`; (T, K, 46) with
            K of them a step.
        pressed: (T, 88) keys at the ends of the steps.
    """

    initial_joint_positions: NDArray[np.float64]
    targets: NDArray[np.float32]
    pressed: NDArray[np.bool_]


class Refinement:
    """Refines one song. Deterministic: the same song, scene and config give the same result, interrupted or not.

    Attributes:
        steps: Control steps of the song; step: how many are decided so far.
        joint_names, target_names: As in `Simulator`.
    """

    def __init__(
        self,
        roll: PianoRoll,
        scene: SceneConfig,
        config: RefineConfig | None = None,
        cost: StepCost | None = None,
        timing: MotionTiming = BENCHMARK,
    ) -> None:
        """
        Args:
            cost: Of what is simulated; None: that of frames.
            timing: How finely the motion is planned and commanded.
        """
        self._goal, self._config = roll.goal, config or RefineConfig()
        c = self._config
        self._model_rollout = ModelRollout(
            scene, c.planner.fingertips, c.planner.performer, cost or FrameCost(CostConfig()), timing
        )
        self._motion_plans = [variant.new_motion_plan(timing=timing) for variant in motion_plan_configs(c.planner)]
        for motion_plan in self._motion_plans:
            self._read(roll, motion_plan)
        self._random = np.random.default_rng(c.seed)
        self._search = BeamSearch(self._model_rollout, self._motion_plans, c.beam, self._random)
        first, self._initial_joint_positions = self._model_rollout.begin(self._motion_plans[0])
        self._candidates = [first]
        self._spent = 0
        self._identity = hashlib.sha256(self._music(roll) + repr((scene, c)).encode()).hexdigest()
        self.steps, self.step = len(self._goal), 0
        self.joint_names = self._model_rollout.simulator.joint_names
        self.target_names = self._model_rollout.simulator.target_names

    def _read(self, roll: PianoRoll, motion_plan: MotionPlan) -> None:
        """Let a plan know the whole song."""
        motion_plan.update(roll.goal, 0)

    def _music(self, roll: PianoRoll) -> bytes:
        """All of a song that its performance depends on."""
        return roll.goal.tobytes()

    @property
    def simulated_steps(self) -> int:
        """Control steps simulated for what is decided so far."""
        return self._spent

    @property
    def pressed(self) -> NDArray[np.bool_]:
        """(step, 88) keys at the ends of the steps decided so far, on the best candidate."""
        return np.concatenate([candidate.pressed for candidate in self._candidates[0].history()])

    def advance(self) -> None:
        """Decide the next segment; does nothing at the end of the song."""
        goal = self._goal[self.step : self.step + self._config.beam.segment_steps]
        if not len(goal):
            return
        fair = self._config.effort * len(goal)
        saved = self._config.effort * self.step - self._spent
        allowance = min(max(saved + fair, 0) + fair, self._config.burst * fair)
        before = self._model_rollout.simulated_steps
        self._candidates = self._search.extend(self._candidates, self.step, goal, int(allowance))
        self._spent += self._model_rollout.simulated_steps - before
        self.step += len(goal)

    def best(self) -> Played:
        """The best candidate so far, continued by the planner alone to the end of the song."""
        candidate = self._candidates[0]
        goal, plan_index = self._goal[self.step :], candidate.plan_index
        rest = at_once(self._model_rollout.play(candidate, self.step, goal, self._motion_plans, plan_index))
        assert rest is not None  # without a limit it never stops early
        candidates = rest.history()
        return Played(
            self._initial_joint_positions,
            np.concatenate([t.targets for t in candidates]),
            np.concatenate([t.pressed for t in candidates]),
        )

    def save(self, path: Path) -> None:
        """Write a checkpoint atomically.

        Raises:
            UserError: It cannot be written.
        """
        checkpoint.write(path, self._identity, self.step, self._spent, self._random, self._candidates)

    @classmethod
    def load(cls, path: Path, roll: PianoRoll, scene: SceneConfig, config: RefineConfig | None = None) -> "Refinement":
        """Resume from a checkpoint.

        Raises:
            UserError: It is not a checkpoint, or belongs to another song, scene or config.
        """
        refinement = cls(roll, scene, config)
        found = checkpoint.read(path, refinement._candidates[0])
        if found.identity != refinement._identity:
            raise UserError(f"checkpoint {str(path)!r} is of another song or other settings: remove it to start again")
        indices = {candidate.plan_index for candidate in found.candidates}
        if not 0 <= found.step <= refinement.steps or not indices <= set(range(len(refinement._motion_plans))):
            raise UserError(f"checkpoint {str(path)!r} is damaged: remove it to start again")
        refinement.step, refinement._spent, refinement._candidates = found.step, found.spent, found.candidates
        refinement._random.bit_generator.state = found.random
        return refinement
