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

"""The controller that looks ahead before it plays: a streaming planner with the simulator in its loop.

While one segment of music is played, the next is simulated from where this one will end: first as planned, then with
variations, a fixed number of simulated steps in every control step. The best attempt is played next. If the first one
is already good, the remaining time goes to the segment after it.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Action, Observation
from pianomime_policy.controllers.foresight.planned_segment import PlannedSegment
from pianomime_policy.controllers.planner.growing_plan import PlansFromRows
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation, HandsController, hands_of
from pianomime_policy.model_search.cost import CostConfig, CostState, FrameCost, StepCost
from pianomime_policy.model_search.model_rollout import Candidate, ModelRollout
from pianomime_policy.model_search.proposals import ProposalConfig, Trial, next_proposal
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming


@dataclass(frozen=True)
class ForesightConfig:
    """Settings of the controller.

    Attributes:
        simulated_steps: Per control step.
        segment_steps: Control steps in a segment.
        beyond_steps: Steps simulated past its end, as planned, to see what it leads to.
        segments_ahead: Segments simulated ahead of the one being played, at most.
        good_cost: Cost per control step below which nothing more is tried.
        as_foreseen: If no joint is further than this from its expected position [rad or m], what follows need not be
            simulated again.
        seed: For the random proposals.
    """

    simulated_steps: int = 5
    segment_steps: int = 8
    beyond_steps: int = 2
    segments_ahead: int = 2
    good_cost: float = 0.02
    as_foreseen: float = 1e-3
    seed: int = 0
    proposals: ProposalConfig = field(default_factory=ProposalConfig)
    planner: PlannerConfig = field(default_factory=lambda: replace(PlannerConfig(), horizon_steps=40))


class Foresight(PlansFromRows):
    """A `Controller`; see the module's docstring.

    Attributes:
        deviations: Segments of this song that the robot did not begin where it was expected; the first is one.
    """

    def __init__(
        self,
        scene: SceneConfig,
        config: ForesightConfig | None = None,
        cost: StepCost | None = None,
        timing: MotionTiming = BENCHMARK,
    ) -> None:
        """
        Args:
            cost: Of what is simulated; None: that of frames.
            timing: How finely the motion is planned and commanded.
        """
        self.config = c = config or ForesightConfig()
        self.horizon_steps = c.planner.horizon_steps
        self._cost, self._timing = cost or FrameCost(CostConfig()), timing
        settings = c.planner.fingertips, c.planner.performer
        self._hands_controller = HandsController(scene.variant, *settings, hands_of(scene), timing)
        self._model_rollout = ModelRollout(scene, *settings, self._cost, timing)
        self.joint_names, self.target_names = self._hands_controller.joint_names, self._hands_controller.target_names

    def _new_plan(self) -> None:
        """Forget the last song."""
        self._motion_plan = self.config.planner.new_motion_plan(timing=self._timing)
        self._random = np.random.default_rng(self.config.seed)
        self._now = PlannedSegment(0)
        self._ahead: list[PlannedSegment] = []
        self._turn = 0
        self.deviations = 0
        self._onsets: CostState = self._cost.silence
        self._seen: Observation | None = None

    def act(self, observation: Observation) -> Action:
        """See `Controller.act`."""
        o, c = observation, self.config
        self._read(o)
        if self._seen is not None:
            self._onsets = self._cost.of_step(self._onsets, o.step - 1, self._seen.goal[0], o.key_angles[None])[1]
        self._seen = replace(o, goal=o.goal.copy())
        if o.step >= self._turn:
            begin = o.step // c.segment_steps * c.segment_steps
            self._turn = begin + c.segment_steps
            self._now = next((p for p in self._ahead if p.step == begin), PlannedSegment(begin))
            self._ahead = [p for p in self._ahead if p.step > begin]
            self._search = self._simulate_ahead(self._seen)
        for _ in range(c.simulated_steps):
            next(self._search)
        targets = self._hands_controller.act(
            self._motion_plan, o.step, o.joint_positions, o.joint_velocities, o.key_angles, self._now.adaptation
        )
        return Action(targets, self._pedal(o))

    @property
    def simulated_steps(self) -> int:
        """Control steps simulated ahead so far."""
        return self._model_rollout.simulated_steps

    @property
    def segments_ahead(self) -> tuple[PlannedSegment, ...]:
        """The segments after the one being played that are known so far, in order."""
        return tuple(self._ahead)

    def _simulate_ahead(self, o: Observation) -> Generator[None, None, None]:
        """Simulate what follows until the generator is dropped; pauses after every simulated step."""
        now = self._now
        if not self._is_as_foreseen(o):
            self.deviations += 1
            memory, onsets = self._hands_controller.memory(), self._onsets
            here = self._model_rollout.measured(o.joint_positions, o.joint_velocities, o.key_angles, memory, onsets)
            self._ahead = [segment.begin_elsewhere() for segment in self._ahead]
            yield  # setting a state takes as long as a step
            now.end = yield from self._played(here, o.step, o.goal[: self._turn - o.step], now.adaptation)
        while True:
            unsolved = self._first_unsolved()
            if unsolved is None:
                yield
            else:
                yield from self._try(unsolved)

    def _is_as_foreseen(self, o: Observation) -> bool:
        now = self._now
        if o.step != now.step or now.begin is None or now.end is None:
            return False
        expected = self._model_rollout.joint_positions(now.begin)
        return bool(np.max(np.abs(expected - o.joint_positions)) <= self.config.as_foreseen)

    def _first_unsolved(self) -> PlannedSegment | None:
        """The first segment ahead without a good solution yet; None if there is none within the horizon."""
        assert self._seen is not None
        c, before = self.config, self._now
        for number in range(c.segments_ahead):
            if before.step + 2 * c.segment_steps > self._seen.step + len(self._seen.goal):
                return None
            if number == len(self._ahead):
                self._ahead.append(PlannedSegment(before.step + c.segment_steps))
            segment = self._ahead[number]
            if segment.begin is None:
                assert before.end is not None  # it has a good solution
                segment.begin = replace(before.end, before=None)
            if segment.cost > c.good_cost * (c.segment_steps + c.beyond_steps):
                return segment
            before = segment
        return None

    def _try(self, segment: PlannedSegment) -> Generator[None, None, None]:
        c, step = self.config, segment.step
        assert self._seen is not None
        assert segment.begin is not None
        goal = self._seen.goal[step - self._seen.step :]
        beyond = goal[c.segment_steps : c.segment_steps + c.beyond_steps]
        if segment.untried:
            adaptation = segment.untried[-1]
        else:
            adaptation = next_proposal(c.proposals, segment.tried, self._random)[1]
        limit = np.inf if segment.best is None else segment.best.cost
        end = yield from self._played(segment.begin, step, goal[: c.segment_steps], adaptation, limit)
        errors = self._model_rollout.hands_controller.press_error_m.copy()
        last = end
        if end is not None and len(beyond):
            last = yield from self._played(end, step + c.segment_steps, beyond, AS_PLANNED, limit)
        cost = limit + 1.0 if last is None else last.cost
        segment.record(Trial(cost, 0, adaptation, errors), None if last is None else end)

    def _played(
        self, begin: Candidate, step: int, goal: NDArray[np.bool_], adaptation: Adaptation, limit: float = np.inf
    ) -> Generator[None, None, Candidate | None]:
        return self._model_rollout.play(begin, step, goal, [self._motion_plan], 0, adaptation, limit)
