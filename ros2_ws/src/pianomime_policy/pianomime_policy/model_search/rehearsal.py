"""A rehearsal: a simulator and a hands controller that can be put back to any moment and try the music otherwise."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import name_order
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.hand_control.hands_controller import (
    AS_PLANNED,
    Adaptation,
    HandsController,
    HandsControllerConfig,
    Memory,
)
from pianomime_policy.model_search.cost import NO_ONSETS, CostConfig, OpenOnsets, step_cost
from pianomime_policy.motion.fingertip_targets import FingertipConfig
from pianomime_policy.motion.motion_plan import MotionPlan


@dataclass(frozen=True, eq=False)
class Take:
    """How a stretch of music went, and all that is needed to go on from its end.

    Attributes:
        world, memory, onsets: Simulator, hands controller and score at its end.
        cost: From the beginning of the song to its end.
        plan_index: Number of the motion plan it was played by.
        before: The take it continues; None at the beginning of the song.
        targets: (n, 46) float32 actuator targets of its steps; pressed: (n, 88) keys at their ends.
    """

    world: NDArray[np.float64]
    memory: Memory
    onsets: OpenOnsets
    cost: float
    plan_index: int
    before: "Take | None"
    targets: NDArray[np.float32]
    pressed: NDArray[np.bool_]

    def history(self) -> list["Take"]:
        """The takes from the first to this one."""
        takes: list[Take] = []
        take: Take | None = self
        while take is not None:
            takes.append(take)
            take = take.before
        return takes[::-1]


class Rehearsal:
    """Plays stretches of one song on the model, from any take.

    Attributes:
        simulated_steps: Control steps simulated so far.
    """

    def __init__(
        self, scene: SceneConfig, fingertips: FingertipConfig, hands_controller: HandsControllerConfig, cost: CostConfig
    ) -> None:
        self.simulator = Simulator(scene)
        self.hands_controller = HandsController(scene.variant, fingertips, hands_controller)
        self.simulated_steps = 0
        self._cost = cost
        player, world, parts = self.hands_controller, self.simulator, "hands controller and simulator"
        self._observed = name_order(player.joint_names, world.joint_names, "joint", parts)
        self._started = name_order(world.joint_names, player.joint_names, "joint", parts)
        self._commanded = name_order(world.target_names, player.target_names, "target", parts)

    def begin(self, motion_plan: MotionPlan) -> tuple[Take, NDArray[np.float64]]:
        """The take before the first step, and the joints (54,) it begins with in the simulator's order [rad, m]."""
        joints = self.hands_controller.begin(motion_plan)[self._started]
        self.simulator.reset(joints)
        return self._here(NO_ONSETS), joints

    def measured(
        self,
        joint_positions: NDArray[np.float64],
        joint_velocities: NDArray[np.float64],
        key_angles: NDArray[np.float64],
        memory: Memory,
        onsets: OpenOnsets,
    ) -> Take:
        """A take of no steps that begins in the state of an `Observation`."""
        self.simulator.pose(joint_positions[self._started], joint_velocities[self._started], key_angles)
        self.hands_controller.remember(memory)
        return self._here(onsets)

    def joint_positions(self, take: Take) -> NDArray[np.float64]:
        """(54,) where the joints stand at the end of a take, as in `Observation`."""
        return self.simulator.restore(take.world).joint_positions[self._observed]

    def _here(self, onsets: OpenOnsets) -> Take:
        return Take(
            world=self.simulator.save(),
            memory=self.hands_controller.memory(),
            onsets=onsets,
            cost=0.0,
            plan_index=0,
            before=None,
            targets=np.zeros((0, len(self._commanded)), np.float32),
            pressed=np.zeros((0, len(NO_ONSETS.goal)), bool),
        )

    def play(
        self,
        before: Take,
        step: int,
        goal: NDArray[np.bool_],
        motion_plans: list[MotionPlan],
        plan_index: int,
        adaptation: Adaptation = AS_PLANNED,
        cost_limit: float = np.inf,
    ) -> Take | None:
        """Continue a take; None if that costs more than `cost_limit` already before the end.

        Args:
            before: Where to begin.
            step: Control step of its end, the first to play.
            goal: (n, 88) rows to play.
            motion_plans, plan_index: What to read, and which of them.
            adaptation: For the whole stretch.
        """
        playing = self.playing(before, step, goal, motion_plans, plan_index, adaptation, cost_limit)
        while True:
            try:
                next(playing)
            except StopIteration as end:
                return end.value

    def playing(
        self,
        before: Take,
        step: int,
        goal: NDArray[np.bool_],
        motion_plans: list[MotionPlan],
        plan_index: int,
        adaptation: Adaptation = AS_PLANNED,
        cost_limit: float = np.inf,
    ) -> Generator[None, None, Take | None]:
        """`play`, pausing after every simulated step; nothing else may be rehearsed meanwhile."""
        hands_controller, simulator = self.hands_controller, self.simulator
        state = simulator.restore(before.world)
        hands_controller.remember(before.memory)
        hands_controller.press_error_m[:] = 0.0
        cost, onsets = before.cost, before.onsets
        targets = np.zeros((len(goal), len(self._commanded)), np.float32)
        pressed = np.zeros(goal.shape, bool)
        for i, row in enumerate(goal):
            # Rounded to what a rollout file keeps.
            targets[i] = hands_controller.act(
                motion_plans[plan_index],
                step + i,
                state.joint_positions[self._observed],
                state.joint_velocities[self._observed],
                state.key_angles,
                adaptation,
            )[self._commanded]
            state = simulator.step(targets[i])
            pressed[i] = state.key_pressed
            self.simulated_steps += 1
            more, onsets = step_cost(self._cost, onsets, row, state.key_angles)
            cost += more
            yield
            if cost > cost_limit:
                return None
        return Take(simulator.save(), hands_controller.memory(), onsets, cost, plan_index, before, targets, pressed)
