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

"""The subcommands that play many songs without a viewer, and their options."""

import argparse
import math
import os
from pathlib import Path
from typing import Any, TypeAlias

from pianomime.commands.shared_arguments import CONTROLLER_HELP, add_choice, add_hand_collisions, add_model
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER

_Subparsers: TypeAlias = "argparse._SubParsersAction[Any]"

_CAUSES = """\
A note-frame is one key in one frame of 50 ms. Its cause is the first that fits:
  missed: wanted, not pressed
    no finger           the fingering gave the note to nobody
    let go on purpose   the finger was to leave the note before its end
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
note: the first two causes and the numbers by finger are missing."""


def add_evaluate(commands: _Subparsers) -> Any:
    """`pianomime evaluate MIDI... --controller NAME`."""
    parser = commands.add_parser(
        "evaluate",
        allow_abbrev=False,
        help="score a controller on many songs",
        description="Play songs as fast as the machine can and print a row of scores for each: the same every time.",
    )
    parser.add_argument(
        "midi",
        nargs="+",
        type=Path,
        metavar="MIDI",
        help="MIDI files, demonstrations (.npz), or folders of what the controller plays",
    )
    add_choice(parser)
    parser.add_argument("--controller", required=True, metavar="NAME", help=CONTROLLER_HELP.split(";")[0])
    add_model(parser)
    add_hand_collisions(parser)
    parser.add_argument("--rollouts", type=Path, metavar="DIR", help="write what was played, one file for each song")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write scores, settings and versions")
    _add_jobs(parser)
    return parser


def add_diagnose(commands: _Subparsers) -> Any:
    """`pianomime diagnose FILE...`."""
    parser = commands.add_parser(
        "diagnose",
        allow_abbrev=False,
        help="say where a controller loses its frames",
        description="Play songs as `evaluate` does, or read rollouts, and count every missed and\n"
        "wrong note-frame and every onset by its cause; the songs follow, worst first.",
        epilog=_CAUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="MIDI files or rollouts (.npz), or folders of them"
    )
    add_choice(parser)
    parser.add_argument(
        "--controller", default=DEFAULT_CONTROLLER, metavar="NAME", help=f"of MIDI files: {CONTROLLER_HELP}"
    )
    add_model(parser)
    add_hand_collisions(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all counts, settings and versions")
    _add_jobs(parser)
    return parser


def add_refine(commands: _Subparsers) -> Any:
    """`pianomime refine SONG.mid... --out ROLLOUT.npz`."""
    parser = commands.add_parser(
        "refine",
        allow_abbrev=False,
        help="search for a better performance of a song, offline",
        description="Improve what the planner plays by search in the simulator, from the beginning of a song on.\n"
        "The rollout is whole from the first moments on; whenever the command ends, by Ctrl-C, too,\n"
        "the same command goes on from there (beside the rollout stands a checkpoint, *.partial).\n"
        "With a folder as --out, every song of files and folders is refined, and scores.json is written.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "songs", nargs="+", metavar="SONG.mid", help="a MIDI file or bundled song; many files and folders for a folder"
    )
    add_choice(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="ROLLOUT.npz", help="the rollout, or a folder for one for each song"
    )
    parser.add_argument(
        "--budget", type=_seconds, metavar="SECONDS", help="stop after this time, of all songs together; default: never"
    )
    parser.add_argument(
        "--effort", type=_positive, metavar="N", help="simulated steps for each step of music; default 40"
    )
    parser.add_argument("--seed", type=_whole, default=0, metavar="N", help="of the search; default %(default)s")
    add_hand_collisions(parser)
    workers = parser.add_mutually_exclusive_group()
    _add_jobs(workers)
    workers.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="songs over the machines of a Ray cluster instead (HOST:PORT, auto or local; needs the extra 'ray'): "
        "all of them must see the folder of --out",
    )
    return parser


def _add_jobs(parser: argparse._ActionsContainer) -> None:
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--jobs", type=_positive, default=cores, metavar="N", help=f"songs at a time; default {cores}")


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds
