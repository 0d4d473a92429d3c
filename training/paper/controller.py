"""A trained system as a controller: it executes one step of its plan, then plans again."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.controllers.controller import Action, Observation
from training.demonstrations import FINGERTIP_NAMES
from training.paper.snapping import NOBODY, snapped_rows
from training.paper.system import PaperSystem
from training.paper.windows import Seen, condition, robot_state


class PaperController:
    """See the module. As in the paper, the high level gets no feedback from the robot: its own fingertips, snapped to
    the keys like those of the demonstrations, are the previous ones of the next step."""

    def __init__(self, system: PaperSystem, seed: int = 0) -> None:
        self._system, self._seed = system, seed
        levels = (system.config.high, system.config.low)
        self.horizon_steps: int | None = max(level.goal_steps for level in levels if level is not None)
        self.joint_names, self.target_names = joint_names(), target_names()

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: the same pose for every song, as for the experts."""
        self._rng = np.random.default_rng(self._seed)
        self._before_m = self._system.start.fingertips_m.reshape(len(FINGERTIP_NAMES), 3)
        self._held = NOBODY
        return self._system.start.joint_positions.astype(np.float64)

    def act(self, observation: Observation) -> Action:
        """See `Controller.act`."""
        o, levels, config = observation, self._system.levels, self._system.config
        seen = Seen(
            goals=self._system.goals.encode(o.goal)[None],
            previous_m=self._before_m.reshape(1, -1),
            coming_m=None,
            state=robot_state(
                o.joint_positions[None], o.joint_velocities[None], o.key_angles[None] / KEYBOARD.travel_rad
            ),
        )
        if config.high is not None:
            rows = levels["high"].act(condition(config.high, seen), self._rng)
            if config.high.does == "fingertip residuals":
                rows = rows + seen.previous_m[:, None]
            rows_m = rows[0].reshape(-1, *self._before_m.shape)
            coming_m, self._held = snapped_rows(rows_m, self._before_m, self._held, o.goal[: len(rows_m)])
            self._before_m = coming_m[0]
            seen = Seen(seen.goals, seen.previous_m, coming_m.reshape(1, len(coming_m), -1), seen.state)
        return Action(levels["low"].act(condition(config.low, seen), self._rng)[0, 0].astype(np.float64))
