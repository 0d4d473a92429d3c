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

"""The options specific to `pianomime live`."""

import argparse
from typing import Any, TypeAlias

from pianomime.commands.live_modes import HIGHEST_CHANNEL, MODES, SEMITONES

_Subparsers: TypeAlias = "argparse._SubParsersAction[Any]"


def add_live(commands: _Subparsers) -> Any:
    """`pianomime live [--port NAME]`."""
    parser = commands.add_parser(
        "live",
        allow_abbrev=False,
        help="play along with a MIDI keyboard",
        description="The robot plays what is played on a MIDI keyboard. Ctrl-C ends the session with a score.",
    )
    port = parser.add_mutually_exclusive_group()
    port.add_argument(
        "--port", default="", metavar="NAME", help="MIDI port, by name or part of it; default: the only one"
    )
    port.add_argument("--virtual", default="", metavar="NAME", help="create a MIDI port for other programs to play on")
    port.add_argument("--list", action="store_true", help="print the MIDI ports and exit")
    modes = "; ".join(f"{name}: {mode.words}" for name, mode in MODES.items())
    parser.add_argument("--mode", choices=tuple(MODES), default=next(iter(MODES)), help=f"{modes}; default %(default)s")
    parser.add_argument("--delay", type=float, metavar="SECONDS", help="default: the controller's lookahead")
    parser.add_argument("--channel", type=_channel, default=0, metavar="N", help="use only this MIDI channel, 1..16")
    parser.add_argument(
        "--transpose", type=_semitones, default=0, metavar="N", help="transpose by this many semitones, -88..88"
    )
    parser.add_argument("--controller", metavar="NAME", help="controller; default: that of the mode")
    return parser


def _channel(text: str) -> int:
    return _in_range(text, 1, HIGHEST_CHANNEL)


def _semitones(text: str) -> int:
    return _in_range(text, -SEMITONES, SEMITONES)


def _in_range(text: str, lowest: int, highest: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = lowest - 1
    if not lowest <= number <= highest:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {lowest} to {highest}")
    return number
