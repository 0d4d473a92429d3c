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

"""Beam search over candidates: each segment of music is tried many times from the best ends of the previous one.

A segment that goes well at once costs one simulation; the steps it saves are spent on difficult ones. Candidates are
compared only at the same step, so a good ending is never given up for a good beginning.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation
from pianomime_policy.model_search.model_rollout import Candidate, ModelRollout, at_once
from pianomime_policy.model_search.proposals import ProposalConfig, Trial, next_proposal
from pianomime_policy.motion.motion_plan import MotionPlan


@dataclass(frozen=True)
class BeamConfig:
    """Settings of the search.

    Attributes:
        width: Candidates kept after each segment.
        segment_steps: Control steps in a segment.
        good_cost: Cost per control step below which nothing more is tried.
    """

    width: int = 4
    segment_steps: int = 8
    good_cost: float = 0.02
    proposals: ProposalConfig = field(default_factory=ProposalConfig)


class BeamSearch:
    """Searches one segment after another."""

    def __init__(
        self,
        model_rollout: ModelRollout,
        motion_plans: list[MotionPlan],
        config: BeamConfig,
        random: np.random.Generator,
    ) -> None:
        self._model_rollout, self._motion_plans, self._config, self._random = (
            model_rollout,
            motion_plans,
            config,
            random,
        )

    def extend(
        self, candidates: list[Candidate], step: int, goal: NDArray[np.bool_], allowance: int
    ) -> list[Candidate]:
        """Return the best continuations of `candidates` from `step` through `goal` (n, 88), best first.

        Args:
            allowance: Control steps that may be simulated; a simulation that has begun is finished.
        """
        found = _Found(self._config.width)
        last = self._model_rollout.simulated_steps + allowance
        trials = [
            [self._try(found, candidate, step, goal, candidate.plan_index, AS_PLANNED)] for candidate in candidates
        ]
        good = min(candidate.cost for candidate in candidates) + self._config.good_cost * len(goal)
        for plan_index in range(len(self._motion_plans)):
            for candidate, tried in zip(candidates, trials, strict=True):
                if found.best_cost <= good or self._model_rollout.simulated_steps >= last:
                    return found.candidates
                if plan_index != candidate.plan_index:
                    tried.append(self._try(found, candidate, step, goal, plan_index, AS_PLANNED))
        while True:
            for candidate, tried in zip(candidates, trials, strict=True):
                if found.best_cost <= good or self._model_rollout.simulated_steps >= last:
                    return found.candidates
                plan_index, adaptation = next_proposal(self._config.proposals, tried, self._random)
                tried.append(self._try(found, candidate, step, goal, plan_index, adaptation))

    def _try(
        self,
        found: "_Found",
        candidate: Candidate,
        step: int,
        goal: NDArray[np.bool_],
        plan_index: int,
        adaptation: Adaptation,
    ) -> Trial:
        rollout = self._model_rollout
        end = at_once(rollout.play(candidate, step, goal, self._motion_plans, plan_index, adaptation, found.limit))
        # A trial that was stopped early ranks below all finished ones, yet its errors may be worth correcting.
        cost = found.limit + 1.0 if end is None else end.cost
        if end is not None:
            found.add(end)
        return Trial(cost, plan_index, adaptation, rollout.hands_controller.press_error_m.copy())


class _Found:
    # The best candidates so far; of two with equal cost, which are the same in every way that matters, the first.
    def __init__(self, width: int) -> None:
        self.candidates: list[Candidate] = []
        self._width = width

    @property
    def best_cost(self) -> float:
        return self.candidates[0].cost

    @property
    def limit(self) -> float:
        return self.candidates[-1].cost if len(self.candidates) == self._width else float("inf")

    def add(self, candidate: Candidate) -> None:
        if any(np.isclose(candidate.cost, other.cost, rtol=0.0, atol=1e-6) for other in self.candidates):
            return
        self.candidates = sorted([*self.candidates, candidate], key=lambda t: t.cost)[: self._width]
