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
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from pianomime.episodes.contact_record import ContactRecord
from pianomime.episodes.episode import play_episode
from pianomime.episodes.listener import Listener
from pianomime.episodes.song_pool import SongTask, play_songs
from pianomime.files.models import model_folder
from pianomime.files.outputs import check_file, keep_apart, make_folder
from pianomime.files.shared_files import MIDI_SUFFIXES
from pianomime.files.songs import collect_songs, read_each, read_score
from pianomime.reports.contact_report import SongContacts, contact_scores
from pianomime.reports.error_report import SongErrors
from pianomime.reports.expressive_scores import expressive_scores
from pianomime.reports.fingers_in_frames import fingers_in_frames
from pianomime.reports.heard import Heard
from pianomime.reports.likeness import likeness
from pianomime_core.error_table import NoteFingers
from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.notes import Score
from pianomime_core.piano_roll import piano_roll, trim_silence
from pianomime_core.setting import Setting
from pianomime_core.song_file import DEMONSTRATION_SUFFIX, is_demonstration
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_policy.controllers.controller import ReadsNotes, ReportsFingering
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
        expressive: Whether to add the expressive scores.
        setting: In which the controller plays.
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
    expressive: bool = False
    setting: Setting = Setting.BENCHMARK


@dataclass(frozen=True)
class _Task(SongTask):
    model: Path | None
    written: Score  # the piano roll's frames round
    setting: Setting


@dataclass(frozen=True)
class _ScoredTask(_Task):
    disturbance: Disturbance
    rollout: Path | None
    file: Path
    expressive: bool


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
        make_controller(
            options.controller, scene, model, options.setting
        )  # raises for an unknown name or networks of another robot

    def read(path: Path) -> Score:
        if of_demonstrations:
            make_controller(options.controller, scene, path, options.setting)
        return trim_silence(read_score(path, options.choice, options.setting.reading))

    pieces, left_out = read_each(songs, read)
    tasks = [
        _ScoredTask(
            song,
            piano_roll(score, trim=False),
            options.controller,
            scene,
            songs[song] if of_demonstrations else model,
            score,
            options.setting,
            options.disturbance,
            rollouts.get(song),
            songs[song],
            options.expressive,
        )
        for song, score in pieces.items()
    ]
    for task in tasks:
        if task.rollout is not None:
            make_folder(task.rollout.parent, "--rollouts")
            check_file(task.rollout, "--rollouts", ".npz")
    played = play_songs(tasks, _play, options.jobs, console)
    # Without times or machine names, so that the same command gives the same bytes.
    return {
        **made_by(
            options.controller,
            options.model,
            scene,
            options.choice,
            options.setting,
            disturbance=asdict(options.disturbance),
        ),
        "songs": [{"song": song, **scores, **heard.strays_as_dict()} for song, (scores, heard) in played.items()],
        "mean": means([scores for scores, _ in played.values()]),
        **({"left_out": left_out} if left_out else {}),
    }


def means(songs: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the unweighted mean of each score but the number of frames, over the songs that have it."""
    given: dict[str, list[float]] = {}
    for scores in songs:
        for name, value in scores.items():
            given.setdefault(name, []).append(value)
    return {name: math.fsum(values) / len(values) for name, values in given.items() if name != "frames"}


def played_errors(
    scores: Mapping[str, Score],
    controller: str,
    scene: SceneConfig,
    model: Path | None,
    setting: Setting,
    jobs: int,
    console: Console,
) -> dict[str, SongErrors]:
    """Play every song of at least one, without silence at its ends, and return its errors; arguments are as for
    `EvaluateOptions` and `report`."""
    tasks = [
        _Task(song, piano_roll(score, trim=False), controller, scene, model, score, setting)
        for song, score in scores.items()
    ]
    return play_songs(tasks, _play_for_errors, jobs, console)


def made_by(
    controller: str, model: Path | None, scene: SceneConfig, choice: Choice, setting: Setting, **others: Any
) -> dict[str, dict[str, Any]]:
    """Return the versions and settings that determine the numbers of a report, ready for JSON."""
    settings = {
        "controller": controller,
        "model": None if model is None else str(model),
        **asdict(scene),
        **({"choice": asdict(choice)} if choice else {}),
        **others,
        **({} if setting is Setting.BENCHMARK else {"setting": str(setting)}),
        "control_timestep_s": CONTROL_TIMESTEP_S,
    }
    return {"versions": versions(), "settings": settings}


def _play(task: _ScoredTask) -> tuple[dict[str, float], Heard]:
    controller = make_controller(task.controller, task.scene, task.model, task.setting)
    listener = Listener()
    simulator = DisturbedSimulator(task.disturbance, task.scene, listener.observe)
    contacts = ContactRecord(simulator) if task.scene.hand_collisions else None
    rollout = play_episode(simulator, controller, task.roll, controller_name=task.controller)
    if task.rollout is not None:
        rollout.save(task.rollout)
    heard = Heard.of(task.written, rollout, listener)
    scores: dict[str, float] = {**rollout.metadata["scores"], **heard.scores.as_dict()}
    if contacts is not None:
        steps = len(rollout.frames().goal)
        scores |= contact_scores(contacts.forces_n(steps), steps).as_dict()
    if task.expressive:
        scores |= expressive_scores(task.written, listener.heard(rollout))
    if is_demonstration(task.file):
        scores |= likeness(task.file, rollout, DisturbedSimulator(task.disturbance, task.scene))
    return scores, heard


def _play_for_errors(task: _Task) -> SongErrors:
    controller = make_controller(task.controller, task.scene, task.model, task.setting)
    listener = Listener()
    simulator = ObservedSimulator(listener.observe, task.scene)
    record = ContactRecord(simulator) if task.scene.hand_collisions else None
    rollout = play_episode(simulator, controller, task.roll, controller_name=task.controller)
    fingers: NoteFingers | None = controller.assignments() if isinstance(controller, ReportsFingering) else None
    frames = rollout.frames()
    if fingers is not None and isinstance(controller, ReadsNotes):
        fingers = fingers_in_frames(fingers, frames.goal)
    contacts = None if record is None else SongContacts.of(record.forces_n(len(frames.goal)), *frames[:2])
    return SongErrors.of(rollout, fingers, Heard.of(task.written, rollout, listener), contacts)
