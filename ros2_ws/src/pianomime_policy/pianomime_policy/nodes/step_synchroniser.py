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

"""Pairs states and goal windows of the same step, and runs the controller once per step. No ROS."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.goal_window import GoalRows, first_rows
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_policy.controllers.controller import Action, Controller, Observation, start

Floats = NDArray[np.float64]


@dataclass
class _Newest:
    """The newest message of each kind with its step."""

    joints: tuple[int, Floats, Floats] | None = None
    keys: tuple[int, Floats] | None = None
    window: tuple[int, GoalRows] | None = None


class StepSynchroniser:
    """Collects messages until they are complete for a step, then answers it.

    Attributes:
        performance: Name of the current performance, as the source of the windows gives it; None before the first.
        started: True once the controller has started a song.
        first: Step at which it started.
        answered: Step of the last command; -1 before the first.
        skipped: Earlier steps that were never answered.
    """

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._newest = _Newest()
        self._action: Action | None = None
        self._song: tuple[str, GoalRows] | None = None
        self.performance: str | None = None
        self.started = False
        self.first = 0
        self.answered = -1
        self.skipped = 0

    def receive_song(self, song: GoalRows, performance: str = "") -> None:
        """Take all rows of a song, for whole-song controllers."""
        self._song = (performance, song)

    def select_performance(self, performance: str) -> None:
        """Set the performance that the windows belong to; a new one resets everything, and the song has to begin."""
        if self.performance not in (None, performance):
            self._newest = _Newest()
            self.started, self.answered, self.skipped = False, -1, 0
        self.performance = performance

    def begin(self, step: int, window: GoalRows) -> Floats | None:
        """Start the controller with the window of `step`, which may be in the middle of a song that is
        already being played; return joint positions (n,), or None if it has started already or lacks data.

        A controller counts its own steps from 0: for it the song begins here.

        Raises:
            UserError: The window is shorter than the controller's horizon.
        """
        horizon = self._controller.horizon_steps
        if self.started:
            return None
        if horizon is None:
            if self._song is None or self._song[0] != (self.performance or ""):
                return None
            goal, sustain, velocity, notes = self._song[1]
            window = GoalRows(goal[step:], sustain[step:], velocity[step:], notes)
            if not len(window.goal):
                return None
        elif (rows := len(window.goal)) < horizon:
            raise UserError(f"horizon_steps of midi_node is {rows}: the controller needs {horizon} steps or more")
        positions = start(self._controller, _seen(window, step, horizon, step))
        self.started, self.first, self.answered = True, step, step - 1
        return positions

    def receive_joints(self, step: int, positions: Floats, velocities: Floats) -> None:
        """Take the joint state (n,) at the beginning of `step`."""
        self._newest.joints = (step, positions, velocities)

    def receive_keys(self, step: int, angles: Floats) -> None:
        """Take the key angles (88,) at the beginning of `step`."""
        self._newest.keys = (step, angles)

    def receive_goal(self, step: int, window: GoalRows) -> None:
        """Take the goal window of `step`."""
        self._newest.window = (step, window)

    def answer(self) -> tuple[int, Action] | None:
        """Return step and action if all messages of one step are here and it was not answered yet.

        If it lies before the last answered step, the song was restarted there. Hands, keys and window must agree on
        that: an old state alone, from any sender, is ignored.

        Raises:
            UnsafeError: The controller returned targets that are not finite.
        """
        newest = self._newest
        if not self.started or newest.joints is None or newest.keys is None or newest.window is None:
            return None
        (step, positions, velocities), (keys_step, angles) = newest.joints, newest.keys
        goal_step, window = newest.window
        if not step == keys_step == goal_step:
            return None
        if step < self.answered:
            self.started, self.skipped = False, 0
            self.begin(step, window)
        if not self.started or step <= self.answered:
            return None
        seen = _seen(window, step, self._controller.horizon_steps, self.first)
        observation = Observation(
            step=step - self.first,
            goal=seen.goal,
            sustain=seen.sustain,
            joint_positions=positions,
            joint_velocities=velocities,
            key_angles=angles,
            velocity=seen.velocity,
            notes=seen.notes,
        )
        action = self._controller.act(observation)
        if not np.isfinite(action.targets).all():
            wrong = zip(*np.nonzero(~np.isfinite(action.rows())), strict=True)
            bad = ", ".join(f"{self._controller.target_names[i]} = {action.rows()[k, i]}" for k, i in wrong)
            raise UnsafeError(f"targets of step {step} are not finite: {bad}")
        self.skipped += step - self.answered - 1
        self.answered = step
        self._action = action
        return step, action

    def latest_joints(self) -> tuple[int, Floats] | None:
        """Return the newest step with known joints, and the joint positions (n,); None before the first."""
        return None if self._newest.joints is None else self._newest.joints[:2]

    def repeat(self, step: int) -> Action | None:
        """Return the action of `step` again if it was the last one answered: the reader may have missed them."""
        return self._action if step == self.answered else None


def _seen(window: GoalRows, step: int, horizon: int | None, first: int) -> GoalRows:
    """What a controller with so many rows of horizon sees of the window of `step`, if for it the song began at
    `first`."""
    goal, sustain, velocity, notes = first_rows(window, step, horizon)
    return GoalRows(goal, sustain, velocity, None if notes is None else notes.from_time(first * CONTROL_TIMESTEP_S))
