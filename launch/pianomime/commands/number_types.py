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

"""Numbers on the command line."""

import argparse
import math
import os
import re
from collections.abc import Callable


def whole_number(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    """Return the argument type of a whole number in a range; its error names the value and the range."""
    limits = f"from {lowest}" if highest is None else f"from {lowest} to {highest}"

    def number(text: str) -> int:
        value = int(text) if re.fullmatch(r"-?[0-9]{1,4000}", text) else lowest - 1
        if value < lowest or (highest is not None and value > highest):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {limits}")
        return value

    return number


def seconds(text: str) -> float:
    """The argument type of a duration; its error names the value."""
    try:
        duration_s = float(text)
    except ValueError:
        duration_s = math.nan
    if not 0 < duration_s < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return duration_s


def add_jobs(parser: argparse._ActionsContainer) -> None:
    """Add `--jobs`, of commands that play many songs."""
    cores = len(os.sched_getaffinity(0))
    text = f"songs at a time; default {cores}"
    parser.add_argument("--jobs", type=whole_number(1), default=cores, metavar="N", help=text)
