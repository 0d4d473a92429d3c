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

"""Plays many songs with a controller, deterministically and as fast as possible: its scores, or its errors by cause."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from pianomime.episodes.episode import play_episode
from pianomime.episodes.song_pool import SongTask, play_songs
from pianomime.files.models import model_folder
from pianomime.files.outputs import check_file, keep_apart, make_folder
from pianomime.files.shared_files import MIDI_SUFFIXES
from pianomime.files.songs import collect_songs, read_each, read_score
from pianomime.reports.error_report import SongErrors
from pianomime.reports.likeness import likeness
from pianomime.reports.note_scores import note_scores
from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.key_events import HEARD_RAD, KeyEvent, KeyEventDetector, played_notes
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import PianoRoll, piano_roll, trim_silence
from pianomime_core.song_file import DEMONSTRATION_SUFFIX, is_demonstration
from pianomime_core.timing import CONTROL_TIMESTEP_S, PHYSICS_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.controller import ReportsFingering
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.controllers.specs import ours_that_need
from pianomime_sim.rollout_metadata import versions


@dataclass(frozen=True)
class EvaluateOptions:
    """What to play, and how; all but `disturbance` are options of `pianomime evaluate`.

    Attributes:
        midi: Files and folders.
        controller: Name of a controller.
        model: Folder of the networks of a trained controller; None for the bundled one.
        hand_collisions: Whether fingers and hands collide with one another.
        rollouts: Folder for one rollout file per song; None for none.
        json: Output file for scores, settings and versions; None for none.
        jobs: Songs played in parallel processes; does not affect any number.
        choice: Tracks and channels of MIDI files to play.
        disturbance: Deviations of the robot from its model.
    """

    midi: tuple[Path, ...]
    controller: str
    model: Path | None = None
    hand_collisions: bool = False
    rollouts: Path | None = None
    json: Path | None = None
    jobs: int = 1
    choice: Choice = EVERYTHING_FOR_A_PIANO
    disturbance: Disturbance = field(default_factory=Disturbance)


@dataclass(frozen=True)
class _Task(SongTask):
    model: Path | None


@dataclass(frozen=True)
class _ScoredTask(_Task):
    disturbance: Disturbance
    rollout: Path | None
    file: Path
    written: tuple[Note, ...]  # as in the score: the piano roll's frames round


def report(options: EvaluateOptions, console: Console) -> dict[str, Any]:
    """Play every song and return versions, settings, scores of each song, their unweighted means, and the error of
    each file that was left out, if any.

    Args:
        options: What to play; `json` is left to the caller.
        console: Shows the progress.

    Raises:
        UserError: No valid MIDI file, bad controller or model, or a file that cannot be written or would overwrite
            another; always before the first song.
    """
    scene = SceneConfig(hand_collisions=options.hand_collisions)
    of_demonstrations = options.controller in ours_that_need("demonstration")
    kind = ("demonstration", (DEMONSTRATION_SUFFIX,)) if of_demonstrations else ("MIDI file", MIDI_SUFFIXES)
    songs = collect_songs(options.midi, *kind)
    rollouts = {} if options.rollouts is None else {song: options.rollouts / f"{song}.npz" for song in songs}
    keep_apart([("--json", options.json), *(("--rollouts", path) for path in rollouts.values())], songs.values())
    if of_demonstrations and options.model is not None:
        raise UserError(f"controller {options.controller!r} takes no model, but {str(options.model)!r} is given")
    model = None if of_demonstrations else model_folder(options.controller, options.model)
    if not of_demonstrations:
        make_controller(options.controller, scene, model)  # raises for an unknown name or networks of another robot

    def read(path: Path) -> Score:
        if of_demonstrations:
            make_controller(options.controller, scene, path)
        return trim_silence(read_score(path, options.choice))

    pieces, left_out = read_each(songs, read)
    tasks = [
        _ScoredTask(
            song,
            piano_roll(score, trim=False),
            options.controller,
            scene,
            songs[song] if of_demonstrations else model,
            options.disturbance,
            rollouts.get(song),
            songs[song],
            score.notes,
        )
        for song, score in pieces.items()
    ]
    for task in tasks:
        if task.rollout is not None:
            make_folder(task.rollout.parent, "--rollouts")
            check_file(task.rollout, "--rollouts", ".npz")
    scores = play_songs(tasks, _play, options.jobs, console)
    # Without times or machine names, so that the same command gives the same bytes.
    # Not every song has a pedal score.
    given = {
        name: [song[name] for song in scores.values() if name in song]
        for name in dict.fromkeys(name for song in scores.values() for name in song)
        if name != "frames"
    }
    return {
        **made_by(options.controller, options.model, scene, options.choice, disturbance=asdict(options.disturbance)),
        "songs": [{"song": task.song, **scores[task.song]} for task in tasks],
        "mean": {name: math.fsum(values) / len(values) for name, values in given.items()},
        **({"left_out": left_out} if left_out else {}),
    }


def played_errors(
    rolls: Mapping[str, PianoRoll], controller: str, scene: SceneConfig, model: Path | None, jobs: int, console: Console
) -> dict[str, SongErrors]:
    """Play every song of at least one, and return its errors; arguments are as for `EvaluateOptions` and `report`."""
    tasks = [_Task(song, roll, controller, scene, model) for song, roll in rolls.items()]
    return play_songs(tasks, _play_for_errors, jobs, console)


def made_by(
    controller: str, model: Path | None, scene: SceneConfig, choice: Choice, **others: Any
) -> dict[str, dict[str, Any]]:
    """Return the versions and settings that determine the numbers of a report, ready for JSON."""
    settings = {
        "controller": controller,
        "model": None if model is None else str(model),
        **asdict(scene),
        **({"choice": asdict(choice)} if choice else {}),
        **others,
        "control_timestep_s": CONTROL_TIMESTEP_S,
    }
    return {"versions": versions(), "settings": settings}


def _play(task: _ScoredTask) -> dict[str, float]:
    controller = make_controller(task.controller, task.scene, task.model)
    detector, events = KeyEventDetector(HEARD_RAD), list[KeyEvent]()

    def observe(state: SimulatorState) -> None:
        events.extend(detector.update(state.time_s, state.key_angles, state.key_velocities))

    simulator = DisturbedSimulator(task.disturbance, task.scene, observe)
    rollout = play_episode(simulator, controller, task.roll, controller_name=task.controller)
    if task.rollout is not None:
        rollout.save(task.rollout)
    scores: dict[str, float] = dict(rollout.metadata["scores"])
    # A key may strike in the last physics step.
    heard = played_notes(events, len(rollout.targets) * rollout.dt + PHYSICS_TIMESTEP_S)
    scores |= note_scores(task.written, heard.notes).as_dict()
    if is_demonstration(task.file):
        scores |= likeness(task.file, rollout, DisturbedSimulator(task.disturbance, task.scene))
    return scores


def _play_for_errors(task: _Task) -> SongErrors:
    controller = make_controller(task.controller, task.scene, task.model)
    rollout = play_episode(Simulator(task.scene), controller, task.roll, controller_name=task.controller)
    return SongErrors.of(rollout, controller.assignments() if isinstance(controller, ReportsFingering) else None)
