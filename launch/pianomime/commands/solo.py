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

"""`pianomime play --no-ros`: plays a song in one process."""

from pathlib import Path

from rich.console import Console

from pianomime.commands.paced_display import ROWS_SHOWN, paced_display
from pianomime.episodes.episode import play_episode
from pianomime.episodes.interrupts import signal_exit_code
from pianomime.episodes.listener import Listener
from pianomime.episodes.postponed_signals import PostponedSignals
from pianomime.files.models import model_folder
from pianomime.files.songs import read_score
from pianomime.graph.graph_options import PlayOptions
from pianomime.reports.likeness import likeness
from pianomime.reports.score_table import song_table
from pianomime.terminal import notice, write_result
from pianomime_core.goal_window import roll_window
from pianomime_core.metrics import RunningScore, score
from pianomime_core.piano_roll import piano_roll, trim_silence
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.warm_up import ready_controller


def play_solo(options: PlayOptions, real_time: bool, json: Path | None = None) -> int:
    """Play a song in this process, show it, print the table and return the exit code. A signal ends the song; what was
    played until then is scored and written.

    Args:
        options: As for `play`.
        real_time: Play in real time even without a viewer. With a viewer this is the default unless `options.sync`.
        json: File for the score, as for `write_result`.
    """
    scene = SceneConfig(hand_collisions=options.hand_collisions)
    written = trim_silence(read_score(options.midi, options.choice, options.setting.reading))
    roll = piano_roll(written, trim=False)
    console = Console()
    model = model_folder(options.controller, options.model)
    controller = ready_controller(options.controller, scene, lambda line: notice(line, console), model, options.setting)
    shown = RunningScore()
    paced = not options.sync and (real_time or options.viewer != "none")
    signals, listener = PostponedSignals(), Listener()

    def on_step(step: int, state: SimulatorState) -> bool:
        shown.update(roll.goal[step], state.key_pressed)
        display.show(step, state, roll_window(roll, step, 1 + ROWS_SHOWN), shown.card().as_dict())
        return signals.received is not None

    with paced_display(options, scene, console, steps=len(roll), real_time=paced) as display, signals:
        simulator = ObservedSimulator(listener.observe, scene)
        rollout = play_episode(simulator, controller, roll, on_step, options.controller)
        ending, signals.received = signals.received, None
    card = score(*rollout.frames())
    distance = likeness(options.midi, rollout, Simulator(scene))
    title = f"{options.midi.stem}, {options.controller}"
    # Only now: scipy takes a second, for which no music should wait.
    from pianomime.reports.heard import Heard
    from pianomime.reports.heard_table import print_song

    heard = Heard.of(written, rollout, listener)
    print_song(console, song_table(title, card, display.missed_deadlines, distance), heard)
    played = {"song": options.midi.stem, "controller": options.controller, **card.as_dict(), **distance}
    write_result(json, {**played, "missed_deadlines": display.missed_deadlines, "heard": heard.as_dict()})
    if options.rollout is not None:
        rollout.save(options.rollout)
    return 0 if ending is None else signal_exit_code(ending)
