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

"""Plays one song with one controller: the loop of docs/architecture.md, in process."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from pianomime.episodes.episode_record import EpisodeRecord
from pianomime.episodes.matched_controller import MatchedController
from pianomime_core.goal_window import GoalRows, roll_window
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.controller import Action, Controller

OnStep = Callable[[int, SimulatorState], bool | None]


def play_episode(
    simulator: Simulator,
    controller: Controller,
    roll: PianoRoll,
    on_step: OnStep | None = None,
    controller_name: str = "",
) -> Rollout:
    """Play a piano roll from its first to its last row; deterministic.

    Args:
        simulator: Reset to the initial joint positions of the controller.
        controller: Its joints and targets are matched with the simulator's by name.
        roll: The goal: (T, 88) keys and velocities, and (T,) pedal.
        on_step: Called with t and the state at the end of step t, for progress and viewers; True ends the episode.
        controller_name: Name for the metadata.

    Raises:
        UserError: The controller was made for other hands than the simulator's.
    """
    player = MatchedController(controller, simulator)

    def window(step: int) -> GoalRows:
        return roll_window(roll, step, player.horizon_steps)

    record = EpisodeRecord(simulator, roll, player.start(window(0)))
    for played in played_steps(simulator, player, window, record):
        if on_step is not None and on_step(played.step, played.state):
            break
    return record.rollout(controller_name)


class PlayedStep(NamedTuple):
    """A step that has just been played: its goal window, what was done, and the state at its end."""

    step: int
    window: GoalRows
    action: Action
    state: SimulatorState


def played_steps(
    simulator: Simulator, player: MatchedController, window: Callable[[int], GoalRows], record: EpisodeRecord
) -> Iterator[PlayedStep]:
    """Play into an empty record until it is full, and yield each step.

    Args:
        simulator: Reset to the start of the record.
        player: Has started.
        window: Called with t at the beginning of step t; returns its goal window, of at least the player's horizon.
        record: Gets what is played.
    """
    state = simulator.reset(record.start)
    for step in range(len(record.roll)):
        rows = window(step)
        action = player.act(step, rows, state)
        # Rounded to the precision of rollout files, so that a replay uses exactly the same numbers.
        targets = action.rows().astype(np.float32)
        parts = list(simulator.play(targets))
        state = parts[-1]
        record.add(targets, action.pedal_rows(), np.array([part.key_pressed for part in parts]))
        yield PlayedStep(step, rows, action, state)
