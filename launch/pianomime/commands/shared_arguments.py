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

"""Options that several subcommands of `pianomime` have."""

import argparse
from pathlib import Path

from pianomime_core.web import LOCALHOST, VIEWER_PORT
from pianomime_policy.controllers.specs import OURS

CONTROLLER_HELP = (
    f"{', '.join(f'{spec.name} ({spec.description})' for spec in OURS.values())}, one that another package registers, "
    "or module:Class of your own; default %(default)s"
)


def add_viewer(parser: argparse.ArgumentParser) -> None:
    """Add the viewer, recording and rollout options."""
    add_watching(parser)
    parser.add_argument("--rollout", type=Path, metavar="FILE.npz", help="write what was played")


def add_watching(parser: argparse.ArgumentParser) -> None:
    """Add the viewer and recording options."""
    viewers = ("none", "browser", "window", "rviz")
    parser.add_argument("--viewer", choices=viewers, default="none", help="rviz needs ROS 2's rviz2; default none")
    parser.add_argument(
        "--viewer-port", type=_port, default=VIEWER_PORT, metavar="PORT", help="of the browser viewer, %(default)s"
    )
    hosts = "of the browser viewer: 127.0.0.1, this machine alone (default), or 0.0.0.0, whoever reaches it"
    parser.add_argument("--viewer-host", default=LOCALHOST, metavar="ADDRESS", help=hosts)
    names = "a further name under which browsers reach it; may be repeated"
    parser.add_argument("--viewer-name", action="append", default=[], metavar="NAME", help=names)
    parser.add_argument("--record", type=Path, metavar="FILE.mcap", help="record all ROS topics, as rosbag2 does")


def add_no_ros(parser: argparse.ArgumentParser) -> None:
    """Add the option to play without ROS."""
    parser.add_argument("--no-ros", action="store_true", help="play in this one process, without ROS")


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add the options that select tracks and channels of a MIDI file."""
    parser.add_argument(
        "--tracks",
        default="",
        metavar="N,N",
        help="play these tracks of a MIDI file alone, counted from 1; default: its piano if it has one beside other "
        "instruments, else all but drums",
    )
    parser.add_argument(
        "--channels", default="", metavar="N,N", help="play these channels alone, 1 to 16; 10 are drums, as pitches"
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the option for the networks."""
    parser.add_argument(
        "--model", type=Path, metavar="FOLDER", help="the networks of controller onnx; default: those of this package"
    )


def add_hand_collisions(parser: argparse.ArgumentParser) -> None:
    """Add the option for hand collisions."""
    parser.add_argument(
        "--hand-collisions",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="fingers and hands collide with one another; off in the published benchmark",
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1024 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1024 to 65535")
    return int(text)
