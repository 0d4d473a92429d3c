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

"""Plays songs and counts every error by its cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pianomime.episodes.episode import play_episode
from pianomime.episodes.song_pool import SongTask, play_songs
from pianomime.reports.error_report import SongErrors
from pianomime_core.piano_roll import PianoRoll
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import ReportsFingering
from pianomime_policy.controllers.registry import make_controller


@dataclass(frozen=True)
class _Task(SongTask):
    model: Path | None


def played_errors(
    rolls: Mapping[str, PianoRoll], controller: str, scene: SceneConfig, model: Path | None, jobs: int, console: Console
) -> dict[str, SongErrors]:
    """Return the errors of a controller by song.

    Args:
        rolls: The songs, at least one.
        controller: Name of the controller.
        scene: The scene.
        model: As for `make_controller`.
        jobs: Songs played in parallel processes; does not affect any number.
        console: Shows the progress.
    """
    tasks = [_Task(song, roll, controller, scene, model) for song, roll in rolls.items()]
    return play_songs(tasks, _play, jobs, console)


def _play(task: _Task) -> SongErrors:
    controller = make_controller(task.controller, task.scene, task.model)
    rollout = play_episode(Simulator(task.scene), controller, task.roll, controller_name=task.controller)
    return SongErrors.of(rollout, controller.assignments() if isinstance(controller, ReportsFingering) else None)
