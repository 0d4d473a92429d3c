"""The options of `pianomime live` that no other subcommand has."""

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
        description="Listen to a MIDI keyboard; the robot plays what is played on it. Ctrl-C ends with a score.",
    )
    port = parser.add_mutually_exclusive_group()
    port.add_argument(
        "--port", default="", metavar="NAME", help="MIDI port, by name or a part of it; else the only one"
    )
    port.add_argument("--virtual", default="", metavar="NAME", help="make a MIDI port for other programs to play on")
    port.add_argument("--list", action="store_true", help="print the MIDI ports and end")
    modes = "; ".join(f"{name}: {mode.words}" for name, mode in MODES.items())
    parser.add_argument("--mode", choices=tuple(MODES), default=next(iter(MODES)), help=f"{modes}; default %(default)s")
    parser.add_argument("--delay", type=float, metavar="SECONDS", help="default: what the controller looks ahead")
    parser.add_argument("--channel", type=_channel, default=0, metavar="N", help="hear this MIDI channel alone, 1..16")
    parser.add_argument("--transpose", type=_semitones, default=0, metavar="N", help="semitones, -88..88")
    parser.add_argument("--controller", metavar="NAME", help="who plays; default: the mode's")
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
