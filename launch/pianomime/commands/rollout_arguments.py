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

"""The subcommands that turn a rollout into sound, a plot or a video, and their options."""

import argparse
from pathlib import Path
from typing import Any, TypeAlias

from pianomime.reports.video_sizes import DEFAULT_SIZE, SIZES

_Subparsers: TypeAlias = "argparse._SubParsersAction[Any]"


def add_sound(commands: _Subparsers) -> Any:
    """`pianomime sound ROLLOUT.npz --out FILE.wav|FILE.mid`."""
    parser = _add(
        commands, "sound", "make sound or MIDI from a rollout", "Write what the robot pressed as sound or MIDI."
    )
    _add_files(parser, "a WAV or a standard MIDI file", "FILE.wav|FILE.mid")
    _add_soundfont(parser)
    return parser


def add_plot(commands: _Subparsers) -> Any:
    """`pianomime plot ROLLOUT.npz --out FILE.png`."""
    description = "Plot the keys pressed correctly, missed and pressed wrongly, and the paths of the fingertips."
    parser = _add(commands, "plot", "draw a rollout", description)
    _add_files(parser, "the plot", "FILE.png")
    return parser


def add_video(commands: _Subparsers) -> Any:
    """`pianomime video ROLLOUT.npz --out FILE.mp4`."""
    description = "Render a video of a rollout, with the sound of what the robot pressed; needs no display."
    parser = _add(commands, "video", "make a video of a rollout, with sound", description)
    _add_files(parser, "the video", "FILE.mp4")
    parser.add_argument("--size", choices=tuple(SIZES), default=DEFAULT_SIZE, help="default %(default)s")
    _add_soundfont(parser)
    return parser


def _add(commands: _Subparsers, name: str, words: str, description: str) -> Any:
    return commands.add_parser(name, allow_abbrev=False, help=words, description=description)


def _add_files(parser: argparse.ArgumentParser, what: str, name: str) -> None:
    parser.add_argument("rollout", type=Path, metavar="ROLLOUT.npz", help="written by play, evaluate or refine")
    parser.add_argument("--out", type=Path, required=True, metavar=name, help=what)


def _add_soundfont(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--soundfont", type=Path, metavar="FILE.sf2", help="piano soundfont; default: RoboPianist's")
