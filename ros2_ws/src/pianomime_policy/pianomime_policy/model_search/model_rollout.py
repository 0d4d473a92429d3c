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

"""A model rollout: a simulator and hands controller that can return to any moment and play on in another way."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import name_order
from pianomime_core.keyboard import NUM_KEYS
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.hand_control.hands_controller import (
    AS_PLANNED,
    Adaptation,
    HandsController,
    HandsControllerConfig,
    Memory,
    hands_of,
)
from pianomime_policy.model_search.cost import CostState, StepCost
from pianomime_policy.motion.fingertip_targets import FingertipConfig
from pianomime_policy.motion.motion_plan import MotionPlan
from pianomime_policy.motion.motion_timing import BENCHMARK, MotionTiming


@dataclass(frozen=True, eq=False)
class Candidate:
    """A simulated segment of music, and all that is needed to continue from its end.

    Attributes:
        world, memory, onsets: Simulator, hands controller and score at its end.
        cost: From the beginning of the song to its end.
        plan_index: Index of the motion plan it was played from.
        before: The candidate it continues; None at the beginning of the song.
        targets: (n, 46) float32 actuator targets of its steps, (n, K, 46) with K of them a step; pressed: (n, 88) keys
            at their ends.
    """

    world: NDArray[np.float64]
    memory: Memory
    onsets: CostState
    cost: float
    plan_index: int
    before: "Candidate | None"
    targets: NDArray[np.float32]
    pressed: NDArray[np.bool_]

    def history(self) -> list["Candidate"]:
        """The candidates from the first to this one."""
        candidates: list[Candidate] = []
        candidate: Candidate | None = self
        while candidate is not None:
            candidates.append(candidate)
            candidate = candidate.before
        return candidates[::-1]


class ModelRollout:
    """Simulates segments of one song, starting from any candidate.

    Attributes:
        simulated_steps: Control steps simulated so far.
    """

    def __init__(
        self,
        scene: SceneConfig,
        fingertips: FingertipConfig,
        hands_controller: HandsControllerConfig,
        cost: StepCost,
        timing: MotionTiming = BENCHMARK,
    ) -> None:
        self.simulator = ObservedSimulator(self._hear, scene) if cost.hears else Simulator(scene)
        self.hands_controller = HandsController(scene.variant, fingertips, hands_controller, hands_of(scene), timing)
        self.simulated_steps = 0
        self._cost = cost
        self._heard: list[NDArray[np.float64]] = []
        player, world, parts = self.hands_controller, self.simulator, "hands controller and simulator"
        self._observed = name_order(player.joint_names, world.joint_names, "joint", parts)
        self._started = name_order(world.joint_names, player.joint_names, "joint", parts)
        self._commanded = name_order(world.target_names, player.target_names, "target", parts)
        self._chunk = (
            (len(self._commanded),) if timing.rows_per_step == 1 else (timing.rows_per_step, len(self._commanded))
        )

    def begin(self, motion_plan: MotionPlan) -> tuple[Candidate, NDArray[np.float64]]:
        """The candidate before the first step, and its initial joints (54,) in the simulator's order [rad, m]."""
        joints = self.hands_controller.begin(motion_plan)[self._started]
        self.simulator.reset(joints)
        return self._here(self._cost.silence), joints

    def measured(
        self,
        joint_positions: NDArray[np.float64],
        joint_velocities: NDArray[np.float64],
        key_angles: NDArray[np.float64],
        memory: Memory,
        onsets: CostState,
    ) -> Candidate:
        """A candidate of no steps that begins in the state of an `Observation`."""
        self.simulator.pose(joint_positions[self._started], joint_velocities[self._started], key_angles)
        self.hands_controller.remember(memory)
        return self._here(onsets)

    def joint_positions(self, candidate: Candidate) -> NDArray[np.float64]:
        """(54,) joint positions at the end of a candidate, as in `Observation`."""
        return self.simulator.restore(candidate.world).joint_positions[self._observed]

    def _here(self, onsets: CostState) -> Candidate:
        return Candidate(
            world=self.simulator.save(),
            memory=self.hands_controller.memory(),
            onsets=onsets,
            cost=0.0,
            plan_index=0,
            before=None,
            targets=np.zeros((0, *self._chunk), np.float32),
            pressed=np.zeros((0, NUM_KEYS), bool),
        )

    def _hear(self, state: SimulatorState) -> None:
        self._heard.append(state.key_angles)

    def play(
        self,
        before: Candidate,
        step: int,
        goal: NDArray[np.bool_],
        motion_plans: list[MotionPlan],
        plan_index: int,
        adaptation: Adaptation = AS_PLANNED,
        cost_limit: float = np.inf,
    ) -> Generator[None, None, Candidate | None]:
        """Continue a candidate; None as soon as that costs more than `cost_limit`.

        Pauses after every simulated step; no other rollout may run in between. `at_once` runs it to its end.

        Args:
            before: Candidate to continue.
            step: First control step to play, at the end of `before`.
            goal: (n, 88) rows to play.
            motion_plans, plan_index: Motion plans, and the index of the one to follow.
            adaptation: Applied to the whole segment.
        """
        hands_controller, simulator = self.hands_controller, self.simulator
        state = simulator.restore(before.world)
        hands_controller.remember(before.memory)
        hands_controller.press_error_m[:] = 0.0
        cost, onsets = before.cost, before.onsets
        targets = np.zeros((len(goal), *self._chunk), np.float32)
        pressed = np.zeros(goal.shape, bool)
        for i, row in enumerate(goal):
            # Rounded to the precision of a rollout file.
            decided = hands_controller.act(
                motion_plans[plan_index],
                step + i,
                state.joint_positions[self._observed],
                state.joint_velocities[self._observed],
                state.key_angles,
                adaptation,
            )
            targets[i] = decided[..., self._commanded]
            self._heard.clear()
            *_, state = simulator.play(np.atleast_2d(targets[i]))
            pressed[i] = state.key_pressed
            self.simulated_steps += 1
            more, onsets = self._cost.of_step(onsets, step + i, row, np.array(self._heard or [state.key_angles]))
            cost += more
            yield
            if cost > cost_limit:
                return None
        return Candidate(
            simulator.save(), hands_controller.memory(), onsets, cost, plan_index, before, targets, pressed
        )


def at_once(steps: Generator[None, None, Candidate | None]) -> Candidate | None:
    """Run `ModelRollout.play` without pauses and return what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            candidate: Candidate | None = end.value
            return candidate
