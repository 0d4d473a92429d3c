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

import argparse
import operator
from functools import reduce
from pathlib import Path

from pianomime.commands.command import Command
from pianomime.commands.number_types import add_jobs
from pianomime.commands.robot_options import add_controller, add_setting
from pianomime.commands.song_options import add_tracks
from pianomime.files.outputs import keep_apart
from pianomime.files.shared_files import MIDI_SUFFIXES
from pianomime.terminal import write_result
from pianomime_core.errors import UserError
from pianomime_core.instruments import choice

ROLLOUT_SUFFIX = ".npz"

_CAUSES = """\
A note-frame is one key in one frame of 50 ms. Its cause is the first that fits:
  missed: wanted, not pressed
    no finger           the fingering assigned no finger to the note
    let go on purpose   the plan was to leave the note before its end
    never pressed       not one frame of the note is pressed
    late onset          before the first pressed frame of the note
    released early      after its last pressed frame
    gap in the middle   in between
  wrong: pressed, not wanted
    late release        the key was wanted up to 3 frames before
    early press         the key is wanted within the next 2 frames
    neighbour           a key 1 or 2 keys away is wanted, now or as near as above
    other               none of these
Onsets match within one frame. Rollouts do not say which finger was to play a
note, so the first two causes and the numbers by finger are missing."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    files = "MIDI files, rollouts (.npz), or folders of either"
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=files)
    add_tracks(parser)
    add_controller(parser)
    add_setting(parser)
    add_jobs(parser)


def _run(options: argparse.Namespace) -> int:
    from rich.console import Console

    from pianomime.files.models import model_folder
    from pianomime.files.songs import collect_songs, read_each, read_score
    from pianomime.reports.contact_report import contacts_table
    from pianomime.reports.error_report import SongErrors, causes_table, onsets_table, songs_table
    from pianomime.reports.evaluation import made_by, means, played_errors
    from pianomime.reports.heard_table import heard_tables, stray_lines
    from pianomime_core.piano_roll import trim_silence
    from pianomime_core.rollout import Rollout
    from pianomime_core.setting import Setting
    from pianomime_description.variant import SceneConfig
    from pianomime_policy.controllers.registry import make_controller

    console = Console()
    chosen = choice(options.tracks, options.channels)
    files = collect_songs(options.files, "MIDI file or rollout", (*MIDI_SUFFIXES, ROLLOUT_SUFFIX))
    keep_apart([("--json", options.json)], files.values())
    recorded = {path.suffix.lower() == ROLLOUT_SUFFIX for path in files.values()}
    if len(recorded) > 1:
        raise UserError("MIDI files and rollouts (.npz) cannot be diagnosed together: give the one or the other")
    if True in recorded:
        if chosen:
            raise UserError("rollouts have no tracks and channels to choose from")
        if options.setting is not Setting.BENCHMARK:
            raise UserError(f"rollouts are played already: --setting {options.setting} is for MIDI files")
        title, settings = "rollouts", {}
        songs, left_out = read_each(files, lambda path: SongErrors.of(Rollout.load(path)))
    else:
        scene = SceneConfig(hand_collisions=options.hand_collisions)
        title = f"{options.controller}, hand collisions {'on' if options.hand_collisions else 'off'}"
        settings = made_by(options.controller, options.model, scene, chosen, options.setting)
        model = model_folder(options.controller, options.model)
        # Raises for an unknown name or networks of another robot.
        make_controller(options.controller, scene, model, options.setting)
        written, left_out = read_each(
            files, lambda path: trim_silence(read_score(path, chosen, options.setting.reading))
        )
        songs = played_errors(written, options.controller, scene, model, options.setting, options.jobs, console)
    total = reduce(operator.add, (song.errors for song in songs.values()))
    console.print(causes_table(title, len(songs), total))
    if total.reference_by_finger is None:
        console.print(
            "Fingers unknown: notes without a finger, or released on purpose, are counted under the other causes.\n"
        )
    console.print(onsets_table(total))
    console.print(songs_table(songs, total))
    if heard := {song: errors.heard for song, errors in songs.items() if errors.heard is not None}:
        scores = {song: found.scores.as_dict() for song, found in heard.items()}
        for table in heard_tables(scores, means(scores.values())):
            console.print(table)
        if len(heard) == 1:
            console.print(*(stray_lines(found.strays) for found in heard.values()), highlight=False)
    else:
        console.print("Heard: not measured. A rollout has frames, not the notes as written: give the MIDI file.")
    if contacts := [errors.contacts for errors in songs.values() if errors.contacts is not None]:
        console.print(contacts_table(reduce(operator.add, contacts)))
    found = [{"song": song, **errors.as_dict()} for song, errors in songs.items()]
    failed = {"left_out": left_out} if left_out else {}
    write_result(options.json, {**settings, "total": total.as_dict(), "songs": found, **failed})
    return 1 if left_out else 0


COMMAND = Command(
    "diagnose",
    help="count the errors of a controller by cause",
    description="Play songs as `evaluate` does, or read rollouts, and count every missed and wrong note-frame and "
    "every onset by its cause; then list the songs, worst first, and what is heard of those that were played.",
    examples=(
        "pianomime diagnose songs/",
        "pianomime diagnose songs/ --controller planner --json causes.json",
        "pianomime diagnose songs/ --controller onnx --setting musical",
        "pianomime diagnose song.npz",
    ),
    add_arguments=_add_arguments,
    run=_run,
    result="all counts, settings and versions",
    details=_CAUSES,
)
