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

"""`pianomime diagnose`: plays songs or reads rollouts, and counts every error by its cause."""

import operator
from dataclasses import asdict, dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from rich.console import Console

from pianomime.episodes.episode import play_episode
from pianomime.episodes.song_pool import SongTask, play_songs
from pianomime.files.models import model_folder
from pianomime.files.outputs import check_file, keep_apart, write_json
from pianomime.files.songs import MIDI_SUFFIXES, collect_songs, read_each, read_song
from pianomime.reports.error_report import SongErrors, causes_table, onsets_table, songs_table
from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import ReportsFingering
from pianomime_policy.controllers.registry import make_controller
from pianomime_sim.rollout_metadata import versions

ROLLOUT_SUFFIX = ".npz"


@dataclass(frozen=True)
class DiagnoseOptions:
    """Options of `pianomime diagnose`.

    Attributes:
        files: MIDI files, or rollouts, and folders of either.
        controller: Name of the controller, for MIDI files.
        model: Folder of the networks of a trained controller; None for the bundled one.
        hand_collisions: Whether fingers and hands collide with one another, for MIDI files.
        json: Output file for the counts; None for none.
        jobs: Songs played in parallel processes; does not affect any number.
        choice: Tracks and channels of MIDI files to play.
    """

    files: tuple[Path, ...]
    controller: str
    model: Path | None = None
    hand_collisions: bool = False
    json: Path | None = None
    jobs: int = 1
    choice: Choice = EVERYTHING_FOR_A_PIANO


@dataclass(frozen=True)
class _Task(SongTask):
    model: Path | None


def diagnose(options: DiagnoseOptions) -> int:
    """Play every song or read every rollout, print the tables and write the output file; return the exit code, 1 if a
    file was left out.

    Raises:
        UserError: No valid MIDI file or rollout, MIDI files and rollouts together, bad controller or model, or a file
            that cannot be written or would overwrite another; always before the first song.
    """
    console = Console()
    if options.json is not None:
        check_file(options.json, "--json", ".json")
    files = collect_songs(options.files, "MIDI file or rollout", (*MIDI_SUFFIXES, ROLLOUT_SUFFIX))
    keep_apart([("--json", options.json)], files.values())
    recorded = {path.suffix.lower() == ROLLOUT_SUFFIX for path in files.values()}
    if len(recorded) > 1:
        raise UserError("MIDI files and rollouts (.npz) cannot be diagnosed together: give the one or the other")
    if True in recorded:
        if options.choice:
            raise UserError("rollouts have no tracks and channels to choose from")
        title, made_by = "rollouts", {}
        songs, left_out = read_each(files, lambda path: SongErrors.of(Rollout.load(path)))
    else:
        scene = SceneConfig(hand_collisions=options.hand_collisions)
        title = f"{options.controller}, hand collisions {'on' if options.hand_collisions else 'off'}"
        made_by = _made_by(options, scene)
        model = model_folder(options.controller, options.model)
        make_controller(options.controller, scene, model)  # raises for an unknown name or networks of another robot
        rolls, left_out = read_each(files, lambda path: read_song(path, options.choice))
        songs = _played(rolls, options, scene, model, console)
    total = reduce(operator.add, (song.errors for song in songs.values()))
    console.print(causes_table(title, len(songs), total))
    if total.reference_by_finger is None:
        console.print(
            "Fingers unknown: notes without a finger, or released on purpose, are counted under the other causes.\n"
        )
    console.print(onsets_table(total))
    console.print(songs_table(songs, total))
    if options.json is not None:
        found = [{"song": song, **errors.as_dict()} for song, errors in songs.items()]
        failed = {"left_out": left_out} if left_out else {}
        write_json(options.json, {**made_by, "total": total.as_dict(), "songs": found, **failed})
    return 1 if left_out else 0


def _made_by(options: DiagnoseOptions, scene: SceneConfig) -> dict[str, Any]:
    settings = {
        "controller": options.controller,
        "model": None if options.model is None else str(options.model),
        **asdict(scene),
        **({"choice": asdict(options.choice)} if options.choice else {}),
        "control_timestep_s": CONTROL_TIMESTEP_S,
    }
    return {"versions": versions(), "settings": settings}


def _played(
    rolls: dict[str, PianoRoll], options: DiagnoseOptions, scene: SceneConfig, model: Path | None, console: Console
) -> dict[str, SongErrors]:
    tasks = [_Task(song, roll, options.controller, scene, model) for song, roll in rolls.items()]
    return play_songs(tasks, _play, options.jobs, console)


def _play(task: _Task) -> SongErrors:
    controller = make_controller(task.controller, task.scene, task.model)
    rollout = play_episode(Simulator(task.scene), controller, task.roll, controller_name=task.controller)
    return SongErrors.of(rollout, controller.assignments() if isinstance(controller, ReportsFingering) else None)
