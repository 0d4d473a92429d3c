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

"""`pianomime/Piano-v0`: two Shadow Hands learn to play one song, 20 control steps a second."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from pianomime.api import load_song, make_controller
from pianomime.episodes.episode_record import EpisodeRecord
from pianomime.episodes.matched_controller import MatchedController
from pianomime.files.shared_files import find_song
from pianomime.gym.rewards import (
    ROBOPIANIST,
    RewardConfig,
    energy_reward,
    fingertip_reward,
    forearm_reward,
    key_press_reward,
    sustain_reward,
)
from pianomime.gym.spaces import PEDAL_DOWN_FROM, clipped, observation_space, residual_space, target_space
from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.goal_window import roll_window
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_core.song_file import is_demonstration
from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_description.variant import SceneConfig
from pianomime_physics.fingertips import Fingertips
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.specs import ours_that_need

Values = dict[str, Any]


class PianoEnv(gymnasium.Env[Values, NDArray[Any]]):
    """An episode is the song from its first to its last control step (50 ms); then it is terminated.

    Action, without `nominal`: actuator targets (46,) [rad, m] in the order of `simulator.target_names`, then the
    sustain pedal, down from .5. With `nominal`: what is added to that controller's targets (46,) [rad, m]; the pedal is
    the controller's. `gymnasium.wrappers.RescaleAction(env, -1, 1)` for agents that want -1..1.

    Observation, at the beginning of a step (`gymnasium.wrappers.FlattenObservation` makes one vector of it):
        goal: (H, 88) wanted keys, row k at the end of step k from now; sustain: (H,) wanted pedal.
        joint_positions: (54,) rad and m, in the order of `simulator.joint_names`; joint_velocities: (54,) rad/s, m/s.
        key_angles: (88,) rad, 0 at rest. pedal: (1,) down in the step before.
        nominal_targets: (46,) rad and m, of the step that begins; only with `nominal`.

    Reward: the sum of the terms of `rewards`, weighted; about 2 to 3 for a good step. `info["reward_terms"]` has each
    term, weighted. The last step's `info["score"]` has precision, recall and F1 as `pianomime evaluate` prints them.

    Attributes:
        simulator: The robot, with names and ranges; to look at.
    """

    metadata = {"render_modes": [], "render_fps": FRAMES_PER_SECOND}  # noqa: RUF012 (as Gymnasium declares it)

    def __init__(
        self,
        song: str | Path = "twinkle",
        nominal: str | None = None,
        horizon_steps: int = 11,
        hand_collisions: bool = False,
        variant: str = "pianomime",
        residual_share: float = 0.03,
        reward: RewardConfig = ROBOPIANIST,
        hand_offset_m: float = 0.0,
        render_mode: None = None,
    ) -> None:
        """Load the song and build the robot.

        Args:
            song: MIDI file, demonstration (.npz) or bundled song.
            nominal: Controller whose targets the action corrects; None: the action is the targets.
            horizon_steps: Rows of goal in the observation.
            hand_collisions: Fingers and hands collide with one another.
            variant: Hand variant: "pianomime" or "robopianist" (44 targets, 52 joints).
            residual_share: Of each actuator's range, how far the action reaches with `nominal`.
            reward: Weights of the terms.
            hand_offset_m: Both hands begin up to this far along the keyboard from where they should, drawn by the seed.
            render_mode: None: `rollout().save(path)`, then `pianomime video`.

        Raises:
            UserError: No such song, controller or variant; or `reward` compares with a pianist and the song has none.
        """
        path = find_song(str(song))
        if reward.fingertips and not is_demonstration(path):
            raise UserError(f"reward has fingertips {reward.fingertips:g}, but song {str(song)!r} is no demonstration")
        if horizon_steps < 1:
            raise UserError(f"horizon_steps is {horizon_steps}: must be 1 or more")
        self._roll = piano_roll(load_song(path))
        self._horizon_steps, self._reward, self._hand_offset_m = horizon_steps, reward, hand_offset_m
        self._human = Demonstration.load(path) if reward.fingertips else None
        scene = SceneConfig(variant=variant, hand_collisions=hand_collisions)
        self.simulator = Simulator(scene)
        self._fingertips = Fingertips(self.simulator)
        self._name = f"Piano-v0 on {nominal}" if nominal else "Piano-v0"
        self._player: MatchedController | None = None
        if nominal is not None:
            controller = make_controller(nominal, scene, path if nominal in ours_that_need("demonstration") else None)
            self._player = MatchedController(controller, self.simulator)
        self._actions = (
            target_space(self.simulator) if nominal is None else residual_space(self.simulator, residual_share)
        )
        self._seen = observation_space(self.simulator, horizon_steps, nominal is not None)
        self.action_space, self.observation_space = self._actions, self._seen
        model = self.simulator.model
        self._actuators = [model.actuator(name).id for name in self.simulator.target_names]
        self._forearms = [model.body(name).id for name in ("rh_forearm", "lh_forearm")]
        self._slides = [self.simulator.joint_names.index(name) for name in ("rh_forearm_tx", "lh_forearm_tx")]

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Values, dict[str, Any]]:
        """Begin the song: hands where the nominal controller wants them, else all joints at 0 as in RoboPianist."""
        super().reset(seed=seed)
        start = np.zeros(len(self.simulator.joint_names))
        if self._player is not None:
            start = self._player.start(roll_window(self._roll, 0, self._player.horizon_steps))
        start[self._slides] += self.np_random.uniform(-self._hand_offset_m, self._hand_offset_m)
        self._record = EpisodeRecord(self.simulator, self._roll, start)
        self._pedal = False
        state = self.simulator.reset(start)
        self._ask_nominal(state)
        return self._observe(state), {}

    def step(self, action: NDArray[Any]) -> tuple[Values, float, bool, bool, dict[str, Any]]:
        """Play one control step.

        Raises:
            RuntimeError: The song is over: `reset` begins it anew.
        """
        step = self._record.steps
        if step == len(self._roll):
            raise RuntimeError(f"the song is over after {step} steps: call reset")
        action = clipped(self._actions, action)
        if self._player is None:
            targets, self._pedal = action[:-1], bool(action[-1] >= PEDAL_DOWN_FROM)
        else:
            targets, self._pedal = np.float32(self._nominal.targets) + action, bool(self._nominal.pedal)
        state = self.simulator.step(targets)
        self._record.add(targets[None], np.array([self._pedal]), state.key_pressed[None])
        terms = self._reward_terms(step, state)
        info: dict[str, Any] = {"reward_terms": terms}
        is_over = self._record.steps == len(self._roll)
        if is_over:
            info["score"] = self.rollout().metadata["scores"]
        else:
            self._ask_nominal(state)
        return self._observe(state), sum(terms.values(), 0.0), is_over, False, info

    def rollout(self) -> Rollout:
        """Return the steps since `reset`, one at least, as `pianomime plot`, `video` and `replay` read them."""
        return self._record.rollout(self._name)

    def _ask_nominal(self, state: SimulatorState) -> None:
        if self._player is not None:
            step = self._record.steps
            window = roll_window(self._roll, step, self._player.horizon_steps)
            self._nominal = self._player.act(step, window, state)

    def _observe(self, state: SimulatorState) -> Values:
        window = roll_window(self._roll, self._record.steps, self._horizon_steps)
        seen: Values = {
            "goal": window.goal.astype(np.int8),
            "sustain": window.sustain.astype(np.int8),
            "pedal": np.array([self._pedal], dtype=np.int8),
        }
        measured: Values = {
            name: getattr(state, name) for name in ("joint_positions", "joint_velocities", "key_angles")
        }
        if self._player is not None:
            measured["nominal_targets"] = self._nominal.targets
        return seen | {name: clipped(self._seen[name], values) for name, values in measured.items()}

    def _reward_terms(self, step: int, state: SimulatorState) -> dict[str, float]:
        data = self.simulator.data
        terms = {
            "key_press": lambda: key_press_reward(self._roll.goal[step], state.key_angles, state.key_pressed),
            "sustain": lambda: sustain_reward(bool(self._roll.sustain[step]), self._pedal),
            "energy": lambda: energy_reward(
                data.actuator_force[self._actuators], data.actuator_velocity[self._actuators]
            ),
            "forearm": lambda: forearm_reward(self._forearms_touch()),
            "fingertips": lambda: self._fingertip_reward(step),
        }
        return {name: weight * terms[name]() for name, weight in asdict(self._reward).items() if weight}

    def _forearms_touch(self) -> bool:
        bodies = self.simulator.model.geom_bodyid[self.simulator.data.contact.geom]
        return bool((np.sort(bodies, axis=1) == np.sort(self._forearms)).all(axis=1).any())

    def _fingertip_reward(self, step: int) -> float:
        # Row t + 1 of a demonstration is the end of step t; the last step's end is in none.
        if self._human is None or step + 1 == len(self._human.time_s):
            return 0.0
        human_m = self._human.points_m[step + 1, :, 1:].astype(np.float64)
        return fingertip_reward(self._fingertips.positions_m(), human_m, self._human.valid[step + 1])
