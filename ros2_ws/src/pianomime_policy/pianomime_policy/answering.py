"""Pairs states and goal windows of the same step, and lets the controller answer each step once. No ROS."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UnsafeError, UserError
from pianomime_policy.controller import Controller, Observation

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass
class _Newest:
    """The newest message of each kind, with the step it belongs to."""

    joints: tuple[int, Floats, Floats] | None = None
    keys: tuple[int, Floats] | None = None
    goal: tuple[int, Bools, Bools] | None = None


class Answering:
    """What is known, what has been answered.

    Attributes:
        started: True once the controller has been given a song.
        answered: Step of the last command; -1 before the first.
        skipped: Steps before it that were never answered.
    """

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._newest = _Newest()
        self._targets: Floats = np.empty(0)
        self.started = False
        self.answered = -1
        self.skipped = 0

    def start_from_song(self, goal: Bools, sustain: Bools) -> Floats | None:
        """Begin from a whole roll (T, 88), (T,); return joint positions (n,), None if the controller wants windows."""
        if self.started or self._controller.horizon_steps is not None:
            return None
        return self._start(goal, sustain)

    def start_from_window(self, step: int, goal: Bools, sustain: Bools) -> Floats | None:
        """Begin from the window (H, 88), (H,) of step 0; return joint positions (n,), or None if this is not the time.

        Raises:
            UserError: The window is shorter than the controller's horizon.
        """
        horizon = self._controller.horizon_steps
        if self.started or horizon is None or step != 0:
            return None
        if len(goal) < horizon:
            raise UserError(
                f"horizon_steps of midi_node is {len(goal)}: the controller wants to see {horizon} steps or more"
            )
        return self._start(goal[:horizon], sustain[:horizon])

    def see_joints(self, step: int, positions: Floats, velocities: Floats) -> None:
        """Take the state of the hands (n,) at the beginning of `step`."""
        self._newest.joints = (step, positions, velocities)

    def see_keys(self, step: int, angles: Floats) -> None:
        """Take the key angles (88,) at the beginning of `step`."""
        self._newest.keys = (step, angles)

    def see_goal(self, step: int, goal: Bools, sustain: Bools) -> None:
        """Take the goal window (H, 88), (H,) of `step`."""
        self._newest.goal = (step, goal, sustain)

    def answer(self) -> tuple[int, Floats] | None:
        """Return step and targets (m,) if everything about one step is here and it was not answered yet.

        Raises:
            UnsafeError: The controller gave targets that are not finite.
        """
        newest = self._newest
        if not self.started or newest.joints is None or newest.keys is None or newest.goal is None:
            return None
        (step, positions, velocities), (keys_step, angles), (goal_step, goal, sustain) = (
            newest.joints,
            newest.keys,
            newest.goal,
        )
        if not step == keys_step == goal_step or step <= self.answered:
            return None
        horizon = self._controller.horizon_steps
        observation = Observation(
            step=step,
            goal=goal[:horizon],
            sustain=sustain[:horizon],
            joint_positions=positions,
            joint_velocities=velocities,
            key_angles=angles,
        )
        self._targets = self._controller.act(observation)
        if not np.isfinite(self._targets).all():
            named = zip(self._controller.target_names, self._targets, strict=True)
            bad = ", ".join(f"{name} = {target}" for name, target in named if not np.isfinite(target))
            raise UnsafeError(f"targets of step {step} are not finite: {bad}")
        self.skipped += step - self.answered - 1
        self.answered = step
        return step, self._targets

    def repeat(self, step: int) -> Floats | None:
        """Return the targets (m,) given for `step` if it was the last one answered: its reader may have missed them."""
        return self._targets if step == self.answered else None

    def _start(self, goal: Bools, sustain: Bools) -> Floats:
        positions = self._controller.start(goal, sustain)
        self.started = True
        return positions
