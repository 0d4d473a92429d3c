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

"""Plays live music with one controller, in process: the loop of `episode`, with windows known step by step."""

from collections.abc import Callable

from pianomime.episodes.episode import played_steps
from pianomime.episodes.episode_record import EpisodeRecord
from pianomime.episodes.matched_controller import MatchedController
from pianomime_core.goal_window import GoalRows
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.controller import Controller
from pianomime_sim.scoreboard import Scoreboard

OnLiveStep = Callable[[int, SimulatorState, GoalRows], bool | None]


def play_live_episode(
    simulator: Simulator,
    controller: Controller,
    window: Callable[[int], GoalRows],
    scoreboard: Scoreboard,
    on_step: OnLiveStep,
    controller_name: str = "",
) -> Rollout | None:
    """Play what the windows say, until `on_step` says so.

    Args:
        simulator: Reset to the initial joint positions of the controller.
        controller: Its joints and targets are matched with the simulator's by name.
        window: Called with t at the beginning of step t; returns its goal window, of at least the controller's horizon.
        scoreboard: Empty; its length is that of the longest episode.
        on_step: Called with t, the state at the end of step t and the window; it waits for the end of the step, and
            True ends the episode.
        controller_name: Name for the metadata.

    Returns:
        The steps played with the score of the scoreboard; None if that has nothing to score.

    Raises:
        UserError: The controller was made for other hands than the simulator's.
    """
    player = MatchedController(controller, simulator)
    roll = PianoRoll(scoreboard.goal, scoreboard.goal_pedal)
    record = EpisodeRecord(simulator, roll, player.start(window(0)))
    for step, rows, action, state in played_steps(simulator, player, window, record):
        scoreboard.expect(step, rows.goal, rows.sustain)
        scoreboard.record(step, state.key_pressed, bool(action.pedal_rows()[-1]))
        if on_step(step, state, rows):
            break
    return record.rollout(controller_name, scoreboard.card()) if scoreboard.begun else None
