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

"""`pianomime live --no-ros`: plays along with a MIDI keyboard in one process."""

import signal
import sys
from pathlib import Path

from rich.console import Console

from pianomime.commands.paced_display import paced_display
from pianomime.episodes.interrupts import signal_exit_code
from pianomime.episodes.live_episode import play_live_episode
from pianomime.episodes.postponed_signals import PostponedSignals
from pianomime.files.models import model_folder
from pianomime.graph.graph_options import LONGEST_SESSION_S, LiveOptions
from pianomime.reports.score_table import song_table
from pianomime.terminal import notice, write_result
from pianomime_core.goal_window import GoalRows
from pianomime_core.timing import FRAMES_PER_SECOND
from pianomime_description.variant import SceneConfig
from pianomime_midi.keyboard_events import KeyboardConfig, KeyboardEvents
from pianomime_midi.live_goal import live_goal
from pianomime_midi.live_music import PORT_POLL_PERIOD_S, LiveMusic
from pianomime_midi.midi_input import MidiInput
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.warm_up import ready_controller
from pianomime_sim.scoreboard import Scoreboard

_PORT_POLL_STEPS = round(PORT_POLL_PERIOD_S * FRAMES_PER_SECOND)


def play_live_solo(options: LiveOptions, delay_s: float, title: str, json: Path | None = None) -> int:
    """Play along until Ctrl-C, print the table with this title and return the exit code; a signal ends the session,
    and what was played until then is scored and written. `json` is the file for the score, as for `write_result`.

    Raises:
        UserError: The MIDI port cannot be opened.
    """
    scene = SceneConfig(hand_collisions=options.hand_collisions)
    console = Console()
    model = model_folder(options.controller, options.model)
    controller = ready_controller(options.controller, scene, lambda line: notice(line, console), model, options.setting)
    music = LiveMusic(
        MidiInput(options.port, options.virtual),
        KeyboardEvents(KeyboardConfig(channel=options.channel or None, transpose=options.transpose), _warn),
        live_goal(round(delay_s * FRAMES_PER_SECOND), options.setting),
    )
    scoreboard = Scoreboard(round(LONGEST_SESSION_S * FRAMES_PER_SECOND), trim=True)
    signals = PostponedSignals()

    def on_step(step: int, state: SimulatorState, window: GoalRows) -> bool:
        if step % _PORT_POLL_STEPS == 0 and (words := music.poll()):
            _warn(words)
        display.show(step, state, window, scoreboard.card().as_dict() if scoreboard.begun else {})
        return signals.received is not None

    try:
        with paced_display(options, scene, console, steps=None, real_time=True) as display, signals:
            notice(f"the robot listens to {music.port.name!r}: play, and end with Ctrl-C", console)
            simulator = Simulator(scene)
            rollout = play_live_episode(simulator, controller, music.window, scoreboard, on_step, options.controller)
            ending, signals.received = signals.received, None
    finally:
        music.close()
    if rollout is None:
        print("pianomime: nothing was played, so there is no score", file=sys.stderr)
    else:
        card = scoreboard.card()
        console.print(song_table(title, card, display.missed_deadlines))
        played = {"delay_s": delay_s, "controller": options.controller, **card.as_dict()}
        write_result(json, {**played, "missed_deadlines": display.missed_deadlines})
        if options.rollout is not None:
            rollout.save(options.rollout)
    return 0 if ending in (None, signal.SIGINT) else signal_exit_code(ending)


def _warn(words: str) -> None:
    print(f"pianomime: {words}", file=sys.stderr)
