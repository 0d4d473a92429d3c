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

"""`pianomime evaluate`: scores a controller on many songs, deterministically and as fast as possible."""

import argparse
from pathlib import Path

from pianomime.commands.command import Command
from pianomime.commands.number_types import add_jobs
from pianomime.commands.robot_options import add_controller, add_setting
from pianomime.commands.song_options import add_tracks
from pianomime.terminal import write_result
from pianomime_core.instruments import choice


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    files = "MIDI files, demonstrations (.npz), or folders of what the controller plays"
    parser.add_argument("midi", nargs="+", type=Path, metavar="MIDI", help=files)
    add_tracks(parser)
    add_controller(parser, default=None, required=True)
    add_setting(parser)
    parser.add_argument("--rollouts", type=Path, metavar="DIR", help="write what was played, one rollout per song")
    parser.add_argument(
        "--expressive",
        action="store_true",
        help="also say how far timing, articulation and dynamics of the outer voices follow the notes as written",
    )
    add_jobs(parser)


def _run(options: argparse.Namespace) -> int:
    from rich.console import Console

    from pianomime.reports.contact_report import contact_scores_table
    from pianomime.reports.evaluation import EvaluateOptions, report
    from pianomime.reports.heard_table import heard_tables, pedal_line, stray_lines
    from pianomime.reports.score_table import evaluation_table
    from pianomime.reports.stray_strikes import StrayStrike

    console = Console()
    chosen = EvaluateOptions(
        midi=tuple(options.midi),
        controller=options.controller,
        model=options.model,
        hand_collisions=options.hand_collisions,
        rollouts=options.rollouts,
        json=options.json,
        jobs=options.jobs,
        choice=choice(options.tracks, options.channels),
        setting=options.setting,
        expressive=options.expressive,
    )
    found = report(chosen, console)
    title = f"{options.controller}, hand collisions {'on' if options.hand_collisions else 'off'}"
    scores = {song["song"]: song for song in found["songs"]}
    console.print(evaluation_table(title, scores, found["mean"]))
    for table in heard_tables(scores, found["mean"]):
        console.print(table)
    if options.hand_collisions:
        console.print(contact_scores_table(scores, found["mean"]))
    if (pedal := pedal_line(scores)) is not None:
        console.print(pedal, highlight=False)
    if len(scores) == 1:
        strays = [StrayStrike(**stray) for stray in found["songs"][0]["stray_strikes"]]
        console.print(stray_lines(strays), highlight=False)
    write_result(options.json, found)
    return 1 if "left_out" in found else 0


COMMAND = Command(
    "evaluate",
    help="score a controller on many songs",
    description="Play songs as fast as the machine can, and print a row of scores for each: of frames of 50 ms, and of "
    "what is heard, strikes timed to 5 ms. The same command gives the same scores every time.",
    examples=(
        "pianomime evaluate songs/ --controller onnx",
        "pianomime evaluate songs/ --controller planner --rollouts out --json out.json",
        "pianomime evaluate sonata.mid --controller onnx --expressive",
        "pianomime evaluate demo.npz --controller demo",
    ),
    add_arguments=_add_arguments,
    run=_run,
    result="scores, settings and versions",
)
