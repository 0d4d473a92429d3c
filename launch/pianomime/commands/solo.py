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

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pianomime.episodes.episode import play_episode
from pianomime.episodes.interrupts import signal_exit_code
from pianomime.episodes.postponed_signals import PostponedSignals
from pianomime.files.models import model_folder
from pianomime.files.songs import read_song
from pianomime.graph.graph_options import PlayOptions
from pianomime.reports.likeness import likeness
from pianomime.reports.score_table import song_table
from pianomime_core.metrics import RunningScore, score
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.warm_up import ready_controller
from pianomime_sim.viewers import Snapshot, Viewer, open_viewer

_ROWS_SHOWN = 40


def play_solo(options: PlayOptions, real_time: bool) -> int:
    """Play a song in this process, show it, print the table and return the exit code. A signal ends the song; what was
    played until then is scored and written.

    Args:
        options: As for `play`.
        real_time: Play in real time even without a viewer. With a viewer this is the default unless `options.sync`.
    """
    scene = SceneConfig(hand_collisions=options.hand_collisions)
    roll = read_song(options.midi, options.choice)
    console = Console()
    model = model_folder(options.controller, options.model)
    controller = ready_controller(options.controller, scene, lambda line: console.print(line, highlight=False), model)
    signals = PostponedSignals()
    with _viewer(options, scene) as viewer, _progress(console) as progress, signals:
        paced = not options.sync and (real_time or viewer is not None)
        display = _PacedDisplay(roll, viewer, paced, progress, signals)
        rollout = play_episode(Simulator(scene), controller, roll, display.on_step, options.controller)
        ending, signals.received = signals.received, None
    card = score(rollout.goal, rollout.pressed, rollout.goal_pedal, rollout.pedal)
    console.print(
        song_table(
            f"{options.midi.stem}, {options.controller}",
            card,
            display.missed_deadlines,
            likeness(options.midi, rollout, Simulator(scene)),
        )
    )
    if options.rollout is not None:
        rollout.save(options.rollout)
    return 0 if ending is None else signal_exit_code(ending)


class _PacedDisplay:
    """Paces the performance and shows it.

    Attributes:
        missed_deadlines: Number of steps that were not ready in time.
    """

    def __init__(
        self, roll: PianoRoll, viewer: Viewer | None, paced: bool, progress: Progress, signals: PostponedSignals
    ) -> None:
        self._signals = signals
        self._roll = roll
        self._viewer = viewer
        self._paced = paced
        self._progress = progress
        self._bar = progress.add_task("playing", total=len(roll.goal))
        self._start_s: float | None = None
        self._score = RunningScore()
        self.missed_deadlines = 0

    def on_step(self, step: int, state: SimulatorState) -> bool:
        if self._paced:
            self._wait_for_end_of(step)
        self._progress.update(self._bar, completed=step + 1)
        self._score.update(self._roll.goal[step], state.key_pressed)
        if self._viewer is not None and self._viewer.is_open:
            self._viewer.update(
                Snapshot(
                    time_s=state.time_s,
                    joint_positions=state.joint_positions,
                    key_angles=state.key_angles,
                    pressed=state.key_pressed,
                    wanted=self._roll.goal[step],
                    coming=self._roll.goal[step + 1 : step + 1 + _ROWS_SHOWN],
                    score={**self._score.card().as_dict(), "missed_deadlines": self.missed_deadlines},
                )
            )
        return self._signals.received is not None

    def _wait_for_end_of(self, step: int) -> None:
        # Absolute deadlines: a late step does not shift the following ones. Time starts when step 0 is ready.
        now = time.monotonic()
        if self._start_s is None:
            self._start_s = now
        left_s = self._start_s + step * CONTROL_TIMESTEP_S - now
        if left_s < 0:
            self.missed_deadlines += 1
        else:
            time.sleep(left_s)


@contextmanager
def _viewer(options: PlayOptions, scene: SceneConfig) -> Iterator[Viewer | None]:
    if options.viewer == "none":
        yield None
        return
    viewer = open_viewer(
        options.viewer, scene, host=options.viewer_host, port=options.viewer_port, names=options.viewer_names
    )
    try:
        yield viewer
    finally:
        viewer.close()


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)
