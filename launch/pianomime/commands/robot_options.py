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

"""Options for the robot: its controller, the networks of that, and its hands."""

import argparse
from pathlib import Path
from typing import Any

from pianomime_core.errors import UserError
from pianomime_core.setting import Setting, setting
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER
from pianomime_policy.controllers.specs import OURS


def add_controller(parser: argparse.ArgumentParser, default: str | None = DEFAULT_CONTROLLER, **settings: Any) -> None:
    """Add `--controller --model --hand-collisions`; `settings` are those of argparse for the first."""
    known = ", ".join(f"{spec.name} ({spec.description})" for spec in OURS.values())
    text = f"{known}, one that another package registers, or module:Class of your own"
    if default is not None:
        text += f"; default {default}"
    parser.add_argument("--controller", default=default, metavar="NAME", help=settings.pop("help", text), **settings)
    networks = "folder with the networks of controller onnx; default: the bundled ones"
    parser.add_argument("--model", type=Path, metavar="FOLDER", help=networks)
    add_hand_collisions(parser)


def add_setting(parser: argparse.ArgumentParser) -> None:
    """Add `--setting`."""
    parser.add_argument(
        "--setting",
        type=_setting,
        metavar=f"{{{','.join(Setting)}}}",
        default=Setting.BENCHMARK,
        help="benchmark: frames of 50 ms, one target a control step, RoboPianist's reading of files, as in papers; "
        "musical: notes in time as written, targets 10 ms apart; default %(default)s",
    )


def _setting(name: str) -> Setting:
    try:
        return setting(name)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def add_hand_collisions(parser: argparse.ArgumentParser) -> None:
    """Add `--hand-collisions`."""
    parser.add_argument(
        "--hand-collisions",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="let fingers and hands collide with one another; off in the published benchmark",
    )
