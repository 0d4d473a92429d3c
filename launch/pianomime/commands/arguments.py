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

"""What the `pianomime` command understands: its subcommands, their options and their help."""

import argparse
import importlib.metadata
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pianomime.commands.batch_arguments import add_diagnose, add_evaluate, add_refine
from pianomime.commands.follow_arguments import add_follow
from pianomime.commands.live_arguments import add_live
from pianomime.commands.perceive import add_perceive
from pianomime.commands.rollout_arguments import add_plot, add_sound, add_video
from pianomime.commands.shared_arguments import (
    CONTROLLER_HELP,
    add_choice,
    add_hand_collisions,
    add_model,
    add_no_ros,
    add_viewer,
    add_watching,
)
from pianomime.commands.sound_options import add_sound_arguments
from pianomime.commands.transcribe import add_transcribe
from pianomime.commands.urdf import add_urdf
from pianomime.files.songs import DEFAULT_SONG, bundled_songs
from pianomime_core.errors import UserError, did_you_mean
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are our errors: one line, no usage text around it."""

    def error(self, message: str) -> NoReturn:
        if choice := re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message):
            guess = did_you_mean(choice[1], re.findall(r"'([^']*)'", choice[2]))
            message = message.replace("(choose from", f"{guess}(choose from")
        raise UserError(f"{message} (see {self.prog} --help)")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; `command` is the subcommand. Without arguments, print the help and exit.

    Raises:
        UserError: They are not understood.
    """
    parser = _Parser(prog="pianomime", description="Two robot hands play the piano.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"pianomime {importlib.metadata.version('pianomime')}")
    commands = parser.add_subparsers(dest="command", metavar="{" + ",".join(_SUBCOMMANDS) + "}", required=True)
    subparsers = {name: add(commands) for name, add in _SUBCOMMANDS.items()}
    if not arguments:
        parser.print_help()
        parser.exit()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        legal = [text for action in subparsers[options.command]._actions for text in action.option_strings]
        guess = did_you_mean(unknown[0], legal)
        raise UserError(f"unknown argument {unknown[0]!r}: {guess}{options.command} has the options {', '.join(legal)}")
    return options


def _add_play(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser = commands.add_parser(
        "play",
        allow_abbrev=False,
        help="play a song before your eyes",
        description="Play a song: simulator, controller and notes run as ROS 2 nodes, each in a process of its own.",
    )
    parser.add_argument(
        "song",
        nargs="?",
        metavar="SONG.mid",
        help=f"a MIDI file, or one of the bundled songs {', '.join(bundled_songs())}; default {DEFAULT_SONG}",
    )
    add_choice(parser)
    parser.add_argument("--controller", default=DEFAULT_CONTROLLER, metavar="NAME", help=CONTROLLER_HELP)
    add_model(parser)
    parser.add_argument(
        "--demo", type=Path, metavar="FILE.npz", help="the demonstration that controller demo plays, notes and fingers"
    )
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument(
        "--sync", action="store_true", help="the simulator waits for every command: same result each time"
    )
    pace.add_argument("--real-time", action="store_true", help="20 steps a second, whoever is late (default)")
    add_viewer(parser)
    add_no_ros(parser)
    add_hand_collisions(parser)
    add_sound_arguments(parser)
    return parser


def _add_live(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser: _Parser = add_live(commands)
    add_no_ros(parser)
    add_model(parser)
    add_viewer(parser)
    add_hand_collisions(parser)
    add_sound_arguments(parser)
    return parser


def _add_follow(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser: _Parser = add_follow(commands)
    add_watching(parser)
    add_hand_collisions(parser)
    return parser


def _add_replay(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    parser = commands.add_parser(
        "replay",
        allow_abbrev=False,
        help="play a rollout again",
        description="Play a rollout again and check that the same keys go down: exit code 0 if they do, 1 if not.",
    )
    parser.add_argument("rollout", type=Path, metavar="FILE.npz", help="written by play, evaluate or refine")
    return parser


def _add_doctor(commands: "argparse._SubParsersAction[_Parser]") -> _Parser:
    return commands.add_parser(
        "doctor",
        allow_abbrev=False,
        help="check the installation",
        description="Try everything that playing, seeing and hearing needs on this machine, and say what to do about\n"
        "what does not work. Exit code 1 if playing needs something that is broken.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


_SUBCOMMANDS = {
    "play": _add_play,
    "live": _add_live,
    "follow": _add_follow,
    "evaluate": add_evaluate,
    "diagnose": add_diagnose,
    "refine": add_refine,
    "replay": _add_replay,
    "sound": add_sound,
    "plot": add_plot,
    "video": add_video,
    "perceive": add_perceive,
    "transcribe": add_transcribe,
    "urdf": add_urdf,
    "doctor": _add_doctor,
}
